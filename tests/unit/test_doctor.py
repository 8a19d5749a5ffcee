"""What doctor finds, and what it says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest
from pulumi_dli.client.connections import Connections
from pulumi_dli.command.doctor import Report, examine
from pulumi_dli.console import MASK
from pulumi_dli.session import Session
from stand_ins import Lines

CLOUD = {"region": "eu-de", "projectId": "p1", "token": "planted-token"}


def report(tmp_path: Path, config: Mapping[str, str]) -> Report:
    with closing(Connections(config, {}, tmp_path)) as connections:
        return examine(connections, origin="stack dev", flink="simulated")


def test_a_local_stack_is_ready(tmp_path: Path) -> None:
    found = report(tmp_path, {"endpoint": "local"})
    assert found.ok
    assert [check.name for check in found.checks] == [
        "settings",
        "project",
        "sign-in and queues",
        "flink",
    ]
    text = found.as_text()
    for word in ("LOCALACCESSKEY", "0123456789abcdef0123456789abcdef", "default (64 CUs)"):
        assert word in text


def test_missing_settings_are_the_answer(tmp_path: Path) -> None:
    found = report(tmp_path, {})
    assert not found.ok
    (check,) = found.checks
    assert check.name == "settings"
    assert "no region" in check.detail


@pytest.mark.parametrize(
    ("version", "words"),
    [
        ("1.11", "(stack config dli:localFlinkVersion) must be a version of Flink from 1.12 on"),
        ("fast", "(stack config dli:localFlinkVersion) must be a version of Flink from 1.12 on"),
        ("1.99", "stack config dli:localFlinkVersion: 1.99 is not a Flink version"),
        ("3.0", "stack config dli:localFlinkVersion: 3.0 is not a Flink version"),
    ],
)
def test_a_wrong_version_of_the_local_flink_is_named(
    tmp_path: Path, version: str, words: str
) -> None:
    config = {"endpoint": "local", "localFlinkVersion": version}
    found = report(tmp_path, config)
    assert not found.ok
    assert words in found.as_text()
    with closing(Connections(config, {}, tmp_path)) as connections:
        _, problems = Session(connections, Lines()).check("urn", {}, {"name": "a"}, frozenset())
    assert [words in problem for problem in problems].count(True) == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("version", ["1.12", "1.15", "1.15.4", "2.3.0"])
def test_a_good_version_of_the_local_flink_is_taken(tmp_path: Path, version: str) -> None:
    assert report(tmp_path, {"endpoint": "local", "localFlinkVersion": version}).ok


@pytest.mark.parametrize(
    ("config", "failing"),
    [
        ({"endpoint": "http://127.0.0.1:1", "maxRetries": "0"}, "sign-in and queues"),
        (
            {
                "projectId": "",
                "projectName": "eu-de_team",
                "endpoint": "http://127.0.0.1:1",
                "authUrl": "http://127.0.0.1:1",
                "maxRetries": "0",
            },
            "project",
        ),
    ],
)
def test_the_first_thing_that_fails_is_named(
    tmp_path: Path, config: dict[str, str], failing: str
) -> None:
    found = report(tmp_path, CLOUD | config)
    assert not found.ok
    assert found.checks[-1].name == failing
    assert "no connection to 127.0.0.1" in found.checks[-1].detail


def test_it_does_not_advise_itself(tmp_path: Path) -> None:
    found = report(tmp_path, CLOUD | {"endpoint": "http://127.0.0.1:1", "maxRetries": "0"})
    text = found.as_text()
    assert "check the network, and the endpoint" in text
    assert "doctor" not in text


def test_settings_are_shown_with_their_source_and_secrets_are_masked(tmp_path: Path) -> None:
    local = {"endpoint": "http://127.0.0.1:1", "maxRetries": "0", "insecure": "on"}
    found = report(tmp_path, CLOUD | local)
    rows = {row.key: (row.value, row.source) for row in found.settings}
    assert rows["region"] == ("eu-de", "stack config dli:region")
    assert rows["token"] == (MASK, "stack config dli:token")
    assert found.warnings
    shown = found.as_text() + json.dumps(found.as_json())
    assert "planted" not in shown
    assert f"warning: {found.warnings[0]}" in shown


def test_two_credentials_in_one_place_are_warned_of(tmp_path: Path) -> None:
    pair = {"accessKey": "planted-ak", "secretKey": "planted-sk"}
    unreachable = {"endpoint": "http://127.0.0.1:1", "maxRetries": "0"}
    found = report(tmp_path, CLOUD | pair | unreachable)
    [warning] = [line for line in found.as_text().splitlines() if line.startswith("warning: ")]
    assert "a token is used to sign in and an access key (stack config dli:accessKey) is not" in (
        warning
    )
    assert list(found.as_json()["warnings"]) == [warning.removeprefix("warning: ")]
    assert "planted" not in found.as_text()


def test_a_place_without_a_region_is_told_by_its_endpoint(tmp_path: Path) -> None:
    nowhere = {"region": "", "endpoint": "http://127.0.0.1:1", "maxRetries": "0"}
    found = report(tmp_path, CLOUD | nowhere)
    assert found.checks[1].detail == "p1 in http://127.0.0.1:1"


def test_doctor_says_what_a_check_says(tmp_path: Path) -> None:
    wrong = CLOUD | {"endpoint": "https://planted planted", "preflight": "perhaps"}
    with closing(Connections(wrong, {}, tmp_path)) as connections:
        filled, problems = Session(connections, Lines()).check("urn", {}, {}, frozenset())
    assert filled == {}
    [check] = report(tmp_path, wrong).checks
    assert check.detail == f"stack dev; {problems[-1]}"
