"""What goes wrong with the data folder ends in one sentence, and nothing is half done."""

from __future__ import annotations

import os
import re
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
from local_service import PROJECT, SIGN_IN, LocalService, new_store
from pulumi_dli.client.connections import Connections
from pulumi_dli.errors import DliError
from pulumi_dli.local.app import create_app
from pulumi_dli.local.cli import app
from pulumi_dli.local.errors import StoreError
from pulumi_dli.local.schema import VERSION
from pulumi_dli.local.simulation import START_DELAY, STOP_DELAY
from pulumi_dli.local.store import FILE, Store
from pulumi_dli.session import Session
from searches import examples
from stack import Stack
from stand_ins import HandClock, Lines
from typer.testing import CliRunner

COMMANDS = (
    ("status",),
    ("requests",),
    ("faults",),
    ("faults", "arm", "drop"),
    ("faults", "clear"),
    ("flink",),
    ("logs", "orders"),
    ("reset",),
)
JOBS = f"/v1.0/{PROJECT}/streaming/jobs"
TAGS = f"/v3/{PROJECT}/dli_flink_job"
FRAME = 4096 + 24
"""Bytes of a page in SQLite's log."""
NOBODY = 65534


@contextmanager
def room(folder: Path, frames: int) -> Iterator[None]:
    """A disk that takes so many more pages: the system refuses to let a file grow further."""
    file, log = folder / FILE, folder / f"{FILE}-wal"
    size = log.stat().st_size if log.exists() else file.stat().st_size if file.exists() else 0
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + frames * FRAME, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def fill(store: Store) -> None:
    """Let the file not grow any more, as on a disk that is full, until that was told."""
    with store.read() as db:  # the one connection that is there; it ends with an error
        pages = db.execute("PRAGMA page_count").fetchone()[0]
        db.execute(f"PRAGMA max_page_count = {pages}")


@contextmanager
def as_nobody() -> Iterator[None]:
    """Root may write everywhere: be somebody else meanwhile."""
    if os.geteuid():
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def dli(tmp_path: Path) -> Iterator[LocalService]:
    """A local DLI in this process, on wall time, whose jobs run and stop at once."""
    store = new_store(tmp_path / "dli")
    transport = httpx.WSGITransport(create_app(store))
    with httpx.Client(base_url="http://dli", transport=transport) as client:
        service = LocalService(client, store)
        service.clock.release()
        store.set(START_DELAY, 0)
        store.set(STOP_DELAY, 0)
        service.sign_in()
        yield service
    store.close()


def held(store: Store) -> list[str]:
    """All that is stored but the log of requests."""
    with store.read() as db:
        return [line for line in db.iterdump() if not re.search("""['"]requests['"]""", line)]


def sentence(text: str) -> str:
    """A text, which has to be one sentence that says where and what to do."""
    assert "Traceback" not in text
    assert text.count("\n") <= 1
    assert ". " not in text
    return text.strip()


def told(*arguments: str, path: Path) -> str:
    """What a command that has to fail says."""
    result = CliRunner().invoke(app, [*arguments, "--path", str(path)])
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit)
    assert result.output.startswith("pulumi-dli local: ")
    return sentence(result.output)


# A full disk.


def test_a_request_to_a_full_disk_is_done_or_refused_whole(dli: LocalService) -> None:
    job_id = dli.create(tags=[{"key": "a", "value": "b"}])
    long = "x" * 3000
    tags = [{"key": f"k{number}", "value": long[:255]} for number in range(18)]
    requests: list[Callable[[int], httpx.Response]] = [
        lambda n: dli.request("POST", "flink-jobs", {"name": f"job-{n}", "entrypoint_args": long}),
        lambda n: dli.put(job_id, entrypoint_args=long + long * n),
        lambda _: dli.run(job_id),
        lambda _: dli.stop(job_id, savepoint=True),
        lambda _: dli.request("POST", f"{TAGS}/{job_id}/tags/create", {"tags": tags}),
        lambda _: dli.http.post("/v3/auth/tokens", json=SIGN_IN),
        lambda _: dli.http.post("/_local/faults", json={"kind": "drop", "route": "queue"}),
        lambda _: dli.http.post("/_local/clock", json={"advance": 0}),
    ]
    failed = set()
    for number in range(5):
        for which, send in enumerate(requests):
            before = held(dli.store)
            fill(dli.store)
            answer = send(number)
            if answer.status_code == 500:
                failed.add(which)
                assert held(dli.store) == before
                body = answer.json()
                text = body["error"]["message"] if "error" in body else body["error_msg"]
                assert sentence(text).endswith(f"{FILE}: the disk is full; make room on it")
                assert body.get("error_code") == (None if "error" in body else "DLI.0008")
                assert answer.headers["X-Request-Id"]
    assert {0, 1, 4} <= failed
    assert dli.details(job_id)["job_id"] == job_id  # a look needs no room


def test_an_answer_stands_though_the_log_has_no_room(dli: LocalService) -> None:
    dli.create()
    before = len(dli.http.get("/_local/requests").json()["requests"])
    with room(dli.store.folder, 0):
        for _ in range(3):
            assert dli.good("GET", "jobs")["job_list"]["total_count"] == 1
    assert len(dli.http.get("/_local/requests").json()["requests"]) == before
    dli.good("GET", "jobs")
    assert len(dli.http.get("/_local/requests").json()["requests"]) == before + 1


class Verbs:
    """The verbs of a provider in a new process, on the folder of a stack that has one job."""

    def __init__(self, stack: Stack, folder: Path) -> None:
        self.stack = stack
        self._connections = Connections(stack.config, {}, folder)
        self._session = Session(self._connections, Lines(), HandClock())

    def close(self) -> None:
        self._connections.close()

    def call(self, verb: str) -> Any:
        stack, session = self.stack, self._session
        id, outs, olds = stack.id, stack.outs, stack.inputs  # noqa: A001
        news = {**olds, "cu_number": 3.0}
        match verb:
            case "check":
                return session.check(stack.urn, olds, news, frozenset())
            case "diff":
                return session.diff(stack.urn, id or 0, outs, news, frozenset())
            case "read":
                return session.read(stack.urn, id or 0, outs)
            case "create":
                return session.create(stack.urn, {**olds, "name": "new", "owner": "f" * 32}, None)
            case "update":
                return session.update(stack.urn, id or 0, outs, news, None)
            case "delete":
                return session.delete(stack.urn, id or 0, outs, None)
        raise AssertionError(verb)


ASKING = ("read", "create", "update", "delete")


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    """A stack with a running job, whose local DLI lives on wall time without delays."""
    made = Stack(tmp_path)
    made.dli.clock.release()
    made.store.set(START_DELAY, 0)
    made.store.set(STOP_DELAY, 0)
    made.up(timeouts={"settle": 0})
    yield made
    made.close()


@pytest.mark.parametrize("frames", [0, 14])
@pytest.mark.parametrize("verb", ASKING)
def test_a_verb_on_a_full_disk_ends_in_a_sentence_and_the_next_goes_on(
    stack: Stack, tmp_path: Path, verb: str, frames: int
) -> None:
    with closing(Verbs(stack, tmp_path)) as verbs:
        try:
            with room(stack.store.folder, frames):
                verbs.call(verb)
        except DliError as error:
            text = sentence(str(error))
            assert "the disk fails or is full; make room on it" in text
            assert frames or "job" in text
        else:
            assert frames or verb == "read"
    assert set(stack.jobs()) <= {"orders", "new"}
    with closing(Verbs(stack, tmp_path)) as verbs:  # the next process, with room
        if verb != "delete":
            verbs.call(verb)
        elif stack.jobs():
            verbs.call("delete")
    assert stack.jobs() == {"create": ["new", "orders"], "delete": []}.get(verb, ["orders"])
    if verb == "update":
        assert stack.job["job_config"]["cu_number"] == 3
        assert stack.job["status"] == "job_running"


@pytest.mark.parametrize("command", [("faults", "arm", "drop"), ("faults", "clear"), ("reset",)])
def test_a_command_on_a_full_disk_ends_in_a_sentence(
    dli: LocalService, command: tuple[str, ...]
) -> None:
    dli.create()
    dli.arm("delay", nth=1000)
    before = held(dli.store)
    with room(dli.store.folder, 0):
        text = told(*command, path=dli.store.folder)
    assert "dli.sqlite3: the disk fails or is full; make room on it" in text
    assert held(dli.store) == before


def test_a_folder_that_finds_no_room_is_made_by_the_next_command(tmp_path: Path) -> None:
    folder = tmp_path / "dli"
    with room(folder, 0):
        text = told("reset", path=folder)
    assert f"cannot keep its data in {folder}: the disk" in text
    assert {path.name for path in folder.iterdir()} <= {".gitignore"}
    assert CliRunner().invoke(app, ["reset", "--path", str(folder)]).exit_code == 0


# Folders that cannot be used.


def broken(folder: Path, how: str) -> str:
    """Break the data of a folder; what is said of it."""
    file = folder / FILE
    with closing(Store(folder)):
        pass
    match how:
        case "a file for a folder":
            shutil.rmtree(folder)
            folder.write_text("")
            return "there is a file where a folder should be"
        case "a folder for a file":
            file.unlink()
            file.mkdir()
            return "cannot be opened or written; check the rights to it"
        case "nothing in the file":
            file.write_bytes(b"")
            return "not a local DLI's data; name another folder"
        case "another file":
            file.write_bytes(b"not a database, but long enough to be read as one" * 100)
            return "not a local DLI's data; name another folder"
        case "a page that is damaged":
            content = bytearray(file.read_bytes())
            content[4096 : len(content)] = os.urandom(1) * (len(content) - 4096)
            file.write_bytes(content)
            return "is damaged; put a copy of the folder back, or remove the folder"
        case "a newer version":
            with closing(sqlite3.connect(file)) as db:
                db.execute(f"PRAGMA user_version = {VERSION + 1}")
            return f"(format {VERSION + 1}, this one reads {VERSION}); update pulumi-dli, or remove"
        case "an older version":
            with closing(sqlite3.connect(file)) as db:
                db.execute("PRAGMA user_version = 1")
            return f"(format 1, this one reads {VERSION}); remove the folder to start anew"
    raise AssertionError(how)


BREAKS = (
    "a file for a folder",
    "a folder for a file",
    "nothing in the file",
    "another file",
    "a page that is damaged",
    "a newer version",
    "an older version",
)


@pytest.mark.parametrize("how", BREAKS)
def test_each_command_says_what_is_wrong_with_the_folder(tmp_path: Path, how: str) -> None:
    folder = tmp_path / "dli"
    words = broken(folder, how)
    for command in (*COMMANDS, ("serve",)):
        if how == "a page that is damaged" and command == ("serve",):
            continue  # it has read no page but the first, and answers 500
        if how == "a page that is damaged" and command == ("flink",):
            continue  # it reads none either
        assert words in told(*command, path=folder), command


@pytest.mark.parametrize("how", BREAKS)
def test_each_verb_says_what_is_wrong_with_the_folder(
    stack: Stack, tmp_path: Path, how: str
) -> None:
    folder = tmp_path / "broken"
    words = broken(folder, how)
    stack.config["localPath"] = str(folder)
    for verb in ASKING:
        with closing(Verbs(stack, tmp_path)) as verbs, pytest.raises(DliError) as told_of:
            verbs.call(verb)
        text = sentence(str(told_of.value))
        assert words in text
        assert str(folder) in text


@pytest.mark.parametrize("rights", ["none", "to read"])
def test_a_folder_of_another_user_is_said_in_a_sentence(rights: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        folder = Path(place) / "dli"
        with closing(Store(folder)) as store:
            store.set("x", 1)
        CliRunner().invoke(app, ["faults", "--path", str(folder)])  # all modules are loaded
        if rights == "to read":
            (folder / FILE).chmod(0o444)
        folder.chmod(0o555 if rights == "to read" else 0o000)
        try:
            with as_nobody():
                for command in COMMANDS:
                    text = told(*command, path=folder)
                    assert "it cannot be opened or written; check the rights to it" in text
                    assert str(folder) in text
        finally:
            folder.chmod(0o755)


def test_a_folder_that_another_process_holds_is_waited_for_and_told(dli: LocalService) -> None:
    dli.create()
    file = dli.store.folder / FILE
    with closing(Store(dli.store.folder, patience=0.01)) as store:
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            assert held(store)  # readers never wait
            with pytest.raises(StoreError, match="another process holds it; end that process"):
                store.set("x", 1)
        store.set("x", 1)
    dli.store.close()
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("DELETE FROM requests")
        with pytest.raises(StoreError, match="another process holds it"):
            Store(dli.store.folder, patience=0.01)


def test_a_folder_that_is_taken_away_is_missed_at_once(dli: LocalService) -> None:
    dli.create()
    folder = dli.store.folder
    folder.rename(folder.with_name("away"))
    answer = dli.request("POST", "flink-jobs", {"name": "lost"})
    assert answer.status_code == 500
    words = "it was removed or replaced while it was in use; start again"
    assert answer.json()["error_msg"].endswith(words)
    with closing(Store(folder)):  # another one is there now
        assert dli.request("GET", "jobs").status_code == 500
    shutil.rmtree(folder)
    folder.with_name("away").rename(folder)
    assert [job["name"] for job in dli.good("GET", "jobs")["job_list"]["jobs"]] == ["orders"]


def test_a_server_whose_folder_is_taken_away_answers_each_door(tmp_path: Path) -> None:
    folder = tmp_path / "dli"
    serve = "from pulumi_dli.local.cli import app; app()"
    command = [sys.executable, "-c", serve, "serve", "--path", str(folder)]
    with (
        (tmp_path / "errors").open("w") as errors,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True) as process,
    ):
        assert process.stdout
        endpoint = process.stdout.readline().split()[1]
        with httpx.Client(base_url=endpoint, trust_env=False) as client:
            token = client.post("/v3/auth/tokens", json=SIGN_IN).headers["X-Subject-Token"]
            client.headers["X-Auth-Token"] = token
            shutil.rmtree(folder)
            for path in (JOBS, "/_local/jobs", "/_local/requests"):
                answer = client.get(path)
                assert (answer.status_code, answer.json()["error_code"]) == (500, "DLI.0008")
                assert "removed or replaced" in sentence(answer.json()["error_msg"])
            answer = client.post("/v3/auth/tokens", json=SIGN_IN)
            assert (answer.status_code, answer.json()["error"]["code"]) == (500, 500)
        process.terminate()
    assert (tmp_path / "errors").read_text() == ""
    assert not folder.exists()


# Damage anywhere.


@pytest.mark.parametrize(
    ("column", "value"),
    [("definition", "{"), ("definition", "7"), ("definition", "{}"), ("status", "job_flying")],
)
def test_a_row_that_is_damaged_ends_in_a_sentence(
    dli: LocalService, column: str, value: str
) -> None:
    job_id = dli.create()
    dli.create("other")
    with dli.store.write() as db:
        db.execute(f"UPDATE jobs SET {column} = ? WHERE id = ?", (value, job_id))  # noqa: S608
    for path in (f"jobs/{job_id}", "jobs?show_detail=true"):
        answer = dli.request("GET", path)
        assert (answer.status_code, answer.json()["error_code"]) == (500, "DLI.0008")
        assert "damaged" in sentence(answer.json()["error_msg"])
    assert "damaged" in told("status", path=dli.store.folder)
    assert dli.request("DELETE", "jobs/2").is_success  # the others go on


def test_a_damaged_word_in_the_tables_ends_in_a_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "dli"
    with closing(Store(folder)):
        pass
    content = (folder / FILE).read_bytes()
    (folder / FILE).write_bytes(content.replace(b"CREATE TABLE tags", b"CREATE TABL\xbb tags"))
    for command in COMMANDS:
        assert "is damaged" in told(*command, path=folder)


@pytest.mark.search
def test_no_damage_ends_in_more_than_a_sentence(dli: LocalService, tmp_path: Path) -> None:
    for number in range(12):
        job_id = dli.create(f"job-{number}", entrypoint_args="x" * 300)
        dli.run(job_id)
    dli.arm("delay", nth=1000)
    token = dli.http.headers["X-Auth-Token"]
    dli.store.close()
    whole = (dli.store.folder / FILE).read_bytes()
    folder = tmp_path / "damaged"
    folder.mkdir()
    seen = set()
    for seed in range(max(examples(12), 12)):
        (folder / FILE).write_bytes(_damaged(whole, Random(seed)))  # noqa: S311 -- no secret
        seen |= {answer for answer in _answers(folder, token) if answer}
        for command in COMMANDS:
            result = CliRunner().invoke(app, [*command, "--path", str(folder)])
            assert result.exit_code == 0 or isinstance(result.exception, SystemExit), seed
            if result.exit_code:
                sentence(result.output)
        for left in folder.iterdir():
            left.unlink()
    assert any("is damaged" in text for text in seen)
    assert any("not a local DLI's data" in text for text in seen)


def _damaged(whole: bytes, random: Random) -> bytes:
    content = bytearray(whole)
    for _ in range(random.choice([1, 2, 5])):
        at = random.choice([random.randrange(len(content)), random.randrange(100)])
        count = random.choice([1, 8, 100, 4096])
        content[at : at + count] = random.randbytes(min(count, len(content) - at))
    return bytes(content[: random.choice([len(content)] * 5 + [random.randrange(len(content))])])


def _answers(folder: Path, token: str) -> Iterator[str]:
    """What a few requests are told where the local DLI cannot go on."""
    try:
        store = Store(folder)
    except StoreError as error:
        yield sentence(str(error))
        return
    requests = [
        ("GET", f"{JOBS}?show_detail=true&limit=100", None),
        ("GET", f"{JOBS}/3", None),
        ("POST", f"{JOBS}/stop", {"job_ids": [3]}),
        ("PUT", f"/v1.0/{PROJECT}/streaming/flink-jobs/5", {"desc": "new"}),
        ("POST", f"/v1.0/{PROJECT}/streaming/flink-jobs", {"name": "new"}),
        ("GET", "/_local/jobs", None),
        ("GET", "/_local/jobs/3/history", None),
        ("DELETE", f"{JOBS}/4", None),
    ]
    with closing(store):
        transport = httpx.WSGITransport(create_app(store))
        headers = {"X-Auth-Token": token}
        with httpx.Client(base_url="http://dli", transport=transport, headers=headers) as client:
            for method, path, body in requests:
                answer = client.request(method, path, json=body)
                if answer.status_code == 500:
                    yield sentence(answer.json()["error_msg"])
