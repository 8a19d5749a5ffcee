"""Who may sign in at the local DLI, and where."""

from __future__ import annotations

from dataclasses import dataclass, field

LOCAL = "local"
KNOWN_PASSWORD = "LOCALPASSWORD"  # noqa: S105 -- public
"""No word of any sentence: the engine cuts what is a stack's secret out of all that it shows."""


@dataclass(frozen=True, slots=True)
class Project:
    """A project of the account."""

    name: str = LOCAL
    id: str = "0123456789abcdef0123456789abcdef"


@dataclass(frozen=True, slots=True)
class Identity:
    """One account: a user with a password, and one pair of keys for signing.

    The values are public and open nothing: the local DLI listens on this machine only.
    """

    region: str = LOCAL
    projects: tuple[Project, ...] = (Project(),)
    user: str = LOCAL
    user_id: str = "fedcba9876543210fedcba9876543210"
    password: str = field(default=KNOWN_PASSWORD, repr=False)
    domain: str = LOCAL
    domain_id: str = "00112233445566778899aabbccddeeff"
    access_key: str = "LOCALACCESSKEY"
    secret_key: str = field(default="LOCALSECRETKEY", repr=False)
    agency: str = LOCAL
    """The one agency of the domain that the user may assume."""

    @property
    def passwords(self) -> frozenset[str]:
        """What signs the user in: beside the known password that of earlier versions too."""
        earlier = {LOCAL} if self.password == KNOWN_PASSWORD else set()
        return frozenset({self.password, *earlier})

    def project(self, *, name: str | None = None, project_id: str | None = None) -> Project | None:
        """The project of a name or id; None: there is none."""
        for project in self.projects:
            if project.name == name or project.id == project_id:
                return project
        return None
