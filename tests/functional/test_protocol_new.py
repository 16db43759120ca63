"`b12 protocol new`: a small pack, begun from another one."

import re

import pytest

from pipeline.protocol import load, missing_examples, problems
from tests.command import b12
from tests.packs import TEXT, write_small

CONCEPTS = "headache_tierB_primary,shown,headache_not_counted,no symptom here\n"


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


def test_the_new_pack_is_sound_and_decides_as_its_base(home, tmp_path):
    path = tmp_path / "mine.yaml"
    answer = b12(home, "protocol", "new", "mine", "--out", path)
    assert answer.code == 0, answer.err
    pack, shipped = load(path), load()
    assert problems(pack) == []
    assert pack.name == "mine"
    assert pack.raw["based_on"] == shipped.name
    assert pack.decisions == shipped.decisions
    assert pack.raw["flags"] == shipped.raw["flags"]
    assert not {"settings", "bands", "facts", "derived", "sources", "examples"} & pack.own.keys()
    answer = b12(home, "protocol", "check", path)
    assert answer.code == 0
    assert "Warning: it has no examples" in answer.out
    assert not home.exists()


def test_the_comments_become_a_fact_a_band_and_an_example(home, tmp_path):
    path = tmp_path / "mine.yaml"
    b12(home, "protocol", "new", "mine", "--out", path)
    text = path.read_text()
    path.write_text(re.sub(r"^# (?=(facts|bands|examples|  ).*)", "", text, flags=re.MULTILINE))
    pack = load(path)
    assert {"facts", "bands", "examples"} <= pack.own.keys()
    assert problems(pack) == []
    answer = b12(home, "protocol", "test", path)
    assert answer.code == 0, answer.out + answer.err


def test_a_pack_that_is_based_on_another_is_copied_on_the_same_base(home, tmp_path):
    more = "settings:\n  metformin_months: {value: 6, means: ours, cites: [OURS]}\n"
    folder, to = tmp_path / "site", tmp_path / "new"
    (tmp_path / "new").mkdir()
    write_small(folder, more=more, concepts=CONCEPTS, based_on="base")
    (folder / "base.yaml").write_text(TEXT)
    options = ("--from", folder / "mine.yaml", "--out", to / "yours.yaml")
    answer = b12(home, "protocol", "new", "yours", *options)
    assert answer.code == 0, answer.err
    pack, theirs = load(to / "yours.yaml"), load(folder / "mine.yaml")
    assert problems(pack) == []
    assert pack.raw["based_on"] == "../site/base.yaml"
    assert pack.raw["settings"] == theirs.raw["settings"]
    assert pack.raw["flags"] == theirs.raw["flags"]
    assert pack.concepts == theirs.concepts


def test_the_examples_of_a_pack_that_is_based_on_another_are_copied(home, tmp_path):
    path = tmp_path / "ours.yaml"
    b12(home, "protocol", "new", "ours", "--from", "nice-ng239", "--out", path)
    pack = load(path)
    assert pack.raw["examples"] == load("nice-ng239").raw["examples"]
    assert (problems(pack), missing_examples(pack)) == ([], [])


@pytest.mark.parametrize("there", ["mine.yaml", "mine.concepts.csv"])
def test_nothing_is_overwritten(home, tmp_path, there):
    base = write_small(tmp_path / "site", concepts=CONCEPTS)
    (tmp_path / "base.yaml").write_text(TEXT)
    (tmp_path / there).write_text("kept")
    options = ("--from", base, "--out", tmp_path / "mine.yaml")
    answer = b12(home, "protocol", "new", "mine", *options)
    assert answer.code == 2
    assert "exists already" in answer.err
    assert (tmp_path / there).read_text() == "kept"
    assert len(list(tmp_path.glob("mine*"))) == 1


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("new",), 2, "Say what it is called"),
        (("new", "a b"), 12, "cannot be the name of a pack"),
        (("new", "mine", "--from", "nowhere"), 12, "does not exist"),
        (("new", "mine", "--out", "mine.txt"), 2, "does not end in .yaml"),
        (("check", "--from", "praxis-2026"), 2, "--from belongs to b12 protocol new"),
        (("new", "mine", "praxis-2026"), 2, "A second pack belongs to b12 protocol diff"),
        (("check", "--format", "json"), 2, "--format belongs to b12 protocol"),
    ],
)
def test_what_cannot_be_begun(home, tmp_path, monkeypatch, options, code, said):
    monkeypatch.chdir(tmp_path)
    answer = b12(home, "protocol", *options)
    assert answer.code == code
    assert said in answer.err
    assert list(tmp_path.iterdir()) == []
