"""`b12 receive` with TLS: certificates made here."""

import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.command import b12
from tests.mllp import landed, numbers, oru, receiving


def written(folder, name, *, signed_by=None):
    """A certificate for localhost and its key, `<name>.pem` and `<name>.key`; returns what signs others."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer, signer = signed_by or (subject, key)
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(issuer, subject, key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=signed_by is None, path_length=None), critical=True)
        .sign(signer, hashes.SHA256())
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / f"{name}.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return subject, key


@pytest.fixture
def certificates(tmp_path):
    "Where the listener's certificate lies in its home, and that of a sender whom its authority signed"
    folder = tmp_path / "home" / "tls"
    written(folder, "receive")
    written(folder, "engine", signed_by=written(folder, "authority"))
    return folder


SETTINGS = {"B12_RECEIVE_CERTIFICATE": "tls/receive.pem", "B12_RECEIVE_KEY": "tls/receive.key"}


def client(folder, name=None):
    context = ssl.create_default_context(cafile=folder / "receive.pem")
    if name:
        context.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
    return context


def asked(receiver, tls, message):
    try:
        with receiver.sender(tls) as sender:
            return sender.ask(message)
    except OSError:
        return None


def test_messages_come_by_tls_alone(tmp_path, certificates):
    large = oru(2) + b"NTE|1||" + b"x" * 500_000
    with receiving(tmp_path / "home", **SETTINGS) as receiver:
        assert asked(receiver, client(certificates), oru(1)) == ("AA", "M1")
        assert asked(receiver, client(certificates), large) == ("AA", "M2")
        assert asked(receiver, None, oru(3)) is None
        old = client(certificates)
        old.maximum_version = ssl.TLSVersion.TLSv1_2
        assert asked(receiver, old, oru(4)) == ("AA", "M4")
    assert sorted(numbers(landed(tmp_path / "home"))) == ["M1", "M2", "M4"]


def test_with_an_authority_senders_need_a_certificate_that_it_signed(tmp_path, certificates):
    settings = SETTINGS | {"B12_RECEIVE_CLIENT_CA": "tls/authority.pem"}
    with receiving(tmp_path / "home", **settings) as receiver:
        assert asked(receiver, client(certificates, "engine"), oru(1)) == ("AA", "M1")
        assert asked(receiver, client(certificates), oru(2)) is None
        assert asked(receiver, client(certificates, "receive"), oru(3)) is None
    assert numbers(landed(tmp_path / "home")) == ["M1"]


def test_a_key_that_does_not_fit_is_named(tmp_path, certificates, monkeypatch):
    monkeypatch.setenv("B12_RECEIVE_CERTIFICATE", "tls/receive.pem")
    monkeypatch.setenv("B12_RECEIVE_KEY", "tls/engine.key")
    answer = b12(tmp_path / "home", "receive")
    assert answer.code == 2 and "receive.pem, or its key" in answer.err
