"""Programs and packages that the engine asks a language host to write.

Pulumi's own generators do the work, where `make languages` has built them.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from children import Children

HERE = Path(__file__).resolve()


class GeneratorError(Exception):
    """Why nothing was written, as a sentence for the user."""


def program(children: Children, source: Mapping[str, str], loader: str) -> dict[str, bytes]:
    """The Python program of PCL files.

    Args:
        children: starts the generators.
        source: the files by their names.
        loader: where the engine gives schemas.

    Raises:
        GeneratorError: there are no generators, or they failed.
    """
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for name, text in source.items():
            (folder / name).write_text(text, encoding="utf-8")
        _generate(children, "program", loader, made)
        return {
            str(file.relative_to(folder)): file.read_bytes()
            for file in folder.rglob("*")
            if file.is_file() and file.name not in source
        }


def package(children: Children, schema: str, directory: str) -> None:
    """The Python package of a schema, into a directory.

    Raises:
        GeneratorError: there are no generators, or they failed.
    """
    with tempfile.TemporaryDirectory() as made:
        file = Path(made) / "schema.json"
        file.write_text(schema, encoding="utf-8")
        _generate(children, "python", str(file), directory)


def _generate(children: Children, *arguments: str) -> None:
    built = sorted(HERE.parents[2].glob("languages-*/bin/codegen"))
    if not built:
        raise GeneratorError(
            "This needs the released Pulumi CLI, or `make languages`; this engine was built from"
            " source."
        )
    command = [str(built[-1]), *arguments]
    process = children.start(command, environment=dict(os.environ))
    if code := children.wait(process):
        raise GeneratorError(f"Pulumi's generators ended with exit code {code}.")
