"""What names a job: its type and id, the mark of its resource, a name that is made."""

from __future__ import annotations

import hashlib
import re

from pulumi_dli.errors import SettingsError

TYPE = "pulumi-python:dynamic/dli:FlinkJarJob"
"""The type of a job of the dynamic provider."""
NATIVE_TYPE = "dli:index:FlinkJarJob"
"""The type of a job of the native plugin."""
MARK_LENGTH = 32
NAME_LENGTH = 57
LONGEST_SHOWN = 40
"""Characters of an id that is none."""


def mark_of(organization: str, urn: str) -> str:
    """Whose a job is, known before it exists; the same on both fronts.

    Args:
        organization: the organization of the stack.
        urn: the resource.
    """
    whole = f"{organization}/{urn.replace(NATIVE_TYPE, TYPE)}"
    return hashlib.sha256(whole.encode()).hexdigest()[:MARK_LENGTH]


def default_name(resource_name: str, stack: str, owner: str) -> str:
    """The job's name where the program gives none: `<resource>-<stack>-<6 digits of the mark>`.

    Stable from the first preview on, unique among stacks, at most 57 legal characters.
    """
    ending = f"-{_legal(stack)[:20]}-{owner[:6]}"
    return _legal(resource_name)[: NAME_LENGTH - len(ending)] + ending


def legal_name(text: str) -> str:
    """A text as the name of a job, as near as it can be; one that is too long keeps both its ends.

    What tells two names apart, such as random digits, stands at an end as a rule.
    """
    legal = _legal(text)
    head = NAME_LENGTH // 2
    return legal if len(legal) <= NAME_LENGTH else legal[:head] + legal[head - NAME_LENGTH :]


def _legal(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "-", text)


def demand_native_type(urn: str) -> None:
    """Demand the URN of a job of the native plugin, within whatever components.

    Raises:
        SettingsError: it is of another type.
    """
    named = urn.split("::", 3)[2].rpartition("$")[2]
    if named != NATIVE_TYPE:
        raise SettingsError(
            f"there is no resource type {named}, only {NATIVE_TYPE}; where the state holds one, "
            "`pulumi state delete` takes it out and leaves the job"
        )


def demand_job_id(text: str) -> int:
    """The id of a job, as the engine keeps it.

    Raises:
        SettingsError: it is none.
    """
    if not re.fullmatch(r"[0-9]{1,19}", text):
        shown = ascii(text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}...")
        raise SettingsError(
            f"{shown} is not the id of a Flink job; use the number that DLI shows, or, where a "
            "state holds it, set it right there (`pulumi stack export`, `pulumi stack import`)"
        )
    return int(text)
