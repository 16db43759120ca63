"""Screenshots of every page for docs/img, light and dark, with a demonstration population, two
weeks of runs, and user actions.

The demonstration's extracts are cut by the day of their rows: what is older than two weeks comes
the first night, the rest day by day.
"""

import csv
import tempfile
from collections import defaultdict
from datetime import date, timedelta
from itertools import cycle, islice
from pathlib import Path

from playwright.sync_api import sync_playwright

from pipeline import demo, worklist
from pipeline import run as walk
from pipeline.core import Home
from pipeline.web import standalone
from tests.serving import launch, serving

NIGHTS, PATIENTS, TODAY = 14, 5_000, date.today()
FOLDER = Path(__file__).resolve().parents[1] / "docs" / "img"
DAY_OF = {
    "lab_result": "collected_at",
    "medication": "start_on",
    "condition": "onset_on",
    "procedure": "performed_on",
    "patient": None,
}
PAGES = {
    "worklist": "/worklist?filters=1", "population": "/population",
    "what-if": "/population/what-if?b12.low=200", "quality": "/quality",
    "rejects": "/quality/rejects", "unmapped": "/quality/unmapped",
    "data-docs": "/quality/data-docs", "runs": "/runs", "audit": "/audit", "help": "/help",
}  # fmt: skip
ACTS = (
    {"assignee": "kim"}, {"to": "contacted", "assignee": "kim"}, {"to": "done"},
    {"to": "referred", "assignee": "lee"},
    {"to": "ordered", "assignee": "lee", "comment": "MMA at the next visit"},
    {"to": "declined", "reason": "Prefers to wait for the next check-up"},
)  # fmt: skip


def main():
    with tempfile.TemporaryDirectory(prefix="b12-pictures-") as folder:
        home = Home(Path(folder) / "home")
        two_weeks(home, Path(folder) / "demo")
        FOLDER.mkdir(parents=True, exist_ok=True)
        app = standalone(home)
        with serving(app) as base:
            photograph(
                base,
                app.state.links,
                PAGES
                | {
                    "patient": address_of_a_patient(home),
                    "compare": address_of_two_runs(home),
                },
            )
        worklist.add_user(
            worklist.open_store(home),
            "kim",
            role="coordinator",
            password="for the picture alone",  # noqa: S106
        )
        with serving(standalone(home)) as base:
            photograph(base, None, {"login": "/login"})


def two_weeks(home, folder):
    demo.write_demo(folder, patients=PATIENTS, seed=1, as_of=TODAY)
    store, acts = worklist.open_store(home), cycle(ACTS)
    for night, files in enumerate(cut_by_day(folder)):
        day, extracts = TODAY - timedelta(days=NIGHTS - 1 - night), folder / f"night-{night}"
        extracts.mkdir()
        for entity, rows in files.items():
            with (extracts / f"{entity}-{night}.csv").open(
                "w", newline="", encoding="utf-8"
            ) as file:
                csv.writer(file, lineterminator="\n").writerows(rows)
        walk.ingest(home, [extracts], "canonical")
        print(day, walk.screen_population(home, as_of=day).worklist, flush=True)
        people_work(store, acts, day)


def cut_by_day(folder):
    """For each night the rows of each entity, below their heading; a row without a readable day
    comes the first night"""
    nights = [defaultdict(list) for _ in range(NIGHTS)]
    for entity, column in DAY_OF.items():
        with (folder / f"{entity}.csv").open(newline="", encoding="utf-8") as file:
            heading, *rows = csv.reader(file)
        place = heading.index(column) if column else None
        for row in rows:
            night = nights[
                _night(row[place][:10] if place is not None and len(row) > place else "")
            ]
            (night[entity] or night[entity].append(heading), night[entity].append(row))
    return nights


def _night(text):
    try:
        return min(NIGHTS - 1, max(0, NIGHTS - 1 - (TODAY - date.fromisoformat(text)).days))
    except ValueError:
        return 0


def people_work(store, acts, day):
    for row in worklist.page(store, worklist.Filter(status=("open",)), today=day, size=9).rows[2:]:
        worklist.act(
            store,
            row["key"],
            actor=worklist.Actor("kim", "coordinator"),
            version=row["version"],
            today=day,
            **next(acts),
        )


def photograph(base, links, pages):
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for scheme in ("light", "dark"):
            for width in (1280, 390):
                context = browser.new_context(
                    viewport={"width": width, "height": 1400}, color_scheme=scheme, base_url=base
                )
                if links:
                    context.new_page().goto(links.new())
                for name, address in pages.items():
                    if width == 1280 or name in ("worklist", "patient"):
                        shoot(
                            context.new_page(),
                            name,
                            address,
                            f"{scheme}{'' if width == 1280 else '-narrow'}",
                        )
        browser.close()


def address_of_a_patient(home):
    "A patient with an alert, on treatment, with a history and an assignee"
    store = worklist.open_store(home)
    for alert in ("ORAL_WHERE_IM_INDICATED", "FOLATE_BEFORE_B12"):
        for row in islice(worklist.listed(store, worklist.Filter(alert=(alert,)), today=TODAY), 1):
            actor = worklist.Actor("kim", "coordinator")
            worklist.act(
                store,
                row["key"],
                actor=actor,
                version=row["version"],
                to="contacted",
                assignee="kim",
                comment="Rang; route unclear",
            )
            return f"/patients/{row['key']}"
    raise SystemExit("No patient with an alert was found. Use a larger population.")


def address_of_two_runs(home):
    after, before = [one["run_id"] for one in worklist.runs(worklist.open_store(home), limit=8)][
        ::7
    ]
    return f"/runs/compare?before={before}&after={after}"


def shoot(page, name, address, how):
    page.goto(address, wait_until="networkidle")
    page.screenshot(
        path=FOLDER / f"{name}-{how}.png",
        clip={"x": 0, "y": 0, "width": page.viewport_size["width"], "height": 1400},
        full_page=True,
    )
    page.close()


if __name__ == "__main__":
    main()
