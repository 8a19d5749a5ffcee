"""Texts that look like access keys, passwords or tokens."""

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
    ("a token", r"(?<!\w)(?:eyJ[\w-]{8,2000}\.[\w-]{8}|MII[\w+/=-]{60}|gAAAAA[\w=-]{40})"),
    ("a token", r"(?<!\w)(?:gh[pousr]_\w{20}|glpat-[\w-]{20}|xox[abprs]-[\w-]{10})"),
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
_OPTION = re.compile(r"[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*")
"""The name of an option of Flink, which is no secret."""
_PATTERNS = tuple((noun, re.compile(pattern, re.ASCII)) for noun, pattern in _LOOKS)


def lookalikes(desired: Desired) -> Iterator[str]:
    """A sentence for each argument that seems to hold a credential; none shows its value."""
    for name in (*FIELDS, "restart_trigger", "savepoint_trigger", "restore_from"):
        if name in SECRET_FIELDS:
            advice = (
                "; it is kept secret here, but DLI shows it to everybody who may read the job; let "
                "the job fetch it from where secrets are kept, if it can"
            )
        else:
            advice = (
                ", and this argument is stored and shown in clear; pass it in entrypoint_args or "
                "runtime_config, which are kept secret"
            )
        found: dict[str, str] = {}
        for path, text in _texts(name, desired.value(name)):
            if noun := _looks_like(text):
                found.setdefault(path, noun)
        yield from (f"{path}: looks like {noun}{advice}" for path, noun in found.items())


def _looks_like(text: str) -> str | None:
    return next((noun for noun, look in _PATTERNS if look.search(text)), None)


def _texts(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """Every text in a value, with its path; the names of tags are spoken of as a whole."""
    match name, value:
        case "entrypoint_args", str() | list():
            words = value.split() if isinstance(value, str) else value
            where = "{}: word {}" if isinstance(value, str) else "{}[{}]"
            for index, word in enumerate(words):
                # `--password hunter2` is told by the word before it.
                before = words[index - 1] if index and "=" not in words[index - 1] else ""
                text = f"{before}={word}" if before.startswith("-") else word
                yield where.format(name, index + isinstance(value, str)), text
        case "runtime_config", Mapping():
            for key, item in value.items():
                shown = f"{name}.{key}" if _OPTION.fullmatch(key) else name
                yield name, key
                yield shown, f"{key}={item}"
        case _:
            yield from _plain_texts(name, value)


def _plain_texts(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _plain_texts(f"{path}[{index}]", item)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield path, str(key)
            # `password: hunter2` is told by its key.
            yield from ((path, f"{key}={text}") for _, text in _plain_texts(path, item))
