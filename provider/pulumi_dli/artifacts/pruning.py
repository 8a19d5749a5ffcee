"""Which uploaded objects nobody names any more, and their removal.

Only what has the form of an upload and stands directly in the project's folder can go: never a
record, nor anything in a folder within, such as a savepoint. It goes once it is old enough and
neither a job of the project nor a record says the digits of its content. Where not all jobs can
be seen nothing goes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from pulumi_dli.artifacts.names import digits, home, homes, mentioned
from pulumi_dli.artifacts.objects import Object, Objects
from pulumi_dli.artifacts.record_folders import RECORDS
from pulumi_dli.artifacts.recorded import Recorded, recorded
from pulumi_dli.client.api import Jobs
from pulumi_dli.client.every_job import every_job
from pulumi_dli.clock import Clock
from pulumi_dli.errors import DliError, ObjectError, ObjectMissing
from pulumi_dli.job.listed import Listed
from pulumi_dli.job.object_url import SCHEME, ObjectUrl

FORBIDDEN = 403
AT_ONCE = 50
"""Objects that are deleted on one look at the jobs."""


class Verdict(NamedTuple):
    """Whether an object goes, and why."""

    url: ObjectUrl
    object: Object
    goes: bool
    why: str

    @property
    def file(self) -> str:
        """The name within the project's folder."""
        return self.url.key.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Home:
    """A project's folder in one bucket, before anything is deleted.

    Attributes:
        folder: where it is.
        verdicts: of each object directly in it, in the order of their keys.
        records: of each record in it.
        apart: how many objects stand in other folders within, by the folder; left alone.
    """

    folder: ObjectUrl
    verdicts: Sequence[Verdict]
    records: Sequence[Recorded]
    apart: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found: all Flink jobs of the project, and its folders.

    Attributes:
        jobs: the jobs.
        homes: the folders.
        unread: buckets of jobs whose records nobody may read here.
    """

    jobs: Sequence[Listed]
    homes: Sequence[Home]
    unread: Sequence[str] = ()

    @property
    def doomed(self) -> list[Verdict]:
        """What goes."""
        return [each for home in self.homes for each in home.verdicts if each.goes]

    def claim(self, record: Recorded) -> str:
        """Whose next start a record tells of, as far as anybody knows here."""
        mark = record.url.key.rpartition("/")[2].removesuffix(".json")
        for job in self.jobs:
            if mark == job.mark or record.left_by == job.job_id:
                return f"for the next start of job {job.name} ({job.job_id})"
        return "unclaimed: its resource begins from it where it is made again"


class Pruning:
    """The objects of one project.

    Args:
        jobs: the DLI client.
        objects: of the place.
        project_id: of DLI.
        older_than: seconds since an object was written, below which it stays.
        clock: time.
    """

    def __init__(
        self, jobs: Jobs, objects: Objects, project_id: str, *, older_than: float, clock: Clock
    ) -> None:
        self._jobs = jobs
        self._objects = objects
        self._project_id = project_id
        self._older_than = older_than
        self._clock = clock

    def survey(self, places: Iterable[str]) -> Survey:
        """Look at everything; nothing is changed.

        Args:
            places: buckets, or folders in them, as `obs://bucket/folder`; none: those that the
                project's jobs name an upload in.

        Raises:
            DliError: not all jobs, objects or records can be seen; or no place is known.
        """
        jobs = every_job(self._jobs)
        named = [home(place, self._project_id) for place in places] or self._named_by(jobs)
        if not named:
            raise DliError(
                "no job of the project names an uploaded file, so no bucket is known to hold any: "
                "say which with --bucket"
            )
        folders = [url for name in dict.fromkeys(named) if (url := ObjectUrl.read(name))]
        found = {folder: list(recorded(self._objects, folder)) for folder in folders}
        unread: set[str] = set()
        holders = _holders(jobs, chain(*found.values(), self._elsewhere(jobs, folders, unread)))
        homes = [self._home(each, found[each], holders) for each in folders]
        return Survey(jobs, homes, sorted(unread))

    def sweep(self, survey: Survey) -> Iterator[Verdict]:
        """Delete what goes, and tell of each object what came of it.

        A few at a time, each time on a new look at the jobs, the records and the objects: a
        deploy may have named one meanwhile, or written it anew.

        Raises:
            DliError: not all jobs or records can be seen any more, or a delete was refused;
                what was told of before is gone all the same.
        """
        doomed = survey.doomed
        for start in range(0, len(doomed), AT_ONCE):
            folders = [home.folder for home in survey.homes]
            jobs = every_job(self._jobs)
            found = (recorded(self._objects, folder) for folder in folders)
            holders = _holders(jobs, chain(*found, self._elsewhere(jobs, folders, set())))
            for verdict in doomed[start : start + AT_ONCE]:
                url, known = verdict.url, verdict.object
                if (now := self._verdict(url, known, holders)).goes and known != self._now(url):
                    now = Verdict(url, known, goes=False, why="written anew, or gone, meanwhile")
                if now.goes:
                    self._objects.delete(url)
                yield now

    def _elsewhere(
        self, jobs: Iterable[Listed], folders: Iterable[ObjectUrl], unread: set[str]
    ) -> Iterator[Recorded]:
        """The records in the buckets of the jobs themselves; what may not be read is `unread`."""
        own = {home(f"{SCHEME}{job.bucket}", self._project_id) for job in jobs if job.bucket}
        for folder in {url for name in own if (url := ObjectUrl.read(name))} - {*folders}:
            try:
                yield from recorded(self._objects, folder)
            except ObjectMissing:  # no such bucket
                continue
            except ObjectError as error:
                if error.status != FORBIDDEN:
                    raise
                unread.add(folder.bucket)

    def _named_by(self, jobs: Iterable[Listed]) -> list[str]:
        texts = (text for job in jobs for text in job.texts)
        return sorted({name for text in texts for name in homes(text, self._project_id)})

    def _home(
        self, folder: ObjectUrl, found: Sequence[Recorded], holders: Mapping[str, Sequence[str]]
    ) -> Home:
        verdicts: list[Verdict] = []
        apart: dict[str, int] = defaultdict(int)
        for each in self._objects.listed(folder.bucket, f"{folder.key}/"):
            within, deeper, file = each.key.removeprefix(f"{folder.key}/").partition("/")
            if within and not deeper:
                url = ObjectUrl(folder.bucket, each.key)
                verdicts.append(self._verdict(url, each, holders))
            elif file and within != RECORDS:
                apart[f"{within}/"] += 1
        return Home(folder, verdicts, found, apart)

    def _verdict(
        self, url: ObjectUrl, found: Object, holders: Mapping[str, Sequence[str]]
    ) -> Verdict:
        content = digits(url.key.rpartition("/")[2])
        names = holders.get(content, ())
        written_at = found.written_at
        if not content:
            why = "not named as an upload is"
        elif names:
            why = names[0] + (f" and {len(names) - 1} more" if len(names) > 1 else "")
        elif written_at is None:
            why = "its age is not told"
        elif self._clock.epoch() - written_at < self._older_than:
            why = "not old enough"
        else:
            return Verdict(url, found, goes=True, why="no job and no record names it")
        return Verdict(url, found, goes=False, why=why)

    def _now(self, url: ObjectUrl) -> Object | None:
        """An object as it stands now, or another; by the list, whose right was enough before."""
        return next(self._objects.listed(url.bucket, url.key), None)


def _holders(jobs: Iterable[Listed], found: Iterable[Recorded]) -> Mapping[str, list[str]]:
    """Who names a content, by its digits."""
    holders: dict[str, list[str]] = defaultdict(list)
    for job in jobs:
        for content in {each for text in job.texts for each in mentioned(text)}:
            holders[content].append(f"job {job.name} ({job.job_id})")
    for record in found:
        for content in mentioned(record.text):
            holders[content].append(f"record {record.url}")
    return holders
