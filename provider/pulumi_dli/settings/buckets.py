"""`bucket` or `bucket/folder`: where objects go, as a person writes it."""

from __future__ import annotations

import re

FORM = "a bucket, or `bucket/folder`, in lower-case letters"
"""What such a text has to be, for people."""
_PLACE = re.compile(
    r"(?:obs://)?[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:/(?!\.\.?(?:/|$))[A-Za-z0-9._-]{1,64}){0,8}/?"
)


def place(text: str) -> str:
    """Where a text leads, as `obs://bucket` or `obs://bucket/folder`; empty where it is none."""
    if not _PLACE.fullmatch(text):
        return ""
    return f"obs://{text.removeprefix('obs://').rstrip('/')}"
