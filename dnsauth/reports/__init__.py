"""DMARC aggregate reports: what receivers say they saw of mail in our name (RFC 9990)."""
