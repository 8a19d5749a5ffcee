"""The parts around a local Flink that need no Java: files, mapping, causes, processes, choice."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from flink_dli import a_job
from pulumi_dli.local.errors import FlinkError
from pulumi_dli.local.flink import choice, compiler, files, mapping, versions
from pulumi_dli.local.flink.causes import cause
from pulumi_dli.local.flink.cli import app
from pulumi_dli.local.flink.cluster import Cluster
from pulumi_dli.local.flink.processes import Process
from typer.testing import CliRunner

TRACE = """\
org.apache.flink.runtime.JobException: Recovery is suppressed by NoRestartBackoffTimeStrategy
\tat org.apache.flink.runtime.Handler.handle(Handler.java:176)
Caused by: org.apache.flink.util.WrappingException: outer
\tat a.b.C.d(C.java:1)
Caused by: java.lang.IllegalStateException: order 7 is bad
\tat a.b.C.e(C.java:2)
\t... 3 more
"""


TIMED_OUT = "Caused by: java.util.concurrent.TimeoutException"


def body(
    folder: Path, resume: Path | None = None, version: str = versions.DEFAULT_VERSION, **fields: Any
) -> dict[str, Any]:
    checkpoints = folder / "checkpoints"
    found = mapping.body(
        "r", a_job(**fields), version, checkpoints=checkpoints, resume=resume, claim=False
    )
    return dict(found)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (TRACE, "IllegalStateException: order 7 is bad"),
        (
            "Internal server error.\njava.lang.ClassNotFoundException: a.B",
            "ClassNotFoundException: a.B",
        ),
        (f"Caused by: a.b.NoSlots: none\n{TIMED_OUT}", "a.b.NoSlots: none"),
        (TIMED_OUT, "java.util.concurrent.TimeoutException"),
        ("Caused by: my.own.Trouble$Inner: x", "my.own.Trouble$Inner: x"),
        ("", "Flink gives no reason"),
    ],
)
def test_a_stack_trace_is_told_in_one_line(text: str, words: str) -> None:
    assert cause(text) == words


def test_files_are_found_where_the_names_say(tmp_path: Path) -> None:
    source = tmp_path / "etl.jar"
    source.write_text("x")
    assert files.add(tmp_path, source, "group") == "group/etl.jar"
    assert files.add(tmp_path, source, None) == "etl.jar"
    assert files.find(tmp_path, "group/etl.jar") == tmp_path / "packages/group/etl.jar"
    stored = files.place(tmp_path, "obs://bucket/dir/etl.jar")
    assert stored == tmp_path / "obs/bucket/dir/etl.jar"
    assert files.wire_name(tmp_path, stored.parent) == "bucket/dir/"
    assert files.wire_name(tmp_path, tmp_path) is None


@pytest.mark.parametrize("name", ["../x", "a/../../x", "obs://b/../../x", "/", "obs://"])
def test_no_name_leads_out_of_its_folder(name: str, tmp_path: Path) -> None:
    with pytest.raises(FlinkError, match="is not a name below"):
        files.place(tmp_path, name)


@pytest.mark.parametrize("group", ["a/b", "..", "/etc"])
def test_a_group_is_one_plain_name(group: str, tmp_path: Path) -> None:
    (tmp_path / "x.jar").write_text("x")
    with pytest.raises(FlinkError):
        files.add(tmp_path, tmp_path / "x.jar", group)


def test_a_definition_in_flinks_words(tmp_path: Path) -> None:
    pairs = [{"key": "any.thing", "value": "7"}]
    words = body(
        tmp_path,
        resume=tmp_path / "savepoint",
        main_class="a.B",
        entrypoint_args=" --rate  3 --name x",
        parallel_number=3,
        checkpoint_enabled=True,
        checkpoint_interval=9,
        checkpoint_mode=2,
        runtime_config=json.dumps(pairs),
    )
    assert words["entryClass"] == "a.B"
    assert words["programArgsList"] == ["--rate", "3", "--name", "x"]
    assert words["parallelism"] == 3
    assert words["savepointPath"] == f"file://{tmp_path}/savepoint"
    options = words["flinkConfiguration"]
    assert options["execution.checkpointing.interval"] == "9 s"
    assert options["execution.checkpointing.mode"] == "AT_LEAST_ONCE"
    assert options["execution.checkpointing.dir"] == f"file://{tmp_path}/checkpoints"
    assert options["restart-strategy.type"] == "none"
    assert options["any.thing"] == "7"
    assert "savepointPath" not in body(tmp_path)
    assert "entryClass" not in body(tmp_path)
    assert "execution.checkpointing.interval" not in body(tmp_path)["flinkConfiguration"]


def test_restarts_are_counted_as_dli_counts_them(tmp_path: Path) -> None:
    always = body(tmp_path, restart_when_exception=True)["flinkConfiguration"]
    assert always["restart-strategy.type"] == "fixed-delay"
    some = body(tmp_path, restart_when_exception=True, resume_max_num=4)["flinkConfiguration"]
    assert some["restart-strategy.type"] == "failure-rate"
    assert some["restart-strategy.failure-rate.max-failures-per-interval"] == "4"
    assert some["restart-strategy.failure-rate.failure-rate-interval"] == "1 h"


def test_slots_that_are_not_there_are_told_before_the_start(tmp_path: Path) -> None:
    with pytest.raises(FlinkError, match="the local Flink has 16"):
        body(tmp_path, parallel_number=17)
    with pytest.raises(FlinkError, match="the job's CUs and tm_slot_num allow 2"):
        body(tmp_path, parallel_number=3, tm_slot_num=2)
    assert body(tmp_path, parallel_number=4, tm_slot_num=2, cu_number=3)["parallelism"] == 4


def test_a_strangers_process_is_never_signalled() -> None:
    me = os.getpid()
    Process(me, "1").end(signal.SIGKILL)  # my number, and another's start: I live on
    assert not Process(me, "1").alive
    assert not Process(me, "").alive


def test_a_cluster_that_never_ran_is_stopped_without_a_word(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path / "flink" / "cluster-1.20.5", "1.20.5")
    assert not cluster.alive
    cluster.stop(wait=True)
    assert cluster.running() is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("latest; rm", "latest; rm is not a Flink version"),
        ("../../x", "is not a Flink version"),
        ("1.21", r"1\.21 is not a Flink version: one such as 1\.20\.5 is, or one of 1\.12, 1\.13"),
        ("1.11.4", r"Flink 1\.11\.4 is too old: 1\.12 or newer runs"),
    ],
)
def test_what_is_no_version_is_not_looked_for(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(FlinkError, match=words):
        versions.release(text)
    with pytest.raises(FlinkError, match=words):
        choice.switch_on(tmp_path, text, lambda _: None)
    assert versions.of_folder(tmp_path) is None


def test_a_source_for_a_flink_that_is_not_there_is_not_compiled(tmp_path: Path) -> None:
    with pytest.raises(FlinkError, match=r"flink on --version 9\.9\.9"):
        compiler.jar(tmp_path / "X.java", "9.9.9", tmp_path)


def test_the_command_tells_what_runs_the_jobs(tmp_path: Path) -> None:
    def told(*arguments: str) -> str:
        result = CliRunner().invoke(app, [*arguments])
        assert "Traceback" not in result.output
        return result.output

    path = ("--path", str(tmp_path / "dli"))
    told("off", *path)
    assert told(*path).startswith("simulated: ")
    assert told("off", *path).startswith("simulated: ")
    assert told("stop", *path) == ""
    assert told("on", "--version", "x", *path).startswith("pulumi-dli local: ")
