"""The `pulumi-dli` command: `doctor`, and the local DLI's own commands below `local`."""

from __future__ import annotations

import json
import os
from contextlib import closing
from typing import Annotated

import typer

from pulumi_dli.client.connections import Connections
from pulumi_dli.command.doctor import Report, examine
from pulumi_dli.command.stack_config import folders, stack_config
from pulumi_dli.errors import DliError

main = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="Flink Jar jobs on DLI as Pulumi resources: look at the settings, run the local DLI.",
)


@main.command()
def doctor(
    *,
    stack: Annotated[str | None, typer.Option(help="By default the one that is selected.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the settings and where they come from, sign in, and look at the queues.

    The exit code is 0 only when a job could be deployed.
    """
    try:
        report = _report(stack)
    except DliError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from None
    typer.echo(json.dumps(report.as_json(), indent=2) if as_json else report.as_text())
    raise typer.Exit(0 if report.ok else 1)


def _report(stack: str | None) -> Report:
    here, folder = folders(stack)
    config = stack_config(folder, os.environ, stack) if folder else None
    origin = f"stack {stack or '(the selected one)'} in {folder}"
    if config is None:
        config, origin = {}, "no stack is selected here: from the environment alone"
    with closing(Connections(config, os.environ, folder or here)) as connections:
        return examine(connections, origin=origin, flink=_flink(connections))


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
