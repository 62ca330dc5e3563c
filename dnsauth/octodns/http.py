"""Sessions of requests that wait for a busy provider."""

from __future__ import annotations

from typing import Any

from requests import PreparedRequest, Response, Session
from requests.adapters import BaseAdapter

from dnsauth.octodns.patience import Patience, retriable


class Patient(BaseAdapter):
    """*inner*, whose requests are sent again where the provider is busy."""

    def __init__(self, inner: BaseAdapter, patience: Patience) -> None:
        super().__init__()
        self._inner = inner
        self._patience = patience

    def send(self, request: PreparedRequest, *args: Any, **options: Any) -> Response:  # noqa: ANN401  requests' own
        """The response to *request*, the last one where it was sent several times."""
        tries = 0
        while True:
            self._patience.turn()
            response = self._inner.send(request, *args, **options)
            tries += 1
            code = str(response.status_code)
            if not retriable(code):
                self._patience.answered()
                return response
            whole = request.body is None or isinstance(request.body, str | bytes)
            if not (whole and retriable(code, request.method or "")):
                return response
            if not self._patience.again(tries, code, _after(response)):
                return response
            response.close()

    def close(self) -> None:
        """Close *inner*."""
        self._inner.close()


def attach(session: Session, patience: Patience) -> None:
    """Send the requests of *session* with *patience*."""
    for prefix, inner in session.adapters.items():
        if not isinstance(inner, Patient):
            session.adapters[prefix] = Patient(inner, patience)


def _after(response: Response) -> float:
    """The seconds *response* asks to wait for (RFC 9110 section 10.2.3); 0 where it says none, or a date."""
    text = response.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdigit() else 0.0
