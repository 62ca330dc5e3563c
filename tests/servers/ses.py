"""Amazon SES as far as DKIM keys go: requests are recorded, and judged by botocore's own description of the API.

moto has identities and not the calls that give them keys.
"""

from __future__ import annotations

import contextlib
import json
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

import pytest


@dataclass
class Request:
    """An operation and its parameters; *signed* tells whether it had an AWS signature."""

    operation: str
    parameters: dict[str, Any]
    signed: bool


@dataclass
class SES:
    """A running server: *identities* are the DKIM attributes by domain, *refused* what to answer a domain with."""

    port: int
    model: Any
    identities: dict[str, dict[str, Any]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)

    @property
    def environ(self) -> dict[str, str]:
        """Endpoint, region and credentials, which are not checked."""
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "tests",
            "AWS_SECRET_ACCESS_KEY": "tests",
        }

    def asked(self, *operations: str) -> list[dict[str, Any]]:
        """The parameters of the requests for *operations*, in order."""
        return [each.parameters for each in self.requests if each.operation in operations]

    def answer(self, method: str, path: str, body: bytes, *, signed: bool) -> tuple[int, dict[str, Any]]:
        """The status and body a request gets."""
        operation, parameters = self._parsed(method, path, body)
        self.requests.append(Request(operation.name, parameters, signed))
        if problems := "; ".join(_problems(parameters, operation.input_shape)):
            return 400, {"__type": "BadRequestException", "message": problems}
        domain = parameters["EmailIdentity"]
        if domain not in self.identities:
            return 404, {"__type": "NotFoundException", "message": f"Email identity {domain} does not exist."}
        if domain in self.refused:
            return 400, {"__type": "BadRequestException", "message": self.refused[domain]}
        dkim = self.identities[domain]
        match operation.name:
            case "GetEmailIdentity":
                return 200, {"IdentityType": "DOMAIN", "DkimAttributes": dkim}
            case "PutEmailIdentityDkimSigningAttributes":
                tokens = [parameters["SigningAttributes"]["DomainSigningSelector"]]
                origin = parameters["SigningAttributesOrigin"]
                dkim |= {"Tokens": tokens, "SigningAttributesOrigin": origin, "Status": "PENDING"}
                return 200, {"DkimStatus": "PENDING", "DkimTokens": tokens}
            case "PutEmailIdentityDkimAttributes":
                dkim["SigningEnabled"] = parameters["SigningEnabled"]
                return 200, {}
        return 501, {"__type": "InternalFailure", "message": operation.name}

    def _parsed(self, method: str, path: str, body: bytes) -> tuple[Any, dict[str, Any]]:
        for name in self.model.operation_names:
            operation = self.model.operation_model(name)
            pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(operation.http["requestUri"]))
            found = re.fullmatch(pattern, path)
            if found and operation.http["method"] == method:
                inside = {key: unquote(value) for key, value in found.groupdict().items()}
                return operation, {**json.loads(body or b"{}"), **inside}
        raise AssertionError(f"SES has no {method} {path}")


def _problems(value: Any, shape: Any) -> Iterator[str]:
    """What botocore's validation finds, and the patterns and lengths of texts that it leaves to the service."""
    from botocore.validate import ParamValidator

    report = ParamValidator().validate(value, shape)
    if report.has_errors():
        yield report.generate_report()
    yield from _texts(value, shape)


def _texts(value: Any, shape: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key in shape.members:
                yield from _texts(inner, shape.members[key])
    elif isinstance(value, str):
        limits = shape.metadata
        fits = limits.get("min", 0) <= len(value) <= limits.get("max", len(value))
        if (
            not fits
            or not re.search(limits.get("pattern", ""), value)
            or value not in limits.get("enum", [value])
        ):
            yield f"{shape.name} takes no such value"


@contextlib.contextmanager
def ses() -> Iterator[SES]:
    """A server without identities."""
    botocore = pytest.importorskip("botocore.session", reason="boto3 is not installed: pip install boto3")

    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            signed = self.headers.get("Authorization", "").startswith("AWS4-HMAC-SHA256 ")
            status, answer = server.answer(self.command, self.path, body, signed=signed)
            octets = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("x-amzn-ErrorType", answer.get("__type", ""))
            self.send_header("Content-Length", str(len(octets)))
            self.end_headers()
            self.wfile.write(octets)

        do_GET = do_PUT = do_POST = do_DELETE = _do  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        model = botocore.get_session().get_service_model("sesv2")
        server = SES(http.server_port, model)
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            http.shutdown()
            thread.join()
