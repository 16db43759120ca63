"""The fields that a template may use: without clinical content for everyone, and with it for
templates that are signed so."""

import re
from dataclasses import dataclass
from datetime import date

from babel import Locale, UnknownLocaleError
from babel.dates import format_date

from pipeline.core import settings
from pipeline.protocol import deciding_result, labels

_DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b")
KINDS = {"letter": "Letter", "sms": "SMS", "clinician": "Letter to the clinician"}
NEUTRAL = {  # name -> (meaning, the kinds that may use it)
    "name": ("name of the patient", tuple(KINDS)),
    "today": ("day of the letter, as its language writes it", tuple(KINDS)),
    "clinic": ("name of the clinic (B12_CLINIC_NAME)", tuple(KINDS)),
    "telephone": ("telephone number of the clinic (B12_CLINIC_PHONE)", tuple(KINDS)),
    "what_to_do": ("what the patient is asked to do (what_to_do.csv)", tuple(KINDS)),
    "patient_id": ("ID of the patient", ("letter", "clinician")),
    "clinician": ("registered clinician of the patient", ("letter", "clinician")),
    "born": ("date of birth, or its month or year", ("clinician",)),
}
CLINICAL = {
    "next_step": "what is to be done first, as the worklist says it",
    "reason": "why the patient is on the worklist",
    "evidence": "the results and diagnoses behind it",
    "result": "the result that decides, with its unit",
    "result_on": "the day of this result",
    "alerts": "the safety alerts",
}
OF_THE_SITE = {"clinic": "B12_CLINIC_NAME", "telephone": "B12_CLINIC_PHONE"}
MISSING = {  # what is said of a field that is not known
    "name": "no name is recorded", "clinician": "no registered clinician is recorded",
    "born": "no date of birth is recorded", "reason": "the worklist gives no reason",
    "evidence": "the worklist shows no evidence", "result": "no result is on file",
    "result_on": "no result is on file", "alerts": "there is no safety alert",
    "next_step": "no further step is due", "patient_id": "no ID is recorded",
    "what_to_do": "what_to_do.csv has no words for this in the language of the template",
    "clinic": "B12_CLINIC_NAME is not set", "telephone": "B12_CLINIC_PHONE is not set",
}  # fmt: skip


@dataclass(frozen=True)
class Person:
    """Whom a letter is about. row: of the worklist. contact: a worklist.Contact."""

    row: dict
    contact: object


def values_of(person, *, language, today, what_to_do):
    """Every field of a template for a person, as text on one line; None for what is not known.
    today: the day of the letter; what_to_do: the words for it in the language, or None."""
    row, contact, shown = person.row, person.contact, deciding_result(person.row)
    values = {
        "name": contact.name, "today": written_day(today, language),
        "clinic": settings().clinic_name, "telephone": settings().clinic_phone,
        "what_to_do": what_to_do, "patient_id": row["patient_id"],
        "clinician": contact.registered_clinician,
        "born": _born(row.get("born_on"), row.get("born_latest_on"), language),
        "next_step": labels.asked(row["action"]) if row.get("action") else None,
        "reason": _with_days(row.get("reason"), language),
        "evidence": _with_days(row.get("evidence"), language),
        "result": shown and f"{shown.test} {shown.value}",
        "result_on": shown and row["deciding_on"] and written_day(row["deciding_on"], language),
        "alerts": ", ".join(map(labels.word, row.get("safety") or ())),
    }  # fmt: skip
    return {name: on_a_line(value) for name, value in values.items()}


def on_a_line(value):
    """A value without line breaks, tabs and what cannot be printed; None where nothing is left."""
    spaced = " ".join(str(value).split()) if value else ""
    return "".join(each for each in spaced if each.isprintable()) or None


def _with_days(text, language):
    "A sentence with its days as the language writes them"
    return _DAY.sub(lambda day: _day_or(day[0], language), text or "")


def _day_or(text, language):
    try:
        return written_day(date.fromisoformat(text), language)
    except ValueError:  # no day of the calendar
        return text


def written_day(day, language):
    """A day as a language writes it in full: 30 November 2026."""
    return format_date(day, "long", locale=_locale(language))


def default_language():
    """The language of the site, by B12_LOCALE."""
    return settings().locale.split("_")[0]


def _locale(language):
    "That of the site where it is of this language: British days differ from American ones"
    name = settings().locale if default_language() == language else language
    try:
        return Locale.parse(name)
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en_GB")


def _born(first: date | None, latest: date | None, language):
    if first is None:
        return None
    days = ((latest or first) - first).days
    if days == 0:
        return written_day(first, language)
    return f"{first:%m/%Y}" if days <= 31 else str(first.year)
