"""The pages in a real Chromium, against a server with a small demonstration population and two nights."""

import os
from datetime import date, timedelta

import pytest
from playwright.sync_api import sync_playwright

from pipeline import demo
from pipeline import run as walk
from pipeline.core.config import Home
from pipeline.web.server import standalone
from tests.homes import built_once, copied
from tests.serving import chromium, launch, serving

TODAY = date.today()
MISSING = "The pages are not tested: there is no Chromium. Install it (Debian: apt-get install chromium), or name it in $B12_CHROMIUM."


@pytest.fixture(scope="session")
def browser():
    if chromium() is None:
        assert not os.environ.get("CI"), MISSING
        pytest.skip(MISSING)
    with sync_playwright() as playwright:
        found = launch(playwright)
        yield found
        found.close()


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    "The pages of a home of the module's own"
    screened = built_once(tmp_path_factory, "pages", two_nights)
    home = Home(copied(screened / "home", tmp_path_factory.mktemp("pages") / "home"))
    return standalone(home)


@pytest.fixture
def screened_home(tmp_path_factory, tmp_path):
    "A home of the test's own, as it was before any test"
    screened = built_once(tmp_path_factory, "pages", two_nights)
    return Home(copied(screened / "home", tmp_path / "home"))


@pytest.fixture(scope="module")
def server(app):
    with serving(app) as base:
        yield base


def two_nights(folder):
    "A home with a small demonstration population that was screened yesterday and today"
    home = Home(folder / "home")
    demo.write_demo(folder / "demo", patients=1500, seed=3, as_of=TODAY - timedelta(days=1))
    walk.ingest(home, [folder / "demo"], "canonical")
    for day in (TODAY - timedelta(days=1), TODAY):
        walk.screen_population(home, as_of=day, shadows=["nice-ng239", "aafp-2025"])


class Watch:
    "What a page must never do: break, be refused something by its policy, or ask anybody else for anything"

    def __init__(self, page, base):
        self.complaints, self.base = [], base
        page.on(
            "console",
            lambda message: self.complaints.append(message.text) if self.is_bad(message) else None,
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((self.base, "data:", "blob:"))
                else self.complaints.append(request.url)
            ),
        )

    @staticmethod
    def is_bad(message):
        "Chromium itself tells the console of every 4xx; the tests look at those by their status"
        return (
            message.type in ("error", "warning")
            and "the server responded with a status of 4" not in message.text
        )


@pytest.fixture(params=[1280, 390], ids=["wide", "narrow"])
def page(request, browser, server, app):
    context = browser.new_context(
        viewport={"width": request.param, "height": 900}, base_url=server, reduced_motion="reduce"
    )
    page = context.new_page()
    page.watch = Watch(page, server)
    page.goto(app.state.links.new())
    yield page
    context.close()
    assert page.watch.complaints == []
