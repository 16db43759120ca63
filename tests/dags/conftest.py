"""Airflow's metadata are made once per test run, and copied."""

import pytest

from tests import programs
from tests.homes import built_once


@pytest.fixture(scope="session")
def airflow(tmp_path_factory):
    "A folder with what programs.airflow made"
    return built_once(tmp_path_factory, "airflow", programs.airflow)
