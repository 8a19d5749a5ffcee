"""docs/local.md lists what the local DLI answers, and what it does not: in both directions."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from local_service import PROJECT, LocalService, new_store
from pulumi_dli.local.app import create_app
from pulumi_dli.local.cli import app as commands
from pulumi_dli.local.faults import AFTER, ANSWERS, BEFORE, KINDS, LACKS
from pulumi_dli.local.queues import QUEUES
from pulumi_dli.local.simulation import DEFAULTS
from typer.testing import CliRunner

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask import Flask

PAGE = Path(__file__).parents[2] / "docs" / "local.md"
ROW = re.compile(r"^\| `([A-Z]+) (/[^`]*)` \| (?:`(\w+)`)?", re.MULTILINE)


def section(title: str) -> str:
    return PAGE.read_text().partition(f"\n## {title}\n")[2].partition("\n## ")[0]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    store = new_store(tmp_path_factory.mktemp("dli"))
    store.close()
    return create_app(store)


def test_the_table_is_the_routes(served: Flask) -> None:
    routes = {
        (method, re.sub(r"<\w+:", "<", rule.rule), rule.endpoint.rpartition(".")[2])
        for rule in served.url_map.iter_rules()
        for method in (rule.methods or set()) - {"OPTIONS"}
        if method != "HEAD" or "GET" not in (rule.methods or set())
    }
    rows = ROW.findall(section("What it answers"))
    assert len(rows) == len(routes)
    assert set(rows) == routes


def test_no_route_has_the_code_that_makes_an_address(served: Flask) -> None:
    for rule in served.url_map.iter_rules():
        with pytest.raises(NotImplementedError):
            rule.build({})


def test_inside_the_provider_only_what_is_under_a_project_is_there(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    store.close()
    rules = [rule.rule for rule in create_app(store, inside=True).url_map.iter_rules()]
    assert len(rules) > 10
    assert {rule.partition("<project>")[0] for rule in rules if "<bucket:" not in rule} == {
        *("/", "/v1.0/", "/v3/"),
    }


def test_what_is_not_answered_is_an_address_that_does_not_exist(embedded_dli: LocalService) -> None:
    rows = ROW.findall(section("What it does not answer"))
    assert len(rows) > 10
    for method, path, _ in rows:
        answer = embedded_dli.http.request(method, path.replace("<project>", PROJECT), json={})
        assert (answer.status_code, answer.json()["error_code"]) == (404, "APIGW.0101"), path


def test_the_table_of_faults_is_the_kinds_with_all_that_they_take() -> None:
    row = re.compile(r"^\| `(\w+)` \| ([^|]*) \| ([^|]*) \| ([^|]*) \|$", re.MULTILINE)
    rows = row.findall(section("How it behaves"))
    assert rows == [
        (name, _listed(kind.routes) or "any", _listed(kind.settings) or "none", kind.words)
        for name, kind in KINDS.items()
    ]
    named = section("How it behaves")
    assert f"`when` is {_listed((BEFORE, AFTER), ' or ')}" in named
    assert f"`code` is {_listed(ANSWERS)}" in named
    assert f"`lacks` is {_listed(LACKS)}" in named


def test_the_help_of_a_fault_names_all_that_it_takes() -> None:
    help_ = CliRunner().invoke(commands, ["faults", "arm", "--help"], env={"COLUMNS": "400"}).output
    for name, kind in KINDS.items():
        [line] = [line for line in help_.splitlines() if f" {name}: " in line]
        assert all(text in line for text in (kind.words, *kind.settings))


def _listed(texts: Iterable[str], between: str = ", ") -> str:
    return between.join(f"`{text}`" for text in texts)


def test_the_queues_and_the_delays_are_those_there_are() -> None:
    for queue in QUEUES:
        assert f"`{queue.name}` ({queue.cus} CUs)" in section("What it answers")
    assert list(DEFAULTS.values()) == [1.0, 0.5]
    assert "takes 1 second and each step of a stop half a second" in section("How it behaves")


def test_the_options_of_the_page_are_those_of_the_command() -> None:
    told = CliRunner().invoke(commands, ["serve", "--help"], env={"COLUMNS": "200"}).output
    named = set(re.findall(r"(--[a-z-]+)", section("To serve it")))
    assert len(named) > 6
    for option in named:
        assert option in told
    assert "PULUMI_DLI_LOCAL_PASSWORD" in told


def test_arguments_are_stored_in_clear_and_tokens_are_not(embedded_dli: LocalService) -> None:
    embedded_dli.create(entrypoint_args="planted")
    with embedded_dli.store.read() as db:
        stored = "".join(db.iterdump())
    assert "planted" in stored
    assert embedded_dli.http.headers["X-Auth-Token"] not in stored
