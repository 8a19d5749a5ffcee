"""A page of a bucket's list: from which key on, how many, and what is folded into a prefix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from pulumi_dli.local.obs.refusals import bad

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_dli.local.obs.files import Files, Found

MOST_KEYS = 1000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for.

    Attributes:
        version: 1 or 2, of the request.
        prefix: what every key begins with.
        after: the key or folded prefix behind which the page begins; empty: the first.
        delimiter: what ends a prefix that keys are folded into; empty: none is.
        most: keys and prefixes of a page.
        encoded: whether keys are percent-encoded.
    """

    version: int
    prefix: str
    after: str
    delimiter: str
    most: int
    encoded: bool


@dataclass(frozen=True, slots=True)
class Page:
    """The objects by key, the folded prefixes, and whether there is more behind the last."""

    objects: list[tuple[str, Found]]
    prefixes: list[str]
    truncated: bool
    last: str


def wanted(query: Mapping[str, str]) -> Wanted:
    """What a query asks for.

    Raises:
        ObjectRefusal: a parameter makes no sense.
    """
    version = 2 if query.get("list-type") == "2" else 1
    most = query.get("max-keys") or str(MOST_KEYS)
    if not (most.isascii() and most.isdigit()):
        raise bad("InvalidArgument", "max-keys has to be a whole number.")
    after = query.get("marker", "")
    if version == 2:  # noqa: PLR2004 -- of the request
        after = unquote(query.get("continuation-token", "")) or query.get("start-after", "")
    return Wanted(
        version,
        query.get("prefix", ""),
        after,
        query.get("delimiter", ""),
        min(int(most[:9]), MOST_KEYS),
        query.get("encoding-type") == "url",
    )


def page(files: Files, bucket: str, asked: Wanted) -> Page:
    """The page that is asked for.

    Raises:
        ObjectRefusal: there is no such bucket.
    """
    objects: list[tuple[str, Found]] = []
    prefixes: list[str] = []
    last = ""
    for row in files.listed(bucket, asked.prefix):
        name, folds = _folded(row.key, asked)
        if name.encode() <= asked.after.encode() or (prefixes and name == prefixes[-1]):
            continue
        if len(objects) + len(prefixes) >= asked.most:
            return Page(objects, prefixes, truncated=asked.most > 0, last=last)
        if folds:
            prefixes.append(name)
        elif found := files.found(row):
            objects.append((name, found))
        last = name
    return Page(objects, prefixes, truncated=False, last=last)


def _folded(key: str, asked: Wanted) -> tuple[str, bool]:
    """The key, or the prefix that stands for it, and whether that is one."""
    if not asked.delimiter:
        return key, False
    head, found, _ = key[len(asked.prefix) :].partition(asked.delimiter)
    return (f"{asked.prefix}{head}{found}", True) if found else (key, False)
