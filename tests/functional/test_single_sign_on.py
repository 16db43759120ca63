"""Logging in by a provider of OpenID Connect that runs as a process, and everything that must not log anybody in."""

import logging
import os
import re
import sys
import time
from urllib.parse import parse_qs, urlsplit

import pytest

from pipeline import worklist
from pipeline.core import Home
from pipeline.web import create_app
from pipeline.web.login import identify_by_session
from pipeline.web.provider import Provider
from pipeline.web.server import standalone
from tests.functional.web_client import client, token
from tests.identity_provider import provider

BASE = "https://b12.example"
LONG = "correct horse battery"
MAPPING = """\
- {claim: groups, value: b12-north, role: coordinator, sites: [North]}
- {claim: groups, value: b12-south, role: coordinator, sites: [South, ""]}
- {claim: groups, value: b12-admins, role: admin}
"""


@pytest.fixture(scope="module")
def clinic():
    with provider() as running:
        yield running


@pytest.fixture
def home(tmp_path, monkeypatch, clinic):
    clinic.fault()
    for name, value in clinic.known(f"{BASE}/login/callback").items():
        monkeypatch.setenv(name, value)
    (tmp_path / "single-sign-on.yaml").write_text(MAPPING)
    clinic.user("s-1", preferred_username="ann", groups=["staff", "b12-north"])
    return Home(tmp_path)


@pytest.fixture
def store(home):
    return worklist.open_store(home)


@pytest.fixture
def app(home, store):
    return standalone(home, names=["b12.example"], is_secure=True, is_behind_proxy=True)


@pytest.fixture
def browser(app):
    return client(app, BASE)


def begun(browser):
    "The address of the provider to which the browser is sent"
    answer = browser.get("/login/single-sign-on")
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def back(browser, address):
    "The page that the browser gets at the address to which the provider leads it back"
    assert address.startswith(f"{BASE}/login/callback?")
    return browser.get(
        address, headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    )


def log_in(browser, clinic, subject="s-1"):
    return back(browser, clinic.answer(begun(browser), subject))


def is_out(browser):
    return browser.get("/worklist").headers.get("location") == "/login?next=%2Fworklist"


def events(store):
    "What is on record, oldest first"
    return [(row["who"], row["what"], row["detail"]) for row in worklist.accesses(store)[::-1]]


def refused(browser, store, answer, status, says):
    "Nobody is logged in, the page says why, and no user was made"
    assert answer.status_code == status and says in answer.text, answer.text
    assert "b12_session" not in answer.headers.get("set-cookie", "") and is_out(browser)
    assert [user["name"] for user in worklist.users(store)] == []


def test_a_user_whom_the_provider_knows_logs_in(browser, clinic, store):
    page = browser.get("/login").text
    assert (
        'href="/login/single-sign-on">Log in with the clinic</a>' in page
        and 'type="password"' in page
    )
    answer = log_in(browser, clinic)
    assert answer.status_code == 200 and 'content="0; url=/"' in answer.text
    assert (
        browser.get("/").headers["location"] == "/worklist"
        and "ann" in browser.get("/worklist").text
    )
    [ann] = worklist.users(store)
    assert (ann["name"], ann["role"], ann["sites"]) == ("ann", "coordinator", ("North",))
    assert events(store)[:2] == [
        ("single sign-on", "user_add", "ann: coordinator, North"),
        ("ann", "login", None),
    ]


def test_what_is_asked_of_the_provider(browser):
    address = begun(browser)
    asked = {name: value for name, [value] in parse_qs(urlsplit(address).query).items()}
    assert asked["response_type"] == "code" and asked["scope"] == "openid profile"
    assert asked["code_challenge_method"] == "S256" and len(asked["code_challenge"]) == 43
    assert asked["redirect_uri"] == f"{BASE}/login/callback"
    assert min(len(asked["state"]), len(asked["nonce"])) >= 43
    again = parse_qs(urlsplit(begun(browser)).query)
    assert not {asked["state"], asked["nonce"], asked["code_challenge"]} & {
        value for [value] in again.values()
    }


def test_the_cookie_of_an_attempt_is_lax_short_and_narrow_and_that_of_the_session_strict(
    browser, clinic
):
    [begins] = browser.get("/login/single-sign-on").headers.get_list("set-cookie")
    for part in ("b12_login=", "HttpOnly", "Max-Age=600", "Path=/login", "SameSite=lax", "Secure"):
        assert part in begins
    ends = log_in(browser, clinic).headers.get_list("set-cookie")
    assert any(each.startswith("b12_login=") and "Max-Age=0" in each for each in ends)
    [session] = [each for each in ends if each.startswith("b12_session=")]
    assert "samesite=strict" in session and "secure" in session and "httponly" in session


def test_role_and_sites_are_renewed_at_each_login_and_recorded_where_they_change(
    browser, clinic, store
):
    log_in(browser, clinic)
    log_in(browser, clinic)
    clinic.user("s-1", preferred_username="Ann Other", groups=["b12-south", "b12-north"])
    log_in(browser, clinic)
    clinic.user("s-1", preferred_username="ann", groups="b12-admins")
    log_in(browser, clinic)
    changes = [(what, detail) for _, what, detail in events(store) if what.startswith("user_")]
    assert changes == [
        ("user_add", "ann: coordinator, North"), ("user_role", "ann: coordinator, no site, North, South"), ("user_role", "ann: admin, all sites"),
    ]  # fmt: skip
    assert [user["name"] for user in worklist.users(store)] == ["ann"]


def test_who_fits_no_line_of_the_mapping_is_denied(browser, clinic, store):
    clinic.user("s-9", preferred_username="zoe", groups=["staff"])
    refused(browser, store, log_in(browser, clinic, "s-9"), 403, "has no access here")
    assert ("unknown user", "denied", "single sign-on: no role for zoe") in events(store)


@pytest.mark.parametrize(
    "name",
    [
        None,
        "",
        "  ",
        "x" * 101,
        "a\u0007b",
        ["ann"],
        7,
        "Single sign-on",
        "Nightly run",
        "a\u202eb",
        "an\nn",
    ],
    ids=ascii,
)
def test_a_name_that_cannot_be_used_is_denied(browser, clinic, store, name):
    clinic.user("s-8", groups=["b12-north"], preferred_username=name)
    refused(browser, store, log_in(browser, clinic, "s-8"), 403, "did not say by which name")


def test_another_subject_with_the_same_name_takes_over_nobody(browser, clinic, store):
    log_in(browser, clinic)
    browser.cookies.clear()
    clinic.user("s-2", preferred_username="ANN", groups=["b12-admins"])
    answer = log_in(browser, clinic, "s-2")
    assert (
        answer.status_code == 403 and "belongs to another user" in answer.text and is_out(browser)
    )
    assert [(user["name"], user["role"]) for user in worklist.users(store)] == [
        ("ann", "coordinator")
    ]
    assert (
        "unknown user",
        "denied",
        "single sign-on: the name ANN is another user's; subject s-2",
    ) in events(store)


def test_the_name_of_a_user_with_a_password_is_taken_over_by_nobody(browser, clinic, store):
    worklist.add_user(store, "Ann", role="admin", password=LONG)
    assert log_in(browser, clinic).status_code == 403 and is_out(browser)
    assert worklist.verify(store, "ann", LONG).role == "admin"


def test_a_user_with_a_password_is_bound_to_a_subject_by_an_administrator(
    browser, clinic, store, home
):
    worklist.add_user(store, "ann", role="viewer", password=LONG)
    subject = worklist.subject_of(clinic.issuer, "s-1")
    worklist.bind(store, "ANN", subject)
    assert worklist.verify(store, "ann", LONG) is None
    assert log_in(browser, clinic).status_code == 200
    assert [(user["name"], user["role"]) for user in worklist.users(store)] == [
        ("ann", "coordinator")
    ]


def test_a_disabled_user_stays_out(browser, clinic, store):
    log_in(browser, clinic)
    worklist.change_user(store, "ann", is_disabled=True)
    assert is_out(browser)
    answer = log_in(browser, clinic)
    assert answer.status_code == 403 and "disabled" in answer.text and is_out(browser)
    assert events(store)[-1] == ("ann", "denied", "single sign-on: disabled")


def test_a_session_that_was_there_before_is_not_the_one_after(app, browser, clinic, store):
    log_in(browser, clinic)
    fixed = browser.cookies["b12_session"]
    log_in(browser, clinic)
    assert browser.cookies["b12_session"] != fixed


def test_logging_out_ends_the_session_here_and_offers_to_end_that_of_the_provider(
    app, browser, clinic
):
    log_in(browser, clinic)
    copied = client(app, BASE)
    copied.cookies.set("b12_session", browser.cookies["b12_session"])
    answer = browser.post("/logout", data={"csrf": token(browser.get("/worklist"))})
    assert answer.headers["location"] == "/login/ended" and is_out(browser) and is_out(copied)
    page = browser.get("/login/ended").text
    assert f'href="{clinic.issuer}/oauth2/end_session?client_id=' in page
    assert "post_logout_redirect_uri=https%3A%2F%2Fb12.example%2Flogin" in page


def test_a_user_with_a_password_is_not_sent_to_the_provider(browser, store):
    worklist.add_user(store, "ben", role="viewer", password=LONG)
    sent = {"csrf": token(browser.get("/login")), "name": "ben", "password": LONG}
    assert browser.post("/login", data=sent).status_code == 303
    answer = browser.post("/logout", data={"csrf": token(browser.get("/worklist"))})
    assert answer.headers["location"] == "/login"


# What must not log anybody in


def test_an_answer_counts_once(browser, clinic, store):
    address = clinic.answer(begun(browser), "s-1")
    cookie = browser.cookies["b12_login"]
    assert back(browser, address).status_code == 200
    browser.cookies.clear()
    assert back(browser, address).status_code == 400, "the cookie is gone"
    browser.cookies.set("b12_login", cookie, domain="b12.example", path="/login")
    answer = back(browser, address)
    assert answer.status_code == 400 and "was used before" in answer.text and is_out(browser)


def test_a_code_counts_once_at_the_provider(browser, clinic, store):
    address = clinic.answer(begun(browser), "s-1")
    code = parse_qs(urlsplit(address).query)["code"][0]
    assert back(browser, address).status_code == 200
    browser.cookies.clear()
    state = parse_qs(urlsplit(begun(browser)).query)["state"][0]
    answer = browser.get(f"/login/callback?code={code}&state={state}")
    assert answer.status_code == 403 and "does not prove" in answer.text and is_out(browser)


def test_a_code_of_another_browser_proves_nothing(app, browser, clinic, store):
    """PKCE: the code of a victim, put into an attempt of one's own."""
    code = parse_qs(urlsplit(clinic.answer(begun(browser), "s-1")).query)["code"][0]
    thief = client(app, BASE)
    state = parse_qs(urlsplit(begun(thief)).query)["state"][0]
    refused(
        thief, store, thief.get(f"/login/callback?code={code}&state={state}"), 403, "does not prove"
    )


def test_an_answer_to_another_browser_is_refused(app, browser, clinic, store):
    address = clinic.answer(begun(browser), "s-1")
    victim = client(app, BASE)
    refused(victim, store, back(victim, address), 400, "in another browser")
    begun(victim)
    refused(victim, store, back(victim, address), 400, "in another browser")
    assert events(store) == [], (
        "before an attempt is counted, nothing is recorded: it costs nothing to send"
    )


def test_an_attempt_ends_after_ten_minutes(app, browser, clinic, store, monkeypatch):
    address, now = clinic.answer(begun(browser), "s-1"), time.time()
    keeping = client(app, BASE)  # the cookie for longer than it was asked to
    keeping.cookies.set("b12_login", browser.cookies["b12_login"])
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: now + 602)
    refused(keeping, store, back(keeping, address), 400, "ten minutes")
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: now + 598)
    assert back(keeping, address).status_code == 200


def test_a_login_that_was_cancelled_there_is_said_in_words_of_this_program(browser, clinic, store):
    address = clinic.answer(begun(browser), None)
    assert "error=access_denied" in address
    refused(
        browser,
        store,
        back(browser, address + "&error_description=Call+555"),
        403,
        "cancelled or refused there",
    )
    state = parse_qs(urlsplit(begun(browser)).query)["state"][0]
    answer = browser.get(f"/login/callback?state={state}&error=%3Cb%3E&error_description=Call+555")
    assert "<b>" not in answer.text and "555" not in answer.text


@pytest.mark.parametrize(
    ("faults", "why"),
    [
        ({"claims": {"nonce": "another"}}, "InvalidClaimError nonce"),
        ({"claims": {"nonce": None}}, "MissingClaimError nonce"),
        ({"claims": {"aud": "another"}}, "InvalidClaimError aud"),
        ({"claims": {"aud": None}}, "MissingClaimError aud"),
        ({"claims": {"azp": "another"}}, "InvalidClaimError azp"),
        ({"claims": {"iss": "https://another.example"}}, "InvalidClaimError iss"),
        ({"claims": {"sub": ""}}, "the subject"),
        ({"claims": {"sub": 7}}, "InvalidClaimError sub"),
        ({"claims": {"sub": "x" * 256}}, "the subject"),
        ({"shift": -61}, "ExpiredTokenError exp"),
        ({"shift": 700}, "InvalidClaimError iat"),
        ({"claims": {"exp": "never"}}, "InvalidClaimError exp"),
        ({"sign": "none"}, "UnsupportedAlgorithmError"),
        ({"sign": "HS256"}, "UnsupportedAlgorithmError"),
        ({"sign": "another key"}, "BadSignatureError"),
        ({"header": {"kid": "unknown"}}, "its key"),
        ({"tokens": {"id_token": None}}, "TypeError"),
        ({"tokens": {"id_token": "a.b"}}, "DecodeError"),
        ({"tokens": {"access_token": "another"}}, "InvalidClaimError at_hash"),
    ],
    ids=str,
)  # fmt: skip
def test_an_id_token_that_proves_nothing(browser, clinic, store, faults, why):
    clinic.fault(**faults)
    answer = log_in(browser, clinic)
    refused(browser, store, answer, 403, "does not prove who you are")
    assert events(store)[0] == (
        "unknown user",
        "login_failed",
        f"single sign-on: not proven ({why})",
    )


def test_several_audiences_need_to_say_for_whom_it_is(browser, clinic, store):
    ours = os.environ["B12_SSO_CLIENT_ID"]
    clinic.fault(claims={"aud": [ours, "another"]})
    refused(browser, store, log_in(browser, clinic), 403, "does not prove")
    clinic.fault(claims={"aud": [ours, "another"], "azp": ours})
    assert log_in(browser, clinic).status_code == 200


def test_an_answer_of_another_issuer_is_refused(browser, clinic, store):
    address = clinic.answer(begun(browser), "s-1")
    refused(
        browser,
        store,
        back(browser, address + "&iss=https://another.example"),
        403,
        "does not prove",
    )


def test_a_secret_among_the_keys_is_no_key(browser, clinic, store):
    """Else who reads the keys could sign with them."""
    clinic.fault(
        sign="HS256",
        header={"kid": "shared"},
        more_keys=[{"kty": "oct", "kid": "shared", "k": "c2VjcmV0"}, {"kty": "RSA"}, 7],
    )
    refused(browser, store, log_in(browser, clinic), 403, "does not prove")
    clinic.fault(more_keys=[{"kty": "oct", "kid": "shared", "k": "c2VjcmV0"}, {"kty": "RSA"}, 7])
    assert log_in(browser, clinic).status_code == 200


def test_new_keys_are_fetched_when_one_is_unknown_and_at_most_once_a_minute(
    browser, app, clinic, store
):
    log_in(browser, clinic)
    asked = clinic.asked.count("/jwks")
    clinic.fault(rotate="second")
    assert log_in(browser, clinic).status_code == 403, "within the same minute"
    assert clinic.asked.count("/jwks") == asked
    app.state.provider._keys_at -= 61
    assert log_in(browser, clinic).status_code == 200
    clinic.fault(header={"kid": "unknown"})
    for _ in range(3):
        assert log_in(browser, clinic).status_code == 403
    assert clinic.asked.count("/jwks") == asked + 1


def test_claims_that_are_not_in_the_id_token_are_asked_for(browser, clinic, store):
    clinic.fault(claims={"groups": None, "preferred_username": None})
    assert log_in(browser, clinic).status_code == 200
    assert [user["name"] for user in worklist.users(store)] == ["ann"]


def test_claims_about_another_subject_are_refused(browser, clinic, store):
    clinic.fault(claims={"groups": None}, userinfo={"sub": "s-2", "groups": ["b12-admins"]})
    refused(browser, store, log_in(browser, clinic), 403, "does not prove")


@pytest.mark.parametrize("how", ["big", "garbage", "deep", "list", "moved", "broken"])
@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/oauth2/token", "/jwks"])
def test_a_provider_that_fails_stops_nothing_else(browser, clinic, store, how, path):
    if path.startswith("/oauth2"):
        address = clinic.answer(begun(browser), "s-1")
        clinic.fault(whole={path: how})
        answer = back(browser, address)
    else:
        clinic.fault(whole={path: how})
        answer = (
            browser.get("/login/single-sign-on") if "known" in path else log_in(browser, clinic)
        )
    refused(browser, store, answer, 503, "is not available now")
    assert "/elsewhere" not in clinic.asked
    clinic.fault()
    assert log_in(browser, clinic).status_code == 200


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://another.example"}, {"issuer": None}, {"token_endpoint": "http://another.example/token"},
        {"authorization_endpoint": "javascript:alert(1)"}, {"jwks_uri": "file:///etc/passwd"}, {"end_session_endpoint": "javascript:alert(1)"},
    ],
    ids=str,
)  # fmt: skip
def test_a_description_that_cannot_be_believed(browser, clinic, store, metadata):
    clinic.fault(metadata=metadata)
    refused(browser, store, browser.get("/login/single-sign-on"), 503, "is not available now")


@pytest.mark.parametrize("how", ["slow", "drip"])
def test_a_slow_provider_is_not_awaited_and_holds_nobody(browser, clinic, store, monkeypatch, how):
    monkeypatch.setattr("pipeline.web.provider.SECONDS", 0.5)
    clinic.fault(whole={"/.well-known/openid-configuration": how})
    began = time.monotonic()
    refused(browser, store, browser.get("/login/single-sign-on"), 503, "is not available now")
    assert time.monotonic() - began < 5


def test_without_a_provider_that_answers_passwords_go_on(browser, store, monkeypatch, home):
    monkeypatch.setenv("B12_SSO_ISSUER", "http://127.0.0.1:1")
    worklist.add_user(store, "ben", role="viewer", password=LONG)
    browser = client(standalone(home, names=["b12.example"], is_secure=True), BASE)
    assert browser.get("/login/single-sign-on").status_code == 503
    sent = {"csrf": token(browser.get("/login")), "name": "ben", "password": LONG}
    assert browser.post("/login", data=sent).status_code == 303
    assert "You are logged out" in browser.get("/login/ended").text


def test_only_the_settings_say_where_a_login_leads(browser, clinic):
    for more in ("?next=https://evil.example", "?redirect_uri=https://evil.example"):
        address = browser.get(f"/login/single-sign-on{more}").headers["location"]
        assert "evil.example" not in address
    page = back(
        browser, clinic.answer(address, "s-1") + "&next=https://evil.example&url=//evil.example"
    ).text
    assert "evil.example" not in page and re.findall(r"url=([^\"]*)", page) == ["/"]


def test_another_host_name_is_not_led_back_to(app):
    assert client(app, "https://evil.example").get("/login/single-sign-on").status_code == 400


def test_a_form_of_another_site_is_refused_at_the_callback_too(browser, clinic):
    address = clinic.answer(begun(browser), "s-1")
    answer = browser.post(address, data={}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403 and is_out(browser)


def test_many_failures_from_one_address_are_slowed_down(browser, app, clinic, store):
    worklist.add_user(store, "ben", role="viewer", password=LONG)
    for _ in range(48):
        assert worklist.seconds_to_wait(store, None, "testclient") == 0
    for _ in range(3):  # who gets in is not counted
        assert log_in(browser, clinic).status_code == 200, (
            "48 may be mistakes of many behind one proxy"
        )
    for _ in range(4):
        worklist.seconds_to_wait(store, None, "testclient")
    answer = log_in(browser, clinic)
    assert answer.status_code == 429 and "then log in again" in answer.text
    assert log_in(client(app, BASE, address="10.0.0.5"), clinic).status_code == 200


def test_no_token_claim_or_secret_is_logged(browser, clinic, caplog, monkeypatch):
    caplog.set_level(logging.INFO)  # as `b12 serve` logs
    caplog.set_level(logging.INFO, logger="httpx")
    monkeypatch.setattr(logging.getLogger("httpx"), "disabled", False)  # by another test
    log_in(browser, clinic)
    clinic.fault(claims={"nonce": "another"})
    address = clinic.answer(begun(browser), "s-1")
    back(browser, address)
    said = [record.getMessage() for record in caplog.records]
    assert any("/oauth2/token" in line for line in said)
    ours = [line for line in said if "b12.example" not in line]  # else it is the test's own client
    code, state = (parse_qs(urlsplit(address).query)[name][0] for name in ("code", "state"))
    for secret in (os.environ["B12_SSO_CLIENT_SECRET"], code, state, "b12-north", "eyJ"):
        assert secret not in "\n".join(ours)


# Passwords


def test_a_user_of_the_provider_has_no_password(browser, clinic, store, monkeypatch):
    log_in(browser, clinic)
    hashed, module = [], sys.modules["pipeline.worklist.users"]
    monkeypatch.setattr(module, "_hasher", Hashing(module._hasher, hashed))
    for password in ("", "nobody", LONG):
        assert worklist.verify(store, "ann", password) is None
        assert worklist.verify(store, "unknown", password) is None
    assert len(hashed) == 6 and len(set(hashed)) == 1, "as long as with a name that is unknown"


class Hashing:
    "Looks at passwords as before, and keeps the hashes that they were held against"

    def __init__(self, real, kept):
        self.real, self.kept, self.hash = real, kept, real.hash

    def verify(self, hashed, password):
        self.kept.append(hashed)
        return self.real.verify(hashed, password)


def test_passwords_are_refused_where_the_provider_alone_counts(home, clinic, store, monkeypatch):
    monkeypatch.setenv("B12_SSO_ONLY", "yes")
    worklist.add_user(store, "ben", role="admin", password=LONG)
    browser = client(standalone(home, names=["b12.example"], is_secure=True), BASE)
    page = browser.get("/login")
    assert 'type="password"' not in page.text and "Log in with the clinic" in page.text
    monkeypatch.setenv("B12_SSO_ONLY", "no")
    csrf = token(
        client(standalone(home, names=["b12.example"], is_secure=True), BASE).get("/login")
    )
    answer = browser.post("/login", data={"csrf": csrf, "name": "ben", "password": LONG})
    assert (
        answer.status_code == 403
        and "Passwords are not accepted here" in answer.text
        and is_out(browser)
    )
    assert log_in(browser, clinic).status_code == 200


def test_nobody_is_let_in_without_a_login_where_there_is_a_provider(home, monkeypatch):
    browser = client(standalone(home), "http://localhost:8080")
    assert is_out(browser)


def test_the_provider_leads_back_to_where_the_pages_are_mounted(home, clinic):
    provider = Provider(worklist.single_sign_on(home))
    app = create_app(
        home, identify=identify_by_session, root_path="/b12", has_login=True, provider=provider
    )
    browser = client(app, "http://b12.example:8090")
    answer = browser.get("/login/single-sign-on")
    assert (
        "redirect_uri=http%3A%2F%2Fb12.example%3A8090%2Fb12%2Flogin%2Fcallback&"
        in answer.headers["location"]
    )
    assert "Path=/b12/login;" in answer.headers["set-cookie"]


def test_an_address_in_the_settings_is_led_back_to_whatever_was_asked_for(
    home, clinic, monkeypatch
):
    monkeypatch.setenv("B12_SSO_REDIRECT", f"{BASE}/login/callback")
    browser = client(standalone(home), "http://localhost:8080")
    assert "redirect_uri=https%3A%2F%2Fb12.example%2Flogin%2Fcallback&" in begun(browser)
