"""From settings to a client: one per place, a project found by name, and the local DLI."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
import stamina
from pulumi_dli.client.connections import Connections, Place
from pulumi_dli.client.keystone import by_password
from pulumi_dli.errors import AuthError, DliError, NotFoundError, SettingsError, TransportError
from pulumi_dli.local import faults, requests
from pulumi_dli.local.clock import StoredClock
from pulumi_dli.local.signin.identity import Project
from pulumi_dli.local.store import Store
from pulumi_dli.settings.credentials import Password
from pulumi_dli.settings.settings import LOCAL_PROJECT_ID

TEAM = Project("eu-de_team", "aaaabbbbccccddddeeeeffff00001111")
TWIN = Project("eu-de_twin", "0000bbbbccccddddeeeeffff00002222")
QUEUES = "/v1.0/{project_id}/queues"
JOB = "/v1.0/{project_id}/streaming/jobs/138"
KEYS = {"accessKey": "LOCALACCESSKEY", "secretKey": "LOCALSECRETKEY"}
USER = {"username": "ann", "domainName": "local", "password": "planted-password"}

Connect = Callable[[Mapping[str, str]], Connections]


@pytest.fixture(autouse=True)
def without_waiting(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    # The HTTP library reads this; nothing on this machine may be looked for behind it.
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    with stamina.set_testing(testing=True, attempts=3, cap=True):
        yield


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[str, Path]]:
    """A service in a process of its own, with an identity and projects of its own."""
    projects = [TEAM, TWIN, Project(TWIN.name, "11112222333344445555666677778888")]
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", "from pulumi_dli.local.cli import app; app()", "serve"]
        command += ["--path", folder, "--user", "ann", "--password", USER["password"]]
        for project in projects:
            command += ["--project", f"{project.name}={project.id}"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            yield process.stdout.readline().split()[1], Path(folder)
            process.terminate()


@pytest.fixture
def store(served: tuple[str, Path]) -> Iterator[Store]:
    store = Store(served[1])
    store.reset()
    StoredClock(store).release()
    yield store
    store.close()


@pytest.fixture
def cloud(served: tuple[str, Path]) -> str:
    return served[0]


@pytest.fixture
def connect(tmp_path: Path) -> Iterator[Connect]:
    with ExitStack() as closing:

        def make(config: Mapping[str, str]) -> Connections:
            made = Connections(config, {}, tmp_path)
            closing.callback(made.close)
            return made

        yield make


def at(cloud: str, *more: Mapping[str, str]) -> dict[str, str]:
    config = {"endpoint": cloud, "authUrl": cloud, "region": "eu-de", "projectName": TEAM.name}
    for part in more:
        config |= part
    return config


def paths(store: Store) -> list[str]:
    return [entry.path.partition("?")[0] for entry in requests.kept(store)]


def test_the_local_dli_in_this_process(connect: Connect, tmp_path: Path) -> None:
    local = connect({"endpoint": "local"})
    assert local.place() == Place("local", "local", LOCAL_PROJECT_ID)
    assert not (tmp_path / ".dli-local").exists()
    every = {"queue_type": "all"}
    queues = local.transport().request("GET", QUEUES, what="list the queues", params=every)
    assert {queue["queue_name"] for queue in queues["queues"]} >= {"default", "testqueue"}
    with pytest.raises(NotFoundError, match=r"DLI\.16001"):
        local.transport().request("GET", JOB, what="read the job 138")
    # A job's own place is honoured, so that a move can be tried; each region is its own service.
    assert local.place("eu-de", "p1") == Place("local", "eu-de", "p1")
    local.transport("eu-de", "p1").request("GET", QUEUES, what="list the queues", params=every)
    assert (tmp_path / ".dli-local/regions/eu-de/dli.sqlite3").exists()


def test_the_local_dlis_time_is_not_ours(connect: Connect, tmp_path: Path) -> None:
    store = Store(tmp_path / ".dli-local")
    StoredClock(store).set(4_000_000_000.0)
    connect({"endpoint": "local"}).transport().request("GET", QUEUES, what="x")
    store.close()


def test_a_dropped_connection_looks_as_on_a_socket(connect: Connect, tmp_path: Path) -> None:
    local = connect({"endpoint": "local"})
    local.transport().request("GET", QUEUES, what="x")
    store = Store(tmp_path / ".dli-local")
    drop = {"kind": "drop", "when": "after", "route": "create", "times": 1}
    faults.arm(store, drop, frozenset({"create"}))
    path = "/v1.0/{project_id}/streaming/flink-jobs"
    with pytest.raises(TransportError) as caught:
        local.transport().request("POST", path, what="create the job x", json={"name": "x"})
    assert caught.value.uncertain
    store.close()


def test_a_folder_that_cannot_be_used(connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    local = connect({"endpoint": "local", "localPath": "file"})
    with pytest.raises(SettingsError, match="dli:localPath names the folder"):
        local.transport()


@pytest.mark.parametrize("sign_in", [USER, KEYS])
def test_a_project_is_found_by_its_name(
    connect: Connect, cloud: str, store: Store, sign_in: dict[str, str]
) -> None:
    made = connect(at(cloud, sign_in))
    assert made.place() == Place(cloud, "eu-de", TEAM.id)
    made.transport().request("GET", QUEUES, what="list the queues")
    looked_up = "/v3/projects" if sign_in is KEYS else "/v3/auth/tokens"
    assert paths(store) == [looked_up, f"/v1.0/{TEAM.id}/queues"]


def test_a_ready_token_finds_its_project(connect: Connect, cloud: str) -> None:
    ask = by_password(
        Password(USER["password"], username="ann", domain_name="local"), project_id=TEAM.id
    )
    given = httpx.post(f"{cloud}/v3/auth/tokens", json=ask.body, trust_env=False)
    ready = connect(at(cloud, {"token": given.headers["X-Subject-Token"]}))
    assert ready.place().project_id == TEAM.id
    ready.transport().request("GET", QUEUES, what="list the queues")


def test_a_stale_token_is_one_sentence(connect: Connect, cloud: str) -> None:
    with pytest.raises(AuthError, match="pulumi-dli doctor") as caught:
        connect(at(cloud, {"token": "planted-stale"})).place()
    assert "planted" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("eu-de_nobody", "no project is called eu-de_nobody .* may use: eu-de_team, eu-de_twin"),
        ("eu-de_twin", "several projects are called eu-de_twin .*0000bbbb.*, 11112222"),
    ],
)
def test_none_or_several_projects_are_listed(
    connect: Connect, cloud: str, name: str, words: str
) -> None:
    made = connect(at(cloud, KEYS, {"projectName": name}))
    with pytest.raises(SettingsError, match=words):
        made.transport().request("GET", QUEUES, what="list the queues")


def test_a_wrong_password_is_one_sentence(connect: Connect, cloud: str) -> None:
    made = connect(at(cloud, USER, {"password": "planted-wrong"}))
    with pytest.raises(AuthError, match="could not sign in as user ann of domain local") as caught:
        made.place()
    assert "planted" not in str(caught.value)


def test_an_agency_signs_in(connect: Connect, cloud: str, store: Store) -> None:
    agency = {"agencyName": "local", "agencyDomainName": "local"}
    made = connect(at(cloud, USER, agency))
    made.transport().request("GET", QUEUES, what="list the queues")
    assert paths(store) == ["/v3/auth/tokens", "/v3/auth/tokens", f"/v1.0/{TEAM.id}/queues"]


def test_an_expired_token_is_renewed_on_the_way(connect: Connect, cloud: str, store: Store) -> None:
    made = connect(at(cloud, USER))
    made.transport().request("GET", QUEUES, what="list the queues")
    StoredClock(store).set(4_000_000_000.0)
    made.transport().request("GET", QUEUES, what="list the queues")
    tail = [f"/v1.0/{TEAM.id}/queues", "/v3/auth/tokens", f"/v1.0/{TEAM.id}/queues"]
    assert paths(store)[-3:] == tail


def test_one_connection_and_one_token_per_place(connect: Connect, cloud: str, store: Store) -> None:
    made = connect(at(cloud, USER))
    everyone = threading.Barrier(8)

    def work(number: int) -> str:
        everyone.wait()
        if number % 2:
            return made.place().project_id
        made.transport().request("GET", QUEUES, what="list the queues")
        return TEAM.id

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(work, range(8))) == {TEAM.id}
    # The place as check writes it into the inputs is the same place.
    assert made.transport("eu-de", TEAM.id) is made.transport()
    assert made.transport(project_id=TWIN.id) is not made.transport()
    assert paths(store).count("/v3/auth/tokens") == 1


def test_nothing_is_opened_for_settings_alone(connect: Connect) -> None:
    settings = connect(at("http://127.0.0.1:1", USER, {"caCert": "missing.pem"})).settings()
    assert settings.project_name == TEAM.name


def test_after_close_connections_open_again(connect: Connect, cloud: str) -> None:
    made = connect(at(cloud, KEYS))
    made.transport().request("GET", QUEUES, what="list the queues")
    made.close()
    made.transport().request("GET", QUEUES, what="list the queues")


def test_an_unreachable_endpoint_is_one_sentence(connect: Connect) -> None:
    made = connect(at("http://127.0.0.1:1", KEYS, {"projectId": "p1", "projectName": ""}))
    with pytest.raises(TransportError, match=r"no connection to 127\.0\.0\.1") as caught:
        made.transport().request("POST", JOB, what="x")
    assert caught.value.uncertain is False


@pytest.mark.parametrize(
    ("file", "content", "reason"),
    [
        ("ca.pem", None, "No such file or directory"),
        ("ca.pem", "no PEM at all", "it is not a PEM file with certificates"),
        ("ca.pem", "", "it is not a PEM file with certificates"),
        (".", None, "Is a directory"),
        ("a" * 300, None, "File name too long"),
    ],
)
def test_a_certificate_file_that_is_none(
    connect: Connect, tmp_path: Path, file: str, content: str | None, reason: str
) -> None:
    if content is not None:
        (tmp_path / file).write_text(content)
    made = connect(at("https://127.0.0.1:1", KEYS, {"projectId": "p1", "caCert": file}))
    with pytest.raises(SettingsError, match=rf"\(stack config dli:caCert\) cannot.*: {reason}"):
        made.transport()


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSLKEYLOGFILE"])
def test_certificates_of_the_machine_that_cannot_be_used(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    monkeypatch.setenv(name, str(tmp_path / "none" / "file"))
    made = connect(at("https://dli.invalid", KEYS, {"projectId": "p1"}))
    with pytest.raises(SettingsError, match=r"the environment's SSL_CERT_FILE, .*SSLKEYLOGFILE"):
        made.transport()


@pytest.mark.parametrize("url", ["https://999.0.0.1", "https://xn--a"])
def test_a_host_that_only_the_http_library_refuses(connect: Connect, url: str) -> None:
    made = connect(at(url, KEYS, {"projectId": "p1"}))
    with pytest.raises(SettingsError, match=f"no client can be made for {url}"):
        made.transport()


def test_a_cloud_is_reached_through_the_proxy(connect: Connect) -> None:
    made = connect(at("https://dli.invalid", KEYS, {"projectId": "p1"}))
    # The dead proxy answers for a host that does not exist.
    with pytest.raises(TransportError, match="refused"):
        made.transport().request("GET", JOB, what="x")


@pytest.mark.parametrize(
    "proxy",
    [
        *("gopher://u:planted@proxy", "socks5://u:planted@proxy:1", "://planted"),
        *("http://planted\x7f:1", f"http://{'planted' * 10}.example:1", "http://planted..x:1"),
    ],
)
def test_a_proxy_that_is_none(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    made = connect(at("https://dli.example", KEYS, {"projectId": "p1", "maxRetries": "0"}))
    with pytest.raises(DliError, match="environment's HTTPS_PROXY") as caught:
        made.transport().request("GET", JOB, what="x")
    assert "planted" not in str(caught.value)
