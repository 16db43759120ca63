"""The web app in this process, asked as a browser would ask: our own pages send an Origin, and forms carry their token."""

import re
import warnings
from html import unescape

with warnings.catch_warnings():
    warnings.simplefilter(
        "ignore"
    )  # starlette would rather have httpx2, which the other tests do not need
    from fastapi.testclient import TestClient


def client(app, base="http://testserver", address="testclient"):
    """A client that follows no redirect by itself, at an address of its own."""
    return TestClient(
        app, base, follow_redirects=False, headers={"Origin": base}, client=(address, 50000)
    )


def local(app, base="http://127.0.0.1:8080"):
    """A client that opened a link of the server, as one does where there are no users."""
    browser = client(app, base)
    assert browser.get(app.state.links.new()).status_code == 303
    return browser


def token(page):
    """The token of the first form of a page."""
    return re.search(r'name="csrf" value="([^"]+)"', page.text)[1]


def field(page, name):
    """The value of the first field of this name."""
    return unescape(re.search(rf'name="{name}" value="([^"]*)"', page.text)[1])


def keys(page):
    """The keys of the items that a list links to, in order."""
    return list(dict.fromkeys(re.findall(r'/patients/([\w-]+)" class="open"', page.text)))
