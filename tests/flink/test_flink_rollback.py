"""Versions of a jar that fail on a real Flink: the counts go on as if they had never been."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flink.conftest import EXAMPLE
from flink.test_flink_stacks import MORE, PATIENCE, counting, make_stack
from flink_dli import Counts, FlinkDli, switched_on
from job_stack import JobStack
from pulumi_dli.local.flink import compiler

LOST = "OrderCounts$Count.class"
LOG = r"\d+/jobmanager\.log"
TOLD = r"Caused by: java\.lang\.ClassNotFoundException: OrderCounts\$Count at "
BROKE = r"java\.lang\.IllegalStateException: order \d+ cannot be counted at "
LATE = {
    "private transient FileWriter file;": "private transient FileWriter file; long begun;",
    "file = new FileWriter(output, true);": (
        "file = new FileWriter(output, true); begun = System.currentTimeMillis();"
    ),
    "if (order == failAfter)": "if (System.currentTimeMillis() > begun + 3000)",
}
"""What makes of the example a version that counts for three seconds and then fails."""


@pytest.fixture
def dli(tmp_path: Path, flink_version: str) -> Iterator[FlinkDli]:
    with switched_on(tmp_path / "dli", flink_version) as made:
        yield made


@pytest.fixture
def versions(tmp_path: Path, flink_version: str, order_counts: Path) -> dict[str, Path]:
    """The example's jar: `good`, `better`, `incomplete` (without a class) and `late` to fail."""
    made = {"good": order_counts}
    for name, left_out in (("better", ""), ("incomplete", LOST)):
        made[name] = tmp_path / f"{name}.jar"
        with zipfile.ZipFile(order_counts) as old, zipfile.ZipFile(made[name], "w") as new:
            for entry in set(old.namelist()) - {left_out}:
                new.writestr(entry, old.read(entry))
            new.writestr("version.txt", name)
    text = EXAMPLE.read_text(encoding="utf-8")
    for before, after in LATE.items():
        assert before in text
        text = text.replace(before, after)
    source = tmp_path / EXAMPLE.name
    source.write_text(text, encoding="utf-8")
    return made | {"late": compiler.jar(source, flink_version, tmp_path)}


@pytest.mark.timeout(PATIENCE)
def test_the_counts_go_on_whatever_way_a_version_fails(
    tmp_path: Path, dli: FlinkDli, versions: dict[str, Path]
) -> None:
    stack = make_stack(tmp_path, dli)
    etl, other = (Counts(dli.folder / f"{name}.csv") for name in ("etl", "other"))

    def program(version: str, *names: str, **timeouts: float) -> None:
        shutil.copy(versions[version], stack.project.directory / "orders.jar")
        given: dict[str, Any] = {
            "entrypoint": None,
            "code": {"entrypoint": 'pulumi.FileAsset("orders.jar")'},
            "rollback": "previous",
            "log_enabled": True,
            "timeouts": {"settle": 1} | timeouts,
        }
        stack.program(*(counting(name, **given) for name in names))

    def must_be_back(told: str, name: str) -> None:
        job = dli.job(name)
        assert f"job {name} ({job['id']}) runs again as before, from a copy of its sav" in told
        assert (job["status"], job["definition"]["entrypoint"]) == ("job_running", first)
        assert stack.outputs(name)["rolled_back"] is True

    def copies() -> int:
        return len([*dli.folder.glob("obs/bucket/pulumi-dli/*/savepoints/**/_metadata")])

    program("good", "etl", "other")
    stack.up()
    first = dli.job("etl")["definition"]["entrypoint"]
    for counts in (etl, other):
        dli.counts_on(counts, MORE)

    program("incomplete", "etl", "other")  # two jobs with one jar, at once
    told = failed(stack)
    assert f"ClassNotFoundException: {LOST.removesuffix('.class')}" in told
    assert re.search(
        rf"its savepoint, obs://\S+ log: obs://bucket/jobs/logs/\d+_{LOG} .*{TOLD}", told
    )
    for counts, name in ((etl, "etl"), (other, "other")):
        must_be_back(told, name)
        dli.counts_on(counts, MORE)
    assert copies() == 2

    program("better", "etl", update=60)  # while answers get lost, two thirds of it are waited
    dli.arm("drop", route="run", when="before", times=3)
    told = failed(stack)
    assert "could not start job" in told
    assert "gave no answer" in told
    assert "the new definition failed" not in told
    assert dli.job("etl")["status"] == "job_cancel_success"
    assert "etl: starts from its savepoint" in stack.up()  # and `other`, which goes, is deleted
    assert dli.job("etl")["definition"]["entrypoint"] != first
    dli.counts_on(etl, MORE)

    program("good", "etl")
    dli.arm("drop", route="run", when="after")
    stack.up()
    assert dli.job("etl")["definition"]["entrypoint"] == first
    dli.counts_on(etl, MORE)
    for counts in (etl, other):
        counts.must_be_exact()
    assert copies() == 0

    program("late", "etl", settle=15)
    told = failed(stack)
    assert re.search(r"running exception .*: order \d+ cannot be counted; see http://127", told)
    assert re.search(
        rf"its savepoint, obs://\S+ log: obs://bucket/jobs/logs/\d+_{LOG} .*{BROKE}", told
    )
    must_be_back(told, "etl")
    dli.counts_on(etl, MORE)
    stack.destroy()
    assert etl.total() > len(set(etl.rows()))  # what it wrote before it failed comes again
    etl.must_be_exact(repeats=True)


def failed(stack: JobStack) -> str:
    """What an `up` says that has to fail, in one line."""
    return re.sub(r"\s+", " ", stack.up_fails())
