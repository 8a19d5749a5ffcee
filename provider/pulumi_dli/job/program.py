"""Jobs as the text of a program that takes them over, and of a script that sets their secrets."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pulumi_dli.job.spec import SECRET_FIELDS

WIDTH = 88
"""Characters of a line up to which a list or a mapping stays in one."""
_READ = {"entrypoint_args": "require_secret", "runtime_config": "require_secret_object"}
"""How a program reads a secret argument from its configuration."""
_END = "SECRET"


@dataclass(frozen=True, slots=True)
class Exported:
    """A job as a program has it.

    Attributes:
        job_id: its id.
        name: its name, which is the resource's too.
        status: how it stands, in one line.
        arguments: what the program says of it, secrets in clear.
        notes: what else there is to know, a line each.
        why_not: why it is commented out; "" where it is not.
    """

    job_id: int
    name: str
    status: str
    arguments: Mapping[str, Any] = field(repr=False)
    notes: Sequence[str] = ()
    why_not: str = ""

    @property
    def secrets(self) -> dict[str, str]:
        """The secret arguments as the configuration keeps them, by their keys."""
        return {
            _key(self.name, name): value if isinstance(value, str) else json.dumps(value)
            for name, value in self.arguments.items()
            if name in SECRET_FIELDS
        }


def program(jobs: Iterable[Exported], head: Sequence[str], *, native: bool = False) -> str:
    """The text of a program.

    Args:
        jobs: in the order that they come in.
        head: what is said of them all, a line each.
        native: whether the native plugin imports them; else each is taken over.
    """
    blocks = ["\n".join(_job(job, native=native)) for job in jobs]
    module = "pulumi_dli.native" if native else "pulumi_dli"
    imports = ["import pulumi", f"from {module} import FlinkJarJob"]
    start = [*(f"# {each}" for each in head), "", *imports, "", "config = pulumi.Config()"]
    return "\n\n".join(["\n".join(start), *blocks]) + "\n"


def script(jobs: Iterable[Exported], head: Sequence[str]) -> str:
    """The text of a script that sets the secrets of a program; "" where it has none.

    They go by standard input: a command line is for everybody on the machine to see. A job that
    is commented out needs none.
    """
    secrets = {key: text for job in jobs if not job.why_not for key, text in job.secrets.items()}
    if not secrets:
        return ""
    lines = ["#!/bin/sh", *(f"# {each}" for each in head), "set -eu"]
    for key, text in secrets.items():
        end = _END
        while end in text.splitlines():
            end += "_"
        # A job's name may begin with a dash.
        lines += [f"pulumi config set --secret \"$@\" -- {key} <<'{end}'", text, end]
    return "\n".join(lines) + "\n"


def _key(name: str, argument: str) -> str:
    return f"{name}-{argument}"


def _job(job: Exported, *, native: bool) -> Iterator[str]:
    yield f"# job {job.job_id}: {job.status}"
    yield from (f"# {note}" for note in job.notes)
    if job.why_not:
        yield f"# left out: {job.why_not}"
    off = "# " if job.why_not else ""
    options = ["protect=True"]
    if native:
        options.append(f'import_="{job.job_id}"')
    yield f"{off}FlinkJarJob("
    yield f"{off}    {_literal(job.name)},"
    for name, value in job.arguments.items():
        for line in _argument(name, _value(job.name, name, value)):
            yield f"{off}{line}"
    if not native:
        yield f"{off}    adopt_job_id={job.job_id},"
    yield f"{off}    opts=pulumi.ResourceOptions({', '.join(options)}),"
    yield f"{off})"


def _value(job: str, name: str, value: Any) -> str:
    """An argument's value as code."""
    if name in SECRET_FIELDS:
        return f"config.{_READ[name]}({_literal(_key(job, name))})"
    return _literal(value)


def _argument(name: str, code: str) -> Iterator[str]:
    first, *others = f"{name}={code},".split("\n")
    yield f"    {first}"
    yield from (f"    {line}" for line in others)


def _literal(value: Any) -> str:
    """Plain data as code; a list or a mapping that is long takes a line for each item."""
    if isinstance(value, str):
        text = repr(value)
        return text if '"' in text or "\\'" in text else f'"{text[1:-1]}"'
    if isinstance(value, Mapping):
        items = [f"{_literal(key)}: {_literal(item)}" for key, item in value.items()]
        return _bracketed("{", items, "}")
    if isinstance(value, list):
        return _bracketed("[", [_literal(item) for item in value], "]")
    return repr(value)


def _bracketed(opens: str, items: list[str], closes: str) -> str:
    flat = f"{opens}{', '.join(items)}{closes}"
    if len(flat) <= WIDTH - 30 and "\n" not in flat:
        return flat
    rows = "".join(f"    {row}\n" for item in items for row in f"{item},".split("\n"))
    return f"{opens}\n{rows}{closes}"
