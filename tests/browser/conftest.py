"""The pages in a real Chromium, against a server with a small demonstration population and two nights."""

import os
import shutil
import socket
import threading
import time
from datetime import date, timedelta

import pytest
import uvicorn
from playwright.sync_api import sync_playwright

from pipeline import demo
from pipeline import run as walk
from pipeline.config import Home
from pipeline.web.serve import standalone

TODAY = date.today()
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]
MISSING = "The pages are not tested: there is no Chromium. Install it (Debian: apt-get install chromium), or name it in $B12_CHROMIUM."


def chromium():
    return os.environ.get("B12_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="session")
def browser():
    if chromium() is None:
        assert not os.environ.get("CI"), MISSING
        pytest.skip(MISSING)
    with sync_playwright() as playwright:
        is_root = hasattr(os, "geteuid") and os.geteuid() == 0
        found = playwright.chromium.launch(executable_path=chromium(), args=[*QUIET, *(["--no-sandbox"] if is_root else [])])
        yield found
        found.close()


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    "A home with two nights"
    folder = tmp_path_factory.mktemp("home")
    home = Home(folder)
    demo.write_demo(folder / "demo", patients=1500, seed=3, as_of=TODAY - timedelta(days=1))
    walk.ingest(home, [folder / "demo"], "canonical")
    for day in (TODAY - timedelta(days=1), TODAY):
        walk.screen_population(home, as_of=day)
    return home


@pytest.fixture(scope="module")
def server(home):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    running = uvicorn.Server(uvicorn.Config(standalone(home), host="127.0.0.1", port=port, log_level="critical", ws="none"))
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        assert thread.is_alive()
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    running.should_exit = True
    thread.join(timeout=20)


class Watch:
    "What a page must never do: break, be refused something by its policy, or ask anybody else for anything"

    def __init__(self, page, base):
        self.complaints = []
        page.on("console", lambda message: self.complaints.append(message.text) if self.is_bad(message) else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on(
            "request", lambda request: None if request.url.startswith((base, "data:", "blob:")) else self.complaints.append(request.url)
        )

    @staticmethod
    def is_bad(message):
        "Chromium itself tells the console of every 4xx; the tests look at those by their status"
        return message.type in ("error", "warning") and "the server responded with a status of 4" not in message.text


@pytest.fixture(params=[1280, 390], ids=["wide", "narrow"])
def page(request, browser, server):
    context = browser.new_context(viewport={"width": request.param, "height": 900}, base_url=server, reduced_motion="reduce")
    page = context.new_page()
    watch = Watch(page, server)
    yield page
    context.close()
    assert watch.complaints == []
