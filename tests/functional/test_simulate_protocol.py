"b12 simulate --protocol: another pack on the last published run."

import csv

import pytest

from pipeline.core.config import PROTOCOL
from tests.command import AS_OF, b12, run

TEXT = (PROTOCOL / "praxis-2026.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("simulated")
    b12(folder, "demo", "--patients", 200, "--out", folder / "demo", "--seed", 5, "--as-of", AS_OF)
    run(folder / "home", folder / "demo")
    stricter = TEXT.replace("pack: praxis-2026", "pack: stricter").replace(
        "below: 180}", "below: 200}"
    )
    (folder / "stricter.yaml").write_text(
        stricter.replace("from: 180,", "from: 200,"), encoding="utf-8"
    )
    return folder


def test_the_answer_names_both_packs_and_the_list_has_every_patient_who_moves(folder):
    out = folder / "moved.csv"
    done = b12(
        folder / "home", "simulate", "--protocol", folder / "stricter.yaml", "--patients", out
    )
    assert "protocol: praxis-2026 2.0.0 → stricter 2.0.0" in done.out
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [
        "patient_id",
        "priority_now",
        "action_now",
        "priority_then",
        "action_then",
    ]
    assert len({row["patient_id"] for row in rows}) == len(rows)
    assert out.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--protocol", "nowhere"], "The protocol pack nowhere does not exist"),
        (
            ["--protocol", "stricter.yaml", "--set", "b12.nothing=2"],
            "b12.nothing cannot be changed",
        ),
        (["--protocol", "praxis-2026", "--patients", "missing/x.csv"], "does not exist"),
        ([], "Give --protocol PACK, or at least one --set NAME=VALUE"),
    ],
)
def test_what_cannot_be_asked(folder, options, said, monkeypatch):
    monkeypatch.chdir(folder)
    done = b12(folder / "home", "simulate", *options)
    assert done.code in (2, 12)
    assert said in done.err
