"The pages of a run by a bundled pack other than the default one: its name and its words everywhere, and nothing of praxis-2026."

import re
from contextlib import closing
from html import unescape

import pytest

from pipeline import worklist
from pipeline.core import Home
from pipeline.web import create_app
from tests.command import AS_OF, b12
from tests.functional.web_client import client, keys
from tests.homes import built_once, copied

PACKS = {"nice-ng239": "nice-ng239 1.0.0", "aafp-2025": "aafp-2025 1.0.0"}
PAGES = (
    "/worklist", "/population", "/population?over=tested_of_risk_group", "/population/outcomes",
    "/population/what-if", "/population/shadows", "/population/what-if/protocol", "/runs", "/quality", "/help",
)  # fmt: skip
CODE = re.compile(r"\b[A-Za-z][A-Za-z0-9]*_[A-Za-z0-9_]+\b")


@pytest.fixture(scope="module")
def screened(tmp_path_factory):
    return built_once(tmp_path_factory, "other-packs", screen_by_each)


def screen_by_each(folder):
    made = b12(folder, "demo", "--patients", 400, "--out", folder / "demo", "--seed", 3, "--as-of", AS_OF)  # fmt: skip
    assert made.code == 0
    assert b12(folder / "home", "ingest", folder / "demo", "--source", "canonical").code == 0
    for pack in PACKS:
        home = copied(folder / "home", folder / pack)
        assert b12(home, "screen", "--as-of", AS_OF, "--protocol", pack).code == 0


@pytest.fixture(scope="module", params=PACKS)
def pages(request, screened):
    "The name of the pack, and a browser"
    home = Home(screened / request.param)
    with closing(worklist.open_store(home)) as store:
        worklist.follow(home, store)
    actor = worklist.Actor("kim", "admin")
    return PACKS[request.param], client(create_app(home, identify=lambda: actor))


def text_of(page):
    "What a reader sees, but for what can be chosen"
    text = re.sub(r"<(script|style|svg|option|code)\b.*?</\1>", " ", page.text, flags=re.S)
    return unescape(re.sub(r"<[^>]+>", " ", text))


def patients_of(browser):
    return [f"/patients/{key}" for n in (1, 2) for key in keys(browser.get(f"/worklist?page={n}"))]


def test_every_page_names_the_pack_of_the_run_and_no_other(pages):
    name, browser = pages
    for path in (*PAGES, *patients_of(browser)[:20]):
        page = browser.get(path)
        assert page.status_code == 200, path
        assert f"Protocol {name}: " in page.text, path
        assert "praxis-2026 2" not in text_of(page), path


def test_no_code_stands_where_words_should(pages):
    "Quality names columns and files, which its readers look up; records keep the codes that a source delivered"
    _, browser = pages
    for path in (*(page for page in PAGES if page != "/quality"), *patients_of(browser)[:60]):
        found = {
            code for code in CODE.findall(text_of(browser.get(path)))
            if not code.startswith(("B12_", "lab_result", "ileal_resection_length_cm", "headache_unrelated_to_b12"))
        }  # fmt: skip
        assert found == set(), path


def test_the_days_of_a_reason_are_written_as_everywhere(pages):
    _, browser = pages
    assert not re.search(r"\b\d{4}-\d\d-\d\d\b", text_of(browser.get("/worklist")))
    for path in patients_of(browser)[:20]:
        card = browser.get(path).text.split("recommendation")[1].split("</section>")[0]
        assert not re.search(r"\b\d{4}-\d\d-\d\d\b", text_of_card(card)), path


def text_of_card(card):
    return re.sub(r"<[^>]+>", " ", card)


def test_what_the_pack_does_not_count_is_not_asked_for(pages):
    name, browser = pages
    page = browser.get(patients_of(browser)[0]).text
    assert "Headache unrelated to B12" not in page
    if name.startswith("nice"):
        assert f"{name} has none of them" in browser.get("/population").text
    thresholds = browser.get("/population/what-if").text
    assert "µmol/L" in thresholds and "1.73 m²" in thresholds and "umol" not in thresholds


def test_runs_by_two_packs_are_told_apart_where_they_are_compared(screened, tmp_path):
    home = Home(copied(screened / "nice-ng239", tmp_path / "home"))
    actor = worklist.Actor("kim", "viewer")
    browser = client(create_app(home, identify=lambda: actor))
    assert b12(home.root, "screen", "--as-of", AS_OF, "--protocol", "nice-ng239").code == 0
    assert "The protocol changed" not in browser.get("/runs/compare").text
    assert b12(home.root, "screen", "--as-of", AS_OF).code == 0
    page = browser.get("/runs/compare").text
    assert "The protocol changed from nice-ng239 1.0.0 to praxis-2026 2.0.0." in page
    *_, oldest = sorted((one.name for one in home.runs.glob("2*")), reverse=True)
    further = browser.get("/runs/compare", params={"before": oldest}).text
    assert "The protocol changed between these runs." in further
    assert "protocol nice-ng239 1.0.0," in page and "protocol praxis-2026 2.0.0." in page
    quality = client(create_app(home, identify=lambda: worklist.Actor("kim", "operator")))
    assert "· protocol praxis-2026 2.0.0" in quality.get("/quality").text
