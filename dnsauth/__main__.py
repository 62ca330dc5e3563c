"""``python -m dnsauth``."""

from __future__ import annotations

from dnsauth.cli import main

if __name__ == "__main__":
    main()
