"""A preview's document in Markdown: what a reviewer sees, and what nobody can smuggle in."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt
from pulumi_dli.command.markdown import LONGEST, MOST
from pulumi_dli.command.previewed import read
from pulumi_dli.command.review import REST, review
from pulumi_dli.errors import SettingsError

TYPE = "pulumi-python:dynamic/dli:FlinkJarJob"
RUNS = {"status": "job_running", "queue_name": "Streaming", "unset": {}, "set_arguments": []}


def urn(resource: str = "etl") -> str:
    return f"urn:pulumi:prod::orders::{TYPE}::{resource}"


def step(
    op: str,
    resource: str = "etl",
    old: dict[str, Any] | None = None,
    new: dict[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """A step as the engine prints it: outputs as they are, inputs as they will be."""
    found: dict[str, Any] = {"op": op, "urn": urn(resource)}
    if old is not None:
        found["oldState"] = {"id": "138", "outputs": RUNS | old} | more
    if new is not None:
        found["newState"] = {"inputs": {"name": resource, "queue_name": "streaming"} | new}
    return found


def told(text: str, severity: str = "info", resource: str = "etl") -> dict[str, str]:
    """A line as the engine prints it: loud ones begin with their severity."""
    loud = f"{severity}: " * (severity != "info")
    return {"urn": urn(resource), "message": f"{loud}{text}\n", "severity": severity}


def of(folder: Path, steps: list[Any], lines: list[Any] | None = None, **more: Any) -> str:
    """The review of such a document."""
    file = folder / "preview.json"
    file.write_text(json.dumps({"steps": steps, "diagnostics": lines or [], **more}), "utf-8")
    return review(read(file))


def test_a_change_has_its_line_word_for_word_and_what_it_says(tmp_path: Path) -> None:
    line = "etl: restarts the job from a savepoint (downtime); cu_number 2 → 4; CUs 2 → 4"
    shown = of(
        tmp_path,
        [step("update", old={"cu_number": 2}, new={"cu_number": 4}), step("same", "b", {}, {})],
        [told(line), told("cu_number: 4 are asked for", "warning")],
    )
    assert shown == (
        "### Flink jobs of `prod` in `orders`\n\n"
        "Changes: 1 of 2 jobs, 1 with downtime.\n\n"
        "#### `etl` (job `138`)\n\n"
        f"```text\n{line}\n```\n"
        "- downtime: **yes**\n"
        "- state: kept: from the savepoint of its stop\n\n"
        "warning:\n```text\ncu_number: 4 are asked for\n```\n\n"
        "| queue | CUs before | CUs after |\n|---|---:|---:|\n| `streaming` | 4 | 6 |\n"
    )


def test_nothing_changes(tmp_path: Path) -> None:
    shown = of(tmp_path, [step("refresh", old={}, new={}), step("same", old={}, new={})])
    assert "Nothing changes; 1 job as before." in shown
    assert "| `streaming` | 2 | 2 |" in shown


@pytest.mark.parametrize(
    ("outputs", "words"),
    [
        (
            {"obs_bucket": "b"},
            "is deleted\n```\n- downtime: **yes**: it is deleted\n- state: kept in",
        ),
        ({}, "- state: none is kept"),
        ({"obs_bucket": "b", "on_delete": "stop"}, "- state: **LOST"),
        (
            {"obs_bucket": "b", "on_delete": "retain"},
            "the job stays\n```\n- downtime: no\n- state: kept",
        ),
        (
            {"obs_bucket": "b", "retained": True},
            "the job stays\n```\n- downtime: no\n- state: kept",
        ),
        ({"obs_bucket": "b", "runtime_config": "[secret]"}, "- state: kept in a savepoint"),
    ],
)
def test_a_job_that_goes(tmp_path: Path, outputs: dict[str, Any], words: str) -> None:
    shown = of(tmp_path, [step("delete", old=outputs)])
    assert words in shown
    assert "| `streaming` | 2 | 0 |" in shown


def test_a_failed_preview_ends_with_what_it_does_not_know(tmp_path: Path) -> None:
    blocked = "job etl (138) ran before, so starting it would lose its state"
    shown = of(
        tmp_path,
        [step("update", old={"status": "job_cancel_success"}, new={})],
        [
            told(f"etl: CANNOT START: {blocked}", "error"),
            {"message": f"error: {blocked}\n", "severity": "error"},
            {
                "message": "error: an unhandled error occurred: "
                "Program exited with non-zero exit code: 1\n",
                "severity": "error",
            },
        ],
    )
    assert "**1 cannot be done**" in shown
    assert "downtime" not in shown.partition("####")[2]
    assert "in the log" not in shown  # the program only repeated it
    assert shown.endswith(f"{REST}\n")


def test_errors_beside_the_jobs_are_not_repeated(tmp_path: Path) -> None:
    secret = {"message": "error: Exception: planted-secret\n", "severity": "error"}
    shown = of(tmp_path, [], [secret])
    assert "planted" not in shown
    assert "in the log of this run" in shown
    assert shown.endswith(f"{REST}\n")
    assert read(tmp_path / "preview.json").errors == ["Exception: planted-secret"]


def test_a_program_in_yaml_tells_its_errors_in_another_way(tmp_path: Path) -> None:
    error = '\x1b[31mError\x1b[0m: resource, variable, or config value "nope" not found\n\n'
    shown = of(
        tmp_path,
        [
            step("create", old=None, new={})
            | {"urn": "urn:pulumi:dev::shop::pulumi:pulumi:Stack::s"}
        ],
        [
            {"message": error, "severity": "info#err"},
            {"message": "  on Pulumi.yaml line 14:\n\n", "severity": "info#err"},
        ],
    )
    assert "Nothing changes" not in shown
    assert "0 jobs seen, none that changes." in shown
    assert shown.endswith(f"{REST}\n")
    told_of = read(tmp_path / "preview.json").errors
    assert told_of == ['resource, variable, or config value "nope" not found']


def test_what_a_program_says_of_itself_is_no_error(tmp_path: Path) -> None:
    text = {"message": "Errors: none\n", "severity": "info#err"}
    assert "Nothing changes; 0 jobs as before." in of(tmp_path, [], [text])


def test_a_preview_that_never_began_has_failed(tmp_path: Path) -> None:
    file = tmp_path / "preview.json"
    warning = {"message": "warning: using pulumi-language-yaml from $PATH", "severity": "warning"}
    file.write_text(json.dumps({"diagnostics": [warning]}))
    shown = review(read(file))
    assert "Nothing changes" not in shown
    assert shown.endswith(f"{REST}\n")


def test_what_costs_most_comes_first(tmp_path: Path) -> None:
    lines = {
        "a": ("a: changes live, without a restart; desc changes", "info"),
        "b": ("b: restarts the job from a savepoint (downtime); cu_number 2 → 4", "info"),
        "c": ("c: RESTARTS THE JOB WITHOUT STATE (downtime); cu_number 2 → 4", "warning"),
        "d": ("d: CANNOT START: it would lose its state", "error"),
    }
    shown = of(
        tmp_path,
        [step("update", name, {}, {}) for name in lines],
        [told(text, severity, name) for name, (text, severity) in lines.items()],
    )
    heads = [row for row in shown.splitlines() if row.startswith("####")]
    assert [row[6] for row in heads] == ["d", "c", "b", "a"]


def test_what_is_not_known_yet_is_no_number(tmp_path: Path) -> None:
    unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"  # the engine's sign for it
    shown = of(
        tmp_path,
        [step("update", old={}, new={"cu_number": unknown}), step("same", "b", {}, {})],
        [told("etl: not known yet, may cost a restart: cu_number")],
    )
    assert "- downtime: not known yet" in shown
    assert "| `streaming` | 2 | 2 |" in shown
    assert "Without 1 job whose size or queue is not known yet." in shown


def test_a_job_that_has_finished_takes_nothing(tmp_path: Path) -> None:
    done = {"status": "job_finish"}
    shown = of(tmp_path, [step("same", old=done, new={}), step("create", "b", None, {})])
    assert "| `streaming` | 0 | 2 |" in shown


def test_a_job_that_a_refresh_found_gone_takes_nothing_now(tmp_path: Path) -> None:
    shown = of(
        tmp_path,
        [step("delete", old={}), step("create", new={})],
        [told("etl: creates and starts the job; 2 CUs; WITHOUT STATE, because job 138 is gone")],
    )
    assert "| `streaming` | 0 | 2 |" in shown
    assert "**LOST" in shown


def test_what_an_interrupted_run_left_to_be_deleted_is_not_the_job(tmp_path: Path) -> None:
    shown = of(tmp_path, [step("same", old={}, new={}), step("delete", old={}, delete=True)])
    assert "Nothing changes" in shown


def test_nothing_of_a_name_or_a_line_is_markdown(tmp_path: Path) -> None:
    evil = "x`` <img src=a> | ` @all\n## [x](http://evil.example)\u202e"
    line = f"{evil}: starts\n```\n@all <b>"
    shown = of(
        tmp_path,
        [step("update", evil, {}, {"queue_name": "a|b`"})],
        [told(line, resource=evil), told("```` @all", "warning", evil)],
        changeSummary={},
    )
    # Everything of the names and lines is in code: what is left of the page is our own.
    page = MarkdownIt("commonmark", {"html": True}).enable("table").render(shown)
    spoken = re.sub(r"<code[^>]*>.*?</code>", "", page, flags=re.DOTALL)
    assert set(re.findall(r"<(\w+)", spoken)) <= {
        *("h3", "h4", "p", "pre", "ul", "li", "strong"),
        *("table", "thead", "tbody", "tr", "th", "td"),
    }
    assert "@" not in spoken
    assert "evil" not in spoken
    assert "\u202e" not in shown


def test_it_fits_into_a_comment(tmp_path: Path) -> None:
    names = [f"job{number}" for number in range(400)]
    shown = of(
        tmp_path,
        [step("update", name, {}, {}) for name in names],
        [
            told(f"{name}: changes live, without a restart; {'x' * 300}", resource=name)
            for name in names
        ],
    )
    assert len(shown) <= MOST
    blocks = shown.count("####")
    assert 100 < blocks < 400
    assert f"… and {400 - blocks} more" in shown
    assert "| `streaming` | 800 | 800 |" in shown
    one = of(tmp_path, [step("update", old={}, new={})], [told(f"etl: starts{'`y' * MOST}")])
    assert LONGEST < len(one) < 2 * LONGEST


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b"null",
        b'{"steps": 3}',
        b"Previewing update",
        b"\xff\xfe\xfd",
        b"[" * 99999,
    ],
)
def test_another_file_ends_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "p.json"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match="does not hold what `pulumi preview --json"):
        read(file)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read: No such file or directory"):
        read(tmp_path / "p.json")


def test_what_other_shells_write_is_read_too(tmp_path: Path) -> None:
    file = tmp_path / "p.json"
    for encoding in ("utf-8-sig", "utf-16"):
        file.write_text(json.dumps({"steps": [step("same", old={}, new={})]}), encoding)
        assert list(read(file).jobs) == [urn()]
