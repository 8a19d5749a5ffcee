"""What the options of `serve` say of the account, read and checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_dli.local import failures
from pulumi_dli.local.errors import OptionError
from pulumi_dli.local.signin.identity import KNOWN_PASSWORD, Identity, Project

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LONGEST_ID = 64
PASSWORD = "PULUMI_DLI_LOCAL_PASSWORD"  # noqa: S105 -- the variable's name
SEEN_BY_ALL = (
    "pulumi-dli local: everybody on this machine sees --password in the list of processes; "
    f"--password-file FILE or {PASSWORD} keeps it out of there"
)


def identity(
    *,
    region: str,
    projects: Sequence[str],
    user: str,
    domain: str,
    password: str | None,
) -> Identity:
    """The account that clients sign in to.

    Args:
        region: its name.
        projects: `NAME=ID` of each; none stands for one with the region's name.
        user: its name.
        domain: its name.
        password: the user's; None for the one that everybody knows.

    Raises:
        OptionError: one of them makes no sense.
    """
    for option, name in (("region", region), ("user", user), ("domain", domain)):
        if not name.strip() or not name.isprintable():
            raise OptionError(f"--{option}: a name is expected")
    found = tuple(_project(text) for text in projects) or (Project(region),)
    if len({item.id for item in found}) < len(found):
        raise OptionError("--project: two of them have the same id")
    return Identity(
        region=region, projects=found, user=user, domain=domain, password=password or KNOWN_PASSWORD
    )


def password_in(file: Path) -> str:
    """The password that a file holds, without the end of its line.

    Raises:
        OptionError: it cannot be read, or holds none.
    """
    try:
        text = file.read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as error:
        raise OptionError(f"--password-file {file}: {failures.unread(error)}") from None
    except UnicodeDecodeError:
        raise OptionError(f"--password-file {file}: it holds no text in UTF-8") from None
    if not text or "\n" in text:
        raise OptionError(f"--password-file {file}: one line is expected, the password")
    return text


def _project(text: str) -> Project:
    name, equals, project_id = text.partition("=")
    good = name.strip() and name.isprintable() and equals
    if not (good and project_id.isalnum() and len(project_id) <= LONGEST_ID):
        raise OptionError(
            f"--project {text}: NAME=ID is expected, the id up to {LONGEST_ID} letters and digits"
        )
    return Project(name, project_id)
