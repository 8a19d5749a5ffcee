"""The tags of a job: what no documentation allows, and what only some of it does.

No sentence repeats a value, which may be a secret.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from pulumi_dli.job.desired import Desired
from pulumi_dli.rules.messages import Problem, key_path, path
from pulumi_dli.settings.settings import ignores

MOST_TAGS = 20
"""Tags that a job may have, the ownership tag counted."""
MOST_KEY, OLD_MOST_KEY = 128, 36
MOST_VALUE, OLD_MOST_VALUE = 255, 43
"""Characters of a tag; the create page's first note has the smaller numbers."""
_BANNED = re.compile(r"[()*<>\\|]|^ | $")
"""What neither of the create page's two notes allows."""
_ALLOWED = (
    "holds one of ( ) * < > \\ | or a space at an end; use letters, digits, inner spaces and "
    "_ . : + - @"
)
_COMMA = "holds a comma, which separates tags where jobs are listed by them; use another character"
_DOUBTFUL = re.compile(r"[^A-Za-z0-9_ .:+@-]")
"""What only one of them allows."""


def wrong_tags(desired: Desired) -> Iterator[Problem]:
    """A sentence for each tag that no documentation allows."""
    tags = desired.given.get("tags")
    if not isinstance(tags, Mapping):
        return
    if len(tags) >= MOST_TAGS:
        yield Problem.of(
            ("tags",),
            f"there are {len(tags)}, and {MOST_TAGS - 1} are allowed beside the ownership tag; "
            "remove some",
        )
    for key, value in tags.items():
        where, text = ("tags", key), str(value)
        if key.startswith(("pulumi-", "_sys_")):
            yield Problem.of(where, "this key is reserved; choose another")
        elif not 1 <= len(key) <= MOST_KEY:
            yield Problem.of_key(where, f"has {len(key)} characters; use 1 to {MOST_KEY}")
        elif _BANNED.search(key):
            yield Problem.of_key(where, _ALLOWED)
        elif _BANNED.search(text):
            yield Problem.of(where, _ALLOWED)
        elif "," in key:
            yield Problem.of_key(where, _COMMA)
        elif "," in text:
            yield Problem.of(where, _COMMA)


def ignored_tags(desired: Desired, ignored: Collection[str]) -> Iterator[str]:
    """A sentence for each tag of the program that `dli:ignoreTags` leaves to others."""
    for key in desired.spec.tags or {}:
        if ignores(ignored, key):
            yield (
                f"{path(('tags', key))}: dli:ignoreTags leaves it to others; remove it from one "
                "of the two"
            )


def doubtful_tags(tags: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each tag that only some of the documentation allows."""
    for key, value in tags.items():
        if len(key) > OLD_MOST_KEY:
            yield (
                f"{key_path(('tags', key))} has {len(key)} characters; one page allows "
                f"{MOST_KEY}, another {OLD_MOST_KEY}; shorten it if it is refused"
            )
        if len(value) > OLD_MOST_VALUE:
            yield (
                f"{path(('tags', key))}: has {len(value)} characters; one page allows "
                f"{MOST_VALUE}, another {OLD_MOST_VALUE}; shorten it if it is refused"
            )
        if _DOUBTFUL.search(key + value):
            yield (
                f"{path(('tags', key))}: holds a character that only one of two pages allows; use "
                "letters, digits, inner spaces and _ . : + - @ if it is refused"
            )
