"""`pulumi-dli local flink …`, `add` and `logs`: the Flink beside a data folder."""

from __future__ import annotations

import tempfile
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pulumi_dli.local.errors import FlinkError
from pulumi_dli.local.flink import choice, compiler, files, install, versions
from pulumi_dli.local.opened import Folder, looked_into, opened
from pulumi_dli.local.records import from_row

if TYPE_CHECKING:
    from pulumi_dli.local.store import Store

LOGS = (
    "jobmanager.log",
    "taskmanager.log",
    "jobmanager.out",
    "client.out",
    "taskmanager.out",
)
Group = Annotated[str | None, typer.Option(help="Its package group.")]

app = typer.Typer(invoke_without_command=True, help="The Flink that runs the jobs.")


@app.callback()
def show(context: typer.Context, *, path: Folder = None) -> None:
    """Show what runs the jobs, and the clusters that are up."""
    if context.invoked_subcommand is None:
        with looked_into(path) as store:
            typer.echo(choice.describe(store.folder))
            for cluster in choice.clusters(store.folder):
                found = cluster.running()
                if found is not None and found.jobmanager.alive:
                    processes = f"processes {found.jobmanager.pid} and {found.taskmanager.pid}"
                    typer.echo(f"Flink {cluster.version} is up at {found.url}, {processes}")


@app.command()
def on(
    *,
    version: Annotated[
        str, typer.Option(help="Of jobs that name none: 1.15, or 1.15.4.")
    ] = versions.DEFAULT_VERSION,
    start: Annotated[
        bool, typer.Option("--start", help="Start it at once, for the first job not to wait.")
    ] = False,
    path: Folder = None,
) -> None:
    """Run the jobs that start from now on on a real Flink; installs it where it is missing."""
    with opened(path) as store:
        release = choice.switch_on(store.folder, version, _say)
        if start:
            with store.write():
                choice.cluster(store.folder, release).ensure()
        typer.echo(choice.describe(store.folder))


@app.command()
def off(*, path: Folder = None) -> None:
    """Simulate the jobs that start from now on."""
    with opened(path) as store:
        choice.switch_off(store.folder)
        typer.echo(choice.describe(store.folder))


@app.command()
def stop(*, path: Folder = None) -> None:
    """Stop the clusters, whatever runs on them."""
    with opened(path) as store:
        choice.stop(store)


def add(
    *,
    file: Annotated[Path, typer.Argument(help="A jar or any other file, or a .java to compile.")],
    group: Group = None,
    version: Annotated[
        str | None, typer.Option(help="The Flink that a .java is for; default: the folder's.")
    ] = None,
    path: Folder = None,
) -> None:
    """Put a file where jobs find it as GROUP/FILE or FILE; a .java file becomes a jar first."""
    with opened(path) as store:
        if file.suffix != ".java":
            typer.echo(files.add(store.folder, file, group))
            return
        release = versions.of_folder(store.folder) or versions.DEFAULT_VERSION
        if version is not None:
            release = versions.release(version)
            install.install(release, _say)
        with tempfile.TemporaryDirectory() as work:
            jar = compiler.jar(file, release, Path(work))
            typer.echo(files.add(store.folder, jar, group))


def logs(
    *,
    name: Annotated[str, typer.Argument(help="The job's name.")],
    lines: Annotated[int, typer.Option(min=1, help="The last ones of each file.")] = 200,
    path: Folder = None,
) -> None:
    """Show what Flink logged and what the job printed. The jobs of a cluster share its logs."""
    with looked_into(path) as store:
        cluster = choice.cluster(store.folder, _version(store, name))
        for part in LOGS:
            log = cluster.log(part)
            if log.is_file() and log.stat().st_size:
                typer.echo(f"==> {log} <==")
                with log.open(encoding="utf-8", errors="replace") as text:
                    typer.echo("".join(deque(text, lines)), nl=False)


def _say(line: str) -> None:
    typer.echo(line, err=True)


def _version(store: Store, name: str) -> str:
    """The Flink that runs a job, or ran it last."""
    with store.read() as db:
        row = db.execute(
            "SELECT * FROM jobs WHERE name = ? ORDER BY id DESC LIMIT 1", (name,)
        ).fetchone()
    if row is None:
        raise FlinkError(f"there is no job {name}: `pulumi-dli local status` shows the jobs")
    run = from_row(row).run
    if not run:
        raise FlinkError(f"no Flink has run job {name}: its runs are simulated")
    return str(run["version"])
