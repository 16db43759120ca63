"""How single sign-on is set up: the provider, and what its claims give here."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from pipeline.core import UsageError, revealed, settings, variable_of
from pipeline.worklist.role_mapping import Line, read_mapping

LOOPBACK = ("127.0.0.1", "localhost", "::1")
NEEDED = ("sso_issuer", "sso_client_id", "sso_client_secret")
CALLBACK = "/login/callback"


@dataclass(frozen=True)
class SingleSignOn:
    """The provider and the mapping. redirect: where it leads back to, None to build it."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    scopes: str
    name_claim: str
    label: str
    redirect: str | None
    is_only: bool
    mapping: tuple[Line, ...]


def single_sign_on(home):
    """As the settings have it; None where no provider is set. Raises UsageError and
    InvalidProtocol where it cannot work."""
    now = settings()
    given = {name: getattr(now, name) for name in NEEDED}
    if not any(given.values()):
        if now.sso_only:
            raise UsageError("$B12_SSO_ONLY is set, but no provider: set $B12_SSO_ISSUER.")
        return None
    if mistakes := [*_missing(given), *_unsound(now)]:
        raise UsageError(f"Single sign-on cannot work: {'; '.join(mistakes)}.")
    issuer, client_id, secret = now.sso_issuer, now.sso_client_id, revealed(now.sso_client_secret)
    assert issuer and client_id and secret, "else they are among the mistakes"
    return SingleSignOn(
        issuer=issuer, client_id=client_id, client_secret=secret, scopes=now.sso_scopes,
        name_claim=now.sso_name_claim, label=now.sso_label, redirect=now.sso_redirect,
        is_only=now.sso_only, mapping=read_mapping(home.root / now.sso_mapping),
    )  # fmt: skip


def _missing(given):
    return [f"${variable_of(name)} is not set" for name, value in given.items() if not value]


def _unsound(now):
    if now.sso_issuer and not is_private(now.sso_issuer):
        yield "$B12_SSO_ISSUER is not an https address (http is for this computer alone)"
    elif now.sso_issuer and {"?", "#", " "} & set(now.sso_issuer):
        yield "$B12_SSO_ISSUER has a query, a fragment or a blank"
    if "openid" not in now.sso_scopes.split():
        yield "$B12_SSO_SCOPES lacks openid"
    if now.sso_redirect and not (
        is_private(now.sso_redirect) and now.sso_redirect.endswith(CALLBACK)
    ):
        yield f"$B12_SSO_REDIRECT is not an https address that ends in {CALLBACK}"


def is_private(address):
    """Whether what is sent to an address cannot be read on the way: https, or this computer."""
    try:
        parts = urlsplit(address)
        is_http = parts.scheme == "http" and parts.hostname in LOOPBACK
    except ValueError:
        return False
    return bool(parts.hostname) and not parts.username and (parts.scheme == "https" or is_http)
