"""How single sign-on is set up, and who is admitted as which user."""

import io

import pytest

from pipeline.core import Home, InvalidProtocol, UsageError
from pipeline.worklist import (
    NotAdmitted,
    admit,
    bind,
    change_user,
    is_first_use,
    single_sign_on,
    users,
)
from pipeline.worklist.role_mapping import Granted
from tests.command import b12
from tests.stores import opened

NAMES = ("B12_SSO_ISSUER", "B12_SSO_CLIENT_ID", "B12_SSO_CLIENT_SECRET")
SOUND = dict(zip(NAMES, ("https://id.example/realm", "b12", "hush hush"), strict=True))
VIEWER, STEWARD = Granted("viewer", ("North",)), Granted("steward", None)


@pytest.fixture
def home(tmp_path, monkeypatch):
    for name, value in SOUND.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "single-sign-on.yaml").write_text("- {claim: groups, value: all, role: viewer}\n")
    return Home(tmp_path)


def test_it_is_as_the_settings_say_and_shows_no_secret(home):
    setup = single_sign_on(home)
    assert (setup.issuer, setup.client_id, setup.client_secret) == tuple(SOUND.values())
    assert (setup.scopes, setup.name_claim, setup.is_only, len(setup.mapping)) == (
        "openid profile",
        "preferred_username",
        False,
        1,
    )
    assert "hush" not in repr(setup)


def test_without_settings_there_is_none(home, monkeypatch):
    for name in SOUND:
        monkeypatch.delenv(name)
    assert single_sign_on(home) is None
    monkeypatch.setenv("B12_SSO_ONLY", "yes")
    with pytest.raises(UsageError, match="no provider"):
        single_sign_on(home)


@pytest.mark.parametrize("name", SOUND)
def test_what_is_missing_is_named(home, monkeypatch, name):
    monkeypatch.delenv(name)
    with pytest.raises(UsageError, match=rf"\{'$'}{name} is not set"):
        single_sign_on(home)


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("B12_SSO_ISSUER", "http://id.example", "not an https address"),
        ("B12_SSO_ISSUER", "https://", "not an https address"),
        ("B12_SSO_ISSUER", "https://[x", "not an https address"),
        ("B12_SSO_ISSUER", "http://127.0.0.1.evil.example", "not an https address"),
        ("B12_SSO_ISSUER", "http://localhost@evil.example", "not an https address"),
        ("B12_SSO_ISSUER", "file:///etc/passwd", "not an https address"),
        ("B12_SSO_ISSUER", "https://id.example/?a", "a query, a fragment or a blank"),
        ("B12_SSO_ISSUER", "https://id.example/a b", "a query, a fragment or a blank"),
        ("B12_SSO_ISSUER", "https://" + "x" * 300, "at most 200 characters"),
        ("B12_SSO_SCOPES", "profile email", "lacks openid"),
        ("B12_SSO_REDIRECT", "http://b12.example/login/callback", "ends in /login/callback"),
        ("B12_SSO_REDIRECT", "https://b12.example/", "ends in /login/callback"),
    ],
)
def test_what_is_unsound_is_named(home, monkeypatch, variable, value, says):
    monkeypatch.setenv(variable, value)
    with pytest.raises(UsageError, match=says):
        single_sign_on(home)


@pytest.mark.parametrize(
    "issuer", ["http://127.0.0.1:9400", "http://localhost:9400", "http://[::1]:9400"]
)
def test_this_computer_needs_no_tls(home, monkeypatch, issuer):
    monkeypatch.setenv("B12_SSO_ISSUER", issuer)
    assert single_sign_on(home).issuer == issuer


def test_the_mapping_may_have_another_name(home, monkeypatch):
    monkeypatch.setenv("B12_SSO_MAPPING", "roles.yaml")
    with pytest.raises(InvalidProtocol, match=r"roles\.yaml"):
        single_sign_on(home)


@pytest.mark.parametrize("command", [("serve", "--port", "0"), ("doctor",)])
def test_the_server_and_the_doctor_say_at_once_what_is_wrong(home, monkeypatch, command):
    (home.root / "single-sign-on.yaml").write_text("- {claim: g, value: a, role: nurse}\n")
    refused = b12(home.root, *command)
    assert refused.code and "line 1: role is not one of operator" in refused.err + refused.out
    monkeypatch.setenv("B12_SSO_ISSUER", "http://id.example")
    refused = b12(home.root, *command)
    assert refused.code and "B12_SSO_ISSUER is not an https address" in refused.err + refused.out


def test_the_doctor_says_that_it_is_set_up(home):
    assert (
        "Single sign-on by https://id.example/realm is set up; its mapping has 1 line"
        in b12(home.root, "doctor").out
    )


def test_a_subject_is_a_user_whatever_name_it_bears(store):
    first = admit(store, subject="i s-1", name="ann", grant=VIEWER)
    assert (first.actor.name, first.actor.sites, first.changed) == ("ann", ("North",), "user_add")
    again = admit(store, subject="i s-1", name="Ann Other", grant=VIEWER)
    assert (again.actor, again.changed) == (first.actor, None)
    risen = admit(store, subject="i s-1", name="ann", grant=STEWARD)
    assert (risen.actor.role, risen.actor.sites, risen.changed) == ("steward", None, "user_role")
    with pytest.raises(NotAdmitted) as refused:
        admit(store, subject="j s-1", name="ANN", grant=STEWARD)
    assert not refused.value.is_disabled
    change_user(store, "ann", is_disabled=True)
    with pytest.raises(NotAdmitted) as refused:
        admit(store, subject="i s-1", name="ann", grant=STEWARD)
    assert refused.value.is_disabled
    assert [(user["name"], user["role"]) for user in users(store)] == [("ann", "steward")]


def test_a_subject_is_one_user_at_most(store):
    for sub, name in (("s-1", "ann"), ("s-2", "ben")):
        admit(store, subject=f"i {sub}", name=name, grant=VIEWER)
    with pytest.raises(UsageError, match="already"):
        bind(store, "ben", "i s-1")
    with pytest.raises(UsageError, match="no user zoe"):
        bind(store, "zoe", "i s-3")


def test_an_attempt_comes_back_once(store):
    assert [is_first_use(store, state) for state in ("a", "a", "b", "a")] == [
        True,
        False,
        True,
        False,
    ]


def test_the_command_line_binds_and_sets_no_password_of_who_has_none(home, monkeypatch):
    store = opened(home.root)
    admit(store, subject="i s-1", name="ann", grant=VIEWER)
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse battery\n"))
    refused = b12(home.root, "user", "password", "ann")
    assert (
        refused.code == 2
        and "ann logs in by single sign-on and has no password here" in refused.err
    )
    assert b12(home.root, "user", "bind", "ann").code == 2
    assert b12(home.root, "user", "bind", "ann", "--subject", "s-7").code == 0
    assert (
        admit(store, subject="https://id.example/realm s-7", name="ann", grant=VIEWER).actor.name
        == "ann"
    )
