"`b12 protocol diff`: two packs compared, in words."

import json

from tests.command import b12
from tests.packs import write_small

SETTING = "settings:\n  metformin_months: {value: 6, means: more is a risk, cites: [SEED §I]}\n"


def diff(tmp_path, *arguments):
    return b12(tmp_path / "home", "protocol", "diff", *arguments)


def test_a_number_that_moved_is_told_under_its_title(tmp_path):
    path = write_small(tmp_path, more=SETTING)
    answer = diff(tmp_path, "praxis-2026", path)
    assert answer.code == 0, answer.err
    assert answer.out.splitlines()[:4] == [
        "From praxis-2026 2.0.0 to mine 1.0.0:",
        "",
        "Settings",
        "  metformin_months: value 4 → 6 (more is a risk)",
    ]
    assert not (tmp_path / "home").exists()


def test_the_same_as_json(tmp_path):
    path = write_small(tmp_path, more=SETTING)
    answer = diff(tmp_path, "praxis-2026", path, "--format", "json")
    first = json.loads(answer.out)[0]
    assert first == {
        "section": "settings", "name": "metformin_months", "what": "changed", "of": "value",
        "before": "4", "after": "6", "means": "more is a risk",
    }  # fmt: skip


def test_nothing_that_differs_is_said(tmp_path):
    assert "The files are the same." in diff(tmp_path, "praxis-2026", "praxis-2026").out
    answer = diff(tmp_path, "praxis-2026", write_small(tmp_path))
    assert "No rule, limit, setting, fact, concept or action differs." in answer.out
    assert "sources, examples or comments alone" in answer.out
    assert json.loads(diff(tmp_path, "praxis-2026", "praxis-2026", "--format", "json").out) == []


def test_two_sound_packs_are_needed(tmp_path):
    answer = diff(tmp_path, "praxis-2026")
    assert (answer.code, "Name two packs" in answer.err) == (2, True)
    assert diff(tmp_path, "praxis-2026", "nowhere").code == 12
    path = write_small(tmp_path, more=SETTING.replace("6", "-6"))
    assert diff(tmp_path, "praxis-2026", path).code == 12
