"""What people declare: ``dnsauth.yaml`` and ``zones/*.yaml`` as frozen values."""

from __future__ import annotations
