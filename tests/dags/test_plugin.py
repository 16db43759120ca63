"""The worklist inside Airflow: mounted by the plugin, behind Airflow's login, in the roles that its rights give."""

import json

import pytest

from pipeline import run as walk
from pipeline.core.config import Home
from tests.command import AS_OF, deliver
from tests.homes import LOW
from tests.programs import python, with_airflow

ASK = """
import json, os, pathlib, re
from dags import embedded
embedded.prepare_airflow(pathlib.Path("airflow").absolute())
os.environ["AIRFLOW__API_AUTH__JWT_SECRET"] = "only-for-this-test-" * 4
from airflow.api_fastapi.app import create_app, get_auth_manager
from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
from fastapi.testclient import TestClient

app = create_app(apps="core")
def client(role):
    found = TestClient(app, base_url="http://airflow.test")
    if role:
        found.cookies["_token"] = get_auth_manager().generate_jwt(SimpleAuthManagerUser(username=role + "-1", role=role))
    return found
answers = {}
for role in ("", "viewer", "user", "op", "admin"):
    pages = client(role)
    listed = pages.get("/b12/worklist")
    patient = re.search(r'href="(/b12/patients/[^"]+)"', listed.text)
    answers[role] = {
        "worklist": listed.status_code, "rejects": pages.get("/b12/quality/rejects").status_code, "health": pages.get("/api/v2/version").status_code,
        "named": role + "-1" in listed.text, "patient": patient and pages.get(patient[1]).status_code,
        "outside": sorted(set(re.findall(r'(?:href|src|action)="(/(?!b12/)[^"]*)"', listed.text))),
        "headers": {name: listed.headers.get(name, "") for name in ("content-security-policy", "cache-control")},
        "acted": patient and pages.post(patient[1] + "/actions", data={"version": "1", "to": "contacted"}, headers={"Sec-Fetch-Site": "cross-site"}).status_code,
    }
json.dump(answers, open("answers.json", "w"))
"""


@pytest.fixture(scope="module")
def answers(airflow, tmp_path_factory):
    folder = with_airflow(airflow, tmp_path_factory.mktemp("plugin"))
    low = {"patient_id": "PAT-7731", **LOW}
    home = Home(folder / "home")
    walk.ingest(home, [deliver(folder / "in", lab_result=[low])], "canonical")
    walk.screen_population(home, as_of=AS_OF)
    done = python(folder, "-W", "ignore", "-c", ASK)
    assert done.returncode == 0, done.stderr
    assert "PAT-7731" not in done.stderr
    return json.loads((folder / "answers.json").read_text())


def test_a_page_is_not_shown_without_airflows_login(answers):
    assert answers[""]["worklist"] == 401 and answers[""]["rejects"] == 401


@pytest.mark.parametrize(
    ("role", "rejects"), [("viewer", 403), ("user", 403), ("op", 200), ("admin", 200)]
)
def test_airflows_roles_are_the_roles_of_the_pages(answers, role, rejects):
    found = answers[role]
    assert (found["worklist"], found["patient"], found["rejects"], found["health"]) == (
        200,
        200,
        rejects,
        200,
    )
    assert found["named"], "the page says who is logged in"


def test_every_address_of_a_page_lies_under_the_plugin(answers):
    assert answers["admin"]["outside"] == []


def test_the_pages_carry_their_headers_under_airflow_too_and_refuse_other_sites(answers):
    headers = answers["admin"]["headers"]
    assert (
        "script-src 'self'" in headers["content-security-policy"]
        and "unsafe" not in headers["content-security-policy"]
    )
    assert headers["cache-control"] == "no-store"
    assert answers["admin"]["acted"] == 403
