"""What a page of the documentation tells to do, as it stands there: its files and its commands."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

DOCS = Path(__file__).resolve().parents[1] / "docs"
COMMANDS = ("pulumi", "pulumi-dli", "make", "pip", "uv", "terraform")
"""Words that a command begins with."""
_BLOCK = re.compile(
    r"^(?:`(?P<file>[^`\n]+)`\n)?```(?P<language>\w*)\n(?P<text>.*?)^```", re.DOTALL | re.MULTILINE
)
_SPOKEN = re.compile(r"`((?:" + "|".join(COMMANDS) + r") [^`\n]+)`")


class Block(NamedTuple):
    """A block of code.

    Attributes:
        section: the headline that it stands under.
        file: the file that it is the content of, by the line above it; "" for none.
        language: as the page names it; "" where it names none.
        text: what is in it.
    """

    section: str
    file: str
    language: str
    text: str


def blocks(page: str) -> list[Block]:
    """The blocks of code of a page of docs/, in their order."""
    found = []
    for section in re.split(
        r"^(?=#+ )", (DOCS / page).read_text(encoding="utf-8"), flags=re.MULTILINE
    ):
        headline = section.partition("\n")[0].lstrip("# ")
        found += [
            Block(headline, block["file"] or "", block["language"], block["text"])
            for block in _BLOCK.finditer(section)
        ]
    return found


def scripts(page: str) -> dict[str, str]:
    """The commands in the blocks of a page, by their headline."""
    return {
        block.section: block.text
        for block in blocks(page)
        if not (block.file or block.language) and block.text.partition(" ")[0] in COMMANDS
    }


def spoken(page: str) -> list[str]:
    """The commands in the sentences of a page, in their order, each once."""
    text = _BLOCK.sub("", (DOCS / page).read_text(encoding="utf-8"))
    return list(dict.fromkeys(_SPOKEN.findall(text)))
