"""What a reviewer sends back: its form, and the checks before any of it is kept."""

import json
import re
import unicodedata
from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipeline.core import Malformed, UsageError, clock, fault, read_json

LARGEST = 2_000_000  # bytes of a file; a full review has about 100,000
LONGEST = 4000  # characters of a comment
MOST = 2000  # lines
FORM = "b12-protocol-review"
WORDS_OF_ANSWER = {"agree": "Agree", "object": "Object", "unsure": "Not sure"}
UNUSABLE = "cannot be used"
SENTENCES = {  # what is wrong, by pydantic's type of error
    "missing": "is missing",
    "extra_forbidden": "is not part of a review",
    "literal_error": "is not one of the known words",
    "string_type": "is not a text",
    "string_too_long": "is too long",
    "string_pattern_mismatch": "is not as the page writes it",
    "model_type": "is not a list of names and values",
    "tuple_type": "is not a list",
    "list_type": "is not a list",
    "too_long": "has too many entries",
}
SPACES = re.compile(r"\s+")


def clean(text):
    """A reviewer's text in one line, without control and invisible characters."""
    kept = (
        " " if unicodedata.category(sign) in ("Zl", "Zp") or sign in "\n\r\t\v\f" else sign
        for sign in text
        if sign in "\n\r\t\v\f" or unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    return SPACES.sub(" ", "".join(kept)).strip()


def _not_empty(text):
    if not text:
        raise ValueError("is empty")
    return text


Name = Annotated[str, Field(max_length=120), AfterValidator(clean), AfterValidator(_not_empty)]
Comment = Annotated[str, Field(max_length=LONGEST), AfterValidator(clean)]
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
Key = Annotated[str, Field(max_length=160, pattern=r"^[A-Za-z0-9_.\- ]+$")]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Answer(Strict):
    """The answer to one line. key and digest: of the line as the reviewer saw it."""

    key: Key
    digest: Digest
    answer: Literal["agree", "object", "unsure"]
    comment: Comment = ""

    @model_validator(mode="after")
    def _objection_says_why(self):
        if self.answer == "object" and not self.comment:
            raise ValueError(f"the objection to {self.key} has no comment")
        return self


class Returned(Strict):
    """A review as the page saves it."""

    form: Literal["b12-protocol-review"]
    form_version: Literal[1]
    pack: Annotated[str, Field(max_length=100)]
    version: Annotated[str, Field(max_length=50)]
    sha256: Hash
    reviewer: Name
    role: Name
    date: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    answers: Annotated[list[Answer], Field(min_length=1, max_length=MOST)]

    @model_validator(mode="after")
    def _is_sound(self):
        try:
            day = date.fromisoformat(self.date)
        except ValueError:
            raise ValueError(f"date {self.date} is not a valid date") from None
        if not date(2000, 1, 1) <= day <= clock.today() + timedelta(days=1):
            raise ValueError(f"date {self.date} is in the future or long ago")
        keys = [answer.key for answer in self.answers]
        if len(set(keys)) < len(keys):
            raise ValueError("a line is answered twice")
        return self


def read_returned(path):
    """The review in a file. Raises UsageError, which says what is wrong in one paragraph."""
    try:
        values = read_json(path, most=LARGEST)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {fault(error)}. Check the path.") from None
    except Malformed as error:
        raise UsageError(f"{path} is not a review that can be kept: {fault(error)}.") from None
    try:
        return Returned.model_validate_json(json.dumps(values))
    except ValidationError as error:
        raise UsageError(f"{path} is not a review that can be kept: {told(error)}.") from None


def told(error):
    """The first mistakes of a ValidationError in words, without what the file holds."""
    found = [
        f"{'.'.join(map(str, mistake['loc'])) or 'the file'}: {_sentence(mistake)}"
        for mistake in error.errors(include_url=False, include_input=False)
    ]
    more = f"; and {len(found) - 3} more mistakes" if len(found) > 3 else ""
    return clean("; ".join(found[:3]))[:600] + more


def _sentence(mistake):
    kind = mistake["type"]
    return str(mistake["ctx"]["error"]) if kind == "value_error" else SENTENCES.get(kind, UNUSABLE)
