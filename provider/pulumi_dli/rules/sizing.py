"""What a job takes: TaskManagers, slots, CUs and memory, and sizes that cannot work.

One CU is one core and 4 GB. Sizes are read from the fields of the JobSpec table, whether a
program wrote them or the service reports them. Where the documentation leaves rounding open,
whole TaskManagers are counted up to the parallelism asked for, and down to the CUs at hand.

Source: DLI user guide, "Creating a Flink Jar Job" (CUs, parallelism, TaskManager
configuration), and the API reference of `resource_config`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pulumi_dli.job.canonical import Arguments, megabytes, scalar, text_of
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import integer

GB_PER_CU = 4
SLOTS_PER_CU = 4
"""The parallelism that a CU carries at most."""
LEAST_MEMORY_GB = 2
"""GB that a process of v2 sizing needs."""
MOST_CUS = 10000
OLD_MOST_CUS = 400
"""The limit of the API's details page; the console's newer page says 10000."""
MOST_MANAGER_CUS = 4
"""CUs of a JobManager that the console offers."""

FIELDS_V1 = ("cu_number", "manager_cu_number", "parallel_number", "tm_cus", "tm_slot_num")
SIZES = (*FIELDS_V1, "resource_config_version", "resource_config", "runtime_config")
"""The fields that a job's size depends on."""

OVERRIDES = {
    "kubernetes.jobmanager.cpu": ("manager_cu_number", "jobmanager_resource_spec.cpu"),
    "kubernetes.taskmanager.cpu": ("tm_cus", "taskmanager_resource_spec.cpu"),
    "jobmanager.memory.process.size": ("manager_cu_number", "jobmanager_resource_spec.memory"),
    "taskmanager.memory.process.size": ("tm_cus", "taskmanager_resource_spec.memory"),
}
"""Keys of `runtime_config` that win over a field: the field of v1 and of v2."""

_BYTES = {"b": 0, "k": 10, "m": 20, "g": 30, "t": 40}
_FLINK_MEMORY = re.compile(
    r"([0-9]{1,18})\s*(?:(b|k|m|g|t)b?|(bytes|kibibytes|mebibytes|gibibytes|tebibytes))?"
)


@dataclass(frozen=True, slots=True)
class Size:
    """What a job takes when it runs.

    Attributes:
        taskmanagers: how many.
        slots: of each TaskManager.
        cus: CUs of the whole job, rounded up.
        memory: GB of the whole job.
    """

    taskmanagers: int
    slots: int
    cus: int
    memory: float


@dataclass(frozen=True, slots=True)
class Request:
    """The sizes of v1, with the service's defaults. `tm_slot_num` 0: the service computes it."""

    cu_number: int = 2
    manager_cu_number: int = 1
    parallel_number: int = 1
    tm_cus: int = 1
    tm_slot_num: int = 0

    @classmethod
    def of(cls, job: Arguments) -> Request:
        """The sizes among the fields of a job."""
        given = {name: integer(job.value(name)) for name in FIELDS_V1}
        # A service may tell 0, or what no job can have, where it has nothing to tell.
        return cls(**{name: size for name, size in given.items() if 0 < size <= MOST_CUS})

    @property
    def parallelism_limit(self) -> int:
        """The parallelism that the CUs beside the JobManager carry."""
        return SLOTS_PER_CU * (self.cu_number - self.manager_cu_number)

    @property
    def holds_a_taskmanager(self) -> bool:
        """Whether a TaskManager fits beside the JobManager."""
        return self.manager_cu_number + self.tm_cus <= self.cu_number

    @property
    def works(self) -> bool:
        """Whether every documented rule allows it, the strictest included."""
        return self.holds_a_taskmanager and self.parallel_number <= self.parallelism_limit

    @property
    def taskmanagers(self) -> int:
        """TaskManagers: as many as the slots ask for, else as many as the CUs hold."""
        if self.tm_slot_num:
            return math.ceil(self.parallel_number / self.tm_slot_num)
        return (self.cu_number - self.manager_cu_number) // self.tm_cus

    @property
    def slots(self) -> int:
        """Slots of each TaskManager."""
        return self.tm_slot_num or math.ceil(self.parallel_number / max(self.taskmanagers, 1))


def alternatives(request: Request) -> dict[str, int]:
    """For each size, the nearest value with which the request works, all else being equal.

    A size that cannot mend the request alone is left out; `cu_number` is there unless the
    others ask for more CUs than a job may have.
    """
    workers = max(request.tm_cus, math.ceil(request.parallel_number / SLOTS_PER_CU))
    nearest = {
        "cu_number": max(request.manager_cu_number + workers, 2),
        "manager_cu_number": request.cu_number - workers,
        "parallel_number": request.parallelism_limit,
        "tm_cus": request.cu_number - request.manager_cu_number,
    }
    return {
        name: value
        for name, value in nearest.items()
        if 1 <= value <= MOST_CUS
        and value != getattr(request, name)
        and replace(request, **{name: value}).works
    }


def size(job: Arguments) -> Size | None:
    """What a job of these fields takes; None when a value does not tell.

    One such as `{{cores}}` is filled in by the service, so nothing is known before; and no job
    takes more than `MOST_CUS` by far.
    """
    v2 = job.value("resource_config_version") == "v2"
    config = job.value("runtime_config") or {}
    found: list[float] = []
    for process, key in (("jobmanager", "cpu"), ("taskmanager", "cpu")):
        own = _v2(job, process, key) if v2 else _v1(job, process)
        found.append(_number(config, f"kubernetes.{process}.{key}", own))
    for process in ("jobmanager", "taskmanager"):
        own = _v2(job, process, "memory") if v2 else _v1(job, process) * GB_PER_CU
        found.append(_memory(config, f"{process}.memory.process.size", own))
    manager_cpu, cpu, manager_memory, memory = found
    if any(math.isnan(number) for number in found):
        return None
    count, slots = _v2_count(job) if v2 else _v1_count(job)
    memory = manager_memory + count * memory
    cus = max(manager_cpu + count * cpu, memory / GB_PER_CU)
    if not cus < MOST_CUS**2:
        return None
    # A hair above a whole number is a sum of decimals, not another CU.
    return Size(count, slots, math.ceil(round(cus, 6)), memory)


def problems(desired: Desired) -> Iterator[str]:
    """Why sizes cannot work, with the nearest ones that do.

    A size that is not known yet postpones what needs it.
    """
    if not desired.knows("resource_config_version"):
        return
    if desired.spec.resource_config_version == "v2":
        yield from _too_little_memory(desired)
        return
    request = Request.of(desired)
    if desired.knows("cu_number", "manager_cu_number", "tm_cus") and (
        not request.holds_a_taskmanager
    ):
        yield (
            f"cu_number: {request.cu_number} CUs hold no TaskManager of {request.tm_cus} beside a "
            f"JobManager of {request.manager_cu_number}; {_advice(request)}"
        )
    elif desired.knows("cu_number", "parallel_number") and (
        request.parallel_number > SLOTS_PER_CU * request.cu_number
    ):
        yield (
            f"parallel_number: {request.parallel_number} is more than {request.cu_number} CUs "
            f"carry, {SLOTS_PER_CU} for each; {_advice(request)}"
        )


def doubts(desired: Desired) -> Iterator[str]:
    """Sizes without problems that only some of the documentation allows, or that mislead."""
    if not desired.knows(*SIZES):
        return
    v2 = desired.spec.resource_config_version == "v2"
    overrides = sorted(OVERRIDES.keys() & (desired.spec.runtime_config or {}).keys())
    for key in overrides:
        field = f"resource_config.{OVERRIDES[key][1]}" if v2 else OVERRIDES[key][0]
        yield f"runtime_config: {key} overrides {field}; set only one of them"
    if v2:
        return
    request = Request.of(desired)
    if request.cu_number > OLD_MOST_CUS:
        yield (
            f"cu_number: {request.cu_number} is more than the {OLD_MOST_CUS} that the API "
            f"documents, though the console allows {MOST_CUS}; use {OLD_MOST_CUS} or less if it "
            "is refused"
        )
    if request.manager_cu_number > MOST_MANAGER_CUS:
        yield (
            f"manager_cu_number: {request.manager_cu_number} is more than the "
            f"{MOST_MANAGER_CUS} that the console offers; use {MOST_MANAGER_CUS} or less if it "
            "is refused"
        )
    if request.parallel_number > request.parallelism_limit:
        yield (
            f"parallel_number: {request.parallel_number} is more than {SLOTS_PER_CU} for each CU "
            f"beside the JobManager's, which is {request.parallelism_limit}; {_advice(request)}"
        )
    taken = request.manager_cu_number + request.taskmanagers * request.tm_cus
    enough = replace(request, cu_number=max(taken, 2))
    if not overrides and taken != request.cu_number and enough.works:
        noun = "TaskManager" if request.taskmanagers == 1 else "TaskManagers"
        yield (
            f"cu_number: {request.cu_number} are asked for, but {request.taskmanagers} {noun} of "
            f"{request.tm_cus} and the JobManager take {taken}; use cu_number={enough.cu_number}"
        )


def _advice(request: Request) -> str:
    ways = [f"{name}={value}" for name, value in alternatives(request).items()]
    return f"use {' or '.join(ways)}" if ways else "use smaller sizes"


def _too_little_memory(desired: Desired) -> Iterator[str]:
    config = desired.given.get("resource_config")
    for process in ("jobmanager", "taskmanager"):
        name = f"{process}_resource_spec"
        spec = config.get(name) if isinstance(config, Mapping) else None
        text = scalar(spec.get("memory")) if isinstance(spec, Mapping) else None
        found = megabytes(text) if isinstance(text, str) else None
        if found is not None and found < LEAST_MEMORY_GB * 1024:
            yield (
                f"resource_config.{name}.memory: {found / 1024:g} GB is too little; use "
                f"{LEAST_MEMORY_GB} GB or more"
            )


def _v1(job: Arguments, process: str) -> float:
    request = Request.of(job)
    return request.manager_cu_number if process == "jobmanager" else request.tm_cus


def _v1_count(job: Arguments) -> tuple[int, int]:
    request = Request.of(job)
    return request.taskmanagers, request.slots


def _v2(job: Arguments, process: str, key: str) -> float:
    spec = (job.value("resource_config") or {}).get(f"{process}_resource_spec")
    value = spec.get(key) if isinstance(spec, Mapping) else None
    if key == "cpu":
        cores = _number({key: text_of(value)}, key, 1)
        return cores if cores > 0 else 1
    return (megabytes(text_of(value)) or math.nan) / 1024 if value else float(GB_PER_CU)


def _v2_count(job: Arguments) -> tuple[int, int]:
    config = job.value("resource_config") or {}
    slots, parallelism = (
        found if 0 < (found := integer(config.get(name))) <= MOST_CUS else 1
        for name in ("max_slot", "parallel_number")
    )
    return math.ceil(parallelism / slots), slots


def _number(config: Mapping[str, str], key: str, otherwise: float) -> float:
    if key not in config:
        return otherwise
    try:
        found = float(config[key])
    except ValueError:
        return math.nan
    return found if math.isfinite(found) else math.nan


def _memory(config: Mapping[str, str], key: str, otherwise: float) -> float:
    """GB of a memory size as Flink writes it; a bare number counts bytes."""
    if key not in config:
        return otherwise
    match = _FLINK_MEMORY.fullmatch(text_of(config[key]).strip().lower())
    if match is None:
        return math.nan
    unit = match[2] or (match[3] or "b")[0]
    return float(int(match[1]) * 2 ** _BYTES[unit] / 2**30)
