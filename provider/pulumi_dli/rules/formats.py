"""The forms of texts that name something: packages, directories, names that are no URNs, tags.

No sentence repeats the text, which may be a secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pulumi_dli.job.desired import Desired

_OBJECT = re.compile(r"obs://[^/\s]+/.*[^/\s]")
_PACKAGE = re.compile(r"[^/:]+(?:/[^/:]+)?")
_DIRECTORY = re.compile(r"(?:obs://)?[^/:\s]+/.*[^\s]")
_VERSION = re.compile(r"(\d+)\.(\d+)(?:\.\d+)*")


def flink_version(text: object) -> tuple[int, int] | None:
    """Major and minor of a version such as `1.15`; None when it is not one."""
    match = _VERSION.fullmatch(str(text))
    return (int(match[1]), int(match[2])) if match else None


def packages(desired: Desired) -> Iterator[tuple[str, str]]:
    """Path and text of each jar and file of a job."""
    if desired.spec.entrypoint:
        yield "entrypoint", desired.spec.entrypoint
    for name in ("dependency_jars", "dependency_files"):
        for index, text in enumerate(desired.value(name) or ()):
            yield f"{name}[{index}]", text


def misformed(desired: Desired) -> Iterator[str]:
    """A sentence for each text of a wrong form."""
    for path, text in packages(desired):
        if not _OBJECT.fullmatch(text) and not _PACKAGE.fullmatch(text):
            yield (
                f"{path}: names neither an object of OBS nor a DLI package; write it as "
                "`obs://bucket/key` or `group/file`"
            )
    for name in ("checkpoint_path", "restore_from"):
        text = desired.value(name)
        if text and not _DIRECTORY.fullmatch(text):
            yield f"{name}: is not a directory of a bucket; write it as `obs://bucket/folder/`"
    spec = desired.spec
    if ":" in (spec.obs_bucket or ""):
        yield "obs_bucket: holds more than a bucket's name; write the name alone, without `obs://`"
    if ":" in (spec.smn_topic or ""):
        yield "smn_topic: takes the topic's name, not its URN; write the part after the last `:`"
    if ":" in (spec.execution_agency_urn or ""):
        yield (
            "execution_agency_urn: takes the agency's name, in spite of its own; write the name "
            "alone"
        )
    if spec.image and ("://" in spec.image or "/" not in spec.image):
        yield "image: is not the path of an image; write it as `organization/name:tag`"
