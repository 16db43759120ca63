"What cells show: the order of dates, marks of numbers, the system of codes"

import duckdb
import pytest

from pipeline.sources import shapes
from pipeline.sources.shapes import (
    are_dates,
    are_systems,
    are_units,
    code_system,
    date_order,
    decimal_marks,
    has_offset,
    unknown_words,
)


@pytest.mark.parametrize(("cells", "order"), [
    ("13/01/2026 02/01/2026", "dmy"), ("01/13/2026 01/02/2026", "mdy"), ("13.01.2026", "dmy"), ("2026-01-13", "iso"), ("2026/01/13", "ymd"), ("20260113", "ymd"),
    ("01/02/2026", None), ("13/01/2026 01/13/2026", None), ("", ""), ("word 12", ""), ("2026-01-13 13/01/2026", "dmy"), ("13-JAN-2026", "dmy"), ("01/02/26", ""),
])  # fmt: skip
def test_the_order_of_dates(cells, order):
    assert date_order(cells.split())[0] == order


def test_instants_are_dates_and_ids_of_eight_digits_are_none():
    assert are_dates(["2026-01-05 08:30:00", "2026-01-05T08:30Z", "1/5/2026 8:30"])
    assert not are_dates(["70003123", "10000032"])
    assert has_offset(["2026-01-05T08:30Z", "2026-01-05 08:30+01:00", "2026-01-05"])
    assert not has_offset(["2026-01-05T08:30Z", "2026-01-05 08:30"])
    assert not has_offset(["2026-01-05"])


@pytest.mark.parametrize(("cells", "marks"), [
    ("165,5 <150,5", (",", None)), ("165.5 3", (".", None)), ("1.263,5", (",", ".")), ("1,263.5 7.5", (".", ",")), ("165", (None, None)), ("1,5 1.5", (None, None)), ("", (None, None)),
])  # fmt: skip
def test_the_marks_of_numbers(cells, marks):
    assert decimal_marks(cells.split()) == marks


@pytest.mark.parametrize(("entity", "name", "cells", "system"), [
    ("lab_result", "test", "2132-9 13964-2", "LOINC"), ("lab_result", "test", "2132-8 13964-1", None), ("lab_result", "loinc", "B12 MMA", None),
    ("condition", "dx", "E53.8 D510 G62.9", "ICD10"), ("condition", "dx", "2662 281.0 V45.86", "ICD9CM"), ("condition", "dx", "190634004 84027009", "SNOMEDCT"),
    ("condition", "dx", "190634005", None), ("medication", "x", "A10BA02 B03BA01", "ATC"), ("medication", "x", "00456000501", "NDC"), ("medication", "x", "6809 11248", None),
    ("medication", "rxcui", "6809 11248", "RXNORM"), ("procedure", "cpt", "43644 43846", "CPT4"), ("procedure", "x", "J3420 G0108", "HCPCS"),
    ("condition", "ctv3code", "C2620 F3710", "READ2"), ("lab_result", "conceptcd", "LOINC:2132-9", "LOINC"), ("medication", "pzn", "01234567", "PZN"), ("medication", "bnf_code", "0601022B0AAABAB", "BNF"), ("procedure", "opcs4code", "G301 G321", "OPCS4"),
])  # fmt: skip
def test_the_system_of_codes(entity, name, cells, system):
    assert code_system(entity, name, cells.split())[0] == system


def test_units_systems_and_words_of_the_protocol():
    assert are_units(["pg/mL", "PG/ML", "pmol/l", "Punkte"]) and not are_units(["serum"])
    assert are_systems(["LOINC", "http://loinc.org"]) and not are_systems(["9"])
    assert unknown_words("status", "lab_result", ["final", "Entered-in-Error", "Endbefund"]) == (1, 3)  # fmt: skip
    assert unknown_words("specimen", "lab_result", ["Serum"]) == (0, 1)


@pytest.mark.parametrize(("cells", "codes"), [
    (["E11.9 - Type 2 diabetes mellitus", "D51.0 - Pernicious anaemia"], ["E11.9", "D51.0"]),
    (["244.9^^2", "281.0^^2", "V45.3^^1"], ["244.9", "281.0", "V45.3"]),
    (["44054006 |Diabetes mellitus type 2|", "84027009|Pernicious anemia"], ["44054006", "84027009"]),
    (["Type 2 diabetes (E11.9)", "Pernicious anaemia [D51.0]"], ["E11.9", "D51.0"]),
    (["E11.9", "D51.0"], ["E11.9", "D51.0"]), (["Type 2 diabetes", "Anaemia"], ["Type 2 diabetes", "Anaemia"]), ([], []),
])  # fmt: skip
def test_codes_among_other_text(cells, codes):
    assert shapes.undecorated(cells) == codes
    assert (shapes.decoration(cells) is None) == (cells == codes)


def test_of_a_long_cell_only_the_beginning_is_looked_at():
    cells = ["1" * 1_000_000, "E11.9 - Type 2 diabetes mellitus"]
    assert shapes.undecorated(cells) == cells


@pytest.mark.parametrize(
    ("entity", "name"),
    [
        ("condition", "dropscode"),
        ("condition", "batchcode"),
        ("lab_result", "secondcode"),
        ("medication", "opscode"),
    ],
)
def test_a_system_is_not_read_into_a_part_of_a_word_or_of_another_entity(entity, name):
    system, _, why = code_system(entity, name, ["E11.9", "D51.0", "K50.1"])
    assert system in (None, "ICD10") and "name" not in why


@pytest.mark.parametrize(("entity", "name", "system"), [
    ("medication", "source_atc_code", "ATC"), ("medication", "RxNorm", "RXNORM"), ("condition", "ICD10Code", "ICD10"), ("condition", "SnomedCTConceptId", "SNOMEDCT"),
    ("condition", "diagnosisicd10", "ICD10"), ("medication", "PZN", "PZN"), ("procedure", "ops_code", "OPS"), ("condition", "icd10_cm", "ICD10"), ("lab_result", "reading", None), ("condition", "CTV3Code", "READ2"),
])  # fmt: skip
def test_the_system_that_a_name_says(entity, name, system):
    assert shapes._named_system(entity, name) == system


def test_the_patterns_of_codes_are_those_of_the_reader_too():
    for form in shapes._DECORATED:
        [[found]] = duckdb.sql("select regexp_extract('x', $1)", params=[form]).fetchall()
        assert found == ""
