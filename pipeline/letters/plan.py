"""Who is written to, with which words, and who is not and why."""

from dataclasses import dataclass, field

from pipeline import worklist
from pipeline.core import clock
from pipeline.letters.checks import usable
from pipeline.letters.fields import (
    CLINICAL,
    MISSING,
    OF_THE_SITE,
    Person,
    default_language,
    on_a_line,
    values_of,
)
from pipeline.letters.fitting import why_unfit
from pipeline.letters.text_message import has_two_numbers, number_to_text
from pipeline.letters.what_to_do import clinical_word_in, clinical_words, told, what_to_do
from pipeline.letters.wording import rendered, used
from pipeline.profiles import language_name
from pipeline.protocol import labels

AT_ONCE = 5_000  # items whose contacts are asked for together
WRITTEN_TO = (*worklist.ACTIVE, "snoozed")
NO_NUMBER = "the phone number cannot be used"
CLOSED = {
    "excluded": "not screened: deceased, opted out, or no longer in the data",
    "off_list": "not on the worklist",
}


@dataclass(frozen=True)
class Letter:
    """A letter or a text to one recipient. to: who opens it. phone: where an SMS goes. wording:
    what the history keeps of it."""

    key: str
    item_id: int
    version: int
    patient_id: str = field(repr=False)
    template: str
    kind: str
    language: str
    wording: str
    today: str
    name: str | None = field(repr=False)
    to: str | None = field(repr=False)
    phone: str | None = field(repr=False)
    postcode_area: str | None = field(repr=False)
    subject: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class Left:
    """A patient who is not written to, and why, in the words of a sentence."""

    key: str
    item_id: int
    patient_id: str = field(repr=False)
    why: str


@dataclass(frozen=True)
class Plan:
    """What a template gives for chosen patients. title, kind: of the template in the language of
    the site, else in any."""

    name: str
    title: str
    kind: str
    letters: tuple[Letter, ...]
    left: tuple[Left, ...]


@dataclass(frozen=True)
class Shelf:
    """The templates of a site as they are now. by_name: name -> language -> Checked. child_under:
    the age in years below which the protocol calls a patient a child. labels: what the protocol
    calls its next steps."""

    by_name: dict
    phrases: dict
    words: set
    child_under: int
    labels: dict = field(default_factory=dict)


def shelf(home, store):
    """The Shelf of a home. Raises OSError, InvalidProtocol, StorageError."""
    by_name = {}
    for one in usable(home, store):
        by_name.setdefault(one.template.name, {})[one.template.language] = one
    pack = worklist.followed_pack(home, store)
    child_under = pack.setting["child_under_years"]
    return Shelf(by_name, what_to_do(home), clinical_words(home), child_under, pack.labels)


def offered(templates):
    """The names of a Shelf with a template of a known kind, those of one kind together."""
    kinds = {name: _front(variants).template.kind for name, variants in templates.by_name.items()}
    order = ("letter", "sms", "clinician")
    known = [name for name, kind in kinds.items() if kind]
    return sorted(known, key=lambda name: (order.index(kinds[name]), name))


def kind_of(templates, name):
    """The kind of a name of a Shelf."""
    return _front(templates.by_name[name]).template.kind


def plan(store, templates, name, rows, *, today=None):
    """The Plan of a name of the Shelf for rows of the worklist. today: the day of the letters."""
    today, variants = today or clock.today(), templates.by_name[name]
    front, letters, left = _front(variants).template, [], []
    known = _contacts(store, [row["key"] for row in rows])
    for row in rows:
        person = Person(row, known.get(row["key"], worklist.Contact()))
        found = _why_not(row) or _written(templates, variants, front, person, today)
        if isinstance(found, str):
            left.append(Left(row["key"], row["id"], row["patient_id"], found))
        else:
            letters.append(found)
    return Plan(name, front.title or name, front.kind or "", tuple(letters), tuple(left))


def _contacts(store, keys):
    found = {}
    for place in range(0, len(keys), AT_ONCE):
        found |= worklist.contacts(store, keys[place : place + AT_ONCE])
    return found


def _front(variants):
    "The one in the language of the site, else the first that can be read"
    own = variants.get(default_language())
    readable = [one for one in variants.values() if one.template.kind]
    return own if own and own.template.kind else next(iter(readable), next(iter(variants.values())))


def _why_not(row):
    if row["is_opted_out"]:
        return "opted out of screening"
    if row["status"] in WRITTEN_TO:
        return None
    return CLOSED.get(row["status"]) or f"closed: {row['status'].replace('_', ' ')}"


def _written(templates, variants, front, person, today):
    "The Letter, or why there is none"
    one = _in_language(variants, front.kind, person.contact.preferred_language)
    if one is None:
        return f"no template in {language_name(default_language())}"
    template = one.template
    if one.why_not:
        return f"the template {template.file} cannot be used: {one.why_not}"
    unfit = why_unfit(template, person.row, child_under=templates.child_under, today=today)
    if unfit:
        return unfit
    phrase = told(templates.phrases, person.row.get("action"), template.language)
    if phrase and clinical_word_in(phrase, templates.words) and not one.is_signed:
        return "what_to_do.csv has a clinical word in the language of the template"
    with labels.named(templates.labels):
        values = values_of(person, language=template.language, today=today, what_to_do=phrase)
    uses = used(template.body)
    required = [name for name in uses.fields if name not in uses.optional]
    needed = [*_addressed_by(template.kind), *required]
    if missing := [each for each in needed if not values.get(each)]:
        return MISSING[sorted(missing, key=lambda each: each in OF_THE_SITE)[0]]
    phone = number_to_text(person.contact.phone)
    if template.kind == "sms" and phone is None:
        return _why_no_number(person.contact.phone)
    allowed = values if one.is_signed else {k: v for k, v in values.items() if k not in CLINICAL}
    return _letter(template, person, allowed, phone)


def _why_no_number(phone):
    if not phone:
        return "no phone number is recorded"
    return "two numbers in one field" if has_two_numbers(phone) else NO_NUMBER


def _addressed_by(kind):
    return {"letter": ("name",), "clinician": ("clinician", "name")}.get(kind, ())


def _in_language(variants, kind, preferred):
    """The template in the language of the patient, else of the site; a clinician reads that of the
    site"""
    wanted = [] if kind == "clinician" else [(preferred or "").split("-")[0].lower()]
    tags = [*wanted, default_language()]
    return next((variants[tag] for tag in tags if tag in variants), None)


def _letter(template, person, values, phone):
    row, text = person.row, rendered(template.body, values)
    is_text = template.kind == "sms"
    return Letter(
        key=row["key"], item_id=row["id"], version=row["version"], patient_id=row["patient_id"],
        template=template.name, kind=template.kind, language=template.language,
        wording=template.wording, today=values["today"], name=values["name"],
        to=values["clinician"] if template.kind == "clinician" else values["name"], phone=phone,
        postcode_area=on_a_line(person.contact.postcode_area), subject=template.subject,
        text=" ".join(text.split()) if is_text else text,
    )  # fmt: skip
