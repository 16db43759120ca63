"""The examples of a pack, tried: their records go through the real ingest into a home of their own,
and are screened there."""

import csv
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.core import ENTITIES, Home
from pipeline.engine import build, connect, relation_names, rows_of, storage_errors
from pipeline.ingest import ingest_file
from pipeline.protocol import Example, answers_in, deciding_lines, derive, examples_of
from pipeline.screening import BUILDERS, register_inputs

SOURCE = "canonical"
BUILT = (*relation_names("clinical"), *relation_names("screening"))
ASSESSED = ("next_step", "rule", "priority", "safety", "flags", "cause")
FACTS = "clinical.patient_fact"
NOT_ACCEPTED = """
    select file, line, rejected_because from lake.rejected_row order by file, line
"""


@dataclass(frozen=True)
class Tried:
    """An Example that was tried. came: what came out, by what was expected, and facts by fact.
    rejected: why the ingest rejected records of it, each as `lab_result: unknown_unit`. decided:
    the lines that decided it, see `deciding_lines`."""

    example: Example
    came: dict
    rejected: tuple[str, ...]
    decided: tuple[tuple[str, int], ...]

    @property
    def differences(self):
        """(what, expected, came) of each expectation that was not met, as text; a rejected record
        is one, since its example is not the patient that it draws."""
        expected = dict(_flat(self.example.expected))
        found = [
            (what, _text(each), _text(self.came.get(what)))
            for what, each in expected.items()
            if not _is_met(what, each, self.came.get(what))
        ]
        return [*found, *(("records", "accepted", f"rejected: {why}") for why in self.rejected)]

    @property
    def is_passed(self):
        return not self.differences


def try_examples(pack):
    """Each example of a sound pack as Tried, in order: one home and one screening for all that
    share the day and what was loaded; each has an id of its own, so none sees another's records."""
    together = {}
    for example in examples_of(pack):
        alone = example.number if example.is_apart else None
        together.setdefault((example.as_of, example.not_loaded, alone), []).append(example)
    tried = [each for examples in together.values() for each in _tried(pack, examples)]
    return sorted(tried, key=lambda each: each.example.number)


def _tried(pack, examples):
    as_of = examples[0].as_of
    with TemporaryDirectory(prefix="b12-examples-") as name:
        home = Home(Path(name) / "home")
        lines = dict(_ingested(home, Path(name), examples))
        with closing(connect(spill=Path(name) / "spill")) as con, storage_errors(home):
            register_inputs(con, home, pack=pack, as_of=as_of)
            build(con, BUILT, builders=BUILDERS)
            rows = {row["patient_id"]: row for row in rows_of(con, _select("screening.assessment"))}
            facts = {row["patient_id"]: row for row in rows_of(con, _select(FACTS))}
            rejected = {}
            for row in rows_of(con, NOT_ACCEPTED):
                entity = Path(row["file"]).stem
                said = rejected.setdefault(lines[entity, row["line"]], [])
                said.append(f"{entity}: {row['rejected_because']}")
    for example in examples:
        patient = example.patient_id
        answers = answers_in(pack, facts[patient]) if patient in facts and patient in rows else None
        came = _came(pack, rows.get(patient), answers)
        decided = () if answers is None else deciding_lines(pack, answers)
        yield Tried(example, came, tuple(rejected.get(patient, ())), decided)


def _select(relation):
    return f"select * from {relation}"


def _came(pack, row, answers):
    "Nothing of a patient of whom no record was accepted"
    if answers is None:
        return {}
    known = derive(pack, answers)
    return {name: row[name] for name in ASSESSED} | {f"facts.{fact}": known[fact] for fact in known}


def _ingested(home, folder, examples):
    """Ingest the records of examples; yields ((entity, line), patient id). An extract without
    records is one of patients who have none: it is there, unless it was never loaded."""
    home.root.mkdir(mode=0o700)
    received_at = datetime.combine(examples[0].as_of, time(23, 59), UTC)
    for entity in ENTITIES:
        if entity in examples[0].not_loaded:
            continue
        rows = [
            {"patient_id": each.patient_id, **_own_ids(row, each.patient_id)}
            for each in examples
            for row in each.tables.get(entity, ())
        ]
        yield from (((entity, line), row["patient_id"]) for line, row in enumerate(rows, start=2))
        path = folder / f"{entity}.csv"
        _write(path, entity, rows)
        account = ingest_file(
            home, path=path, source=SOURCE, name=path.name, received_at=received_at
        )
        assert account.refused is None, account.refused


def _own_ids(row, patient_id):
    "Records of two examples that have the same id are not versions of one record"
    return {
        name: f"{patient_id}-{cell}" if name.endswith("_id") else cell for name, cell in row.items()
    }


def _write(path, entity, rows):
    needed = {
        "lab_result": ("code", "value", "unit", "collected_at"),
        "medication": ("code", "start_on"), "condition": ("code", "onset_on"),
        "procedure": ("code", "performed_on"),
    }  # fmt: skip
    named = [name for row in rows for name in row]
    columns = list(dict.fromkeys(("patient_id", *needed.get(entity, ()), *named)))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)


def _flat(expected):
    for name, value in expected.items():
        if name == "facts":
            yield from ((f"facts.{fact}", answer) for fact, answer in value.items())
        else:
            yield name, value


def _is_met(what, expected, came):
    if what == "flags":
        return set(expected) <= set(came or ())
    if what == "safety":
        return came is not None and set(expected) == set(came)
    return expected == came


def _text(value):
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "none"
    return "nothing" if value is None else str(value)
