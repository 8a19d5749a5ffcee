"""What a check fills in, and what it finds wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pulumi_dli.artifacts.names import Named, apart, home
from pulumi_dli.artifacts.saved_state import SavedState
from pulumi_dli.artifacts.stores import Stores
from pulumi_dli.artifacts.uploads import Uploads
from pulumi_dli.client.connections import Connections
from pulumi_dli.client.location import PLACE, explicit, stack_place
from pulumi_dli.console import Report
from pulumi_dli.errors import DliError, SettingsError
from pulumi_dli.job.desired import Desired
from pulumi_dli.memory import Anew
from pulumi_dli.once import Once
from pulumi_dli.preview.foresight import Foresight
from pulumi_dli.rules.check import problems
from pulumi_dli.rules.tags import ignored_tags

if TYPE_CHECKING:
    from pulumi_dli.preview.jars import Jars


@dataclass(slots=True)
class Checking:
    """The checks of one run.

    Attributes:
        connections: the settings and what they lead to.
        foresight: what the run tells beforehand.
        uploads: the run's local files.
        stores: the object service of each place, for looks into jars.
        saved: knows what of a start's is not there.
        warn: takes what is doubtful of a jar, and settings that there are not.
    """

    connections: Connections
    foresight: Foresight
    uploads: Uploads
    stores: Stores
    saved: SavedState
    warn: Report
    _jars: Once[Jars] = field(init=False)
    _told_of_settings: Once[None] = field(init=False)

    def __post_init__(self) -> None:
        self._jars = Once(self._open_jars)
        self._told_of_settings = Once(self._tell_of_settings)

    def _tell_of_settings(self) -> None:
        for text in self.connections.unknown():
            self.warn(text)

    def _open_jars(self) -> Jars:
        from pulumi_dli.preview.jars import Jars  # noqa: PLC0415 -- most runs change no job

        folder = self.connections.directory
        return Jars(self.stores, self.uploads, self.saved.needed, folder, self.warn)

    def check(
        self,
        urn: str,
        olds: Mapping[str, Any],
        news: Mapping[str, Any],
        unknown: frozenset[str],
        *,
        created_first: bool = False,
    ) -> tuple[dict[str, Any], list[str]]:
        """See `Session.check`."""
        self._told_of_settings.get()
        texts, files = apart(news)
        desired = Desired.read(texts, unknown.union(files))
        before = Desired.read(olds) if olds else None
        if not desired.knows(*PLACE):
            return {}, problems(desired, before)
        chosen = {name: news.get(name) for name in PLACE}
        try:
            settings = self.connections.settings(*explicit(news))
            place = stack_place(self.connections, olds, chosen)
        except DliError as error:
            return {}, [*problems(desired, before), str(error)]
        if before is not None and not olds.get("endpoint"):  # as an import left it, with no place
            before = before.fill(place.told(olds))
        own = [name for name in PLACE if chosen[name] is not None]
        filled: dict[str, Any] = {**place.told(olds), "own_place": own}
        named = Named()
        if files:
            folder = _folder(desired, settings.artifacts, place.project_id)
            named = self.uploads.named(urn, files, olds, folder)
            if folder is None and desired.knows("obs_bucket") and not named.problems:
                named.problems += map(_homeless, sorted(named.unknown))
            desired = Desired.read({**texts, **named.texts}, unknown.union(named.unknown))
            filled |= named.texts
        if "desired_state" not in desired.open:
            filled["desired_state"] = desired.value("desired_state")
        if settings.default_tags and "tags" not in desired.open:
            filled["tags"] = {**settings.default_tags, **(desired.spec.tags or {})}
        desired = desired.fill(filled)
        desired = replace(desired, created_first=created_first, local=place.local)
        found = [
            *named.problems,
            *problems(desired, before),
            *ignored_tags(desired, settings.ignore_tags),
        ]
        if named.files and (before is None or desired.changes(before, files)):
            found += self._unreachable(news)
        if not found and (before is None or desired.changes(before)):
            jars = self._jars.get()
            new = before is None and self.foresight.memory.old(urn) is None
            found += jars.problems(desired, before, named, explicit(news), settings, new=new)
        failure = ""
        try:
            if before is None:
                anew = Anew(place, desired)
                told, failure = self.foresight.of_new(urn, anew, valid=not found)
            else:
                told, failure = self.foresight.of_known(
                    urn, place, desired, before, valid=not found
                )
        except DliError as error:
            told = [str(error)]
        if found or told:
            return filled, sorted([*found, *told])
        failed = {"failure": failure} if failure else {}
        return {**filled, **failed, **desired.given_as_in(before)}, []

    def present_name(self, urn: str, news: Mapping[str, Any], unknown: frozenset[str]) -> str:
        """See `Session.present_name`."""
        texts, files = apart(news)
        desired = Desired.read(texts, unknown.union(files))
        memory = self.foresight.memory
        old, found = memory.old(urn), memory.refreshed(urn, desired)
        state = found if old is None else old.state
        if state is not None:
            return state.job.name
        try:
            own = self.foresight.preview.own(desired) if desired.knows(*PLACE) else None
        except DliError:  # the check says it
            return ""
        return "" if own is None else own.name

    def _unreachable(self, news: Mapping[str, Any]) -> list[str]:
        """Why no file can be brought to OBS, as far as the settings tell; nothing is sent."""
        try:
            self.stores.at(*explicit(news))
        except SettingsError as error:
            return [str(error)]
        return []


def _folder(desired: Desired, artifacts: str, project_id: str) -> str | None:
    """Where the files of a job go; None where no bucket is known."""
    bucket = desired.spec.obs_bucket
    if not artifacts and not bucket:
        return None
    return home(artifacts or f"obs://{bucket}", project_id)


def _homeless(argument: str) -> str:
    return (
        f"{argument}: a local file goes into a bucket, and there is none; set obs_bucket, or "
        "`pulumi config set dli:artifacts BUCKET`"
    )
