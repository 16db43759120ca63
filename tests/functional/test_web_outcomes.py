"The outcomes page: counts of the sites that its reader sees, with links to the patients for those who may open them"

import re
from contextlib import closing
from html import unescape

import pytest

from pipeline import worklist
from pipeline.core import Home
from pipeline.web import create_app
from tests.command import AS_OF, b12, deliver
from tests.functional.web_client import client, keys
from tests.homes import LOW, without_gates

SITES = {"North": 12, "South": 3, "East": 20}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("outcomes")
    people = [f"{site}-{place}" for site, number in SITES.items() for place in range(number)]
    patients = [{"patient_id": one, "birth_date": "1950-01-01", "sex": "female", "site": one.split("-")[0]} for one in people]  # fmt: skip
    extracts = deliver(folder / "in", patient=patients, lab_result=[{"patient_id": one, **LOW} for one in people])  # fmt: skip
    with without_gates():
        assert b12(folder / "home", "run", extracts, "--source", "canonical", "--as-of", AS_OF).code == 0  # fmt: skip
    return Home(folder / "home")


def browser_of(home, role="coordinator", sites=None):
    return client(create_app(home, identify=lambda: worklist.Actor("kim", role, sites)))


def first_row(page):
    "The cells of the newest month, None for a number that is not shown"
    row = re.search(r'<th scope="row" class="nowrap">.*?</tr>', page.text, re.DOTALL)[0]
    cells = re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)
    plain = [unescape(re.sub(r"<[^>]+>", " ", cell)).split() for cell in cells]
    return [None if cell[0] == "–" else int(cell[0]) for cell in plain]


def test_a_number_opens_its_patients_whose_list_is_on_record(home):
    kim = browser_of(home)
    page = kim.get("/population/outcomes")
    assert first_row(page)[:3] == [35, 0, 0]
    link = unescape(re.search(r'href="(/worklist\?[^"]*stage=identified[^"]*)"', page.text)[1])
    listed = kim.get(link)
    assert len(keys(listed)) == 35 and not any(one in link for one in ("North-", "East-"))
    with closing(worklist.open_store(home)) as store:
        assert worklist.accesses(store)[0]["rows"] == 35


def test_a_viewer_sees_numbers_and_a_reader_of_a_site_its_own(home):
    page = browser_of(home, "viewer").get("/population/outcomes")
    assert first_row(page)[0] == 35 and "/worklist?" not in page.text
    own = browser_of(home, sites=("North",)).get("/population/outcomes")
    assert first_row(own)[0] == 12 and "East" not in own.text
    listed = browser_of(home, sites=("North",)).get("/worklist?stage=identified&site=East")
    assert keys(listed) == []


def test_a_small_site_is_not_told_by_the_others(home):
    kim = browser_of(home)
    shown = {
        site: first_row(kim.get(f"/population/outcomes?site={site}"))[0] for site in ("", *SITES)
    }
    assert shown == {"": 35, "North": None, "South": None, "East": 20}


def test_what_is_no_filter_of_outcomes_is_no_filter(home):
    kim = browser_of(home)
    odd = kim.get("/worklist?stage=nothing&identified=2026-01")
    assert len(keys(odd)) == 35
    assert len(keys(kim.get("/worklist?stage=identified&identified=20'6&was=9x"))) == 35
    assert "No patients match" in kim.get("/population/outcomes?sex=%27or%201").text
