"""The mark and the name of a resource whose program gives none, as a check fills them in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pulumi.runtime.proto import provider_pb2 as rpc

from pulumi_dli.errors import SettingsError
from pulumi_dli.job.naming import default_name, legal_name, mark_of
from pulumi_dli.native.wire import Props

ORGANIZATION = "organization"
"""What stands for the stack's organization, which the engine does not tell a plugin."""
_MODE = rpc.CheckRequest.AutonamingOptions.Mode


@dataclass(frozen=True, slots=True)
class Naming:
    """What a check is told that names may be made of.

    Attributes:
        urn: the resource.
        proposed: the name that the stack's `pulumi:autonaming` comes to; "" where there is none.
        demanded: whether that is to be taken as it is.
        disabled: whether the program has to give one.
    """

    urn: str
    proposed: str = ""
    demanded: bool = False
    disabled: bool = False

    @classmethod
    def of(cls, request: rpc.CheckRequest) -> Naming:
        """Read a request."""
        if not request.HasField("autonaming"):
            return cls(request.urn)
        told = request.autonaming
        return cls(
            request.urn,
            proposed=told.proposed_name,
            demanded=told.mode == _MODE.ENFORCE,
            disabled=told.mode == _MODE.DISABLE,
        )

    def fill(
        self, news: Props, olds: Mapping[str, Any], present: Callable[[str], str]
    ) -> dict[str, Any]:
        """The inputs that the program leaves out. A name that was made once stays.

        Args:
            news: the program's inputs.
            olds: those of the last run; the engine tells none of a job that it replaces.
            present: tells the name of the job that carries a mark; "" where there is none.

        Raises:
            SettingsError: the program has to name the job.
        """
        own = mark_of(ORGANIZATION, self.urn)
        made = {} if "owner" in news.marked else {"owner": own}
        if news.marked.get("name") is None:
            owner = str(news.known.get("owner", own))
            made["name"] = olds.get("name") or present(owner) or self._name(owner)
        return made

    def _name(self, owner: str) -> str:
        if self.disabled:
            raise SettingsError(
                "name: is required, because `pulumi:autonaming` of the stack makes none; set it"
            )
        if self.proposed:
            return self.proposed if self.demanded else legal_name(self.proposed)
        stack, _, rest = self.urn.removeprefix("urn:pulumi:").partition("::")
        return default_name(rest.rpartition("::")[2], stack, owner)
