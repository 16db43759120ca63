"What came back: checked strictly, kept once, read again; and what it says of the pack of now"

import json

import pytest

from pipeline.core.errors import InvalidProtocol, UsageError
from pipeline.protocol.pack import load
from pipeline.review.answers import LARGEST, LONGEST, clean
from pipeline.review.kept import keep, reviews_of, slug
from pipeline.review.standing import standing_of
from tests.reviews import TEXT, line, own_pack, returned, write

ANSWERS = {
    "bands.b12": ("agree", ""),
    "next_step.N05": ("object", "Give the doses."),
    "actions.ORDER_MMA": ("unsure", "Which laboratory?"),
}
OLD = 'because: "B12 deficiency with malabsorption'


@pytest.fixture
def pack(tmp_path):
    return own_pack(tmp_path / "site")


def kept(pack, tmp_path, answers=ANSWERS, *, name="answers.json", is_replacing=False, **changes):
    file = write(tmp_path / name, returned(pack, answers, **changes))
    return keep(pack, file, is_replacing=is_replacing)


def test_a_review_goes_round(pack, tmp_path):
    path, review = kept(pack, tmp_path)
    version = pack.raw["version"]
    assert (
        path == tmp_path / "site" / "reviews" / f"praxis-2026-{version}-2026-11-20-ada-example.yaml"
    )
    assert reviews_of(pack) == [review]
    assert {one.key: (one.answer, one.comment) for one in review.answers} == ANSWERS
    assert "hydroxocobalamin" in review.answers[1].wording
    before = path.read_bytes()
    assert kept(pack, tmp_path) == (path, review) and path.read_bytes() == before


def test_nothing_is_overwritten_unless_asked(pack, tmp_path):
    path, _ = kept(pack, tmp_path)
    before = path.read_bytes()
    other = {"bands.b12": ("object", "No.")}
    with pytest.raises(UsageError, match="--replace"):
        kept(pack, tmp_path, other)
    assert path.read_bytes() == before
    kept(pack, tmp_path, other, is_replacing=True)
    assert [one.answer for one in reviews_of(pack)[0].answers] == ["object"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sha256": "0" * 64}, "another text of"), ({"sha256": "x"}, "sha256"), ({"pack": "other"}, "does not review"), ({"version": "9"}, "does not review"),
        ({"form": "x"}, "form"), ({"form_version": 2}, "form_version"), ({"more": 1}, "more"), ({"answers": []}, "answers"), ({"reviewer": "\x1b\u200b \t"}, "is empty"),
        ({"reviewer": "x" * 121}, "reviewer"), ({"role": ""}, "role"), ({"date": "2026-02-30"}, "not a valid date"), ({"date": "2999-01-01"}, "in the future"),
        ({"date": "../../x"}, "date"), ({"reviewer": ["x"]}, "reviewer"),
    ],
)  # fmt: skip
def test_a_review_that_does_not_fit_is_refused(pack, tmp_path, changes, said):
    with pytest.raises(UsageError, match=said):
        keep(pack, write(tmp_path / "answers.json", {**returned(pack, ANSWERS), **changes}))
    assert not (tmp_path / "site" / "reviews").exists()


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("key", "next_step.Nope", "1 line that"), ("key", "../../etc/passwd", "key"), ("digest", "0" * 16, "1 line that"), ("answer", "yes", "answer"),
        ("comment", "x" * (LONGEST + 1), "comment"), ("answer", "object", "has no comment"),
    ],
)  # fmt: skip
def test_an_answer_that_does_not_fit_is_refused(pack, tmp_path, key, value, said):
    whole = returned(pack, {"bands.b12": ("agree", "")})
    whole["answers"][0][key] = value
    with pytest.raises(UsageError, match=said):
        keep(pack, write(tmp_path / "answers.json", whole))


def test_a_line_is_answered_once(pack, tmp_path):
    whole = returned(pack, {"bands.b12": ("agree", "")})
    whole["answers"] *= 2
    with pytest.raises(UsageError, match="answered twice"):
        keep(pack, write(tmp_path / "answers.json", whole))


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "null", '"x"', "[" * 100_000, "\ufeff{}", " " * (LARGEST + 1), "\x00"],
)
def test_what_is_no_review_at_all_is_refused_in_one_paragraph(pack, tmp_path, content):
    with pytest.raises(UsageError) as caught:
        keep(pack, write(tmp_path / "answers.json", content))
    said = str(caught.value)
    assert "\n" not in said and len(said) < 1000


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b'{"form": "\xff"}'])
def test_bytes_that_are_no_text_are_refused(pack, tmp_path, content):
    file = tmp_path / "answers.json"
    file.write_bytes(content)
    with pytest.raises(UsageError):
        keep(pack, file)


def test_ten_megabytes_are_not_read(pack, tmp_path):
    whole = returned(pack, {"bands.b12": ("agree", "x" * 10_000_000)})
    with pytest.raises(UsageError, match="larger than"):
        keep(pack, write(tmp_path / "answers.json", whole))


def test_a_file_that_is_not_there(pack, tmp_path):
    with pytest.raises(UsageError, match=r"none\.json cannot be read"):
        keep(pack, tmp_path / "none.json")
    with pytest.raises(UsageError, match="it is not a file"):
        keep(pack, tmp_path)


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Ada Example", "ada-example"), ("../../etc/passwd", "etc-passwd"), ("Zoë Müller", "zoe-muller"), ("a" * 90, "a" * 40 + "-"), ("Анна", "reviewer-"),
        ("..", "reviewer-"), ("x/../y\\z", "x-y-z"), ("Jürgen Жук", "jurgen-"),
    ],
)  # fmt: skip
def test_a_name_becomes_part_of_a_file_name(name, short):
    found = slug(name)
    assert found == short or (short.endswith("-") and found.startswith(short))
    assert found.isascii() and not set(found) & set("/\\. ")


def test_names_that_no_ascii_has_do_not_share_a_file():
    assert len({slug("Анна"), slug("Иван"), slug("李"), slug("reviewer")}) == 4


def test_control_characters_and_what_is_not_seen_are_removed():
    assert clean("a\x1b[31mb\x00\u202ec\u200bd\r\n e\x85f\u2028g") == "a[31mbcd ef g"


def test_only_answers_to_the_present_wording_count(tmp_path):
    pack = own_pack(tmp_path / "site")
    answers = {
        "next_step.N07": ("agree", ""),
        "next_step.N08": ("agree", ""),
        "safety.A01": ("object", "Say more."),
    }
    kept(pack, tmp_path, answers)
    now = standing_of(pack)
    assert now.agreed == ["next_step.N07", "next_step.N08"] and now.objections == 1
    assert now.changed == []
    changed = own_pack(tmp_path / "site", TEXT.replace(OLD, f"{OLD}, seen twice", 1))
    now = standing_of(changed)
    assert now.agreed == ["next_step.N08"] and now.changed == ["next_step.N07"]
    assert [remark.is_current for remark in now.by_line["next_step.N07"]] == [False]


def test_a_review_of_another_version_counts_for_nothing(tmp_path):
    pack = own_pack(tmp_path / "site")
    kept(pack, tmp_path)
    version = f"version: {pack.raw['version']}"
    newer = own_pack(tmp_path / "site", TEXT.replace(version, "version: 99.0.0", 1))
    now = standing_of(newer)
    assert now.agreed == [] and now.objections == 0 and len(now.changed) == len(ANSWERS)


def test_a_line_that_moved_keeps_its_answers_and_one_that_went_is_told(tmp_path):
    twice = '  - {id: N13, when: {scope: [child], b12: [low]}, outcome: NO_ACTION, priority: 0, cites: [OURS], because: "One more."}\n'
    head, rest = TEXT.split("\n  - {id: N13,", 1)
    more = own_pack(tmp_path / "site", f"{head}\n{twice}  - {{id: N13,{rest}")
    second = line(more, "next_step.N13.2")
    kept(more, tmp_path, {"next_step.N13.2": ("agree", ""), "next_step.N13": ("object", "Why?")})
    fewer = own_pack(tmp_path / "site", TEXT)
    now = standing_of(fewer)
    assert line(fewer, "next_step.N13").digest == second.digest
    assert now.current("next_step.N13")[0].answer == "agree"
    assert all(remark.answer != "object" for remark in now.current("next_step.N13"))


def test_who_answers_again_has_changed_their_mind(pack, tmp_path):
    kept(pack, tmp_path, {"bands.b12": ("object", "Too low.")})
    kept(pack, tmp_path, {"bands.b12": ("agree", "")}, date="2026-11-21")
    kept(pack, tmp_path, {"bands.b12": ("agree", "")}, reviewer="Bo Other", name="b.json")
    now = standing_of(pack)
    assert (
        now.objections == 0 and now.agreed == ["bands.b12"] and len(now.current("bands.b12")) == 2
    )


@pytest.mark.parametrize(
    "content", ["", "a: [", "form: x", "!!python/object/apply:os.system ['true']", "- 1"]
)
def test_a_kept_file_that_cannot_be_read_is_never_passed_over(pack, content):
    folder = pack.path.parent / "reviews"
    folder.mkdir()
    (folder / "broken.yaml").write_text(content)
    with pytest.raises(InvalidProtocol, match=r"broken\.yaml cannot be read as a review"):
        standing_of(pack)


def test_reviews_of_other_packs_in_the_folder_are_left_alone(pack, tmp_path):
    kept(pack, tmp_path)
    other = pack.path.with_name("other.yaml")
    other.write_text(TEXT.replace("pack: praxis-2026", "pack: other", 1))
    assert reviews_of(load(other)) == [] and len(reviews_of(pack)) == 1


def test_what_is_kept_is_the_same_whatever_the_order_of_the_answers(pack, tmp_path):
    path, _ = kept(pack, tmp_path)
    before = path.read_text()
    whole = returned(pack, dict(reversed(ANSWERS.items())))
    keep(pack, write(tmp_path / "answers.json", json.dumps(whole, indent=4)))
    assert path.read_text() == before
