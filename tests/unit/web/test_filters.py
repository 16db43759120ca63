"The filter in an address, and the addresses beside it"

import pytest
from starlette.datastructures import QueryParams

from pipeline.web import filters


def test_a_filter_is_read_and_what_is_unknown_is_ignored():
    chosen = filters.chosen(
        QueryParams(
            "priority=1&priority=7&alert=A&alert=&status=done&status=x&site=-&assignee=kim&waiting=30&patient=DEMO1"
        )
    )
    assert chosen.priority == (1,) and chosen.alert == ("A",) and chosen.status == ("done",)
    assert chosen.site == ("",) and chosen.assignee == ("kim",) and chosen.waiting == 30
    assert chosen.patient is None, "a patient's id is never in an address"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ("priority", False)),
        ("sort=b12&order=down", ("b12", True)),
        ("sort=evil", ("priority", False)),
    ],
)
def test_the_order(query, expected):
    assert filters.order(QueryParams(query)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", 1), ("3", 3), ("0", 1), ("-1", 1), ("٣", 3), ("9" * 40, 1), ("x", 1)],
)
def test_the_number_of_a_page(text, expected):
    assert filters.number(QueryParams({"page": text})) == expected


def test_addresses_beside_this_one():
    query = QueryParams("priority=1&alert=A&page=3&done=2")
    assert filters.address(query) == "?priority=1&alert=A"
    assert filters.address(query, page=4) == "?priority=1&alert=A&page=4"
    assert filters.address(query, priority=None) == "?alert=A"
    assert filters.toggled(query, "priority", "2") == "?alert=A&priority=1&priority=2"
    assert filters.toggled(query, "priority", "1") == "?alert=A"
    assert filters.address(QueryParams({"site": "A&B=<x>"})) == "?site=A%26B%3D%3Cx%3E"
