"""The form of a profile's file, ``templates/profiles/NAME.yaml``."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from dnsauth.checks.every import RULES
from dnsauth.inventory.model import All
from dnsauth.profiles.model import Applies, Level, Part
from dnsauth.records.dmarc import Policy


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError("a day is written YYYY-MM-DD") from error


def _code(text: str) -> str:
    if text not in RULES:
        raise ValueError(f"there is no rule {text!r}")
    return text


def _many(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Text = Annotated[str, Field(min_length=1)]
Code = Annotated[str, AfterValidator(_code)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Requirement(_Form):
    """One demand of a source."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    says: Text = Field(description="what is asked, as the end of “the profile asks for …”")
    source: Text = Field(description="the document, with its section")
    url: Annotated[str, Field(pattern=r"^https://[!-~]+$")]
    seen: Annotated[str, AfterValidator(lambda text: _day(text).isoformat())]
    applies: Applies = Applies.ANY
    level: Level = Level.MUST
    publishes: Annotated[tuple[Part, ...], BeforeValidator(_many)] = ()
    policy: Annotated[tuple[Policy, ...], BeforeValidator(_many)] = ()
    closing: Annotated[tuple[All, ...], BeforeValidator(_many)] = ()
    reports_to: Annotated[str, Field(pattern=r"^(mailto:[!-~]+)?$")] = ""
    broken_by: tuple[Code, ...] = ()
    supports: str = ""


MOST = 200  # requirements of a profile; each is asked of each mail domain


class Profile(_Form):
    """What one authority asks."""

    title: Text
    about: Text
    requirements: Annotated[tuple[Requirement, ...], Field(min_length=1, max_length=MOST)]
