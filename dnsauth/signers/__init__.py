"""Signers: how private keys reach the software that signs mail, and which of them it signs with."""
