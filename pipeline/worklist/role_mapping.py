"""Which role and sites the claims of a provider give: the file that `$B12_SSO_MAPPING` names."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from pipeline.core import (
    YAML_ERRORS,
    InvalidProtocol,
    fault,
    lines_of,
    parse_yaml,
    read_text,
    repeated_keys,
)
from pipeline.worklist.statuses import OF_ALL_SITES, ROLES

Word = Annotated[str, Field(min_length=1, max_length=200)]
Site = Annotated[str, Field(max_length=200)]  # "": patients without a site
KEYS = "claim, value, role, sites"
SENTENCES = {
    "missing": "{key} is missing",
    "extra_forbidden": f"{{key}} is not a known key; known: {KEYS}",
    "string_type": "{key} is not a text: write it in quotation marks",
    "string_too_short": "{key} is empty",
    "string_too_long": "{key} is longer than 200 characters",
    "list_type": "{key} is not a list",
    "too_short": "{key} is empty: leave it out for all sites",
}


class Line(BaseModel):
    """Who has this value in this claim has this role; sites: where, None for everywhere."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    claim: Word
    value: Word
    role: str
    sites: Annotated[list[Site], Field(min_length=1)] | None = None

    @field_validator("role")
    @classmethod
    def _known(cls, role):
        if role not in ROLES:
            raise ValueError(f"is not one of {', '.join(ROLES)}")
        return role

    @model_validator(mode="after")
    def _limited(self):
        if self.sites and self.role in OF_ALL_SITES:
            raise ValueError(f"the role {self.role} cannot be limited to sites: leave sites out")
        return self

    def fits(self, claims):
        """Whether the claim is this value, or a list that has it."""
        given = claims.get(self.claim)
        return self.value in given if isinstance(given, list) else self.value == given


@dataclass(frozen=True)
class Granted:
    """What the claims give: a role, and sites as an Actor has them."""

    role: str
    sites: tuple[str, ...] | None


def granted(lines, claims):
    """The highest role of the lines that fit, with the sites of all lines that give this role;
    None where no line fits."""
    fitting = [line for line in lines if line.fits(claims)]
    if not fitting:
        return None
    role = max((line.role for line in fitting), key=ROLES.index)
    sites = [line.sites for line in fitting if line.role == role]
    if None in sites:
        return Granted(role, None)
    return Granted(role, tuple(sorted({site for some in sites for site in some})))


def read_mapping(path):
    """The Lines of a file. Raises InvalidProtocol, which names each line that is wrong."""
    try:
        lines, mistakes = _read(read_text(path))
    except YAML_ERRORS as error:
        raise _invalid(path, fault(error)) from None
    if mistakes:
        listed = "; ".join(f"line {line}: {message}" for line, message in sorted(mistakes))
        raise _invalid(path, listed)
    return tuple(lines)


def _invalid(path, what):
    return InvalidProtocol(
        f"{path}: {what}. docs/runbook.md, Single sign-on, shows how it is written."
    )


def _read(text):
    "The lines of the file, and what is wrong with it as (line, sentence)"
    raw, line = parse_yaml(text), lines_of(text)
    if not isinstance(raw, list) or not raw:
        return [], [(1, f"the file is not a list of entries with the keys {KEYS}")]
    lines, mistakes = [], [(at, f"{key} is written twice") for at, key in repeated_keys(text)]
    for position, values in enumerate(raw):
        if not isinstance(values, dict):
            mistakes.append((line((position,)), f"the entry has none of the keys {KEYS}"))
            continue
        try:
            lines.append(Line.model_validate(values))
        except ValidationError as error:
            mistakes += [(line((position, *one["loc"])), _sentence(one)) for one in error.errors()]
    return lines, mistakes


def _sentence(error):
    "What is wrong with a value, for the author of the file"
    key = ".".join(str(part + 1 if isinstance(part, int) else part) for part in error["loc"])
    if error["type"] == "value_error":
        return f"{key} {error['ctx']['error']}".strip()
    return SENTENCES.get(error["type"], "{key} cannot be used").format(key=key)
