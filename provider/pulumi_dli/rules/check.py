"""Everything that is wrong with a job's arguments, as sentences.

Each sentence begins with the path of the argument and ends with the fix. Values are shown
only for numbers, flags and fixed choices, because any text may be a secret. What is not known
yet in a preview postpones the rules that need it.
"""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_dli.errors import JobError
from pulumi_dli.job.desired import ARGUMENTS, Desired
from pulumi_dli.job.differences import MAPS
from pulumi_dli.job.object_url import is_object_url
from pulumi_dli.job.options import Timeouts
from pulumi_dli.job.state import State
from pulumi_dli.rules import sizing
from pulumi_dli.rules.characters import out_of_place
from pulumi_dli.rules.formats import flink_version, misformed, packages
from pulumi_dli.rules.lengths import too_long_texts
from pulumi_dli.rules.messages import LOCAL_FILE, Location, Problem, near, path, sentence
from pulumi_dli.rules.spelling import misspelled
from pulumi_dli.rules.tags import wrong_tags
from pulumi_dli.rules.warnings import PLATFORM

MOST_TOLD = 50
"""Problems of one job that are told; more would only flood the log."""


def problems(desired: Desired, before: Desired | None = None) -> list[str]:
    """All that is wrong, sorted by path, as far as anybody would read it.

    Args:
        desired: the program's wish.
        before: the inputs that the last run stored; None for a new resource. The form of what
            equals them is not judged again: the job lives with it, and an earlier version may
            have allowed what this one does not.
    """
    found = sorted(
        [
            *_unknown_names(desired),
            *_single(desired, before),
            *_buckets(desired),
            *_sizes(desired),
            *_versions(desired),
            *_running(desired),
        ]
    )
    left = len(found) - MOST_TOLD
    return found if left <= 0 else [*found[:MOST_TOLD], f"… and {left} more; mend these first"]


def _unknown_names(desired: Desired) -> Iterator[str]:
    for name in desired.strange:
        meant = near(name, list(ARGUMENTS))
        fix = f"did you mean {meant}?" if meant else "remove it; docs/fields.md lists them all"
        yield f"{path((name,))}: there is no such argument; {fix}"


def _single(desired: Desired, before: Desired | None) -> Iterator[str]:
    """What is wrong with single values; of several things at one place only the first."""
    told: set[Location] = set()
    for rule in (_invalid, misspelled, too_long_texts, out_of_place, misformed, wrong_tags, _own):
        found = [problem for problem in rule(desired) if problem.where not in told]
        told.update(problem.where for problem in found)
        if before is not None and rule is not _invalid:
            found = list(_fresh(found, desired, before))
        yield from dict.fromkeys(problem.line for problem in found)


def _fresh(found: list[Problem], desired: Desired, before: Desired) -> Iterator[Problem]:
    """The problems of what the job does not live with: of arguments, and of items of maps."""
    names = {str(problem.where[0]) for problem in found}
    kept = {name for name in names if desired.keeps(name, before)}
    for problem in found:
        name, *inner = problem.where
        if name in kept:
            continue
        if name in MAPS and inner:
            items, had = desired.value(str(name)) or {}, before.value(str(name)) or {}
            if inner[0] in had and items.get(inner[0]) == had[inner[0]]:
                continue
        yield problem


def _invalid(desired: Desired) -> Iterator[Problem]:
    """What no type allows; of an item and its list only the item."""
    found = {_location(each["loc"]): sentence(each) for each in reversed(desired.wrong)}
    arguments = [where for where in found if where[0] == "entrypoint_args"]
    for where, text in found.items():
        if where != ("entrypoint_args",) or len(arguments) == 1:
            yield Problem.of(where, text)


def _location(found: tuple[int | str, ...]) -> Location:
    """Where a value stands. Of what may be text or a list pydantic also names the type."""
    if found[0] != "entrypoint_args":
        return found
    return tuple(part for part in found if isinstance(part, int) or part == found[0])


# Rules over several arguments. Each is left out while an argument that it reads is not known.


def _buckets(desired: Desired) -> Iterator[str]:
    """What needs `obs_bucket`."""
    spec, options = desired.spec, desired.options
    if desired.knows("obs_bucket") and not spec.obs_bucket:
        if options.upgrade_mode == "savepoint":
            yield "upgrade_mode: savepoints need a bucket; set obs_bucket, or use `stateless`"
        if options.savepoint_trigger is not None:
            yield "savepoint_trigger: a savepoint needs a bucket; set obs_bucket, or remove this"
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
        for where, package in packages(desired):
            if not is_object_url(package):
                yield (
                    f"{path(where)}: Flink after 1.15 takes packages from OBS only; write it as "
                    f"`obs://bucket/key`{LOCAL_FILE}"
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


def _own(desired: Desired) -> Iterator[Problem]:
    """Single arguments with a rule that their type does not tell."""
    if desired.spec.resume_max_num == 0:
        yield Problem.of(("resume_max_num",), "0 is not allowed; use 1 or more, or -1 for no limit")
    arguments = desired.given.get("entrypoint_args")
    for index, item in enumerate(arguments if isinstance(arguments, list) else ()):
        # A list is joined with spaces, so an item cannot hold one.
        if isinstance(item, str) and (not item or any(character.isspace() for character in item)):
            yield Problem.of(
                ("entrypoint_args", index),
                "is empty or holds a space, which separates arguments; write each argument as an "
                "item of its own",
            )
    if desired.knows("timeouts"):
        yield from _settling(desired.options.timeouts)


def _settling(allowed: Timeouts) -> Iterator[Problem]:
    """Why no start could count: it must last for `settle` seconds within the others."""
    told = allowed.model_fields_set
    for name in ("create", "update"):
        most = getattr(allowed, name)
        if "settle" not in told or allowed.settle < most:
            continue
        whose = "" if name in told else f", which is {most:g} by default"
        ways = "use less" if name in told else f"use less, or set timeouts.{name}"
        yield Problem.of(
            ("timeouts", "settle"),
            f"is not less than timeouts.{name}{whose}, so no start could count; {ways}",
        )


def demand_valid(desired: Desired) -> None:
    """Take a wish only as a check lets it pass.

    Raises:
        JobError: it is not valid, so no check has seen it; or check saw that it cannot be
            done. Nothing was sent.
    """
    if desired.wrong:
        raise JobError(f"nothing was changed: {'; '.join(problems(desired))}")
    if failure := desired.given.get("failure"):
        raise JobError(str(failure))


def adopts_another(desired: Desired, state: State) -> str:
    """That a resource which has a job asks for another one; "" if it does not."""
    adopted = desired.options.adopt_job_id
    if adopted in (None, state.job.job_id, state.ours.get("adopt_job_id")):
        return ""
    return (
        f"adopt_job_id: this resource has a job already, {state.job.job_id}, and one that is "
        "replaced cannot take over another; remove `adopt_job_id`, or change the place later"
    )
