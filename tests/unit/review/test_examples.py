"Two invented patients for every line: decided by that line, in the shipped pack and in any other"

import pytest

from pipeline.core import DEFAULT_PACK, PROTOCOL
from pipeline.protocol.fact_words import impossible
from pipeline.protocol.pack import assess, load
from pipeline.review.examples import Examples, decides

TEXT = (PROTOCOL / f"{DEFAULT_PACK}.yaml").read_text(encoding="utf-8")
OTHER_FACT = "  smoking: [current, ex_smoker, never, not_loaded]\n"
OTHER_LINES = """
  - {id: X1, when: {smoking: [current], treated: ["no"]}, outcome: ORDER_B12, priority: 4, cites: [OURS], because: "Smokes."}
  - {id: X1, when: {smoking: [ex_smoker], treated: ["no"]}, outcome: ORDER_B12, priority: 4, cites: [OURS], because: "Smoked."}
"""


def mutated(folder):
    "A pack of a site: a fact that no file has words for, and two lines of one id above all others"
    text = TEXT.replace("facts:  ", "facts:  #", 1) if "facts:  #" not in TEXT else TEXT
    head, facts = text.split("\nfacts:", 1)
    first, rest = facts.split("\n", 1)
    text = f"{head}\nfacts:{first}\n{OTHER_FACT}{rest}"
    head, lines = text.split("\nnext_step:", 1)
    first, rest = lines.split("\n", 1)
    path = folder / "site.yaml"
    path.write_text(f"{head}\nnext_step:{first}{OTHER_LINES}{rest}", encoding="utf-8")
    return load(path)


@pytest.fixture(params=["shipped", "mutated"], scope="module")
def pack(request, tmp_path_factory):
    return load() if request.param == "shipped" else mutated(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def lines(pack):
    "Every line of the pack, as (decision, position, its examples)"
    examples = Examples(pack)
    return [
        (decision, position, examples.of_line(decision, position))
        for decision in pack.decisions
        for position in range(len(decision.rules))
    ]


def test_every_line_has_two_examples_that_it_decides(pack, lines):
    for decision, position, found in lines:
        assert len(found) == 2, (decision.name, position)
        assert found[0].facts != found[1].facts
        for example in found:
            assert example.facts.keys() == pack.facts.keys()
            assert decides(decision, position, assess(pack, example.facts))
            assert example.says[0].isupper() or example.says[0].isdigit()
            assert "_" not in example.says


def test_no_example_has_answers_that_exclude_each_other(pack, lines):
    never = list(impossible(pack))
    for _, _, found in lines:
        for example in found:
            assert example.is_possible
            assert not [
                when
                for when in never
                if all(example.facts[fact] in answers for fact, answers in when.items())
            ]


def test_the_examples_of_a_low_b12_read_as_a_clinician_would_write(pack):
    decision = pack.decision("next_step")
    places = {
        tuple(rule.when.get("b12", ())): place
        for place, rule in enumerate(decision.rules)
        if rule.id == "N08"
    }
    plain, _ = Examples(pack).of_line(decision, places["low",])
    assert plain.says.endswith("-year-old, B12 low, no B12 therapy on record.")
    assert plain.result.startswith("Treatment option: IM (")
    limit, _ = Examples(pack).of_line(decision, places["uncertain_low",])
    assert "B12 reported only as below a limit" in limit.says


def test_a_line_that_only_excluded_answers_reach_is_said_to_be_so(tmp_path):
    line = '  - {id: X1, when: {b12: [never], neuro_300: ["yes"]}, outcome: ORDER_B12, priority: 4, cites: [OURS], because: "x"}\n'
    head, lines = TEXT.split("\nnext_step:", 1)
    first, rest = lines.split("\n", 1)
    path = tmp_path / "odd.yaml"
    path.write_text(f"{head}\nnext_step:{first}\n{line}{rest}", encoding="utf-8")
    pack = load(path)
    found = Examples(pack).of_line(pack.decision("next_step"), 0)
    assert found and not any(example.is_possible for example in found)


def test_a_line_that_nobody_reaches_has_no_example(tmp_path):
    path = tmp_path / "twice.yaml"
    line = '  - {id: X1, when: {}, outcome: NO_ACTION, priority: 0, cites: [], because: "x"}\n'
    path.write_text(TEXT.replace("\nsafety:", f"\n{line}\nsafety:", 1), encoding="utf-8")
    pack = load(path)
    decision = pack.decision("next_step")
    assert Examples(pack).of_line(decision, len(decision.rules) - 1) == []
