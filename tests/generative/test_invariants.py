"""The seven invariants of protocol §5, on generated deliveries. That the SQL agrees with the definition (4): test_sql_equals_definition.py;
that no combination becomes less urgent (6): test_monotone.py."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import lake
from pipeline.core.config import ENTITIES, Home
from pipeline.protocol.check import problems
from tests.clinic import accept, build, clinic, insert, landed, pack, select
from tests.generative.deliveries import CROWDED, USUAL, delivery, ingested

SEEDS = st.integers(min_value=0, max_value=2**32 - 1)
WHERE_IT_STOOD = {"b12_source"}  # file and line


def assessed(home):
    "The assessment of a lake, by patient, without where its evidence stood"
    con = clinic(loaded=None)
    con.execute("drop schema lake cascade")
    lake.attach(con, home)
    build(con)
    rows = select(con, "screening.assessment", order="patient_id")
    return [
        {name: cell for name, cell in row.items() if name not in WHERE_IT_STOOD} for row in rows
    ], con


@settings(max_examples=2)
@given(seed=SEEDS)
def test_order_repetition_and_splitting_change_nothing_every_patient_has_one_reason_and_accounts_add_up(
    seed,
):
    random = Random(seed)
    rows = delivery(random)
    with TemporaryDirectory() as folder:
        whole = Home(Path(folder) / "whole")
        accounts = [ingested(whole, folder, entity, rows[entity], "all") for entity in ENTITIES]
        split = Home(Path(folder) / "split")
        parts = [(entity, rows[entity]) for entity in ("patient", "procedure")]
        parts += [
            (entity, rows[entity][start::2])
            for entity in ("lab_result", "medication", "condition")
            for start in (0, 1)
        ]
        parts += random.sample(parts, 2)
        random.shuffle(parts)
        accounts += [
            ingested(split, folder, entity, random.sample(some, len(some)), n)
            for n, (entity, some) in enumerate(parts)
        ]
        one, con = assessed(whole)
        other, _ = assessed(split)
        assert one == other
        _everyone_once(con, one)
        _add_up(con, accounts, len(ENTITIES))


def _everyone_once(con, assessment):
    merged = "select patient_id from clinical.merged_patient"
    everyone = " union ".join(
        f"select patient_id from lake.{entity} where patient_id not in ({merged})"
        for entity in ENTITIES
    )
    everyone = {
        patient
        for (patient,) in con.execute(
            f"{everyone} union select surviving_id from clinical.merged_patient"
        ).fetchall()
    }
    assert [row["patient_id"] for row in assessment] == sorted(everyone)
    assert all(
        row["reason"] and row["rule"] and row["next_step"] in pack().raw["actions"]
        for row in assessment
    )
    assert all(row["priority"] in (0, 1, 2, 3, 4) for row in assessment)
    assert all(
        row["waiting_since"] is None or row["waiting_since"] <= row["as_of"] for row in assessment
    )
    assert all(row["evidence"] for row in assessment)


def _add_up(con, accounts, of_the_whole):
    for account in accounts:
        assert account.refused is None
        assert account.rows == account.accepted + sum(
            account.rejected.values()
        ) + account.duplicates + sum(account.skipped.values())
    for account in accounts[:of_the_whole]:
        held = con.execute(
            f"select count(*), count(distinct row_key) from lake.{account.entity}"
        ).fetchone()
        assert held == (account.accepted, account.accepted)
        rejected = con.execute(
            "select count(*) from lake.rejected_row where entity = $1", [account.entity]
        ).fetchone()[0]
        assert rejected == sum(account.rejected.values())


def in_memory(rows, as_of="2026-01-31"):
    "The assessment of rows that were checked and accepted without a lake on disk"
    con = clinic(as_of)
    for entity in ENTITIES:
        if rows.get(entity):
            accept(
                landed(
                    con,
                    entity,
                    [{name: cell or None for name, cell in row.items()} for row in rows[entity]],
                ),
                entity,
            )
    build(con)
    return {row["patient_id"]: row for row in select(con, "screening.assessment")}


@settings(max_examples=4)
@given(seed=SEEDS, pools=st.sampled_from([CROWDED, CROWDED, USUAL]))
def test_the_order_of_rows_changes_nothing_however_much_falls_together(seed, pools):
    random = Random(seed)
    rows = delivery(random, patients=40, pools=pools)
    shuffled = {entity: random.sample(some, len(some)) for entity, some in rows.items()}
    one, other = in_memory(rows), in_memory(shuffled)
    assert {patient: _shown(row) for patient, row in one.items()} == {
        patient: _shown(row) for patient, row in other.items()
    }


@settings(max_examples=2)
@given(seed=SEEDS)
def test_haemoglobin_and_mcv_never_change_anything(seed):
    random = Random(seed)
    rows = delivery(random)
    rows["lab_result"] = [
        row for row in rows["lab_result"] if row["code"] not in ("718-7", "787-2")
    ]
    known = sorted(
        {row["patient_id"] for found in rows.values() for row in found if row["patient_id"]}
    )
    without = in_memory(rows)
    blood = [
        {"patient_id": patient, "code": code, "unit": unit, "value": random.choice(values), "collected_at": "2026-01-05"}
        for patient in known for code, unit, values in (("718-7", "g/dL", ("4", "13", "19")), ("787-2", "fL", ("60", "90", "130")))
    ]  # fmt: skip
    found = in_memory(rows | {"lab_result": rows["lab_result"] + blood})
    assert {patient: _shown(found[patient]) for patient in without} == {
        patient: _shown(row) for patient, row in without.items()
    }


def _shown(row):
    return {name: cell for name, cell in row.items() if name not in WHERE_IT_STOOD}


@settings(max_examples=4)
@given(seed=SEEDS)
def test_lowering_a_b12_never_makes_an_untreated_patient_less_urgent(seed):
    "One B12 a patient, among everything else; the same patients again with every B12 lowered"
    random = Random(seed)
    rows = delivery(random, patients=40)
    rows["lab_result"] = [
        row for row in rows["lab_result"] if row["code"] not in ("2132-9", "14685-2")
    ]
    rows["patient"] = [row | {"merged_into": ""} for row in rows["patient"]]
    values = {f"p{number:02}": sorted(random.sample(range(60, 420), 2)) for number in range(40)}
    day = {
        patient: random.choice(("2015-03-01", "2023-03-01", "2025-03-01", "2026-01-05"))
        for patient in values
    }
    lower, higher = (
        in_memory(rows | {"lab_result": rows["lab_result"] + [
            {"patient_id": patient, "code": "2132-9", "unit": "pg/mL", "value": str(pair[place]), "collected_at": day[patient]}
            for patient, pair in values.items()
        ]}) for place in (0, 1)
    )  # fmt: skip
    for patient in values:
        if higher[patient]["treated"] == "no":
            urgent = [row[patient]["priority"] or 5 for row in (lower, higher)]
            assert urgent[0] <= urgent[1], (
                values[patient],
                _shown(lower[patient]),
                _shown(higher[patient]),
            )


@given(
    edge=st.sampled_from(
        [tile for fact in ("b12", "neuro_300") for tile in pack().raw["bands"][fact]["tiles"]]
    ),
    offset=st.sampled_from(["-0.0001", "0", "0.0001"]),
)
def test_bands_tile_the_line_at_every_edge(edge, offset):
    number = Decimal(
        str(edge.get("below", edge.get("to", edge.get("from", edge.get("above")))))
    ) + Decimal(offset)
    for fact in ("b12", "neuro_300"):
        assert len(_tiles(fact, Fraction(number))) == 1


@given(
    number=st.decimals(min_value=0, max_value=2_000_000, places=6),
    fact=st.sampled_from(list(pack().raw["bands"])),
)
def test_bands_tile_the_line(number, fact):
    assert len(_tiles(fact, Fraction(number))) == 1


def _tiles(fact, number):
    def holds(tile):
        edges = {
            name: Fraction(str(tile[name]))
            for name in ("from", "above", "to", "below")
            if name in tile
        }
        return (
            edges.get("from", number) <= number <= edges.get("to", number)
            and ("above" not in edges or number > edges["above"]) and ("below" not in edges or number < edges["below"])
        )  # fmt: skip

    return [tile["answer"] for tile in pack().raw["bands"][fact]["tiles"] if holds(tile)]


@settings(max_examples=5)
@given(
    values=st.lists(
        st.decimals(min_value="20", max_value="2000", places=4),
        min_size=30,
        max_size=60,
        unique=True,
    )
)
def test_the_sql_gives_each_number_the_word_of_its_tile(values):
    con = clinic()
    for analyte, fact in (
        ("total_b12", "b12"),
        ("mma", "mma"),
        ("active_b12", "active_b12"),
        ("egfr", "egfr"),
        ("homocysteine", "homocysteine"),
    ):
        con.execute("delete from lake.lab_result")
        insert(con, "lake.lab_result", [
            {"patient_id": f"p{number}", "analyte": analyte, "value": value, "collected_on": "2026-01-05"} for number, value in enumerate(values)
        ])  # fmt: skip
        build(con, "clinical.result")
        found = {
            row["patient_id"]: row["word"]
            for row in select(con, "clinical.result", "patient_id, word")
        }
        assert found == {
            f"p{number}": _tiles(fact, Fraction(value))[0] for number, value in enumerate(values)
        }


def test_every_combination_is_decided_and_every_rule_decides_for_some():
    assert problems(pack()) == []


@settings(max_examples=2)
@given(seed=SEEDS)
def test_a_result_is_never_compared_across_units_and_keeps_what_was_reported(seed):
    random = Random(seed)
    rows = delivery(random)
    found = in_memory(rows)
    reported = {f"{row['value']} {row['unit']}" for row in rows["lab_result"]}
    factor = {"pg/mL": Decimal(1), "pmol/L": Decimal("1.35537")}
    for row in found.values():
        if row["b12_reported"]:
            value, unit = row["b12_reported"].split(" ")
            assert row["b12_reported"] in reported
            assert row["b12_unit"] == "pg/mL"
            assert abs(
                Decimal(value.lstrip("<>=")) * factor[unit] - Decimal(str(row["b12_value"]))
            ) < Decimal("1e-9")
