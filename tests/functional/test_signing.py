"A protocol is signed as it is: on record, on every page, and until the file changes"

import shutil

import pytest

from pipeline import worklist
from pipeline.core.config import PROTOCOL, Home
from pipeline.web import create_app
from tests.command import b12, deliver, run
from tests.functional.web_client import client
from tests.homes import LOW

SIGN = ("protocol", "sign")


@pytest.fixture(scope="module")
def screened(tmp_path_factory):
    folder = tmp_path_factory.mktemp("screened")
    run(folder / "home", deliver(folder / "in", lab_result=[{"patient_id": "ann", **LOW}]))
    return folder / "home"


@pytest.fixture
def home(screened, tmp_path):
    return Home(shutil.copytree(screened, tmp_path / "home", symlinks=True))


def foot(home, path="/worklist", role="viewer"):
    page = client(create_app(home, identify=lambda: worklist.Actor("kim", role))).get(path)
    return page.text.split('<footer class="foot">')[1]


def test_every_page_says_that_nobody_signed_until_somebody_did(home):
    for path in ("/worklist", "/population", "/quality", "/runs", "/help"):
        assert "not signed by a clinician yet" in foot(home, path)
    signed = b12(home.root, *SIGN, "--name", "Dr  Ada <b>", "--yes")
    assert signed.code == 0 and "Signed by Dr Ada <b>, clinician" in signed.out
    assert "signed by Dr Ada &lt;b&gt;, clinician" in foot(home)
    store = worklist.open_store(home)
    [entry] = [one for one in worklist.accesses(store) if one["what"] == "protocol_signed"]
    assert "praxis-2026" in entry["detail"] and "Dr Ada <b>, clinician" in entry["detail"]


def test_a_signature_counts_for_the_file_as_it_was(home, tmp_path):
    pack = tmp_path / "mine.yaml"
    shutil.copyfile(PROTOCOL / "praxis-2026.yaml", pack)
    pack.write_text(pack.read_text().replace("checker: not yet named", "checker: asked"))
    assert b12(home.root, *SIGN, str(pack), "--name", "Ada", "--role", "steward", "--yes").code == 0
    assert "not signed" in foot(home), "another file than that of the run"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ((), "Say who signs"), (("--name", " "), "Say who signs"), (("--name", "a" * 101, "--yes"), "at most 100"),
        (("--name", "a\nb\x1b", "--yes"), "Give the name"), (("--name", "Ada", "--add", "x"), "belongs to b12 protocol review"),
    ],
)  # fmt: skip
def test_what_is_no_signature(home, options, says):
    answer = b12(home.root, *SIGN, *options)
    assert answer.code == 2 and says in answer.err
    assert b12(home.root, "protocol", "show", "--yes").code == 2


def test_without_a_yes_nothing_is_signed(home, monkeypatch):
    monkeypatch.setattr("pipeline.cli.commands.reviewing.is_confirmed", lambda _: False)
    assert b12(home.root, *SIGN, "--name", "Ada").code == 2
    assert "not signed" in foot(home)


def test_open_objections_are_answered_first_or_signed_despite_them(home, monkeypatch):
    class Standing:
        objections = 2

    monkeypatch.setattr("pipeline.cli.commands.reviewing.review.standing_of", lambda _: Standing)
    refused = b12(home.root, *SIGN, "--name", "Ada", "--yes")
    assert refused.code == 2 and "Reviewers object" in refused.err
    assert b12(home.root, *SIGN, "--name", "Ada", "--yes", "--despite-objections").code == 0
