"What `b12 protocol check` refuses of local rows of a band, each with its line; and sound ones have no problem."

from pathlib import Path

import pytest

from pipeline.core import DEFAULT_PACK, PROTOCOL
from pipeline.core.errors import InvalidProtocol
from pipeline.protocol.check import problems
from pipeline.protocol.pack import load

TEXT = (PROTOCOL / f"{DEFAULT_PACK}.yaml").read_text(encoding="utf-8")
TILES = "tiles: [{answer: low, below: 190}, {answer: above, from: 190}]"
SOUND = f"{{id: north, laboratory: North, {TILES}, cites: [OURS]}}"


def found(tmp_path, *rows, band="b12", text=TEXT):
    "The problems of the shipped pack with these local rows, and the line of the first of them"
    path = tmp_path / "local.yaml"
    lines = "".join(f"      - {row}\n" for row in rows)
    head = f"  {band}:\n    analyte"
    assert text.count(head) == 1
    path.write_text(text.replace(head, f"  {band}:\n    local:\n{lines}    analyte"), "utf-8")
    first = path.read_text("utf-8").split("    local:\n")[0].count("\n") + 2
    return [(line - first, said) for _, line, said in problems(load(path))]


def test_sound_rows_have_no_problem(tmp_path):
    assert found(
        tmp_path,
        f"{{id: north-2026, laboratory: 'North*', method: ECLIA, valid_from: 2026-07-01, {TILES}, cites: [OURS]}}",
        f"{{id: north_old, laboratory: 'North*', valid_to: 2026-06-30, {TILES}, censored: [{{answer: uncertain_low, below: 200}}, {{answer: uncertain}}], cites: [OURS]}}",
        f"{{id: girls, age: {{from: 12, below: 18}}, pregnant: true, source: lims, {TILES}, cites: [SEED §E]}}",
        f"{{id: pregnant, pregnant: true, {TILES}, cites: [NICE]}}",
    ) == []  # fmt: skip


def test_a_band_may_have_other_rows_of_its_own_answers_alone(tmp_path):
    rows = "{id: x, source: lims, tiles: [{answer: not_raised, to: 300}, {answer: raised, above: 300}], cites: [OURS]}"
    assert found(tmp_path, rows, band="mma") == []
    assert found(tmp_path, rows.replace("not_raised", "fine"), band="mma") == [
        (0, "band mma, local row x: fine is no answer of the general row")
    ]


REFUSED = [
    (SOUND.replace("below: 190", "below: 180"), "above does not begin where the previous band ends (gap or overlap)"),
    (SOUND.replace("from: 190", "from: 190, below: 500"), "does not cover all values up to the end (gap)"),
    (SOUND.replace("answer: low", "answer: never"), "never is no answer of the general row"),
    (SOUND.replace(f", {TILES}", ""), "has no tiles"),
    (SOUND.replace("answer: low", "answer: high").replace("answer: above", "answer: low").replace("high", "above"), "not in the order of the general row"),
    (SOUND.replace("answer: above", "answer: low"), "not in the order of the general row"),
    (SOUND.replace("cites: [OURS]", "cites: []"), "has no citation"),
    (SOUND.replace("cites: [OURS]", "cites: [LAB]"), "cites LAB, which is not listed"),
    (SOUND.replace("id: north, ", ""), "local row 1 needs an id"),
    (SOUND.replace("id: north", "id: general"), "local row general needs an id of letters"),
    (SOUND.replace("id: north", "id: north.1"), "local row north.1 needs an id of letters"),
    (SOUND.replace("laboratory: North", "method: ECLIA, labratory: North"), "has the key labratory, which has no meaning"),
    (SOUND.replace("laboratory: North, ", ""), "asks for nothing"),
    (SOUND.replace("North", "'N*h'"), "needs a text for laboratory"),
    (SOUND.replace("North", "' * '"), "needs a text for laboratory"),
    (SOUND.replace("laboratory: North", "method: 7"), "needs a text for method"),
    (SOUND.replace("North", "North, valid_from: 2026-07-01, valid_to: 2026-06-30"), "ends (valid_to) before it begins"),
    (SOUND.replace("North", "North, valid_from: July"), "needs a day such as 2026-07-01, without quotation marks, for valid_from"),
    (SOUND.replace("North", "North, valid_to: 2026-07-01 10:00:00"), "needs a day such as 2026-07-01, without quotation marks, for valid_to"),
    (SOUND.replace("North", "North, age: 60"), "needs for age whole years"),
    (SOUND.replace("North", "North, age: {to: 60}"), "needs for age whole years"),
    (SOUND.replace("North", "North, age: {from: 60, below: 60}"), "is of an age that nobody has"),
    (SOUND.replace("North", "North, pregnant: false"), "can ask for `pregnant: true` alone"),
    (SOUND.replace("cites", "censored: [{answer: uncertain}, {answer: uncertain_low, below: 9}], cites"), "is never used"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "said"), REFUSED)
def test_a_row_that_is_not_sound_is_refused_at_its_line(tmp_path, row, said):
    [(line, message)] = found(tmp_path, row)
    assert (line, said in message) == (0, True), message
    assert message.startswith("band b12, local row ")


MIDDLE = "tiles: [{answer: low_molar_only, below: 190}, {answer: above, from: 190}]"


@pytest.mark.parametrize(
    ("band", "tiles", "missing"),
    [
        ("b12", MIDDLE, "low"),
        ("b12", MIDDLE.replace("below: 190", "from: 0, below: 190"), "low"),
        ("active_b12", "tiles: [{answer: indeterminate, below: 70}, {answer: above, from: 70}]", "low"),
        ("egfr", "tiles: [{answer: at_or_above_60}]", "below_60"),
        ("mma", "tiles: [{answer: not_raised}]", "raised"),
        ("homocysteine", "tiles: [{answer: below_10}]", "at_or_above_10"),
    ],
)  # fmt: skip
def test_a_row_has_the_worst_answer_or_no_result_would_be_called_so(tmp_path, band, tiles, missing):
    messages = found(tmp_path, f"{{id: x, laboratory: North, {tiles}, cites: [OURS]}}", band=band)
    said = f"band {band}, local row x leaves out {missing}, so no result that it judges would be"
    assert any(said in message for _, message in messages), messages


def test_a_row_may_leave_out_the_answers_between_and_the_best(tmp_path):
    assert found(tmp_path, f"{{id: x, laboratory: North, {TILES}, cites: [OURS]}}") == []
    alone = "tiles: [{answer: low, below: 190}, {answer: borderline, from: 190}]"
    assert found(tmp_path, f"{{id: x, laboratory: North, {alone}, cites: [OURS]}}") == []


def row(name, asked):
    return f"{{id: {name}, {asked}, {TILES}, cites: [OURS]}}"


@pytest.mark.parametrize(
    ("above", "below", "is_covered"),
    [
        ("laboratory: North", "laboratory: ' NORTH '", True),
        ("laboratory: 'Nor*'", "laboratory: North, method: ECLIA", True),
        ("laboratory: 'Nor*'", "laboratory: 'north*'", True),
        ("laboratory: 'north*'", "laboratory: 'Nor*'", False),
        ("laboratory: North", "laboratory: 'North*'", False),
        ("laboratory: North", "method: ECLIA", False),
        (
            "valid_from: 2026-01-01",
            "laboratory: North, valid_from: 2026-01-01, valid_to: 2026-01-01",
            True,
        ),
        ("valid_from: 2026-01-02", "valid_from: 2026-01-01, valid_to: 2026-02-01", False),
        ("valid_to: 2026-01-31", "valid_to: 2026-02-01", False),
        ("valid_to: 2026-01-31", "method: ECLIA", False),
        ("age: {from: 60}", "age: {from: 65, below: 70}", True),
        ("age: {from: 60, below: 70}", "age: {from: 60}", False),
        ("age: {below: 200}", "laboratory: North", False),
        ("pregnant: true", "laboratory: North", False),
        ("laboratory: North", "laboratory: North, pregnant: true", True),
    ],
)
def test_a_row_that_an_earlier_one_covers_can_never_be_chosen(tmp_path, above, below, is_covered):
    said = [(1, "band b12, local row b can never be chosen: a, above it, covers it")]
    wanted = said if is_covered else []
    assert found(tmp_path, row("a", above), row("b", below)) == wanted


def test_an_id_is_there_once_in_a_band(tmp_path):
    rows = [row("a", "laboratory: North"), row("a", "laboratory: South")]
    assert found(tmp_path, *rows) == [(1, "band b12, local row a has the id of another row")]


def test_neuro_300_has_one_edge(tmp_path):
    row = "{id: x, laboratory: North, tiles: [{answer: 'yes', to: 250}, {answer: 'no', above: 250}], cites: [OURS]}"
    [(_, message)] = found(tmp_path, row, band="neuro_300")
    assert "neuro_300 has `yes`, below an edge, and `no`, from it on, alone" in message
    sound = row.replace("to:", "below:").replace("above:", "from:")
    assert found(tmp_path, sound, band="neuro_300") == []


def test_a_band_that_nothing_reads_cannot_have_local_rows(tmp_path):
    band = "  folate:\n    analyte: folate\n    unit: ng/mL\n    cites: [OURS]\n    tiles: [{answer: low, below: 4}, {answer: above, from: 4}]\n"
    text = TEXT.replace("bands:\n", f"bands:\n{band}", 1)
    row = "{id: x, laboratory: North, tiles: [{answer: low, below: 3}, {answer: above, from: 3}], cites: [OURS]}"
    [(_, message)] = found(tmp_path, row, band="folate", text=text)
    assert message.startswith("band folate cannot have local rows; these can: b12, neuro_300")


def test_the_flag_of_a_result_of_another_date_must_be_there(tmp_path):
    text = TEXT.replace("  - {id: BAND_OF_OTHER_DATE", "  - {id: BAND_OF_ANOTHER_DATE")
    [(_, message)] = found(tmp_path, SOUND, text=text)
    assert message == "band b12 has local rows, but BAND_OF_OTHER_DATE is not among the flags"


@pytest.mark.parametrize("local", ["north", "[north]", "{north: 1}"])
def test_what_is_no_list_of_rows_cannot_be_read(tmp_path, local):
    path = Path(tmp_path / "local.yaml")
    path.write_text(TEXT.replace("  mma:\n", f"  mma:\n    local: {local}\n", 1), "utf-8")
    with pytest.raises(InvalidProtocol, match="cannot be read"):
        problems(load(path))


@pytest.mark.parametrize("analyte", ["total_b12", "mma", "egfr"])
def test_a_second_band_of_an_analyte_is_refused_since_each_result_has_one_word(tmp_path, analyte):
    "Its word would stand beside that of the first, and a low B12 could read as another"
    path = tmp_path / "second.yaml"
    second = f"bands:\n  high:\n    analyte: {analyte}\n    unit: x\n    cites: [OURS]\n    tiles: [{{answer: any, from: 0}}]\n"
    path.write_text(
        TEXT.replace("bands:\n", second, 1).replace("from: 0", "to: 1}, {answer: high, above: 1"),
        "utf-8",
    )
    said = [what for *_, what in problems(load(path))]
    assert any(
        f"{analyte} has a band already" in what and "is judged by one band" in what for what in said
    )


LINE = '- {answer: "yes", coded: [pregnancy/yes], within_days: pregnancy_days}'
OF_A_DAY = "asks for pregnancy, which is known of the day of collection only where"


@pytest.mark.parametrize(
    ("line", "is_sound"),
    [
        (LINE, True),
        (LINE.replace("within_days: pregnancy_days", "within_months: 9, entity: condition"), True),
        (LINE.replace(", within_days: pregnancy_days", ""), False),
        (LINE.replace("}", ", unless: resolved}"), False),
        (LINE.replace('"yes", coded', "breastfeeding, coded"), False),
        ('- {answer: "yes", medication: [metformin], within_months: 9}', False),
    ],
)
def test_pregnancy_is_asked_for_only_where_the_fact_of_the_pack_tells_of_a_day(
    tmp_path, line, is_sound
):
    assert TEXT.count(LINE) == 1
    rows = [f"{{id: x, pregnant: true, {TILES}, cites: [OURS]}}"]
    messages = [said for _, said in found(tmp_path, *rows, text=TEXT.replace(LINE, line))]
    assert any(OF_A_DAY in message for message in messages) != is_sound, messages
