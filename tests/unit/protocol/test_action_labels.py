"What a pack calls its next steps"

import pytest

from pipeline.protocol import as_markdown, differences, labels, load, problems
from tests.packs import TEXT, write_small

OLD = '  ORDER_B12: "Missing test: serum B12."'


def with_action(folder, entry, **text):
    path = write_small(folder, **text)
    assert OLD in path.read_text()
    path.write_text(path.read_text().replace(OLD, f"  ORDER_B12: {entry}", 1))
    return load(path)


def test_a_label_stands_beside_the_text(tmp_path):
    pack = with_action(tmp_path, '{label: "Blood test: B12", text: "Missing test: serum B12."}')
    assert problems(pack) == []
    assert pack.labels == {"ORDER_B12": "Blood test: B12"}
    assert pack.raw["actions"]["ORDER_B12"] == "Missing test: serum B12."
    assert "ORDER_B12 (Blood test: B12) | Missing test: serum B12." in as_markdown(pack)
    [one] = differences(load(), pack)
    assert (one.section, one.name, one.of, one.after) == ("actions", "ORDER_B12", "label", "Blood test: B12")  # fmt: skip


def test_it_is_that_of_the_base_where_the_pack_says_none(tmp_path):
    (tmp_path / "base.yaml").write_text(
        TEXT.replace(OLD, '  ORDER_B12: {label: Measure B12, text: "Missing test."}')
    )
    pack = load(write_small(tmp_path, based_on="base"))
    assert pack.labels == {"ORDER_B12": "Measure B12"}
    assert pack.raw["actions"]["ORDER_B12"] == "Missing test: serum B12.", "a text is not inherited"
    own = with_action(tmp_path / "own", "{label: Ours, text: x}")
    assert own.labels == {"ORDER_B12": "Ours"}


def test_within_a_pack_codes_have_its_labels_and_elsewhere_those_of_every_pack():
    with labels.named({"ORDER_B12": "Blood test: B12", "OUR_STEP": "Our step of the site"}):
        assert labels.word("ORDER_B12") == labels.asked("ORDER_B12") == "Blood test: B12"
        assert labels.low("ORDER_B12") == "blood test: B12"
        assert labels.spoken("ORDER_B12 is new") == "blood test: B12 is new"
        assert labels.word("OUR_STEP") == "Our step of the site"
        assert labels.word("ORDER_MMA") == "Missing test: MMA"
    assert labels.word("ORDER_B12") == "Missing test: B12"
    assert labels.word("OUR_STEP") == "Our step", "its name in words"


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ('{label: "<b>B12</b>", text: x}', "its label must be words on one line"),
        ('{label: "Two\\nlines", text: x}', "its label must be words on one line"),
        ("{label: [x], text: x}", "its label must be words on one line"),
        ('{label: "", text: x}', "its label must be words on one line"),
        (f"{{label: {'x' * 41}, text: x}}", "at most 40 characters"),
        ("{label: B12}", "action ORDER_B12 has no text"),
        ('""', "action ORDER_B12 has no text"),
        ("{text: x, title: y}", "title is not known; known are label, text"),
    ],
)
def test_what_is_wrong_with_it_is_told_with_its_line(tmp_path, entry, said):
    pack = with_action(tmp_path, entry)
    [(file, line, message)] = problems(pack)
    assert file == str(pack.path)
    assert pack.text.splitlines()[line - 1].startswith("  ORDER_B12:")
    assert said in message
