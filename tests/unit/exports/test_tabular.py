"""Tables and texts are as wide as the terminal: cells are broken, then columns left out, the least first."""

import io

import pytest

from pipeline.exports import fitted, table, width_of

ROWS = [
    {"run_id": "20261130T090614Z-e7200a", "state": "published", "why": "one two three four five six", "n": 12},
    {"run_id": "20261129T090614Z-e7200b", "state": "closed", "why": None, "n": ["A", "B"]},
]  # fmt: skip
COLUMNS = ("run_id", "state", "why", "n")


def lines(**more):
    return table(ROWS, COLUMNS, **more).split("\n")


def test_with_room_nothing_is_broken():
    assert lines(width=80) == [
        "run_id                   state      why                          n",
        "20261130T090614Z-e7200a  published  one two three four five six  12",
        "20261129T090614Z-e7200b  closed                                  A B",
    ]


def test_then_cells_are_broken_between_words_but_no_name_of_a_run():
    assert lines(width=55) == [
        "run_id                   state      why             n",
        "20261130T090614Z-e7200a  published  one two three   12",
        "                                    four five six",
        "20261129T090614Z-e7200b  closed                     A B",
    ]


@pytest.mark.parametrize(("least", "left_out"), [((), "n"), (("why",), "why"), (("state", "n"), "state")])  # fmt: skip
def test_then_columns_are_left_out_the_least_first_and_named(least, left_out):
    found = lines(width=42, least=least)
    assert found[-1] == f"Left out to fit the terminal: {left_out}."
    assert left_out not in found[0].split()


@pytest.mark.parametrize("width", range(20, 100, 7))
def test_no_line_is_wider_than_the_terminal(width, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(width))
    text = fitted(table(ROWS, ("state", "why", "n")) + "\n" + 12 * "  a few words of prose, ")
    assert max(map(len, text.split("\n"))) <= width


def test_without_a_terminal_all_columns_are_there_and_no_line_is_broken(monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setattr("sys.stdout", io.StringIO())
    many = {f"column_{number}": "some words" for number in range(30)}
    assert table([many], tuple(many)).split("\n")[0].split() == list(many)
    assert width_of() is None and fitted(200 * "word ") == 200 * "word "


def test_what_follows_in_a_broken_line_is_indented(monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    assert (
        fitted("ok     some words that are long", hang=7)
        == "ok     some words\n       that are long"
    )
