"""The record that the state keeps of a job, and its form there: the outputs of the resource.

The engine writes the whole state of a stack twice for each step, so every stored value costs
every other resource time. Arguments that the program leaves out are most of them, and they
nearly always stand at DLI's default, so the state is without what does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pulumi_dli.job.canonical import text_of, whole
from pulumi_dli.job.detail import JobDetail
from pulumi_dli.job.next_start import LIVE, NextStart
from pulumi_dli.job.options import PROVIDED, Options
from pulumi_dli.job.spec import FIELDS, JobSpec
from pulumi_dli.job.started import Definition
from pulumi_dli.job.stored import UNSET, UNTOLD, demand_readable, readable
from pulumi_dli.job.watched import Watched

UNMARKED = "-"
"""The mark of a job that carries none, and is this resource's all the same."""
OURS = (*Options.model_fields, *PROVIDED)
"""Inputs that the service does not know."""

_EMPTY: tuple[Any, ...] = (None, "", [], {})
_DEFAULTS = {name: row.default for name, row in FIELDS.items() if row.default not in _EMPTY}
_NEVER_EMPTY = frozenset(
    name
    for name, field in JobSpec.model_fields.items()
    if any(getattr(bound, "min_length", None) for bound in field.metadata)
)


@dataclass(frozen=True, slots=True)
class State:
    """What is known of a job since the last operation.

    Attributes:
        job: the job as it was left. Its `values` are in the program's spelling while the live
            job holds an equal value.
        set_arguments: the fields of the definition that the program set.
        ours: the inputs that the service does not know (`OURS`), as the program spelled
            them; `desired_state` as it was found.
        next_start: what the next start begins with, as long as none has counted since.
        started: what the last start that counted began; None: it is not known.
        watched: the bytes that the last start took; None: they are not known.
        overwritten: the arguments whose objects a refresh found to hold other bytes since.
        ran_on: the savepoint that the job was seen to run on behind: one on demand, or one that it
            began from; "" for none.
        rejected: the wish that failed last, and was gone back from; None where there is none.
        rolled_back: whether it was the last operation that was gone back from.
        unmanaged: for `tags` and `runtime_config`, the keys that were there before this
            resource, or that the service adds: no drift. Without an entry nobody has looked yet.
        mark: the ownership mark that stands on the job where it cannot be rewritten, `UNMARKED`
            for a job that has none and is known by its id alone; else "".
        foreign: the mark of another resource that a refresh found on the job; else "".
        took_from: of a take-over that has not succeeded yet, the mark that the job carried
            before ("": none); else None.
        replaced: whether the job was deleted for a replacement that never came to be.
        failure: why the last operation broke off, where the engine could not be told.
        asked: what is noted of the restarts that the program asked for; see
            `pulumi_dli.job.restarts`.
    """

    job: JobDetail
    set_arguments: frozenset[str] = frozenset()
    ours: Mapping[str, Any] = field(default_factory=dict)
    next_start: NextStart = LIVE
    started: Definition | None = None
    watched: Watched | None = None
    overwritten: tuple[str, ...] = ()
    ran_on: str = ""
    rejected: Definition | None = None
    rolled_back: bool = False
    unmanaged: Mapping[str, frozenset[str]] = field(default_factory=dict)
    mark: str = ""
    foreign: str = ""
    took_from: str | None = None
    replaced: bool = False
    failure: str = ""
    asked: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, job_id: int, outputs: Mapping[str, Any], *, anew: bool = False) -> State:
        """Read stored outputs leniently, those of older versions too: what is missing is unknown.

        Args:
            job_id: the job's id, which is the resource's.
            outputs: the outputs as `write` or an older version made them.
            anew: whether the live job is about to be read, which tells most of it anyway.

        Raises:
            StateUnreadable: they hold what cannot be worked with.
        """
        demand_readable(job_id, outputs, anew=anew)
        known = unfold(readable(outputs) if anew else outputs)
        values = {name: known[name] for name in FIELDS if known.get(name) is not None}
        return cls(
            job=JobDetail.from_properties(job_id, known, values),
            set_arguments=frozenset(known.get("set_arguments") or ()),
            ours={name: known[name] for name in OURS if known.get(name) is not None},
            next_start=NextStart.read(known.get("next_start")),
            started=Definition.read(known.get("started")),
            watched=Watched.read(known.get("watched")),
            overwritten=tuple(map(str, known.get("overwritten") or ())),
            ran_on=str(known.get("ran_on") or ""),
            rejected=Definition.read(known.get("rejected")),
            rolled_back=known.get("rolled_back") is True,
            unmanaged=_keys(known.get("unmanaged")),
            mark=str(known.get("mark") or ""),
            foreign=str(known.get("foreign") or ""),
            took_from=None if known.get("took_from") is None else str(known["took_from"]),
            replaced=known.get("replaced") is True,
            failure=str(known.get("failure") or ""),
            asked=known.get("asked") or {},
        )

    def write(self) -> dict[str, Any]:
        """The outputs, as the state keeps them."""
        job = self.job
        arguments = {name: job.values.get(name) for name in FIELDS}
        arguments["tags"] = arguments["tags"] or {}
        outputs = {name: value for name, value in arguments.items() if self._stands_alone(name)}
        outputs |= {name: self.ours.get(name) for name in OURS}
        outputs |= {
            "status": job.status,
            "status_desc": job.status_desc,
            "create_time": job.create_time,
            "start_time": job.start_time,
            "update_time": job.update_time,
            "has_savepoint": job.has_savepoint,
            "savepoint_path": job.savepoint_path or self.next_start.path,
            "restart_times": job.restart_times,
            "real_cu_number": job.real_cu_number,
            "set_arguments": [name for name in FIELDS if name in self.set_arguments],
            "failure": self.failure,
        }
        if self.unmanaged:
            outputs["unmanaged"] = {name: sorted(keys) for name, keys in self.unmanaged.items()}
        if self.took_from is not None:
            outputs["took_from"] = self.took_from
        rare = {
            "next_start": str(self.next_start),
            "mark": self.mark,
            "foreign": self.foreign,
            "replaced": self.replaced,
            "started": str(self.started or ""),
            "watched": str(self.watched or ""),
            "overwritten": list(self.overwritten),
            "ran_on": self.ran_on,
            "rejected": str(self.rejected or ""),
            "rolled_back": self.rolled_back,
            "asked": dict(self.asked),
        }
        outputs |= {name: value for name, value in rare.items() if value}
        return outputs | _fold({n: v for n, v in arguments.items() if not self._stands_alone(n)})

    def _stands_alone(self, name: str) -> bool:
        """Whether an argument is an output of its own: tags always are, so that they are known."""
        return name in self.set_arguments or name == "tags"

    def inputs(self) -> dict[str, Any]:
        """The inputs that a refresh gives for the job as it is known: what the program set."""
        names = (*(name for name in FIELDS if name in self.set_arguments), *OURS)
        return {name: value for name in names if (value := self.value(name)) is not None}

    def value(self, name: str) -> Any:
        """An argument as it stands; None where it is not known."""
        return self.job.values.get(name) if name in FIELDS else self.ours.get(name)

    def aged(self, job: JobDetail) -> JobDetail:
        """A live job that has run if it had before: one odd answer does not make it a new one."""
        ran = self.job.start_time
        return replace(job, start_time=ran) if job.start_time <= 0 < ran else job

    def watches(self, job: JobDetail) -> Watched | None:
        """The bytes that a job was started with; None where it was started since by others."""
        known = self.watched
        return known if known is not None and known.at == job.start_time else None

    def stale(self, job: JobDetail) -> tuple[str, ...]:
        """The arguments whose objects were overwritten while a job ran, if it runs on as it did."""
        return self.overwritten if job.runs and self.watches(job) is not None else ()

    def is_another(self, job: JobDetail) -> bool:
        """Whether a job is not this one: an id is not enough, and a creation time is its own."""
        known = self.job.create_time
        return bool(known and job.create_time and known != job.create_time)

    @property
    def owner(self) -> str:
        """The ownership mark that the job was given; "" where there is none."""
        return str(self.ours.get("owner") or "")

    @property
    def taken_in(self) -> bool:
        """Whether an import took the job in, and nothing has changed it here since."""
        return bool(self.mark) and not self.owner

    @property
    def marks(self) -> frozenset[str]:
        """The marks that show a job to be this resource's."""
        return frozenset({self.owner, self.mark} - {""})

    @property
    def desired_state(self) -> str:
        """`running` or `stopped`, with the reason where it is not what was wished."""
        return str(self.ours.get("desired_state") or "")

    @property
    def restart_trigger(self) -> str | None:
        """The text of the last restart that was asked for."""
        trigger = self.ours.get("restart_trigger")
        return None if trigger is None else text_of(trigger)

    @property
    def savepoint_trigger(self) -> str | None:
        """The text of the last savepoint that was asked for."""
        trigger = self.ours.get("savepoint_trigger")
        return None if trigger is None else text_of(trigger)

    @property
    def restore_from(self) -> str | None:
        """The directory of the last start that was asked for."""
        return self.ours.get("restore_from")

    @property
    def on_delete(self) -> str:
        """What a delete does first; by default a savepoint for a stateful job."""
        return str(self.ours.get("on_delete") or ("savepoint" if self.stateful else "stop"))

    @property
    def stateful(self) -> bool:
        """Whether the job keeps state over restarts."""
        mode = self.ours.get("upgrade_mode")
        return mode == "savepoint" or (not mode and bool(self.job.values.get("obs_bucket")))

    def seconds(self, operation: str) -> float | None:
        """What `timeouts` allows an operation; None where the program does not say."""
        given = (self.ours.get("timeouts") or {}).get(operation)
        return None if given is None else float(given)


def _keys(stored: object) -> dict[str, frozenset[str]]:
    pairs = stored.items() if isinstance(stored, Mapping) else ()
    return {str(name): frozenset(map(str, keys)) for name, keys in pairs}


def _fold(left_out: Mapping[str, Any]) -> dict[str, Any]:
    """Gather the arguments that the program leaves out."""
    folded: dict[str, Any] = {
        UNSET: {
            name: value
            for name, value in left_out.items()
            if value not in _EMPTY and value != _DEFAULTS.get(name)
        }
    }
    untold = [name for name, value in left_out.items() if value in _EMPTY and name in _DEFAULTS]
    return folded | ({UNTOLD: untold} if untold else {})


def unfold(outputs: Mapping[str, Any]) -> dict[str, Any]:
    """Every argument as it stands; those of a state that was never folded as they are."""
    known = {name: value for name, value in outputs.items() if name not in (UNSET, UNTOLD)}
    if outputs.get(UNSET) is None:
        return known
    left_out = FIELDS.keys() - set(outputs.get("set_arguments") or ())
    told = left_out - set(outputs.get(UNTOLD) or ())
    return {
        **{name: _DEFAULTS[name] for name in told & _DEFAULTS.keys()},
        **outputs[UNSET],
        **known,
    }


def standing(name: str, unset: Mapping[str, Any] | None) -> Any:
    """How an argument stands that the program leaves out, by the state's `unset`.

    A program may write it as it is: numbers are whole where they can be, and an empty text that
    the argument does not take is None.
    """
    value = (unset or {}).get(name)
    if value is None and name in FIELDS:
        value = FIELDS[name].default
    return None if value == "" and name in _NEVER_EMPTY else whole(value)
