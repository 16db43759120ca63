"The pack with what its reviewers say: their words are text, never Markdown or HTML"

import re

import markdown
import pytest

from pipeline.protocol.pack import load
from pipeline.protocol.show import as_markdown
from pipeline.review.kept import keep
from pipeline.review.shown import escaped, summary, with_reviews
from pipeline.review.standing import standing_of
from tests.reviews import own_pack, returned, write

HOSTILE = (
    "<script>alert(1)</script>", "![x](javascript:alert(1))", "{: onmouseover=alert(1) }", "a | b | c", "`code` **bold** __x__", "[x]: http://evil.example",
    "</td></tr></table><img src=x onerror=alert(1)>", "&lt;b&gt; &#60;", "# Title", "<http://evil.example>", "http://evil.example www.evil.example a@b.example", "\\<b\\>",
)  # fmt: skip


@pytest.fixture
def pack(tmp_path):
    return own_pack(tmp_path / "site")


def rendered(text):
    "As the documentation site renders it"
    return markdown.markdown(text, extensions=["attr_list", "md_in_html", "tables", "admonition"])


def text_of(html):
    return re.sub(r"<[^>]*>", "", html)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_reviewers_words_stay_words(pack, tmp_path, text):
    answers = {"next_step.N05": ("object", text)}
    keep(pack, write(tmp_path / "a.json", returned(pack, answers, reviewer=text, role=text)))
    html, plain = rendered(with_reviews(pack)), rendered(as_markdown(pack))
    tags = re.findall(r"<[a-z/][^>]*>", html)
    assert set(tags) <= {*re.findall(r"<[a-z/][^>]*>", plain)}, "no element and no attribute is new"
    cells = [len(re.findall("<t[dh]", row)) for row in re.findall("<tr>.*?</tr>", html, re.DOTALL)]
    assert max(cells) == 8


def test_escaping_is_read_back_as_it_was():
    for text in HOSTILE:
        html = rendered(f"| a |\n|---|\n| x {escaped(text).replace('|', '&#124;')} |")
        shown = text_of(html.split("<td>")[1].split("</td>")[0])
        for entity, sign in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#124;", "|")):
            shown = shown.replace(entity, sign)
        for number in re.findall(r"&#(\d+);", shown):
            shown = shown.replace(f"&#{number};", chr(int(number)))
        assert shown.replace("&amp;", "&").strip() == f"x {text}"


def test_without_reviews_the_page_says_how_to_get_one():
    shown = with_reviews(load())
    if not standing_of(load()).reviews:
        assert "Reviews: none yet" in shown and "b12 protocol review" in shown
        assert shown.replace(shown.split("## Reviews\n")[1].split("## ")[0], "")


def test_who_agreed_and_who_objected_stands_beside_the_line(pack, tmp_path):
    answers = {
        "next_step.N05": ("object", "Give the doses."),
        "bands.b12": ("agree", ""),
        "settings.tested_months": ("unsure", "Why 12?"),
    }
    keep(pack, write(tmp_path / "a.json", returned(pack, answers)))
    keep(
        pack,
        write(
            tmp_path / "b.json",
            returned(pack, {"next_step.N05": ("agree", "")}, reviewer="Bo Other"),
        ),
    )
    shown, standing = with_reviews(pack), standing_of(pack)
    assert summary(standing) in shown
    count = len(standing.lines)
    assert (
        summary(standing)
        == f"2 reviews; 1 of {count} lines agreed by all who answered them; 1 objection; 0 lines changed since."
    )
    [row] = [
        text
        for text in shown.splitlines()
        if text.startswith("| N05 | ") and "TREAT_IM_NEURO" in text
    ]
    version = pack.raw["version"]
    assert (
        f"Ada Example (2026-11-20, {version}) objects: “Give the doses.”; Bo Other (2026-11-20, {version}) agrees"
        in row
    )
    assert f"Reviews: Ada Example (2026-11-20, {version}) agrees" in shown
    assert "### Open objections and doubts" in shown and "Why 12?" in shown


def test_an_earlier_wording_is_said_to_be_one(tmp_path):
    pack = own_pack(tmp_path / "site")
    gone = {"next_step.N05": ("object", "Give the doses."), "next_step.N28": ("object", "Never.")}
    keep(pack, write(tmp_path / "a.json", returned(pack, gone)))
    text = pack.text.replace(
        "B12 deficiency with neurological symptoms", "B12 deficiency and neurological symptoms"
    )
    changed = own_pack(tmp_path / "site", text.replace("{id: N28,", "{id: N99,"))
    shown = with_reviews(changed)
    assert "of an earlier wording: Ada Example" in shown
    assert "### Answers to lines that are no longer in the pack" in shown and "Never." in shown
    assert "0 of" in summary(standing_of(changed)) and "0 objections" in summary(
        standing_of(changed)
    )
