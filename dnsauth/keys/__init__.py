"""DKIM key pairs, and the stores that keep their private halves."""
