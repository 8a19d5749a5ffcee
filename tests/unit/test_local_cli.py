"""`pulumi-dli local …`, as it is called in a project's folder."""

from __future__ import annotations

import json
from pathlib import Path

import psutil
import pytest
from pulumi_dli.local import requests
from pulumi_dli.local.app import create_app
from pulumi_dli.local.cli import app
from pulumi_dli.local.clock import StoredClock
from pulumi_dli.local.opened import FOLDER
from pulumi_dli.local.signin.identity import Identity
from pulumi_dli.local.store import Store
from typer.testing import CliRunner

PROVIDER = Path(__file__).parents[2] / "provider" / "pulumi_dli"
PROJECT = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project's folder to stand in, with nothing set in the environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PULUMI_DLI_LOCAL_PATH", raising=False)
    return tmp_path


def told(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result.output


def make_job(path: Path, name: str = "orders") -> None:
    """Create and start a job through the API of an embedded local DLI."""
    store = Store(path)
    client = create_app(store).test_client()
    user = {"name": "local", "password": "LOCALPASSWORD", "domain": {"name": "local"}}
    identity = {"methods": ["password"], "password": {"user": user}}
    auth = {"identity": identity, "scope": {"project": {"name": "local"}}}
    answer = client.post("/v3/auth/tokens", json={"auth": auth})
    headers = {"X-Auth-Token": answer.headers["X-Subject-Token"]}
    body = {"name": name, "queue_name": "default", "entrypoint_args": "planted"}
    url = f"/v1.0/{PROJECT}/streaming"
    created = client.post(f"{url}/flink-jobs", json=body, headers=headers).get_json()
    client.post(f"{url}/jobs/run", json={"job_ids": [created["job"]["job_id"]]}, headers=headers)
    store.close()


def test_status_tells_the_jobs_and_what_runs_them(folder: Path) -> None:
    make_job(folder / FOLDER)
    text = told("status")
    assert "flink  simulated" in text
    assert "orders" in text
    assert "job_submitting" in text
    assert text.endswith("1 job\n")


def test_reset_forgets_the_jobs_and_the_clock(folder: Path) -> None:
    make_job(folder / FOLDER)
    store = Store(folder / FOLDER)
    StoredClock(store).set(5)
    store.close()
    told("reset")
    assert told("status").endswith("0 jobs\n")
    make_job(folder / FOLDER)
    assert "     2  job_submitting" in told("status")


LEFT = (
    "obs/state/jobs/savepoint/1/2026-01-01_00-00-00/_metadata",
    "obs/state/jobs/logs/1_2026-01-01/jobmanager.log",
    "obs/jars/jobs/checkpoint/1_1/chk-1/_metadata",
    "obs/state/pulumi-dli/0123/records/abcd.json",
    "flink/runs/0001/request.json",
    "flink/cluster-1.20.5/log/jobmanager.log",
)
BROUGHT = ("obs/jars/first.jar", "obs/jars/jobs/second.jar", "packages/lib.jar", "flink/version")


def put(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("1.20.5")


def there(folder: Path) -> set[str]:
    files = (file.relative_to(folder) for file in folder.rglob("*") if file.is_file())
    return {str(file) for file in files if file.parts[0] in {"obs", "flink", "packages"}}


def test_reset_removes_what_jobs_left_and_says_what_stays(folder: Path) -> None:
    put(folder / FOLDER, *LEFT, *BROUGHT)
    put(folder, "elsewhere/savepoint/_metadata")
    (folder / FOLDER / "obs/jars/pulumi-dli").symlink_to(folder)
    (folder / FOLDER / "obs/linked").mkdir()
    (folder / FOLDER / "obs/linked/jobs").symlink_to(folder / "elsewhere")
    gone = f"{folder / FOLDER}: all jobs, requests and faults are gone, and"
    assert told("reset").splitlines() == [
        f"{gone} what jobs left in its buckets",
        "2 other objects stay, obs://jars/first.jar first: --objects removes them too",
        "Flink stays switched on: `pulumi-dli local flink off` switches it off",
    ]
    assert there(folder / FOLDER) == set(BROUGHT)
    assert not (folder / FOLDER / "obs/state").exists()
    assert (folder / "elsewhere/savepoint/_metadata").exists()
    told("flink", "off")
    assert told("reset", "--objects") == f"{gone} all objects\n"
    assert there(folder / FOLDER) == {"packages/lib.jar"}


def test_requests_are_shown_for_people_and_for_machines(folder: Path) -> None:
    make_job(folder / FOLDER)
    text = told("requests")
    assert f"200 POST   /v1.0/{PROJECT}/streaming/jobs/run" in text
    assert "planted" not in text
    entries = json.loads(told("requests", "--json"))
    assert [entry["status"] for entry in entries] == [201, 200, 200]


def test_looks_in_a_row_are_one_line(folder: Path) -> None:
    store = Store(folder / FOLDER)
    for at, path in enumerate(("/a", "/a", "/a", "/b", "/a")):
        requests.keep(store, requests.Entry(at, "GET", path, 200, ""))
    for at in (8, 9):
        requests.keep(store, requests.Entry(at, "POST", "/run", 200, ""))
    store.close()
    shown = [line.partition(" ")[2].strip() for line in told("requests").splitlines()]
    assert shown == [
        "200 GET    /a (3 times)",
        "200 GET    /b",
        "200 GET    /a",
        *["200 POST   /run"] * 2,
    ]
    assert len(json.loads(told("requests", "--json"))) == 7


def test_faults_are_armed_shown_and_cleared(folder: Path) -> None:
    assert folder.exists()
    told("faults", "arm", "answer", "--on", "create", "--nth", "2", "--set", "code=429")
    assert told("faults").startswith("answer on create, calls 2 to 2, seen 0 ")
    assert '"code": 429' in told("faults")
    told("faults", "clear")
    assert told("faults") == ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("faults", "arm", "explode"), "one of drop, answer"),
        (("faults", "arm", "drop", "--on", "nowhere"), "drop goes with"),
        (("faults", "arm", "drop", "--on", "armed_faults"), "drop goes with"),
        (("faults", "arm", "drop", "--on", "request_log"), "drop goes with"),
        (("faults", "arm", "drop", "--set", "colour=red"), "no such parameter"),
        (("serve", "--project", "x"), "NAME=ID is expected"),
        (("serve", "--project", "x=1", "--project", "y=1"), "two of them have the same id"),
        (("serve", "--domain", " "), "--domain: a name is expected"),
        (("serve", "--user", "a\nb"), "--user: a name is expected"),
        (("serve", "--region", ""), "--region: a name is expected"),
        (("serve", "--password-file", "none"), "--password-file none: No such file"),
        (("serve", "--password-file", "."), "--password-file .: Is a directory"),
        (("serve", "--password-file", "empty"), "one line is expected, the password"),
        (("serve", "--password-file", "two-lines"), "one line is expected, the password"),
        (("serve", "--password-file", "bytes"), "no text in UTF-8"),
        (("status", "--path", __file__), "cannot keep its data"),
    ],
)
def test_mistakes_are_told_in_one_sentence(
    folder: Path, arguments: tuple[str, ...], words: str
) -> None:
    for name, content in (("empty", b"\n"), ("two-lines", b"planted\nx"), ("bytes", b"\xff")):
        (folder / name).write_bytes(content)
    text = told(*arguments, code=1)
    assert "planted" not in text
    assert not [file for file in psutil.Process().open_files() if str(folder) in file.path]
    assert words in text
    assert text.startswith("pulumi-dli local: ")
    assert text.count("\n") == 1


def test_the_folder_is_the_one_given_or_the_projects_or_here(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = folder / "a" / "b"
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep)
    told("reset")
    assert (deep / FOLDER).is_dir()
    (folder / "Pulumi.yaml").write_text("name: x\n")
    told("reset")
    assert (folder / FOLDER).is_dir()
    monkeypatch.setenv("PULUMI_DLI_LOCAL_PATH", str(folder / "set"))
    told("reset")
    assert (folder / "set").is_dir()
    told("reset", "--path", "given")
    assert (deep / "given").is_dir()


@pytest.mark.parametrize(
    "look",
    [
        ("status",),
        ("requests",),
        ("requests", "--json"),
        ("faults",),
        ("faults", "clear"),
        ("flink",),
        ("logs", "orders"),
    ],
)
def test_a_look_makes_nothing(folder: Path, look: tuple[str, ...]) -> None:
    assert f"there is no local DLI in {folder / FOLDER} yet" in told(*look)
    assert not list(folder.iterdir())


def test_machines_read_an_empty_log_where_there_is_nothing(folder: Path) -> None:
    assert folder.exists()
    assert json.loads(CliRunner().invoke(app, ["requests", "--json"]).stdout) == []


def test_the_known_secrets_are_in_no_word_of_ours() -> None:
    """The engine cuts a stack's secrets out of all that it shows, in the middle of words too."""
    account = Identity()
    known = (account.password, account.access_key, account.secret_key)
    text = "".join(file.read_text(encoding="utf-8") for file in PROVIDER.rglob("*.py"))
    for secret in known:
        assert text.count(secret) == text.count(f'"{secret}"') > 0
