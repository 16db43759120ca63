"""Middleware for every request: headers, rejection of requests from other sites, a log without
identifiers."""

import logging
import re
import time
from urllib.parse import unquote_to_bytes, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse

LOG = logging.getLogger("b12.web")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src"
    " 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
SECURE = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    # with no-referrer, browsers send `Origin: null` with forms of this site
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
KEEP = "public, max-age=604800"  # the address of a static file changes with its content
TLS = {"Strict-Transport-Security": "max-age=31536000"}
LARGEST, LONGEST = 1 << 20, 8192
NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
SAFE = ("GET", "HEAD", "OPTIONS")


class SecureHeaders:
    """Puts SECURE on every response; what a response sets itself stays, and static files may be
    kept."""

    def __init__(self, app, *, is_secure=False):
        self.app = app
        self.headers = {**SECURE, **(TLS if is_secure else {})}

    async def __call__(self, scope, receive, send):
        kept = KEEP if is_static(scope) else "no-store"  # asked now: a Mount writes into the scope

        async def sending(message):
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", kept)
            await send(message)

        await self.app(scope, receive, sending)


def is_static(scope):
    """Whether a request is for a static file, which contains no patient data."""
    return scope.get("path", "").removeprefix(scope.get("root_path", "")).startswith("/static/")


class _Refusing:
    "Answers a request at once where there is a refusal"

    def __init__(self, app):
        self.app = app

    def refusal(self, scope) -> tuple[str, int] | None:
        "Why, as the end of a sentence, and the status; None for a request that goes on"
        raise NotImplementedError

    async def __call__(self, scope, receive, send):
        refused = self.refusal(scope) if scope["type"] == "http" else None
        app = PlainTextResponse(f"Refused: {refused[0]}", refused[1]) if refused else self.app
        await app(scope, receive, send)


class TextOnly(_Refusing):
    """Refuses an address with control characters or bytes that are not UTF-8, and one that is
    longer than any of this site."""

    def refusal(self, scope):
        if is_readable(scope):
            return None
        return "the address contains a character that is not text, or is too long.", 400


def is_readable(scope):
    """Whether path and query are text; the server has decoded the path."""
    query = scope.get("query_string", b"")
    try:
        asked = unquote_to_bytes(query).decode()
    except UnicodeDecodeError:
        return False
    return len(query) <= LONGEST and is_text(scope["path"]) and is_text(asked)


def is_text(given):
    """Whether a text has no control characters besides tab and the ends of lines, and no halves of
    surrogate pairs."""
    return not NO_TEXT.search(given)


class SameOriginOnly(_Refusing):
    """Refuses requests that change something unless the browser's headers show that a page of this
    site sent them, and requests that are larger than any form of this site."""

    def refusal(self, scope):
        headers = Headers(scope=scope)
        if scope["method"] in SAFE or (is_same_origin(headers) and is_small(headers)):
            return None
        if is_same_origin(headers):
            return "the request is larger than any form of this site.", 413
        why = "the request was not sent from a page of this site. Reload the page and try again."
        return why, 403


def is_small(headers):
    """Whether a request states its length, and it is at most LARGEST bytes."""
    length = headers.get("content-length", "")
    return length.isdecimal() and len(length) < 12 and int(length) <= LARGEST


def is_same_origin(headers):
    """Whether a browser's own headers say that a page of this host sent the request."""
    if site := headers.get("sec-fetch-site"):
        return site in ("same-origin", "none")
    try:
        origin = urlsplit(headers.get("origin", "")).netloc
    except ValueError:
        return False
    return bool(origin) and origin == headers.get("host")


class AccessLog:
    """One line a request: method, the route's pattern (never the address asked for), status,
    milliseconds."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), [500]

        async def sending(message):
            if message["type"] == "http.response.start":
                status[0] = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, sending)
        finally:
            route = getattr(scope.get("route"), "path", "-")
            LOG.info(
                "%s %s %s %.0f ms",
                scope["method"],
                route,
                status[0],
                1000 * (time.perf_counter() - began),
            )
