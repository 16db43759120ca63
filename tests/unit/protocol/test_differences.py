"What differs between two packs: each thing that may differ, and nothing else."

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.protocol import differences, load
from pipeline.protocol.differences import _others
from tests.packs import write_small

LOCAL = """
bands:
  active_b12:
    analyte: active_b12
    unit: pmol/L
    cites: [NICE]
    tiles: [{answer: low, below: 30}, {answer: indeterminate, from: 30, to: 70}, {answer: above, above: 70}]
    local:
      - {id: north, laboratory: "North*", cites: [NICE], tiles: [{answer: low, below: 20}, {answer: above, from: 20}]}
"""
METFORMIN = """
facts:
  metformin:
    answers:
      - {answer: long_term, medication: [metformin/*], longer_than_months: 6}
      - {answer: shorter, medication: [metformin/*]}
    otherwise: none
    not_loaded: not_loaded
"""


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return load(write_small(tmp_path_factory.mktemp("base")))


def found(base, tmp_path, old="", new="", **more):
    path = write_small(tmp_path, **more)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return [
        (each.section, each.name, each.what, each.of, each.before, each.after)
        for each in differences(base, load(path))
    ]


def test_a_pack_does_not_differ_from_itself_or_from_what_it_inherits(base):
    assert differences(base, base) == []
    assert differences(load(), base) == []


def test_a_limit_is_told_with_its_unit_and_a_local_row_by_its_name(base, tmp_path):
    assert found(base, tmp_path, more=LOCAL) == [
        ("bands", "active_b12", "changed", "low", "below 25 pmol/L", "below 30 pmol/L"),
        ("bands", "active_b12", "changed", "indeterminate", "from 25 to 70 pmol/L", "from 30 to 70 pmol/L"),
        ("bands", "active_b12@north", "added", None, None,
         "for laboratory North*; low below 20 pmol/L; above from 20 pmol/L; cites NICE"),
    ]  # fmt: skip


def test_a_setting_is_told_with_what_it_means(base, tmp_path):
    more = "settings:\n  metformin_months: {value: 6, means: ours, cites: [SEED §I]}\n"
    path = write_small(tmp_path, more=more)
    [value, means] = differences(base, load(path))
    assert (value.of, value.before, value.after, value.means) == ("value", "4", "6", "ours")
    assert (means.of, means.after) == ("means", "ours")


def test_a_declared_line_that_differs_is_told_alone(base, tmp_path):
    assert found(base, tmp_path, more=METFORMIN) == [
        ("facts", "metformin", "changed", "line",
         "long_term: medication metformin/*; for more months than metformin_months",
         "long_term: medication metformin/*; for more months than 6"),
    ]  # fmt: skip


def test_a_fact_of_its_own_and_a_derived_line_are_told(base, tmp_path):
    more = (
        "facts:\n  old:\n    answers: [{answer: 'yes', age_from: 60}]\n    otherwise: 'no'\n    not_loaded: not_known\n"
        "derived:\n  treated: {yes_when: [{b12_therapy: [im, oral]}]}\n"
    )
    assert found(base, tmp_path, more=more) == [
        ("facts", "old", "added", None, None, "answers yes, no, not_known; line yes: years at least: 60; otherwise no; not_loaded not_known"),
        ("derived", "treated", "changed", "yes when", "b12_therapy = im or oral or route_unknown", "b12_therapy = im or oral"),
    ]  # fmt: skip


def test_a_concept_that_means_something_else_is_told(base, tmp_path):
    row = "headache_tierB_primary,shown,headache_not_counted,no symptom here\n"
    said = found(base, tmp_path, concepts=row)
    assert said[0][1:] == (
        "headache_tierB_primary", "changed", "meaning", "neuro/headache", "shown/headache_not_counted",
    )  # fmt: skip


RULE = '  - {id: N27, when: {b12: [borderline, uncertain], mma: [not_raised]}, outcome: NO_ACTION, priority: 0, cites: [OURS],\n     because: "MMA not raised."}\n'


@pytest.mark.parametrize(
    ("old", "new", "of", "before", "after"),
    [
        ("mma: [not_raised]}", "mma: [never]}", "when", "mma = not_raised", "mma = never"),
        ("outcome: NO_ACTION", "outcome: ORDER_MMA", "outcome", "NO_ACTION", "ORDER_MMA"),
        ("priority: 0", "priority: 4", "priority", "0", "4"),
        ("MMA not raised.", "All is well.", "because", "MMA not raised.", "All is well."),
        ("cites: [OURS]", "cites: [NICE]", "cites", "OURS", "NICE"),
    ],
)
def test_each_part_of_a_rule_that_changed_is_told(base, tmp_path, old, new, of, before, after):
    [one] = found(base, tmp_path, RULE, RULE.replace(old, new, 1))
    assert one[:4] == ("next_step", "N27", "changed", of)
    assert one[4].endswith(before)
    assert one[5].endswith(after)


def test_a_rule_that_came_or_went_is_told_with_all_that_it_says(base, tmp_path):
    [went] = found(base, tmp_path / "a", RULE, "")
    [came] = found(base, tmp_path / "b", RULE, RULE + RULE.replace("N27", "N29"))
    assert went[:3] == ("next_step", "N27", "removed")
    assert went[4].startswith(
        "when b12 = borderline or uncertain; mma = not_raised; outcome NO_ACTION"
    )
    assert came[:3] == ("next_step", "N29", "added")
    assert came[5] == went[4]


def test_a_line_before_others_of_its_id_is_one_that_was_added(base, tmp_path):
    text = write_small(tmp_path / "a").read_text()
    first = re.search(r"  - \{id: N20,.*?\}\n", text, re.DOTALL)[0]
    added = first.replace("b12: [on_treatment]", "b12: [never]")
    [one] = found(base, tmp_path / "b", first, added + first)
    assert one[:3] == ("next_step", "N20", "added")


def test_the_order_of_rules_is_told_where_it_decides(base, tmp_path):
    renamed = found(base, tmp_path / "a", RULE, RULE.replace("N27", "TEMP"))
    assert [one[1:3] for one in renamed] == [("N27", "removed"), ("TEMP", "added")]
    text = write_small(tmp_path / "b").read_text()
    first = re.search(r"  - \{id: N01,.*?\}\n", text, re.DOTALL)[0]
    swapped = text.replace(first, "", 1).replace(RULE, RULE + first, 1)
    (tmp_path / "b" / "mine.yaml").write_text(swapped)
    told = differences(base, load(tmp_path / "b" / "mine.yaml"))
    assert [(each.name, each.what, each.of) for each in told] == [
        ("N01", "moved", "to another place in the order")
    ]


def test_lines_of_one_id_that_change_places_are_told(base, tmp_path):
    text = write_small(tmp_path).read_text()
    lines = re.findall(r"  - \{id: N20,.*?\}\n", text, re.DOTALL)
    assert "".join(lines[:2]) in text
    [one] = found(base, tmp_path, "".join(lines[:2]), lines[1] + lines[0])
    assert one[:3] == ("next_step", "N20", "moved")


def test_a_rule_that_changed_and_moved_is_told_as_both(base, tmp_path):
    path = write_small(tmp_path)
    text = path.read_text().replace(RULE, "", 1)
    first = text.index("  - {id: N02,")
    path.write_text(text[:first] + RULE.replace("priority: 0", "priority: 4") + text[first:])
    told = differences(base, load(path))
    assert [(each.name, each.what) for each in told] == [("N27", "changed"), ("N27", "moved")]


def test_actions_and_flags_are_told(base, tmp_path):
    [one] = found(base, tmp_path / "a", "Missing test: serum B12.", "Measure B12.")
    assert one == ("actions", "ORDER_B12", "changed", "text", "Missing test: serum B12.", "Measure B12.")  # fmt: skip
    [one] = found(base, tmp_path / "b", "because: The age is not known.", "because: No age.")
    assert one == ("flags", "AGE_UNKNOWN", "changed", "because", "The age is not known.", "No age.")


@given(st.lists(st.sampled_from("abc")), st.lists(st.sampled_from("abc")))
def test_what_is_left_of_lines_counts_each_as_often_as_it_is_there(old, new):
    for line in "abc":
        assert _others(old, new).count(line) == max(0, old.count(line) - new.count(line))
