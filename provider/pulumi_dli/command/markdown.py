"""Markdown that shows texts of others as they are: nothing in them is read as Markdown or HTML.

A text stands in code, where nobody is mentioned and nothing is linked either.
"""

from __future__ import annotations

import re

from pulumi_dli.job.canonical import line

MOST = 65_536
"""Characters of a comment on GitHub."""
LONGEST = 8_192
"""Characters of one text in a block; a job may have as many words of the service behind it."""


def code(text: object) -> str:
    """A short text in a line, such as a name."""
    shown = line(text) or " "
    ticks = "`" * (_longest_run(shown) + 1)
    blank = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{ticks}{blank}{shown}{blank}{ticks}"


def fenced(text: str) -> str:
    """A text of one or more lines in a block of its own, cut where it is very long."""
    shown = "\n".join(line(row, LONGEST) for row in text[:LONGEST].splitlines())
    more = "\n…" if len(text) > LONGEST else ""
    ticks = "`" * max(_longest_run(text) + 1, 3)
    return f"{ticks}text\n{shown}{more}\n{ticks}"


def bounded(head: str, blocks: list[str], tail: str, more: str) -> str:
    """A document of at most `MOST` characters: as many blocks as there is room for.

    Args:
        head: what comes first.
        blocks: what may be left out, the last first.
        tail: what comes last.
        more: the words for what is left out, with `{}` for how many.
    """
    room = MOST - len(head) - len(tail) - len(more) - 20
    taken: list[str] = []
    for block in blocks:
        room -= len(block) + 2
        if room < 0:
            break
        taken.append(block)
    left = len(blocks) - len(taken)
    parts = [head, *taken, *([more.format(left)] if left else []), tail]
    return "\n\n".join(part for part in parts if part) + "\n"


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)
