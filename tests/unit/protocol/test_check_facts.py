"What `b12 protocol check` refuses of the facts of a pack, each with file and line."

import pytest

from pipeline.core import DEFAULT_PACK, PROTOCOL
from pipeline.core.errors import InvalidProtocol
from pipeline.protocol.check import problems
from pipeline.protocol.pack import load

TEXT = (PROTOCOL / f"{DEFAULT_PACK}.yaml").read_text(encoding="utf-8")
PLACE = "\nderived:  "
HEAD = TEXT[: TEXT.index(PLACE)].count("\n") + 1  # the line before the added fact


def added(tmp_path, *lines):
    "The (line, problem) of a copy with more facts: the added lines count from 1"
    path = tmp_path / "mine.yaml"
    text = "".join(f"  {line}\n" for line in lines)
    path.write_text(TEXT.replace(PLACE, f"{text}{PLACE}", 1), encoding="utf-8")
    return [(line - HEAD + 1, what) for _, line, what in problems(load(path))]


def own(line, otherwise="none", not_loaded="not_loaded"):
    ends = [f"  not_loaded: {not_loaded}"] * bool(not_loaded)
    return "own:", "  answers:", f"    - {line}", f"  otherwise: {otherwise}", *ends


def test_facts_of_every_kind_are_sound(tmp_path):
    lines = (
        "own:", "  asks: whether it is so", "  answers:",
        '    - {answer: coded, coded: [glossitis, nitrous*, "neuro/*"], unless: resolved, within_days: headache_days, entity: condition}',
        "    - {answer: taken, medication: [nice_risk_drug], longer_than_months: 6, within_months: 24}",
        "    - {answer: now, medication: [metformin/*], active: true, only_if: migraine_is_headache}",
        "    - {answer: high, lab: mma, limit: above, reads: two_apart, apart_days: 30}",
        "    - {answer: low, lab: total_b12, words: [low, uncertain_low], reads: any}",
        "    - {answer: old, age_from: 60, age_below: 75, sex: [female]}",
        "  otherwise: none", "  not_loaded: not_loaded",
    )  # fmt: skip
    assert added(tmp_path, *lines) == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{answer: yes_, coded: [fatigue_of_the_moon]}", "no concept that may be counted fits fatigue_of_the_moon"),
        ("{answer: yes_, coded: [NOT_EVIDENCE_diet_education]}", "no concept that may be counted fits NOT_EVIDENCE"),
        ("{answer: yes_, coded: []}", "the concepts are a list of names"),
        ("{answer: yes_, coded: [glossitis], lab: mma}", "one of coded:, medication:, lab:, or an age or sex"),
        ("{answer: yes_}", "one of coded:, medication:, lab:, or an age or sex"),
        ("{answer: yes_, coded: [glossitis], longer_than_months: 3}", "longer_than_months is not known of a coded line"),
        ("{answer: yes_, coded: [glossitis], within_days: soon}", "within_days: soon is neither a whole number nor a setting"),
        ("{answer: yes_, coded: [glossitis], within_days: -3}", "within_days: -3 is neither"),
        ("{answer: yes_, coded: [glossitis], entity: patient}", "entity: patient is none of condition, procedure"),
        ("{answer: yes_, coded: [glossitis], unless: asleep}", "unless: asleep is not known"),
        ("{answer: yes_, coded: [glossitis], flag: AGE_UNKNOWN}", "AGE_UNKNOWN is no flag with evidence: true"),
        ("{answer: yes_, medication: [nice_risk_drug], active: soon}", "active: is true or false"),
        ("{answer: yes_, medication: [glossitis]}", "glossitis chooses no concept of medications"),
        ("{answer: yes_, coded: [nice_risk_drug]}", "nice_risk_drug chooses no concept of conditions or procedures"),
        ("{answer: yes_, coded: [b12_total_mass]}", "b12_total_mass chooses no concept of conditions or procedures"),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_read(tmp_path, line, said):
    found = added(tmp_path, *own(line))
    assert [(number, said in what) for number, what in found if "fact own: line 1:" in what] == [
        (3, True)
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{answer: yes_, lab: ferritin, words: [low]}", "lab: ferritin is none of"),
        ("{answer: yes_, lab: haemoglobin, limit: below}", "lab: haemoglobin is none of"),
        ("{answer: yes_, lab: mma}", "either words: of the band, or limit: of the laboratory"),
        ("{answer: yes_, lab: mma, words: [raised], limit: above}", "either words: of the band, or limit:"),
        ("{answer: yes_, lab: mma, words: [high]}", "words: high is none of not_raised, raised"),
        ("{answer: yes_, lab: gastrin, words: [low]}", "words: low is none of positive, negative"),
        ("{answer: yes_, lab: mma, limit: over}", "limit: over is none of above, within, below"),
        ("{answer: yes_, lab: mma, words: [raised], reads: first}", "reads: first is none of latest, any, two_apart"),
        ("{answer: yes_, lab: mma, words: [raised], reads: two_apart}", "belong together"),
        ("{answer: yes_, lab: mma, words: [raised], apart_days: 30}", "belong together"),
        ("{answer: yes_, age_from: 60, age_below: 60}", "age_from: is not below age_below:"),
        ("{answer: yes_, sex: [woman]}", "sex: woman is none of female, male, other"),
        ("{answer: yes_, sex: []}", "sex: is a list with at least one of"),
        ("{answer: yes_, lab: mma, words: []}", "words: is a list with at least one word"),
        ("{answer: yes_, lab: egfr, limit: below}", "the limits of egfr are not read"),
        ("{answer: yes_, lab: mma, words: [raised], reads: two_apart, apart_days: 0}", "apart_days: must be at least 1"),
    ],
)  # fmt: skip
def test_a_line_of_results_or_persons_that_cannot_be_read(tmp_path, line, said):
    [(_, what)] = added(tmp_path, *own(line))
    assert said in what


def test_unknown_is_never_read_as_no(tmp_path):
    line = "{answer: found, coded: [glossitis]}"
    assert [
        "not_loaded: must say" in what for _, what in added(tmp_path, *own(line, not_loaded=None))
    ] == [True]
    [(_, what)] = added(tmp_path, *own(line, not_loaded="none"))
    assert "unknown would be read as known" in what


@pytest.mark.parametrize(
    "line", ["{answer: old, age_from: 60}", "{answer: she, sex: [female]}", "{answer: high, lab: mma, limit: above}"]
)  # fmt: skip
def test_of_results_and_persons_too_unknown_is_an_answer(tmp_path, line):
    assert added(tmp_path, *own(line)) == []
    [(_, what)] = added(tmp_path, *own(line, not_loaded=None))
    assert "not_loaded: must say what is answered where" in what
    [(_, what)] = added(tmp_path, *own(line, not_loaded="none"))
    assert "unknown would be read as known" in what


def test_another_fact_may_say_that_the_extract_is_missing(tmp_path):
    "As malabsorption does for the length of a resection"
    assert added(tmp_path, *own("{answer: found, coded: [coeliac]}", not_loaded="none")) == []


def test_a_fact_that_nothing_fills_is_refused(tmp_path):
    [(number, what)] = added(tmp_path, "own: [found, none]")
    assert "fact own: no SELECT fills it. Declare it by lines under answers:" in what
    assert number == 1


def test_a_fact_that_a_select_fills_cannot_be_declared_and_lists_what_is_possible(tmp_path):
    path = tmp_path / "mine.yaml"
    declared = "  tested:\n    answers:\n      - {answer: recent, lab: total_b12, words: [low]}\n    otherwise: never\n"
    path.write_text(
        TEXT.replace("  tested: [recent, longer_ago, never]\n", declared), encoding="utf-8"
    )
    assert any(
        "a SELECT fills it, so it cannot be declared" in what for *_, what in problems(load(path))
    )
    path.write_text(
        TEXT.replace("  tested: [recent, longer_ago,", "  tested: [recent, lately,"),
        encoding="utf-8",
    )
    said = [what for *_, what in problems(load(path))]
    assert any("the SELECT that fills it never answers lately" in what for what in said)
    assert any("the answer longer_ago is possible and not listed" in what for what in said)


def test_a_fact_without_lines_is_refused_whole(tmp_path):
    with pytest.raises(InvalidProtocol):
        added(tmp_path, "own:", "  otherwise: none")
    with pytest.raises(InvalidProtocol, match="answer is missing"):
        added(tmp_path, *own("{coded: [glossitis]}"))


def test_a_concept_given_to_a_declared_fact_must_be_chosen_by_a_line_of_it(tmp_path):
    path = tmp_path / "mine.yaml"
    facts = "".join(f"  {line}\n" for line in own("{answer: found, coded: [own/sore_tongue]}"))
    path.write_text(TEXT.replace(PLACE, f"{facts}{PLACE}", 1), encoding="utf-8")
    table = tmp_path / "mine.concepts.csv"
    table.write_text(
        "concept,fact,means,wording\nglossitis,own,sore_tongue,\nnitrous_oxide,own,gas,\n"
    )
    found = [(line, what) for file, line, what in problems(load(path)) if file == str(table)]
    assert found == [(3, "concept nitrous_oxide is chosen by no line of the fact own")]
    assert [what for file, _, what in problems(load(path)) if file == str(path)] == []


def test_names_are_words_and_no_class_of_a_select(tmp_path):
    fact = own("{answer: yes_, medication: [methotrexate]}")
    found = added(tmp_path, *("methotrexate:" if line == "own:" else line for line in fact))
    assert any("a SELECT reads a class of medications of this name" in what for _, what in found)
    found = added(tmp_path, *("'x\" integer':" if line == "own:" else line for line in fact))
    assert any("is no name: use a to z" in what for _, what in found)
    assert any(
        "Loud is no answer" in what
        for _, what in added(tmp_path, *own("{answer: Loud, coded: [glossitis]}"))
    )
