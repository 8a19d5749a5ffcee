"""Everything that is wrong with a job's arguments, as sentences.

Each sentence begins with the path of the argument and ends with the fix. Values are shown
only for numbers, flags and fixed choices, because any text may be a secret. What is not known
yet in a preview postpones the rules that need it.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from pulumi_dli.job.options import PROVIDED, Handling
from pulumi_dli.job.spec import FIELDS, JobSpec
from pulumi_dli.rules import sizing
from pulumi_dli.rules.formats import flink_version, misformed, packages
from pulumi_dli.rules.messages import sentence
from pulumi_dli.rules.tags import wrong_tags
from pulumi_dli.rules.warnings import PLATFORM, doubts

ARGUMENTS = (*FIELDS, *Handling.model_fields)
"""The names that a program may use."""


def problems(inputs: Mapping[str, Any], unknown: frozenset[str] = frozenset()) -> list[str]:
    """All that is wrong, sorted by path.

    Args:
        inputs: what is known of the arguments.
        unknown: names of arguments that are not known yet, wholly or in part.
    """
    wrong = _invalid(JobSpec, FIELDS, inputs, unknown)
    wrong |= _invalid(Handling, Handling.model_fields, inputs, unknown)
    found = [f"{path}: {text}" for path, text in wrong.items()]
    open_ = unknown | {re.split(r"[.\[]", path)[0] for path in wrong}
    values = _values(inputs, open_)
    return sorted(
        [
            *_unknown_names(inputs),
            *found,
            *misformed(values),
            *_buckets(values, open_),
            *_sizes(values, open_),
            *_versions(values, open_),
            *_running(values, open_),
            *_own(values, open_),
        ]
    )


def warnings(inputs: Mapping[str, Any], unknown: frozenset[str] = frozenset()) -> list[str]:
    """What may go wrong with arguments that have no problems, sorted by path."""
    return doubts(_values(inputs, unknown), unknown)


def _values(inputs: Mapping[str, Any], unknown: frozenset[str]) -> dict[str, Any]:
    """The arguments that are known and valid by themselves, as the models read them."""
    given = {
        name: inputs[name]
        for name in ARGUMENTS
        if inputs.get(name) is not None and name not in unknown
    }
    of_job = {name: value for name, value in given.items() if name in FIELDS}
    spec = JobSpec.model_validate({"name": "-", **of_job})
    own = Handling.model_validate({k: v for k, v in given.items() if k not in FIELDS})
    return {name: spec.value(name) for name in of_job} | own.model_dump(exclude_unset=True)


def _unknown_names(inputs: Mapping[str, Any]) -> Iterator[str]:
    for name, value in inputs.items():
        if value is None or name in ARGUMENTS or name in PROVIDED:
            continue
        near = difflib.get_close_matches(name, ARGUMENTS, n=1)
        fix = f"did you mean {near[0]}?" if near else "remove it; docs/fields.md lists them all"
        yield f"{name}: there is no such argument; {fix}"


def _invalid(
    model: type[BaseModel],
    names: Mapping[str, object],
    inputs: Mapping[str, Any],
    unknown: frozenset[str],
) -> dict[str, str]:
    """What is wrong with single values, by path."""
    values = {
        name: inputs[name] for name in names if inputs.get(name) is not None and name not in unknown
    }
    try:
        model.model_validate(values)
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=True)
        found = {_path(each["loc"]): sentence(each) for each in reversed(details)}
        return {
            path: text
            for path, text in found.items()
            if path not in unknown and not any(other.startswith(f"{path}[") for other in found)
        }
    return {}


def _path(location: tuple[int | str, ...]) -> str:
    """`resource_config.taskmanager_resource_spec.memory`, `dependency_jars[2]`."""
    text = ""
    for part in location:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part not in ("str", "list[str]") and not part.startswith(("function-", "list[")):
            text += f".{part}" if text else part
    return text


# Rules over several arguments. Each is left out while an argument that it reads is not known.


def _buckets(values: Mapping[str, Any], unknown: frozenset[str]) -> Iterator[str]:
    """What needs `obs_bucket`."""
    if "obs_bucket" not in unknown and not values.get("obs_bucket"):
        if values.get("upgrade_mode") == "savepoint":
            yield "upgrade_mode: savepoints need a bucket; set obs_bucket, or use `stateless`"
        if values.get("on_delete") == "savepoint":
            yield "on_delete: a savepoint needs a bucket; set obs_bucket, or use `stop`"
        if values.get("log_enabled"):
            yield "log_enabled: logs need a bucket; set obs_bucket"
        if values.get("checkpoint_enabled"):
            yield "checkpoint_enabled: checkpoints need a bucket; set obs_bucket"
    if values.get("checkpoint_enabled") and values.get("checkpoint_path"):
        yield (
            "checkpoint_path: cannot be chosen while checkpoint_enabled is true; remove one of them"
        )


def _sizes(values: Mapping[str, Any], unknown: frozenset[str]) -> Iterator[str]:
    """Sizes of two kinds, and sizes that cannot work."""
    if "resource_config_version" in unknown:
        return
    if values.get("resource_config_version") == "v2":
        for name in sizing.FIELDS_V1:
            if name in values:
                yield (
                    f'{name}: says nothing with resource_config_version="v2"; remove it, and set '
                    "the size in resource_config"
                )
    elif values.get("resource_config"):
        yield (
            'resource_config: says nothing without v2; set resource_config_version="v2", or '
            "remove it"
        )
    yield from sizing.refusals(values, unknown)


def _versions(values: Mapping[str, Any], unknown: frozenset[str]) -> Iterator[str]:
    """What depends on the image and on the Flink version."""
    if "feature" not in unknown:
        custom = values.get("feature") == "custom"
        if values.get("image") and not custom:
            yield 'image: says nothing without feature="custom"; set that, or remove the image'
        if custom and "image" not in unknown and not values.get("image"):
            yield 'feature: "custom" needs an image; set image, or use "basic"'
    version = flink_version(values.get("flink_version"))
    if version is None:
        return
    if version < PLATFORM and values.get("execution_agency_urn"):
        yield (
            "execution_agency_urn: works from Flink 1.15 on only; set a newer flink_version, or "
            "remove it"
        )
    if version > PLATFORM:
        for path, package in packages(values):
            if not package.startswith("obs://"):
                yield (
                    f"{path}: Flink after 1.15 takes packages from OBS only; write it as "
                    "`obs://bucket/key`"
                )


def _running(values: Mapping[str, Any], unknown: frozenset[str]) -> Iterator[str]:
    """What a job needs to run."""
    if "desired_state" in unknown or values.get("desired_state") == "stopped":
        return
    if "queue_name" not in unknown and not values.get("queue_name"):
        yield 'queue_name: a job that runs needs a queue; set it, or desired_state="stopped"'
    if "entrypoint" not in unknown and not values.get("entrypoint"):
        yield 'entrypoint: a job that runs needs a jar; set it, or desired_state="stopped"'


def _own(values: Mapping[str, Any], unknown: frozenset[str]) -> Iterator[str]:
    """Single arguments with a rule that their type does not tell."""
    if values.get("resume_max_num") == 0:
        yield "resume_max_num: 0 is not allowed; use 1 or more, or -1 for no limit"
    arguments = values.get("entrypoint_args")
    for index, item in enumerate(arguments if isinstance(arguments, list) else ()):
        # A list is joined with spaces, so an item cannot hold one.
        if not item or any(character.isspace() for character in item):
            yield (
                f"entrypoint_args[{index}]: is empty or holds a space, which separates arguments; "
                "write each argument as an item of its own"
            )
    if "tags" not in unknown:
        yield from wrong_tags(values.get("tags") or {})
    timeouts = values.get("timeouts") or {}
    for name in ("create", "update"):
        if timeouts.get("settle", 0) >= timeouts.get(name, math.inf):
            yield (
                f"timeouts.settle: is not less than timeouts.{name}, so no start could count; "
                "use less"
            )
