"Tables on paper: what the font cannot draw is shown as a question mark, and the paper says so"

import re
import zlib
from base64 import a85decode

import pytest
from reportlab import __file__ as reportlab

from pipeline.core import UsageError
from pipeline.exports import PaperTable, write_paper


def drawn(path):
    "The page as ReportLab wrote it, with its texts"
    [stream] = re.findall(rb"ASCII85Decode.*?stream\n(.*?)~>endstream", path.read_bytes(), re.S)[:1]
    return zlib.decompress(a85decode(stream)).decode("latin-1")


def paper(path, site):
    table = PaperTable("By site", ("Site", "Identified"), ((site, "12"), ("North", "3")))
    write_paper(path, title=f"Outcomes: {site}", subtitle="", tables=[table], notes=["A note."])
    return drawn(path)


def test_a_name_in_western_europe_is_drawn_without_a_word_about_the_font(tmp_path):
    assert "question mark" not in paper(tmp_path / "a.pdf", "Zürich")


@pytest.mark.parametrize("site", ["Przychodnia Wałęsy ę", "Αθήνα", "عيادة"])
def test_what_the_font_does_not_have_is_a_question_mark_and_the_paper_says_so(tmp_path, site):
    shown = paper(tmp_path / "a.pdf", site)
    assert "question mark" in shown and "B12_LETTER_FONT" in shown and "?" in shown


def test_the_font_of_the_site_is_that_of_reports_too(tmp_path, monkeypatch):
    monkeypatch.setenv("B12_LETTER_FONT", reportlab.replace("__init__.py", "fonts/VeraIt.ttf"))
    paper(tmp_path / "a.pdf", "Zürich")
    assert b"Oblique" in (tmp_path / "a.pdf").read_bytes()
    monkeypatch.setenv("B12_LETTER_FONT", str(tmp_path / "none.ttf"))
    with pytest.raises(UsageError, match="is not a TrueType font"):
        paper(tmp_path / "a.pdf", "Zürich")
