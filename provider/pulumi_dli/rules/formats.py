"""The forms of texts that name something: packages, directories, names that are no URNs, tags.

No sentence repeats the text, which may be a secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pulumi_dli.job.desired import Desired
from pulumi_dli.job.object_url import ObjectUrl, is_bucket
from pulumi_dli.rules.messages import LOCAL_FILE, Location, Problem

_PACKAGE = re.compile(r"[^/:]+(?:/[^/:]+)?")
_DIRECTORY = re.compile(r"(?:obs://)?[^/:\s]+/.*[^\s]")
_VERSION = re.compile(r"([0-9]{1,4})\.([0-9]{1,4})(?:\.[0-9]+)*")


def flink_version(text: object) -> tuple[int, int] | None:
    """Major and minor of a version such as `1.15`; None when it is not one."""
    match = _VERSION.fullmatch(str(text))
    return (int(match[1]), int(match[2])) if match else None


def packages(desired: Desired) -> Iterator[tuple[Location, str]]:
    """Place and text of each jar and file of a job; items that are no texts are left out."""
    if desired.spec.entrypoint:
        yield ("entrypoint",), desired.spec.entrypoint
    for name in ("dependency_jars", "dependency_files"):
        items = desired.given.get(name)
        for index, text in enumerate(items if isinstance(items, list) else ()):
            if isinstance(text, str) and text:
                yield (name, index), text


def misformed(desired: Desired) -> Iterator[Problem]:
    """A sentence for each text of a wrong form."""
    for where, text in packages(desired):
        if not ObjectUrl.read(text) and not _PACKAGE.fullmatch(text):
            yield Problem.of(
                where,
                "names neither an object of OBS nor a DLI package; write it as "
                "`obs://bucket/key` or `group/file`" + LOCAL_FILE * ("://" not in text),
            )
    for name in ("checkpoint_path", "restore_from"):
        text = desired.value(name)
        if text and not _DIRECTORY.fullmatch(text):
            yield Problem.of(
                (name,), "is not a directory of a bucket; write it as `obs://bucket/folder/`"
            )
    spec = desired.spec
    if ":" in (spec.obs_bucket or ""):
        yield Problem.of(
            ("obs_bucket",),
            "holds more than a bucket's name; write the name alone, without `obs://`",
        )
    elif spec.obs_bucket and not is_bucket(spec.obs_bucket):
        yield Problem.of(
            ("obs_bucket",),
            "is not the name of a bucket; use 3 to 63 lower-case letters, digits, `-` and `.`, "
            "with a letter or a digit at both ends and beside each `.`, and no IP address",
        )
    if ":" in (spec.smn_topic or ""):
        yield Problem.of(
            ("smn_topic",),
            "takes the topic's name, not its URN; write the part after the last `:`",
        )
    if ":" in (spec.execution_agency_urn or ""):
        yield Problem.of(
            ("execution_agency_urn",),
            "takes the agency's name, in spite of its own; write the name alone",
        )
    if spec.image and ("://" in spec.image or "/" not in spec.image):
        yield Problem.of(
            ("image",), "is not the path of an image; write it as `organization/name:tag`"
        )
