"""A certificate that is refused: the sentence says why, and only a broken chain asks for caCert."""

from __future__ import annotations

import ssl
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pulumi_dli.client.transport import reaching
from pulumi_dli.errors import SettingsError

NOW = datetime.now(UTC)
DAY = timedelta(days=1)
URL = "https://dli.example/v1.0"


@dataclass(frozen=True)
class Server:
    """What a server shows: a certificate of its own making."""

    context: ssl.SSLContext
    certificate: Path


def server(folder: Path, host: str, begins: datetime, ends: datetime) -> Server:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    address = host.replace(".", "").isdecimal()
    alternative = x509.IPAddress(ip_address(host)) if address else x509.DNSName(host)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, begins, ends)
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    pem = serialization.Encoding.PEM
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path.write_bytes(made.public_bytes(pem) + key.private_bytes(pem, *plain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return Server(context, path)


def refusal(shown: Server, host: str, authority: Path | None) -> ssl.SSLCertVerificationError:
    """What a client says of that server, which it takes for `host`. Nothing is sent."""
    client = ssl.create_default_context(cafile=authority)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    asking = client.wrap_bio(to_client, to_server, server_hostname=host)
    answering = shown.context.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(4):
        try:
            asking.do_handshake()
        except ssl.SSLWantReadError:
            with suppress(ssl.SSLWantReadError):
                answering.do_handshake()
        except ssl.SSLCertVerificationError as error:
            return error
    raise AssertionError("the certificate was taken")


@pytest.mark.parametrize(
    ("made_for", "begins", "ends", "known", "words"),
    [
        ("dli.example", -DAY, DAY, False, "is not trusted; name the file of its authority"),
        ("other.example", -DAY, DAY, True, "is for another host; check the host in dli:endpoint"),
        ("127.0.0.1", -DAY, DAY, True, "is for another host"),
        ("dli.example", -2 * DAY, -DAY, True, "has expired; its owner has to renew it"),
        ("dli.example", DAY, 2 * DAY, True, "is not valid yet; check the clock"),
    ],
)
def test_the_sentence_says_what_is_wrong_with_a_certificate(
    tmp_path: Path, made_for: str, begins: timedelta, ends: timedelta, *, known: bool, words: str
) -> None:
    shown = server(tmp_path, made_for, NOW + begins, NOW + ends)
    error = refusal(shown, "dli.example", shown.certificate if known else None)
    with pytest.raises(SettingsError) as caught, reaching("list the queues"):
        raise httpx.ConnectError("", request=httpx.Request("GET", URL)) from error
    text = str(caught.value)
    assert text.startswith("could not list the queues: the certificate of dli.example ")
    assert words in text
    assert ("caCert" in text) is not known


def test_an_address_that_a_certificate_does_not_name(tmp_path: Path) -> None:
    shown = server(tmp_path, "dli.example", NOW - DAY, NOW + DAY)
    error = refusal(shown, "127.0.0.1", shown.certificate)
    with pytest.raises(SettingsError, match="is for another host"), reaching("x"):
        raise httpx.ConnectError("", request=httpx.Request("GET", URL)) from error


def test_a_revoked_certificate_is_told_in_the_words_of_openssl() -> None:
    error = ssl.SSLCertVerificationError(1, "")
    error.verify_code, error.verify_message = 23, "certificate revoked"
    with pytest.raises(SettingsError, match=r"verified \(certificate revoked\)"), reaching("x"):
        raise httpx.ConnectError("", request=httpx.Request("GET", URL)) from error
