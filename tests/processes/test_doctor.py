"""The stack's settings, read by starting the Pulumi CLI."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pulumi_dli.command.stack_config import stack_config
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
        ("echo not json", "cannot be read: the Pulumi CLI's answer is not JSON"),
    ],
)
def test_an_engine_that_refuses(tmp_path: Path, script: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        stack_config(tmp_path, pulumi(tmp_path, script), None)


def test_an_engine_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="the Pulumi CLI is not on PATH"):
        stack_config(tmp_path, {"PATH": str(tmp_path)}, None)
