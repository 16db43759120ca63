"""Notifications: over a real SMTP server and a real HTTP server."""

import hashlib
import hmac
import json
import logging
import time

import pytest

from pipeline.operations import notifications as module
from pipeline.operations.notifications import notify
from tests.command import b12
from tests.serving_channels import mail_server, web_server


@pytest.fixture(autouse=True)
def nothing_configured(monkeypatch):
    for name in ("SMTP", "SMTP_PASSWORD", "FROM", "TO", "WEBHOOK", "SECRET"):
        monkeypatch.delenv(f"B12_NOTIFY_{name}", raising=False)


@pytest.fixture
def mail(monkeypatch):
    with mail_server() as (port, took):
        monkeypatch.setenv("B12_NOTIFY_SMTP", f"smtp://127.0.0.1:{port}")
        monkeypatch.setenv("B12_NOTIFY_FROM", "b12@example.org")
        monkeypatch.setenv("B12_NOTIFY_TO", "Night <night@example.org>, day@example.org")
        yield took


@pytest.fixture
def hook(monkeypatch):
    with web_server() as (address, took):
        monkeypatch.setenv("B12_NOTIFY_WEBHOOK", address)
        yield took


def test_without_a_channel_nothing_is_sent():
    assert notify("subject", ["line"]) == {}


def test_both_channels_carry_the_subject_and_the_lines(mail, hook, monkeypatch):
    monkeypatch.setenv("B12_NOTIFY_SECRET", "s" * 32)
    assert notify("A gate\nclosed", ["12 rows", "größer"]) == {"smtp": None, "webhook": None}
    [(receivers, message)] = mail
    assert receivers == ["night@example.org", "day@example.org"]
    assert (message["Subject"], message["From"]) == ("A gate closed", "b12@example.org")
    assert message.get_content().split() == ["12", "rows", "größer"]
    [(headers, body)] = hook
    assert (
        headers["X-B12-Signature"]
        == "sha256=" + hmac.new(b"s" * 32, body, hashlib.sha256).hexdigest()
    )
    assert {k: v for k, v in json.loads(body).items() if k != "at"} == {
        "subject": "A gate closed", "lines": ["12 rows", "größer"], "text": "A gate closed\n12 rows\ngrößer",
    }  # fmt: skip


def test_without_a_secret_the_webhook_is_not_signed(hook):
    notify("subject")
    assert "X-B12-Signature" not in hook[0][0]


def test_a_channel_that_fails_is_logged_without_its_address_and_the_other_is_tried(
    hook, monkeypatch, caplog
):
    monkeypatch.setenv("B12_NOTIFY_SMTP", "smtp://127.0.0.1:1")
    monkeypatch.setenv("B12_NOTIFY_FROM", "a@example.org")
    monkeypatch.setenv("B12_NOTIFY_TO", "b@example.org")
    with caplog.at_level(logging.ERROR):
        assert notify("subject") == {"smtp": "ConnectionRefusedError", "webhook": None}
    assert len(hook) == 1
    assert caplog.messages == ["notification by smtp failed: ConnectionRefusedError"]


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("http://127.0.0.1:1/T0KEN", "ConnectError"),
        ("ftp://x/T0KEN", "not an http:// or https://"),
        ("http://[/T0KEN", "ValueError"),
        ("", None),
    ],
)
def test_a_webhook_that_cannot_be_reached(monkeypatch, mail, caplog, address, says):
    monkeypatch.setenv("B12_NOTIFY_WEBHOOK", address)
    told = notify("subject")
    assert told["smtp"] is None and len(mail) == 1
    assert says is None or says in told["webhook"]
    assert "T0KEN" not in caplog.text


@pytest.mark.parametrize("status", [302, 404, 500])
def test_an_answer_other_than_success_is_a_failure(monkeypatch, status):
    with web_server(status) as (address, _):
        monkeypatch.setenv("B12_NOTIFY_WEBHOOK", address)
        assert notify("subject") == {"webhook": f"the webhook returned {status}"}


@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [
        ("B12_NOTIFY_TO", "", "$B12_NOTIFY_TO is not set"), ("B12_NOTIFY_SMTP", "mail.example.org", "is not an smtp://"),
        ("B12_NOTIFY_SMTP", "smtp://host:port", "ValueError"), ("B12_NOTIFY_FROM", "a\nBcc: x@example.org", "ValueError"),
        ("B12_NOTIFY_SMTP_PASSWORD", "pass-word-1", "SMTPNotSupportedError"),
    ],
)  # fmt: skip
def test_mistakes_in_the_settings(mail, monkeypatch, caplog, setting, value, says):
    monkeypatch.setenv(setting, value)
    assert says in notify("subject")["smtp"]
    assert mail == [] and "pass-word-1" not in caplog.text


def test_a_password_never_travels_unencrypted_to_another_computer(mail, monkeypatch):
    monkeypatch.setattr(module, "LOOPBACK", ())  # as if the server stood elsewhere
    monkeypatch.setenv("B12_NOTIFY_SMTP_PASSWORD", "pass-word-1")
    assert "not offer encryption" in notify("subject")["smtp"]
    assert mail == []


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_login_is_by_the_name_in_the_address_and_the_password_beside_it(monkeypatch):
    from aiosmtpd.smtp import AuthResult

    seen = []

    def check(server, session, envelope, mechanism, data):
        seen.append((data.login, data.password))
        return AuthResult(success=True)

    with mail_server(authenticator=check, auth_required=True, auth_require_tls=False) as (
        port,
        took,
    ):
        monkeypatch.setenv("B12_NOTIFY_SMTP", f"smtp://night%40b12@127.0.0.1:{port}")
        monkeypatch.setenv("B12_NOTIFY_SMTP_PASSWORD", "pass-word-1")
        monkeypatch.setenv("B12_NOTIFY_FROM", "a@example.org")
        monkeypatch.setenv("B12_NOTIFY_TO", "b@example.org")
        assert notify("subject") == {"smtp": None}
    assert seen == [(b"night@b12", b"pass-word-1")] and len(took) == 1


def test_a_server_that_never_answers_is_given_up(monkeypatch):
    import socket

    monkeypatch.setattr(module, "TIMEOUT", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("B12_NOTIFY_WEBHOOK", f"http://127.0.0.1:{silent.getsockname()[1]}/")
        began = time.monotonic()
        assert notify("subject") == {"webhook": "ReadTimeout"}
        assert time.monotonic() - began < 5


def test_the_command_sends_a_test_message(mail, hook, tmp_path):
    answer = b12(tmp_path, "notify")
    assert (answer.code, answer.out) == (0, "smtp: sent\nwebhook: sent\n")
    assert len(mail) == len(hook) == 1


def test_the_command_says_which_channel_failed(mail, tmp_path, monkeypatch):
    monkeypatch.setenv("B12_NOTIFY_WEBHOOK", "http://127.0.0.1:1/")
    answer = b12(tmp_path, "notify")
    assert (answer.code, answer.out) == (13, "smtp: sent\nwebhook: ConnectError\n")


def test_the_command_without_a_channel_is_a_mistake_of_use(tmp_path):
    answer = b12(tmp_path, "notify")
    assert answer.code == 2 and "No channel is configured" in answer.err


def test_the_address_of_the_webhook_with_its_token_is_in_no_log(monkeypatch, caplog):
    with web_server() as (address, took):
        monkeypatch.setenv("B12_NOTIFY_WEBHOOK", f"{address}?key=T0KEN")
        with (
            caplog.at_level(logging.DEBUG),
            caplog.at_level(logging.DEBUG, "httpx"),
            caplog.at_level(logging.DEBUG, "httpcore"),
        ):
            assert notify("subject") == {"webhook": None}
    assert len(took) == 1 and "T0KEN" not in caplog.text
