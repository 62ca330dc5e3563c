"""What authorities and mailbox providers ask of a domain, as data, and how far each domain answers it."""

from __future__ import annotations
