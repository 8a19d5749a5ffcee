"""The folder of a project: one for the provider, the look-ups and the commands."""

from __future__ import annotations

from pathlib import Path

import pytest
from pulumi_dli.client.connections import Connections
from pulumi_dli.local.opened import folder
from pulumi_dli.settings.project import PROJECT_FILES, project_folder


@pytest.mark.parametrize("name", PROJECT_FILES)
def test_the_project_is_found_from_a_folder_within(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("name: x\n")
    within = tmp_path / "a" / "b"
    within.mkdir(parents=True)
    assert project_folder(within) == project_folder(tmp_path) == tmp_path


@pytest.mark.parametrize(
    "name", ["pulumi.yaml", "Pulumi.dev.yaml", "Pulumi.toml", "PulumiPlugin.yaml"]
)
def test_another_file_makes_no_project(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("name: x\n")
    assert project_folder(tmp_path) != tmp_path


def test_a_folder_of_that_name_makes_no_project(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").mkdir()
    assert project_folder(tmp_path) != tmp_path
    assert project_folder(Path("/")) is None


def test_the_nearest_project_counts(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    for place in (tmp_path, inner):
        (place / "Pulumi.yml").write_text("name: x\n")
    assert project_folder(inner) == inner


@pytest.mark.parametrize("named", [None, "state", "/elsewhere"])
def test_everything_begins_in_the_projects_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str | None
) -> None:
    """From a folder within, which `main` names or a command was called in."""
    (tmp_path / "Pulumi.yml").write_text("name: x\nmain: src\n")
    (tmp_path / "src").mkdir()
    monkeypatch.chdir(tmp_path / "src")
    monkeypatch.delenv("PULUMI_DLI_LOCAL_PATH", raising=False)
    if named:
        monkeypatch.setenv("PULUMI_DLI_LOCAL_PATH", named)
    config = {"dli:endpoint": "local", "dli:caCert": "ca.pem"}
    settings = Connections.of_stack(config, tmp_path / "src").settings()
    assert settings.local_path == tmp_path / (named or ".dli-local")
    assert settings.ca_cert == tmp_path / "ca.pem"
    assert folder(None) == settings.local_path
    assert folder(Path("given")) == tmp_path / "src" / "given"


def test_without_a_project_everything_begins_where_the_program_works(tmp_path: Path) -> None:
    settings = Connections.of_stack({"dli:endpoint": "local"}, tmp_path).settings()
    assert settings.local_path == tmp_path / ".dli-local"
