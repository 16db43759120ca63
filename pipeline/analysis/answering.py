"""A steward answers what a local code or unit stands for: the answer, and what it would change."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pipeline.analysis.asked import analytes_of
from pipeline.core import UsageError
from pipeline.profiles import Answer, known_units, read_profile, shown, unit_key
from pipeline.protocol import code_in_units, labels
from pipeline.sources import Trial, meanings, try_answer, unit_targets

NOT_RELEVANT = "none"
LONGEST_REASON = 500
LONGEST_DELIVERED = 20_000  # characters of a code that a map takes; CSV readers end at 131,072
FILES, BYTES = 5, 16 << 20  # of the archive, that a preview reads


@dataclass(frozen=True)
class Preview:
    """What an answer would change. title, effect: what the code would count as. analytes: of a
    unit, the tests whose results are held in it. units: UnitTargets of the answer, with examples.
    trial: what became of the held rows of the newest files; None of what is not relevant. warnings:
    in words, what a steward has to check first."""

    answer: Answer
    title: str
    effect: str
    analytes: tuple = ()
    units: tuple = ()
    trial: Trial | None = None
    warnings: tuple[str, ...] = ()


def answer_to(asked, to, *, actor=None, because=None):
    """The Answer that a steward chose: `SYSTEM|CODE`, a unit, or none. Raises UsageError."""
    system, _, code = (to or "").rpartition("|")
    if asked.kind == "status" or not code or len(asked.delivered) > LONGEST_DELIVERED:
        raise UsageError("This cannot be mapped here. Choose a code or unit of the list.")
    if asked.kind == "code" and code != NOT_RELEVANT and not system:
        raise UsageError("Choose a concept of the protocol, or not relevant.")
    if because and len(because) > LONGEST_REASON:
        raise UsageError(f"Give a reason of at most {LONGEST_REASON} characters.")
    return Answer(
        entity=asked.entity,
        kind=asked.kind,
        code_system=asked.code_system if asked.kind == "code" else None,
        delivered=asked.delivered,
        map_to_system=system or (NOT_RELEVANT if asked.kind == "code" else None),
        map_to=code,
        answered_by=actor and actor.name,
        answered_at=datetime.now(UTC).isoformat(timespec="seconds"),
        because=because,
    )


def preview(home, asked, answer, *, most_files=FILES, most_bytes=BYTES):
    """The Preview of an Answer. Nothing is kept. Raises UsageError where it cannot be right,
    InvalidProtocol where the profile of the source cannot be read."""
    profile = read_profile(asked.source, home)
    if not answer.is_relevant:
        return _preview_irrelevant(asked, answer, profile)
    made, tried = meant(asked, answer, profile), _with(profile, answer)
    trial = try_answer(home, tried, asked, most_files=most_files, most_bytes=most_bytes)
    return replace(made, trial=trial)


def _with(profile, answer):
    return profile.model_copy(update={"maps": (*profile.maps, vars(answer))})


def meant(asked, answer, profile):
    """The Preview of an answer that a code or unit is relevant, without a trial. Raises
    UsageError."""
    if asked.kind == "unit":
        return _of_unit(asked, answer, profile)
    return _of_code(asked, answer, _with(profile, answer))


def _preview_irrelevant(asked, answer, profile):
    warnings = []
    if asked.band == "strong":
        warnings.append(
            "A decision may depend on it. Check that it is really another test or drug."
        )
    title = "Not relevant"
    effect = "its rows stay out, as now, and it is not listed again; no replay is needed"
    analytes = analytes_of(profile, asked) if asked.kind == "unit" else ()
    return Preview(answer, title, effect, analytes=tuple(analytes), warnings=tuple(warnings))


def _of_code(asked, answer, profile):
    "What the code means with this answer, by the relations of an ingest"
    key = (asked.code_system, asked.delivered)
    meaning = meanings(profile, asked.entity, [key]).get(key)
    if meaning is None:
        raise UsageError(
            f"{answer.map_to_system} {shown(answer.map_to)} is not a code of the protocol for this"
            " kind of row. Search for a concept and choose it."
        )
    warnings = tuple(_warnings(asked, answer))
    return Preview(answer, meaning.title, meaning.effect, warnings=warnings)


def _warnings(asked, answer):
    units = (asked.units or "").split("; ") if asked.units else []
    if (molar := code_in_units(answer.map_to, units)) != answer.map_to:
        yield (
            f"Its units ({asked.units}) are molar, and {answer.map_to} says mass: results would be"
            f" marked. {answer.map_to_system} {molar} is the molar code."
        )
    if len(asked.names) > 1:
        yield (
            f"This code was delivered with {len(asked.names)} names. A map of the code counts them"
            " all alike: check that each is the same test or drug."
        )


def _of_unit(asked, answer, profile):
    known = known_units().get(unit_key(asked.delivered))
    if known:
        raise UsageError(
            f"{shown(asked.delivered)} is {known} for the protocol, in which this test is not"
            " measured. A map of it would change results of other tests. Ask the laboratory which"
            " unit is meant, and correct the source or its profile."
        )
    analytes = analytes_of(profile, asked)
    chosen = [target for target in unit_targets(analytes) if target.unit == answer.map_to]
    if not chosen:
        raise UsageError(f"No test that is held is measured in {shown(answer.map_to)}.")
    left = sorted({*analytes} - {target.analyte for target in chosen if target.factor is not None})
    return Preview(
        answer,
        answer.map_to,
        "results in this spelling count in this unit, for every test of the source",
        analytes=tuple(analytes),
        units=tuple(chosen),
        warnings=tuple(_left_out(left)),
    )


def _left_out(analytes):
    if analytes:
        named = ", ".join(map(labels.word, analytes))
        yield f"Results of {named} stay rejected: they are not measured in this unit."
