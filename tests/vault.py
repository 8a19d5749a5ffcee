"""A stand-in for HashiCorp Vault: who keeps the key of a stack's secrets.

The engine derives the key of a passphrase anew in each command, a tenth of all that the command
costs. A key service only hands it out.
"""

from __future__ import annotations

import atexit
import functools
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEEPER = "hashivault://tests"
"""The stack's secrets provider."""
SEALED = "vault:v1:"


class _Keys(BaseHTTPRequestHandler):
    """The two calls that the engine makes, for a key that hides nothing."""

    def do_PUT(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path.startswith("/v1/transit/encrypt/"):
            told = {"ciphertext": SEALED + asked["plaintext"]}
        else:
            told = {"plaintext": asked["ciphertext"].removeprefix(SEALED)}
        body = json.dumps({"data": told}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@functools.cache
def vault() -> dict[str, str]:
    """The environment in which the engine finds it; it lives as long as this process."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Keys)
    threading.Thread(target=server.serve_forever, name="vault", daemon=True).start()
    atexit.register(server.server_close)
    return {"VAULT_ADDR": f"http://127.0.0.1:{server.server_port}", "VAULT_TOKEN": "tests"}
