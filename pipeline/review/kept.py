"""Reviews that came back, in the folder `reviews` beside the pack's file: one YAML file each."""

import hashlib
import re
import unicodedata
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import Field, ValidationError

from pipeline.core import (
    YAML_ERRORS,
    InvalidProtocol,
    UsageError,
    counted,
    fault,
    read_yaml,
    replacing,
)
from pipeline.review.answers import LARGEST, Answer, Returned, read_returned, told
from pipeline.review.kit import safe_name
from pipeline.review.lines import sections

FOLDER = "reviews"
NOTE = (
    "# A clinician's review, kept by `b12 protocol review --add`. `wording` is the line as it was"
    " then.\n"
)


class KeptAnswer(Answer):
    """An answer with the wording of its line then."""

    wording: Annotated[str, Field(max_length=6000)]


class Review(Returned):
    """A review as it is kept."""

    answers: Annotated[list[KeptAnswer], Field(min_length=1)]

    @property
    def who(self):
        "Who answered, for comparison: one who reviews again has changed their mind"
        return self.reviewer.casefold()


def folder_of(pack):
    """Where the reviews of a pack are kept."""
    return pack.path.parent / FOLDER


def slug(name):
    """A name as part of a file name: small letters of ASCII, digits and hyphens, with a short hash
    where that leaves letters out, so that two names never share a file."""
    parts = unicodedata.normalize("NFKD", name)  # codespell:ignore normalize
    plain = parts.encode("ascii", "ignore").decode().lower()
    short = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-")
    letters = [sign for sign in parts if sign.isalnum()]
    if short and len(letters) == len(short.replace("-", "")):
        return short
    code = hashlib.sha256(name.encode()).hexdigest()[:6]
    return f"{short or 'reviewer'}-{code}"


def keep(pack, path, *, folder=None, is_replacing=False):
    """Keep the review in a file; returns (the file that holds it now, the Review).

    Raises UsageError for a file that does not review this pack as it is now, or that would replace
    another one, and OSError.
    """
    returned = read_returned(path)
    lines = {line.key: line for section in sections(pack) for line in section.lines}
    _check(pack, path, returned, lines)
    answers = [
        KeptAnswer(**answer.model_dump(), wording=wording(lines[answer.key]))
        for answer in sorted(returned.answers, key=lambda answer: list(lines).index(answer.key))
    ]
    review = Review(**{**returned.model_dump(), "answers": answers})
    folder = folder or folder_of(pack)
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / file_name(review)
    text = NOTE + yaml.safe_dump(
        review.model_dump(), sort_keys=False, allow_unicode=True, width=100
    )
    if kept.exists() and kept.read_text(encoding="utf-8") != text and not is_replacing:
        raise UsageError(
            f"{kept} holds another review by this reviewer of this day. To put this one in its"
            " place, add --replace."
        )
    with replacing(kept) as part:
        part.write_text(text, encoding="utf-8")
    return kept, review


def file_name(review):
    """`<pack>-<version>-<date>-<reviewer>.yaml`."""
    parts = (safe_name(review.pack), safe_name(review.version), review.date, slug(review.reviewer))
    return "-".join(parts) + ".yaml"


def wording(line):
    """A line in one sentence, as it stands in a kept review."""
    parts = [
        f"{line.code} {line.heading}", *(f"if {part}" for part in line.when),
        *(f"{label}: {text}" for label, text in line.details),
        *(f"{word} = {meaning}" for word, meaning in line.table),
    ]  # fmt: skip
    return "; ".join(parts)[:6000]


def _check(pack, path, returned, lines):
    sha256, version = pack.sha256, str(pack.raw["version"])
    named = f"{pack.name} {version}"
    if (returned.pack, returned.version) != (pack.name, version):
        raise UsageError(
            f"{path} does not review {named}. Name the pack that it reviews: b12 protocol review"
            " PACK --add FILE"
        )
    if returned.sha256 != sha256:
        raise UsageError(
            f"{path} reviews another text of {named}: its SHA-256 begins {returned.sha256[:12]},"
            f" that of {pack.path} begins {sha256[:12]}. Take that text from version control and"
            f" name its path: b12 protocol review PATH --add FILE --out {folder_of(pack)}"
        )
    unknown = sum(
        answer.key not in lines or answer.digest != lines[answer.key].digest
        for answer in returned.answers
    )
    if unknown:
        raise UsageError(
            f"{path} answers {counted(unknown, 'line')} that {named} does not have, or has"
            " with another content. Make a new form with b12 protocol review, load the file there,"
            " check the answers and save them again."
        )


def reviews_of(pack):
    """The reviews of a pack of this name in its folder, of every version, oldest first. Raises
    InvalidProtocol for a file that cannot be read: an objection is never passed over."""
    found = [_read(path) for path in sorted(folder_of(pack).glob("*.yaml"))]
    return sorted(
        (review for review in found if review.pack == pack.name),
        key=lambda review: (review.date, review.who),
    )


def _read(path: Path):
    try:
        if path.stat().st_size > 4 * LARGEST:
            raise InvalidProtocol(f"{path} is too large for a review.")
        return Review.model_validate(read_yaml(path))
    except ValidationError as error:
        reason = told(error)
    except YAML_ERRORS as error:
        reason = fault(error)
    raise InvalidProtocol(
        f"{path} cannot be read as a review: {reason}. Add it again, or remove it."
    )
