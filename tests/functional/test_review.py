"`b12 protocol review`: the forms, what came back, and what show and check say of it"

import pytest

from tests.command import b12
from tests.reviews import TEXT, own_pack, returned, write

ESCAPE = "\x1b[2J"


@pytest.fixture
def pack(tmp_path):
    return own_pack(tmp_path / "site")


def add(pack, tmp_path, value, *more):
    file = write(tmp_path / "answers.json", value)
    return b12(tmp_path / "home", "protocol", "review", pack.path, "--add", file, *more)


def test_the_forms_are_written_and_the_answers_are_kept_and_shown(pack, tmp_path):
    done = b12(tmp_path / "home", "protocol", "review", pack.path, "--out", tmp_path / "forms")
    assert done.code == 0, done.err
    names = sorted(file.name for file in (tmp_path / "forms").iterdir())
    version = pack.raw["version"]
    assert names == [f"review-praxis-2026-{version}.html", f"review-praxis-2026-{version}.pdf"]
    assert "--add FILE" in done.out and not (tmp_path / "home").exists()
    answers = {
        "next_step.N05": ("object", f"Give <b>doses</b>{ESCAPE}"),
        "bands.b12": ("agree", ""),
    }
    done = add(pack, tmp_path, returned(pack, answers))
    assert done.code == 0 and "1 agreed, 1 objected, 0 not sure" in done.out
    shown = b12(tmp_path / "home", "protocol", "show", pack.path).out
    assert "Give &lt;b&gt;doses&lt;/b&gt;" in shown and "\x1b" not in shown
    checked = b12(tmp_path / "home", "protocol", "check", pack.path)
    assert checked.code == 0 and "Warning: open objections to next_step.N05." in checked.out


def test_the_shipped_pack_is_the_default(tmp_path):
    done = b12(tmp_path / "home", "protocol", "review", "--out", tmp_path)
    assert done.code == 0 and "review-praxis-2026-" in done.out


@pytest.mark.parametrize("content", ["", "{}", "[1]", "\x1b[2J", "{" * 5000])
def test_what_is_no_review_is_said_in_one_paragraph(pack, tmp_path, content):
    done = add(pack, tmp_path, content)
    assert done.code == 2 and done.err.count("\n") == 1 and "\x1b" not in done.err
    assert "is not a review that can be kept" in done.err


def test_mistakes_have_their_codes(pack, tmp_path):
    whole = returned(pack, {"bands.b12": ("agree", "")})
    home = tmp_path / "home"
    assert add(pack, tmp_path, {**whole, "sha256": "0" * 64}).code == 2
    assert add(pack, tmp_path, whole).code == 0
    other = {**whole, "role": "another"}
    assert add(pack, tmp_path, other).code == 2
    assert add(pack, tmp_path, other, "--replace").code == 0
    assert add(pack, tmp_path, other, "--out", tmp_path / "answers.json").code == 2
    assert b12(home, "protocol", "review", pack.path, "--add", tmp_path / "none").code == 2
    assert b12(home, "protocol", "review", pack.path, "--replace").code == 2
    assert b12(home, "protocol", "show", pack.path, "--out", tmp_path).code == 2
    assert b12(home, "protocol", "review", "no-such-pack").code == 12
    assert b12(home, "protocol", "review", "--out", tmp_path / "answers.json").code == 2


def test_a_pack_with_problems_gets_no_form(tmp_path):
    pack = own_pack(
        tmp_path / "site", TEXT.replace("answer: low, below: 180", "answer: low, below: 181", 1)
    )
    done = b12(tmp_path / "home", "protocol", "review", pack.path, "--out", tmp_path / "forms")
    assert done.code == 12 and "b12 protocol check" in done.err
    assert not (tmp_path / "forms").exists()


def test_a_kept_review_that_was_damaged_is_named(pack, tmp_path):
    add(pack, tmp_path, returned(pack, {"bands.b12": ("agree", "")}))
    [file] = (pack.path.parent / "reviews").iterdir()
    file.write_text(file.read_text().replace("answer: agree", "answer: perhaps"))
    for action in ("show", "check"):
        done = b12(tmp_path / "home", "protocol", action, pack.path)
        assert done.code == 12 and file.name in done.err and done.err.count("\n") == 1
