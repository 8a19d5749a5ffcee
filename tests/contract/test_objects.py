"""Our client of the object service: against the local one, both ways, and a foreign S3 server."""

from __future__ import annotations

import gc
import hashlib
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import httpx
import pytest
import stamina
from local_service import LocalService
from pulumi_dli.artifacts import xml
from pulumi_dli.artifacts.keys import GivenKeys, Keys
from pulumi_dli.artifacts.objects import Object, Objects
from pulumi_dli.artifacts.payload import Payload
from pulumi_dli.artifacts.requests import Sender
from pulumi_dli.artifacts.stores import Stores
from pulumi_dli.client.bodies import LARGEST, bound
from pulumi_dli.client.connections import Connections
from pulumi_dli.client.transport import Transport
from pulumi_dli.clock import SYSTEM
from pulumi_dli.errors import (
    ApiError,
    DliError,
    ObjectError,
    ObjectMissing,
    SettingsError,
    TransportError,
)
from pulumi_dli.job.object_url import ObjectUrl
from pulumi_dli.local import faults, requests
from pulumi_dli.local.store import Store
from stand_ins import HandClock

RCLONE = str(Path(sys.prefix) / "bin" / "rclone")
URL = ObjectUrl("jars", "folder/ü +&=%41.jar")
KEYS = {"accessKey": "LOCALACCESSKEY", "secretKey": "LOCALSECRETKEY"}
PASSWORD = {"username": "local", "domainName": "local", "password": "LOCALPASSWORD"}
ISSUED = "/v3.0/OS-CREDENTIAL/securitytokens"

Opened = Callable[..., Stores]


@pytest.fixture(autouse=True)
def without_waiting() -> Iterator[None]:
    with stamina.set_testing(testing=True, attempts=3, cap=True):
        yield


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Opened]:
    """Makes the objects of a configuration."""
    made: list[Connections] = []

    def opened(environ: dict[str, str] | None = None, **config: str) -> Stores:
        made.append(Connections(config, environ or {}, tmp_path))
        return Stores(made[-1])

    yield opened
    for connections in made:
        connections.close()


@pytest.fixture
def config(service: LocalService) -> dict[str, str]:
    """The settings of the local DLI on a port, as a cloud's, without a sign-in."""
    url = str(service.http.base_url).rstrip("/")
    where = {"endpoint": url, "authUrl": url, "obsEndpoint": url, "region": "eu-de"}
    return {**where, "projectName": "local"}


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`rclone serve s3` over a folder with the bucket `jars`."""
    folder = tmp_path_factory.mktemp("foreign")
    (folder / "jars").mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = "{}:{}".format(*free.getsockname())
    keys = f"{KEYS['accessKey']},{KEYS['secretKey']}"
    command = [RCLONE, "serve", "s3", "--addr", address, "--auth-key", keys]
    command += ["--config", os.devnull, "--vfs-cache-mode", "off", str(folder)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        for _ in range(600):
            with socket.socket() as tried:
                host, port = address.split(":")
                if tried.connect_ex((host, int(port))) == 0:
                    break
            time.sleep(0.05)
        yield f"http://{address}"
        process.terminate()


@pytest.fixture(params=["in process", "on a port", "a foreign server"])
def objects(request: pytest.FixtureRequest, stores: Opened) -> Objects:
    """The same verbs, whoever answers."""
    if request.param == "in process":
        return stores(endpoint="local").at()
    config = request.getfixturevalue("config") | KEYS
    if request.param == "a foreign server":
        config |= {"obsEndpoint": request.getfixturevalue("foreign")}
    return stores(**config).at()


@pytest.mark.parametrize(
    ("modified", "seconds"),
    [
        ("2026-01-02T03:04:05.250Z", 1767323045.25),
        ("2026-01-02T03:04:05", 1767323045),
        ("2026-01-02T04:04:05+01:00", 1767323045),
        ("Fri, 02 Jan 2026 03:04:05 GMT", 1767323045),
        ("0001-01-01T00:00:00Z", None),
        ("1970-01-01T00:00:00Z", None),
        ("Fri, 99 Foo 99999 99:99:99 GMT", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_when_an_object_was_written(modified: str, seconds: float | None) -> None:
    assert Object("key", 1, "etag", modified).written_at == seconds


def test_every_verb(objects: Objects, tmp_path: Path) -> None:
    body = bytes(range(256)) * 300
    file = tmp_path / "orders.jar"
    file.write_bytes(body)
    etag = hashlib.md5(body).hexdigest()  # noqa: S324 -- what an ETag is
    assert objects.put(URL, Payload.of(file)) == etag
    found = objects.head(URL)
    assert (found.key, found.size, found.etag) == (URL.key, len(body), etag)
    [listed] = objects.listed(URL.bucket, URL.key)
    assert found.written_at
    assert listed.written_at
    assert int(listed.written_at) == found.written_at
    assert objects.read(URL, 5, 4) == body[5:9]
    assert objects.read(URL, len(body) - 2, 10, etag=etag) == body[-2:]
    assert objects.read(URL, len(body), 10) == b""
    assert objects.read(URL, 0, len(body) + 1) == body
    other = ObjectUrl("jars", "folder/copy")
    assert objects.copy(URL, other) == etag
    assert objects.put(other, Payload.of(b"")) == hashlib.md5(b"").hexdigest()  # noqa: S324
    assert [(each.key, each.size) for each in objects.listed("jars", "folder/")] == [
        (other.key, 0),
        (URL.key, len(body)),
    ]
    assert [each.key for each in objects.listed("jars", "folder/", marker=other.key)] == [URL.key]
    assert list(objects.listed("jars", "nowhere/")) == []
    objects.delete(URL)
    objects.delete(other)
    objects.delete(other)
    with pytest.raises(ObjectMissing):
        objects.head(URL)
    with pytest.raises(ObjectMissing, match="NoSuchKey") as missing:
        objects.read(URL, 0, 1)
    assert missing.value.code == "NoSuchKey"
    with pytest.raises(ObjectMissing):
        objects.copy(URL, other)


def test_a_large_object_is_read_in_pieces_of_one_object(stores: Opened) -> None:
    objects = stores(endpoint="local").at()
    body = os.urandom(LARGEST + 10)
    etag = objects.put(URL, Payload.of(body))
    assert objects.read(URL, 3, len(body)) == body[3:]
    objects.put(URL, Payload.of(b"other"))
    with pytest.raises(ObjectError, match="PreconditionFailed") as changed:
        objects.read(URL, 0, 3, etag=etag)
    assert changed.value.status == 412


def test_a_list_of_several_pages(stores: Opened, tmp_path: Path) -> None:
    folder = tmp_path / ".dli-local" / "obs" / "jars" / "a"
    folder.mkdir(parents=True)
    for number in range(1003):
        (folder / f"{number:04}").touch()
    listed = stores(endpoint="local").at().listed("jars", "a/")
    assert len(list(listed)) == 1003


def test_keys_that_no_xml_can_have_are_listed(stores: Opened, tmp_path: Path) -> None:
    folder = tmp_path / ".dli-local" / "obs" / "jars"
    folder.mkdir(parents=True)
    names = sorted(["a\1b", "a&<b", "a+b", "a b", "a%2Bb", "a\nb", "ä"], key=str.encode)
    for name in names:
        (folder / name).touch()
    (folder / os.fsdecode(b"\xff")).touch()  # which is no text, and so no key
    assert [each.key for each in stores(endpoint="local").at().listed("jars")] == names


# Whose keys.


def issued(service: LocalService) -> int:
    """How often temporary keys were asked for."""
    return [each.path for each in requests.kept(service.store)].count(ISSUED)


@pytest.mark.parametrize("way", ["password", "token", "agency", "agency by key"])
def test_temporary_keys_are_fetched_once(
    service: LocalService, stores: Opened, config: dict[str, str], way: str
) -> None:
    agency = {"agencyName": "local", "agencyDomainName": "local"}
    project = "0123456789abcdef0123456789abcdef"
    config |= {
        "password": PASSWORD,
        "token": {"token": service.http.headers["X-Auth-Token"], "projectId": project},
        "agency": PASSWORD | agency,
        "agency by key": KEYS | agency,
    }[way]
    store = stores(**config)
    store.at()
    assert issued(service) == 0
    with ThreadPoolExecutor(4) as pool:
        urls = [ObjectUrl("jars", str(number)) for number in range(8)]
        list(pool.map(lambda url: store.at().put(url, Payload.of(b"1")), urls))
    assert len(list(store.at().listed("jars"))) == 8
    assert issued(service) == 1


def test_a_lost_answer_with_keys_is_asked_for_again(
    service: LocalService, stores: Opened, config: dict[str, str]
) -> None:
    service.arm("drop", route="issue_keys")
    stores(**config, **PASSWORD).at().put(URL, Payload.of(b"1"))
    assert issued(service) == 2


def test_a_key_of_the_settings_asks_nobody(
    service: LocalService, stores: Opened, config: dict[str, str]
) -> None:
    stores(**config, **KEYS).at().put(URL, Payload.of(b"1"))
    assert requests.kept(service.store)[-1].path == f"/jars/{URL.key}"
    assert issued(service) == 0


def test_temporary_keys_are_renewed_before_they_end(
    service: LocalService, tmp_path: Path, config: dict[str, str]
) -> None:
    clock = HandClock(time.time())
    service.clock.set(clock.time)
    connections = Connections(config | PASSWORD, {}, tmp_path, clock=clock)
    objects = Stores(connections, clock=clock).at()
    for seconds, fetched in ((0, 1), (3000, 1), (300, 2), (3000, 2)):
        clock.time += seconds
        service.clock.set(clock.time)
        objects.put(URL, Payload.of(b"1"))
        assert issued(service) == fetched
    connections.close()


@pytest.mark.parametrize(
    ("config", "told"),
    [
        (
            {"endpoint": "https://dli.private.example", "region": "moon-1", **KEYS},
            "dli:obsEndpoint",
        ),
        (
            {
                "endpoint": "https://dli.private.example",
                "obsEndpoint": "https://obs.private.example",
                **KEYS,
            },
            "set dli:region",
        ),
        (
            {
                "endpoint": "https://dli.private.example",
                "obsEndpoint": "https://obs.private.example",
                "region": "moon-1",
                "token": "t",
            },
            "set dli:authUrl",
        ),
    ],
)
def test_settings_that_do_not_lead_to_objects(
    stores: Opened, config: dict[str, str], told: str
) -> None:
    with pytest.raises(SettingsError, match=told):
        stores(**config, projectId="0123456789abcdef").at()


def test_no_line_shows_a_key(service: LocalService, stores: Opened, tmp_path: Path) -> None:
    url = str(service.http.base_url).rstrip("/")
    where = {"endpoint": url, "authUrl": url, "obsEndpoint": url, "region": "eu-de"}
    store = stores({"PULUMI_DLI_TRACE": "trace"}, **where, **PASSWORD, projectName="local")
    store.at().put(URL, Payload.of(b'{"planted": "planted"}'))
    store.at().read(URL, 0, 100)
    with service.store.read() as db:
        [pair] = db.execute("SELECT * FROM temporary_keys").fetchall()
    trace = (tmp_path / "trace").read_text()
    assert trace.count("\n") == 4
    assert ISSUED in trace
    for secret in (*(pair[each] for each in ("secret_key", "security_token")), "planted"):
        assert secret not in trace


# What goes wrong.


@pytest.mark.parametrize("verb", ["put", "copy", "get", "head", "list", "delete"])
@pytest.mark.parametrize(
    "fault",
    [{"kind": "drop"}, {"kind": "drop", "when": "before"}]
    + [{"kind": "answer", "code": code} for code in ("429", "500", "503")],
    ids=lambda fault: "-".join(fault.values()),
)
def test_what_passes_is_tried_again(
    service: LocalService,
    stores: Opened,
    config: dict[str, str],
    verb: str,
    fault: dict[str, str],
) -> None:
    objects = stores(**config, **KEYS).at()
    objects.put(URL, Payload.of(b"123"))
    calls: dict[str, Callable[[], object]] = {
        "put": lambda: objects.put(URL, Payload.of(b"123")),
        "copy": lambda: objects.copy(URL, ObjectUrl("jars", "copy")),
        "get": lambda: objects.read(URL, 0, 3),
        "head": lambda: objects.head(URL).size,
        "list": lambda: [each.key for each in objects.listed("jars", "folder")],
        "delete": lambda: objects.delete(URL),
    }
    expected = calls[verb]() if verb != "delete" else None
    route = f"{verb}_objects" if verb == "list" else f"{verb}_object"
    service.arm(route=route, **fault)
    assert calls[verb]() == expected


def test_a_copy_is_tried_again_that_fails_behind_a_good_status(
    service: LocalService, stores: Opened, config: dict[str, str]
) -> None:
    objects = stores(**config, **KEYS).at()
    etag = objects.put(URL, Payload.of(b"123"))
    service.arm("answer", route="copy_object", code="200", times=2)
    assert objects.copy(URL, ObjectUrl("jars", "copy")) == etag
    service.arm("answer", route="copy_object", code="200", times=3)
    with pytest.raises(ObjectError, match="InternalError") as failed:
        objects.copy(URL, ObjectUrl("jars", "copy"))
    assert failed.value.uncertain


def test_a_look_that_nothing_depends_on_waits_less(stores: Opened) -> None:
    objects = stores(endpoint="local").at()
    objects.put(URL, Payload.of(b"123"))
    assert objects.hasty().head(URL) == objects.head(URL)
    seen: list[float] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.extensions["timeout"]["read"])
        return httpx.Response(404)

    for each in (at(answer), at(answer).hasty(), at(answer).brief()):
        with pytest.raises(ObjectMissing):
            each.head(URL)
    assert seen[2] < seen[1] < seen[0]


def test_a_look_that_may_hold_nothing_up_is_made_once_and_so_is_that_for_its_keys(
    service: LocalService, stores: Opened, config: dict[str, str]
) -> None:
    brief = stores(**config, **PASSWORD).at().brief()
    service.arm("answer", route="issue_keys", code="503", times=1)
    with pytest.raises(DliError, match="get temporary keys"):
        brief.head(URL)
    service.arm("answer", route="head_object", code="503", times=1)
    with pytest.raises(ObjectError):
        brief.head(URL)
    assert issued(service) == 2  # the keys are those of the patient ones too


def test_keys_that_are_not_known_any_more_are_fetched_once_more(
    service: LocalService, stores: Opened, config: dict[str, str]
) -> None:
    objects = stores(**config, **PASSWORD).at()
    objects.put(URL, Payload.of(b"1"))
    with service.store.write() as db:
        db.execute("DELETE FROM temporary_keys")
    objects.put(URL, Payload.of(b"2"))
    assert issued(service) == 2
    service.arm("answer", route="put_object", code="403")
    with pytest.raises(ObjectError):
        objects.put(URL, Payload.of(b"1"))
    assert issued(service) == 2


def test_what_does_not_pass_is_one_sentence(
    service: LocalService, stores: Opened, config: dict[str, str]
) -> None:
    objects = stores(**config, **KEYS).at()
    service.arm("answer", route="put_object", code="403")
    with pytest.raises(ObjectError) as refused:
        objects.put(URL, Payload.of(b"1"))
    assert (refused.value.status, refused.value.code) == (403, "AccessDenied")
    assert not refused.value.uncertain
    told = str(refused.value)
    assert told.startswith(f"could not upload {URL}: AccessDenied: The request was not served")
    assert told.endswith("; ask for the right to it, or sign in as a user who has it")
    assert refused.value.request_id in told
    service.arm("drop", route="put_object", times=3)
    with pytest.raises(TransportError) as lost:
        objects.put(URL, Payload.of(b"1"))
    assert lost.value.uncertain
    with pytest.raises(ObjectError, match=r"SignatureDoesNotMatch.*check the access key"):
        stores(**config, **KEYS | {"secretKey": "wrong"}).at().read(URL, 0, 1)


def test_a_file_that_changes_while_it_is_sent_is_not_stored(
    service: LocalService, stores: Opened, config: dict[str, str], tmp_path: Path
) -> None:
    objects = stores(**config, **KEYS).at()
    file = tmp_path / "orders.jar"
    for before, after in ((b"1" * 10, b"2" * 10), (b"1" * 10, b"1" * 9), (b"1", b"1" * 10**6)):
        file.write_bytes(before)
        payload = Payload.of(file)
        file.write_bytes(after)
        with pytest.raises(DliError, match="was changed while it was uploaded"):
            objects.put(URL, payload)
    file.unlink()
    with pytest.raises(DliError, match="cannot be read"):
        objects.put(URL, payload)
    with pytest.raises(DliError, match="cannot be read"):
        Payload.of(file)
    with pytest.raises(ObjectMissing):
        objects.head(URL)
    assert not (service.store.folder / "obs" / "jars").exists()


@pytest.mark.parametrize("fault", [{"kind": "drop"}, {"kind": "answer", "when": "after"}])
def test_a_fault_behind_the_work_leaves_no_file_open(
    stores: Opened, tmp_path: Path, fault: dict[str, str]
) -> None:
    objects = stores(endpoint="local").at()
    objects.put(URL, Payload.of(b"1"))
    store = Store(tmp_path / ".dli-local")
    faults.arm(store, {"route": "get_object", **fault}, frozenset({"get_object"}))
    store.close()
    assert objects.read(URL, 0, 1) == b"1"
    gc.collect()  # a file that is left open warns here, which fails


def test_a_full_folder_and_one_that_nobody_may_write(
    service: LocalService, stores: Opened, config: dict[str, str]
) -> None:
    objects = stores(**config, **KEYS, maxRetries="0").at()
    (service.store.folder / "obs").write_text("a file where a folder should be")
    with pytest.raises(ObjectError, match=r"InternalError.*name another folder") as failed:
        objects.put(URL, Payload.of(b"1"))
    assert failed.value.status == 500
    (service.store.folder / "obs").unlink()


@pytest.mark.parametrize(
    "url",
    [
        ObjectUrl("jars", "a/../b"),
        ObjectUrl("jars", "a//b"),
        ObjectUrl("jars", "a/"),
        ObjectUrl("jars", "a\nb"),
        ObjectUrl("jars", "x" * 1025),
        ObjectUrl("jars.evil/x", "a"),
        ObjectUrl("JARS", "a"),
        ObjectUrl("", "a"),
    ],
)
def test_what_no_request_can_name(stores: Opened, url: ObjectUrl) -> None:
    objects = stores(endpoint="local").at()
    for call in (objects.head, objects.delete):
        with pytest.raises(DliError, match="give it another name"):
            call(url)
    with pytest.raises(DliError):
        objects.copy(url, URL)


# Answers that only a hostile service gives.


def at(answer: Callable[[httpx.Request], httpx.Response]) -> Objects:
    """Objects of a service that answers so, read within the bounds."""
    client = httpx.Client(transport=httpx.MockTransport(answer), trust_env=False, timeout=60)
    bound(client, SYSTEM)
    transport = Transport(client, project_id=str, max_retries=0)
    pair = GivenKeys(Keys("planted-access", "planted-secret", "planted-token"))
    url = "https://obs.example.com"
    return Objects(Sender(transport, endpoint=url, region="eu-de", keys=pair, clock=SYSTEM))


ROW = b"<Contents><Key>a</Key><Size>1</Size></Contents>"
ENDLESS = b"<ListBucketResult><IsTruncated>true</IsTruncated>%s</ListBucketResult>" % ROW
ENTITY = b'<!DOCTYPE a [<!ENTITY b "c">]><Error><Code>&b;</Code></Error>'
BODIES = [
    b"",
    b"\0",
    b"<",
    b"<Error>" * 10000,
    b"<html>a page</html>",
    b"<CopyObjectResult><ETag></ETag></CopyObjectResult>",
    b"<Error><Code>InternalError</Code><Message>planted-secret</Message></Error>",
    b"<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
    b"<ListBucketResult><IsTruncated>1</IsTruncated><Contents><Key>a</Key></ListBucketResult>",
    ENDLESS,
    ENTITY,
    ENTITY.decode().encode("utf-16"),
    b'<?xml version="1.0" encoding="nonsense"?><a/>',
    b'{"error_code": "APIGW.0101"}',
]


@pytest.mark.parametrize("status", [200, 206, 301, 403, 404, 500])
@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_an_odd_answer_is_one_sentence(status: int, body: bytes) -> None:
    objects = at(lambda _: httpx.Response(status, content=body))
    calls: list[Callable[[], object]] = [
        lambda: objects.put(URL, Payload.of(b"1")),
        lambda: objects.read(URL, 1, 3),
        lambda: objects.copy(URL, URL),
        lambda: list(islice(objects.listed("jars"), 5)),
    ]
    for call in calls:
        with pytest.raises(ObjectError) as told:
            call()
        assert ". " not in str(told.value)
        assert "planted" not in str(told.value)
        assert "&b;" not in str(told.value)


@pytest.mark.parametrize("body", [ENTITY, ENTITY.decode().encode("utf-16"), b"<a>" * 40])
def test_xml_that_makes_much_of_little_is_not_read(body: bytes) -> None:
    assert xml.read(ENTITY[ENTITY.index(b"<Error>") :].replace(b"&b;", b"c")).value("Code") == "c"
    with pytest.raises(xml.NotXml, match=r"document type|nested"):
        xml.read(body)


def test_an_answer_that_is_too_large_is_one_sentence() -> None:
    with pytest.raises(ApiError, match=r"larger than 4 MB; check dli:obsEndpoint"):
        at(lambda _: httpx.Response(200, content=iter([b" " * (LARGEST + 1)]))).copy(URL, URL)


def test_a_copy_that_failed_behind_a_good_status() -> None:
    body = b"<Error xmlns='urn:x'><Code>AccessDenied</Code><Message>No.</Message></Error>"
    with pytest.raises(ObjectError, match="AccessDenied: No; ask for the right") as refused:
        at(lambda _: httpx.Response(200, content=body)).copy(URL, URL)
    assert refused.value.uncertain


def test_one_thread_fetches_keys_and_the_others_wait(
    service: LocalService, stores: Opened, config: dict[str, str]
) -> None:
    service.arm("delay", route="issue_keys", seconds=0.2)
    store = stores(**config, **PASSWORD)
    threads = [
        threading.Thread(target=store.at().put, args=(ObjectUrl("jars", str(n)), Payload.of(b"1")))
        for n in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert issued(service) == 1
