"Data Docs of a run: what is kept holds counts alone, and the page loads its stylesheet, nothing else, and runs nothing"

import json
from html.parser import HTMLParser

import pytest

from pipeline import quality
from pipeline.core.config import EXPECTATIONS
from pipeline.engine.relations import NIGHTLY, relation_names
from pipeline.quality.safe_html import cleaned
from pipeline.screening.shadow import FLOW
from tests.clinic import build, insert
from tests.gates import b12, skewed, with_new_file

pytestmark = pytest.mark.slow

MOLAR = 1.35537


@pytest.fixture(scope="module")
def con():
    "A night on which a laboratory mislabelled its unit, and a patient whose id shows wherever it gets"
    con = with_new_file()
    b12(con, [value / MOLAR for value in skewed(60)])
    insert(
        con,
        "lake.lab_result",
        "patient_id | analyte | value | collected_on\nSECRET-ID | total_b12 | 150 | 2026-01-21",
    )
    return build(
        con, *(name for schema in NIGHTLY for name in relation_names(schema) if name != FLOW)
    )


@pytest.fixture(scope="module")
def kept(con, tmp_path_factory):
    "The outcomes, and the validation.json of a run"
    outcomes, validations = quality.run_suites(con)
    path = tmp_path_factory.mktemp("run") / "validation.json"
    path.write_text(json.dumps(validations), encoding="utf-8")
    return outcomes, path


@pytest.fixture(scope="module")
def page(kept):
    return quality.data_docs(kept[1])


class _Seen(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *one) for one in attrs]


def test_what_is_kept_has_every_expectation_and_its_verdict(kept):
    outcomes, path = kept
    validations = json.loads(path.read_text(encoding="utf-8"))
    assert [one["suite"] for one in validations] == sorted(
        f"{file.parent.name}.{file.stem}" for file in EXPECTATIONS.glob("*/*.json")
    )
    verdicts = [
        (one["suite"], result["success"]) for one in validations for result in one["results"]
    ]
    assert len(verdicts) == len(outcomes)
    assert [
        (one.suite, one.outcome in ("passed", "not_applicable"))
        for one in outcomes
        if one.outcome != "not_applicable"
    ] == [
        verdict
        for verdict, one in zip(verdicts, outcomes, strict=True)
        if one.outcome != "not_applicable"
    ]


def test_what_is_kept_holds_counts_alone(kept):
    text = kept[1].read_text(encoding="utf-8")
    assert "SECRET-ID" not in text
    for one in json.loads(text):
        for result in one["results"]:
            assert {name: value for name, value in result["result"].items() if isinstance(value, list) and value} in (
                {}, {"observed_value": result["result"].get("observed_value")},
            )  # fmt: skip
            assert ("observed_value" in result["result"]) <= result["expectation_config"][
                "type"
            ].startswith("expect_table_")


@pytest.mark.gates
def test_of_an_error_only_the_kind_is_kept(con, tmp_path):
    suite = {
        "name": "screening.worklist", "meta": {},
        "expectations": [{"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "no_such_column"}, "severity": "warning",
                          "meta": {"note": "n", "todo": "t"}}],
    }  # fmt: skip
    (tmp_path / "screening").mkdir()
    (tmp_path / "screening" / "worklist.json").write_text(json.dumps(suite), encoding="utf-8")
    [outcome], validations = quality.run_suites(con, tmp_path)
    [result] = validations[0]["results"]
    assert outcome.outcome == "error"
    assert (
        result["exception_info"]["exception_traceback"] == ""
        and result["exception_info"]["exception_message"] == outcome.observed
    )
    (tmp_path / "validation.json").write_text(json.dumps(validations), encoding="utf-8")
    assert "raised an error" in quality.data_docs(tmp_path / "validation.json")


def test_the_page_shows_every_suite_and_what_failed(page):
    for file in EXPECTATIONS.glob("*/*.json"):
        assert f"<h2>{file.parent.name}.{file.stem}</h2>" in page
    shift = page.split("<h2>reporting.lab_b12_shift</h2>")[1].split("</section>")[0]
    assert "is_unit_mix_up" in shift and ">failed<" in shift
    assert '<span class="text-danger">1 of 2</span>' in page
    assert "SECRET-ID" not in page


def test_the_page_loads_its_stylesheet_and_nothing_else(kept, page):
    seen = _Seen(page)
    addresses = [
        value
        for _, name, value in seen.attributes
        if name in ("href", "src", "action", "data", "srcset")
    ]
    assert [one for one in addresses if not one.startswith("#")] == ["/static/data_docs.css"]
    assert "http" not in page and "url(" not in page
    assert '<link rel="stylesheet" href="/docs.css?a=1&amp;b=2">' in quality.data_docs(
        kept[1], stylesheet="/docs.css?a=1&b=2"
    )


def test_the_page_runs_nothing(page):
    seen = _Seen(page)
    assert not {"script", "style", "iframe", "object", "img", "form", "button", "i", "svg"} & set(
        seen.tags
    )
    assert {name for _, name, _ in seen.attributes} <= {
        "lang",
        "charset",
        "name",
        "content",
        "rel",
        "href",
        "class",
        "id",
        "aria-label",
    }


def test_ids_are_unique_and_links_lead_to_them(page):
    seen = _Seen(page)
    ids = [value for _, name, value in seen.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    assert {
        value for _, name, value in seen.attributes if name == "href" and value.startswith("#")
    } == {f"#{one}" for one in ids}


@pytest.mark.parametrize(
    ("html", "left"),
    [
        ("<p onclick='x()' style='a' class='m'>a &amp; <b>b</b></p>", '<p class="m">a &amp; b</p>'),
        ("<script>alert('<p>no</p>')</script>yes", "yes"),
        ("<a href='javascript:x()'>text</a>", "text"),
        (
            "<iframe src='//x'></iframe><svg><a href='x'>no</a></svg><link rel=stylesheet href=//x>a",
            "a",
        ),
        ("<i class='fas text-danger'></i>", '<span class="text-danger">failed</span>'),
        ("<i class='fas text-success' aria-hidden='true'></i> Succeeded", " Succeeded"),
        ("<img src=x onerror=y>&lt;script&gt;", "&lt;script&gt;"),
        ("<table><thead hidden><tr><th></th></tr></thead></table>a", "<table></table>a"),
        ("<h5>a</h5><br/>", "<h3>a</h3><br>"),
        ("<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>"),
    ],
)
def test_what_is_left_of_html(html, left):
    assert cleaned(html) == left


def test_what_opens_only_by_a_script_is_left_out(page):
    assert "collapse" not in page and "Show more info" not in page
