"""One id in several spellings of Unicode is one patient, who is found and erased whole; another id stays."""

import unicodedata

import pytest

from pipeline import worklist
from pipeline.core.config import Home
from pipeline.lake.queries import query
from pipeline.web import create_app
from tests.command import AS_OF, b12, deliver
from tests.functional.web_client import client, token
from tests.homes import LOW

ID, OTHER = "Mü\u0142ler-4711", "Muller-4711"
SPELLINGS = {
    "one character": ID,
    "two characters": unicodedata.normalize("NFD", ID),
    "a space that does not break": ID[:4] + "\u00a0" + ID[4:],
    "marks without width": "\u200b" + ID[:4] + "\u200d" + ID[4:] + "\ufeff",
}
WHO_ASKS = [*SPELLINGS.values()]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("in")
    home = Home(tmp_path_factory.mktemp("home"))
    for number, spelled in enumerate(SPELLINGS.values()):
        rows = [{"patient_id": spelled, **LOW, "result_id": f"r{number}"}]
        rows += [{"patient_id": OTHER, **LOW, "result_id": f"o{number}"}] if not number else []
        if number == 1:
            about = f"see {unicodedata.normalize('NFD', ID)} too"
            rows += [{"patient_id": OTHER, **LOW, "result_id": "c1", "comment": about}]
        deliver(folder / str(number), lab_result=rows)
        assert b12(home.root, "ingest", folder / str(number), "--source", "canonical").code == 0
    assert b12(home.root, "screen", "--as-of", AS_OF).code == 0
    return home


def patients(home):
    rows = query(home, "select patient_id, count(*) as rows from lake.lab_result group by all")
    return {row["patient_id"]: row["rows"] for row in rows}


def test_they_are_one_patient(home):
    assert patients(home) == {ID: 4, OTHER: 2}


@pytest.mark.parametrize("asked", WHO_ASKS, ids=SPELLINGS)
def test_the_search_and_explain_find_them(home, asked):
    browser = client(create_app(home, identify=lambda: worklist.Actor("kim", "viewer")))
    sent = {"csrf": token(browser.get("/worklist")), "patient": asked}
    assert browser.post("/worklist/search", data=sent, follow_redirects=False).status_code == 303
    assert ID in b12(home.root, "explain", asked).out


def test_erased_nothing_is_left_in_any_spelling_and_what_others_say_is_named(home):
    answer = b12(home.root, "erase", SPELLINGS["two characters"], "--yes")
    assert answer.code == 0, answer.err
    assert patients(home) == {OTHER: 2}
    named = [line for line in answer.out.splitlines() if ": 1" in line and line.startswith("  ")]
    assert [line.split("/")[0].strip() for line in named] == ["archive", "lake"]
    assert b12(home.root, "reingest").code == 0
    assert patients(home) == {OTHER: 2}
    texts = [path.read_text() for path in home.archive.rglob("*.csv")]
    mine = [
        line
        for text in texts
        for line in text.splitlines()
        if "4711" in line and "uller" not in line
    ]
    assert mine == []
