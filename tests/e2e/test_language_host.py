"""The language host's protocol, spoken as the engine speaks it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import grpc
import pytest
from engine import VERSION
from engine_project import own_host
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import language_pb2, language_pb2_grpc

PATIENCE = 60


@dataclass
class Host:
    """A running language host and a client of it."""

    process: subprocess.Popen[str]
    client: language_pb2_grpc.LanguageRuntimeStub

    def end(self) -> tuple[int, str]:
        _, stderr = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, stderr


@pytest.fixture
def host() -> Iterator[Host]:
    process = subprocess.Popen(
        [str(own_host()), "-v=3", "--logtostderr", "127.0.0.1:1"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    port = int(process.stdout.readline())
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield Host(process, language_pb2_grpc.LanguageRuntimeStub(channel))
    if process.poll() is None:
        process.terminate()
        process.communicate(timeout=PATIENCE)


@pytest.fixture
def project(tmp_path: Path) -> language_pb2.ProgramInfo:
    """A project with an empty virtual environment `env`."""
    make = [sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "env")]
    subprocess.run(make, check=True)
    return _info(tmp_path, virtualenv="env")


def _info(root: Path, **options: str) -> language_pb2.ProgramInfo:
    struct = struct_pb2.Struct()
    struct.update(options)
    return language_pb2.ProgramInfo(
        root_directory=str(root), program_directory=str(root), entry_point=".", options=struct
    )


def _install(
    project: language_pb2.ProgramInfo, name: str, version: str, /, **plugin: object
) -> None:
    """Put a package that ships this pulumi-plugin.json into the project's environment."""
    (site,) = (Path(project.root_directory) / "env").glob("lib/python*/site-packages")
    (site / name).mkdir()
    (site / name / "pulumi-plugin.json").write_text(json.dumps(plugin), encoding="utf-8")
    (site / f"{name}-{version}.dist-info").mkdir()
    (site / f"{name}-{version}.dist-info" / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8"
    )


def test_packages_with_a_resource_plugin_are_reported(
    host: Host, project: language_pb2.ProgramInfo
) -> None:
    _install(project, "pulumi_named", "9.9.9", resource=True, name="other", version="1.2.3")
    _install(
        project,
        "pulumi_two_words",
        "4.5.6",
        resource=True,
        version="",
        server="https://example.com",
    )
    _install(project, "pulumi_plain", "1.0.0", resource=False)
    _install(project, "pulumi_alpha", "1.0.0a7", resource=True)
    _install(
        project,
        "bridge",
        "2.0.0",
        resource=True,
        name="terraform-provider",
        version="0.1.0",
        parameterization={"name": "bridge", "version": "2.0.0", "value": "e30="},
    )
    answer = host.client.GetRequiredPackages(language_pb2.GetRequiredPackagesRequest(info=project))
    reported = {
        (package.kind, package.name, package.version, package.server) for package in answer.packages
    }
    assert reported == {
        ("resource", "other", "v1.2.3", ""),
        ("resource", "two-words", "v4.5.6", "https://example.com"),
        ("resource", "terraform-provider", "v0.1.0", ""),
    }
    (bridge,) = (package for package in answer.packages if package.name == "terraform-provider")
    assert bridge.parameterization.value == b"{}"
    assert bridge.parameterization.name == "bridge"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"toolchain": "conda"}, "toolchain: conda in Pulumi.yaml needs the released Pulumi CLI"),
        ({"typechecker": "mypy"}, "typechecker: mypy in Pulumi.yaml needs the released"),
        ({"virtualenv": "none"}, "doesn't exist; run the following commands to create"),
    ],
)
def test_a_project_that_cannot_run_ends_in_a_sentence(
    host: Host, tmp_path: Path, options: dict[str, str], sentence: str
) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        host.client.Run(language_pb2.RunRequest(info=_info(tmp_path, **options)))
    assert sentence in str(refused.value.details())
    host.process.terminate()
    assert host.end() == (0, "")


def test_what_is_not_supported_says_so_without_a_traceback(host: Host) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        host.client.Template(language_pb2.TemplateRequest())
    assert refused.value.code() == grpc.StatusCode.UNIMPLEMENTED
    with pytest.raises(grpc.RpcError) as refused:
        list(host.client.RunPlugin(language_pb2.RunPluginRequest()))
    assert refused.value.code() == grpc.StatusCode.UNIMPLEMENTED
    host.process.terminate()
    assert host.end() == (0, "")


def test_a_policy_pack_runs_until_it_ends(host: Host, tmp_path: Path) -> None:
    (tmp_path / "__main__.py").write_text(
        "import sys; print(4711); sys.stderr.write('a warning'); raise SystemExit(3)"
    )
    request = language_pb2.RunPluginRequest(
        kind="analyzer", args=["127.0.0.1:1"], info=_info(tmp_path, virtualenv=sys.prefix)
    )
    said = list(host.client.RunPlugin(request))
    assert b"".join(part.stdout for part in said) == b"4711\n"
    assert b"".join(part.stderr for part in said) == b"a warning"
    assert said[-1].exitcode == 3


def test_it_names_the_version_of_the_engine(host: Host) -> None:
    assert host.client.GetPluginInfo(empty_pb2.Empty()).version == f"v{VERSION}"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_quietly(host: Host, number: signal.Signals) -> None:
    host.process.send_signal(number)
    assert host.end() == (0, "")


def test_it_ends_when_the_engine_is_gone(host: Host) -> None:
    assert host.process.stdin is not None
    host.process.stdin.close()
    host.process.stdin = None
    assert host.end() == (0, "")
