"""Opens the data folder for a command, and ends the command in plain words on an error."""

from __future__ import annotations

from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pulumi_dli.local.errors import FlinkError, Refusal, StoreError
from pulumi_dli.local.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = ".dli-local"
PROJECT_FILE = "Pulumi.yaml"

Folder = Annotated[
    Path | None,
    typer.Option(
        "--path",
        envvar="PULUMI_DLI_LOCAL_PATH",
        help=f"Its data folder; by default {FOLDER} beside the nearest {PROJECT_FILE}.",
    ),
]


def folder(path: Path | None) -> Path:
    """The data folder: the one given, else beside the nearest Pulumi.yaml upward, else here."""
    if path is not None:
        return path.absolute()
    here = Path.cwd()
    for place in (here, *here.parents):
        if (place / PROJECT_FILE).is_file():
            return place / FOLDER
    return here / FOLDER


@contextmanager
def opened(path: Path | None) -> Iterator[Store]:
    """The store of the data folder; one sentence ends the command where something is wrong."""
    try:
        with closing(Store(folder(path))) as store:
            yield store
    except (StoreError, FlinkError, Refusal, OSError, ValueError) as error:
        typer.echo(f"pulumi-dli local: {error}", err=True)
        raise typer.Exit(1) from None
