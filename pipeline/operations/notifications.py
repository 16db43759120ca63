"""Tells people by e-mail and by webhook, as the environment says: a subject and lines of counts,
never anything of a patient."""

import hashlib
import hmac
import json
import logging
import smtplib
import ssl
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from pipeline.core import revealed, settings, variable_of

LOG = logging.getLogger("b12.notify")
TIMEOUT = 10  # seconds: no night waits longer for a channel
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def notify(subject, lines=()):
    """Send to every channel that is configured; returns what went wrong with each, or None, by
    channel.

    A channel that fails is logged, and the others are tried: a run never fails because of
    notifications.
    """
    subject, lines = " ".join(subject.split()), [str(line) for line in lines]
    return {name: _tried(name, send, subject, lines) for name, send in channels().items()}


def channels():
    """How to send, for each channel that the environment configures: `smtp`, `webhook`."""
    known = {
        "smtp": (settings().notify_smtp, by_smtp),
        "webhook": (settings().notify_webhook, by_webhook),
    }
    return {name: send for name, (address, send) in known.items() if address}


def _tried(name, send, subject, lines):
    import httpx

    try:
        send(subject, lines)
    except (OSError, smtplib.SMTPException, httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        # the words of these errors may hold the address with its token, or a password: only what
        # this module says itself is told
        said = str(error) if isinstance(error, _Unusable) else type(error).__name__
        LOG.error("notification by %s failed: %s", name, said)
        return said
    return None


class _Unusable(ValueError):
    "A setting or an answer that does not serve; says which"


def by_smtp(subject, lines):
    """Send an e-mail by the server of `$B12_NOTIFY_SMTP`, from `$B12_NOTIFY_FROM` to
    `$B12_NOTIFY_TO`."""
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = (
        subject,
        _required("notify_from"),
        _required("notify_to"),
    )
    message.set_content("\n".join(lines) + "\n")
    with _connected(urlsplit(settings().notify_smtp)) as server:
        server.send_message(message)


def _required(name):
    if not (value := getattr(settings(), name)):
        raise _Unusable(f"${variable_of(name)} is not set")
    return value


@contextmanager
def _connected(address):
    "A server that was logged in to; a password travels encrypted, or stays on this computer"
    if address.scheme not in ("smtp", "smtps") or not address.hostname:
        raise _Unusable(
            "$B12_NOTIFY_SMTP is not an smtp://user@host:port or smtps://user@host:port"
        )
    safe = ssl.create_default_context()
    is_tls = address.scheme == "smtps"
    host, port = address.hostname, address.port or (465 if is_tls else 587)
    with (
        smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=safe)
        if is_tls
        else smtplib.SMTP(host, port, timeout=TIMEOUT)
    ) as server:
        server.ehlo()
        if not is_tls and server.has_extn("starttls"):
            server.starttls(context=safe)
            is_tls = True
        if password := revealed(settings().notify_smtp_password):
            if not is_tls and address.hostname not in LOOPBACK:
                raise _Unusable(
                    "the mail server does not offer encryption, so the password was not sent: use"
                    " smtps://"
                )
            server.login(unquote(address.username or ""), password)
        yield server


def by_webhook(subject, lines):
    """POST JSON to `$B12_NOTIFY_WEBHOOK`; `X-B12-Signature` is the HMAC-SHA256 of the body by
    `$B12_NOTIFY_SECRET`, if there is one."""
    import httpx  # half a second to import

    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(
            logging.WARNING
        )  # each request is told at INFO, with the address and its token
    address = revealed(settings().notify_webhook) or ""
    if urlsplit(address).scheme not in ("http", "https"):
        raise _Unusable("$B12_NOTIFY_WEBHOOK is not an http:// or https:// address")
    sent = {
        "subject": subject,
        "lines": lines,
        "text": "\n".join([subject, *lines]),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    body = json.dumps(sent, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json"}
    if secret := revealed(settings().notify_secret):
        headers["X-B12-Signature"] = (
            "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        )
    answer = httpx.post(address, content=body, headers=headers, timeout=TIMEOUT)
    if not answer.is_success:
        raise _Unusable(f"the webhook returned {answer.status_code}")
