"""Reads the XML of the object service: leniently in its form, and never more than its elements.

An answer with a document type is refused as a whole: entities, which stand there, can make much
of little, and read files.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from xml.parsers import expat

_DEEPEST = 16


class NotXml(ValueError):
    """A body is no XML that may be read."""


class Element(NamedTuple):
    """An element: its name without a namespace, its text, and the elements in it."""

    name: str
    texts: list[str]
    children: list[Element]

    @property
    def text(self) -> str:
        """Its own text."""
        return "".join(self.texts)

    def all(self, name: str) -> Iterator[Element]:
        """The elements of a name in it."""
        return (child for child in self.children if child.name == name)

    def value(self, name: str) -> str:
        """The text of the first element of a name in it, blanks around it aside; "" without one."""
        return next(self.all(name), Element("", [], [])).text.strip()


def read(content: bytes) -> Element:
    """The root of a body.

    Raises:
        NotXml: it is no XML, has a document type, or is nested too deep.
    """
    top = Element("", [], [])
    open_ = [top]

    def begin(name: str, _attributes: object) -> None:
        if len(open_) > _DEEPEST:
            raise NotXml("it is nested too deep")
        element = Element(name.rpartition(":")[2], [], [])
        open_[-1].children.append(element)
        open_.append(element)

    def said(text: str) -> None:
        open_[-1].texts.append(text)

    def refuse(*_: object) -> None:
        raise NotXml("it has a document type")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = begin
    parser.EndElementHandler = lambda _name: open_.pop()
    parser.CharacterDataHandler = said
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(content.strip(), True)  # noqa: FBT003 -- this is the last of it
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise error if isinstance(error, NotXml) else NotXml("it is no XML") from None
    return top.children[0]
