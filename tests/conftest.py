"Every run of the suite tries the same examples: a failure on one machine is a failure on all"

import pytest
from hypothesis import HealthCheck, settings

from tests import stores

settings.register_profile("house", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


@pytest.fixture(scope="session")
def postgresql():
    with stores.postgresql() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request, tmp_path):
    "An empty worklist store on each of the two databases"
    url = stores.fresh_database(request.getfixturevalue("postgresql")) if request.param == "postgresql" else None
    found = stores.opened(tmp_path / "home", url)
    yield found
    found.close()
