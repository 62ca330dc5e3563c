from __future__ import annotations

import pytest

from dnsauth import environment
from dnsauth.errors import DnsauthError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("", ""),
        ("environment", "environment"),
        ("env/SET", "value"),
        ("env/SET/default", "value"),
        ("env/UNSET/default", "default"),
        ("env/UNSET/a/b", "a/b"),
        ("env/UNSET/", ""),
    ],
)
def test_a_text_is_itself_or_what_the_variable_it_names_holds(text: str, expected: str) -> None:
    assert expected == environment.value(text, "provider ns1 takes key", {"SET": "value"})


@pytest.mark.parametrize(("text", "state"), [("env/UNSET", "is not set"), ("env/EMPTY", "is empty")])
def test_a_variable_that_is_not_there_is_named_with_who_asks(text: str, state: str) -> None:
    with pytest.raises(
        DnsauthError, match=f"provider ns1 takes key from the environment variable .*{state}"
    ) as e:
        environment.value(text, "provider ns1 takes key", {"EMPTY": ""})
    assert f"export {text.removeprefix('env/')}=…" == e.value.hint
