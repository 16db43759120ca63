"""Who the patient of a page is: name, age, sex, identifiers, and how they are reached."""

from dataclasses import dataclass

from pipeline import worklist
from pipeline.core import clock, filled_patient_url, settings
from pipeline.profiles import language_name
from pipeline.web.access import store_of


@dataclass(frozen=True)
class Banner:
    """What stands on top of a patient's page; None: not recorded. merged: ids that were merged into
    this one. born: a day, a month or a year. deceased: the day, or yes. pregnant: yes or no. url:
    of the patient in the health record; is_url_set: whether the site has said where that is."""

    patient_id: str
    merged: tuple[str, ...]
    contact: worklist.Contact
    language: str | None
    age: str | None
    born: str | None
    sex: str | None
    site: str | None
    deceased: str | None
    pregnant: str | None
    url: str | None
    is_url_set: bool


def banner_of(request, row, explanation):
    """The Banner of an item, for the reader of a request. explanation: of `explain_run`, or
    None."""
    person = (explanation or {}).get("person") or {}
    merged = tuple(explanation["also_known_as"]) if explanation else ()
    found = worklist.contacts(store_of(request), [row["key"]], also={row["key"]: merged})
    contact = found.get(row["key"], worklist.Contact())
    known = {name: person.get(name) or row.get(name) for name in _SHOWN}
    died_on, is_dead = person.get("died_on"), person.get("is_dead_undated")
    born = known["born_on"], known["born_latest_on"]
    return Banner(
        patient_id=row["patient_id"],
        merged=merged,
        contact=contact,
        language=language_name(contact.preferred_language),
        age=worklist.age_in_years(*born, died_on or clock.today()),
        born=_birth(*born),
        sex=known["sex"],
        site=known["site"],
        deceased=str(died_on) if died_on else "yes" if is_dead else None,
        pregnant=_pregnant(explanation),
        url=patient_url(row["patient_id"], person.get("source") or contact.source),
        is_url_set=bool(settings().patient_url),
    )


_SHOWN = ("born_on", "born_latest_on", "sex", "site")


def patient_url(patient_id, system):
    """The address of a patient in the health record (B12_PATIENT_URL), None without that setting.
    system: the source that delivered who the patient is."""
    template = settings().patient_url
    return template and filled_patient_url(template, patient_id=patient_id, system=system)


def _birth(born_on, latest_on):
    if born_on is None:
        return None
    days = ((latest_on or born_on) - born_on).days
    return str(born_on)[: 10 if days == 0 else 7 if days <= 31 else 4]


def _pregnant(explanation):
    "Not recorded where no source delivers conditions"
    facts = {fact["fact"]: fact["answer"] for fact in explanation["facts"]} if explanation else {}
    answer = facts.get("pregnancy")
    return answer if answer in ("yes", "no") else None
