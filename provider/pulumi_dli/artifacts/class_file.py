"""What Java's class file format says of a class: its release, its superclass, its main methods.

The Java Virtual Machine Specification, chapter 4. Only what is asked for is read, in one walk
over the bytes.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

MAGIC = b"\xca\xfe\xba\xbe"
HEADER = 8
"""Bytes that tell the release."""
LONGEST = 4 << 20
"""Bytes of a class file that are read."""
PUBLIC, STATIC = 0x0001, 0x0008

_MAIN = b"main"
_STRINGS = b"([Ljava/lang/String;)"
_UTF8, _CLASS = 1, 7
_WIDTHS = {3: 4, 4: 4, 5: 8, 6: 8, 7: 2, 8: 2, 9: 4, 10: 4, 11: 4, 12: 4}
_WIDTHS |= {15: 3, 16: 2, 17: 4, 18: 4, 19: 2, 20: 2}
"""Bytes of a constant behind its tag; that of a text says its own."""
_LONG, _DOUBLE = 5, 6
"""These two take the place of two constants."""


class ClassFile(NamedTuple):
    """A class.

    Attributes:
        access: its access flags.
        superclass: the class that it extends, such as `com/example/Base`; "" of Object itself.
        mains: the access flags of each of its own methods `main(String[])`, whatever they return.
    """

    access: int
    superclass: str
    mains: tuple[int, ...]


def release(data: bytes) -> int | None:
    """The Java release that a class file is for, such as 8; None: it is no class file."""
    if len(data) < HEADER or not data.startswith(MAGIC):
        return None
    major: int = struct.unpack_from(">H", data, 6)[0]
    return major - 44


def parse(data: bytes) -> ClassFile | None:
    """The class of a file; None: it is cut off, damaged, or of a form that is not known here."""
    try:
        return _Walk(data).class_file()
    except (struct.error, LookupError):
        return None


class _Walk:
    """One walk from the first byte on."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = HEADER
        self._texts: dict[int, bytes] = {}
        self._classes: dict[int, int] = {}

    def class_file(self) -> ClassFile:
        self._constants()
        access, _, superclass, interfaces = self._numbers(4)
        self._at += 2 * interfaces
        self._members()  # the fields
        return ClassFile(
            access,
            self._texts[self._classes[superclass]].decode("utf-8", "replace") if superclass else "",
            tuple(
                flags
                for flags, name, descriptor in self._members()
                if self._texts[name] == _MAIN and self._texts[descriptor].startswith(_STRINGS)
            ),
        )

    def _numbers(self, count: int) -> tuple[int, ...]:
        found = struct.unpack_from(f">{count}H", self._data, self._at)
        self._at += 2 * count
        return found

    def _constants(self) -> None:
        (count,) = self._numbers(1)
        index = 1
        while index < count:
            tag = self._data[self._at]
            self._at += 1
            if tag == _UTF8:
                (length,) = self._numbers(1)
                self._texts[index] = self._data[self._at : self._at + length]
                self._at += length
            else:
                if tag == _CLASS:
                    (self._classes[index],) = struct.unpack_from(">H", self._data, self._at)
                self._at += _WIDTHS[tag]
            index += 2 if tag in (_LONG, _DOUBLE) else 1

    def _members(self) -> list[tuple[int, ...]]:
        """Flags, name and descriptor of each field or method."""
        found = []
        (count,) = self._numbers(1)
        for _ in range(count):
            *member, attributes = self._numbers(4)
            found.append(tuple(member))
            for _ in range(attributes):
                _, length = struct.unpack_from(">HI", self._data, self._at)
                self._at += 6 + length
        return found
