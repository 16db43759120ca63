"""Which code of the protocol a delivered name resembles: a proposal for a steward, never a mapping.

Compared are names without marks, accents and words that say nothing (serum, tablet), by rapidfuzz
(https://rapidfuzz.github.io/RapidFuzz/). Words that say the opposite, another specimen or another
test stand in `protocol/name_words.csv`: a name that has one resembles nothing.
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from rapidfuzz import fuzz, process

from pipeline.protocol.tables import code_rows, vocabulary

LIKELY = 86  # from here on a name is proposed; below it, names of MIMIC-IV are of other things
LONGEST = 200  # letters of a name that are compared
_BLOCK = 2000  # names compared at once: 2,000 times 500 of four bytes
_NOT_OURS = re.compile("EXCLUDE|DO_NOT_USE|NOT_|hint|headache|multivitamin|methotrexate")
_DISPLAYS = {  # entity: facts, and systems, whose displays are names to compare with
    "condition": (
        ("malabsorption", "neuro", "diet", "pregnancy", "renal", "deficiency_before"),
        ("SNOMEDCT",),
    ),
    "procedure": (("malabsorption", "renal", "b12_therapy"), ("SNOMEDCT", "CPT4")),
}
_DRUG_FACTS = ("metformin", "acid_suppressant", "b12_therapy", "folic_acid")
_IN_BRACKETS = re.compile(r"\[[^]]*\]|\((?:procedure|disorder|finding|situation|regime/therapy)\)")
_B12 = re.compile(r"\bb\W{0,2}(\d{1,2})\b")
# U-MMA and dU-MMA, `Methylmalonic acid, U`, `i.U.`: of urine
_OF_URINE = re.compile(r"(?:^|[\s(.,;:/-])d?U(?=[\s_).,;:/-]|$)")
_DOUBT = re.compile(r"\s*\?|.*\?\s*$", re.DOTALL)
_RULES_OUT = ("another specimen", "another test", "not the case")


@dataclass(frozen=True)
class Proposal:
    """What a delivered name may stand for. code_system, code: as a map answers; name: the name of
    the protocol that it resembles. likeness: 86 to 100. is_deciding: whether a decision may depend
    on it; folate, haemoglobin or creatinine are shown only."""

    code_system: str
    code: str
    name: str
    likeness: int
    is_deciding: bool


def proposals(entity, names):
    """The Proposal for each of the delivered names that resembles a name of the protocol:
    `{name: Proposal}`. entity: lab_result, medication, condition or procedure."""
    known = _known(entity)
    plain = {name: _plain(entity, name) for name in names if name}
    delivered = sorted({text for text in plain.values() if text})
    best = {}
    for start in range(0, len(delivered), _BLOCK):
        best.update(_best(delivered[start : start + _BLOCK], known))
    return {name: best[text] for name, text in plain.items() if text in best}


def best_of(proposed, names, units):
    """The first, as of `rank`, of the `proposals` for the names of one code; None where there is
    none. units: those in which it is delivered: where all are molar, the code is the molar one of
    its analyte."""
    best = min((proposed[name] for name in names if name in proposed), default=None, key=rank)
    return best and replace(best, code=code_in_units(best.code, units))


def code_in_units(code, units):
    """The code of a test that is delivered in these units: where all are molar, the molar code of
    its analyte, if it has one. Units of both kinds leave the code as it is; so does none."""
    is_molar = bool(units) and all("mol" in unit.lower() for unit in units)
    return _molar_codes().get(code, code) if is_molar else code


@cache
def _molar_codes():
    "Of each code that says mass: the code that says molar, of the same analyte"
    codes = {}
    for concept, _, code, *_ in code_rows():
        codes.setdefault(concept, code)
    molar = {
        row["means"]: codes[row["concept"]]
        for row in vocabulary("concept")
        if row["wording"] == "molar" and row["concept"] in codes
    }
    return {
        codes[row["concept"]]: molar[row["means"]]
        for row in vocabulary("concept")
        if row["wording"] == "mass" and row["means"] in molar and row["concept"] in codes
    }


def rank(proposal):
    """A key to sort by: proposals for what decides first, then the most alike; None last."""
    if proposal is None:
        return (2, 0)
    return (0 if proposal.is_deciding else 1, -proposal.likeness)


BANDS = ("strong", "some", "none")


def likeness_band(proposal):
    """One of BANDS: strong for a likeness to what decides, some for one to what is shown only."""
    if proposal is None:
        return BANDS[2]
    return BANDS[0] if proposal.is_deciding else BANDS[1]


def _best(delivered, known):
    "The best Proposal of each plain name; none where a name that is not ours is as like"
    choices = list(known)
    for text, scores in zip(delivered, _likeness(delivered, choices), strict=True):
        likely = [place for place in (-scores).argsort() if scores[place] >= LIKELY]
        place = next((place for place in likely if _is_of(choices[place], text)), None)
        if place is not None and known[choices[place]][1] != "none":
            system, code, name = known[choices[place]]
            yield text, Proposal(system, code, name, int(scores[place]), code not in _shown_only())


@cache
def _shown_only():
    "The codes of tests that are shown and decide nothing"
    shown = {row["analyte"] for row in vocabulary("analyte") if row["decides"] == "no"}
    ours = {row["concept"] for row in vocabulary("concept") if row["means"] in shown}
    return {code for concept, _, code, *_ in code_rows() if concept in ours}


def _numbered(text):
    return {word for word in text.split() if not word.isalpha()}


def _likeness(delivered, choices):
    """How like each delivered name is to each known one, 0 to 100. A known name that stands whole
    in a longer one is like it, a name that is only a part of a known one is not; the more words
    they share, the more they are alike."""
    whole, as_set, part = (
        process.cdist(delivered, choices, scorer=scorer)
        for scorer in (fuzz.token_sort_ratio, fuzz.token_set_ratio, fuzz.partial_ratio)
    )
    sizes = np.array([len(name) for name in choices])
    is_longer = np.array([len(name) for name in delivered])[:, None] >= sizes
    # a short name inside of a word says nothing: hb in rhbdl2
    inside = np.maximum(as_set, np.where(sizes >= 7, part, 0))
    return np.where(is_longer, np.maximum(0.8 * inside + 0.2 * whole, whole), whole)


def _is_of(known, text):
    """Whether what tells a known name from others like it is in a delivered one: its numbers
    (vitamin b12, vitamin b6), its antibody, and the beginning of its first word (cobalamin,
    transcobalamin)"""
    words, wanted = text.split(), known.split()
    antibody = _name_words("lab_result", "antibody")
    return (
        _numbered(known) <= _numbered(text)
        and antibody.isdisjoint(words) == antibody.isdisjoint(wanted)
        and any(word[:2] == wanted[0][:2] for word in words)
    )


def _words_of(name):
    "The words of a name in small letters, without marks and accents: vitamin, b12"
    text = _IN_BRACKETS.sub(" ", name[:LONGEST])
    letters = unicodedata.normalize("NFKD", text).lower()  # codespell:ignore normalize
    letters = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.findall(r"[^\W_]+", _B12.sub(r"b\1", letters))


def _plain(entity, name):
    """`Vitamin B-12 (Cobalamin), Serum` as `vitamin b12 cobalamin`; of a drug without its strength.
    Empty where the name says the opposite, another specimen or another test"""
    words = _words_of(name)
    if _is_ruled_out(entity, name[:LONGEST], f" {' '.join(words)} "):
        return ""
    if entity == "medication":
        words = [word for word in words if not word[0].isdigit()]
    nothing = _name_words(entity, "nothing")
    return " ".join(word for word in words if word not in nothing)


def _is_ruled_out(entity, name, text):
    if entity == "lab_result" and _OF_URINE.search(name):
        return True
    if entity == "condition" and _DOUBT.match(name):
        return True
    return any(f" {word} " in text for means in _RULES_OUT for word in _name_words(entity, means))


@cache
def _name_words(entity, means):
    rows = vocabulary("name_word")
    return frozenset(
        str(row["word"]) for row in rows if (row["entity"], row["means"]) == (entity, means)
    )


@cache
def _known(entity):
    "Of each plain name of the protocol: the code that is proposed, and the name as it is written"
    rows = [
        (row["name"], row["code_system"], row["code"])
        for row in vocabulary("synonym")
        if row["entity"] == entity
    ]
    if entity == "medication":
        ours = _concepts_of(_DRUG_FACTS)
        rows += [
            (row["name"], "NAME", row["name"])
            for row in vocabulary("drug_name")
            if row["concept"] in ours
        ]
    elif entity in _DISPLAYS:
        rows += _displays(entity)
    known = {_plain(entity, name): (system, code, name) for name, system, code in reversed(rows)}
    known.pop("", None)
    return known


def _displays(entity):
    facts, systems = _DISPLAYS[entity]
    ours = _concepts_of(facts)
    return [
        (display, code_system, code)
        for concept, code_system, code, display, _ in code_rows()
        if concept in ours and code_system in systems and not str(code).endswith("*")
    ]


def _concepts_of(facts):
    return {
        row["concept"]
        for row in vocabulary("concept")
        if row["fact"] in facts and not _NOT_OURS.search(f"{row['concept']} {row['means']}")
    }
