"What `b12 protocol check` refuses, each with file and line; and the pack as it is has no problem."

from contextlib import closing

import pytest

from pipeline.core import DEFAULT_PACK, PROTOCOL
from pipeline.core.errors import InvalidProtocol
from pipeline.engine.connection import connect
from pipeline.protocol import quality_settings
from pipeline.protocol.check import problems
from pipeline.protocol.pack import load
from pipeline.protocol.tables import register

TEXT = (PROTOCOL / f"{DEFAULT_PACK}.yaml").read_text(encoding="utf-8")


def broken(tmp_path, old, new):
    "The problems of a copy in which the first `old` became `new`, and the line where that is"
    assert old in TEXT
    path = tmp_path / "broken.yaml"
    path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    return path, TEXT[: TEXT.index(old)].count("\n") + 1, problems(load(path))


def test_the_pack_has_no_problem():
    assert problems(load()) == []


@pytest.mark.parametrize(
    ("old", "new", "said", "lines_after"),
    [
        ("{answer: low_molar_only, from: 180,", "{answer: low_molar_only, from: 181,", "gap or overlap", 0),
        ("{answer: low_molar_only, from: 180,", "{answer: low_molar_only, from: 179,", "gap or overlap", 0),
        ("{answer: above, above: 350}", "{answer: above, from: 350}", "gap or overlap", 0),
        ("{answer: above, above: 350}", "{answer: above, above: 350, to: 9000}", "does not cover all values up to the end", None),
        ("{answer: low, below: 180}", "{answer: low, from: 0, below: 180}", "gap or overlap", 0),
        ("{answer: uncertain}", "{answer: unsure}", "band b12: unsure is none of its answers", 0),
        ("{answer: below_60,", "{answer: under_60,", "band egfr: under_60 is none of its answers", 0),
        ("  homocysteine:\n    analyte", "  homocystein:\n    analyte", "band homocysteine is missing", None),
        ("{answer: below_60,", "{below_60: answer,", "band egfr: a row has no answer", 0),
        ("when: {b12: [low], treated", "when: {b13: [low], treated", "the fact b13, which does not exist", 0),
        ("when: {b12: [low], treated", "when: {b12: [lower], treated", "b12 = lower, but b12 has no such answer", 0),
        ("outcome: EXCLUDED", "outcome: EXCLUDE", "which is not an action", 0),
        ("- {id: N05, when: {deficient", "- {id: N04b, when: {scope: [child]}, outcome: NO_ACTION, priority: 0, cites: [OURS], because: x}\n"
         "  - {id: N05, when: {deficient", "N04b can never decide", 0),
        ("- {id: N28, when: {}", "- {id: N28, when: {b12: [never]}", "has no rule for", None),
        ('- {id: C05, when: {deficient: ["yes"]}', '- {id: C05, when: {deficient: ["yes"], renal: [normal]}', "has no rule for", None),
        ("priority: 2, cites: [SEED §D2, SEED §E],\n     because: \"B12 below 180", "priority: 2, cites: [],\n     because: \"B12 below 180", "N08 has no citation", 0),
        ("outcome: CYANOCOBALAMIN_RENAL, priority: 2, cites: [SEED §F]", "outcome: CYANOCOBALAMIN_RENAL, priority: 2, cites: [BOOK §F]", "BOOK §F, which is not listed in the sources", 0),
        ("    cites: [NICE]\n    tiles", "    cites: []\n    tiles", "band active_b12 has no citation", None),
        ("because: \"MMA not raised.\"", "because: \"\"", "N27 has no reason", None),
        ("  done_recheck_days:", "  done_check_days:", "setting done_recheck_days is missing", None),
        ("{value: 16,", "{value: sixteen,", "child_under_years is not a number", 0),
        ("means: \"patients younger than this are children, reviewed by hand\", cites: [SEED §C, OURS]", "means: x, cites: []", "child_under_years has no citation", 0),
    ],
)  # fmt: skip
def test_a_broken_pack_is_refused_with_file_and_line(tmp_path, old, new, said, lines_after):
    path, line, found = broken(tmp_path, old, new)
    fitting = [problem for problem in found if said in problem[2]]
    assert fitting, found
    assert all(file == str(path) and number > 1 for file, number, _ in fitting)
    assert lines_after is None or line + lines_after in {number for _, number, _ in fitting}


def test_a_quality_setting_says_what_it_is_and_where_it_comes_from(tmp_path, monkeypatch):
    path = tmp_path / "quality_settings.csv"
    path.write_text(
        "name,value,unit,means,source\nlab_window_months,12,months,x,OURS\nshift_ratio,a lot,ratio,x,OURS\nvolume_runs,14,runs,,\n"
        "volume_runs,14,runs,x,OURS\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(quality_settings, "QUALITY_SETTINGS", path)
    assert [(number, said) for file, number, said in problems(load()) if file == str(path)] == [
        (3, "quality setting shift_ratio is not a number of 0 or more"),
        (4, "quality setting volume_runs has no means"),
        (4, "quality setting volume_runs has no source"),
        (5, "quality setting volume_runs is listed twice"),
    ]


def test_a_wrong_check_digit_is_refused_with_file_and_line(tmp_path):
    (tmp_path / "lab.csv").write_text(
        "concept,code_system,code,display,source\nmma_serum,LOINC,13964-2,,\nmma_serum,LOINC,13964-3,,\npernicious_anaemia,SNOMEDCT,84027008,,\n",
        encoding="utf-8",
    )
    found = problems(load(), codes=tmp_path)
    assert [(file, line) for file, line, _ in found] == [
        (str(tmp_path / "lab.csv"), 3),
        (str(tmp_path / "lab.csv"), 4),
    ]
    assert all("check digit" in message for _, _, message in found)


@pytest.mark.parametrize("row", ["low", "[low]", "3"])
def test_a_band_row_of_another_shape_is_refused(tmp_path, row):
    path = tmp_path / "broken.yaml"
    path.write_text(TEXT.replace("{answer: low, below: 180}", row, 1), encoding="utf-8")
    with pytest.raises(InvalidProtocol, match="cannot be read as a protocol pack: its structure"):
        problems(load(path))


def test_a_band_may_list_no_censored_interval(tmp_path):
    path = tmp_path / "mine.yaml"
    start, end = TEXT.index("    censored:"), TEXT.index("  neuro_300:")
    path.write_text(f"{TEXT[:start]}    censored:\n{TEXT[end:]}", encoding="utf-8")
    pack = load(path)
    assert problems(pack) == []
    with closing(connect()) as con:
        register(con, pack)
        assert con.execute(
            "select bool_and(is_tile) from protocol.band where fact = 'b12'"
        ).fetchall() == [(True,)]


@pytest.mark.parametrize("text", ["pack: [", "pack: x\n", "just text", ""])
def test_a_file_that_is_not_a_pack_is_refused(tmp_path, text):
    path = tmp_path / "broken.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidProtocol):
        load(path)


def test_there_is_no_such_pack():
    with pytest.raises(InvalidProtocol, match="protocol pack"):
        load("praxis-1900")


def test_a_pack_is_read_and_checked_again_when_its_text_has_changed(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(TEXT, encoding="utf-8")
    whole = load(path)
    assert load(path) is whole and problems(whole) == []
    path.write_text(TEXT.replace("answer: low,", "answer: lower,", 1), encoding="utf-8")
    assert [said for *_, said in problems(load(path))] == ["band b12: lower is none of its answers"]
    path.write_text(TEXT, encoding="utf-8")
    assert problems(load(path)) == []
