"""`b12 serve` and `b12 user`: what is said when it cannot serve, and who may log in."""

import io
import socket
import sys

from pipeline import worklist
from pipeline.core import Home
from tests.command import b12
from tests.functional.web_client import client, token

LONG = "correct horse battery"


def user(home, monkeypatch, *arguments, password=LONG):
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{password}\n"))
    return b12(home, "user", *arguments)


def test_another_address_than_loopback_needs_a_user(tmp_path, monkeypatch):
    refused = b12(tmp_path, "serve", "--host", "0.0.0.0", "--port", "0")
    assert refused.code == 2 and "b12 user add NAME --role admin" in refused.err


def test_a_port_in_use_is_said_plainly(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        refused = b12(tmp_path, "serve", "--port", taken.getsockname()[1])
    assert refused.code == 2 and "Address already in use" in refused.err and "--port" in refused.err


def test_a_certificate_that_is_not_there(tmp_path):
    refused = b12(
        tmp_path, "serve", "--certificate", tmp_path / "none.pem", "--key", tmp_path / "none.key"
    )
    assert (
        refused.code == 2
        and "The certificate file" in refused.err
        and "does not exist" in refused.err
    )


def test_a_user_is_added_listed_changed_and_shut_out(tmp_path, monkeypatch):
    assert "b12 user add" in user(tmp_path, monkeypatch, "list").out
    assert user(tmp_path, monkeypatch, "add", "ann", "--role", "coordinator").code == 0
    for arguments, column in (
        (("role", "ann", "--role", "steward"), "steward"),
        (("disable", "ann"), "True"),
        (("enable", "ann"), "False"),
    ):
        assert user(tmp_path, monkeypatch, *arguments).code == 0
        listed = user(tmp_path, monkeypatch, "list").out
        assert "ann" in listed and column in listed and LONG not in listed
    assert user(tmp_path, monkeypatch, "password", "ann", password="another long one").code == 0
    for arguments, password, says in (
        (("add", "ann"), LONG, "already"), (("add", "ben"), "short", "12 characters"), (("role", "ben"), LONG, "no user"), (("add",), LONG, "Give a name"),
    ):  # fmt: skip
        refused = user(tmp_path, monkeypatch, *arguments, password=password)
        assert refused.code == 2 and says in refused.err and password not in refused.err


def test_a_user_sees_all_sites_until_some_are_named(tmp_path, monkeypatch):
    assert user(tmp_path, monkeypatch, "add", "ann", "--role", "coordinator").code == 0
    for arguments, shown in (
        (("list",), "all sites"),
        (("sites", "ann", "--site", "North", "--site", "-"), "no site, North"),
        (("role", "ann", "--role", "steward"), "no site, North"),
        (("role", "ann", "--role", "viewer", "--site", "Élan"), "Élan"),
        (("sites", "ann", "--all-sites"), "all sites"),
    ):
        assert user(tmp_path, monkeypatch, *arguments).code == 0
        assert shown in user(tmp_path, monkeypatch, "list").out
    assert user(tmp_path, monkeypatch, "add", "ben", "--site", "North").code == 0
    store = worklist.open_store(Home(tmp_path))
    assert worklist.verify(store, "ben", LONG).sites == ("North",)
    assert worklist.accesses(store)[0]["detail"] == "ben: viewer, North"
    for arguments, says in (
        (("add", "cid", "--role", "admin", "--site", "North"), "cannot be limited"),
        (("role", "ben", "--role", "admin"), "--all-sites"),
        (("sites", "ben"), "--site SITE"),
        (("sites", "ben", "--site", "North", "--all-sites"), "not both"),
        (("sites", "zoe", "--site", "North"), "no user"),
        (("sites", "ben", "--site", "x" * 201), "at most 200"),
    ):
        refused = user(tmp_path, monkeypatch, *arguments)
        assert refused.code == 2 and says in refused.err


class Served:
    "Stands for the server: it keeps how it was called, and ends"

    def __init__(self, config):
        Served.config = config

    def run(self, sockets):
        Served.ran = True


def served(home, monkeypatch, *arguments):
    monkeypatch.setattr("pipeline.web.server.uvicorn.Server", Served)
    return b12(home, "serve", "--port", "0", *arguments)


def test_passwords_without_tls_are_warned_of_once(tmp_path, monkeypatch):
    user(tmp_path, monkeypatch, "add", "ann")
    assert served(tmp_path, monkeypatch, "--host", "0.0.0.0").err.count("without TLS") == 1
    assert served(tmp_path, monkeypatch, "--host", "0.0.0.0", "--behind-tls").err == ""
    assert served(tmp_path, monkeypatch).err == ""


def test_a_proxy_is_believed_only_where_there_is_one(tmp_path, monkeypatch):
    user(tmp_path, monkeypatch, "add", "ann")
    assert served(tmp_path, monkeypatch).code == 0 and Served.config.proxy_headers is False
    assert (
        served(
            tmp_path,
            monkeypatch,
            "--behind-tls",
            "--name",
            "b12.example",
            "--name",
            "worklist.example",
        ).code
        == 0
    )
    assert Served.config.proxy_headers is True
    for name, status in (("b12.example", 200), ("worklist.example", 200), ("evil.example", 400)):
        page = client(Served.config.app, f"https://{name}").get("/login")
        assert page.status_code == status and (
            status == 400 or "max-age" in page.headers["strict-transport-security"]
        )


def test_behind_a_proxy_there_is_a_login(tmp_path):
    refused = b12(tmp_path, "serve", "--port", "0", "--behind-tls")
    assert refused.code == 2 and "b12 user add NAME --role admin" in refused.err


def test_who_a_request_came_from_is_believed_of_the_proxy_alone(tmp_path, monkeypatch):
    user(tmp_path, monkeypatch, "add", "ann")
    proxy = ("--behind-proxy", "10.0.0.0/24,10.1.0.7", "--behind-proxy", "fd00::/8")
    assert served(tmp_path, monkeypatch, "--host", "0.0.0.0", *proxy).err == ""
    Served.config.load()
    store, app = worklist.open_store(Home(tmp_path)), Served.config.loaded_app
    for peer, claimed, origin in (
        ("10.0.0.9", "192.0.2.1", "192.0.2.1"),
        ("10.1.0.7", "192.0.2.2", "192.0.2.2"),
        ("fd00::1", "192.0.2.3", "192.0.2.3"),
        ("10.1.0.8", "192.0.2.4", "10.1.0.8"),
        ("10.0.0.9", "192.0.2.6, 192.0.2.5", "192.0.2.5"),  # what the user wrote comes first
    ):
        browser = client(app, "https://testserver", address=peer)
        sent = {"csrf": token(browser.get("/login")), "name": "ann", "password": LONG}
        entered = browser.post("/login", data=sent, headers={"X-Forwarded-For": claimed})
        assert entered.status_code == 303 and "secure" in entered.headers["set-cookie"].lower()
        assert worklist.accesses(store, limit=1)[0]["origin"] == origin


def test_a_proxy_needs_an_address(tmp_path):
    refused = b12(tmp_path, "serve", "--behind-proxy", "proxy.example")
    assert refused.code == 2 and "10.0.0.0/24" in refused.err
