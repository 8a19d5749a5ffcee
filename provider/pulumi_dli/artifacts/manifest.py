"""A jar's manifest: lines `Name: value`, of which a space continues the one before."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator

NAME = "META-INF/MANIFEST.MF"
LONGEST = 1 << 20
"""Bytes that are read for its main section, which stands at the beginning."""
_OF_THE_BUILD = re.compile(rb"(?:built-by|created-by|build-[^:]*):", re.IGNORECASE)
"""Who built it, when, and with what."""


def find(entries: Iterable[zipfile.ZipInfo]) -> zipfile.ZipInfo | None:
    """The manifest among the entries of a jar, in whatever case its name is; the last one."""
    found = [entry for entry in entries if is_manifest(entry.filename)]
    return found[-1] if found else None


def is_manifest(name: str) -> bool:
    """Whether an entry's name is the manifest's; Java does not look at its case."""
    return len(name) == len(NAME) and name.upper() == NAME


def attributes(data: bytes) -> dict[str, str]:
    """What the main section says, under names in lower case.

    Java does not read a last line that does not end, and nothing of a manifest with a line that is
    not `Name: value`.
    """
    found = {}
    whole = data if len(data) >= LONGEST else data[: max(data.rfind(b"\n"), data.rfind(b"\r")) + 1]
    for line in _unfolded(whole.splitlines()):
        if not line:
            break
        name, _, value = line.decode("utf-8", "replace").partition(":")
        found[name.strip().lower()] = value.strip()
    return found


def without_build(data: bytes) -> bytes:
    """All but who built the jar, when, and with what."""
    return b"\n".join(
        line for line in _unfolded(data.splitlines()) if not _OF_THE_BUILD.match(line)
    )


def _unfolded(lines: Iterable[bytes]) -> Iterator[bytes]:
    whole: bytes | None = None
    for line in lines:
        if line.startswith(b" ") and whole:
            whole += line[1:]
            continue
        if whole is not None:
            yield whole
        whole = line
    if whole is not None:
        yield whole
