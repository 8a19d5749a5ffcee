"""Writes docs/fields.md from the field tables, so that the page never says what the code does not.

`make fields` runs it; a test says when the page is not fresh.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pulumi_dli.job.field import KEEP, Cost, Row
from pulumi_dli.job.object_url import OBJECTS
from pulumi_dli.job.options import Options, Timeouts
from pulumi_dli.job.spec import FIELDS, JobSpec, ResourceConfig, ResourceSpec
from pydantic import BaseModel
from pydantic.fields import FieldInfo

PAGE = Path(__file__).parents[1] / "docs" / "fields.md"

GROUPS = {
    "The job": ("name", "desc", "queue_name", "tags"),
    "What it runs": (
        "entrypoint",
        "main_class",
        "entrypoint_args",
        "dependency_jars",
        "dependency_files",
        "runtime_config",
        "feature",
        "flink_version",
        "image",
        "execution_agency_urn",
    ),
    "Its size": (
        "cu_number",
        "manager_cu_number",
        "parallel_number",
        "tm_cus",
        "tm_slot_num",
        "resource_config_version",
        "resource_config",
    ),
    "State, checkpoints and logs": (
        "obs_bucket",
        "checkpoint_enabled",
        "checkpoint_mode",
        "checkpoint_interval",
        "checkpoint_path",
        "log_enabled",
    ),
    "Failures": ("restart_when_exception", "resume_checkpoint", "resume_max_num", "smn_topic"),
}

HEAD = """\
# Arguments

<!-- Written by tools/fields.py (`make fields`). -->

Every argument of `FlinkJarJob`. The names of the job's own fields are those of the DLI API, for
[create](https://docs.otc.t-systems.com/data-lake-insight/api-ref/flink_job-related_apis/creating_a_flink_jar_job.html)
and
[update](https://docs.otc.t-systems.com/data-lake-insight/api-ref/flink_job-related_apis/updating_a_flink_jar_job.html).
Everything can be left out, except that a job that runs needs a `queue_name` and an `entrypoint`.

How to read the tables:

- **A change costs** *nothing* where the running job takes it as it runs, *a restart* where the job
  is stopped, changed and started again: through a savepoint, unless `upgrade_mode` says otherwise.
  `make preview` says in words which of the two it will be.
- **Taken out of the program** a field goes back to the value shown, or is *kept*: then the service
  keeps what it has, and a warning says so once.
- A `pulumi.FileAsset` is a file of your machine, brought to OBS before anything is stopped
  ([jars.md](jars.md)); a list may mix such files and names.
- What is *always kept secret* is never shown in a line, an error or a log, and is encrypted in the
  state.
"""

OWN_HEAD = """\
## How the provider treats the job

These are the provider's own; the service does not know them. Changing one sends nothing to a job
that stands as it should, except where the text says that the job restarts.
"""

OWN_COST = {
    "desired_state": "stops or starts the job",
    "restore_from": "a restart, from there",
    "restart_trigger": "a restart",
    "savepoint_trigger": "a savepoint; the job runs on",
    "region": "a replacement",
    "project_id": "a replacement",
}


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *_fields(), OWN_HEAD, *_own(), *_parts()])


def _fields() -> Iterator[str]:
    for title, names in GROUPS.items():
        yield f"## {title}\n"
        yield "| argument | type | meaning | a change costs | taken out of the program |"
        yield "|---|---|---|---|---|"
        for name in names:
            field, row = JobSpec.model_fields[name], FIELDS[name]
            yield (
                f"| `{name}` | {_type(field)}{_file(name)} | {_meaning(field)} | {_cost(row)} | "
                f"{_removal(name, row)} |"
            )
        yield ""


def _own() -> Iterator[str]:
    yield "| argument | type | meaning | a change costs |"
    yield "|---|---|---|---|"
    for name, field in Options.model_fields.items():
        cost = OWN_COST.get(name, "nothing")
        yield f"| `{name}` | {_type(field)} | {_meaning(field)} | {cost} |"
    yield ""


def _parts() -> Iterator[str]:
    parts: dict[str, type[BaseModel]] = {
        "`resource_config`": ResourceConfig,
        "`jobmanager_resource_spec` and `taskmanager_resource_spec`": ResourceSpec,
        "`timeouts`, in seconds": Timeouts,
    }
    for title, model in parts.items():
        yield f"### Inside {title}\n"
        yield "| key | type | bounds | meaning |"
        yield "|---|---|---|---|"
        for name, field in model.model_fields.items():
            meaning = _meaning(field) if field.description else "The size of that process."
            default = "" if field.default is None else f" Default: {field.default}."
            yield f"| `{name}` | {_type(field)} | {_bounds(field)} | {meaning}{default} |"
        yield ""


def _meaning(field: FieldInfo) -> str:
    return str(field.description).replace("|", "\\|")


def _cost(row: Row) -> str:
    return "a restart" if row.cost is Cost.RESTART else "nothing"


def _removal(name: str, row: Row) -> str:
    if name == "name":
        return "a name is made"
    if row.reset is KEEP:
        return "kept"
    if row.reset in ("", [], {}):
        return "empty"
    return f"`{str(row.reset).lower()}`"


def _type(field: FieldInfo) -> str:
    return " or ".join(dict.fromkeys(_words(field.annotation)))


def _file(name: str) -> str:
    """What the typed argument takes beside the text: a file of this machine."""
    return " or `pulumi.FileAsset`" if name in OBJECTS else ""


def _words(annotation: Any) -> Iterator[str]:
    """The types of an annotation in a reader's words."""
    origin = get_origin(annotation)
    simple = {str: "text", int: "integer", float: "number", bool: "flag"}
    if annotation in simple:
        yield simple[annotation]
    elif origin is Literal:
        yield "text"
    elif origin is list:
        yield "list of texts"
    elif origin is dict or (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        yield "mapping"
    else:
        for each in get_args(annotation):
            if each is not type(None) and (get_origin(each) or isinstance(each, type)):
                yield from _words(each)


def _bounds(field: FieldInfo) -> str:
    signs = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
    return ", ".join(
        f"{words} {getattr(bound, sign):g}"
        for bound in field.metadata
        for sign, words in signs.items()
        if hasattr(bound, sign)
    )


if __name__ == "__main__":
    PAGE.write_text(page())
