"""A look-up in a region whose job list cannot do it."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pulumi
import pytest
from pulumi.runtime.config import get_config_env, set_all_config
from pulumi_dli import list_flink_jar_jobs


class Deaf(BaseHTTPRequestHandler):
    """A service whose job list takes no account of its filters."""

    def do_GET(self) -> None:
        job = {"job_id": 1, "name": "orders", "status": "job_running", "job_config": {}}
        answer = {"is_success": "true", "job_list": {"total_count": 1, "jobs": [job]}}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- its parent's name
        """Say nothing."""


def test_a_region_that_cannot_look_for_tags_returns_no_wrong_jobs() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Deaf)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    endpoint = f"http://127.0.0.1:{server.server_port}"
    settings = {"endpoint": endpoint, "region": "eu-de", "projectId": "p", "token": "t"}
    before = get_config_env()
    set_all_config({f"dli:{key}": text for key, text in settings.items()})
    try:
        assert list_flink_jar_jobs(status="job_finish") == []
        with pytest.raises(pulumi.RunError, match="job list takes no account of tags"):
            list_flink_jar_jobs(tags={"team": "shop"})
    finally:
        set_all_config(before)
        server.shutdown()
        server.server_close()
