"""The audit trail: who did what, when, with which effect; each entry names the digest of the one before."""
