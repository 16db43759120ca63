"""Which role and sites the claims of a provider give."""

import pytest

from pipeline.core import InvalidProtocol
from pipeline.worklist.role_mapping import Granted, granted, read_mapping

TEXT = """\
- {claim: groups, value: north, role: coordinator, sites: [North]}
- {claim: groups, value: south, role: coordinator, sites: [South, ""]}
- {claim: groups, value: readers, role: viewer}
- {claim: groups, value: stewards, role: steward}
- {claim: department, value: IT, role: operator}
"""


def lines(tmp_path, text=TEXT):
    path = tmp_path / "single-sign-on.yaml"
    path.write_text(text)
    return read_mapping(path)


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({}, None),
        ({"groups": []}, None),
        ({"groups": ["NORTH", "northern"]}, None),
        ({"groups": "northern"}, None),
        ({"groups": {"north": True}}, None),
        ({"groups": None, "department": 7}, None),
        ({"groups": ["north"]}, Granted("coordinator", ("North",))),
        ({"groups": "north"}, Granted("coordinator", ("North",))),
        ({"groups": ["south", "north"]}, Granted("coordinator", ("", "North", "South"))),
        ({"groups": ["readers"]}, Granted("viewer", None)),
        ({"groups": ["north", "readers"]}, Granted("coordinator", ("North",))),  # not coordinator everywhere
        ({"groups": ["north", "stewards"]}, Granted("steward", None)),
        ({"groups": ["readers"], "department": "IT"}, Granted("viewer", None)),
    ],
    ids=str,
)  # fmt: skip
def test_the_highest_role_with_the_sites_of_the_lines_that_give_it(tmp_path, claims, expected):
    assert granted(lines(tmp_path), claims) == expected


def test_a_line_without_sites_is_all_sites(tmp_path):
    text = "- {claim: g, value: a, role: viewer, sites: [North]}\n- {claim: g, value: b, role: viewer}\n"
    assert granted(lines(tmp_path, text), {"g": ["a", "b"]}) == Granted("viewer", None)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "line 1: the file is not a list"),
        ("groups: north", "line 1: the file is not a list"),
        ("[]", "line 1: the file is not a list"),
        ("- north", "line 1: the entry has none of the keys"),
        ("- {claim: g, value: a, role: viewer}\n- {claim: g, value: a, role: nurse}", "line 2: role is not one of operator, viewer"),
        ("- {claim: g, role: viewer}", "line 1: value is missing"),
        ("- {claim: g, value: 7, role: viewer}", "value is not a text: write it in quotation marks"),
        ("- {claim: '', value: a, role: viewer}", "claim is empty"),
        ("- {claim: g, value: a, role: viewer, sites: []}", "sites is empty: leave it out for all sites"),
        ("- {claim: g, value: a, role: viewer, sites: North}", "sites is not a list"),
        ("- {claim: g, value: a, role: viewer,\n   sites: [North, 7]}", "line 2: sites.2 is not a text"),
        ("- {claim: g, value: a, role: admin, sites: [North]}", "the role admin cannot be limited to sites"),
        ("- {claim: g, value: a, role: viewer, site: North}", "site is not a known key; known: claim, value, role, sites"),
        ("- {claim: g, value: a, role: viewer, role: admin}", "role is written twice"),
        ("- {claim: [", "line 2, column 1"),
        ("- {claim: g, value: " + "x" * 201 + ", role: viewer}", "value is longer than 200 characters"),
    ],
    ids=lambda value: value[:40],
)  # fmt: skip
def test_what_is_wrong_with_the_file_is_said_by_line(tmp_path, text, says):
    with pytest.raises(InvalidProtocol) as refused:
        lines(tmp_path, text)
    assert says in str(refused.value) and "single-sign-on.yaml" in str(refused.value)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InvalidProtocol, match=r"none\.yaml does not exist"):
        read_mapping(tmp_path / "none.yaml")
