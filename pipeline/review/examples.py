"""Two example patients for every line of the decision tables: found in the sets of combinations
that reach the line, and verified by the definition.

Patients are invented from answers alone: no data are read.
"""

from dataclasses import dataclass
from itertools import islice

from pipeline.protocol import assess, boxes, facts_read, impossible, kind, labels, phrase, phrases

PREFERRED = ("finding", "unknown", "plain", "outside")  # for an example that differs
OTHERS = 3  # facts that the line does not ask for, in which the second example is remarkable


@dataclass(frozen=True)
class Example:
    """An invented patient: the facts, in a sentence too, and what the protocol decides.

    is_possible: False if only answers that no patient has together reach the line.
    """

    facts: dict
    says: str
    result: str
    is_possible: bool


class Examples:
    """The examples of one pack."""

    def __init__(self, pack):
        self.pack = pack
        self.space = boxes.Space(pack)
        self.subject = next(  # the fact that describes the person, with several wordings
            (
                fact
                for fact, answers in self.space.facts.items()
                if any(len(phrases(fact, answer)) > 1 for answer in answers)
            ),
            next(iter(self.space.facts)),
        )
        self.impossible = list(impossible(pack))
        self.impossible_boxes = [box for when in self.impossible for box in self.space.expand(when)]

    def of_line(self, decision, position):
        """Two examples that this line decides: the plainest patient, and one who differs in as much
        as possible of what the line asks for, and in some of the rest; one if there is no other,
        none for a line that no patient can reach."""
        mine = self.space.expand(decision.rules[position].when)
        holes = self._earlier(decision, position)
        never = [*holes, *self.impossible_boxes]
        is_possible = any(boxes.witness(box, never) for box in mine)
        holes = never if is_possible else holes
        reached = [box for box in mine if boxes.witness(box, holes)]
        if not reached:
            return []
        first = self._search(reached[0], holes, self._plain())
        unlike = (
            found
            for others in (OTHERS, len(self.space.facts))
            for box in reached[::-1]
            if (found := self._search(box, holes, self._unlike(first, decision, position, others)))
            != first
        )
        return [
            self._example(decision, position, facts, turn=position + place, is_possible=is_possible)
            for place, facts in enumerate((first, *islice(unlike, 1)))
        ]

    def plain_patient(self):
        """What an example does not mention, as phrases."""
        facts = {fact: answers[0] for fact, answers in self._plain().items()}
        left_out = {self.subject, *self._implied(facts)}
        return [
            phrase(self.pack, fact, answer)
            for fact, answer in facts.items()
            if kind(fact, answer) == "plain" and fact not in left_out
        ]

    def _earlier(self, decision, position):
        "What earlier lines decide: in a table that collects, those with the same outcome"
        outcome = decision.rules[position].outcome
        return [
            box
            for rule in decision.rules[:position]
            if not decision.collects or rule.outcome == outcome
            for box in self.space.expand(rule.when)
        ]

    def _search(self, box, holes, wishes):
        "A combination in a box that is not all holes: of each fact the first wish possible"
        found = {}
        for place, (fact, answers) in enumerate(self.space.facts.items()):
            for answer in wishes[fact]:
                bit = 1 << answers.index(answer)
                narrowed = (*box[:place], box[place] & bit, *box[place + 1 :])
                if box[place] & bit and boxes.witness(narrowed, holes):
                    box, found[fact] = narrowed, answer
                    break
        return found

    def _plain(self):
        return {
            fact: sorted(answers, key=lambda answer, fact=fact: kind(fact, answer) != "plain")
            for fact, answers in self.space.facts.items()
        }

    def _unlike(self, first, decision, position, number):
        "The answers in the order wished for: unlike the first example's where it matters"
        facts = list(self.space.facts)
        asked = facts_read(self.pack, decision.rules[position].when)
        others = [fact for fact in facts if fact not in asked]
        turned = [*others, *others][position * OTHERS % (len(others) or 1) :]
        chosen = turned[:number]
        plain = self._plain()
        return {
            fact: self._turned(fact, first[fact], position)
            if fact in asked or fact in chosen
            else plain[fact]
            for fact in facts
        }

    def _turned(self, fact, before, turn):
        "The other answers, findings first, beginning with another one for each line"
        ranked = {name: [] for name in PREFERRED}
        for answer in self.space.facts[fact]:
            if answer != before:
                ranked[kind(fact, answer)].append(answer)
        wished = [
            group[(turn + step) % len(group)]
            for group in ranked.values()
            for step in range(len(group))
        ]
        return [*wished, before]

    def _example(self, decision, position, facts, *, turn, is_possible):
        done = assess(self.pack, facts)
        assert decides(decision, position, done), f"{decision.name} {position} does not decide"
        says = self._sentence(decision.rules[position].when, facts, turn)
        return Example(facts, says, _result(done), is_possible)

    def _sentence(self, when, facts, turn):
        "What is remarkable of a patient, and what the line asks for"
        asked = facts_read(self.pack, when)
        left_out = {self.subject, *(self._implied(facts) - when.keys())}
        others = [
            phrase(self.pack, fact, answer, turn)
            for fact, answer in facts.items()
            if (fact in asked or kind(fact, answer) != "plain") and fact not in left_out
        ]
        who = phrase(self.pack, self.subject, facts[self.subject], turn)
        said = ", ".join([who, *(others or ["nothing remarkable on record"])])
        return f"{said[0].upper()}{said[1:]}."

    def _implied(self, facts):
        "Facts with the one answer that another answer leaves possible: not worth a mention"
        found = set()
        for when in self.impossible:
            *given, last = when
            if all(facts[fact] in when[fact] for fact in given):
                left = set(self.space.facts[last]) - set(when[last])
                found |= {last} if left == {facts[last]} else set()
        return found


def decides(decision, position, done):
    """Whether a line decides in what `assess` returned: the first of its table to fit, or the first
    of its outcome where every line counts."""
    line, facts = decision.rules[position], done["facts"]
    fitting = (
        rule
        for rule in decision.rules
        if rule.fits(facts) and (not decision.collects or rule.outcome == line.outcome)
    )
    return next(fitting, None) is line


def _result(done):
    step = f"{labels.word(done['next_step'])} ({done['rule'].id})"
    urgency = labels.PRIORITIES.get(done["priority"])
    alerts = [f"alert: {labels.low(alert.outcome)}" for alert in done["safety"]]
    priority = f"priority {done['priority']}, {urgency.lower()}" if urgency else "no priority"
    return "; ".join([step, priority, *alerts]) + "."
