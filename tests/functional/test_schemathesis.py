"""Schemathesis puts valid and invalid requests to every page, from the description that FastAPI makes of the app: never an
unexpected error. tests/functional/test_web_odd.py adds what such a description cannot say: raw bytes, headers, charsets."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipeline.core.config import Home
from tests import homes
from tests.functional.test_web_odd import app_for, token
from tests.odd_requests import FIELDS

BASE = "http://b12.example"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def home(two_nights, tmp_path_factory):
    return Home(homes.copied(two_nights / "home", tmp_path_factory.mktemp("pages") / "home"))


def described(app, name):
    "The description of the app, with the forms, which it reads without a model; each carries the token of its reader"
    schema = app.openapi()
    fields = {field: {"type": "string"} for field in FIELDS} | {"csrf": {"const": token(app, name)}}
    form = {"type": "object", "properties": fields, "required": ["csrf"]}
    for operations in schema["paths"].values():
        if "post" in operations:
            operations["post"]["requestBody"] = {"content": {FORM: {"schema": form}}}
    found = schemathesis.openapi.from_dict(schema)
    found.app = app
    return [one.ok() for one in found.get_all_operations()]


@pytest.mark.parametrize("role", [None, "viewer", "admin"])
def test_no_request_that_schemathesis_makes_is_an_unexpected_error(home, role):
    pages = described(app_for(home, role), "kim" if role else "")
    assert len(pages) > 30
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]

    @settings(max_examples=6, phases=[Phase.generate], deadline=None, suppress_health_check=checks)
    @given(st.data())
    def every_page(data):
        for one in pages:
            asked = data.draw(one.as_strategy())
            answer = asked.call(base_url=BASE, headers={"Origin": BASE}, allow_redirects=False)
            is_away = answer.status_code == 503 and one.label.startswith("GET /login")
            assert answer.status_code < 500 or is_away, one.label  # the provider is away

    every_page()
