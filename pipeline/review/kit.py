"""The review kit of a pack: what it holds, and the page that a clinician answers without a
network."""

import base64
import hashlib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipeline.protocol import Pack, labels
from pipeline.review.answers import LONGEST, WORDS_OF_ANSWER
from pipeline.review.examples import Examples
from pipeline.review.lines import sections

HERE = Path(__file__).parent
FIRST_FITS = (
    "Read from the top: the first line whose conditions all hold decides; the lines below it are"
    " not read for that patient."
)
EVERY_ONE = "Every line whose conditions all hold counts."
TITLES = {  # of a section, and what to know before reading it
    "bands": ("Bands", "How numbers become words. Rules see only the words."),
    "settings": ("Settings", "Numbers that a site may change."),
    "facts": (
        "Facts",
        "Every question that the protocol asks about a patient. “Not loaded” never means no.",
    ),
    "derived": (
        "Derived facts",
        "Facts made of other facts: yes if one of the lines holds, otherwise no.",
    ),
    "next_step": ("Next step", FIRST_FITS),
    "actions": ("Texts of the next steps", "What the clinician reads for each next step."),
    "safety": ("Safety alerts", f"{EVERY_ONE} They are raised whatever the next step is."),
    "cause": ("Cause", FIRST_FITS),
    "flags": ("Flags", EVERY_ONE),
    "cohorts": ("Cohorts", f"Groups of patients for counting. {EVERY_ONE}"),
}
HOW = (  # for the page and the paper form
    "An objection needs a comment that says what should change. Lines marked [OURS] were decided by"
    " this project because the source says nothing: they need most attention."
)
INVENTED = (
    "The example patients are invented: made of answers, not of real data. What an example"
    " does not mention is unremarkable: "
)
UNLIKELY = "Only answers that no patient should have together reach this line."
UNREACHED = "No combination of facts reaches this line."
ALONE = "Only this combination of facts reaches the line."


@dataclass(frozen=True)
class Part:
    """A section of the kit with its title."""

    name: str
    title: str
    intro: str
    lines: tuple


@dataclass(frozen=True)
class Kit:
    """All that the page and the paper form show."""

    pack: Pack = field(repr=False)
    sha256: str
    made_on: str
    parts: tuple[Part, ...]
    plain: tuple[str, ...]

    @property
    def name(self):
        """The name of the kit's files, without the ending."""
        return f"review-{safe_name(self.pack.name)}-{safe_name(self.pack.raw['version'])}"

    @property
    def count(self):
        return sum(len(part.lines) for part in self.parts)


def safe_name(text):
    """A pack's name or version as part of a file name."""
    kept = "".join(sign if (sign.isascii() and sign.isalnum()) or sign in "-_." else "-"
                   for sign in str(text))  # fmt: skip
    return kept.strip(".-") or "pack"


def kit_of(pack, made_on):
    """The kit of a pack. made_on: the day, a date."""
    with labels.named(pack.labels):
        parts = [
            Part(section.name, *TITLES.get(section.name, (labels.word(section.name), "")),
                 section.lines)
            for section in sections(pack, with_examples=True)
        ]  # fmt: skip
    plain = tuple(Examples(pack).plain_patient())
    return Kit(pack, pack.sha256, str(made_on), tuple(parts), plain)


def as_html(kit):
    """The kit as one page that asks no network for anything."""
    style, script = (
        (HERE / "static" / name).read_text(encoding="utf-8") for name in ("kit.css", "kit.js")
    )
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}';"
        " base-uri 'none'; form-action 'none'"
    )
    return (
        _environment()
        .get_template("kit.html")
        .render(
            kit=kit,
            raw=kit.pack.raw,
            policy=policy,
            style=Markup(style),  # noqa: S704 - a file of ours
            script=Markup(script),  # noqa: S704
            words={"how": HOW, "invented": INVENTED, "unlikely": UNLIKELY, "unreached": UNREACHED,
                   "alone": ALONE},
            answers=WORDS_OF_ANSWER,
            longest=LONGEST,
        )
    )  # fmt: skip


def _hash(text):
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


@cache
def _environment():
    found = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    found.filters["marked"] = labels.marked
    return found
