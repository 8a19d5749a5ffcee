"""The commands `pulumi-dli local …`, which serve the local DLI and look into it."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any

import typer

from pulumi_dli.local import doors, faults, leavings, options, requests, serve
from pulumi_dli.local.app import create_app, route_names
from pulumi_dli.local.clock import StoredClock
from pulumi_dli.local.flink import choice
from pulumi_dli.local.flink import cli as flink
from pulumi_dli.local.opened import Folder, looked_into, opened
from pulumi_dli.local.runners import Runners
from pulumi_dli.local.service import Service
from pulumi_dli.local.signin.identity import LOCAL, Identity
from pulumi_dli.local.simulation import START_DELAY

LONGEST_DELAY = 3600
"""Seconds."""

app = typer.Typer(no_args_is_help=True, help="The embedded local DLI.")
faults_app = typer.Typer(invoke_without_command=True, help="Faults that are armed in it.")
app.add_typer(faults_app, name="faults")
app.add_typer(flink.app, name="flink")
app.command("add")(flink.add)
app.command("logs")(flink.logs)


@app.command("serve")
def serve_command(  # noqa: PLR0913 (one for each option)
    context: typer.Context,
    *,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 takes a free one.")
    ] = 0,
    path: Folder = None,
    start_delay: Annotated[
        float | None,
        typer.Option(
            min=0, max=LONGEST_DELAY, help="Seconds from run to running; kept in the folder."
        ),
    ] = None,
    region: Annotated[str, typer.Option(help="Name of the region.")] = LOCAL,
    project: Annotated[
        list[str] | None, typer.Option(help="NAME=ID of a project; may be given several times.")
    ] = None,
    domain: Annotated[str, typer.Option(help="Name of the domain.")] = LOCAL,
    user: Annotated[str, typer.Option(help="Name of the user.")] = LOCAL,
    password: Annotated[
        str | None,
        typer.Option(envvar=options.PASSWORD, help="The user's password; give it by FILE instead."),
    ] = None,
    password_file: Annotated[
        Path | None, typer.Option(help="The file with the user's password.")
    ] = None,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(help="A name that a proxy of yours in front is called by; several times."),
    ] = None,
) -> None:
    """Serve the local DLI on a port of this machine."""
    with opened(path) as store:
        source = context.get_parameter_source("password")
        if source is not None and source.name == "COMMANDLINE":  # typer brings its own enum
            typer.echo(options.SEEN_BY_ALL, err=True)
        if password_file is not None:
            password = options.password_in(password_file)
        identity = options.identity(
            region=region, projects=project or (), user=user, domain=domain, password=password
        )
        server = serve.listen(create_app(store, identity=identity), port, allow_host or ())
        if start_delay is not None:
            store.set(START_DELAY, start_delay)
        serve.end_quietly()
        try:
            shown = "(as given)" if password else identity.password
            typer.echo(serve.introduction(server.endpoint, identity, shown))
            typer.echo(f"{'data':<17} {store.folder}")
            server.run()
        finally:
            server.close()


@app.command()
def status(*, path: Folder = None) -> None:
    """Show its jobs."""
    with looked_into(path) as store:
        service = Service(store, Identity(), Runners(store.folder), StoredClock(store), _no_sleep)
        with service.look() as moment:
            jobs = [job for job in doors.everything(moment) if job["deleted_at"] is None]
        rows = [
            f"{job['id']:>6}  {job['status']:<22} {job['name']:<30} "
            f"{job['definition']['queue_name'] or ''}".rstrip()
            for job in jobs
        ]
        typer.echo(f"data   {store.folder}\nflink  {service.runner.name}")
        for row in rows:
            typer.echo(row)
        typer.echo(f"{len(jobs)} job{'' if len(jobs) == 1 else 's'}")


@app.command()
def reset(
    *,
    objects: Annotated[
        bool, typer.Option("--objects", help="Remove all objects, those that you put there too.")
    ] = False,
    path: Folder = None,
) -> None:
    """Forget all jobs, requests and faults, stop Flink, and remove what jobs left.

    That is `jobs/savepoint/`, `jobs/checkpoint/`, `jobs/logs/` and `pulumi-dli/` (uploads,
    records) in each bucket, and Flink's logs. Other objects, packages and settings stay, and
    whether Flink is switched on is one. No job id is ever used again.
    """
    with opened(path) as store:
        choice.stop(store)
        store.reset()
        StoredClock(store).release()
        kept = leavings.remove(store.folder, objects=objects)
        gone = "all objects" if objects else "what jobs left in its buckets"
        typer.echo(f"{store.folder}: all jobs, requests and faults are gone, and {gone}")
        if kept:
            others = f"{len(kept)} other object{'s stay' if len(kept) > 1 else ' stays'}"
            typer.echo(f"{others}, {kept[0]} first: --objects removes them too")
        if not Runners(store.folder).in_name:
            typer.echo("Flink stays switched on: `pulumi-dli local flink off` switches it off")


@app.command("requests")
def requests_command(
    *,
    path: Folder = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Show the last thousand requests, secrets masked, oldest first.

    A look that is repeated at once stands there once, with how often; --json has each.
    """
    with looked_into(path, nothing="[]" if as_json else "") as store:
        entries = requests.kept(store)
        if as_json:
            typer.echo(json.dumps([asdict(entry) for entry in entries], indent=2))
            return
        for _, alike in groupby(entries, lambda each: (each.method, each.path, each.status)):
            first, *others = alike
            looks = first.method == "GET"
            for entry in (first,) if looks else (first, *others):
                typer.echo(_request(entry, len(others) + 1 if looks else 1))


def _kind(name: str) -> str:
    """What a kind of fault does, and what it can be told."""
    kind = faults.KINDS[name]
    told = "".join(
        f" --set {text!r}" if " " in text else f" --set {text}" for text in kind.settings
    )
    return f"{name}: {kind.words}{';' if told else ''}{told}"


@faults_app.callback()
def show_faults(context: typer.Context, *, path: Folder = None) -> None:
    """Show the faults that are armed. `arm` adds one, `clear` disarms them all."""
    if context.invoked_subcommand is None:
        with looked_into(path) as store:
            for fault in faults.armed(store):
                aim = fault.route or "any request"
                calls = f"calls {fault.nth} to {fault.nth + fault.times - 1}, seen {fault.seen}"
                typer.echo(f"{fault.kind} on {aim}, {calls} {json.dumps(fault.options)}")


@faults_app.command()
def arm(
    *,
    kind: Annotated[str, typer.Argument(help="\n\n".join(_kind(name) for name in faults.KINDS))],
    on: Annotated[
        str | None, typer.Option(help="The request: create, update, run, stop, details, …")
    ] = None,
    nth: Annotated[int, typer.Option(help="The first call that it strikes.")] = 1,
    times: Annotated[int, typer.Option(help="How many calls in a row.")] = 1,
    option: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="NAME=VALUE, several times: one of those of the kind, which stand there as they "
            "are unless set. when: before, after; "
            f"code: {', '.join(faults.ANSWERS)}; lacks: {', '.join(faults.LACKS)}.",
        ),
    ] = None,
    path: Folder = None,
) -> None:
    """Arm a fault."""
    with opened(path) as store:
        wanted: dict[str, Any] = {"kind": kind, "route": on, "nth": nth, "times": times}
        for text in option or ():
            name, _, value = text.partition("=")
            wanted[name] = _value(value)
        faults.arm(store, wanted, route_names(create_app(store)))


@faults_app.command()
def clear(*, path: Folder = None) -> None:
    """Disarm all faults."""
    with looked_into(path) as store:
        faults.clear(store)


def _request(entry: requests.Entry, times: int) -> str:
    at = datetime.fromtimestamp(entry.at, UTC).astimezone()
    status = "none" if entry.status is None else entry.status
    line = f"{at:%H:%M:%S.%f}"[:-3] + f" {status:>4} {entry.method:<6} {entry.path}"
    often = f" ({times} times)" if times > 1 else ""
    return f"{line}{often} {entry.body}".rstrip()


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _no_sleep(_seconds: float) -> None:
    """Looking at the store waits for nothing."""
