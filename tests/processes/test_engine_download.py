"""The engine through the SDK's own installer, with its download host played by a local one."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ENGINE = Path(__file__).resolve().parents[2] / "tools" / "engine" / "engine.py"
PATIENCE = 120

# What the SDK asks of it: --no-edit-path --install-root ROOT --version VERSION.
INSTALLER = """#!/bin/sh
PATH=/usr/bin:/bin
mkdir -p "$3/bin"
printf '#!/bin/sh\\necho v%s\\n' "$5" > "$3/bin/pulumi"
cp "$3/bin/pulumi" "$3/bin/pulumi-language-python"
chmod 755 "$3/bin/"*
"""


@dataclass
class DownloadHost:
    """A proxy on a loopback port that answers every request itself.

    Attributes:
        url: The proxy's URL.
        certificate: The file that makes a client trust it.
        script: What it answers.
        requests: How many it has answered.
    """

    url: str
    certificate: Path
    script: str = INSTALLER
    requests: int = 0

    def answer(self, client: socket.socket, tls: ssl.SSLContext) -> None:
        client.recv(65536)
        client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        with tls.wrap_socket(client, server_side=True) as secure:
            secure.recv(65536)
            self.requests += 1
            body = self.script.encode()
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
            secure.sendall(head.encode() + body)


@pytest.fixture
def host(tmp_path: Path) -> Iterator[DownloadHost]:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is needed to make the download host's certificate")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    request = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
    subject = ["-subj", "/CN=test", "-addext", "subjectAltName=DNS:*.pulumi.com"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*request, *subject, *files], check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    with socket.create_server(("127.0.0.1", 0)) as server:
        played = DownloadHost(f"http://127.0.0.1:{server.getsockname()[1]}", certificate)
        ended = threading.Event()

        def serve() -> None:
            while not ended.is_set():
                client, _ = server.accept()
                with client:
                    if not ended.is_set():
                        played.answer(client, tls)

        thread = threading.Thread(target=serve)
        thread.start()
        yield played
        ended.set()
        socket.create_connection(server.getsockname()).close()
        thread.join()


def _run(root: Path, proxy: str, certificate: Path) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, str(ENGINE)],
        env={
            "PATH": str(root),
            "HOME": str(root / "home"),
            "XDG_CACHE_HOME": str(root / "cache"),
            "https_proxy": proxy,
            "SSL_CERT_FILE": str(certificate),
        },
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_the_sdks_installer_fills_the_cache_once(tmp_path: Path, host: DownloadHost) -> None:
    code, stdout, stderr = _run(tmp_path, host.url, host.certificate)
    assert code == 0, stderr
    folder = Path(stdout.strip())
    assert folder.is_relative_to(tmp_path / "cache" / "pulumi-dli" / "engine")
    assert sorted(file.name for file in folder.iterdir()) == ["pulumi", "pulumi-language-python"]
    assert _run(tmp_path, "http://127.0.0.1:1", host.certificate) == (0, stdout, "")
    assert host.requests == 1
    assert not (tmp_path / "home").exists()


def test_an_installer_that_fails_leaves_nothing(tmp_path: Path, host: DownloadHost) -> None:
    host.script = "#!/bin/sh\necho nothing here\nexit 7\n"
    code, stdout, stderr = _run(tmp_path, host.url, host.certificate)
    assert (code, stdout) == (1, "")
    assert "with the SDK's installer failed (" in stderr
    cache = tmp_path / "cache" / "pulumi-dli" / "engine"
    assert [entry.name for entry in cache.iterdir()] == ["lock"]
