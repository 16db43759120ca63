"""Screenshots of every page for docs/img, light and dark, of the three months of `tools.story`, and
of the morning after a change of protocol (`tools.switched`); `python -m tools.screenshots NAME…`
takes some alone."""

import os
import sys
import tempfile
from itertools import islice
from pathlib import Path

from playwright.sync_api import sync_playwright

from pipeline import worklist
from pipeline.core import Home, clock
from pipeline.web import standalone
from tests.serving import launch, serving
from tools.story import SHADOW, tell_story
from tools.switched import tell_switch

DAYS, EVERY, PATIENTS, TODAY = 91, 3, 1_500, clock.today()
SWITCHED = {  # of a home of its own
    "switch": "/worklist", "switch-runs": "/runs", "switch-compare": "/runs/compare",
}  # fmt: skip
SWITCHED_PATIENTS = 600
NARROW_TOO = ("worklist", "patient", "switch")
FOLDER = Path(__file__).resolve().parents[1] / "docs" / "img"
PAGES = {
    "worklist": "/worklist?filters=1", "population": "/population",
    "outcomes": "/population/outcomes",
    "what-if": "/population/what-if?b12.low=200",
    "another-pack": "/population/what-if/protocol?pack=nice-ng239",
    "shadows": "/population/shadows", "quality": "/quality",
    "rejects": "/quality/rejects", "unmapped": "/quality/unmapped",
    "data-docs": "/quality/data-docs", "runs": "/runs", "audit": "/audit", "help": "/help",
}  # fmt: skip


def main(names=()):
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="b12-pictures-") as folder:
        if not names or set(names) & set(SWITCHED):
            after_a_switch(Home(Path(folder) / "switched"), names)
        if not names or set(names) - set(SWITCHED):
            after_three_months(Home(Path(folder) / "home"), names)


def after_a_switch(home, names):
    tell_switch(home, today=TODAY, patients=SWITCHED_PATIENTS)
    app = standalone(home)
    with serving(app) as base:
        photograph(base, app.state.links, _chosen(SWITCHED, names))


def after_three_months(home, names):
    os.environ["B12_SHADOW_PACKS"] = SHADOW
    tell_story(home, today=TODAY, days=DAYS, every=EVERY, patients=PATIENTS)
    app = standalone(home)
    with serving(app) as base:
        more = {"patient": address_of_a_patient(home), "compare": address_of_two_runs(home)}
        photograph(base, app.state.links, _chosen(PAGES | more, names))
    worklist.add_user(
        worklist.open_store(home),
        "kim",
        role="coordinator",
        password="for the picture alone",  # noqa: S106
    )
    with serving(standalone(home)) as base:
        photograph(base, None, _chosen({"login": "/login"}, names))


def _chosen(pages, names):
    return {name: address for name, address in pages.items() if not names or name in names}


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
                    if width == 1280 or name in NARROW_TOO:
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
    if page.get_by_role("button", name="Calculate", exact=True).count():
        page.get_by_role("button", name="Calculate", exact=True).click()
        page.wait_for_selector("#effect")
    page.screenshot(
        path=FOLDER / f"{name}-{how}.png",
        clip={"x": 0, "y": 0, "width": page.viewport_size["width"], "height": 1400},
        full_page=True,
    )
    page.close()


if __name__ == "__main__":
    main(sys.argv[1:])
