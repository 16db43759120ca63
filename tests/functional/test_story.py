"""The home that `make demo-story` fills: its days are those of the story, and sites differ."""

from datetime import UTC, date, datetime, time, timedelta

import duckdb
import pytest
from sqlalchemy import func, select

from pipeline import worklist
from pipeline.core.config import Home
from pipeline.runs import manifests, read_counts
from pipeline.worklist.tables import event
from tools.story import tell_story

TODAY, DAYS, EVERY = date(2026, 3, 20), 16, 8  # a Friday


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    home = Home(tmp_path_factory.mktemp("story") / "home")
    tell_story(home, today=TODAY, days=DAYS, every=EVERY, patients=400, say=lambda *_, **__: None)
    return home


def test_every_instant_is_one_of_the_story(told):
    days = [run.as_of for run in manifests(told)]
    assert days == [TODAY - timedelta(days=EVERY * number) for number in range(2)]
    assert {run.started.date() for run in manifests(told)} == set(days)
    store = worklist.open_store(told)
    with store.reading() as con:
        first, last = con.execute(select(func.min(event.c.at), func.max(event.c.at))).one()
    begins = datetime.combine(TODAY - timedelta(days=DAYS), time(), UTC)
    ends = datetime.combine(TODAY + timedelta(days=1), time(), UTC)
    assert begins < first.replace(tzinfo=UTC) < last.replace(tzinfo=UTC) < ends


def test_what_people_did_came_back_as_results_and_sites_differ(told):
    con = duckdb.connect()
    rows = con.execute(
        "select site, count(*), count(contacted_on), count(tested_on), count(treated_on)"
        f" from '{told.outcomes}/outcome.parquet' group by site"
    ).fetchall()
    identified, *stages = (sum(column) for column in list(zip(*rows, strict=True))[1:])
    assert all(0 < stage < identified for stage in stages)
    contacted = {site: reached / known for site, known, reached, *_ in rows}
    assert contacted["Demo Clinic 1"] > contacted["Demo Clinic 6"]


def test_a_shadow_is_watched_and_the_protocol_stays(told):
    counted = [
        [each["protocol"]["pack"] for each in read_counts(told.runs / run.run_id / "shadows.json")]
        for run in manifests(told)
    ]
    assert counted == [["nice-ng239"], ["nice-ng239"]]
