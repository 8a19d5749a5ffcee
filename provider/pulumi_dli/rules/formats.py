"""The forms of texts that name something: packages, directories, names that are no URNs, tags.

No sentence repeats the text, which may be a secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_OBJECT = re.compile(r"obs://[^/\s]+/.*[^/\s]")
_PACKAGE = re.compile(r"[^/:]+(?:/[^/:]+)?")
_DIRECTORY = re.compile(r"(?:obs://)?[^/:\s]+/.*[^\s]")
_VERSION = re.compile(r"(\d+)\.(\d+)(?:\.\d+)*")


def flink_version(text: object) -> tuple[int, int] | None:
    """Major and minor of a version such as `1.15`; None when it is not one."""
    match = _VERSION.fullmatch(str(text))
    return (int(match[1]), int(match[2])) if match else None


def packages(inputs: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Path and text of each jar and file of a job."""
    if inputs.get("entrypoint"):
        yield "entrypoint", inputs["entrypoint"]
    for name in ("dependency_jars", "dependency_files"):
        values = inputs.get(name)
        for index, text in enumerate(values if isinstance(values, list) else ()):
            yield f"{name}[{index}]", text


def misformed(inputs: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each text of a wrong form."""
    for path, text in packages(inputs):
        if not _OBJECT.fullmatch(text) and not _PACKAGE.fullmatch(text):
            yield (
                f"{path}: names neither an object of OBS nor a DLI package; write it as "
                "`obs://bucket/key` or `group/file`"
            )
    for name in ("checkpoint_path", "restore_from"):
        if inputs.get(name) and not _DIRECTORY.fullmatch(inputs[name]):
            yield f"{name}: is not a directory of a bucket; write it as `obs://bucket/folder/`"
    if ":" in str(inputs.get("obs_bucket") or ""):
        yield "obs_bucket: holds more than a bucket's name; write the name alone, without `obs://`"
    if ":" in str(inputs.get("smn_topic") or ""):
        yield "smn_topic: takes the topic's name, not its URN; write the part after the last `:`"
    if ":" in str(inputs.get("execution_agency_urn") or ""):
        yield (
            "execution_agency_urn: takes the agency's name, in spite of its own; write the name "
            "alone"
        )
    image = inputs.get("image")
    if image and ("://" in image or "/" not in image):
        yield "image: is not the path of an image; write it as `organization/name:tag`"
