"What a run prepared for the pages of the patients on its worklist."

import pyarrow.parquet as pq
import pytest

from pipeline import run
from pipeline.analysis import explain_run, explanation
from pipeline.core.config import Home
from pipeline.protocol import load
from pipeline.runs import drop_explanations, listed_folders, manifests
from tests.command import AS_OF, assessments
from tests.homes import copied
from tests.manifests import make_older


@pytest.fixture
def computed(monkeypatch):
    "Whom explain_run did not find prepared"
    asked = []
    monkeypatch.setattr(
        explanation, "explain", lambda *_, patient_id, **__: asked.append(patient_id)
    )
    return asked


def listed(home):
    return [patient for patient, row in assessments(home).items() if row["priority"]]


def test_every_listed_patient_is_prepared_and_only_they_are(demonstration, computed):
    home = Home(demonstration / "home")
    for patient_id in listed(home.root):
        prepared = explain_run(home, patient_id=patient_id)
        assert prepared["patient_id"] == prepared["assessment"]["patient_id"] == patient_id
    assert computed == []
    others = sorted(assessments(home.root).keys() - listed(home.root))
    explain_run(home, patient_id=others[0])
    explain_run(home, patient_id="nobody")
    assert computed == [others[0], "nobody"]


def test_what_was_prepared_is_what_is_computed(demonstration):
    home = Home(demonstration / "home")
    [newest, *_] = manifests(home)
    for patient_id in listed(home.root)[:3]:
        wanted = explanation.explain(
            home,
            patient_id=patient_id,
            pack=load(newest.protocol.pack),
            as_of=newest.as_of,
            inputs=newest.inputs,
        )
        prepared = explain_run(home, patient_id=patient_id, run_id=newest.run_id)
        assert prepared == wanted
        assert repr(prepared) == repr(wanted)  # the same types, too


@pytest.mark.parametrize("part", ["code_version", "protocol"])
def test_what_another_version_prepared_is_computed_anew(
    demonstration, computed, monkeypatch, tmp_path, part
):
    home = Home(copied(demonstration / "home", tmp_path / "home"))
    if part == "protocol":  # of a run of an earlier version, which kept none
        make_older(home.runs / "latest")
        monkeypatch.setattr("pipeline.protocol.pack.Pack.sha256", property(lambda _: "another"))
    else:
        monkeypatch.setattr("pipeline.analysis.prepared.__version__", "another")
    [patient_id, *_] = listed(home.root)
    explain_run(home, patient_id=patient_id)
    assert computed == [patient_id]


def test_only_groups_that_may_hold_a_patient_are_read(demonstration, tmp_path):
    "Of 300 patients there is one group; so the file is written again in small ones"
    home = Home(copied(demonstration / "home", tmp_path / "home"))
    path = home.runs.resolve() / "latest" / "explanation.parquet"
    pq.write_table(pq.read_table(path), path, row_group_size=5)
    for patient_id in listed(home.root)[:20]:
        assert explain_run(home, patient_id=patient_id)["patient_id"] == patient_id


def test_only_the_run_that_the_worklist_follows_keeps_them(demonstration, tmp_path, computed):
    home = Home(copied(demonstration / "home", tmp_path / "home"))
    [before] = listed_folders(home)
    newest = run.screen_population(home, AS_OF).run_id
    assert not (before / "explanation.parquet").exists()
    assert (before / "assessment.parquet").exists()
    assert (home.runs / newest / "explanation.parquet").exists()
    drop_explanations(home, before=newest)
    assert (home.runs / newest / "explanation.parquet").exists()
    explain_run(home, patient_id=listed(home.root)[0], run_id=before.name)
    assert len(computed) == 1


def test_a_run_that_is_screened_again_prepares_none(demonstration, tmp_path):
    home = Home(copied(demonstration / "home", tmp_path / "home"))
    [past] = manifests(home)
    again = run.screen_again(home, past.run_id).run_id
    names = {path.name for path in (home.runs / again).iterdir()}
    assert "assessment.parquet" in names and "explanation.parquet" not in names
