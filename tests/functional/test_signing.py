"A protocol is signed as it is: on record, on every page, and until the file changes"

import json
import shutil
from datetime import UTC, date, datetime

import pytest

from pipeline import run as walk
from pipeline import worklist
from pipeline.core import clock
from pipeline.core.config import PROTOCOL, Home
from pipeline.core.errors import UsageError
from pipeline.protocol import load
from pipeline.protocol.signed_text import MEANINGS
from pipeline.web import create_app
from tests.command import AS_OF, b12, deliver, latest, run
from tests.functional.web_client import client
from tests.homes import LOW
from tests.packs import write_small

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


def sign(home, *more):
    answer = b12(home.root, *SIGN, *more, "--yes")
    assert answer.code == 0, answer.err
    return answer.out


def screened_by(home):
    "What the manifest of the latest run says of its protocol"
    return json.loads(latest(home.root, "manifest.json"))["protocol"]


def test_a_text_signed_twice_by_the_same_name_is_said_not_recorded_twice(home):
    sign(home, "--name", "Ada Gray")
    again = b12(home.root, *SIGN, "--name", " ada  gray")
    assert again.code == 0 and "is signed already, by Ada Gray, clinician, on" in again.out
    sign(home, "--name", "Bo", "--role", "steward")
    rows = b12(home.root, "protocol", "signatures", "--format", "json").json
    assert [(row["name"], row["role"]) for row in rows] == [
        ("Bo", "steward"),
        ("Ada Gray", "clinician"),
    ]
    assert {row["sha256"] for row in rows} == {load().signed_sha256}
    store = worklist.open_store(home)
    assert [one["what"] for one in worklist.accesses(store)].count("protocol_signed") == 2
    store.close()


def test_the_day_of_a_signature(home, monkeypatch):
    monkeypatch.setenv("B12_TIMEZONE", "America/New_York")
    today = clock.today()
    sign(home, "--name", "Ada", "--date", "2026-01-15")
    [row] = b12(home.root, "protocol", "signatures", "--format", "json").json
    assert row["signed_on"] == "2026-01-15"
    store = worklist.open_store(home)
    [entry] = [one for one in worklist.accesses(store) if one["what"] == "protocol_signed"]
    assert "dated 2026-01-15" in entry["detail"] and entry["at"] > datetime(2026, 1, 16, tzinfo=UTC)
    store.close()
    for day, said in (
        ("1999-12-31", "cannot be the day"),
        (str(today.replace(year=today.year + 1, day=1)), "cannot be the day"),
        ("15.1.", "not a valid date"),
    ):
        answer = b12(home.root, *SIGN, "--name", "Bo", "--yes", "--date", day)
        assert answer.code == 2 and said in answer.err, answer


def test_a_pack_with_problems_is_not_signed(home, tmp_path):
    pack = write_small(tmp_path, concepts="mma_serum,shown,mma,\n")
    answer = b12(home.root, *SIGN, pack, "--name", "Ada", "--yes")
    assert answer.code == 12 and "mine.concepts.csv:2" in answer.err
    assert b12(home.root, "protocol", "signatures").out.startswith("No protocol was signed")


def test_signatures_of_one_pack_say_which_text_they_are_of(home, tmp_path):
    pack = write_small(tmp_path)
    sign(home, pack, "--name", "Ada")
    sign(home, "--name", "Bo")
    pack.write_text(pack.read_text().replace("title: Ours", "title: Still ours"))
    sign(home, pack, "--name", "Ada")
    rows = b12(home.root, "protocol", "signatures", pack, "--format", "json").json
    assert [(row["name"], row["text"]) for row in rows] == [
        ("Ada", "the present one"),
        ("Ada", "another one"),
    ]
    assert "praxis-2026 2.0.0" in b12(home.root, "protocol", "signatures").out
    assert b12(home.root, "protocol", "check", "--format", "json").code == 2


def test_a_signature_of_a_letter_is_none_of_a_protocol(home):
    store = worklist.open_store(home)
    worklist.sign(
        store,
        sha256="a" * 64,
        protocol="findings.en",
        name="Ada",
        role="clinician",
        actor=worklist.Actor("op", "admin"),
    )
    assert worklist.protocol_signatures(store) == []
    store.close()


@pytest.mark.parametrize("action", ["check", "show"])
def test_check_and_show_say_whether_the_present_text_is_signed(home, tmp_path, action):
    pack = write_small(tmp_path)

    def told():
        answer = b12(home.root, "protocol", action, pack)
        assert answer.code == 0
        assert "signed" not in answer.out.lower() or action == "check", (
            "what is shown is a document"
        )
        return answer.out + answer.err

    assert "The protocol mine 1.0.0 is not signed." in told()
    sign(home, pack, "--name", "Ada")
    assert "Signed by Ada, clinician, on" in told()
    pack.write_text(pack.read_text().replace("title: Ours", "title: Still ours"))
    assert "is not signed as it is: Ada signed another text (mine 1.0.0)" in told()
    overdue = pack.read_text().replace("next_review: 2027-11-01", "next_review: 2026-02-01")
    pack.write_text(overdue)
    assert "The review of the protocol mine 1.0.0 was due on 2026-02-01." in told()


@pytest.mark.parametrize("table", MEANINGS)
def test_a_change_of_what_the_names_mean_ends_a_signature_and_no_run(
    home, tmp_path, monkeypatch, table
):
    sign(home, "--name", "Ada")
    assert b12(home.root, "screen", "--as-of", AS_OF).code == 0
    sha256 = load().sha256
    folder = tmp_path / "protocol"
    folder.mkdir()
    for name in MEANINGS:
        shutil.copy(PROTOCOL / name, folder)
    monkeypatch.setattr("pipeline.protocol.signed_text.PROTOCOL", folder)
    assert "Signed by Ada" in b12(home.root, "protocol", "check").out
    (folder / table).write_text((folder / table).read_text() + "one,more,line,\n")
    answer = b12(home.root, "protocol", "check").out
    assert "Signed by" not in answer
    assert "or its names meant something else then" in answer
    assert load().sha256 == sha256, "the identity of the pack is that of its files"
    assert b12(home.root, "explain", "ann").code == 0
    assert "not signed" not in b12(home.root, "worklist").out, "as the run was screened"


def test_looking_makes_no_home(tmp_path):
    told = b12(tmp_path / "none", "protocol", "check")
    assert told.code == 0 and "not signed" in told.out
    assert b12(tmp_path / "none", "protocol", "signatures").code == 0
    assert not (tmp_path / "none").exists()


def test_a_run_says_whether_its_pack_was_signed_when_it_screened(home, tmp_path):
    assert {name: screened_by(home).get(name) for name in ("is_signed", "signed_by", "is_review_overdue")} == {
        "is_signed": False, "signed_by": None, "is_review_overdue": False,
    }  # fmt: skip
    sign(home, "--name", "Ada", "--date", "2026-11-02")
    assert screened_by(home)["is_signed"] is False, "what a run says of itself stays"
    assert b12(home.root, "screen", "--as-of", AS_OF).code == 0
    said = screened_by(home)
    assert said["is_signed"] and said["signed_by"] == {
        "name": "Ada",
        "role": "clinician",
        "on": "2026-11-02",
    }
    pack = write_small(tmp_path)
    pack.write_text(pack.read_text().replace("next_review: 2027-11-01", "next_review: 2026-02-01"))
    assert b12(home.root, "screen", "--as-of", AS_OF, "--protocol", pack).code == 0
    said = screened_by(home)
    assert (said["is_signed"], said["is_review_overdue"], said["next_review"]) == (
        False,
        True,
        "2026-02-01",
    )


def test_commands_and_the_doctor_say_it_in_one_line_and_no_file_does(home, tmp_path):
    line = "The protocol praxis-2026 2.0.0 is not signed. Type: b12 protocol check"
    assert line in b12(home.root, "screen", "--as-of", AS_OF).out
    assert line in b12(home.root, "worklist").out
    for form in ("csv", "json", "fhir", "omop"):
        assert "not signed" not in b12(home.root, "worklist", "--format", form).out
    assert b12(home.root, "worklist", "--out", tmp_path / "list.txt").code == 0
    assert "not signed" not in (tmp_path / "list.txt").read_text()
    assert "The protocol praxis-2026 2.0.0 is not signed" in b12(home.root, "doctor").out
    sign(home, "--name", "Ada")
    assert (
        "not signed"
        not in b12(home.root, "worklist").out + b12(home.root, "screen", "--as-of", AS_OF).out
    )
    assert "praxis-2026 2.0.0 is signed by Ada, clinician" in b12(home.root, "doctor").out


def test_every_page_says_that_the_review_is_overdue_and_where_it_is_explained(
    home, tmp_path, monkeypatch
):
    sign(home, "--name", "Ada")
    assert "review was due" not in foot(home) and "What this means" not in foot(home)
    monkeypatch.setattr("pipeline.core.clock.today", lambda: date(2027, 5, 29))
    assert "review was due" not in foot(home), "it is due today"
    monkeypatch.setattr("pipeline.core.clock.today", lambda: date(2027, 5, 30))
    for path in ("/worklist", "/population", "/quality", "/runs", "/help"):
        assert "signed by Ada, clinician" in foot(home, path)
        assert "its review was due on 29 May 2027" in foot(home, path)
        assert 'href="/help#protocol">What this means' in foot(home, path)
    page = (
        client(create_app(home, identify=lambda: worklist.Actor("kim", "viewer"))).get("/help").text
    )
    assert '<h2 id="protocol">' in page


@pytest.fixture
def required(monkeypatch):
    monkeypatch.setenv("B12_REQUIRE_SIGNED_PACK", "1")


def night(home, number=1, **more):
    return walk.screen_population(
        home, AS_OF, asked_by=f"scheduled__{number}", is_unattended=True, **more
    )


def test_a_scheduled_run_of_an_unsigned_pack_waits_for_a_steward_where_the_site_requires_it(
    home, required
):
    was = (home.runs / "latest").readlink()
    done = night(home)
    assert (done.state, done.published) == ("held", False)
    assert done.warned == ("The protocol praxis-2026 2.0.0 is not signed.",)
    assert (home.runs / "latest").readlink() == was
    page = (
        client(create_app(home, identify=lambda: worklist.Actor("kim", "steward")))
        .get("/runs")
        .text
    )
    assert (
        "its protocol is not signed, or the protocol&#39;s review is overdue" in page
        and "a gate warned" not in page
    )
    assert "is not signed." in b12(home.root, "runs").out
    assert night(home).run_id == done.run_id, "asked again, it still waits"
    assert (
        walk.decide(home, done.run_id, is_approved=True, by="sam", because="signed on paper").state
        == "published"
    )
    assert (home.runs / "latest").readlink() != was


def test_signed_in_time_it_is_published_and_overdue_it_waits(home, required, monkeypatch):
    sign(home, "--name", "Ada")
    assert night(home, 1).state == "published"
    monkeypatch.setattr("pipeline.core.clock.today", lambda: date(2027, 5, 30))
    late = night(home, 2)
    assert late.state == "held" and late.warned == (
        "The review of the protocol praxis-2026 2.0.0 was due on 2027-05-29.",
    )


def test_a_person_who_screens_is_not_held_up_and_without_the_setting_no_run_is(
    home, required, monkeypatch
):
    assert b12(home.root, "screen", "--as-of", AS_OF).code == 0
    newest = b12(home.root, "runs", "--format", "json").json[0]
    assert walk.screen_again(home, newest["run_id"]).is_same
    monkeypatch.delenv("B12_REQUIRE_SIGNED_PACK")
    assert night(home).state == "published"


def test_a_name_that_is_none_is_refused_by_the_store_too(home):
    store = worklist.open_store(home)
    with pytest.raises(UsageError, match="Only a clinician or a steward"):
        worklist.sign(
            store,
            sha256="a" * 64,
            protocol="x 1",
            name="Ada",
            role="boss",
            actor=worklist.Actor("op", "admin"),
        )
    store.close()
