"""What a pack declares, as rows for the relations of the schema `protocol` that SELECTs read."""

from itertools import product

from pipeline.protocol.facts import NOT_ASKED, NUMBERS, SHARED, chosen_concepts, declared_facts
from pipeline.protocol.local_bands import PREGNANCY, asks_for_pregnancy

DECLARED_FACT = {
    "fact": "varchar", "is_shared": "boolean", "otherwise": "varchar", "not_loaded": "varchar",
    "reads_conditions": "boolean", "reads_medications": "boolean",
}  # fmt: skip
FACT_LINE = {
    "fact": "varchar", "position": "integer", "answer": "varchar", "kind": "varchar",
    "class": "varchar", "entity": "varchar", "is_unless_resolved": "boolean",
    "is_active_asked": "boolean", "flag": "varchar", "evidence": "varchar", "analyte": "varchar",
    "words": "varchar[]", "limit_side": "varchar", "reads": "varchar", "sexes": "varchar[]",
    "is_used": "boolean", "within_days": "integer", "within_months": "integer",
    "longer_than_months": "integer", "apart_days": "integer", "age_from": "integer",
    "age_below": "integer",
}  # fmt: skip
LINE_CONCEPT = {"fact": "varchar", "position": "integer", "concept": "varchar"}
CLASS_CONCEPT = {"class": "varchar", "fact": "varchar", "concept": "varchar"}
UNFILLED_ANSWER = {
    "is_condition_loaded": "boolean", "is_medication_loaded": "boolean", "fact": "varchar",
    "answer": "varchar",
}  # fmt: skip
UNFILLED_FACT = {
    "is_condition_loaded": "boolean", "is_medication_loaded": "boolean",
    **dict.fromkeys(SHARED, "varchar"),
}  # fmt: skip
PREGNANCY_LINE = {
    "concept": "varchar", "entity": "varchar", "within_days": "integer",
    "within_months": "integer",
}  # fmt: skip

FILLED_CLASSES = ("b12_therapy", "methotrexate")  # of which SELECTs read the eras


def fact_relations(pack, concepts):
    """`(relation, columns, rows)` of every relation that holds the declared facts of a pack.

    concepts: `(concept, fact, means)`, as of `chosen_concepts`.
    """
    facts = declared_facts(pack)
    lines = [(fact, position, line) for fact in facts for position, line in enumerate(fact.lines)]
    yield "declared_fact", DECLARED_FACT, [_declared(fact) for fact in facts]
    yield "fact_line", FACT_LINE, [_fact_line(*line) for line in lines]
    yield "unfilled_answer", UNFILLED_ANSWER, list(_unfilled_answers(facts))
    yield "unfilled_fact", UNFILLED_FACT, list(_unfilled_facts(facts))
    yield "line_concept", LINE_CONCEPT, list(_chosen(lines, "coded", concepts))
    yield "class_concept", CLASS_CONCEPT, list(_class_concepts(lines, concepts))
    pregnant = list(_pregnancy_lines(lines, concepts)) if asks_for_pregnancy(pack) else []
    yield "pregnancy_line", PREGNANCY_LINE, pregnant


def _declared(fact):
    return (
        fact.name, fact.is_shared, fact.otherwise, fact.not_loaded, fact.reads_conditions,
        fact.reads_medications,
    )  # fmt: skip


def _fact_line(fact, position, line):
    says, numbers = line.says, line.numbers
    return (
        fact.name, position, line.answer, line.kind, line.class_name,
        says.get("entity"), says.get("unless") == "resolved", bool(says.get("active")),
        says.get("flag"), says.get("evidence"), says.get("lab"), says.get("words"),
        says.get("limit"), says.get("reads", "latest"), says.get("sex"),
        numbers.get("only_if", 1) != 0,
        *(numbers.get(name) for name in NUMBERS if name != "only_if"),
    )  # fmt: skip


def _unfilled_answers(facts):
    "The answers where no line fits, by what was loaded for a patient: a row for each fact"
    for conditions, medications in product((True, False), repeat=2):
        for fact in facts:
            answer = fact.unfilled(conditions=conditions, medications=medications)
            yield conditions, medications, fact.name, answer


def _unfilled_facts(facts):
    "Those of the shared facts side by side"
    known = {row[:3]: row[3] for row in _unfilled_answers(facts)}
    for conditions, medications in product((True, False), repeat=2):
        answers = (known.get((conditions, medications, name), NOT_ASKED) for name in SHARED)
        yield conditions, medications, *answers


def _chosen(lines, kind, concepts):
    for fact, position, line in lines:
        if line.kind == kind:
            for concept in chosen_concepts(line.says[kind], concepts):
                yield fact.name, position, concept


def _pregnancy_lines(lines, concepts):
    "What local rows of bands ask of the day of collection, apart: other packs share their results"
    for _, _, line in (each for each in lines if each[0].name == PREGNANCY):
        if line.numbers.get("only_if", 1) != 0:
            within = line.numbers.get("within_days"), line.numbers.get("within_months")
            for concept in chosen_concepts(line.says["coded"], concepts):
                yield concept, line.says.get("entity"), *within


def _class_concepts(lines, concepts):
    "Of which concepts the eras of each class of medications are made, and the fact they serve"
    classes = {(fact.name, position): line.class_name for fact, position, line in lines}
    declared = {
        (classes[fact, position], fact, concept)
        for fact, position, concept in _chosen(lines, "medication", concepts)
    }
    filled = {
        (name, name, concept)
        for concept, fact, means in concepts
        for name in FILLED_CLASSES
        if name in (fact, means)
    }
    return sorted(declared | filled)
