"""The stack's settings, read by starting the Pulumi CLI."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pulumi_dli.command.stack_config import folders, stack_config
from pulumi_dli.errors import SettingsError


def pulumi(folder: Path, script: str) -> dict[str, str]:
    """A Pulumi CLI on PATH that does what the script says."""
    command = folder / "bin" / "pulumi"
    command.parent.mkdir()
    command.write_text(f"#!/bin/sh\n{script}\n")
    command.chmod(0o755)
    return {"PATH": f"{command.parent}:/usr/bin:/bin"}


def test_the_stack_is_read_through_the_engine(tmp_path: Path) -> None:
    config = {
        "dli:region": {"value": "eu-de", "secret": False},
        "dli:token": {"value": "t", "secret": True},
        "dli:defaultTags": {"value": '{"a":"b"}', "objectValue": {"a": "b"}, "secret": False},
        "project:parallelNumber": {"value": "2", "secret": False},
    }
    (tmp_path / "answer.json").write_text(json.dumps(config))
    environ = pulumi(tmp_path, 'echo "$@" > asked; cat answer.json')
    assert stack_config(tmp_path, environ, "prod") == {
        "region": "eu-de",
        "token": "t",
        "defaultTags": '{"a":"b"}',
    }
    asked = (tmp_path / "asked").read_text()
    assert asked == "config --json --show-secrets --non-interactive --stack prod\n"


def test_no_stack_is_no_error_unless_one_was_named(tmp_path: Path) -> None:
    environ = pulumi(tmp_path, "echo 'error: no stack selected; please use…' >&2; exit 255")
    assert stack_config(tmp_path, environ, None) is None
    with pytest.raises(SettingsError, match="cannot be read: no stack selected"):
        stack_config(tmp_path, environ, "prod")


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo 'error: incorrect passphrase' >&2; exit 1", "cannot be read: incorrect passphrase"),
        (r"printf 'error: \377 %0700d' 0 >&2; exit 1", r"cannot be read: \ufffd 0{510}$"),
        ("echo not json", "cannot be read: the Pulumi CLI's answer is not JSON"),
        ("echo '[1]'", "the Pulumi CLI's answer is not JSON"),
        ('echo \'{"dli:region": "x"}\'', "the Pulumi CLI's answer is not JSON"),
    ],
)
def test_an_engine_that_refuses(tmp_path: Path, script: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        stack_config(tmp_path, pulumi(tmp_path, script), None)


def test_an_engine_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="the Pulumi CLI is not on PATH"):
        stack_config(tmp_path, {"PATH": str(tmp_path)}, None)


def test_an_engine_that_cannot_be_started(tmp_path: Path) -> None:
    environ = pulumi(tmp_path, "exit 0")
    (tmp_path / "bin" / "pulumi").write_bytes(b"\x7fELF no program")
    with pytest.raises(SettingsError, match="the Pulumi CLI cannot be started"):
        stack_config(tmp_path, environ, None)


def test_a_folder_that_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(SettingsError, match="the working folder is gone"):
        folders(None)


def test_a_stack_is_of_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError, match=r"no Pulumi\.yaml here or above, so no stack prod"):
        folders("prod")
    assert folders(None) == (tmp_path, None)
    (tmp_path / "Pulumi.json").write_text("{}")
    assert folders("prod") == (tmp_path, tmp_path)
