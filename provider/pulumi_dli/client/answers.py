"""The parts of an answer that must be there: objects, lists of objects, and lists of many pages.

A list that cannot be read is no empty list: a job that is not seen would be made twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pulumi_dli.errors import ApiError
from pulumi_dli.job.detail import integer

MOST_PAGES = 1000
"""Pages of one list; a service that gives more does not end."""


def unreadable(what: str, why: str) -> ApiError:
    """That the service agreed with an answer that says nothing.

    Args:
        what: what was tried, in words that follow "could not".
        why: what is wrong with the answer.
    """
    return ApiError(
        f"could not {what}: the answer cannot be read: {why}; check dli:endpoint, and try again",
        status=200,
    )


def mapping(what: str, answer: object, *keys: str) -> Mapping[str, Any]:
    """The object that stands under these keys of an answer.

    Raises:
        ApiError: there is none.
    """
    path: list[str] = []
    for key in keys:
        answer = _object(what, answer, path).get(key)
        path.append(key)
    return _object(what, answer, path)


def _object(what: str, value: object, path: list[str]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise unreadable(what, f"{'.'.join(path) or 'it'} is no object")
    return value


def rows(what: str, answer: object, *keys: str) -> list[Mapping[str, Any]]:
    """The list of objects that stands under these keys of an answer; null counts as empty.

    Raises:
        ApiError: there is none, or it holds something else.
    """
    *outer, key = keys
    around = mapping(what, answer, *outer)
    found = around.get(key, around)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(row, Mapping) for row in found):
        raise unreadable(what, f"{key} is no list of objects")
    return found


def paged(
    what: str, page: Callable[[int], Mapping[str, Any]], key: str, name: str, size: int
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Every row of a list of many pages once, with its id.

    Args:
        what: what is tried.
        page: gives the object that holds the rows from an offset on.
        key: where in it they are.
        name: where in a row its id is; one without is passed over.
        size: how many rows a page may have.

    Raises:
        ApiError: a page cannot be read, or the list does not end.
    """
    seen: set[int] = set()
    offset = 0
    for _ in range(MOST_PAGES):
        around = page(offset)
        found = rows(what, around, key)
        offset += len(found)
        before = len(seen)
        for row in found:
            each = integer(row.get(name))
            if each > 0 and each not in seen:
                seen.add(each)
                yield each, row
        # A service may hold its pages shorter than it was asked to, and one that takes no
        # account of the offset gives the same rows again.
        total = integer(around.get("total_count"))
        more = offset < total if total > 0 else len(found) >= size
        if not more or len(seen) == before:
            return
    raise unreadable(what, f"the list does not end after {MOST_PAGES} pages")
