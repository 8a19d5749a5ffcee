"""A proxy that plays public hosts: it ends their TLS itself, and a service on this machine answers.

So the real client resolves a region's real endpoint, trusts a certificate that it was told of,
and nothing leaves this machine.
"""

from __future__ import annotations

import shutil
import socketserver
import ssl
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import parse_headers
from pathlib import Path
from socket import create_connection
from typing import IO
from urllib.parse import urlsplit


@dataclass(frozen=True)
class TlsProxy:
    """The proxy's URL, and the file with the authority that a client has to trust."""

    url: str
    authority: Path


class _Tunnel(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        """Answer one CONNECT, then hand message for message to the service of that host."""
        host = self.rfile.readline().split()[1].decode().partition(":")[0]
        parse_headers(self.rfile)
        self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        with (
            self.server.tls.wrap_socket(self.request, server_side=True) as secure,
            create_connection(self.server.services[host]) as service,
            secure.makefile("rb") as asked,
            service.makefile("rb") as answered,
        ):
            while message := _message(asked):
                service.sendall(message)
                secure.sendall(_message(answered))


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, tls: ssl.SSLContext, services: Mapping[str, tuple[str, int]]) -> None:
        super().__init__(("127.0.0.1", 0), _Tunnel)
        self.tls = tls
        self.services = services


def _message(stream: IO[bytes]) -> bytes:
    """One HTTP message as it came, whose length is told; nothing at the end."""
    head = b""
    length = 0
    while (line := stream.readline()).strip():
        head += line
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return head + line + stream.read(length) if head else b""


@contextmanager
def tls_proxy(folder: Path, services: Mapping[str, str]) -> Iterator[TlsProxy]:
    """A proxy in which each public host is a service on this machine.

    Args:
        folder: where the certificate goes.
        services: the endpoint of the service that answers, by the public host's name.
    """
    openssl = shutil.which("openssl")
    assert openssl, "openssl is needed to make a certificate"
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    names = ",".join(f"DNS:{host}" for host in services)
    subprocess.run(
        [
            *(openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"),
            *("-subj", "/CN=test", "-addext", f"subjectAltName={names}"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    addresses = {
        host: (str(parts.hostname), int(parts.port or 80))
        for host, parts in ((host, urlsplit(url)) for host, url in services.items())
    }
    with _Server(tls, addresses) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield TlsProxy(f"http://127.0.0.1:{server.server_address[1]}", certificate)
        finally:
            server.shutdown()
            thread.join()
