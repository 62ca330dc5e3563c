"""What an auditor is handed: a report that stands by itself, and the evidence behind each of its figures."""

from __future__ import annotations
