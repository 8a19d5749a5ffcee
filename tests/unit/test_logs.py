"""Which lines of a log tell why a job failed."""

from __future__ import annotations

import pytest
from pulumi_dli.artifacts.logs import FRAMES, LAST, telling

AT = "2026-11-27 13:00:00,123 "
FRAME = "\tat com.example.Orders.main(Orders.java:7)"
OUTER = "org.apache.flink.util.FlinkException: Could not execute the application"
INNER = "Caused by: java.lang.IllegalStateException: order 100 cannot be counted"
TRACE = [
    OUTER,
    *[FRAME] * 40,
    "Caused by: java.util.concurrent.CompletionException: in between",
    *[FRAME] * 9,
    INNER,
    *[FRAME] * 9,
    "\t... 28 more",
]
CLOSING = [f"{AT}INFO  c.e.Sink [] - closed", "java.io.IOException: closed twice", *[FRAME] * 5]


def test_the_exception_and_its_innermost_cause_tell() -> None:
    lines, tells = telling("\n".join([f"{AT}INFO  o.a.f.Runner [] - starting", "", *TRACE]))
    assert lines == [OUTER, INNER, *[FRAME] * FRAMES]
    assert tells


def test_one_without_a_cause_stands_with_what_follows() -> None:
    lines, _ = telling(f"java.lang.Error: boom\n{FRAME}\n\tat b\n\tat c\n\tat d")
    assert lines == ["java.lang.Error: boom", FRAME, "\tat b", "\tat c"]


def test_one_in_a_line_of_the_log_counts() -> None:
    text = f"{AT}ERROR c.e.Orders [] - cannot: com.example.Orders$BadOrderException: order 7"
    assert telling(f"{AT}INFO  c.e.Orders [] - begins\n{text}")[0] == [text]


@pytest.mark.parametrize(
    "failed",
    [
        f"{AT}WARN  o.a.f.Task [] - Source (1/1)#0 switched from RUNNING to FAILED.",
        f"{AT}INFO  o.a.f.Graph [] - Job orders (00) switched from state FAILING to FAILED.",
    ],
)
def test_what_follows_the_failure_is_not_taken_for_its_cause(failed: str) -> None:
    before = [*CLOSING, failed]
    lines, _ = telling("\n".join([*before, *TRACE, *CLOSING]))
    assert lines == [OUTER, INNER, *[FRAME] * FRAMES]


def test_without_such_a_line_the_last_exception_counts() -> None:
    lines, _ = telling("\n".join([*TRACE, *CLOSING]))
    assert lines == ["java.io.IOException: closed twice", *[FRAME] * FRAMES]


def test_a_trace_whose_head_is_cut_off_tells_by_its_cause() -> None:
    lines, tells = telling("\n".join(TRACE[5:]))
    assert lines == [INNER, *[FRAME] * FRAMES]
    assert tells


def test_a_log_without_an_exception_tells_by_its_last_lines() -> None:
    lines, tells = telling("\n".join(f"line {number}" for number in range(20)))
    assert lines == [f"line {number}" for number in range(20 - LAST, 20)]
    assert not tells


@pytest.mark.parametrize("text", ["", "\n \n\t\n"])
def test_nothing_tells_nothing(text: str) -> None:
    assert telling(text) == ([], False)
