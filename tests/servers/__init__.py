"""Real servers on loopback, each in a temporary directory, for as long as a ``with`` or a fixture lasts.

Those a test loads have ``address``, ``port``, ``load(zone, text)`` and ``rrsets(zone)``; what needs TSIG takes `KEY`
and `SECRET`.
"""

from __future__ import annotations

KEY = "dnsauth-tests."
SECRET = "c2VjcmV0IG9mIHRlc3RzIG9ubHksIDMyIG9jdGV0cy4="
"""hmac-sha256, base64."""
