"The examples of a pack: their form, what stands for a code in short, and which rules have none."

import pytest

from pipeline.core.config import CONTACT
from pipeline.profiles.files import read_profile
from pipeline.protocol import (
    as_markdown,
    deciding_lines,
    examples_of,
    load,
    missing_examples,
    problems,
)
from pipeline.protocol.example_tables import COLUMNS, REQUIRED, SHORT, canonical_rows
from pipeline.protocol.tables import code_rows, vocabulary
from tests.packs import write_small

GOOD = """
examples:
  - title: A low B12
    lab_result: |
      analyte   | value | collected_at
      total_b12 | 110   | 2026-01-05
    expect: {rule: N08, facts: {b12: low, treated: "no"}}
"""


def said(tmp_path, old="", new="", text=GOOD):
    assert old in text
    path = write_small(tmp_path, more=text.replace(old, new, 1))
    return [
        (message, path.read_text().splitlines()[line - 1])
        for file, line, message in problems(load(path))
        if file == str(path)
    ]


def test_a_sound_example_has_no_problem_and_is_shown(tmp_path):
    assert said(tmp_path) == []
    shown = as_markdown(load(tmp_path / "mine.yaml"))
    assert "### 1. A low B12" in shown
    assert "total_b12 | 110   | 2026-01-05" in shown
    assert "Expected: rule N08; b12 = low; treated = no." in shown


def test_examples_in_words_are_shown_as_rows_of_a_table(tmp_path):
    text = """
examples:
  - {title: "A | B", as_of: 2026-03-01, not_loaded: [medication],
     records: [born 1960, total_b12 110], expect: {rule: N08, safety: []}}
"""
    assert said(tmp_path, text=text) == []
    shown = as_markdown(load(tmp_path / "mine.yaml"))
    on_file = "as of 2026-03-01; never loaded: medication; born 1960; total_b12 110"
    assert f"| 1 | A ¦ B | {on_file} | rule N08; safety none |" in shown


def test_an_example_is_part_of_what_is_signed_and_is_not_inherited(tmp_path):
    base = load(write_small(tmp_path / "a"))
    pack = load(write_small(tmp_path / "b", more=GOOD))
    assert pack.sha256 != base.sha256
    (tmp_path / "b" / "other.yaml").write_text(
        (tmp_path / "a" / "mine.yaml").read_text().replace("praxis-2026", "mine", 1)
    )
    assert examples_of(base) == ()
    assert [example.title for example in examples_of(pack)] == ["A low B12"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("title: A low B12", 'title: ""', "title is missing"),
        ("    expect: {", "    as_of: soon\n    expect: {", "as_of is not a date"),
        ("    expect: {", "    not_loaded: [lab_result]\n    expect: {", "not_loaded is a list of"),
        ("    expect: {", "    diagnosis: x\n    expect: {", "diagnosis is not known"),
        ("rule: N08", "rule: N99", "rule: N99 is none of N01"),
        ("rule: N08", "next_step: TREAT", "next_step: TREAT is none of EXCLUDED"),
        ("rule: N08", "priority: 5", "priority: 5 is none of 0, 1, 2, 3, 4"),
        ("rule: N08", "priority: yes", "priority: True is none of"),
        ("rule: N08", "safety: FOLATE_BEFORE_B12", "safety is a list"),
        ("rule: N08", "rule: [N08]", "rule is not a list"),
        ("rule: N08", "flags: [NOTHING]", "flags: NOTHING is none of"),
        ("rule: N08", "cause: BAD_LUCK", "cause: BAD_LUCK is none of"),
        ("rule: N08", "cohort: low_b12", "cohort cannot be expected"),
        ("b12: low", "b13: low", "the fact b13 does not exist"),
        ("b12: low", "b12: tiny", "b12: tiny is none of low, low_molar_only"),
        ('treated: "no"', "treated: no", 'treated: write "yes" or "no" in quotation marks'),
        (
            "analyte   |",
            "vitamin   |",
            "lab_result has the column vitamin, which is none of result_id",
        ),
        ("total_b12 |", "total_b21 |", "lab_result names the analyte total_b21, for which"),
        ("| collected_at", "", "lab_result has no column collected_at"),
        ("2026-01-05", "2026-01-05 | x", "lab_result has a row with more cells than the head"),
        ("lab_result: |", "lab_result: >", "lab_result has"),
    ],
)
def test_what_is_wrong_with_an_example_is_told_with_its_line(tmp_path, old, new, message):
    found = said(tmp_path, old, new)
    assert any(each.startswith("example 1: ") and message in each for each, _ in found)
    example = GOOD.replace(old, new, 1).splitlines()
    assert all(line in example for _, line in found)


def test_an_example_that_expects_nothing_or_has_no_records_is_refused(tmp_path):
    text = "\nexamples:\n  - {title: Nobody}\n  - nobody\n"
    messages = [message for message, _ in said(tmp_path, text=text)]
    assert any("it has neither records nor a table" in message for message in messages)
    assert any("expect must say what comes out" in message for message in messages)
    assert any("example 2 is not a mapping" in message for message in messages)


def test_records_of_an_extract_that_was_never_loaded_are_refused(tmp_path):
    old = "    expect: {"
    new = "    not_loaded: [condition]\n    condition: |\n      concept | onset_on\n      coeliac | 2020-01-01\n"
    [(message, line), *_] = said(tmp_path, old, new + old)
    assert "condition has records, and is in not_loaded" in message
    assert line.strip() == "condition: |"


OWN_RULE = """  - {id: N90, when: {scope: [in_scope]}, outcome: ORDER_B12, priority: 4, cites: [OURS], because: "Ours."}
  - {id: N28,"""
OWN_ALERT = """
safety:
  - {id: A90, when: {scope: [in_scope]}, outcome: OUR_ALERT, priority: 4, cites: [OURS], because: "Ours."}
"""


def with_own_lines(tmp_path):
    "The small pack with GOOD, a rule and an alert of its own"
    path = write_small(tmp_path, more=GOOD)
    text = path.read_text().replace("  - {id: N28,", OWN_RULE, 1)
    path.write_text(text.replace("\nsafety:", OWN_ALERT.rstrip(), 1))
    return load(path)


def test_each_rule_and_alert_that_is_not_the_bases_own_needs_an_example(tmp_path):
    assert missing_examples(load(write_small(tmp_path / "same", more=GOOD))) == []
    pack = with_own_lines(tmp_path)
    missing = missing_examples(pack)
    assert [message for *_, message in missing] == [
        "no example expects N90 of next_step", "no example expects OUR_ALERT of safety",
    ]  # fmt: skip
    lines = pack.text.splitlines()
    for file, line, message in missing:
        assert file == str(pack.path)
        assert message.split()[3] in lines[line - 1], "the line of the rule itself"


def test_of_examples_that_were_tried_each_line_needs_one(tmp_path):
    pack = with_own_lines(tmp_path)
    place = next(n for n, row in enumerate(pack.raw["next_step"]) if row["id"] == "N90")
    missing = [message for *_, message in missing_examples(pack, decided={("safety", 0)})]
    assert missing == ["no example is decided by this line of N90"]
    assert missing_examples(pack, decided={("safety", 0), ("next_step", place)}) == []


def test_the_lines_that_decide_are_the_rule_and_the_first_of_each_alert(tmp_path):
    pack = with_own_lines(tmp_path)
    facts = {name: answers[-1] for name, answers in pack.facts.items()} | {"scope": "in_scope"}
    decided = deciding_lines(pack, facts)
    assert ("safety", 0) in decided
    assert sum(section == "next_step" for section, _ in decided) == 1


def test_a_pack_without_examples_misses_none():
    assert missing_examples(load()) == []


def test_the_tables_have_the_columns_of_the_canonical_extracts():
    canonical = read_profile("canonical").columns
    for entity, columns in COLUMNS.items():
        known = canonical[entity].all
        assert set(columns) <= set(known)
        left_out = set(known) - set(columns) - {"patient_id", "merged_into"}
        assert left_out <= set(CONTACT)
        required = {*canonical[entity].required} - {"patient_id", "code", "unit"}
        assert required == set(REQUIRED[entity])


@pytest.mark.parametrize("row", vocabulary("analyte"), ids=lambda row: row["analyte"])
def test_an_analyte_stands_for_a_code_of_its_own(row):
    text = f"analyte | value | collected_at\n{row['analyte']} | 1 | 2026-01-05"
    [found] = canonical_rows("lab_result", text)
    assert found["code_system"] == "LOINC"
    assert (found.get("unit") or None) == (row["unit"] or None)
    concepts = {concept for concept, _, code, *_ in code_rows() if code == found["code"]}
    assert len(concepts) == 1


def test_a_unit_of_moles_chooses_the_code_of_moles():
    text = "analyte | value | unit | collected_at\ntotal_b12 | 110 | pmol/L | x\ntotal_b12 | 110 | pg/mL | x"
    assert [row["code"] for row in canonical_rows("lab_result", text)] == ["14685-2", "2132-9"]


def test_a_concept_stands_for_one_code_that_no_other_concept_has():
    text = "concept | start_on\nmetformin | 2024-01-01"
    [row] = canonical_rows("medication", text)
    assert row["code_system"] == "RXNORM"
    assert (row["code_system"], row["code"]) in {
        (system, code) for concept, system, code, *_ in code_rows() if concept == "metformin"
    }
    assert SHORT["medication"] not in row
