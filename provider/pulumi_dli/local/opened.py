"""Opens the data folder for a command, and ends the command in plain words on an error."""

from __future__ import annotations

import os
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pulumi_dli.local import failures
from pulumi_dli.local.errors import FlinkError, OptionError, Refusal, StoreError
from pulumi_dli.local.store import FILE, NAME, Store

if TYPE_CHECKING:
    from collections.abc import Iterator

NOT_FORESEEN = (LookupError, TypeError, AttributeError, ArithmeticError, ValueError, RuntimeError)
"""What a row that is damaged can end in."""
FOLDER = NAME
NAMED = "PULUMI_DLI_LOCAL_PATH"
PROJECT_FILES = ("Pulumi.json", "Pulumi.yaml", "Pulumi.yml")

Folder = Annotated[
    Path | None,
    typer.Option(
        "--path",
        help=f"Its data folder; by default {NAMED}, or {FOLDER} beside the nearest Pulumi.yaml.",
    ),
]


def folder(path: Path | None) -> Path:
    """The data folder: the one given, else as the provider finds it from the environment.

    A relative path in the environment begins beside the nearest Pulumi.yaml upward, else here.
    """
    if path is not None:
        return path.absolute()
    return _project(Path.cwd()) / Path(os.environ.get(NAMED, "").strip() or FOLDER).expanduser()


def _project(here: Path) -> Path:
    for place in (here, *here.parents):
        if any((place / name).is_file() for name in PROJECT_FILES):
            return place
    return here


@contextmanager
def opened(path: Path | None) -> Iterator[Store]:
    """The store of the data folder; one sentence ends the command where something is wrong."""
    try:
        with closing(Store(folder(path))) as store:
            yield store
    except BrokenPipeError:
        raise  # whoever reads has seen enough: the command's library ends it without a word
    except (StoreError, FlinkError, OptionError, Refusal, OSError, *NOT_FORESEEN) as error:
        typer.echo(f"pulumi-dli local: {_told(error, path or Path(FOLDER))}", err=True)
        raise typer.Exit(1) from None


@contextmanager
def looked_into(path: Path | None, *, nothing: str = "") -> Iterator[Store]:
    """As `opened`, for a command that only looks: it makes no folder.

    Args:
        path: as `folder` takes it.
        nothing: what a machine reads where there is nothing to look into.
    """
    where = folder(path)
    try:
        (where / FILE).stat()
    except FileNotFoundError:
        typer.echo(f"there is no local DLI in {where} yet: what uses it first makes it", err=True)
        if nothing:
            typer.echo(nothing)
        raise typer.Exit(0) from None
    except OSError:
        pass  # `opened` says what is wrong with it
    with opened(path) as store:
        yield store


def _told(error: Exception, place: Path) -> str:
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{failures.reason(error)}"
    if isinstance(error, NOT_FORESEEN):
        kind = type(error).__name__
        return f"that failed ({kind}), perhaps on damaged data in {place}"
    return str(error)
