"""The check of a pack's facts: each is filled, by a SELECT or by lines that can be read."""

from functools import cache

from pipeline.protocol.concepts import SHOWN, common_concepts, meanings_of
from pipeline.protocol.facts import (
    ANY_LINE,
    KEYS,
    LIMITS,
    NUMBERS,
    READS,
    chosen_concepts,
    is_declared,
    kind_of,
)
from pipeline.protocol.pack import band_rows
from pipeline.protocol.placeholders import NAMED, OF_RECORDS
from pipeline.protocol.tables import code_rows, vocabulary

ENTITIES = ("condition", "procedure")
SEXES = ("female", "male", "other")
CLASSES = ("methotrexate", "multivitamin")  # of medications, beside those of declared facts
DRUG_SYSTEMS = ("RXNORM", "ATC", "UNII", "NDC", "BNF")
ANTIBODY = "intrinsic_factor_ab"  # of which the latest result, where positive, is a record
RECORDS = {"coded": "conditions or procedures", "medication": "medications"}
WITH_LIMITS = ("active_b12", "homocysteine", "mma", "total_b12")  # sql/staging/measured_lab_result
FINDINGS = ("positive", "negative", "indeterminate")  # of a test in words
FACT_KEYS = ("answers", "otherwise", "not_loaded", "asks")
EXTRACTS = ("coded", "medication")  # kinds of lines that read an extract which may be missing


def fact_problems(pack, shipped):
    """What is wrong with the facts of a pack, as (where, what). shipped: the pack whose lists name
    the facts that SELECTs fill, with all of their answers."""
    filled = {
        name: _possible(pack, shipped, name)
        for name, entry in shipped.raw["facts"].items()
        if not is_declared(entry)
    }
    for name, entry in pack.raw["facts"].items():
        if is_declared(entry):
            found = _declared_problems(pack, name, entry, filled)
        else:
            found = _filled_problems(name, entry, filled, shipped)
        yield from ((("facts", name, *where), f"fact {name}: {what}") for where, what in found)


def _filled_problems(name, answers, filled, shipped):
    if name not in filled:
        yield (
            (),
            (
                "no SELECT fills it. Declare it by lines under answers:, or use one of: "
                + ", ".join(sorted(filled))
            ),
        )
        return
    for answer in answers:
        if answer not in shipped.facts[name]:
            yield (), f"the SELECT that fills it never answers {answer}"
    for answer in filled[name]:
        if answer not in answers:
            yield (), f"the answer {answer} is possible and not listed"


def _possible(pack, shipped, name):
    "The answers that a SELECT gives: those of a band only where this pack's band has them"
    bands = [each.raw["bands"].get(name, {}) for each in (pack, shipped)]
    here, there = ({row.get("answer") for *_, row in band_rows(band)} for band in bands)
    return [answer for answer in shipped.facts[name] if answer in here or answer not in there]


def _declared_problems(pack, name, entry, filled):
    if name in filled:
        yield (), "a SELECT fills it, so it cannot be declared: give it another name"
    if name in CLASSES:
        yield (), "a SELECT reads a class of medications of this name: give it another name"
    for key in entry.keys() - set(FACT_KEYS):
        yield (key,), f"{key} is not known; known are {', '.join(FACT_KEYS)}"
    lines = entry.get("answers")
    if not isinstance(lines, list) or not lines or "otherwise" not in entry:
        yield (), "a declared fact has answers:, a list of lines, and otherwise:"
        return
    for position, line in enumerate(lines):
        for what in _line_problems(pack, line):
            yield ("answers", position), f"line {position + 1}: {what}"
    yield from _unknown_problems(pack, name, entry)


def _unknown_problems(pack, name, entry):
    "Unknown is an answer: it is never read as no"
    kinds = {kind_of(line) for line in entry["answers"]}
    if "not_loaded" not in entry:
        yield (
            (),
            (
                "not_loaded: must say what is answered where what a line reads was never loaded, or"
                " the age or sex that it asks for is not known"
            ),
        )
    if entry.get("not_loaded") == entry["otherwise"]:
        concepts = _concepts_read(pack, entry) if kinds <= set(EXTRACTS) else {None}
        others = (
            _concepts_read(pack, other)
            for each, other in pack.raw["facts"].items()
            if each != name and is_declared(other) and other.get("not_loaded") != other["otherwise"]
        )
        if not any(concepts <= known for known in others):
            yield (
                (),
                (
                    f"where nothing is known it answers {entry['otherwise']}, as where nothing"
                    " was found: unknown would be read as known"
                ),
            )


def unread_concepts(pack):
    """The rows of a pack's table of concepts that would count for nothing against the look of it:
    no line of the fact that they name chooses the concept, or a line of the pack names one that is
    shown; as (line, what)."""
    for row in pack.concepts:
        if row.fact == SHOWN:
            yield from ((row.line, what) for what in _named_all_the_same(pack, row.concept))
        entry = pack.raw["facts"].get(row.fact)
        if is_declared(entry) and row.concept not in _concepts_read(pack, entry):
            yield row.line, f"concept {row.concept} is chosen by no line of the fact {row.fact}"


def _named_all_the_same(pack, concept):
    "An inherited line may name it: that is what the table is for"
    for fact, entry in pack.own.get("facts", {}).items():
        lines = entry.get("answers", ()) if is_declared(entry) else ()
        read = (line.get(kind, ()) for line in lines for kind in EXTRACTS)
        if any(concept in selectors for selectors in read):
            yield (
                f"concept {concept} is shown here, but the fact {fact} names it: what is shown"
                " counts for nothing, so take it out of one of the two"
            )


def _concepts_read(pack, entry):
    return {
        concept
        for line in entry["answers"]
        for kind in EXTRACTS
        for concept in chosen_concepts(line.get(kind, ()), meanings_of(pack))
    }


def _line_problems(pack, line):
    kind = kind_of(line) if isinstance(line, dict) else ""
    if not kind or not isinstance(line.get("answer"), str):
        yield "a line has an answer: and one of coded:, medication:, lab:, or an age or sex"
        return
    known = (*ANY_LINE, *KEYS[kind])
    for key in line.keys() - set(known):
        yield f"{key} is not known of a {kind} line; known are {', '.join(known)}"
    for name in NAMED.findall(str(line.get("evidence", ""))):
        if name not in OF_RECORDS:
            yield f"evidence: {{{name}}} is none of {{sign}}, {{since}}"
    for key in NUMBERS:
        if key in line and not _is_number(pack, line[key]):
            yield f"{key}: {line[key]} is neither a whole number nor a setting of this pack"
    yield from {"coded": _coded, "medication": _medication, "lab": _lab, "person": _person}[kind](
        pack, line
    )


def _is_number(pack, value):
    if isinstance(value, str):  # what is wrong with a setting is told where it stands
        return value in pack.setting and not isinstance(pack.setting[value], float)
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _selectors(pack, line, kind):
    selectors = line[kind]
    if not isinstance(selectors, list) or not selectors:
        yield "the concepts are a list of names"
        return
    known = [*meanings_of(pack), *(row.cells[:3] for row in common_concepts().values())]
    for selector in selectors:  # one that chose only what the pack's own table moved is sound
        chosen = set(chosen_concepts([str(selector)], known))
        if not chosen:
            yield f"no concept that may be counted fits {selector}"
        elif not any(_is_recorded(concept, kind) for concept in chosen):
            yield f"{selector} chooses no concept of {RECORDS[kind]}"


@cache
def drugs():
    """The concepts of drugs: those with a name or a code in a system of medications alone."""
    coded = {row[0] for row in code_rows() if row[1] in DRUG_SYSTEMS}
    return coded | {row["concept"] for row in vocabulary("drug_name")}


def _is_recorded(concept, kind):
    "Whether records of a concept are medications, or conditions and procedures"
    if kind == "medication":
        return concept in drugs()
    is_result = common_concepts()[concept].fact == "lab" and concept != ANTIBODY
    return concept not in drugs() and not is_result


def _coded(pack, line):
    yield from _selectors(pack, line, "coded")
    if line.get("entity", ENTITIES[0]) not in ENTITIES:
        yield f"entity: {line['entity']} is none of {', '.join(ENTITIES)}"
    if line.get("unless", "resolved") != "resolved":
        yield f"unless: {line['unless']} is not known; known is resolved"
    if "flag" in line and line["flag"] not in _evidence_flags(pack):
        yield f"flag: {line['flag']} is no flag with evidence: true of this pack"


def _evidence_flags(pack):
    return {row["id"] for row in pack.raw["flags"] if row.get("evidence")}


def _medication(pack, line):
    yield from _selectors(pack, line, "medication")
    if not isinstance(line.get("active", True), bool):
        yield "active: is true or false"


def _lab(pack, line):
    analyte = line["lab"]
    decides = {
        str(row["analyte"]): row["kind"] for row in vocabulary("analyte") if row["decides"] == "yes"
    }
    if analyte not in decides:
        yield f"lab: {analyte} is none of {', '.join(sorted(decides))}"
        return
    yield from _reads(line)
    if ("words" in line) == ("limit" in line):
        yield "a lab line has either words: of the band, or limit: of the laboratory"
    known = FINDINGS if decides[analyte] == "qualitative" else _band_words(pack, analyte)
    for word in line.get("words") or ():
        if word not in known:
            yield f"words: {word} is none of {', '.join(known)}"
    if line.get("limit", LIMITS[0]) not in LIMITS:
        yield f"limit: {line['limit']} is none of {', '.join(LIMITS)}"
    if "limit" in line and analyte not in WITH_LIMITS:
        yield f"limit: the limits of {analyte} are not read; those of {', '.join(WITH_LIMITS)} are"
    if "words" in line and not (isinstance(line["words"], list) and line["words"]):
        yield "words: is a list with at least one word of the band"


def _reads(line):
    if line.get("reads", READS[0]) not in READS:
        yield f"reads: {line['reads']} is none of {', '.join(READS)}"
    if (line.get("reads") == "two_apart") != ("apart_days" in line):
        yield "apart_days: and reads: two_apart belong together"
    if line.get("apart_days") == 0:
        yield "apart_days: must be at least 1, or a result would be another beside itself"


def _band_words(pack, analyte):
    "The words of the results of an analyte, in the band that judges them"
    words = [
        row.get("answer")
        for name, band in pack.raw["bands"].items()
        if band["analyte"] == analyte and name != "neuro_300"
        for *_, row in band_rows(band)
    ]
    return tuple(dict.fromkeys(words))


def _person(_, line):
    ages = [line[key] for key in ("age_from", "age_below") if isinstance(line.get(key), int)]
    if len(ages) == 2 and ages[0] >= ages[1]:
        yield "age_from: is not below age_below:"
    if "sex" in line and not (isinstance(line["sex"], list) and line["sex"]):
        yield "sex: is a list with at least one of " + ", ".join(SEXES)
        return
    for sex in line.get("sex", ()):
        if sex not in SEXES:
            yield f"sex: {sex} is none of {', '.join(SEXES)}"
