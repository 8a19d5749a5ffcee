"""The digest of a jar's content: two builds of the same classes have the same.

A build writes its time into the archive, so the bytes of two builds differ. Their directories,
without the times, do not; what Maven and Gradle write about a build into two files is left out.
Job names in OBS and jobs' restarts hang on this digest: what it is made of does not change.
"""

from __future__ import annotations

import hashlib
import io
import re
import struct
import zipfile
from collections.abc import Callable

from pulumi_dli.artifacts import manifest
from pulumi_dli.artifacts.archive import ENCRYPTED, Archive, NotAnArchive, NotRead

LONGEST_TEXT = 4 << 20
"""Bytes of a manifest or a pom.properties that is read; a longer one goes by its check sum."""
_POM_PROPERTIES = re.compile(r"META-INF/maven/(?:.*/)?pom\.properties", re.DOTALL)


def content_digest(file: io.BufferedIOBase) -> str:
    """SHA-256 of a jar's content, or of the bytes of a file that is none, as 64 hex digits.

    The content is the name, the CRC-32 and the size of each entry, sorted by name; entries of one
    name keep their order, because Java takes one of them. Directories are left out. Of
    `META-INF/maven/**/pom.properties` the lines count that do not begin with `#`, of the manifest
    all but `Built-By`, `Build-*` and `Created-By`.

    By its bytes goes what is no archive, what has something in front of its first entry, what is
    encrypted (its check sums may be empty), and what has a directory above 16 MB.

    Args:
        file: open for reading; where it stands does not matter.

    Raises:
        OSError: it cannot be read.
    """
    try:
        archive = Archive(file)
    except (NotAnArchive, NotRead):
        archive = None
    if archive is None or not archive.begins_at_once() or any(map(_encrypted, archive.entries)):
        file.seek(0)
        return hashlib.file_digest(file, "sha256").hexdigest()
    digest = hashlib.sha256()
    for name, entry in sorted(
        ((_name(entry), entry) for entry in archive.entries if not _directory(entry)),
        key=lambda named: named[0],
    ):
        digest.update(struct.pack(">Q", len(name)) + name + _content(archive, entry))
    return digest.hexdigest()


def _encrypted(entry: zipfile.ZipInfo) -> bool:
    return bool(entry.flag_bits & ENCRYPTED)


def _directory(entry: zipfile.ZipInfo) -> bool:
    return entry.is_dir() and not entry.file_size


def _name(entry: zipfile.ZipInfo) -> bytes:
    return entry.orig_filename.encode("utf-8", "surrogatepass")


def _content(archive: Archive, entry: zipfile.ZipInfo) -> bytes:
    """What an entry holds: its text without the build's lines, else its check sum and size."""
    clean = _cleaner(entry.filename)
    text = archive.whole(entry, LONGEST_TEXT) if clean else None
    if clean and text is not None:
        return b"T" + hashlib.sha256(clean(text)).digest()
    return b"C" + struct.pack(">IQ", entry.CRC, entry.file_size)


def _cleaner(name: str) -> Callable[[bytes], bytes] | None:
    """What takes the build's lines out of an entry of this name; None: it has no such lines."""
    if manifest.is_manifest(name):
        return manifest.without_build
    return _without_comments if _POM_PROPERTIES.fullmatch(name) else None


def _without_comments(text: bytes) -> bytes:
    return b"\n".join(line for line in text.splitlines() if not line.startswith(b"#"))
