"""Whether every line of every decision can decide, and whether every combination of facts is
decided."""

from pipeline.protocol import boxes


def reach_problems(pack):
    """Lines that can never decide, and combinations without a rule, as (where, what is wrong). The
    words have been checked before."""
    space = boxes.Space(pack)
    for decision in pack.decisions:
        earlier = []
        for position, rule in enumerate(decision.rules):
            where = _place(pack, decision.name, position)
            mine = space.expand(rule.when)
            if not any(boxes.witness(box, earlier) for box in mine):
                yield (
                    where,
                    (
                        f"{rule.id} can never decide: the rules above it cover all its combinations"
                        " of facts (unreachable rule)"
                    ),
                )
            earlier += mine if not decision.collects else []
        if not decision.collects and (left := boxes.witness(space.whole, earlier)):
            named = {
                fact: answers[0]
                for fact, answers in sorted(space.answers_in(left).items())
                if answers != space.facts[fact]
            }
            yield (
                (_place(pack, decision.name, 0)[0],),
                f"{decision.name} has no rule for: {named}",
            )


def _place(pack, decision, position):
    if decision in pack.raw["derived"]:
        return (
            "derived",
            decision,
            "yes_when",
            min(position, len(pack.raw["derived"][decision]["yes_when"]) - 1),
        )
    rows = [index for index, row in enumerate(pack.raw[decision]) if "when" in row]
    return (decision, rows[position])
