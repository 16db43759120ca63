"""Single sign-on in a real Chromium: the provider is another site, as a browser sees it, so that no strict cookie comes back from it."""

import pytest

from pipeline.core import Home
from pipeline.web.server import standalone
from tests.browser.test_accessible import fits, is_accessible
from tests.identity_provider import provider
from tests.serving import serving


@pytest.fixture
def pages(tmp_path, monkeypatch):
    (tmp_path / "single-sign-on.yaml").write_text("- {claim: groups, value: b12, role: viewer}\n")
    with provider(host="localhost") as clinic:  # the pages are at 127.0.0.1
        clinic.user("s-1", preferred_username="ann", groups=["b12"])
        for name, value in clinic.known("http://127.0.0.1:9/login/callback").items():
            monkeypatch.setenv(name, value)
        app = standalone(Home(tmp_path))
        with serving(app) as base:
            for name, value in clinic.known(f"{base}/login/callback").items():
                monkeypatch.setenv(name, value)
            app.state.provider = standalone(Home(tmp_path)).state.provider
            yield base, clinic


def test_in_by_the_provider_and_out_of_both(pages, browser):
    base, clinic = pages
    context = browser.new_context(base_url=base)
    page, complaints = context.new_page(), []
    page.on(
        "console",
        lambda message: complaints.append(message.text) if "Security" in message.text else None,
    )
    page.goto("/worklist")
    is_accessible(page)
    page.click("text=Log in with the clinic")
    page.fill("[name=sub]", "s-1")
    page.get_by_role("button", name="Authorize", exact=True).click()
    page.wait_for_url(f"{base}/worklist")
    assert page.inner_text(".who .name") == "ann"
    cookies = {cookie["name"]: cookie for cookie in context.cookies()}
    assert cookies["b12_session"]["sameSite"] == "Strict" and "b12_login" not in cookies
    page.click("text=Log out")
    page.wait_for_url(f"{base}/login/ended")
    is_accessible(page)
    page.set_viewport_size({"width": 390, "height": 900})
    fits(page)
    page.click("text=Log out at the clinic")
    page.wait_for_url(f"{clinic.issuer}/oauth2/end_session**")
    page.goto(f"{base}/worklist")
    assert page.url == f"{base}/login?next=%2Fworklist" and complaints == []
    context.close()
