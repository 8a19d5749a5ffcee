"""Everything that is wrong with a job's arguments, as sentences.

Each sentence begins with the path of the argument and ends with the fix. Values are shown
only for numbers, flags and fixed choices, because any text may be a secret. What is not known
yet in a preview postpones the rules that need it.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterator

from pulumi_dli.job.desired import ARGUMENTS, Desired
from pulumi_dli.rules import sizing
from pulumi_dli.rules.formats import flink_version, misformed, packages
from pulumi_dli.rules.messages import sentence
from pulumi_dli.rules.tags import wrong_tags
from pulumi_dli.rules.warnings import PLATFORM


def problems(desired: Desired) -> list[str]:
    """All that is wrong, sorted by path."""
    return sorted(
        [
            *_unknown_names(desired),
            *_invalid(desired),
            *misformed(desired),
            *_buckets(desired),
            *_sizes(desired),
            *_versions(desired),
            *_running(desired),
            *_own(desired),
        ]
    )


def _unknown_names(desired: Desired) -> Iterator[str]:
    for name in desired.strange:
        near = difflib.get_close_matches(name, ARGUMENTS, n=1)
        fix = f"did you mean {near[0]}?" if near else "remove it; docs/fields.md lists them all"
        yield f"{name}: there is no such argument; {fix}"


def _invalid(desired: Desired) -> Iterator[str]:
    """What is wrong with single values; of an item's and its list's only the item's."""
    found = {_path(each["loc"]): sentence(each) for each in reversed(desired.wrong)}
    for path, text in found.items():
        if not any(other.startswith(f"{path}[") for other in found):
            yield f"{path}: {text}"


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


def _buckets(desired: Desired) -> Iterator[str]:
    """What needs `obs_bucket`."""
    spec, options = desired.spec, desired.options
    if desired.knows("obs_bucket") and not spec.obs_bucket:
        if options.upgrade_mode == "savepoint":
            yield "upgrade_mode: savepoints need a bucket; set obs_bucket, or use `stateless`"
        if options.on_delete == "savepoint":
            yield "on_delete: a savepoint needs a bucket; set obs_bucket, or use `stop`"
        if spec.log_enabled:
            yield "log_enabled: logs need a bucket; set obs_bucket"
        if spec.checkpoint_enabled:
            yield "checkpoint_enabled: checkpoints need a bucket; set obs_bucket"
    if spec.checkpoint_enabled and spec.checkpoint_path:
        yield (
            "checkpoint_path: cannot be chosen while checkpoint_enabled is true; remove one of them"
        )


def _sizes(desired: Desired) -> Iterator[str]:
    """Sizes of two kinds, and sizes that cannot work."""
    spec = desired.spec
    if not desired.knows("resource_config_version"):
        return
    if spec.resource_config_version == "v2":
        for name in sizing.FIELDS_V1:
            if spec.value(name) is not None:
                yield (
                    f'{name}: says nothing with resource_config_version="v2"; remove it, and set '
                    "the size in resource_config"
                )
    elif spec.value("resource_config"):
        yield (
            'resource_config: says nothing without v2; set resource_config_version="v2", or '
            "remove it"
        )
    yield from sizing.problems(desired)


def _versions(desired: Desired) -> Iterator[str]:
    """What depends on the image and on the Flink version."""
    spec = desired.spec
    if desired.knows("feature"):
        custom = spec.feature == "custom"
        if spec.image and not custom:
            yield 'image: says nothing without feature="custom"; set that, or remove the image'
        if custom and desired.knows("image") and not spec.image:
            yield 'feature: "custom" needs an image; set image, or use "basic"'
    version = flink_version(spec.flink_version)
    if version is None:
        return
    if version < PLATFORM and spec.execution_agency_urn:
        yield (
            "execution_agency_urn: works from Flink 1.15 on only; set a newer flink_version, or "
            "remove it"
        )
    if version > PLATFORM:
        for path, package in packages(desired):
            if not package.startswith("obs://"):
                yield (
                    f"{path}: Flink after 1.15 takes packages from OBS only; write it as "
                    "`obs://bucket/key`"
                )


def _running(desired: Desired) -> Iterator[str]:
    """What a job needs to have a name, and to run."""
    spec = desired.spec
    if desired.knows("name") and spec.name is None:
        yield "name: is required; set it"
    if not desired.knows("desired_state") or not desired.running:
        return
    if desired.knows("queue_name") and not spec.queue_name:
        yield 'queue_name: a job that runs needs a queue; set it, or desired_state="stopped"'
    if desired.knows("entrypoint") and not spec.entrypoint:
        yield 'entrypoint: a job that runs needs a jar; set it, or desired_state="stopped"'


def _own(desired: Desired) -> Iterator[str]:
    """Single arguments with a rule that their type does not tell."""
    if desired.spec.resume_max_num == 0:
        yield "resume_max_num: 0 is not allowed; use 1 or more, or -1 for no limit"
    arguments = desired.spec.entrypoint_args
    for index, item in enumerate(arguments if isinstance(arguments, list) else ()):
        # A list is joined with spaces, so an item cannot hold one.
        if not item or any(character.isspace() for character in item):
            yield (
                f"entrypoint_args[{index}]: is empty or holds a space, which separates arguments; "
                "write each argument as an item of its own"
            )
    if desired.knows("tags"):
        yield from wrong_tags(desired.spec.tags or {})
    timeouts = desired.value("timeouts")
    for name in ("create", "update"):
        if timeouts.get("settle", 0) >= timeouts.get(name, math.inf):
            yield (
                f"timeouts.settle: is not less than timeouts.{name}, so no start could count; "
                "use less"
            )
