"""The trace of requests: what it shows, what it hides, and what cannot be written."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from pulumi_dli.client.api import Jobs
from pulumi_dli.client.auth import TokenAuth
from pulumi_dli.client.bodies import bound
from pulumi_dli.client.connections import Connections
from pulumi_dli.client.keystone import by_password
from pulumi_dli.client.trace import Trace
from pulumi_dli.client.transport import Transport
from pulumi_dli.errors import DliError, TransportError
from pulumi_dli.settings.credentials import Password
from pulumi_dli.settings.sources import TRACE
from stand_ins import HandClock

PASSWORD, ARGUMENT, SETTING = "planted-pw", "planted-arg", "planted-setting"
VALUES = {
    "name": "orders",
    "entrypoint_args": f"--key={ARGUMENT}",
    "runtime_config": {"some.key": SETTING},
}


@contextmanager
def traced(tmp_path: Path, answer: Any) -> Iterator[Jobs]:
    """A client whose requests are traced, and signed in by password."""

    def cloud(request: httpx.Request) -> httpx.Response:
        if request.url.host == "iam.example":
            body = {"token": {"expires_at": "2030-01-01T00:00:00Z"}}
            return httpx.Response(201, json=body, headers={"X-Subject-Token": "planted-token"})
        clock.sleep(0.25)
        made: httpx.Response = answer(request)
        return made

    clock = HandClock()
    auth = TokenAuth(
        "https://iam.example", by_password(Password(PASSWORD, user_id="u")), clock=clock
    )
    with httpx.Client(
        base_url="https://dli.example", transport=httpx.MockTransport(cloud), auth=auth
    ) as client:
        trace = Trace(tmp_path / "trace", [PASSWORD], clock)
        bound(client, clock)
        trace.watch(client)
        yield Jobs(Transport(client, project_id=lambda: "p1", max_retries=0, trace=trace))


def lines(tmp_path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (tmp_path / "trace").read_text().splitlines()]


def test_what_a_line_shows(tmp_path: Path) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        said = f"{request.content.decode()} {ARGUMENT}"
        body = {"job": {"job_id": 7}, "message": said, **VALUES, "runtime_config": SETTING}
        return httpx.Response(200, json=body, headers={"X-Request-Id": "r1"})

    with traced(tmp_path, answer) as jobs:
        assert jobs.create(VALUES) == 7
    sign_in, create = lines(tmp_path)
    assert (sign_in["method"], sign_in["path"], sign_in["status"]) == (
        "POST",
        "/v3/auth/tokens?nocatalog=true",
        201,
    )
    assert (create["method"], create["path"]) == ("POST", "/v1.0/p1/streaming/flink-jobs")
    assert (create["status"], create["ms"], create["request_id"]) == (200, 250, "r1")
    assert json.loads(create["sent"]) == {
        "name": "orders",
        "entrypoint_args": "[secret]",
        "runtime_config": "[secret]",
    }
    assert '"job_id": 7' in create["got"]
    assert "planted" not in (tmp_path / "trace").read_text()


def test_nobody_else_reads_the_file(tmp_path: Path) -> None:
    file = tmp_path / "trace"
    file.touch(mode=0o644)
    file.write_text("kept\n")
    with traced(tmp_path, lambda _: httpx.Response(204)) as jobs:
        jobs.delete(7)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text().startswith("kept\n{")


def test_a_list_hides_the_secrets_of_every_job(tmp_path: Path) -> None:
    rows = [
        {"job_id": n, "entrypoint_args": f"planted{n}", "status_desc": f"no planted{n}"}
        for n in range(1, 4)
    ]
    with traced(tmp_path, lambda _: httpx.Response(200, json={"job_list": {"jobs": rows}})) as jobs:
        assert len(list(jobs.list_jobs())) == 3
    assert "planted" not in (tmp_path / "trace").read_text()


def test_a_request_without_an_answer_has_its_line(tmp_path: Path) -> None:
    def lost(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("planted", request=request)

    with traced(tmp_path, lost) as jobs, pytest.raises(TransportError):
        jobs.details(7)
    assert lines(tmp_path)[-1]["error"] == "ReadTimeout"
    assert lines(tmp_path)[-1]["ms"] == 250


def test_an_answer_that_cannot_be_read_has_its_line(tmp_path: Path) -> None:
    headers = {"content-encoding": "br"}
    body = httpx.Response(200, headers=headers, stream=httpx.ByteStream(b""))
    with traced(tmp_path, lambda _: body) as jobs, pytest.raises(DliError):
        jobs.details(7)
    assert len(lines(tmp_path)) == 2


def test_nothing_of_what_is_no_json_is_shown(tmp_path: Path) -> None:
    cut_off = json.dumps({"job_list": {"jobs": [{"entrypoint_args": ARGUMENT}]}})[:-3]
    answer = httpx.Response(200, text=cut_off)
    with traced(tmp_path, lambda _: answer) as jobs, pytest.raises(DliError):
        list(jobs.list_jobs())
    assert lines(tmp_path)[-1]["got"] == f"({len(cut_off)} characters that are no JSON)"
    assert "planted" not in (tmp_path / "trace").read_text()


def test_json_within_a_text_is_looked_into(tmp_path: Path) -> None:
    config = json.dumps({"entrypoint_args": ARGUMENT})
    body = {"job_detail": {"job_id": 7, "status": "x", "job_config": config}}
    answer = httpx.Response(200, json=body)
    with traced(tmp_path, lambda _: answer) as jobs, pytest.raises(DliError):
        jobs.details(7)
    assert "planted" not in (tmp_path / "trace").read_text()


def test_a_pipe_that_nobody_reads_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DliError, match=TRACE):
        Trace(tmp_path / "pipe", [], HandClock())


@pytest.mark.parametrize("name", ["", "no/such/folder/trace", "\0"])
def test_a_file_that_cannot_be_written_is_one_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(DliError, match=rf"{TRACE} names: .*; name a file in a folder"):
        Trace(tmp_path / name, [], HandClock())


def test_the_environment_names_the_file(tmp_path: Path) -> None:
    config = {"endpoint": "local", "localPath": str(tmp_path / "dli")}
    connections = Connections(config, {TRACE: "trace"}, tmp_path)
    list(Jobs(connections.transport()).list_jobs())
    connections.close()
    assert [line["status"] for line in lines(tmp_path)] == [200]
