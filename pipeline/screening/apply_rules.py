"""The decision tables applied to the distinct combinations of facts, one table after the other, by
one SELECT."""

from pipeline.engine import create, select_of


def apply_rules(con, name="screening.fit"):
    """Build `screening.fit`: which rules fit each combination; each decision's answer is a fact for
    those after it."""
    decisions = con.execute(
        "select turn, decision, collects from protocol.decision order by turn"
    ).fetchall()
    con.execute(
        f"create or replace table {name} (combination bigint, decision varchar, position integer)"
    )
    for turn, decision, collects in decisions:
        con.execute(
            "create or replace table screening.turn as select decision, collects from"
            " protocol.decision where turn = $1",
            [turn],
        )
        con.execute(f"insert into {name} {select_of(name)}")
        if not collects:
            _add_answers(con, name, decision)
    create(con, "screening.turn")


def _add_answers(con, name, decision):
    "The answer of a decision becomes a fact; the rule that gave the next step is one too"
    facts = {decision: "outcome"} | ({"rule": "rule"} if decision == "next_step" else {})
    for fact, column in facts.items():
        con.execute(
            f"insert into screening.known select fit.combination, $1, rule.{column} from {name} as"
            " fit join protocol.rule on rule.decision = fit.decision and rule.position ="
            " fit.position where fit.decision = $2",
            [fact, decision],
        )
