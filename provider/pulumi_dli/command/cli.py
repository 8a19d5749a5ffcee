"""The `pulumi-dli` command, and the local DLI's commands below `local`.

What a command does is imported when it is called: those below `local` need none of the rest, which
takes as long to load as they take to run.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pulumi_dli.errors import DliError

if TYPE_CHECKING:
    from pulumi_dli.client.connections import Connections

main = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="Flink Jar jobs on DLI as Pulumi resources: look at the settings, operate jobs, run the "
    "local DLI.",
)
artifacts = typer.Typer(no_args_is_help=True, help="Local files that were brought to OBS.")
main.add_typer(artifacts, name="artifacts")

Stack = Annotated[str | None, typer.Option(help="By default the one that is selected.")]


def _tell_version(asked: bool) -> None:
    if asked:
        typer.echo(version("pulumi-dli"))
        raise typer.Exit


@main.callback()
def begin(
    *,
    told: Annotated[
        bool,
        typer.Option(
            "--version", callback=_tell_version, is_eager=True, help="Print the version, and end."
        ),
    ] = False,
) -> None:
    """What comes before every command."""
    del told


@contextmanager
def _sentences() -> Iterator[None]:
    """End the command in one sentence where something is wrong."""
    try:
        yield
    except DliError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from None


@contextmanager
def _connected(stack: str | None) -> Iterator[tuple[Connections, str]]:
    """What a stack's settings lead to, and where those come from."""
    from pulumi_dli.command.connected import connected  # noqa: PLC0415 -- see above

    with _sentences(), connected(stack) as found:
        yield found


@main.command()
def doctor(
    *,
    stack: Stack = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the settings and where they come from, sign in, and look at the queues.

    The exit code is 0 only when a job could be deployed.
    """
    from pulumi_dli.command.doctor import examine  # noqa: PLC0415 -- see above

    with _connected(stack) as (connections, origin):
        report = examine(connections, origin=origin, flink=_flink(connections))
    typer.echo(json.dumps(report.as_json(), indent=2) if as_json else report.as_text())
    raise typer.Exit(0 if report.ok else 1)


@main.command()
def savepoint(
    name: Annotated[str, typer.Argument(help="The job's name, or its id.")],
    *,
    to: Annotated[
        str | None,
        typer.Option(help="obs://BUCKET/FOLDER/; by default where DLI puts the job's savepoints."),
    ] = None,
    timeout: Annotated[float, typer.Option(help="Seconds that it may take.")] = 1800,
    stack: Stack = None,
) -> None:
    """Take a savepoint of a running job, which runs on, and print its directory."""
    from pulumi_dli.command.savepoint import savepoint as saved  # noqa: PLC0415 -- see above

    with _connected(stack) as (connections, _):
        path = saved(connections, name, into=to, seconds=timeout, say=_tell)
    typer.echo(path)


def _tell(text: str) -> None:
    typer.echo(text, err=True)


@main.command()
def export(
    file: Annotated[Path, typer.Argument(help="The program to write; there must not be one.")],
    *,
    queue: Annotated[str | None, typer.Option(help="Only the jobs on this queue.")] = None,
    native: Annotated[
        bool, typer.Option("--native", help="For the native plugin, which imports the jobs.")
    ] = False,
    stack: Stack = None,
) -> None:
    """Write the jobs of the project as a program that takes them over as they are.

    Their secrets go into a script beside it, which sets them in the stack's configuration.
    """
    from pulumi_dli.command import export as exporting  # noqa: PLC0415 -- see above

    wanted = exporting.Wanted(file, queue, native=native)
    with _connected(stack) as (connections, _):
        exporting.export(connections, wanted, say=typer.echo)


@main.command()
def review(
    preview: Annotated[
        Path, typer.Argument(help="What `pulumi preview --json --show-sames` printed, in a file.")
    ],
) -> None:
    """Show in Markdown what a preview found, for a comment on a pull request.

    Errors that are not of a job go to standard error. The exit code is 0 when there is a
    preview to read, be it one that failed.
    """
    from pulumi_dli.command import previewed  # noqa: PLC0415 -- see above
    from pulumi_dli.command.review import review as reviewed  # noqa: PLC0415 -- see above

    with _sentences():
        found = previewed.read(preview)
    for error in found.errors:
        typer.echo(error, err=True)
    typer.echo(reviewed(found), nl=False)


@artifacts.command()
def prune(
    *,
    older_than: Annotated[
        str, typer.Option(help="What an object's age has to be at least: 12h, 30d or 2w.")
    ],
    bucket: Annotated[
        list[str] | None,
        typer.Option(
            help="BUCKET or BUCKET/FOLDER to look in; several times. By default dli:artifacts, or "
            "else where the project's jobs name uploads."
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show only.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Delete without a question.")] = False,
    stack: Stack = None,
) -> None:
    """Delete uploaded files that no job of the project names any more, and no record.

    Shows all of them first, and asks. The exit code is 0 when everything that was asked for is
    done.
    """
    from pulumi_dli.command.prune import Wanted  # noqa: PLC0415 -- see above
    from pulumi_dli.command.prune import prune as pruned  # noqa: PLC0415 -- see above

    wanted = Wanted(older_than, bucket or (), dry_run=dry_run, yes=yes)
    ask = typer.confirm if sys.stdin.isatty() else None
    with _connected(stack) as (connections, _):
        done = pruned(connections, wanted, say=typer.echo, ask=ask)
    raise typer.Exit(0 if done else 1)


def _flink(connections: Connections) -> str:
    """What runs the jobs of the local DLI, in words."""
    try:
        from pulumi_dli.local.errors import FlinkError  # noqa: PLC0415 -- the extra `local`
        from pulumi_dli.local.flink import choice  # noqa: PLC0415

        settings = connections.settings()
    except (ModuleNotFoundError, DliError):
        return "not installed"  # or the settings are not usable, which the report says first
    try:
        return choice.describe(settings.local_path, settings.local_flink_version)
    except FlinkError as error:
        return str(error)
    except OSError:
        return "not known"  # the data folder is not usable, which the report says too


@main.command(
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    add_help_option=False,
)
def local(context: typer.Context) -> None:
    """Serve the embedded local DLI, and look into it."""
    try:
        from pulumi_dli.local.cli import app  # noqa: PLC0415 -- the extra `local`
    except ModuleNotFoundError as error:
        typer.echo(
            f"error: the local DLI needs {error.name}, which is not installed: "
            "pip install 'pulumi-dli[local]'",
            err=True,
        )
        raise typer.Exit(1) from None
    app(args=context.args, prog_name=f"{context.parent.info_name if context.parent else ''} local")
