"The definition in plain Python: first, collect, derive; and who reviews the pack when."

from datetime import date, timedelta

from pipeline.protocol.pack import Rule, collect, decide, load

RULES = (
    Rule("a", {"x": ["one"], "y": ["one", "two"]}, "A"), Rule("b", {"x": ["one", "two"]}, "B"), Rule("c", {"y": ["two"]}, "B"), Rule("d", {}, "D"),
)  # fmt: skip


def test_the_first_rule_that_fits():
    assert [
        decide(RULES, {"x": x, "y": y}).id
        for x, y in (("one", "two"), ("two", "one"), ("three", "two"), ("three", "one"))
    ] == [
        "a",
        "b",
        "c",
        "d",
    ]


def test_every_outcome_once_in_the_order_of_the_table():
    assert [rule.id for rule in collect(RULES, {"x": "one", "y": "two"})] == ["a", "b", "d"]


def test_the_pack_names_author_checker_and_reviews_and_the_next_comes_within_a_year():
    raw = load().raw
    assert all(raw[name] for name in ("author", "checker", "title", "version", "notice"))
    assert raw["reviewed"] < raw["next_review"] <= raw["reviewed"] + timedelta(days=366)
    assert isinstance(raw["next_review"], date)


def test_every_outcome_of_a_line_is_explained():
    raw = load().raw
    assert {row["outcome"] for row in raw["next_step"]} <= set(raw["actions"])
    assert all(
        row["because"]
        for section in ("next_step", "safety", "cause", "flags")
        for row in raw[section]
    )
