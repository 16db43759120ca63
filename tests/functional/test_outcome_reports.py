"The outcomes as a report: on the terminal, as CSV and as PDF, of a site and of all, every month anew"

import csv
import shutil
import subprocess

import pytest

from pipeline import run as walk
from pipeline.core import Home
from tests.command import AS_OF, b12, deliver
from tests.homes import LOW, without_gates

SITES = {"North": 12, "South": 3, "East": 20}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reports")
    people = [f"{site}-{place}" for site, number in SITES.items() for place in range(number)]
    patients = [{"patient_id": one, "birth_date": "1950-01-01", "site": one.split("-")[0]} for one in people]  # fmt: skip
    extracts = deliver(folder / "in", patient=patients, lab_result=[{"patient_id": one, **LOW} for one in people])  # fmt: skip
    with without_gates():
        b12(folder / "home", "run", extracts, "--source", "canonical", "--as-of", AS_OF)
    return folder / "home"


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def words(path):
    "What stands on the pages of a PDF, by pdftotext of poppler-utils"
    if not shutil.which("pdftotext"):
        pytest.skip("The words of a PDF are not tested: there is no pdftotext.")
    done = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True)
    return done.stdout.decode()


def test_a_report_of_a_site_and_of_all(home, tmp_path):
    "On the terminal a dash, in CSV an empty cell, where a count is small or would tell one"
    assert b12(home, "outcomes", "--site", "East", "--out", tmp_path / "east.csv").code == 0
    month, *_, total = read(tmp_path / "east.csv")
    assert (month["site"], month["name"], month["identified"], month["treated"]) == ("East", "2026-01", "20", "0")  # fmt: skip
    assert total["by"] == "all" and total["identified"] == "20"
    assert b12(home, "outcomes", "--site", "South", "--out", tmp_path / "south.csv").code == 0
    assert {row["identified"] for row in read(tmp_path / "south.csv")} == {""}
    shown = b12(home, "outcomes", "--site", "South")
    assert shown.code == 0 and "–" in shown.out and "2026-01" in shown.out
    assert b12(home, "outcomes", "--out", tmp_path / "all.PDF").code == 0
    said = words(tmp_path / "all.PDF")
    assert "Outcomes: all sites" in said and "35" in said and "North-" not in said


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--site", "Nowhere"], "Known sites: East, North, South"),
        (["--format", "pdf"], "cannot be shown on a terminal"),
        (["--out", "o.xlsx"], "Known endings: .csv, .pdf"),
    ],
)
def test_what_cannot_be_reported_is_said(home, arguments, says):
    answer = b12(home, "outcomes", *arguments)
    assert answer.code == 2 and says in answer.err.replace("\n", " ")


def test_every_month_all_sites_and_each_and_the_same_again(home, tmp_path):
    own = Home(shutil.copytree(home, tmp_path / "home", symlinks=True))
    assert walk.report_outcomes(own) == 8
    folder = own.root / "reports" / "2026-01"
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert set(files) == {
        f"outcomes{site}.{form}"
        for site in ("", "-01-east", "-02-north", "-03-south")
        for form in ("csv", "pdf")
    }
    assert walk.report_outcomes(own) == 8
    assert files == {path.name: path.read_bytes() for path in folder.iterdir()}
    assert "Outcomes: South" in words(folder / "outcomes-03-south.pdf")
    assert "3" not in {row["identified"] for row in read(folder / "outcomes-03-south.csv")}


def test_a_home_without_a_run_has_nothing_to_report(tmp_path):
    assert walk.report_outcomes(Home(tmp_path)) == 0
    assert b12(tmp_path, "outcomes").code == 2
