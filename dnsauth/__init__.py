"""Email authentication as code: SPF, DKIM, DMARC and their kin from an inventory of senders."""

from __future__ import annotations
