"""What no browser sends is refused by every page, for every role: never an unexpected error, and never what was sent."""

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pipeline import worklist
from pipeline.core import clock
from pipeline.core.config import Home
from pipeline.web import create_app, forms
from pipeline.web.login import identify_by_session
from pipeline.web.provider import Provider
from tests import homes, odd_requests
from tests.odd_requests import HUGE, asking, pairs, parts

ROLES = ("operator", "viewer", "coordinator", "steward", "admin")
REFUSED = (400, 404, 413, 415, 422)


@pytest.fixture(scope="module")
def home(two_nights, tmp_path_factory):
    return Home(homes.copied(two_nights / "home", tmp_path_factory.mktemp("odd") / "home"))


@pytest.fixture(scope="module")
def known(home):
    "The key of an item with a note"
    store = worklist.open_store(home)
    key = worklist.find_patients(store, "kept-1", limit=1)[0]["key"]
    kim = worklist.Actor("kim", "coordinator")
    worklist.note_headache_unrelated(store, key, actor=kim, noted_on=clock.today())
    return key


def app_for(home, role):
    provider = Provider(SETUP)
    if role is None:
        return create_app(home, identify=identify_by_session, has_login=True, provider=provider)
    sites = ("North",) if role in ("viewer", "steward") else None
    actor = worklist.Actor("kim", role, sites)
    return create_app(home, identify=lambda: actor, has_login=True, provider=provider)


SETUP = worklist.SingleSignOn(  # of a provider that is not there
    issuer="http://127.0.0.1:9", client_id="b12", client_secret="none", scopes="openid",
    name_claim="sub", label="the hospital", redirect=None, is_only=False, mapping=(),
)  # fmt: skip


class Signed:
    "What a token is signed with"

    def __init__(self, app):
        self.app = app


def token(app, name="kim"):
    return forms.token(Signed(app), name)


@pytest.fixture(scope="module")
def kim(home):
    app = app_for(home, "admin")
    with asking(app) as ask:
        ask.csrf = token(app)
        yield ask


def post(ask, path, body, headers):
    return ask("POST", path.encode(), b"", headers, body)


@pytest.mark.parametrize("charset", odd_requests.CHARSETS)
def test_a_form_in_another_charset_is_refused(kim, known, charset):
    fields = [("csrf", kim.csrf), ("version", "1"), ("comment", "a\\ud800 \udcff")]
    answer = post(kim, f"/patients/{known}/act", *parts(fields, charset))
    assert answer.status in (400, 415) and "ud800" not in answer.text


@pytest.mark.parametrize("version", [HUGE, str(2**31), str(2**63), "-1", "٣"])
def test_a_version_that_no_item_can_have_is_refused(kim, known, version):
    for path, fields in (
        (f"/patients/{known}/act", [("version", version)]),
        (f"/patients/{known}/mine", [("version", version)]),
        ("/worklist/act", [("keys", f"{known}:{version}"), ("to", "me")]),
        ("/letters", [("keys", f"{known}:{version}")]),
        ("/letters/write", [("keys", f"{known}:{version}"), ("write", "recall-letter|csv")]),
    ):
        answer = post(kim, path, *pairs([("csrf", kim.csrf), *fields]))
        assert answer.status == 400 and "form is incomplete" in answer.text


@pytest.mark.parametrize("number", [str(2**31), str(2**63), HUGE, "-1", "x"])
def test_a_number_that_no_row_can_have_is_refused(kim, known, number):
    sent = pairs([("csrf", kim.csrf)])
    assert post(kim, f"/patients/{known}/notes/{number}/withdraw", *sent).status in REFUSED
    assert kim("GET", f"/audit/{number}".encode()).status in REFUSED
    for address in ("/worklist?done=", "/worklist?stale=", "/runs/compare?number="):
        path, query = address.split("?")
        answer = kim("GET", path.encode(), f"{query}{number}".encode())
        assert answer.status in REFUSED


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "1899-12-31", "2026-02-30"])
def test_a_day_that_no_calendar_of_ours_has_is_refused(kim, known, day):
    for query in (f"since={day}", f"until={day}"):
        assert kim("GET", b"/audit", query.encode()).status == 400
    fields = [("csrf", kim.csrf), ("noted_on", day)]
    assert post(kim, f"/patients/{known}/headache", *pairs(fields)).status == 400


@pytest.mark.parametrize(
    ("path", "query", "headers"),
    [
        (b"/worklist", b"site=%00", []),
        (b"/worklist", b"site=\xff", []),
        (b"/worklist", b"&".join([b"site=x"] * 9000), []),
        (b"/patients/%00", b"", []),
        (b"/static/%00", b"", []),
    ],
    ids=["zero", "byte", "long", "patient", "static"],
)
def test_an_address_that_is_no_text_is_refused(kim, path, query, headers):
    assert kim("GET", path, query, headers).status in REFUSED


def test_an_origin_that_is_no_address_is_another_site(kim):
    assert kim("POST", b"/worklist/search", b"", [(b"origin", b"http://[")]).status == 403


@pytest.mark.parametrize("value", ["a\0b", "\ud800", "\udcff"])
def test_a_field_that_is_no_text_is_refused_and_not_repeated(kim, value):
    for sent in (
        pairs([("csrf", kim.csrf), ("patient", f"MARK{value}")]),
        parts([("csrf", kim.csrf), ("patient", f"MARK{value}")], "utf-8"),
    ):
        answer = post(kim, "/worklist/search", *sent)
        assert answer.status in (200, 400) and (answer.status == 200 or "MARK" not in answer.text)
    answer = post(kim, "/worklist/search", *pairs([("csrf", kim.csrf), ("patient", "a\0b")]))
    assert answer.status == 400


def test_a_form_is_a_form_without_files_and_not_too_many_fields(kim):
    fields = [("csrf", kim.csrf), ("patient", "kept")]
    sent = parts(fields, "utf-8", b'; filename="a"')
    assert post(kim, "/worklist/search", *sent).status == 400
    assert post(kim, "/worklist/search", *pairs([*fields] * 600)).status == 400
    body, (_, length) = pairs(fields)
    for kind in (b"application/json", b"text/plain", b"multipart/form-data", b"\xff"):
        answer = post(kim, "/worklist/search", body, [(b"content-type", kind), length])
        assert answer.status in (400, 415)


@pytest.mark.parametrize("role", [None, *ROLES])
def test_no_request_is_an_unexpected_error(home, known, role):
    app = app_for(home, role)
    standing = {"csrf": token(app, "kim" if role else ""), "version": "1"}

    @settings(max_examples=3, phases=[Phase.generate])
    @given(st.data())
    def every_page(data):
        for path, methods in odd_requests.routes(app):
            named = path.replace("{key}", data.draw(st.sampled_from([known, "none", "%00"])))
            for place in ("{note_id}", "{access_id}", "{token}"):
                number = data.draw(st.sampled_from(["1", *odd_requests.NUMBERS]))
                named = named.replace(place, odd_requests.quote(number))
            for method in (*methods, data.draw(st.sampled_from(["HEAD", "PUT", "DELETE", "X"]))):
                query, headers = data.draw(odd_requests.queries()), []
                body, said = (
                    data.draw(odd_requests.forms(standing)) if method == "POST" else (b"", [])
                )
                if data.draw(st.integers(0, 3)) == 0:
                    headers = data.draw(st.lists(odd_requests.header, max_size=2))
                replaced = {name for name, _ in headers}
                said = [each for each in said if each[0] not in replaced]
                answer = ask(method, named.encode(), query, [*headers, *said], body)
                is_away = answer.status == 503 and path.startswith("/login")  # the provider
                assert answer.status < 500 or is_away, (method, path, answer)

    with asking(app) as ask:
        every_page()
