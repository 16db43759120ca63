"`b12 protocol test`: examples of a pack go through the real ingest and the real screening."

import json
import re
import tempfile
import time

import pytest

from pipeline.core.config import PROTOCOL
from pipeline.protocol.concepts import common_concepts
from pipeline.protocol.example_tables import table_problems
from tests.command import b12
from tests.packs import write_small

EXAMPLES = """
facts:
  nitrous_oxide:
    asks: whether nitrous oxide was used
    answers:
      - {answer: recent, coded: [nitrous_oxide*], within_months: 12}
      - {answer: earlier, coded: [nitrous_oxide*]}
    otherwise: none
    not_loaded: not_loaded
examples:
  - title: A low B12 with a headache, untreated
    patient: |
      birth_date | sex
      1960-05-01 | female
    lab_result: |
      analyte   | value | unit  | collected_at | result_id
      total_b12 | 110   | pg/mL | 2026-01-05   | 1
    condition: |
      concept                | onset_on
      headache_tierB_primary | 2025-12-01
    expect: {next_step: TREAT_IM_NEURO, rule: N05, priority: 1, safety: [], flags: [ORDER_MMA], cause: UNKNOWN,
             facts: {neuro: headache, treated: "no", nitrous_oxide: none}}
  - title: Moles, and another record of the same id
    patient: |
      birth_date
      1950
    lab_result: |
      analyte   | value | unit   | collected_at | result_id
      total_b12 | 400   | pmol/L | 2026-01-05   | 1
    expect: {rule: N28, priority: 0, safety: [], facts: {b12: above, neuro: none}}
  - title: Half a year later, and conditions were never loaded
    as_of: 2026-07-31
    not_loaded: [condition]
    patient: |
      birth_date | sex
      1960-05-01 | male
    medication: |
      concept   | start_on   | days_supply
      metformin | 2025-01-05 | 700
    expect: {rule: N23, facts: {neuro: not_loaded, metformin: long_term, nitrous_oxide: not_loaded}}
  - title: A fact of the pack's own
    patient: |
      birth_date | sex
      1990-05-01 | male
    condition: |
      concept       | onset_on
      CONCEPT | 2025-11-05
    expect: {facts: {nitrous_oxide: recent}}
"""


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


def concept_of_nitrous_oxide():
    "One that has a code of a condition"
    return next(
        name
        for name in common_concepts()
        if name.startswith("nitrous_oxide")
        and not [*table_problems("condition", f"concept | onset_on\n{name} | 2025-01-01")]
    )


def tried(home, tmp_path, old="", new="", *options):
    text = EXAMPLES.replace("CONCEPT", concept_of_nitrous_oxide())
    assert old in text
    path = write_small(tmp_path, more=text.replace(old, new, 1))
    return b12(home, "protocol", "test", path, *options)


def test_every_example_passes_and_nothing_is_left_behind(home, tmp_path, monkeypatch):
    folder = tmp_path / "temporary"  # its own: other tests have examples tried at the same time
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    answer = tried(home, tmp_path)
    assert answer.code == 0, answer.out + answer.err
    assert answer.out.count(" passed") == 5
    assert "4 examples: 4 passed, 0 failed." in answer.out
    assert not home.exists()
    assert list(folder.glob("b12-examples-*")) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("rule: N05", "rule: N08", ("rule", "N08", "N05")),
        ("priority: 1", "priority: 2", ("priority", "2", "1")),
        ("safety: []", "safety: [FOLATE_BEFORE_B12]", ("safety", "FOLATE_BEFORE_B12", "none")),
        ("[ORDER_MMA]", "[ORDER_MMA, AGE_UNKNOWN]", ("flags", "ORDER_MMA, AGE_UNKNOWN", "ORDER_MMA, INV")),
        ("neuro: headache", "neuro: none", ("facts.neuro", "none", "headache")),
        ('treated: "no"', 'treated: "yes"', ("facts.treated", "yes", "no")),
        ("nitrous_oxide: recent", "nitrous_oxide: earlier", ("facts.nitrous_oxide", "earlier", "recent")),
        ("110   | pg/mL", "110   | pg/dL", ("records", "accepted", "rejected: lab_result: wrong_scale_unit")),
    ],
)  # fmt: skip
def test_what_was_expected_and_did_not_come_fails(home, tmp_path, old, new, said):
    answer = tried(home, tmp_path, old, new, "--format", "json")
    assert answer.code == 12
    failed = [each for each in json.loads(answer.out) if each["outcome"] == "failed"]
    assert len(failed) == 1
    found = [(one["of"], one["expected"], one["came"][: len(said[2])]) for one in failed[0]["differences"]]  # fmt: skip
    assert said in found


def test_the_table_says_what_came(home, tmp_path):
    answer = tried(home, tmp_path, "rule: N05", "rule: N08")
    assert answer.code == 12
    [line] = [line for line in answer.out.splitlines() if "failed  " in line]
    assert line.split()[-4:] == ["failed", "rule", "N08", "N05"]
    assert "4 examples: 3 passed, 1 failed." in answer.out


def changed(tmp_path, *replacements):
    path = tmp_path / "mine.yaml"
    for old, new in replacements:
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new, 1))
    return path


def test_check_wants_an_example_for_each_rule_of_its_own_and_so_does_a_signature(home, tmp_path):
    tried(home, tmp_path)
    assert b12(home, "protocol", "check", tmp_path / "mine.yaml").code == 0
    path = changed(tmp_path, ('because: "Deceased."', 'because: "Has died."'))
    answer = b12(home, "protocol", "check", path)
    assert answer.code == 12
    assert f"{path}:" in answer.err
    assert "no example expects N01 of next_step" in answer.err
    assert "no example expects N05 of" not in answer.err
    answer = b12(home, "protocol", "sign", path, "--name", "Ada", "--yes")
    assert answer.code == 12
    assert "no example expects" in answer.err


def test_a_pack_whose_examples_fail_is_not_signed(home, tmp_path):
    tried(home, tmp_path)
    path = changed(tmp_path, ("priority: 1, safety", "priority: 2, safety"))
    answer = b12(home, "protocol", "sign", path, "--name", "Ada", "--yes")
    assert answer.code == 12
    assert "1 of 4 fail, the first is 1. A low B12 with a headache, untreated." in answer.err
    path = changed(tmp_path, ("priority: 2, safety", "priority: 1, safety"))
    answer = b12(home, "protocol", "sign", path, "--name", "Ada", "--yes")
    assert (answer.code, "Signed by Ada" in answer.out) == (0, True)


def test_a_line_that_decides_no_example_is_named_and_keeps_the_pack_from_being_signed(
    home, tmp_path
):
    tried(home, tmp_path)
    reason = (
        'because: "B12 deficiency with neurological symptoms; no current B12 therapy on record."'
    )
    line = f"  - {{id: N05, when: {{b12: [stale]}}, outcome: TREAT_IM_NEURO, priority: 1, cites: [OURS],\n     {reason}}}\n"
    path = changed(tmp_path, ("  - {id: N05,", f"{line}  - {{id: N05,"))
    assert b12(home, "protocol", "check", path).code == 0, "an example expects N05"
    answer = b12(home, "protocol", "test", path)
    assert answer.code == 0, answer.out
    assert "Lines of rules and alerts without an example: 1." in answer.out
    assert "no example is decided by this line of N05" in answer.out
    answer = b12(home, "protocol", "sign", path, "--name", "Ada", "--yes")
    assert answer.code == 12
    assert "no example is decided by this line of N05" in answer.err


def test_a_pack_without_examples_is_sound_with_a_warning_and_cannot_be_tested(home, tmp_path):
    path = write_small(tmp_path)
    answer = b12(home, "protocol", "check", path)
    assert answer.code == 0
    assert "Warning: it has no examples" in answer.out
    assert "no examples" not in b12(home, "protocol", "check").out, "the shipped pack has tests"
    answer = b12(home, "protocol", "test", path)
    assert answer.code == 2
    assert "has no examples" in answer.err


def test_a_pack_with_problems_is_not_tried(home, tmp_path):
    answer = tried(home, tmp_path, "rule: N05", "rule: N99")
    assert answer.code == 12
    assert "rule: N99 is none of" in answer.err


def test_thirty_examples_take_seconds(home, tmp_path):
    one = EXAMPLES.split("examples:\n")[1].split("  - title: Moles")[0]
    facts = EXAMPLES.split("examples:\n")[0]
    path = write_small(tmp_path, more=f"{facts}examples:\n{one * 30}")
    began = time.monotonic()
    answer = b12(home, "protocol", "test", path)
    assert answer.code == 0, answer.out
    assert "30 examples: 30 passed" in answer.out
    assert time.monotonic() - began < 30


UNKNOWN = """
examples:
  - title: Codes of a system that nobody knows
    patient: |
      birth_date
      1960-05-01
    condition: |
      code | code_system | onset_on
      a    | SOMEWHERE   | 2025-01-01
      b    | SOMEWHERE   | 2025-01-01
      c    | SOMEWHERE   | 2025-01-01
    expect: {flags: [CONDITIONS_NOT_UNDERSTOOD], facts: {conditions: not_understood, neuro: not_loaded}}
  - title: Another one is not judged by them
    condition: |
      concept                | onset_on
      headache_tierB_primary | 2025-12-01
    expect: {facts: {conditions: loaded, neuro: headache}}
"""


def test_no_example_is_judged_by_the_code_systems_of_another(home, tmp_path):
    answer = b12(home, "protocol", "test", write_small(tmp_path, more=UNKNOWN))
    assert answer.code == 0, answer.out + answer.err


@pytest.mark.parametrize("missing", ["title: A low B12", "expect: {next_step", "title: Ours"])
def test_a_pack_of_a_wrong_structure_is_not_shown_and_says_what_is_missing(home, tmp_path, missing):
    tried(home, tmp_path)
    path = tmp_path / "mine.yaml"
    path.write_text(path.read_text().replace(missing, missing.replace(":", "s:", 1), 1))
    answer = b12(home, "protocol", "show", path)
    assert answer.code == 12
    assert f"{missing.split(':')[0]} is missing" in answer.err


def test_the_example_of_the_documentation_passes(home, tmp_path):
    text = (PROTOCOL / "README.md").read_text()
    [example] = re.findall(r"```yaml\n(examples:.*?)```", text, re.DOTALL)
    answer = b12(home, "protocol", "test", write_small(tmp_path, more=example))
    assert answer.code == 0, answer.out + answer.err
