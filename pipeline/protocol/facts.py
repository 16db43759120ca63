"""The facts of a pack: questions with a closed list of answers. SELECTs of their own fill some of
them; a pack declares the others by lines, which the same few SELECTs read."""

from dataclasses import dataclass

from pipeline.protocol.concepts import NOT_CHOSEN, meanings_of

SHARED = (  # declared facts that have a column of clinical.patient_fact, held by a test
    "neuro", "malabsorption", "absorption_lost", "resection_length", "metformin",
    "acid_suppressant", "diet", "folic_acid", "pregnancy",
)  # fmt: skip
NOT_ASKED = "not_asked"  # by a pack that does not declare one of these
PERSON = ("age_from", "age_below", "sex")
KEYS = {  # what a line of a kind may say beside what ANY_LINE may
    "coded": ("coded", "entity", "unless", "within_days", "within_months", "flag"),
    "medication": ("medication", "longer_than_months", "within_months", "within_days", "active"),
    "lab": ("lab", "words", "limit", "reads", "apart_days", "within_days", "within_months"),
    "person": PERSON,
}
ANY_LINE = ("answer", "only_if", "evidence")
WORDS = {
    "coded": "coded", "medication": "medication", "lab": "result of", "words": "in the band",
    "limit": "the laboratory's own limit:", "unless": "unless", "within_days": "days back at most:",
    "within_months": "months back at most:", "longer_than_months": "for more months than",
    "active": "on the as-of date", "apart_days": "days apart:", "age_from": "years at least:",
    "age_below": "years below:", "only_if": "only where the setting is not 0:", "flag": "raises",
    "evidence": "in the evidence:",
}  # fmt: skip
LIMITS = ("above", "within", "below")  # of the laboratory's own reference range
READS = ("latest", "any", "two_apart")
NUMBERS = (
    "within_days", "within_months", "longer_than_months", "apart_days", "age_from", "age_below",
    "only_if",
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A line of a declared fact: the answer, and what must be on file for it.

    kind: one of KEYS. says: the line as the pack has it. numbers: those of it that are NUMBERS,
    each the number itself, or that of the setting which the line names. class_name: of a medication
    line, the class of which eras are made: lines of a fact that name the same concepts share it.
    """

    answer: str
    kind: str
    says: dict
    numbers: dict
    class_name: str | None = None


@dataclass(frozen=True)
class DeclaredFact:
    """A fact that a pack declares: the first of its lines that a patient's records fit gives the
    answer.

    otherwise: the answer where none fits. not_loaded: where none fits, and what a line reads was
    never loaded for the patient, or the age or sex that it asks for is not known; None in packs of
    earlier runs alone.
    """

    name: str
    lines: tuple[Line, ...]
    otherwise: str
    not_loaded: str | None

    @property
    def reads_conditions(self):
        return any(line.kind == "coded" for line in self.lines)

    @property
    def reads_medications(self):
        return any(line.kind == "medication" for line in self.lines)

    @property
    def is_shared(self):
        return self.name in SHARED

    def unfilled(self, *, conditions, medications):
        """The answer where no line fits. conditions, medications: whether they were loaded. Where
        results, an age or a sex are not known, `clinical.unknown_answer` says so."""
        is_missing = (self.reads_conditions and not conditions) or (
            self.reads_medications and not medications
        )
        return self.not_loaded if is_missing and self.not_loaded else self.otherwise


def is_declared(entry):
    """Whether an entry of `facts` is declared by lines, rather than filled by a SELECT."""
    return isinstance(entry, dict)


def answers_of(entry):
    """The closed list of the answers of an entry of `facts`, in order."""
    if not is_declared(entry):
        return tuple(entry)
    named = [line["answer"] for line in entry["answers"]]
    ends = [entry["otherwise"], entry.get("not_loaded")]
    return tuple(dict.fromkeys(answer for answer in (*named, *ends) if answer is not None))


def kind_of(line):
    """Which of KEYS a line of a declared fact is; an empty text where it is none of them,
    or several."""
    named = [kind for kind in ("coded", "medication", "lab") if kind in line]
    named += ["person"] if any(key in line for key in PERSON) else []
    return named[0] if len(named) == 1 else ""


def declared_facts(pack):
    """Every DeclaredFact of a pack that passed its check."""
    return tuple(
        _declared(name, entry, pack.setting)
        for name, entry in pack.raw["facts"].items()
        if is_declared(entry)
    )


def answers_in(pack, row):
    """The answer to every base fact of a pack, by fact, in a row of `clinical.patient_fact`."""
    known = row | {own["fact"]: own["answer"] for own in row.get("own_answers") or ()}
    if pack.facts.keys() - known.keys():
        loaded = {name: row[name] == "loaded" for name in ("conditions", "medications")}
        known = {fact.name: fact.unfilled(**loaded) for fact in declared_facts(pack)} | known
    return {fact: known[fact] for fact in pack.facts}


def _declared(name, entry, setting):
    classes = {}
    lines = []
    for says in entry["answers"]:
        numbers = {key: setting.get(says[key], says[key]) for key in NUMBERS if key in says}
        chosen = tuple(says.get("medication", ()))
        if chosen and chosen not in classes:
            classes[chosen] = f"{name} {len(classes) + 1}" if classes else name
        lines.append(Line(says["answer"], kind_of(says), says, numbers, classes.get(chosen)))
    return DeclaredFact(name, tuple(lines), entry["otherwise"], entry.get("not_loaded"))


def line_in_words(line):
    """What a line of a declared fact asks for, as text."""
    return "; ".join(
        f"{WORDS.get(key, key)} {_listed(value)}".strip()
        for key, value in line.items()
        if key != "answer"
    )


def _listed(value):
    if isinstance(value, list):
        return " or ".join(map(str, value))
    return "" if value is True else str(value)


def chosen_concepts(selectors, concepts):
    """The concepts that selectors choose of `(concept, fact, means)`, in order, without traps and
    what the pack's own table shows.

    A selector is the name of a concept (`headache_*`: every name that begins so), or a fact and a
    meaning of the table of concepts (`neuro/definite`, `metformin/*`).
    """
    return tuple(
        concept
        for concept, fact, means in concepts
        if fact not in ("trap", NOT_CHOSEN)
        and any(
            _fits(selector, f"{fact}/{means}" if "/" in selector else concept)
            for selector in selectors
        )
    )


def meanings_read(pack):
    """What the coded records that the facts of a Pack read mean, by its own table of concepts:
    those alone, as what is shown is read by none."""
    lines = [line.says for fact in declared_facts(pack) for line in fact.lines]
    concepts = meanings_of(pack)
    chosen = chosen_concepts([each for says in lines for each in says.get("coded", ())], concepts)
    return {means for concept, _, means in concepts if concept in chosen}


def _fits(selector, name):
    is_beginning = selector.endswith("*")
    return name.startswith(selector[:-1]) if is_beginning else name == selector
