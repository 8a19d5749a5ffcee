"""Texts that are longer than anything can be that they name."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_dli.job.canonical import LONGEST_PATH, arguments_text
from pulumi_dli.job.desired import Desired
from pulumi_dli.rules.formats import packages
from pulumi_dli.rules.messages import Location, Problem, too_long

LONGEST = {
    "checkpoint_path": LONGEST_PATH,
    "restore_from": LONGEST_PATH,
    "smn_topic": 255,  # SMN: a topic's name
    "execution_agency_urn": 255,  # IAM names agencies with 64; a lenient reading
    "main_class": 1024,  # a class is a file in a jar; its path is as long as an object's key
    "flink_version": 32,  # the client of DLI's own console
    "image": 512,  # SWR: a domain, an organization of 64, a name of 128 and a tag of 128
    "savepoint_trigger": 4096,
    "restart_trigger": 4096,  # a digest, or words of a person; it stands in every state
}
"""Characters. Where DLI documents none, what the text names has a longest one."""
LONGEST_VALUE = 131_072
"""Characters of all arguments, and of a setting: Linux hands no longer text to a process."""


def too_long_texts(desired: Desired) -> Iterator[Problem]:
    """A sentence for each text that is too long."""
    for where, text, most in _texts(desired):
        if len(text) > most:
            yield Problem.of(where, too_long(text, most))


def _texts(desired: Desired) -> Iterator[tuple[Location, str, int]]:
    for where, text in packages(desired):
        yield where, text, LONGEST_PATH
    for name, most in LONGEST.items():
        yield (name,), str(desired.value(name) or ""), most
    arguments = desired.spec.entrypoint_args
    yield ("entrypoint_args",), arguments_text(arguments or ""), LONGEST_VALUE
    for key, text in (desired.spec.runtime_config or {}).items():
        yield ("runtime_config", key), text, LONGEST_VALUE
