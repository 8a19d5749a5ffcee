"""Everything that is wrong with a job's arguments, as sentences.

Each sentence begins with the path of the argument and ends with the fix. Values are shown
only for numbers, flags and fixed choices, because any text may be a secret. What is not known
yet in a preview postpones the rules that need it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from pulumi_dli.handling import PROVIDED, Handling
from pulumi_dli.models import FIELDS, JobSpec
from pulumi_dli.sentences import sentence

MOST_TAGS = 20
"""Tags that a job may have, the ownership tag counted."""

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
    roots = {re.split(r"[.\[]", path)[0] for path in wrong}
    return sorted([*_unknown_names(inputs), *found, *_crossed(inputs, unknown | roots)])


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


def _crossed(inputs: Mapping[str, Any], unknown: frozenset[str]) -> Iterator[str]:
    """Rules over several arguments. Each is left out while one that it reads is not known."""

    def known(*names: str) -> bool:
        return unknown.isdisjoint(names)

    def given(name: str) -> bool:
        return inputs.get(name) not in (None, "", [], {})

    if known("resume_max_num") and inputs.get("resume_max_num") == 0:
        yield "resume_max_num: 0 is not allowed; use 1 or more, or -1 for no limit"
    if known("obs_bucket") and not given("obs_bucket"):
        if known("upgrade_mode") and inputs.get("upgrade_mode") == "savepoint":
            yield "upgrade_mode: savepoints need a bucket; set obs_bucket, or use `stateless`"
        if known("on_delete") and inputs.get("on_delete") == "savepoint":
            yield "on_delete: a savepoint needs a bucket; set obs_bucket, or use `stop`"
        if known("log_enabled") and inputs.get("log_enabled"):
            yield "log_enabled: logs need a bucket; set obs_bucket"
        if known("checkpoint_enabled") and inputs.get("checkpoint_enabled"):
            yield "checkpoint_enabled: checkpoints need a bucket; set obs_bucket"
    if known("checkpoint_enabled", "checkpoint_path") and (
        inputs.get("checkpoint_enabled") and given("checkpoint_path")
    ):
        yield (
            "checkpoint_path: cannot be chosen while checkpoint_enabled is true; remove one of them"
        )
    if (
        known("resource_config", "resource_config_version")
        and given("resource_config")
        and (inputs.get("resource_config_version") != "v2")
    ):
        yield (
            'resource_config: says nothing without v2; set resource_config_version="v2", or '
            "remove it"
        )
    if known("desired_state") and inputs.get("desired_state", "running") == "running":
        if known("queue_name") and not given("queue_name"):
            yield 'queue_name: a job that runs needs a queue; set it, or desired_state="stopped"'
        if known("entrypoint") and not given("entrypoint"):
            yield 'entrypoint: a job that runs needs a jar; set it, or desired_state="stopped"'
    if known("entrypoint_args"):
        yield from _argument_list(inputs.get("entrypoint_args"))
    if known("tags"):
        yield from _tags(inputs.get("tags") or {})


def _argument_list(arguments: object) -> Iterator[str]:
    """A list is joined with spaces, so an item cannot hold one."""
    for index, item in enumerate(arguments if isinstance(arguments, list) else ()):
        if not str(item) or any(character.isspace() for character in str(item)):
            yield (
                f"entrypoint_args[{index}]: is empty or holds a space, which separates arguments; "
                "write each argument as an item of its own"
            )


def _tags(tags: Mapping[str, str]) -> Iterator[str]:
    if len(tags) >= MOST_TAGS:
        yield (
            f"tags: there are {len(tags)}, and {MOST_TAGS - 1} are allowed beside the ownership "
            "tag; remove some"
        )
    for key in tags:
        if key.startswith(("pulumi-", "_sys_")):
            yield f"tags.{key}: this key is reserved; choose another"
        elif not 1 <= len(key) <= 128:  # noqa: PLR2004 -- documented bound
            yield f"tags: a key has {len(key)} characters; use 1 to 128"
