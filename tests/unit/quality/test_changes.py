"The file expectations.yaml of a home: what a site may change about its gates, and what is wrong with such a file"

import json
from datetime import date, timedelta
from hashlib import sha256

import pytest

from pipeline.core.config import EXPECTATIONS, REPOSITORY, Home
from pipeline.core.errors import InvalidProtocol
from pipeline.quality import read_changes
from pipeline.quality.changed_suites import changed

TODAY = date(2026, 12, 1)
MUTED = """
- suite: reporting.freshness
  column: is_old
  shipped_severity: warning
  mute_until: 2027-03-31
  reason: The laboratory replaces its system.
"""
RAISED = """
- suite: reporting.new_delivery
  column: share_rejected
  threshold: {max_value: 0.4}
  severity: critical
  reason: One in three rows has no patient.
"""
LOWERED = """
- suite: reporting.worklist_volume
  shipped_severity: critical
  severity: warning
  until: "2026-12-05"
  reason: A second hospital joins.
"""


@pytest.fixture(autouse=True)
def fixed_day(monkeypatch):
    monkeypatch.setattr("pipeline.quality.changes_file.today", lambda: TODAY)


@pytest.fixture
def write(tmp_path):
    def written(text):
        content = text if isinstance(text, bytes) else text.encode()
        (tmp_path / "expectations.yaml").write_bytes(content)
        return Home(tmp_path)

    return written


@pytest.fixture
def wrong(write):
    def message_of(text):
        home = write(text)
        with pytest.raises(InvalidProtocol) as failure:
            read_changes(home)
        message = str(failure.value)
        assert message.startswith(f"{home.root / 'expectations.yaml'}: ") and "\n" not in message
        assert "docs/runbook.md" in message
        return message

    return message_of


def suite_of(name):
    return json.loads((EXPECTATIONS / f"{name.replace('.', '/')}.json").read_text(encoding="utf-8"))


def told(changes, name, as_of=TODAY):
    "What a suite is changed to: (column, numbers, severity, whether muted, words) where it is not as shipped"
    shipped = suite_of(name)
    suite = changed(shipped, name=name, changes=changes, as_of=as_of)
    return [
        (
            now["kwargs"]["column"],
            {key: value for key, value in now["kwargs"].items() if key.endswith("_value")},
            now["severity"],
            now["meta"].get("is_muted"),
            now["meta"].get("site_change"),
        )
        for now, then in zip(suite["expectations"], shipped["expectations"], strict=True)
        if now != then
    ]


def test_a_home_without_the_file_or_with_an_empty_one_changes_nothing(tmp_path, write):
    assert read_changes(Home(tmp_path)).sha256 is None
    changes = read_changes(write("# nothing yet\n"))
    assert changes.entries == () and changes.sha256 == sha256(b"# nothing yet\n").hexdigest()
    for file in EXPECTATIONS.glob("*/*.json"):
        assert told(changes, f"{file.parent.name}.{file.stem}") == []


def test_the_example_of_the_runbook_is_valid(write):
    text = (REPOSITORY / "docs" / "runbook.md").read_text(encoding="utf-8")
    example = text.split("## Gates\n")[1].split("```yaml\n")[1].split("```")[0]
    changes = read_changes(write(example))
    assert [change.suite for change in changes.entries] == [
        "reporting.new_delivery", "reporting.freshness", "reporting.worklist_volume",
    ]  # fmt: skip


def test_a_reason_is_told_on_one_line(write):
    text = MUTED.replace("reason: The laboratory", "reason: |\n    The\n    laboratory")
    [(*_, words)] = told(read_changes(write(text)), "reporting.freshness")
    assert words == "muted until 2027-03-31: The laboratory replaces its system."


@pytest.mark.parametrize(
    ("as_of", "is_muted"), [(date(2027, 3, 31), True), (date(2027, 4, 1), False)]
)
def test_a_mute_holds_until_its_day_and_no_longer(write, as_of, is_muted):
    found = told(read_changes(write(MUTED)), "reporting.freshness", as_of)
    words = "muted until 2027-03-31: The laboratory replaces its system."
    assert found == ([("is_old", {}, "warning", True, words)] if is_muted else [])


def test_a_threshold_and_a_severity_are_replaced_and_the_shipped_ones_named(write):
    assert told(read_changes(write(RAISED)), "reporting.new_delivery") == [(
        "share_rejected", {"max_value": 0.4}, "critical", False,
        "max_value 0.4 in place of 0.05, severity critical in place of warning: One in three rows has no patient.",
    )]  # fmt: skip


@pytest.mark.parametrize(("as_of", "is_lowered"), [(date(2026, 12, 5), True), (date(2026, 12, 6), False)])  # fmt: skip
def test_a_lowered_gate_counts_again_after_its_day(write, as_of, is_lowered):
    found = told(read_changes(write(LOWERED)), "reporting.worklist_volume", as_of)
    words = "severity warning in place of critical until 2026-12-05: A second hospital joins."
    assert [one[2:] for one in found] == ([("warning", False, words)] if is_lowered else [])


def test_a_mute_that_is_over_leaves_the_threshold(write):
    text = RAISED.replace("severity: critical", "mute_until: 2026-11-30")
    assert told(read_changes(write(text)), "reporting.new_delivery") == [(
        "share_rejected", {"max_value": 0.4}, "warning", False,
        "max_value 0.4 in place of 0.05: One in three rows has no patient.",
    )]  # fmt: skip


def test_a_date_that_is_over_is_no_mistake(write):
    "Otherwise the first night after a mute would end in an error"
    changes = read_changes(write(MUTED.replace("2027-03-31", "2026-11-30")))
    assert told(changes, "reporting.freshness") == []
    assert changes.entries[0].endings(TODAY) == ["muted until 2026-11-30"]


def test_a_year_ahead_is_the_furthest(write, wrong):
    furthest = TODAY + timedelta(days=366)
    read_changes(write(MUTED.replace("2027-03-31", str(furthest))))
    later = str(furthest + timedelta(days=1))
    assert f"line 5: mute_until is {later}, more than a year ahead" in wrong(
        MUTED.replace("2027-03-31", later)
    )


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("suite: reporting.nope, severity: info", "line 1: the suite reporting.nope does not exist; known: reporting."),
        ("suite: reporting.freshness, column: is_odd, severity: info", "line 1: the suite reporting.freshness expects nothing of column is_odd; known: days_ahead, is_old"),
        ("suite: reporting.freshness, expectation: expect_magic, severity: info", "expects nothing of expectation expect_magic; known: expect_column_values_to_be_between, "),
        ("suite: reporting.freshness, column: days_ahead, shipped_severity: info, severity: info", "expects nothing of shipped_severity info; known: critical"),
        ("suite: reporting.freshness, column: is_old, severity: info", "2 expectations of reporting.freshness are meant: name one by column, expectation or shipped_severity (is_old warning, is_old info)"),
        ("suite: reporting.new_delivery, column: share_rejected, threshold: {highest: 0.4}", "threshold.highest is not a number that it asks for; known: max_value 0.05"),
        ("suite: reporting.lab_b12_shift, column: is_shifted, threshold: {max_value: 0.4}", "threshold.max_value is not a number that it asks for; it asks for none"),
        ("suite: reporting.new_delivery, column: share_rejected, threshold: {max_value: 40}", "threshold.max_value is 40, and a share lies between 0 and 1: write 40 % as 0.4"),
        ("suite: reporting.new_delivery, column: share_rejected, threshold: {max_value: 1}", "threshold.max_value is 1, which every share fulfils: mute the expectation until a date instead"),
        ("suite: reporting.new_code_system, threshold: {min_value: 0}", "threshold.min_value is 0, which every share fulfils"),
        ("suite: reporting.worklist_volume, shipped_severity: warning, threshold: {min_value: 3}", "min_value 3 is above max_value 2"),
        ("suite: reporting.new_delivery, column: share_rejected, threshold: {max_value: yes}", "line 1: threshold.max_value is not a number"),
        ("suite: reporting.new_delivery, column: share_rejected, threshold: {max_value: .inf}", "line 1: threshold.max_value is not a number"),
        ("suite: reporting.new_delivery, column: share_rejected, threshold: 0.4", "line 1: threshold is not a list of names and numbers, such as {max_value: 0.4}"),
        ("suite: reporting.new_delivery, column: share_rejected, severity: none", "line 1: severity is 'none'; known: 'critical', 'warning' or 'info'"),
        ("suite: reporting.new_delivery, column: share_rejected, mute: 2027-01-01", "line 1: mute is not a key of an entry; known: suite, column, expectation, shipped_severity, threshold, severity, until, mute_until, reason"),
        ("suite: [reporting.new_delivery], severity: info", "line 1: suite is not a text"),
        ("severity: info", "line 1: suite is missing"),
        ("suite: reporting.new_delivery, column: share_rejected", "line 1: the entry changes nothing: give threshold, severity or mute_until"),
        ("suite: reporting.new_delivery, column: share_rejected, mute_until: 2027-02-30", "line 1: mute_until is not a day; write it as 2027-03-31"),
        ("suite: reporting.new_delivery, column: share_rejected, mute_until: soon", "line 1: mute_until is not a day"),
        ("suite: reporting.new_delivery, column: share_rejected, mute_until: 20270331", "line 1: mute_until is not a day"),
        ("suite: reporting.new_delivery, column: share_rejected, mute_until: ", "line 1: mute_until is not a day"),
        ("suite: reporting.new_delivery, column: share_rejected, severity: info, until: 2207-03-31", "line 1: until is 2207-03-31, more than a year ahead"),
        ("suite: reporting.new_delivery, column: share_rejected, mute_until: 2027-01-01, until: 2027-01-01", "line 1: until is about threshold and severity, and the entry has neither"),
        ("suite: reporting.new_delivery, column: share_rejected, severity: info, severity: warning", "line 1: severity is written twice"),
        ("suite: reporting.new_delivery, column: share_rejected, threshold: {max_value: 0.1, max_value: 0.4}", "line 1: max_value is written twice"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line(wrong, entry, said):
    assert said in wrong(f"- {{{entry}, reason: Because.}}")


@pytest.mark.parametrize("reason", ["", "reason:", "reason: ''", "reason: ' '", "reason: 7"])
def test_every_change_needs_a_reason(wrong, reason):
    text = (
        f"- suite: reporting.new_delivery\n  column: share_rejected\n  severity: info\n  {reason}\n"
    )
    assert "reason" in wrong(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- a: [1, 2\n", "line 2, column 1: a comma or a closing bracket is missing"),
        (b"- a: \xff\n", "byte 6 is not UTF-8"),
        ("suite: reporting.new_delivery\n", "line 1: the file is not a list of entries; each begins with - suite: NAME"),
        ("- reporting.new_delivery\n", "line 1: the entry is not a list of keys and values"),
        ("nothing", "line 1: the file is not a list of entries"),
        ("- &a [*a]\n", "line 1: the entry is not a list of keys and values"),
        ("- " * 3000, "expectations.yaml: "),
        (RAISED.replace("0.4", "9" * 400), "is not a number from -1,000,000,000 to 1,000,000,000"),
        (RAISED.replace("0.4", ".nan"), "is not a number from"),
        (MUTED.replace("2027-03-31", "2027-W01-1"), "mute_until is not a day; write it as 2027-03-31"),
    ],
)  # fmt: skip
def test_a_file_of_another_form_is_told_so(wrong, text, said):
    assert said in wrong(text)


def test_a_file_that_cannot_be_read_says_so(tmp_path):
    (tmp_path / "expectations.yaml").mkdir()
    with pytest.raises(InvalidProtocol, match=r"expectations\.yaml: it is not a file"):
        read_changes(Home(tmp_path))


def test_all_mistakes_are_named_at_once_each_with_its_line(wrong):
    text = MUTED.replace("freshness", "freshnes") + RAISED.replace("0.4", "40").replace(
        "  reason: One in three rows has no patient.\n", ""
    )
    message = wrong(f"{text}{LOWERED.replace('2026-12-05', '5.12.2026')}{LOWERED}{LOWERED}")
    for said in (
        "line 2: the suite reporting.freshnes does not exist",
        "line 8: reason is missing",
        "line 10: threshold.max_value is 40",
        "line 16: until is not a day",
        "line 19: reporting.worklist_volume.ratio is changed twice; the first entry is in line 13",
        "line 25: reporting.worklist_volume.ratio is changed twice",
    ):
        assert said in message


@pytest.mark.parametrize(
    "file", sorted(EXPECTATIONS.glob("*/*.json")), ids=lambda file: f"{file.parent.name}.{file.stem}"
)  # fmt: skip
def test_what_proves_that_the_output_is_consistent_stays_as_it_is(wrong, write, file):
    name = f"{file.parent.name}.{file.stem}"
    for expectation in suite_of(name)["expectations"]:
        entry = {
            "suite": name,
            "column": expectation["kwargs"].get("column", expectation["kwargs"].get("column_B")),
            "expectation": expectation["type"],
            "shipped_severity": expectation["severity"],
            "severity": "critical",
            "reason": "Because.",
        }
        text = json.dumps([{key: value for key, value in entry.items() if value is not None}])
        is_fixed = "an error of this program" in expectation["meta"]["todo"]
        assert expectation["meta"].get("is_fixed", False) == is_fixed
        if is_fixed:
            assert "proves that the output is consistent" in wrong(text)
        else:
            assert len(read_changes(write(text)).entries) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("mute_until: 2026-12-05", "critical, and never muted: set severity to warning, until a date"),
        ("severity: warning\n  until: 2026-12-05\n  mute_until: 2026-12-05", "critical, and never muted"),
        ("severity: warning", "critical, and lowered only until a date: add until"),
        ("severity: info\n  until: 2026-12-05", "critical, and lowered to warning at most"),
    ],
)  # fmt: skip
def test_a_critical_gate_is_lowered_for_a_time_and_never_silenced(wrong, change, said):
    text = "- suite: reporting.lab_b12_shift\n  column: is_unit_mix_up\n  {}\n  reason: Because.\n"
    assert f"reporting.lab_b12_shift.is_unit_mix_up is {said}" in wrong(text.format(change))


@pytest.mark.parametrize(("column", "threshold", "is_looser"), [
    ("ratio", "{max_value: 50}", True), ("ratio", "{min_value: 0.01}", True), ("ratio", "{max_value: 4, min_value: 0.5}", False), ("ratio", "{max_value: 4, min_value: 0.1}", True),
])  # fmt: skip
def test_a_critical_gate_is_made_looser_for_a_time_only(wrong, write, column, threshold, is_looser):
    entry = f"- suite: reporting.worklist_volume\n  column: {column}\n  shipped_severity: critical\n  threshold: {threshold}\n  reason: Because.\n"
    if is_looser:
        assert "made looser only until a date: add until" in wrong(entry)
        entry += "  until: 2026-12-31\n"
    assert len(read_changes(write(entry)).entries) == 1
