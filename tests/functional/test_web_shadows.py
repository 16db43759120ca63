"Shadow protocols on the pages: their counts and course, what was left out and why, and who may see it."

import json
import re
import shutil

import pytest

from pipeline import worklist
from pipeline.core import PROTOCOL, Home
from pipeline.web import create_app
from tests.command import b12
from tests.functional.web_client import client
from tests.homes import built_once, copied

PATH = "/population/shadows"
NIGHTS = ("2026-01-29", "2026-01-30", "2026-01-31")
LEFT = "The shadow protocol nowhere has problems and was left out."


@pytest.fixture(scope="module")
def screened(tmp_path_factory):
    return built_once(tmp_path_factory, "shadows-on-pages", three_nights) / "home"


def three_nights(folder):
    "The first without a shadow, then with one, then with two and one that cannot be read"
    made = b12(folder, "demo", "--patients", 300, "--out", folder / "demo", "--seed", 3, "--as-of", NIGHTS[0])  # fmt: skip
    assert made.code == 0
    home = folder / "home"
    assert b12(home, "ingest", folder / "demo", "--source", "canonical").code == 0
    for as_of, packs in zip(
        NIGHTS, ("", "nice-ng239", "nice-ng239 aafp-2025 nowhere"), strict=True
    ):
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("B12_SHADOW_PACKS", packs)
            assert b12(home, "screen", "--as-of", as_of).code == 0


@pytest.fixture
def home(screened, tmp_path):
    return Home(copied(screened, tmp_path / "home"))


def browser_of(home, role="viewer", sites=None):
    return client(create_app(home, identify=lambda: worklist.Actor("kim", role, sites)))


def runs_of(home):
    "By as-of date"
    return dict(zip(NIGHTS, sorted(path.name for path in home.runs.glob("2*")), strict=False))


def numbers(page, section):
    "The cells of the rows of a section's table"
    part = page.text.split(f'<h3 id="{section}"')[1].split("</section>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", part, flags=re.S)
    cells = [re.findall(r'<td class="num[^"]*">(.*?)</td>', row) for row in rows]
    return [[re.sub("<[^>]+>|,", "", cell) for cell in row] for row in cells if row]


def counts_of(home, run_id):
    return json.loads((home.runs / run_id / "shadows.json").read_text())


def test_the_counts_of_a_run_are_shown_by_shadow(home):
    page = browser_of(home).get(PATH)
    nice, aafp = counts_of(home, runs_of(home)[NIGHTS[-1]])
    for number, shadow in enumerate((nice, aafp), start=1):
        assert f'<h2 id="shadow-{number}">{shadow["protocol"]["pack"]} 1.0.0</h2>' in page.text
        moved = page.text.split(f'id="shadow-{number}-now"')[1].split("</section>")[0]
        shown = [int(each) for each in re.findall(r"<dd><b>(\d+)</b></dd>", moved)]
        assert shown == list(shadow["moved"].values())
        matrix = numbers(page, f"shadow-{number}-matrix")
        assert [row[-1] for row in matrix[:4]] == [
            str(shadow["now"]["priority"][str(n)]) for n in (1, 2, 3, 4)
        ]
        sums = [sum(int(row[at]) for row in matrix) for at in range(4)]
        assert sums == [shadow["then"]["priority"][str(n)] for n in (1, 2, 3, 4)]
        flows = numbers(page, f"shadow-{number}-ways")
        assert sum(int(row[0]) for row in flows) == sum(
            flow["patients"] for flow in shadow["flows"]
        )
    assert not re.search("[A-Z]+_[A-Z]+", page.text.replace("B12_SHADOW_PACKS", ""))


def test_the_course_over_the_runs_that_counted_it(home):
    page = browser_of(home).get(PATH)
    runs = runs_of(home)
    nights = [counts_of(home, runs[as_of])[0] for as_of in NIGHTS[:0:-1]]
    assert [row[:4] for row in numbers(page, "shadow-1-course")] == [
        [str(n) for n in (one["now"]["worklist"], one["then"]["worklist"], one["moved"]["come"], one["moved"]["leave"])]
        for one in nights
    ]  # fmt: skip
    assert 'aria-label="nice-ng239 1.0.0, on its list: ' in page.text
    assert "Only one run so far" in page.text.split('id="shadow-2"')[1]
    earlier = browser_of(home).get(PATH, params={"run": runs[NIGHTS[1]]})
    assert len(numbers(earlier, "shadow-1-course")) == 1 and "shadow-2" not in earlier.text


def test_what_was_left_out_is_said_with_the_reason(home):
    assert LEFT in browser_of(home).get(PATH).text
    quality = browser_of(home, "operator")
    assert LEFT in quality.get("/quality").text
    before = quality.get("/quality", params={"run": runs_of(home)[NIGHTS[1]]})
    assert "was left out" not in before.text


def test_a_run_without_a_shadow_says_how_to_watch_one(home, monkeypatch):
    first = {"run": runs_of(home)[NIGHTS[0]]}
    page = browser_of(home).get(PATH, params=first).text
    assert "No other protocol was counted beside this run." in page
    assert "B12_SHADOW_PACKS=nice-ng239" in page and "The last run with one" in page
    monkeypatch.setenv("B12_SHADOW_PACKS", "aafp-2025")
    assert "asks for aafp-2025." in browser_of(home).get(PATH, params=first).text


def test_before_the_first_run_and_after_the_folder_of_a_run_is_gone(home, tmp_path):
    empty = Home(tmp_path / "empty")
    empty.root.mkdir()
    assert "No run has been published yet." in browser_of(empty).get(PATH).text
    kim = browser_of(home)
    kim.get(PATH)
    shutil.rmtree(home.runs / runs_of(home)[NIGHTS[1]])
    page = kim.get(PATH)
    assert page.status_code == 200 and len(numbers(page, "shadow-1-course")) == 1


@pytest.mark.parametrize(
    ("role", "sites", "status"),
    [("operator", None, 403), ("viewer", None, 200), ("steward", ("North",), 403)],
)
def test_who_may_see_the_counts_of_everyone(home, role, sites, status):
    browser = browser_of(home, role, sites)
    assert browser.get(PATH).status_code == status
    runs = browser.get("/runs").text
    assert ("would list" in runs) == (sites is None)
    assert (f"{PATH}?run=" in runs) == (status == 200)


def test_the_runs_page_names_what_is_watched(home, monkeypatch, tmp_path):
    assert "No other protocol is counted" in browser_of(home, "operator").get("/runs").text
    monkeypatch.setenv("B12_SHADOW_PACKS", f"nice-ng239,{tmp_path}/our-own.yaml")
    page = browser_of(home, "operator").get("/runs").text
    assert "<b>nice-ng239, our-own</b>" in page and str(tmp_path) not in page
    nice, aafp = counts_of(home, runs_of(home)[NIGHTS[-1]])
    said = f"nice-ng239 1.0.0 would list {nice['then']['worklist']}, aafp-2025 1.0.0 would list {aafp['then']['worklist']}"
    assert said in page


def test_a_link_to_what_differs_leads_to_the_text_that_was_counted(home, monkeypatch, tmp_path):
    link = 'href="/population/what-if/protocol?pack={}"'
    page = browser_of(home).get(PATH).text
    assert all(link.format(name) in page for name in ("nice-ng239", "aafp-2025"))
    ours = tmp_path / "nice-ng239.yaml"
    ours.write_text((PROTOCOL / "nice-ng239.yaml").read_text() + "# another text\n")
    monkeypatch.setenv("B12_SHADOW_PACKS", str(ours))
    assert b12(home.root, "screen", "--as-of", NIGHTS[-1]).code == 0
    [shadow] = counts_of(home, max(path.name for path in home.runs.glob("2*")))
    offered = f"nice-ng239-{shadow['protocol']['sha256'][:8]}"
    page = browser_of(home).get(PATH).text
    assert link.format(offered) in page and link.format("nice-ng239") not in page
    monkeypatch.delenv("B12_SHADOW_PACKS")
    assert "What differs, and the patients" not in browser_of(home).get(PATH).text


def test_the_protocol_of_the_run_before_says_what_the_change_did(home):
    assert b12(home.root, "screen", "--as-of", NIGHTS[-1], "--protocol", "aafp-2025").code == 0
    [former] = counts_of(home, max(path.name for path in home.runs.glob("2*")))
    assert former["protocol"]["pack"] == "praxis-2026"
    page = browser_of(home).get(PATH).text
    assert "This protocol decided the run before." in page
    assert f"The change to aafp-2025 1.0.0 alone adds {former['moved']['leave']} patient" in page
    earlier = browser_of(home).get(PATH, params={"run": runs_of(home)[NIGHTS[-1]]}).text
    assert "decided the run before" not in earlier
