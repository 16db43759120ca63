"""What is asked of the OpenID Connect provider itself, and whether its answers prove who a user
is.

Answers are bounded in size and time, no redirect is followed, and no log has a token or a claim.
"""

import asyncio
import json
import time
from functools import cached_property
from typing import Annotated
from urllib.parse import quote_plus

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import get_well_known_url
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import JWKRegistry, KeySet
from joserfc.jws import JWSRegistry
from pydantic import AfterValidator, BaseModel, ValidationError

from pipeline.worklist import is_private

ALGORITHMS = [f"{kind}{bits}" for kind in ("RS", "PS", "ES") for bits in (256, 384, 512)]
SIGNATURES = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
SECONDS, MOST_BYTES = 10, 1_000_000  # of one answer
KEPT_SECONDS, KEYS_AGAIN_SECONDS = 3600, 60
LEEWAY_SECONDS = 60
# of tokens and keys; what is nested too deeply among them
MISTAKES = (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError)


class Unavailable(Exception):
    """The provider does not answer, or not as it should; `why` is this program's own word."""

    def __init__(self, why):
        super().__init__(why)
        self.why = why


class NotProven(Exception):
    """The answer does not prove who a user is; `why` is this program's own word."""

    def __init__(self, why):
        super().__init__(why)
        self.why = why


def _private(address):
    if not is_private(address):
        raise ValueError("not private")
    return address


Address = Annotated[str, AfterValidator(_private)]


class Metadata(BaseModel):
    """What a provider says about itself, as far as it is used."""

    issuer: str
    authorization_endpoint: Address
    token_endpoint: Address
    jwks_uri: Address
    userinfo_endpoint: Address | None = None
    end_session_endpoint: Address | None = None
    token_endpoint_auth_methods_supported: list[str] = ["client_secret_basic"]
    authorization_response_iss_parameter_supported: bool = False


class Provider:
    """A provider: what it says about itself and its keys are kept for an hour."""

    def __init__(self, setup):
        self.setup = setup
        self._metadata, self._metadata_at = None, 0.0
        self._keys, self._keys_at = None, 0.0

    @cached_property
    def _tls(self):
        return httpx.create_ssl_context()

    async def authorization_url(self, *, redirect, state, nonce, verifier):
        """Where the browser is sent to log in. Raises Unavailable."""
        about = await self.metadata()
        return prepare_grant_uri(
            about.authorization_endpoint, self.setup.client_id, "code", redirect,
            self.setup.scopes, state, nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier), code_challenge_method="S256",
        )  # fmt: skip

    async def end_session_url(self, back):
        """Where the browser can log out of the provider, which then leads back; None where it has
        no such page. Raises Unavailable."""
        about = await self.metadata()
        if about.end_session_endpoint is None:
            return None
        more = {"client_id": self.setup.client_id, "post_logout_redirect_uri": back}
        return str(httpx.URL(about.end_session_endpoint).copy_merge_params(more))

    async def claims(self, code, *, redirect, nonce, verifier, issuer=None):
        """The claims about the user for whom the code was issued. issuer: as the answer named it.
        Raises Unavailable, NotProven."""
        about = await self.metadata()
        is_named = about.authorization_response_iss_parameter_supported
        if issuer != about.issuer and (issuer is not None or is_named):
            raise NotProven("another issuer")
        tokens = await self._tokens(about, code, redirect, verifier)
        claims = await self._verified(tokens, nonce)
        asked = {self.setup.name_claim, *(line.claim for line in self.setup.mapping)}
        if about.userinfo_endpoint and tokens.get("access_token") and not asked <= claims.keys():
            return await self._userinfo(about, tokens["access_token"], claims["sub"]) | claims
        return claims

    async def metadata(self):
        """The Metadata. Raises Unavailable."""
        if self._metadata is None or time.monotonic() - self._metadata_at > KEPT_SECONDS:
            status, told = await self._asked("GET", get_well_known_url(self.setup.issuer, True))
            try:
                metadata = Metadata.model_validate(told)
            except ValidationError:
                raise Unavailable("its description cannot be used") from None
            if status != 200 or metadata.issuer != self.setup.issuer:
                raise Unavailable("its description names another issuer")
            self._metadata, self._metadata_at = metadata, time.monotonic()
        return self._metadata

    async def _tokens(self, about, code, redirect, verifier):
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": redirect,
            "code_verifier": verifier,
        }  # fmt: skip
        known, secret = self.setup.client_id, self.setup.client_secret
        if "client_secret_basic" in about.token_endpoint_auth_methods_supported:
            more = {"auth": (quote_plus(known), quote_plus(secret))}
        else:
            more, form = {}, form | {"client_id": known, "client_secret": secret}
        status, told = await self._asked("POST", about.token_endpoint, data=form, **more)
        if status == 400 and told.get("error") == "invalid_grant":
            raise NotProven("the code")
        if status != 200:
            raise Unavailable("it issues no token: check $B12_SSO_CLIENT_ID and its secret")
        return told

    async def _verified(self, tokens, nonce):
        "The claims of the ID token"
        decoded = await self._decoded(tokens)
        claims = CodeIDToken(decoded.claims, decoded.header, *self._expected(tokens, nonce))
        try:
            claims.validate(leeway=LEEWAY_SECONDS)
        except MISTAKES as error:
            what = f"{type(error).__name__} {getattr(error, 'claim', '')}"
            raise NotProven(what.strip()) from None
        if not 0 < len(claims["sub"]) <= 255:
            raise NotProven("the subject")
        return dict(claims)

    async def _decoded(self, tokens):
        "The ID token, signed by the provider; keys are fetched anew where its key is unknown"
        for age in (KEPT_SECONDS, KEYS_AGAIN_SECONDS):
            keys = await self._keys_of(age)
            try:
                return jwt.decode(tokens["id_token"], keys, ALGORITHMS, SIGNATURES)
            except InvalidKeyIdError:
                continue
            except MISTAKES as error:
                raise NotProven(type(error).__name__) from None
        raise NotProven("its key")

    def _expected(self, tokens, nonce):
        known = self.setup.client_id
        options = {
            "iss": {"essential": True, "value": self.setup.issuer},
            "aud": {"essential": True, "value": known},
        }
        access = tokens.get("access_token")
        return options, {"nonce": nonce, "client_id": known, "access_token": access}

    async def _userinfo(self, about, access, subject):
        authorised = {"Authorization": f"Bearer {access}"}  # codespell:ignore authorization
        status, told = await self._asked("GET", about.userinfo_endpoint, headers=authorised)
        if status != 200:
            raise Unavailable("it does not tell the claims")
        if told.get("sub") != subject:
            raise NotProven("claims of another subject")
        return told

    async def _keys_of(self, age):
        "The keys, fetched anew where they are older than so many seconds"
        if self._keys is None or time.monotonic() - self._keys_at > age:
            status, told = await self._asked("GET", (await self.metadata()).jwks_uri)
            if status != 200 or not isinstance(told.get("keys"), list):
                raise Unavailable("its keys cannot be used")
            self._keys, self._keys_at = KeySet(list(_usable(told["keys"]))), time.monotonic()
        return self._keys

    async def _asked(self, method, url, *, headers=None, **more):
        "The status and the JSON object of an answer"
        headers = {"Accept": "application/json", "Accept-Encoding": "identity", **(headers or {})}
        try:
            async with (
                asyncio.timeout(SECONDS),
                httpx.AsyncClient(timeout=SECONDS, verify=self._tls) as client,
                client.stream(method, url, headers=headers, **more) as answer,
            ):
                told = json.loads(await _bounded(answer))
        except (TimeoutError, OSError, httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unavailable(type(error).__name__) from None
        except (ValueError, RecursionError):
            raise Unavailable("its answer is not JSON") from None
        if not isinstance(told, dict):
            raise Unavailable("its answer is not a JSON object")
        return answer.status_code, told


async def _bounded(answer):
    "What was sent, not unpacked; raises Unavailable where it is too long"
    whole = bytearray()
    async for piece in answer.aiter_raw():
        whole += piece
        if len(whole) > MOST_BYTES:
            raise Unavailable("its answer is too long")
    return whole


def _usable(keys):
    "Public keys to verify signatures with, without those that are something else"
    for key in keys:
        try:
            if key["kty"] in ("RSA", "EC") and key.get("use", "sig") == "sig":
                yield JWKRegistry.import_key(key)
        except MISTAKES:
            continue
