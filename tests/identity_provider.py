"""A real OpenID Connect provider (oidc-provider-mock, on Authlib's server side) in a process of its own, which can be told to misbehave.

Around it stand PKCE, which it does not check by itself, a key of its own, and `PUT /fault`: what is wrong with its answers from then on.
"""

import base64
import hashlib
import hmac
import io
import json
import os
import re
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from html import unescape
from urllib.parse import parse_qs, urlsplit

import httpx

WHOLE = {  # answers that are wrong as a whole: status, body
    "garbage": ("200 OK", b"<html>\xff"), "deep": ("200 OK", b"[" * 200_000),
    "list": ("200 OK", b"[]"), "moved": ("302 Found", b""), "broken": ("500 Broken", b"{}"),
}  # fmt: skip


class Running:
    "The process, as a test speaks to it"

    def __init__(self, issuer):
        self.issuer = issuer

    def known(self, redirect):
        "Make the pages a client that may be led back to this address; returns what the settings need"
        sent = {"redirect_uris": [redirect], "token_endpoint_auth_method": "client_secret_basic"}
        told = httpx.post(f"{self.issuer}/oauth2/clients", json=sent).json()
        return {
            "B12_SSO_ISSUER": self.issuer, "B12_SSO_CLIENT_ID": told["client_id"],
            "B12_SSO_CLIENT_SECRET": told["client_secret"], "B12_SSO_LABEL": "the clinic",
        }  # fmt: skip

    def user(self, subject, **claims):
        "A user with these claims"
        assert httpx.put(f"{self.issuer}/users/{subject}", json=claims).status_code == 204

    def fault(self, **faults):
        "What is wrong from now on; nothing else is"
        assert httpx.put(f"{self.issuer}/fault", json=faults).status_code == 200

    def answer(self, address, subject):
        "Log in there as a user, or deny it (None); returns the address that the browser is led back to"
        assert "Authorize" in httpx.get(address).text
        sent = {"sub": subject} if subject else {"action": "deny"}
        location = unescape(httpx.post(address, data=sent).headers["location"])
        if "state=" in location:
            return location
        [state] = parse_qs(urlsplit(address).query)[
            "state"
        ]  # RFC 6749 asks for it in an error, too
        return f"{location}&state={state}"

    @property
    def asked(self):
        "The paths that were asked for so far"
        return httpx.get(f"{self.issuer}/asked").json()


@contextmanager
def provider(host="127.0.0.1"):
    """A provider that runs as long as this lasts."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-m", "tests.identity_provider", str(port)]
    process = subprocess.Popen(
        command, stderr=subprocess.DEVNULL, env={**os.environ, "AUTHLIB_INSECURE_TRANSPORT": "1"}
    )
    try:
        until = time.monotonic() + 60
        while not is_listening(port):
            assert process.poll() is None and time.monotonic() < until
            time.sleep(0.1)
        yield Running(f"http://{host}:{port}")
    finally:
        process.kill()
        process.wait()


def is_listening(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Around:
    "The provider as a WSGI application, with PKCE, its own key and the faults"

    def __init__(self, app):
        self.app, self.faults, self.challenges, self.paths = app, {}, {}, []
        self._new_key("first")

    def _new_key(self, kid):
        from joserfc.jwk import RSAKey

        self.kid, self.key = kid, RSAKey.generate_key(2048)

    def __call__(self, environ, start):
        path = environ["PATH_INFO"]
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        if path == "/asked":
            return told(start, self.paths)
        if path == "/fault":
            self.faults = json.loads(body)
            if kid := self.faults.get("rotate"):
                self._new_key(kid)
            return told(start, {})
        self.paths.append(path)
        if how := self.faults.get("whole", {}).get(path):
            return self._wrong(how, path, environ, body, start)
        return self._answer(path, environ, body, start)

    def _wrong(self, how, path, environ, body, start):
        if how == "slow":
            time.sleep(60)
        if how == "drip":
            start("200 OK", [("Content-Type", "application/json")])
            return (time.sleep(0.2) or b" " for _ in range(300))
        if how == "big":  # the right answer, with 10 MB of blanks behind it
            status, headers, content = called(
                lambda environ, start: self._answer(path, environ, body, start), environ
            )
            return sent(start, status, content + b" " * 10_000_000, *headers)
        return sent(start, *WHOLE[how], ("Location", "/elsewhere"))

    def _answer(self, path, environ, body, start):
        if path == "/jwks":
            public = self.key.as_dict(private=False) | {"kid": self.kid, "use": "sig"}
            return told(start, {"keys": [*self.faults.get("more_keys", []), public]})
        if path == "/oauth2/token" and not self._is_verified(parse_qs(body.decode())):
            return told(start, {"error": "invalid_grant"}, "400 Bad Request")
        status, headers, content = called(self.app, environ)
        if path == "/oauth2/authorize":
            self._keep_challenge(environ, dict(headers).get("Location", ""))
        value = json.loads(content) if status.startswith("200") and b'"' in content[:20] else None
        if path == "/.well-known/openid-configuration":
            return told(start, value | self.faults.get("metadata", {}))
        if path == "/oauth2/token" and value:
            return told(
                start,
                value
                | {"id_token": self._signed(value["id_token"])}
                | self.faults.get("tokens", {}),
            )
        if path == "/userinfo" and value:
            return told(start, value | self.faults.get("userinfo", {}))
        return sent(start, status, content, *headers)

    def _keep_challenge(self, environ, location):
        query = parse_qs(environ["QUERY_STRING"])
        assert query["code_challenge_method"] == ["S256"] and query["nonce"]
        for code in parse_qs(urlsplit(location).query).get("code", []):
            [self.challenges[code]] = query["code_challenge"]

    def _is_verified(self, form):
        digest = hashlib.sha256(form.get("code_verifier", [""])[0].encode()).digest()
        return self.challenges.get(form["code"][0]) == plain(digest)

    def _signed(self, token):
        "The ID token with what is wrong about it, signed anew"
        from joserfc import jwt
        from joserfc.jwk import RSAKey

        faults = self.faults
        claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "==")) | faults.get(
            "claims", {}
        )
        claims = {name: value for name, value in claims.items() if value is not None}
        if "shift" in faults:
            now = int(time.time()) + faults["shift"]
            claims |= {"iat": now - 600, "exp": now}
        header = {"alg": "RS256", "kid": self.kid} | faults.get("header", {})
        if (how := faults.get("sign")) in ("none", "HS256"):
            signed = f"{plain(json.dumps({**header, 'alg': how}).encode())}.{plain(json.dumps(claims).encode())}"
            public = self.key.as_pem(private=False)  # as if it were a secret that both know
            return f"{signed}." + (
                "" if how == "none" else plain(hmac.digest(public, signed.encode(), "sha256"))
            )
        key = RSAKey.generate_key(2048) if how == "another key" else self.key
        return jwt.encode(header, claims, key, algorithms=["RS256"])


def plain(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def called(app, environ):
    "Status, headers and body with which a WSGI application answers"
    kept = []
    content = b"".join(app(environ, lambda status, headers, _=None: kept.extend((status, headers))))
    return *kept, content


def told(start, value, status="200 OK"):
    return sent(start, status, json.dumps(value).encode(), ("Content-Type", "application/json"))


def sent(start, status, content, *headers):
    others = [each for each in headers if not re.fullmatch("(?i)content-length", each[0])]
    start(status, [*others, ("Content-Length", str(len(content)))])
    return [content]


if __name__ == "__main__":
    from oidc_provider_mock import app
    from werkzeug.serving import run_simple

    run_simple(
        "127.0.0.1",
        int(sys.argv[1]),
        Around(app(require_client_registration=True).wsgi_app),
        threaded=True,
    )
