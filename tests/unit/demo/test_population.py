"The demonstration population: the same bytes again, the columns of the interface, realistic, dirty in every way"

from datetime import date

import duckdb
import pyarrow as pa
import pytest
import yaml
from pyarrow import csv

from pipeline import demo
from pipeline.core.config import PROTOCOL
from pipeline.demo.archetypes import ARCHETYPES

pytestmark = pytest.mark.slow

AS_OF = date(2026, 1, 31)
HEADERS = {
    "patient": "patient_id,birth_date,sex,deceased_on,site,opted_out,merged_into,status,"
    "name,phone,email,preferred_language,postcode_area,registered_clinician,ethnicity",
    "lab_result": "patient_id,result_id,accession_id,code,code_system,name,value,unit,status,specimen,collected_at,"
    "reported_at,reference_low,reference_high,performing_lab,comment",
    "medication": "patient_id,medication_id,code,code_system,name,start_on,end_on,days_supply,status,route,strength_mg",
    "condition": "patient_id,condition_id,code,code_system,name,onset_on,abated_on,status,recorded_by",
    "procedure": "patient_id,procedure_id,code,code_system,name,performed_on,status",
}
DIRTY = {
    "missing_patient_id": "patient_id is null",
    "missing_code": "code is null",
    "missing_date": "collected_at is null",
    "bad_date": "try_cast(collected_at as date) is null and collected_at not like '____-__-__T%'",
    "future_date": "collected_at > '2027'",
    "code_in_scientific_notation": "regexp_full_match(code, '.*E[+][0-9]+')",
    "missing_unit": "unit is null and code in ('2132-9', '14685-2')",
    "unknown_unit": "unit in ('U/L', 'titer', 'mg%')",
    "wrong_scale_unit": "unit = 'ng/dL' and code = '2132-9'",
    "empty_value": "value is null and status = 'final'",
    "not_a_number": "value = 'NaN'",
    "pending_or_cancelled_text": "value = 'pending'",
    "range_or_ratio": "value = '150-200'",
    "implausible_value": "value = '9999999'",
    "wrong_specimen": "specimen = 'Urine' and code = '13964-2'",
    "unmapped code": "code_system = 'LOCAL'",
    "order code": "code = '82607'",
    "censored below": "value = '<150'",
    "censored above": "value = '>2000'",
}


def write(folder, **changes):
    return demo.write_demo(folder, **({"patients": 300, "seed": 7, "as_of": AS_OF} | changes))


def contents(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def read(path, names):
    "The rows that fit the header, as text, and by how many columns each other one does not"
    misfits = []

    def note(row):
        misfits.append(row.actual_columns - row.expected_columns)
        return "skip"

    as_text = csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]
    )
    return csv.read_csv(
        path, parse_options=csv.ParseOptions(invalid_row_handler=note), convert_options=as_text
    ), misfits


@pytest.fixture(scope="module")
def population(tmp_path_factory):
    folder = tmp_path_factory.mktemp("population")
    written = write(folder, patients=20_000)
    return written, {
        entity: read(folder / f"{entity}.csv", names.split(","))
        for entity, names in HEADERS.items()
    }


@pytest.fixture(scope="module")
def con(population):
    _, extracts = population
    connection = duckdb.connect()
    for entity, (table, _) in extracts.items():
        connection.register(entity, table)
    return connection


def test_same_arguments_give_the_same_bytes_and_another_seed_others(tmp_path):
    for name, seed in [("one", 7), ("again", 7), ("other", 8)]:
        write(tmp_path / name, seed=seed)
    one, again, other = (contents(tmp_path / name) for name in ("one", "again", "other"))
    assert one == again
    assert all(one[name] != other[name] for name in one)


def test_the_size_of_a_chunk_changes_no_row(tmp_path, monkeypatch):
    write(tmp_path / "whole")
    monkeypatch.setattr("pipeline.demo.population.CHUNK", 70)
    write(tmp_path / "chunks")
    whole, chunks = contents(tmp_path / "whole"), contents(tmp_path / "chunks")
    assert whole.keys() == chunks.keys()
    for name, content in whole.items():
        assert sorted(content.splitlines()) == sorted(chunks[name].splitlines())


def test_progress_reports_each_chunk(tmp_path, monkeypatch):
    monkeypatch.setattr("pipeline.demo.population.CHUNK", 40)
    seen = []
    write(tmp_path, patients=100, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(40, 100), (80, 100), (100, 100)]


def test_headers_are_those_of_the_interface_and_rows_are_counted(population):
    written, extracts = population
    assert list(written) == list(HEADERS)
    for entity, (table, misfits) in extracts.items():
        assert ",".join(table.column_names) == HEADERS[entity]
        assert table.num_rows + len(misfits) == written[entity]


def test_some_lines_have_a_column_too_few_or_too_many(population):
    _, extracts = population
    assert set(extracts["lab_result"][1]) == {-1, 1}


@pytest.mark.parametrize("kind", DIRTY)
def test_each_kind_of_dirty_row_occurs_and_stays_rare(con, kind):
    [(share,)] = con.execute(
        f"select avg(coalesce({DIRTY[kind]}, false)::integer) from lab_result"
    ).fetchall()
    assert 0 < share < 0.005


@pytest.mark.parametrize("entity", ["patient", "lab_result", "medication", "condition"])
def test_some_rows_come_twice(con, entity):
    assert con.execute(
        f"select 1 from (select * from {entity}) group by all having count(*) > 1"
    ).fetchall()


def test_statuses_tell_stories(con):
    statuses = {
        status for (status,) in con.execute("select distinct status from lab_result").fetchall()
    }
    assert statuses == {
        "final",
        "preliminary",
        "corrected",
        "amended",
        "entered-in-error",
        "cancelled",
    }


def test_volume_per_patient(population):
    written, _ = population
    per_patient = {entity: count / 20_000 for entity, count in written.items()}
    assert per_patient["lab_result"] == pytest.approx(10, abs=1.5)
    assert per_patient["medication"] == pytest.approx(8, abs=1.5)
    assert per_patient["condition"] == pytest.approx(2, abs=0.5)
    assert per_patient["procedure"] == pytest.approx(0.2, abs=0.1)


def usable_b12(con):
    "Each usable, uncensored total B12 in pg/mL"
    return con.sql("""
        select patient_id, performing_lab, unit, collected_at,
            try_cast(value as double) * case unit when 'pmol/L' then 1.35537 else 1 end as pg_ml
        from lab_result
        where code in ('2132-9', '14685-2') and status in ('final', 'corrected', 'amended')
            and unit in ('pg/mL', 'ng/L', 'pmol/L', 'PG/ML', 'pg/ml')
            and isfinite(try_cast(value as double)) and try_cast(value as double) > 5
    """)


def test_low_and_borderline_b12_are_as_common_as_in_nhanes(con):
    con.register("usable", usable_b12(con).to_arrow_table())
    [(low, borderline)] = con.execute("""
        with latest as (
            from usable qualify row_number() over (partition by patient_id order by collected_at desc, pg_ml) = 1
        )
        select avg((pg_ml < 200)::integer), avg((pg_ml between 200 and 350)::integer)
        from latest
        where patient_id not in (
            select patient_id from medication
            where patient_id is not null and (name ilike '%cobalamin%' or name ilike '%b12%' or name ilike '%b-12%')
        )
    """).fetchall()
    assert low == pytest.approx(0.025, abs=0.007)
    assert borderline == pytest.approx(0.18, abs=0.025)


def test_no_laboratory_mixes_its_units_up(con):
    con.register("usable", usable_b12(con).to_arrow_table())
    medians = con.execute(
        "select performing_lab, median(pg_ml) from usable group by all having count(*) > 1000"
    ).fetchall()
    assert len(medians) == 5
    assert all(median == pytest.approx(515, rel=0.1) for _, median in medians)


def test_nothing_but_typing_errors_lies_after_the_as_of_date(con):
    late = "left(collected_at, 10) between '2026-01-31' and '2100' or left(reported_at, 10) > '2026-01-31'"
    assert con.execute(f"select count(*) from lab_result where {late}").fetchall() == [(0,)]


def test_every_archetype_occurs_from_two_thousand_patients():
    assert demo.archetype_step(199) > 199
    assert 200 // demo.archetype_step(200) >= 20
    assert 2000 // demo.archetype_step(2000) >= len(ARCHETYPES)
    assert demo.archetype_step(1_000_000) == 100


def test_archetypes_are_meant_for_every_rule():
    pack = yaml.safe_load((PROTOCOL / "praxis-2026.yaml").read_text(encoding="utf-8"))
    rules = {rule["id"] for rule in pack["next_step"] + pack["safety"]}
    assert rules == {rule for expects, _, _ in ARCHETYPES.values() for rule in expects.split()}
