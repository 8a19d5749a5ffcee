"""What `pulumi preview --json --show-sames` printed, as far as it is about jobs.

The engine prints one document: `steps`, each with `oldState` and `newState` as far as there are
such, and `diagnostics`. It is printed for a preview that fails too, with what was seen by then.
Secrets are `[secret]` in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pulumi_dli.errors import SettingsError

TYPES = ("pulumi-python:dynamic/dli:FlinkJarJob", "dli:index:FlinkJarJob")
"""The engine's names for the resource."""
_QUIET = frozenset({"same", "refresh", "read", "read-replacement", "read-discard"})
"""Operations that change nothing."""
_ENDS = frozenset({"delete", "discard"})
_ECHO = re.compile(r"an unhandled error occurred: Program exited with non-zero exit code: \d+")
"""What the engine adds to an error of the program."""
_COLORS = re.compile(r"\x1b\[[0-9;]*m")
_OF_A_PROGRAM = "info#err"
"""The severity of what a program writes to its error stream; YAML's host tells its errors so."""
_ERROR = re.compile(r"error: ", re.IGNORECASE)
_PARTS = {"steps": list, "diagnostics": list, "changeSummary": Mapping}
"""What the document consists of; a part that is empty is left out."""


@dataclass(slots=True)
class Seen:
    """A job that a preview speaks of.

    Attributes:
        urn: the resource.
        ops: the engine's words for what is done, in their order.
        before: the outputs as they are; None for a job that is not in the state.
        job_id: its id; "" where there is none yet.
        after: the inputs that it will have; None for one that goes.
        told: severities and texts of what was said of it, in their order.
    """

    urn: str
    ops: list[str] = field(default_factory=list)
    before: Mapping[str, Any] | None = None
    job_id: str = ""
    after: Mapping[str, Any] | None = None
    told: list[tuple[str, str]] = field(default_factory=list)

    @property
    def resource(self) -> str:
        """The resource's name in the program."""
        return self.urn.split("::", 3)[-1]

    @property
    def name(self) -> str:
        """The job's name, as lines begin with it."""
        for side in (self.after, self.before):
            name = (side or {}).get("name")
            if isinstance(name, str):
                return name
        return self.resource

    @property
    def goes(self) -> bool:
        """Whether the resource goes."""
        return bool(self.ops) and self.ops[-1] in _ENDS

    @property
    def replaced(self) -> bool:
        """Whether the engine replaces it."""
        return "replace" in self.ops

    @property
    def changes(self) -> bool:
        """Whether something is done to it, or said of it."""
        return bool(self.told) or not _QUIET.issuperset(self.ops)


@dataclass(slots=True)
class Previewed:
    """A preview.

    Attributes:
        stack: the stack's name; "" where nothing tells it.
        project: the project's, likewise.
        jobs: by URN.
        failed: whether it failed, so that the rest is not known.
        errors: the errors that are not told of a job.
    """

    stack: str = ""
    project: str = ""
    jobs: dict[str, Seen] = field(default_factory=dict)
    failed: bool = False
    errors: list[str] = field(default_factory=list)

    def job(self, urn: str) -> Seen:
        """The job of a resource."""
        return self.jobs.setdefault(urn, Seen(urn))


def read(path: Path) -> Previewed:
    """Read a file that holds such a document.

    Raises:
        SettingsError: it cannot be read, or holds something else.
    """
    try:
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, Mapping) or not _is_digest(document):
        raise SettingsError(
            f"{path} does not hold what `pulumi preview --json --show-sames` prints: write it with "
            f"`pulumi preview --json --show-sames > {path.name}`"
        )
    # A preview that came to its end has the stack among its steps at least.
    found = Previewed(failed=not {"steps", "changeSummary"}.intersection(document))
    for step in _objects(document, "steps"):
        _add_step(found, step)
    for line in _objects(document, "diagnostics"):
        _add_line(found, line)
    told = [text for job in found.jobs.values() for _, text in job.told]
    # The program repeats why a job cannot be brought to its wish.
    found.errors = [each for each in found.errors if not any(each in text for text in told)]
    return found


def _is_digest(document: Mapping[str, Any]) -> bool:
    known = [name for name in _PARTS if name in document]
    return bool(known) and all(isinstance(document[name], _PARTS[name]) for name in known)


def _objects(document: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    return (each for each in document.get(name, ()) if isinstance(each, Mapping))


def _add_step(found: Previewed, step: Mapping[str, Any]) -> None:
    urn, op = str(step.get("urn") or ""), str(step.get("op") or "")
    stack, project, *_ = (*urn.removeprefix("urn:pulumi:").split("::"), "")
    found.stack, found.project = found.stack or stack, found.project or project
    if not _is_job(urn):
        return
    old, new = (_side(step, name) for name in ("oldState", "newState"))
    if old is not None and old.get("delete") is True:
        return  # what an interrupted run left to be deleted; the resource has another job
    job = found.job(urn)
    job.ops.append(op)
    if old is not None or op == "create":  # it may be new, because a refresh found its job gone
        job.before = None if old is None else _side(old, "outputs") or {}
        job.job_id = str((old or {}).get("id") or "")
    job.after = None if new is None or op in _ENDS else _side(new, "inputs") or {}


def _side(step: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    found = step.get(name)
    return found if isinstance(found, Mapping) else None


def _add_line(found: Previewed, line: Mapping[str, Any]) -> None:
    urn, severity = str(line.get("urn") or ""), str(line.get("severity") or "")
    text = _COLORS.sub("", str(line.get("message") or "")).removeprefix(f"{severity}: ").strip()
    if severity == _OF_A_PROGRAM and (said := _ERROR.match(text)):
        severity, text = "error", text[said.end() :]
    found.failed = found.failed or severity == "error"
    if _is_job(urn) and text:
        found.job(urn).told.append((severity, text))
    elif severity == "error" and text and not _ECHO.fullmatch(text):
        found.errors.append(text)


def _is_job(urn: str) -> bool:
    kind = urn.removeprefix("urn:pulumi:").split("::")[2:3]
    return bool(kind) and kind[0].rpartition("$")[2] in TYPES
