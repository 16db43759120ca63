"""Who may send: addresses, and certificates of TLS."""

import ssl
from ipaddress import ip_address, ip_network

from pipeline.core import LOOPBACK, UsageError

HERE = ("127.0.0.0/8", "::1/128")


def allowed_networks(host, allow, client_ca):
    """The networks that may send; None: any, which a certificate of theirs must then name. Raises
    UsageError where a host elsewhere than on loopback would take messages from any sender."""
    named = [part.strip() for part in allow.split(",") if part.strip()]
    try:
        networks = [ip_network(part, strict=False) for part in named]
    except ValueError:
        raise UsageError(
            "$B12_RECEIVE_ALLOW is not a list of addresses such as 10.1.2.3, or networks such as"
            " 10.2.0.0/16, separated by commas."
        ) from None
    if networks:
        return networks
    if client_ca is not None:
        return None
    if host not in LOOPBACK:
        raise UsageError(
            f"Other computers can reach {host}, and each could send results. Name those that may:"
            " $B12_RECEIVE_ALLOW, or ask for their certificates: $B12_RECEIVE_CLIENT_CA."
        )
    return [ip_network(each) for each in HERE]


def is_allowed(address, networks):
    """Whether an address may send."""
    if networks is None:
        return True
    found = ip_address(address.partition("%")[0])
    found = getattr(found, "ipv4_mapped", None) or found
    return any(found in network for network in networks)


def tls(home, settings):
    """The SSLContext of the settings, or None without a certificate. Raises UsageError."""
    certificate, key, authorities = (
        path and home.root / path
        for path in (
            settings.receive_certificate,
            settings.receive_key,
            settings.receive_client_ca,
        )
    )
    if certificate is None or key is None:
        if certificate or key or authorities:
            raise UsageError("TLS needs $B12_RECEIVE_CERTIFICATE and $B12_RECEIVE_KEY, both.")
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    _loaded(certificate, lambda: context.load_cert_chain(certificate, key, password=lambda: ""))
    if authorities:
        _loaded(authorities, lambda: context.load_verify_locations(authorities))
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def _loaded(path, load):
    try:
        load()
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        what = getattr(error, "strerror", None) or "it cannot be used"
        raise UsageError(
            f"{path}, or its key: {what}. Give PEM files, the key without a password, that this"
            " account can read."
        ) from None
