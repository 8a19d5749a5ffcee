"""JobDetail: a job as the service reports it, read leniently; JobStatus and its phases.

Source: DLI API reference, "Querying Job Details" and "Querying the Job List".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from pulumi_dli.errors import MAX_TEXT
from pulumi_dli.job.canonical import canonical, directory, from_wire, line
from pulumi_dli.job.redaction import cut, secret_texts
from pulumi_dli.job.shapes import fits, typed
from pulumi_dli.job.spec import FIELDS

if TYPE_CHECKING:
    from pulumi_dli.job.checkpoint import Checkpoint


class Phase(StrEnum):
    """What a status means for the verbs."""

    DRAFT = "draft"
    STARTING = "starting"
    RUNNING = "running"
    SAVEPOINTING = "taking a savepoint"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FAILED = "failed"
    FINISHED = "finished"
    UNKNOWN = "unknown"


PHASES: dict[str, Phase] = {
    "job_init": Phase.DRAFT,
    "job_submitting": Phase.STARTING,
    "job_downloading": Phase.STARTING,
    "job_arrearage_recovering": Phase.STARTING,
    "job_running": Phase.RUNNING,
    "job_idle": Phase.RUNNING,
    "job_savepointing": Phase.SAVEPOINTING,
    "job_canceling": Phase.STOPPING,
    "job_cancel_success": Phase.STOPPED,
    "job_arrearage_stopped": Phase.STOPPED,
    "job_cancel_fail": Phase.FAILED,
    "job_submit_fail": Phase.FAILED,
    "job_running_exception": Phase.FAILED,
    "job_finish": Phase.FINISHED,
}
"""Every documented status. One that is not here is `Phase.UNKNOWN`: warned of, never guessed."""

AT_REST = frozenset({Phase.DRAFT, Phase.STOPPED, Phase.FAILED, Phase.FINISHED})
"""Phases in which the service takes every field of an update."""

MOST_WORDS = 4096
"""Characters of the service's words on a status that the state keeps."""

_RAN = frozenset({Phase.RUNNING, Phase.SAVEPOINTING, Phase.UNKNOWN})
_TOP_LEVEL = frozenset({"name", "desc", "queue_name", "main_class", "entrypoint_args"})


@dataclass(frozen=True, slots=True)
class JobDetail:
    """A job as it stands. Times are epoch milliseconds; 0 when the service gave none.

    `values` holds the fields of the JobSpec table as a program would write them; a field
    that the answer lacks is absent from it, since absent says nothing; `counts_restarts` says so
    of `restart_times`. The details page has no
    tags: they, the `mark` and `restart` (the values of the provider's own tags, "" where there is
    none) are there once they were read beside it, else absent and None. So is the newest
    `checkpoint`, which is looked for only where nothing else is left to begin from. `told` are the
    keys of the answer, those of its `job_config` behind `job_config.`. `found` is the job as it
    was looked at, where `settled` took it for what it comes to.
    """

    job_id: int
    name: str
    status: str
    status_desc: str = ""
    create_time: int = 0
    start_time: int = 0
    update_time: int = 0
    has_savepoint: bool = False
    savepoint_path: str = ""
    restart_times: int = 0
    counts_restarts: bool = False
    real_cu_number: int = 0
    mark: str | None = None
    restart: str | None = None
    checkpoint: Checkpoint | None = None
    told: frozenset[str] = field(default=frozenset(), compare=False, repr=False)
    found: JobDetail | None = field(default=None, compare=False, repr=False)
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def phase(self) -> Phase:
        """What the status means."""
        return PHASES.get(self.status, Phase.UNKNOWN)

    @property
    def has_run(self) -> bool:
        """Whether the job ever ran, so that it may hold state; so does one that nobody can tell."""
        return self.start_time > 0 or self.runs

    @property
    def starting(self) -> bool:
        """Whether it was found in a start."""
        return (self.found or self).phase is Phase.STARTING

    @property
    def crashed(self) -> bool:
        """Whether it ran before it failed."""
        return self.status == "job_running_exception"

    @property
    def holds_state(self) -> bool:
        """Whether it may hold state of its own, or was handed some."""
        return self.has_run or self.has_savepoint

    @property
    def runs(self) -> bool:
        """Whether it runs now, as far as anybody can tell."""
        return self.phase in _RAN

    @property
    def words(self) -> str:
        """The service's own words on the status, in one line."""
        return line(" ".join(self.status_desc.split()), MAX_TEXT)

    @classmethod
    def from_wire(cls, data: Mapping[str, Any]) -> JobDetail:
        """Read a `job_detail` object, or an element of the job list.

        Numbers and flags may come as text; unknown keys are passed over, and so are values that
        are not what their field can hold. The service's own words come without secrets.
        """
        config = data.get("job_config") or {}
        source = {key: config[key] for key in FIELDS if key in config} | {
            key: data[key] for key in _TOP_LEVEL if key in data
        }
        if source.get("resource_config_version") == "v1":
            source.pop("resource_config", None)  # the CUs in other words, which nobody chose
        values = {key: from_wire(key, value) for key, value in source.items()}
        values = {key: typed(key, value) for key, value in values.items() if fits(key, value)}
        status, words = line(data.get("status")).strip().lower(), str(data.get("status_desc") or "")
        hide = secret_texts(values) if words or status not in PHASES else ()
        told = {
            **data,
            "name": line(data.get("name")),
            "status": status if status in PHASES else cut(status, hide),
            "status_desc": cut(words, hide)[:MOST_WORDS],
            "savepoint_path": directory(data.get("savepoint_path")),
            "real_cu_number": config.get("real_cu_number"),
        }
        job = cls.from_properties(integer(data.get("job_id")), told, values)
        return replace(job, told=frozenset({*data, *(f"job_config.{key}" for key in config)}))

    @classmethod
    def from_properties(
        cls, job_id: int, told: Mapping[str, Any], values: Mapping[str, Any]
    ) -> JobDetail:
        """A job as flat properties tell of it: the outputs of a state, or most of an answer.

        Args:
            job_id: its id.
            told: the properties, leniently read: a number may be a float or text.
            values: the fields of the definition.
        """
        return cls(
            job_id=job_id,
            name=str(told.get("name") or ""),
            status=str(told.get("status") or ""),
            status_desc=str(told.get("status_desc") or ""),
            create_time=integer(told.get("create_time")),
            start_time=integer(told.get("start_time")),
            update_time=integer(told.get("update_time")),
            has_savepoint=_flag(told.get("has_savepoint")),
            savepoint_path=str(told.get("savepoint_path") or ""),
            restart_times=integer(told.get("restart_times")),
            counts_restarts=told.get("restart_times") is not None,
            real_cu_number=integer(told.get("real_cu_number")),
            values=values,
        )

    def value(self, name: str) -> Any:
        """A field as a program would write it; None where the answer lacks it."""
        return self.values.get(name)

    def holds(self, name: str, wanted: Any) -> bool | None:
        """Whether the job has that value; None when the answer does not say."""
        if name not in self.values:
            return None
        unordered = FIELDS[name].unordered
        return same(name, self.values[name], wanted, unordered=unordered)


def settled(job: JobDetail) -> JobDetail:
    """A job in passing as it will be once it has come through, as far as anybody can tell.

    That is what an `up` waits for before it plans; a preview does not wait. When a start that is
    under way will have been is not known yet.
    """
    comes_to = {
        Phase.STARTING: "job_running",
        Phase.SAVEPOINTING: "job_running",
        Phase.STOPPING: "job_cancel_success",
    }
    status = comes_to.get(job.phase)
    if status is None:
        return job
    began = 0 if job.phase is Phase.STARTING else job.start_time
    return replace(job, status=status, start_time=began, found=job)


def same(name: str, live: Any, wanted: Any, *, unordered: bool = False) -> bool:
    """Whether a live value is what is wanted, in whatever spelling."""
    if live == wanted and not isinstance(live, dict | list):  # in which 1 is equal to True
        return True
    left = canonical(name, live, unordered=unordered)
    right = canonical(name, wanted, unordered=unordered)
    if name == "runtime_config":
        return _covers(left or {}, right or {})
    if name == "resource_config" and isinstance(left or {}, Mapping):
        return _covers(left or {}, right or {})
    return bool(left == right)


def _covers(live: Any, wanted: Any) -> bool:
    """Whether live holds all that is wanted: the service adds to what a program wrote."""
    if isinstance(wanted, Mapping) and isinstance(live, Mapping):
        return all(_covers(live.get(key), item) for key, item in wanted.items())
    return bool(live == wanted)


def integer(value: object) -> int:
    """A whole number that may come as text or as a float; 0 where it is none."""
    try:
        return int(float(str(value)))
    except (OverflowError, ValueError):
        return 0


def _flag(value: object) -> bool:
    return str(value).lower() == "true"


def date(milliseconds: int) -> str:
    """A time of the service, for people."""
    try:
        moment = datetime.fromtimestamp(milliseconds / 1000, tz=UTC)
    except (OSError, OverflowError, ValueError):  # beyond what a calendar has
        return f"{milliseconds} ms"
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC")
