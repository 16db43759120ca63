"""Shadow protocols: counted beside the one that decides, of the same night; the worklist is that of the run alone."""

import json
from contextlib import closing

import pytest

from pipeline.analysis.simulation import Simulation
from pipeline.core.config import Home
from pipeline.protocol.pack import load
from tests.command import AS_OF, b12, run

SHADOWS = ("nice-ng239", "aafp-2025")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shadows")
    b12(folder, "demo", "--patients", 400, "--out", folder / "demo", "--seed", 11, "--as-of", AS_OF)
    run(folder / "home", folder / "demo")
    return Home(folder / "home")


def screened(home, *options):
    done = b12(home.root, "screen", "--as-of", AS_OF, *options)
    assert done.code == 0, done.err
    return done, home.runs / (home.runs / "latest").resolve().name


def shadowed(home):
    return screened(home, *(word for name in SHADOWS for word in ("--shadow", name)))


def held_against_simulations(home, counts):
    "Each as a what-if under that pack finds it"
    for shadow, name in zip(counts, SHADOWS, strict=True):
        with closing(Simulation(home, load(name))) as simulation:
            answer = simulation.what_if({})
        assert shadow["protocol"]["pack"] == name
        assert shadow["protocol"]["sha256"] == load(name).sha256
        for part in ("worklist", "action", "cohort"):
            assert shadow["then"][part] == answer["then"][part]
        assert {int(number): n for number, n in shadow["then"]["priority"].items()} == answer[
            "then"
        ]["priority"]
        assert shadow["moved"] == answer["moved"]
        assert shadow["flows"] == answer["flows"]


def test_a_shadow_is_counted_and_the_worklist_is_that_of_the_run_alone(home):
    _, alone = screened(home)
    done, beside = shadowed(home)
    for name in ("worklist.csv", "summary.json"):
        assert (alone / name).read_bytes() == (beside / name).read_bytes()
    assert not (alone / "shadows.json").exists()
    counts = json.loads((beside / "shadows.json").read_text())
    held_against_simulations(home, counts)
    assert sum(flow["patients"] for flow in counts[0]["flows"]) > 0
    assert "Beside it, nice-ng239 1.0.0 would list" in done.out
    assert "b12 simulate --protocol PACK" in done.out


def test_in_several_buckets_and_by_the_setting_the_counts_are_the_same(home, monkeypatch):
    _, whole = shadowed(home)
    monkeypatch.setenv("B12_BUCKET_PATIENTS", "100")
    monkeypatch.setenv("B12_SHADOW_PACKS", ", ".join(SHADOWS))
    _, parts = screened(home)
    assert len(list((parts / "assessment.parquet").iterdir())) > 1
    assert (parts / "shadows.json").read_text() == (whole / "shadows.json").read_text()


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--shadow", "praxis-2026"], 2, "The protocol praxis-2026 is asked for twice"),
        (
            ["--shadow", "nice-ng239", "--shadow", "nice-ng239"],
            2,
            "The protocol nice-ng239 is asked for twice",
        ),
        (["--shadow", "nowhere"], 12, "The protocol pack nowhere does not exist"),
        (
            ["--shadow", "nice-ng239", "--snapshot", "x"],
            2,
            "--shadow cannot be given with --snapshot",
        ),
    ],
)
def test_what_cannot_be_a_shadow(home, options, code, said):
    done = b12(home.root, "screen", "--as-of", AS_OF, *options)
    assert (done.code, said in done.err) == (code, True), done.err


def test_a_shadow_of_the_setting_that_cannot_be_used_stops_no_run(home, monkeypatch):
    "It is left out and told, also when the switch has made it the pack that decides"
    monkeypatch.setenv("B12_SHADOW_PACKS", "nowhere, praxis-2026, nice-ng239")
    _, folder = screened(home)
    assert [
        each["protocol"]["pack"] for each in json.loads((folder / "shadows.json").read_text())
    ] == ["nice-ng239"]
    warned = json.loads((folder / "manifest.json").read_text())["warned"]
    assert warned[-2:] == [
        "The shadow protocol nowhere has problems and was left out.",
        "The shadow protocol praxis-2026 decides already and was left out.",
    ]
