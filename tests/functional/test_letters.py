"Letters and texts in the browser and on the command line: chosen, written once, downloaded again, taken back; and who may"

import csv
import io
import re
import shutil
from html import unescape
from pathlib import Path

import pytest

from pipeline import letters as post
from pipeline import worklist
from pipeline.core import StorageError
from pipeline.core.config import LETTERS, Home
from pipeline.web import create_app
from pipeline.web.deep_link import asked_for
from tests.command import b12, deliver, run
from tests.functional.web_client import client, field, token
from tests.homes import LOW

PEOPLE = {
    "a": {"name": "Ann Example", "phone": "020 7946 0001", "preferred_language": "de", "site": "north", "registered_clinician": "Dr Gray"},
    "b": {"name": "Łukasz Ęxample", "phone": "+44 20 7946 0002", "site": "north"},
    "c": {"phone": "020 7946 0003", "site": "south"},
    "d": {"name": "=Dee Example", "site": "south"},
    "e": {"name": "Eve Example", "phone": "020 7946 0005", "site": "north", "opted_out": "true"},
}  # fmt: skip
WRITTEN = re.compile(r"/letters/([\w-]+)\?")


@pytest.fixture(scope="module")
def screened(tmp_path_factory):
    folder = tmp_path_factory.mktemp("letters")
    sound = {"birth_date": "1950-01-01", "sex": "female"}
    people = [{"patient_id": name} | sound | cells for name, cells in PEOPLE.items()]
    results = [{"patient_id": name} | LOW for name in PEOPLE]
    run(folder / "home", deliver(folder / "in", patient=people, lab_result=results))
    return folder / "home"


@pytest.fixture
def home(screened, tmp_path, monkeypatch):
    monkeypatch.setenv("B12_CLINIC_NAME", "Example Health Centre")
    monkeypatch.setenv("B12_CLINIC_PHONE", "020 7946 0000")
    return Home(shutil.copytree(screened, tmp_path / "home", symlinks=True))


def reader(home, name="kim", role="coordinator", sites=None):
    return client(create_app(home, identify=lambda: worklist.Actor(name, role, sites)))


def items(home):
    with_key = worklist.listed(worklist.open_store(home), worklist.Filter(), today=worklist_day())
    return {row["patient_id"]: row for row in with_key}


def worklist_day():
    from pipeline.core import clock

    return clock.today()


def ticked(home, names="abcd"):
    return [f"{row['key']}:{row['version']}" for name, row in items(home).items() if name in names]


def chosen(browser, home, names="abcd", **more):
    form = {
        "csrf": token(browser.get("/worklist")),
        "keys": ticked(home, names),
        "back": "?status=open",
    }
    return browser.post("/letters", data=form | more)


def section(page, name):
    "The part of the page of one template"
    return page.text.split(f'aria-labelledby="t-{name}"')[1].split("</section>")[0]


def write(browser, page, name, form, **more):
    part = section(page, name)
    values = {
        each: re.search(rf'name="{each}" value="([^"]*)"', part)[1]
        for each in ("csrf", "act", "back")
    }
    sent = {
        **{k: unescape(v) for k, v in values.items()},
        "keys": re.findall(r'name="keys" value="([^"]+)"', part),
    }
    return browser.post("/letters/write", data=sent | {"write": f"{name}|{form}"} | more)


def attempts(home, name):
    key = items(home)[name]["key"]
    return [
        one for one in worklist.events(worklist.open_store(home), key) if one["kind"] == "attempt"
    ]


def download(browser, page, form):
    [address] = re.findall(rf'href="([^"]+/file\?form={form}&amp;of=\d+)"', page.text)
    return browser.get(unescape(address))


def csv_of(content):
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_letters_are_chosen_written_once_downloaded_again_and_taken_back(home):
    kim = reader(home)
    page = chosen(kim, home)
    assert page.status_code == 200
    letter = section(page, "recall-letter")
    assert "Ready for 3 patients (German 1, English 2)" in " ".join(letter.split())
    assert "1 patient not written to" in letter and "No name is recorded" in letter
    assert (
        "the font does not have <bdi>Ę</bdi>" in letter
        and "Write 2 letters as PDF" in letter
        and "Write 3 letters as CSV" in letter
    )
    assert "No phone number is recorded" in section(page, "recall-sms")
    assert "waits for its owner" in section(page, "clinician-findings")
    answer = write(kim, page, "recall-letter", "pdf", next_on="")
    place = answer.headers["location"]
    assert answer.status_code == 303 and "Example" not in place
    after = kim.get(place)
    assert "2 letters written and logged." in after.text
    assert (
        "the font of the PDF does not have Ę" in after.text and "no name is recorded" in after.text
    )
    pdf = download(kim, after, "pdf")
    assert (
        pdf.headers["content-type"] == "application/pdf"
        and pdf.headers["cache-control"] == "no-store"
    )
    assert len(re.findall(rb"/Type\s*/Page\b", pdf.content)) == 2
    # sent twice, and downloaded twice: nothing is logged again
    assert write(kim, page, "recall-letter", "pdf").headers["location"] == place
    assert download(kim, after, "pdf").content == pdf.content
    assert [len(attempts(home, name)) for name in "abcd"] == [1, 0, 0, 1]
    rows = {row["name"]: row for row in csv_of(download(kim, after, "csv").content)}
    assert rows.keys() == {"Ann Example", "'=Dee Example"} and rows["Ann Example"][
        "text"
    ].startswith("Guten Tag Ann")
    assert items(home)["a"]["status"] == "contacted"
    back = {"csrf": token(after), "act": field(after, "act"), "back": field(after, "back")}
    undone = kim.post("/undo", data=back).headers["location"]
    assert (
        undone.startswith("/worklist?status=open&undone=2") and items(home)["a"]["status"] == "open"
    )
    assert "were taken back" in kim.get(place).text
    assert kim.get(f"/letters/{WRITTEN.search(place)[1]}/file?form=pdf&of=2").status_code == 404


def test_texts_are_a_file_of_numbers_and_words(home):
    kim = reader(home)
    after = kim.get(write(kim, chosen(kim, home), "recall-sms", "csv").headers["location"])
    assert "3 SMS written and logged." in after.text and "<title>SMS written" in after.text
    rows = csv_of(download(kim, after, "csv").content)
    assert {row["phone"] for row in rows} == {"02079460001", "+442079460002", "02079460003"}
    assert all("020 7946 0000" in row["text"] and "Example," not in row["text"] for row in rows)
    assert [one["channel"] for one in attempts(home, "c")] == ["sms"]


def test_a_stale_patient_is_left_and_named(home):
    kim, page = reader(home), None
    page = chosen(kim, home)
    row = items(home)["a"]
    lee = worklist.Actor("lee", "coordinator")
    worklist.act(
        worklist.open_store(home), row["key"], actor=lee, version=row["version"], comment="called"
    )
    d = items(home)["d"]
    kim_herself = worklist.Actor("kim", "coordinator")
    worklist.act(
        worklist.open_store(home), d["key"], actor=kim_herself, version=d["version"], comment="x"
    )
    after = kim.get(write(kim, page, "recall-letter", "csv").headers["location"])
    assert "1 letter written and logged." in after.text
    said = dict(re.findall(r">(\w+)</a>: ([^<]+)</li>", after.text))
    assert said["a"] == "someone else changed this patient in the meantime"
    assert said["d"] == "you changed this patient after opening the page"
    assert said["c"] == "no name is recorded" and not attempts(home, "a")
    again = chosen(kim, home, "b")  # another form, of a template that was not written yet
    assert write(kim, page, "clinician-notice", "csv", keys=ticked(home, "c")).status_code == 409
    assert "had the same" not in section(again, "recall-sms")
    assert "1 patient had the same in the last 30 days: <a" in section(again, "recall-letter")
    assert write(kim, again, "recall-letter", "csv").status_code == 303, "a second one is allowed"


def test_a_page_that_says_another_number_is_loaded_again_first(home):
    kim = reader(home)
    place = write(kim, chosen(kim, home), "recall-letter", "csv").headers["location"]
    act = WRITTEN.search(place)[1]
    assert kim.get(f"/letters/{act}/file?form=csv&of=2").status_code == 409
    for wrong in (
        f"{act}/file?form=pdf&of=3",
        f"{act}/file?form=exe&of=3",
        f"{act}/file?form=csv&of=x",
    ):
        assert kim.get(f"/letters/{wrong}").status_code == 400
    assert kim.get(f"/letters/{'x' * 900}/file?form=csv&of=1").status_code == 404
    store = worklist.open_store(home)
    b = items(home)["b"]
    worklist.act(
        store,
        b["key"],
        actor=worklist.Actor("lee", "coordinator"),
        version=b["version"],
        to="declined",
        reason="no",
    )
    after = kim.get(place)
    assert "Logged, but no longer in the file" in after.text and "closed: declined" in after.text
    assert len(csv_of(download(kim, after, "csv").content)) == 2


def test_who_may_not_write_or_see_does_not(home):
    kim = reader(home)
    place = write(kim, chosen(kim, home), "recall-letter", "csv").headers["location"]
    for other in (reader(home, "vic", "viewer"), reader(home, "op", "operator")):
        form = {"csrf": "x", "keys": ticked(home)}
        assert {
            other.post(path, data=form).status_code for path in ("/letters", "/letters/write")
        } == {403}
        assert other.get(place).status_code == 403
    lee = reader(home, "lee")
    assert lee.get(place.replace("/letters/", "/letters/x")).status_code == 200
    assert "Ann" not in lee.get(place).text
    assert lee.get(f"/letters/{WRITTEN.search(place)[1]}/file?form=csv&of=3").status_code == 404
    north = reader(home, "nora", "coordinator", ("north",))
    page = chosen(north, home)
    assert "2 selected patients cannot be shown to you" in page.text and "=Dee" not in page.text
    page = chosen(kim, home, "c")
    assert write(kim, page, "recall-sms", "pdf").status_code == 400 and not attempts(home, "c")
    many = {"csrf": token(kim.get("/worklist")), "keys": ["k:1"] * 101}
    assert "at most 100 patients" in kim.post("/letters", data=many).text
    assert kim.post("/letters", data={"keys": ticked(home)}).status_code == 403, "without its token"
    assert kim.post("/letters", data={"csrf": token(kim.get("/worklist"))}).status_code == 400
    outside = kim.post(
        "/letters/write", data={"csrf": token(page)}, headers={"Origin": "https://evil.example"}
    )
    assert outside.status_code == 403


def test_a_steward_sees_that_who_opted_out_is_not_written_to(home):
    store = worklist.open_store(home)
    [row] = [worklist.item_of_patient(store, "e", home=home)]
    sam = reader(home, "sam", "steward")
    form = {
        "csrf": token(sam.get("/worklist")),
        "keys": [f"{row['key']}:{row['version']}"],
        "back": "",
    }
    page = sam.post("/letters", data=form)
    assert "Opted out of screening" in section(page, "recall-letter") and "Write" not in section(
        page, "recall-letter"
    )
    kim = reader(home)
    form["csrf"] = token(kim.get("/worklist"))
    assert "Eve" not in kim.post("/letters", data=form).text


def test_one_patient_is_written_to_from_their_page(home):
    kim, row = reader(home), items(home)["a"]
    page = kim.get(f"/patients/{row['key']}")
    assert 'action="/letters"' in page.text
    page = chosen(kim, home, "a", back=f"/patients/{row['key']}")
    after = kim.get(
        write(kim, page, "recall-letter", "pdf", next_on="2026-01-01").headers.get("location", "/x")
    )
    assert after.status_code == 404, "a day in the past is refused"
    after = kim.get(write(kim, page, "recall-letter", "pdf").headers["location"])
    assert f'href="/patients/{row["key"]}">← Back' in after.text
    history = kim.get(f"/patients/{row['key']}").text
    assert "recall-letter.de, SHA-256" in history and "letter, sent" in history
    # found again from there, by the author alone, until it is taken back
    [again] = re.findall(r'href="(/letters/[^"]+)">Download again', history)
    page = kim.get(unescape(again))
    assert download(kim, page, "csv").status_code == 200
    assert f'href="/patients/{row["key"]}">← Back' in page.text
    vic, lee = reader(home, "kim", "viewer"), reader(home, "lee")
    assert not any(
        "Download again" in who.get(f"/patients/{row['key']}").text for who in (vic, lee)
    )
    kim.post("/undo", data={"csrf": token(page), "act": field(page, "act"), "back": "/worklist"})
    assert "Download again" not in kim.get(f"/patients/{row['key']}").text


def test_a_login_leads_back_to_the_letters_that_were_written(home):
    place = "/letters/AbC-_123xyz0?name=recall-letter&form=pdf&left=k1:self&back=%2Fworklist"
    assert asked_for(place) == place
    for other in ("/letters", "/letters/write", "/letters/AbC-_123xyz0/file?form=pdf&of=1"):
        assert asked_for(other) == "/"


def test_it_is_on_record_who_wrote_to_whom(home):
    kim = reader(home)
    after = kim.get(write(kim, chosen(kim, home, "ab"), "recall-letter", "csv").headers["location"])
    download(kim, after, "csv")
    store = worklist.open_store(home)
    found = [
        (one["what"], one["rows"], one["detail"])
        for one in worklist.accesses(store)
        if one["who"] == "kim"
    ]
    assert found[0] == ("export", 2, "recall-letter, csv") and ("letters", 2, None) in found
    assert "Example" not in str(found)


def test_the_command_line_lists_checks_signs_and_writes(home, tmp_path):
    assert "recall-sms.de" in b12(home.root, "letters").out
    assert "9 templates can be used." in b12(home.root, "letters", "check").out
    home.letters.mkdir()
    mine = home.letters / "findings.en.txt"
    shipped = (LETTERS / "clinician-findings.en.txt").read_text()
    mine.write_text(shipped.replace("b12-screening (an example)", "Dr Ada Gray"))
    signing = ("letters", "sign", "findings.en", "--yes", "--name")
    wrong = b12(home.root, *signing, "Dr No")
    assert wrong.code == 2 and "the owner alone signs it" in wrong.err
    assert b12(home.root, *signing, "Dr Ada Gray").code == 0
    assert "signed by Dr Ada Gray" in b12(home.root, "letters").out
    assert "letter_signed" in b12(home.root, "audit").out
    out = tmp_path / "out.pdf"
    done = b12(
        home.root, "letters", "write", "--kind", "clinician", "--template", "findings", "--out", out
    )
    assert (
        done.code == 0
        and out.read_bytes().startswith(b"%PDF")
        and out.stat().st_mode & 0o777 == 0o600
    )
    assert "no registered clinician is recorded" in done.out and "Nothing was logged" in done.out
    mine.write_text(mine.read_text().replace("not an order", "no order"))
    assert "not signed" in b12(home.root, "letters").out
    again = b12(
        home.root, "letters", "write", "--kind", "clinician", "--template", "findings", "--out", out
    )
    assert again.code == 2 and "waits for its owner's signature" in again.out


def test_the_command_line_logs_where_it_is_asked_to(home, tmp_path):
    out = tmp_path / "sms.csv"
    write_it = ("letters", "write", "--kind", "sms", "--site", "north", "--out", out)
    assert b12(home.root, *write_it).code == 0 and not attempts(home, "a")
    done = b12(home.root, *write_it, "--log", "--by", "lee")
    assert done.code == 0 and len(csv_of(out.read_bytes())) == 2
    assert not any(
        cells["name"] in done.out + done.err for cells in PEOPLE.values() if "name" in cells
    )
    [told] = attempts(home, "a")
    assert (told["who"], told["outcome"]) == ("lee", "sent") and not attempts(home, "c")
    assert "export" in b12(home.root, "audit").out


def test_the_command_line_writes_to_nobody_twice_unless_it_is_asked_to(home, tmp_path):
    out, other = tmp_path / "sms.csv", tmp_path / "other.csv"
    write_it = ("letters", "write", "--kind", "sms", "--log", "--out")
    assert b12(home.root, *write_it, out, "--site", "north").code == 0
    again = b12(home.root, *write_it, other)
    assert f"had the same letter on {worklist_day()}" in again.out
    assert [row["phone"] for row in csv_of(other.read_bytes())] == ["02079460003"]
    before = other.read_bytes()
    none = b12(home.root, *write_it, other)
    assert none.code == 2 and "No letter was written" in none.err and "--again" in none.err
    assert other.read_bytes() == before and len(attempts(home, "a")) == 1
    assert b12(home.root, *write_it, other, "--again").code == 0
    assert len(csv_of(other.read_bytes())) == 3 and len(attempts(home, "a")) == 2
    assert b12(home.root, "letters", "list", "--again").code == 2
    letter = b12(
        home.root,
        "letters",
        "write",
        "--kind",
        "letter",
        "--template",
        "recall-letter",
        "--out",
        out,
    )
    assert letter.code == 0, "another letter is not the same"


@pytest.mark.parametrize("when", ["rendered", "flushed", "logged", "renamed"])
def test_no_letter_is_logged_whose_file_was_not_written(home, tmp_path, monkeypatch, when):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    out, log = tmp_path / "sms.csv", post.log

    def half_logged(store, letters, **how):
        log(store, letters[:1], **how)
        raise StorageError("The worklist database cannot be written.")

    breaks = {
        "rendered": (post, "file_of", full), "flushed": ("pipeline.core.files.flush", full),
        "logged": (post, "log", half_logged), "renamed": (Path, "replace", full),
    }  # fmt: skip
    monkeypatch.setattr(*breaks[when])
    done = b12(home.root, "letters", "write", "--kind", "sms", "--log", "--out", out)
    monkeypatch.undo()
    assert done.code != 0 and not list(tmp_path.glob("*sms*"))
    assert {items(home)[name]["status"] for name in "abc"} == {"open"}
    store = worklist.open_store(home)
    keys = [row["key"] for row in items(home).values()]
    assert not worklist.letters_lately(store, keys, days=1)


def test_who_is_changed_while_letters_are_logged_is_not_in_the_file(home, tmp_path, monkeypatch):
    key, log = items(home)["a"]["key"], post.log

    def changed_first(store, letters, **how):
        lee = worklist.Actor("lee", "coordinator")
        worklist.act(store, key, actor=lee, version=1, comment="called")
        return log(store, letters, **how)

    monkeypatch.setattr(post, "log", changed_first)
    out = tmp_path / "sms.csv"
    done = b12(home.root, "letters", "write", "--kind", "sms", "--log", "--out", out)
    assert done.code == 0 and len(csv_of(out.read_bytes())) == 2
    assert "someone else changed this patient in the meantime" in done.out
    one = b12(
        home.root, "letters", "write", "--kind", "letter", "--template", "recall-letter", "--site",
        "south", "--out", tmp_path / "x.csv",
    )  # fmt: skip
    assert one.code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("write", "Say what to write, and where"), ("write --kind letter --out {}/x.pdf", "Choose a template with --template: blood-test-letter"),
        ("write --kind sms --out {}/x.pdf", "known endings of sms: .csv"), ("write --kind letter --template no --out {}/x.csv", "Choose a template"),
        ("write --kind sms --priority 4 --status done --out {}/x.csv", "No letter was written"), ("list --log", "--log belongs to b12 letters write"),
        ("write --kind sms --out {}/x.csv --by lee", "--by NAME says who wrote"), ("sign", "Say what is signed"),
        ("sign nonsense.en --name A", "There is no template nonsense.en"), ("sign recall-sms.en --name A", "needs no signature"),
        ("sign clinician-findings.en --name A", "is an example without an owner"), ("check recall-sms.en", "TEMPLATE belongs to b12 letters sign"),
        ("write --kind sms --out {}", "known endings of sms"), ("write --kind sms --out {}/no/x.csv", "does not exist"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said(home, tmp_path, arguments, said):
    answer = b12(home.root, "letters", *arguments.format(tmp_path).split())
    assert answer.code == 2 and said in answer.err and not list(tmp_path.glob("x.*"))


def test_a_template_without_the_language_of_the_site_is_told_by_the_check(home, monkeypatch):
    monkeypatch.setenv("B12_LOCALE", "fr_FR")
    told = "recall-sms: no French version, so patients who prefer another language get no letter"
    assert told in b12(home.root, "letters", "check").out


def test_a_template_that_cannot_be_used_fails_the_check(home):
    home.letters.mkdir()
    (home.letters / "recall-sms.en.txt").write_text(
        "---\nkind: sms\ntitle: T\nowner: O\n---\n{{ reason }}"
    )
    answer = b12(home.root, "letters", "check")
    assert answer.code == 12 and "1 template of 8 cannot be used" in answer.err
    assert (
        "recall-sms.en.txt (site): error: it uses the clinical field reason (line 6)" in answer.out
    )
    page = chosen(reader(home), home, "a")
    assert "No patients can be written to." in section(page, "recall-sms")
