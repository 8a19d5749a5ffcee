"""What may go wrong with a job: warnings, which never stop anything.

Where documented limits contradict each other, what only the lenient one allows stands here,
and so do versions that nobody knew when this was written.
"""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_dli.job.canonical import arguments_text, words
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.object_url import is_object_url
from pulumi_dli.rules import sizing
from pulumi_dli.rules.formats import flink_version, packages
from pulumi_dli.rules.messages import LOCAL_FILE, path
from pulumi_dli.rules.secret_scan import lookalikes
from pulumi_dli.rules.tags import doubtful_tags

KNOWN_VERSIONS = frozenset({(1, 7), (1, 10), (1, 12), (1, 13), (1, 15), (1, 17)})
PLATFORM = (1, 15)
"""From this version on the service makes the checkpoints, and jobs work as an agency."""
V2_ONLY = (1, 17)
"""The version that v1 sizing is documented for no more."""
V2_FIRST = (1, 13)
OLD_MOST_DESC = 512
OLD_MOST_INTERVAL = 3600
AGENCY_KEY = "flink.dli.job.agency.name"
_CHECKPOINT_KEYS = ("execution.checkpointing.", "state.checkpoints.dir", "state.savepoints.dir")


def warnings(desired: Desired) -> list[str]:
    """All that may go wrong with arguments that have no problems, sorted by path."""
    found = [
        *_limits(desired),
        *_quotes(desired),
        *_settling(desired),
        *sizing.doubts(desired),
        *_versions(desired),
        *_checkpoints(desired),
        *doubtful_tags(desired.spec.tags or {}),
        *lookalikes(desired),
    ]
    return sorted(found)


def _limits(desired: Desired) -> Iterator[str]:
    desc, interval = desired.spec.desc or "", desired.spec.checkpoint_interval or 0
    if len(desc) > OLD_MOST_DESC:
        yield (
            f"desc: has {len(desc)} characters; one page allows 2048, another {OLD_MOST_DESC}; "
            "shorten it if it is refused"
        )
    if interval > OLD_MOST_INTERVAL:
        yield (
            f"checkpoint_interval: {interval:g} s is more than the {OLD_MOST_INTERVAL} that one "
            "page allows, though another says 999999; use less if it is refused"
        )


def _quotes(desired: Desired) -> Iterator[str]:
    """Quotes that were meant for a shell. Those inside a word, as JSON has them, were not."""
    if any(_is_quoted(word) for word in words(arguments_text(desired.spec.entrypoint_args or ""))):
        yield (
            "entrypoint_args: holds quotes, but DLI separates arguments at blanks and knows no "
            "quotes, so the jar gets them as they are; leave them out, and pass a value that "
            "holds blanks in another way, such as encoded, or in a file of dependency_files"
        )


def _settling(desired: Desired) -> Iterator[str]:
    """Too little time for a start to count, where the program does not say when one does."""
    allowed = desired.options.timeouts
    for name in ("create", "update"):
        told = allowed.model_fields_set
        if name in told and "settle" not in told and getattr(allowed, name) <= desired.settle:
            yield (
                f"timeouts.{name}: is not more than timeouts.settle, which is "
                f"{desired.settle:g} by default, so no start can count; use more, or set "
                "timeouts.settle to less"
            )


def _is_quoted(word: str) -> bool:
    """Whether a word has a quote where a shell's would stand, or half of a pair."""
    value = word.rpartition("=")[2]
    return word.count('"') % 2 == 1 or any(
        part.startswith(("'", '"')) or part.endswith(("'", '"')) for part in (word, value)
    )


def _versions(desired: Desired) -> Iterator[str]:
    spec = desired.spec
    text = spec.flink_version
    if not text:
        return
    version = flink_version(text)
    if version is None or version not in KNOWN_VERSIONS:
        yield (
            "flink_version: is not a version that this provider knows; it is passed on, see that "
            "the queue offers it"
        )
    if spec.feature == "custom":
        yield 'flink_version: says nothing with feature="custom"; remove it'
    if version is None:
        return
    if version == PLATFORM:
        for where, package in packages(desired):
            if not is_object_url(package):
                yield (
                    f"{path(where)}: with Flink 1.15 one page takes DLI packages and another takes "
                    f"OBS only; write it as `obs://bucket/key` if it is refused{LOCAL_FILE}"
                )
    if version < PLATFORM and spec.checkpoint_enabled:
        yield (
            "checkpoint_enabled: the service makes checkpoints from Flink 1.15 on only; enable "
            "them in the jar's own code"
        )
    if desired.knows("resource_config_version"):
        v2 = spec.resource_config_version == "v2"
        if version >= V2_ONLY and not v2:
            yield (
                "resource_config_version: Flink 1.17 is documented for v2 only; set "
                'resource_config_version="v2", and the sizes in resource_config'
            )
        if version < V2_FIRST and v2:
            yield "resource_config_version: v2 is documented from Flink 1.13 on only; use v1"
    if (
        version >= PLATFORM
        and spec.obs_bucket
        and not spec.execution_agency_urn
        and desired.knows("execution_agency_urn", "runtime_config")
        and AGENCY_KEY not in (spec.runtime_config or {})
    ):
        yield (
            "execution_agency_urn: from Flink 1.15 on a job reaches its bucket as an agency only; "
            "set it to the agency's name, on a queue of an elastic resource pool"
        )


def _checkpoints(desired: Desired) -> Iterator[str]:
    spec = desired.spec
    enabled = spec.checkpoint_enabled
    keys = [key for key in spec.runtime_config or {} if key.startswith(_CHECKPOINT_KEYS)]
    if enabled and keys:
        yield (
            "runtime_config: sets checkpoints, as checkpoint_enabled does, and one of them wins; "
            "set them in one place"
        )
    if (
        spec.resume_checkpoint
        and not enabled
        and not spec.checkpoint_path
        and desired.knows("checkpoint_enabled", "checkpoint_path")
    ):
        yield (
            "resume_checkpoint: nothing says where the checkpoints are; set checkpoint_path to "
            "where the jar writes them, or checkpoint_enabled=True"
        )
