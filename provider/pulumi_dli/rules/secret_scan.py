"""Texts that look like access keys, passwords or tokens, where nothing keeps them secret."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pulumi_dli.job.desired import Desired
from pulumi_dli.job.spec import FIELDS, SECRET_FIELDS

_LOOKS = (
    # The rules of both services' keys: 20 capitals and digits; 40 letters and digits.
    ("an access key", r"(?<!\w)(?=\d*[A-Z])(?=[A-Z]*\d)[A-Z\d]{20}(?!\w)"),
    (
        "a secret key",
        r"(?<!\w)(?=[A-Za-z]*\d)(?=[A-Z\d]*[a-z])(?=[a-z\d]*[A-Z])[A-Za-z\d]{40}(?!\w)",
    ),
    ("a token", r"(?<!\w)(?:eyJ[\w-]{8,}\.[\w-]{8,}|MII[\w+/=-]{60,}|gAAAAA[\w=-]{40,})"),
    ("a token", r"(?<!\w)(?:gh[pousr]_\w{20,}|glpat-[\w-]{20,}|xox[abprs]-[\w-]{10,})"),
    ("a private key", r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    ("a password", r"://[^/\s:@]*:(?!\{\{)[^/\s@]+@"),
    (
        "a password or a key",
        (
            r"(?i)(?:passw(?:or)?d|passphrase|pwd|secret|token|[a-z]{3,6}[_-]?key|(?<![a-z])[as]k)"
            r"[\"']?\s*[=:]\s*[\"']?(?!\{\{)[^\s\"']{4,}"
        ),
    ),
)
_PATTERNS = tuple((noun, re.compile(pattern)) for noun, pattern in _LOOKS)


def lookalikes(desired: Desired) -> Iterator[str]:
    """A sentence for each plain argument that seems to hold a credential; none shows its value.

    `entrypoint_args` and `runtime_config` are always kept secret, so nothing is looked for in
    them.
    """
    for name in (*FIELDS, "restart_trigger", "restore_from"):
        if name in SECRET_FIELDS:
            continue
        for path, text in _texts(name, desired.value(name)):
            noun = next((noun for noun, look in _PATTERNS if look.search(text)), None)
            if noun is not None:
                yield (
                    f"{path}: looks like {noun}, and this argument is stored and shown in clear; "
                    "pass it in entrypoint_args or runtime_config, which are kept secret"
                )


def _texts(path: str, value: Any) -> Iterator[tuple[str, str]]:
    """Every text in a value, with its path; the names of tags are spoken of as a whole."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(f"{path}[{index}]", item)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield path, str(key)
            # `password: hunter2` is told by its key.
            yield from ((path, f"{key}={text}") for _, text in _texts(path, item))
