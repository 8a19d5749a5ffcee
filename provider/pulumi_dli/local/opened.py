"""Opens the data folder for a command, and ends the command in plain words on an error."""

from __future__ import annotations

from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pulumi_dli.local import failures
from pulumi_dli.local.errors import FlinkError, OptionError, Refusal, StoreError
from pulumi_dli.local.store import NAME, Store

if TYPE_CHECKING:
    from collections.abc import Iterator

NOT_FORESEEN = (LookupError, TypeError, AttributeError, ArithmeticError, ValueError)
"""What a row that is damaged can end in."""
FOLDER = NAME
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
    except (StoreError, FlinkError, OptionError, Refusal, OSError, *NOT_FORESEEN) as error:
        typer.echo(f"pulumi-dli local: {_told(error, folder(path))}", err=True)
        raise typer.Exit(1) from None


def _told(error: Exception, place: Path) -> str:
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{failures.reason(error)}"
    if isinstance(error, NOT_FORESEEN):
        kind = type(error).__name__
        return f"that failed ({kind}), perhaps on damaged data in {place}"
    return str(error)
