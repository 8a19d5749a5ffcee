"""Writes the table of codes in docs/troubleshooting.md, in the words that the errors use.

`make fields` runs it; a test says when the page is not fresh.
"""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

from pulumi_dli.artifacts.refusals import OBJECT_STEPS
from pulumi_dli.client.error_codes import CODES, NEXT_STEPS

PAGE = Path(__file__).parents[1] / "docs" / "troubleshooting.md"
BEGIN = "<!-- Written by tools/troubleshooting.py (`make fields`). -->"
END = "<!-- end -->"


def page(text: str) -> str:
    """The page with its tables made anew; the prose around them stays."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return "\n".join([before + BEGIN, *_tables(), END]) + after


def _tables() -> Iterator[str]:
    yield ""
    yield "| code | cause | next step |"
    yield "|---|---|---|"
    for name, code in CODES.items():
        yield f"| `{name}` | {code.cause} | {code.next_step} |"
    yield ""
    yield "Where the answer has no code that is known, the HTTP status decides:"
    yield ""
    yield "| status | next step |"
    yield "|---|---|"
    for status, step in NEXT_STEPS.items():
        yield f"| {status} {HTTPStatus(status).phrase} | {step} |"
    yield ""
    yield "Of the object service (OBS):"
    yield ""
    yield "| code | next step |"
    yield "|---|---|"
    for name, step in OBJECT_STEPS.items():
        yield f"| `{name}` | {step} |"
    yield ""


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text()))
