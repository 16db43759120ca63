"The sites of an Airflow user are those that the user's roles name."

from types import SimpleNamespace

import pytest

from b12_airflow.readers import sites_of


@pytest.mark.parametrize(
    ("roles", "sites"),
    [
        (["B12 coordinator"], None),
        (["B12 coordinator", "B12 site North"], ("North",)),
        (["B12 site South", "B12 site North", "B12 site -"], ("", "North", "South")),
        (["B12 sites"], None),
    ],
)
def test_roles_that_begin_so_name_a_site(roles, sites):
    assert sites_of(SimpleNamespace(roles=[SimpleNamespace(name=name) for name in roles])) == sites


def test_the_simple_manager_knows_no_sites():
    assert sites_of(SimpleNamespace(role="user")) is None
