"""When something is wrong: the exit code, one paragraph on stderr without any patient, and what stays as it was."""

import json
import random
import shutil

import pytest

from pipeline.core.config import PROTOCOL, SOURCES
from tests.command import AS_OF, as_csv, b12, deliver

PATIENT = "PAT-7731"
VALUE = "87.125"


def b12_result(patient, value, *, day="2026-01-10", unit="pg/mL", lab="North", **more):
    return {
        "patient_id": patient,
        "code": "2132-9",
        "value": value,
        "unit": unit,
        "collected_at": day,
        "performing_lab": lab,
        **more,
    }


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    "A home with one published run over one laboratory's 60 honest results"
    home = tmp_path_factory.mktemp("published")
    draw = random.Random(7)
    rows = [
        b12_result(f"PAT-{place}", f"{draw.lognormvariate(6.1, 0.35):.0f}") for place in range(60)
    ]
    folder = deliver(
        tmp_path_factory.mktemp("first"), lab_result=[*rows, b12_result(PATIENT, VALUE)]
    )
    assert b12(home, "run", folder, "--source", "canonical", "--as-of", AS_OF).code == 0
    return home


@pytest.fixture
def home(published, tmp_path):
    return shutil.copytree(published, tmp_path / "home", symlinks=True)


def fails(answer, code):
    "One paragraph on stderr, which names no patient and no value"
    assert answer.code == code, answer.err
    assert answer.err.startswith("b12 ")
    assert answer.err.count("\n") == 1 and answer.err.endswith("\n")
    assert PATIENT not in answer.err and VALUE not in answer.err and "PAT-" not in answer.err
    assert "Traceback" not in answer.err
    return answer.err


@pytest.mark.parametrize("arguments", [
    (), ("nonsense",), ("ingest",), ("ingest", "x"), ("worklist", "--priority", "5"), ("worklist", "--format", "pdf"), ("protocol", "burn"),
])  # fmt: skip
def test_a_wrong_call_is_2_with_the_usage(home, arguments):
    answer = b12(home, *arguments)
    assert answer.code == 2
    assert answer.err.startswith("usage: b12")


@pytest.mark.parametrize("arguments", [
    ("ingest", "/no/such/folder", "--source", "canonical"), ("screen", "--as-of", "31.1.2026"), ("explain", "PAT-nobody"),
    ("demo", "--patients", "0", "--out", "x"), ("rejects", "--reason", "nope"),
])  # fmt: skip
def test_a_call_that_cannot_be_meant_is_2(home, arguments):
    fails(b12(home, *arguments), 2)


@pytest.mark.parametrize("command", [
    ("worklist",), ("worklist", "--format", "json"), ("worklist", "--format", "xlsx"), ("unmapped",), ("source", "draft", "lab.csv"),
    ("demo", "--patients", "1"),
])  # fmt: skip
@pytest.mark.parametrize("place", ["none/below.csv", "folder", "file/below.csv"])
def test_an_out_that_cannot_be_written_is_2(home, tmp_path, monkeypatch, command, place):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lab.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("", encoding="utf-8")
    if command[0] == "demo":  # it makes its folder
        place = {
            "none/below.csv": "file",
            "folder": "file/below",
            "file/below.csv": "file/below/it",
        }[place]
    assert place in fails(b12(home, *command, "--out", place), 2)
    assert {path.name for path in tmp_path.iterdir()} == {"lab.csv", "folder", "file", "home"}


def test_an_unknown_reason_is_told_those_there_are(home):
    assert "missing_unit, unknown_unit" in fails(b12(home, "rejects", "--reason", "nope"), 2)
    assert "missing_unit" in fails(b12(home, "rejects", "--by", "file", "--reason", "nope"), 2)
    assert b12(home, "rejects", "--reason", "missing_unit").code == 0


def test_erasing_in_a_home_that_is_not_there_is_2_and_makes_none(tmp_path):
    assert str(tmp_path / "none") in fails(b12(tmp_path / "none", "erase", PATIENT, "--yes"), 2)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("command", [("worklist",), ("explain", "PAT-1"), ("reingest",)])
def test_nothing_published_yet_is_2(tmp_path, command):
    fails(b12(tmp_path / "empty", *command), 2)


REFUSED = {
    "lab_result_headless.csv": f"{PATIENT},2132-9,{VALUE},pg/mL,2026-01-10\n",
    "lab_result_short.csv": f"patient_id,code,value,collected_at\n{PATIENT},2132-9,{VALUE},2026-01-10\n",
    "lab_result_semicolons.csv": f"patient_id;code;value;unit;collected_at\n{PATIENT};2132-9;{VALUE};pg/mL;2026-01-10\n",
    "lab_result_more.csv": f"patient_id,code,value,unit,collected_at,phone\n{PATIENT},2132-9,{VALUE},pg/mL,2026-01-10,1\n",
    "lab_result_empty.csv": "",
    "lab_result_utf16.csv": f"patient_id,code,value,unit,collected_at\n{PATIENT},2132-9,{VALUE},pg/mL,2026-01-10\n".encode(
        "utf-16"
    ),
    "lab_result_torn.parquet": b"PAR1" + PATIENT.encode() + b"\x00" * 40,
    "results.csv": f"patient_id,code,value,unit,collected_at\n{PATIENT},2132-9,{VALUE},pg/mL,2026-01-10\n",
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_read_is_refused_whole_and_the_others_go_in(tmp_path, name):
    home, folder = (
        tmp_path / "home",
        deliver(tmp_path / "in", patient=[{"patient_id": "PAT-1", "sex": "female"}]),
    )
    content = REFUSED[name]
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    answer = b12(home, "ingest", folder, "--source", "canonical", "--format", "json")
    assert answer.code == 10
    accounts = {one["file"]: one for one in answer.json}
    assert accounts["patient.csv"]["accepted"] == 1 and accounts["patient.csv"]["refused"] is None
    assert accounts[name]["refused"] and accounts[name]["rows"] == accounts[name]["accepted"] == 0
    assert PATIENT not in accounts[name]["refused"] and VALUE not in accounts[name]["refused"]
    error = fails(answer, 10)
    assert (
        error.startswith("b12 ingest: 1 file was refused whole")
        and accounts[name]["refused"] in error
    )
    assert f"{home / 'refused'}" in error and "b12 source check" in error
    held = [path for path in (home / "refused").rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in held] == [(folder / name).read_bytes()]
    assert not [
        path
        for room in ("landing", "claimed")
        for path in (home / room).rglob("*")
        if path.is_file()
    ]


def test_a_refused_file_makes_a_run_10_but_publishes_the_rest(home, tmp_path):
    folder = deliver(tmp_path / "in", patient=[{"patient_id": "PAT-1"}], lab_result="nothing\n")
    before = (home / "runs" / "latest").readlink()
    answer = b12(home, "run", folder, "--source", "canonical", "--as-of", AS_OF)
    assert answer.code == 10
    assert "lab_result.csv: REFUSED, the first line is not the header" in answer.out
    assert (home / "runs" / "latest").readlink() != before
    assert fails(answer, 10).startswith("b12 run: 1 file was refused whole")


def test_of_many_refused_files_the_first_are_named(tmp_path):
    folder = deliver(
        tmp_path / "in", **{f"lab_result_{place}": "nothing\n" for place in range(1, 6)}
    )
    answer = b12(tmp_path / "home", "ingest", folder, "--source", "canonical")
    error = fails(answer, 10)
    assert answer.out.count("REFUSED") == 5
    assert error.startswith("b12 ingest: 5 files were refused whole") and "and 2 more" in error
    assert [f"lab_result_{place}.csv" in error for place in range(1, 6)] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_a_refused_file_that_was_mended_goes_in(home, tmp_path):
    folder = deliver(tmp_path / "in", lab_result="nothing\n")
    assert b12(home, "ingest", folder, "--source", "canonical").code == 10
    assert b12(home, "ingest", folder, "--source", "canonical").code == 10
    deliver(folder, lab_result=[b12_result("PAT-1", "400", day="2026-01-12")])
    assert b12(home, "ingest", folder, "--source", "canonical").code == 0


@pytest.mark.gates
def test_a_mislabelled_unit_closes_the_gate(home, tmp_path):
    "The second night, the laboratory's pmol/L come labelled pg/mL"
    draw = random.Random(8)
    wrong = [
        b12_result(
            f"PAT-{place}",
            f"{draw.lognormvariate(6.1, 0.35) / 1.35537:.0f}",
            day="2026-01-30",
            result_id=f"R{place}",
        )
        for place in range(60)
    ]
    before = {path.name: path.stat().st_mtime_ns for path in (home / "runs" / "latest").iterdir()}
    was, list_was = (
        (home / "runs" / "latest").readlink(),
        b12(home, "worklist", "--format", "csv").out,
    )
    folder = deliver(tmp_path / "in", lab_result=wrong)
    error = fails(b12(home, "run", folder, "--source", "canonical", "--as-of", AS_OF), 11)
    assert "lab_b12_shift" in error and "North" in error and "mislabelled" in error
    assert (home / "runs" / "latest").readlink() == was
    assert {
        path.name: path.stat().st_mtime_ns for path in (home / "runs" / "latest").iterdir()
    } == before
    assert b12(home, "worklist", "--format", "csv").out == list_was
    closed = next(row for row in b12(home, "runs", "--format", "json").json if not row["published"])
    assert {path.name for path in (home / "runs" / closed["run_id"]).iterdir()} == {
        "quality.json", "validation.json", "report.json", "manifest.json", "protocol",
    }  # fmt: skip
    failed = [one for one in json.loads((home / "runs" / closed["run_id"] / "quality.json").read_text(encoding="utf-8"))
              if one["outcome"] == "failed" and one["severity"] == "critical"]  # fmt: skip
    assert [one["column"] for one in failed] == ["is_unit_mix_up"]
    assert b12(home, "screen", "--as-of", AS_OF).code == 11  # it stays closed
    right = [{**row, "unit": "pmol/L", "status": "corrected"} for row in wrong]
    answer = b12(
        home,
        "run",
        deliver(tmp_path / "corrected", lab_result=right),
        "--source",
        "canonical",
        "--as-of",
        AS_OF,
    )
    assert answer.code == 0, answer.err


@pytest.mark.gates
def test_an_honest_change_of_unit_opens_the_gate(home, tmp_path):
    draw = random.Random(8)
    rows = [
        b12_result(
            f"PAT-{place}",
            f"{draw.lognormvariate(6.1, 0.35) / 1.35537:.0f}",
            day="2026-01-30",
            unit="pmol/L",
        )
        for place in range(60)
    ]
    folder = deliver(tmp_path / "in", lab_result=rows)
    answer = b12(home, "run", folder, "--source", "canonical", "--as-of", AS_OF)
    assert answer.code == 0, answer.err


def test_an_unknown_pack_or_profile_is_12(home, tmp_path):
    assert "protocol pack" in fails(b12(home, "screen", "--protocol", "praxis-1999"), 12)
    assert "praxis-2026" in fails(b12(home, "protocol", "check", "praxis-1999"), 12)
    assert "Known profiles: canonical" in fails(
        b12(home, "ingest", tmp_path, "--source", "nobody"), 12
    )
    torn = tmp_path / "torn.yaml"
    torn.write_text(
        (SOURCES / "canonical.yaml")
        .read_text(encoding="utf-8")
        .replace("format: table", "format: stone"),
        encoding="utf-8",
    )
    fails(b12(home, "ingest", tmp_path, "--source", torn), 12)


@pytest.mark.parametrize(("text", "said"), [
    ("a: [1, 2\nb: 3\n", "line 2, column 2: a comma or a closing bracket is missing"), ("a: \tb\n\tc: 1\n", "line 2, column 1: a tab"),
    ("a: *x\n", "line 1, column 4: a text that begins with * needs quotation marks"), ("a: \0\n", "a character that is not allowed"), ("when: 2026-13-45\n", "a value in it cannot be read"),
    ("title: none\n", " is missing"), ("", "its structure is wrong"), ("[1, 2]\n", "its structure is wrong"), (b"a: \xff\n", "byte 4 is not UTF-8"),
])  # fmt: skip
def test_what_is_wrong_in_a_yaml_is_said_in_words_with_the_line(home, tmp_path, text, said):
    path = tmp_path / "mine.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    for command in (
        ("protocol", "check", path),
        ("protocol", "show", path),
        ("ingest", tmp_path, "--source", path),
    ):
        error = fails(b12(home, *command), 12)
        assert str(path) in error and said in error
        assert "Error" not in error and "object at" not in error and "NoneType" not in error


BROKEN = {
    "a gap between bands": ("from: 203.3055, to: 350", "from: 210, to: 350"),
    "an overlap of bands": ("from: 180, below: 203.3055", "from: 150, below: 203.3055"),
    "an unknown fact": (
        'when: {treated: ["yes"]}, outcome: CONTINUE',
        'when: {cured: ["yes"]}, outcome: CONTINUE',
    ),
    "an unknown answer": (
        "{mma: [raised, raised_renal, raised_renal_unknown]}",
        "{mma: [raised, raised_renal, sky_high]}",
    ),
    "an undecided combination": ("{id: N28, when: {}", "{id: N28, when: {scope: [in_scope]}"),
    "an unreachable rule": (
        "{id: N04, when: {scope: [child]}",
        "{id: N04, when: {scope: [deceased]}",
    ),
    "a missing citation": (
        'cites: [OURS],\n     because: "A B12 deficiency is on file; B12',
        'cites: [],\n     because: "A B12 deficiency is on file; B12',
    ),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_pack_is_12_and_says_file_and_line(home, tmp_path, fault):
    text = (PROTOCOL / "praxis-2026.yaml").read_text(encoding="utf-8")
    old, new = BROKEN[fault]
    assert text.count(old) == 1
    pack = tmp_path / "broken.yaml"
    pack.write_text(text.replace(old, new), encoding="utf-8")
    checked = b12(home, "protocol", "check", pack)
    assert checked.code == 12
    assert all(
        line.split(":")[0].endswith("broken.yaml") and int(line.split(":")[1]) > 1
        for line in checked.err.splitlines()
    )
    was = (home / "runs" / "latest").readlink()
    assert "broken.yaml:" in fails(b12(home, "screen", "--protocol", pack, "--as-of", AS_OF), 12)
    assert (home / "runs" / "latest").readlink() == was


def test_a_lake_that_is_not_there_is_13(tmp_path):
    assert "nothing has been ingested" in fails(
        b12(tmp_path / "empty", "screen", "--as-of", AS_OF), 13
    )
    assert not (tmp_path / "empty" / "runs" / "latest").exists()


@pytest.mark.parametrize(
    "command",
    [
        ("screen",),
        ("explain", PATIENT),
        ("rejects",),
        ("compact",),
        ("erase", PATIENT, "--yes"),
        ("reingest",),
    ],
)
def test_a_damaged_log_is_13(home, command):
    for log in home.glob("lake/*/_delta_log"):
        (log / "00000000000000000001.json").write_text("not a log\n", encoding="utf-8")
    fails(b12(home, *command), 13)


def test_lost_files_of_the_lake_are_13(home):
    for path in home.glob("lake/lab_result/*.parquet"):
        path.unlink()
    was = (home / "runs" / "latest").readlink()
    fails(b12(home, "screen", "--as-of", AS_OF), 13)
    assert (home / "runs" / "latest").readlink() == was


@pytest.mark.parametrize("lost", ["lab_result", "lab_result/_delta_log"])
def test_a_table_of_the_lake_that_is_gone_is_13_and_not_empty(home, tmp_path, lost):
    was = (home / "runs" / "latest").readlink()
    shutil.rmtree(home / "lake" / lost)
    more = deliver(tmp_path / "more", lab_result=[b12_result("PAT-new", "300")])
    for command in (
        ("screen", "--as-of", AS_OF),
        ("explain", PATIENT),
        ("ingest", more, "--source", "canonical"),
    ):
        assert "are missing: lab_result" in fails(b12(home, *command), 13)
    assert (home / "runs" / "latest").readlink() == was
    assert (
        f"The lake: Tables of the lake under {home}/lake are missing: lab_result"
        in b12(home, "doctor").out
    )
    assert b12(home, "reingest").code == 0
    assert b12(home, "screen", "--as-of", AS_OF).code == 0


def test_a_home_that_cannot_be_written_is_13(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    (tmp_path / "patient.csv").write_text(as_csv([{"patient_id": PATIENT}]), encoding="utf-8")
    fails(b12(tmp_path / "file", "ingest", tmp_path / "patient.csv", "--source", "canonical"), 13)
