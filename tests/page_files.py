"""The files that a page shows, as its readers have them."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def written(page: str, folder: Path) -> None:
    """Write each piece of code of a page into the file that its first line names."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for name, code in re.findall(r"```\w+\n# (\S+\.(?:py|ini))\n(.*?)```", text, re.DOTALL):
        (folder / name).write_text(code, encoding="utf-8")
