"""Draws docs/preview.svg: the preview of a change to the README's program, as a terminal shows it.

`make picture` runs it, with the engine on PATH; a test says when the picture is not fresh.
"""

from __future__ import annotations

import io
import re
import subprocess
import tempfile
from pathlib import Path

from engine_project import make_project
from pulumi_dli.testing.local_dli import LocalDli
from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "preview.svg"
CHANGE = {"parallel_number=4": "parallel_number=8", "cu_number=5": "cu_number=9"}
COMMAND = ["pulumi", "preview", "--diff"]
WIDTH = 100
"""Columns of the terminal."""


def program() -> str:
    """The program that the README begins with."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    first, *_ = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    return str(first)


def preview() -> str:
    """What the engine shows of the change, with its colours."""
    with tempfile.TemporaryDirectory() as folder:
        project = make_project(Path(folder), program(), name="orders")
        dli = LocalDli(project.directory / ".dli-local")
        dli.add_queue("streaming", cus=16)
        project.must("config", "set", "dli:endpoint", "local")
        project.must("up", "--yes", "--skip-preview")
        changed = program()
        for before, after in CHANGE.items():
            changed = changed.replace(before, after)
        project.write("__main__.py", changed)
        shown = subprocess.run(
            [*COMMAND, "--non-interactive", "--color", "always"],
            cwd=project.directory,
            env=project.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=True,
        )
        dli.close()
        return shown.stdout


def drawn(shown: str) -> str:
    """A terminal with that text, as an SVG that asks no other host for a font."""
    console = Console(record=True, width=WIDTH, file=io.StringIO())
    console.print(Text.from_ansi(shown.strip()))
    form = re.sub(r"\s*@font-face \{\{.*?\}\}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    return console.export_svg(title=" ".join(COMMAND), code_format=form, unique_id="preview")


def main() -> None:
    """Write the picture."""
    PICTURE.write_text(drawn(preview()), encoding="utf-8")


if __name__ == "__main__":
    main()
