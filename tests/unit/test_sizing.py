"""CUs, slots and parallelism: the documented examples, and rules that hold everywhere."""

# ruff: noqa: E501 -- a sentence that stands whole can be searched for

from __future__ import annotations

import math
from dataclasses import asdict, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import JobDetail
from pulumi_dli.rules.sizing import (
    FIELDS_V1,
    MOST_CUS,
    SIZES,
    Request,
    Size,
    alternatives,
    doubts,
    problems,
    size,
)

NOTHING: frozenset[str] = frozenset()


def live(values: dict[str, Any]) -> JobDetail:
    """A job of these fields, as the service reports them."""
    return JobDetail(1, "orders", "job_running", values=values)


def wish(values: dict[str, Any], unknown: frozenset[str] = NOTHING) -> Desired:
    """What a program wants; what is not known yet is not given."""
    return Desired.read({k: v for k, v in values.items() if k not in unknown}, unknown)


few = st.integers(1, 40)
many = st.integers(1, MOST_CUS)
requests = st.builds(
    Request,
    cu_number=st.integers(2, 40) | st.integers(2, MOST_CUS),
    manager_cu_number=few | many,
    parallel_number=st.integers(1, 200) | st.integers(1, 2000),
    tm_cus=few | many,
    tm_slot_num=st.integers(0, 40),
)


# What the documentation says.


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, Size(1, 1, 2, 8)),
        # The create page's example.
        ({"manager_cu_number": 1, "cu_number": 2, "tm_cus": 1, "tm_slot_num": 1}, Size(1, 1, 2, 8)),
        ({"cu_number": 5.0, "parallel_number": 4.0}, Size(4, 1, 5, 20)),
        # Without slots: (cu_number - manager_cu_number) / tm_cus TaskManagers.
        ({"cu_number": 9, "tm_cus": 2, "parallel_number": 8}, Size(4, 2, 9, 36)),
        ({"cu_number": 10, "tm_cus": 2, "parallel_number": 8}, Size(4, 2, 9, 36)),
        # With slots: parallel_number / tm_slot_num, counted up.
        ({"cu_number": 6, "parallel_number": 5, "tm_slot_num": 2}, Size(3, 2, 4, 16)),
        ({"tm_slot_num": 0.0}, Size(1, 1, 2, 8)),
        # v2: cores, or memory at 4 GB a CU, whichever is more.
        ({"resource_config_version": "v2"}, Size(1, 1, 2, 8)),
        (
            {
                "resource_config_version": "v2",
                "resource_config": {
                    "max_slot": 3.0,
                    "parallel_number": 7.0,
                    "jobmanager_resource_spec": {"cpu": 0.5, "memory": "2 GB"},
                    "taskmanager_resource_spec": {"cpu": 1.5, "memory": "8192 MB"},
                },
                "cu_number": 90,
            },
            Size(3, 3, 7, 26),
        ),
        (
            {
                "resource_config_version": "v2",
                "resource_config": {"jobmanager_resource_spec": {"cpu": 0.1 + 0.2 + 0.7}},
            },
            Size(1, 1, 2, 8),
        ),
    ],
)
def test_what_a_job_takes(values: dict[str, Any], expected: Size) -> None:
    assert size(live(values)) == expected


@pytest.mark.parametrize(
    ("config", "cus"),
    [
        ({"kubernetes.jobmanager.cpu": "3"}, 5),
        ({"kubernetes.taskmanager.cpu": "0.5"}, 3),
        ({"jobmanager.memory.process.size": "16g"}, 6),
        ({"taskmanager.memory.process.size": "8192 mb"}, 5),
        ({"taskmanager.memory.process.size": str(8 * 2**30)}, 5),
        ({"taskmanager.memory.process.size": "8 gibibytes"}, 5),
        ({"some.other.key": "{{x}}"}, 3),
        ({"kubernetes.taskmanager.cpu": "{{cores}}"}, None),
        ({"kubernetes.jobmanager.cpu": "inf"}, None),
        ({"kubernetes.jobmanager.cpu": "1e400"}, None),
        ({"kubernetes.jobmanager.cpu": "1e300"}, None),
        ({"jobmanager.memory.process.size": "9" * 400}, None),
        ({"jobmanager.memory.process.size": f"{'9' * 17}t"}, None),
        ({"jobmanager.memory.process.size": "{{size}}"}, None),
        ({"jobmanager.memory.process.size": "lots"}, None),
    ],
)
def test_runtime_config_wins_over_the_fields(config: dict[str, str], cus: int | None) -> None:
    found = size(live({"cu_number": 3, "runtime_config": config}))
    assert (found and found.cus) == cus


# Requests that cannot work.


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            {"manager_cu_number": 2},
            (
                "cu_number: 2 CUs hold no TaskManager of 1 beside a JobManager of 2; use cu_number=3 "
                "or manager_cu_number=1"
            ),
        ),
        (
            {"cu_number": 4, "tm_cus": 5},
            (
                "cu_number: 4 CUs hold no TaskManager of 5 beside a JobManager of 1; use cu_number=6 "
                "or tm_cus=3"
            ),
        ),
        (
            {"parallel_number": 20},
            (
                "parallel_number: 20 is more than 2 CUs carry, 4 for each; use cu_number=6 or "
                "parallel_number=4"
            ),
        ),
        (
            {"manager_cu_number": 9000, "tm_cus": 2000},
            (
                "cu_number: 2 CUs hold no TaskManager of 2000 beside a JobManager of 9000; use "
                "smaller sizes"
            ),
        ),
        (
            {
                "resource_config_version": "v2",
                "resource_config": {"taskmanager_resource_spec": {"memory": "1024 MB"}},
            },
            (
                "resource_config.taskmanager_resource_spec.memory: 1 GB is too little; use 2 GB or "
                "more"
            ),
        ),
    ],
)
def test_what_cannot_work_is_refused_with_what_does(values: dict[str, Any], sentence: str) -> None:
    assert list(problems(wish(values))) == [sentence]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            {"parallel_number": 8},
            (
                "parallel_number: 8 is more than 4 for each CU beside the JobManager's, which is 4; "
                "use cu_number=3 or parallel_number=4"
            ),
        ),
        (
            {"cu_number": 6, "parallel_number": 8, "tm_slot_num": 1},
            (
                "cu_number: 6 are asked for, but 8 TaskManagers of 1 and the JobManager take 9; use "
                "cu_number=9"
            ),
        ),
        (
            {"cu_number": 4, "tm_cus": 2},
            (
                "cu_number: 4 are asked for, but 1 TaskManager of 2 and the JobManager take 3; use "
                "cu_number=3"
            ),
        ),
        (
            {"cu_number": 401},
            (
                "cu_number: 401 is more than the 400 that the API documents, though the console "
                "allows 10000; use 400 or less if it is refused"
            ),
        ),
        (
            {"cu_number": 6, "manager_cu_number": 5},
            (
                "manager_cu_number: 5 is more than the 4 that the console offers; use 4 or less if it "
                "is refused"
            ),
        ),
        (
            {"runtime_config": {"kubernetes.taskmanager.cpu": "2"}},
            "runtime_config: kubernetes.taskmanager.cpu overrides tm_cus; set only one of them",
        ),
        (
            {
                "resource_config_version": "v2",
                "runtime_config": {"jobmanager.memory.process.size": "{{x}}"},
            },
            (
                "runtime_config: jobmanager.memory.process.size overrides "
                "resource_config.jobmanager_resource_spec.memory; set only one of them"
            ),
        ),
    ],
)
def test_what_only_some_pages_allow_is_a_doubt(values: dict[str, Any], sentence: str) -> None:
    assert list(problems(wish(values))) == []
    assert list(doubts(wish(values))) == [sentence]


@pytest.mark.parametrize("name", SIZES)
def test_doubts_wait_for_every_size(name: str) -> None:
    assert list(doubts(wish({"cu_number": 401}, frozenset({name})))) == []


def test_refusals_wait_for_the_sizes_they_read() -> None:
    wrong = {"manager_cu_number": 2, "parallel_number": 2000}
    for name in ("cu_number", "resource_config_version"):
        assert list(problems(wish(wrong, frozenset({name})))) == []
    [sentence] = problems(wish(wrong, frozenset({"parallel_number"})))
    assert sentence.startswith("cu_number: ")
    [sentence] = problems(wish(wrong, frozenset({"tm_cus"})))
    assert sentence.startswith("parallel_number: ")


# Over the whole space.


@given(requests)
def test_what_is_refused_has_alternatives_that_work_and_none_is_nearer(request: Request) -> None:
    if request.works:
        assert list(problems(wish(asdict(request)))) == []
        return
    for name, value in alternatives(request).items():
        mended = replace(request, **{name: value})
        assert mended.works
        assert list(problems(wish(asdict(mended)))) == []
        step = 1 if value < getattr(request, name) else -1
        assert not replace(request, **{name: value + step}).works


@given(requests)
def test_more_cus_always_help(request: Request) -> None:
    needed = request.manager_cu_number + max(request.tm_cus, request.parallel_number / 4)
    assert request.works or ("cu_number" in alternatives(request)) == (needed <= MOST_CUS)


@given(requests)
def test_every_refusal_breaks_a_rule_that_every_page_has(request: Request) -> None:
    refused = list(problems(wish(asdict(request))))
    fits = request.manager_cu_number + request.tm_cus <= request.cu_number
    carries = request.parallel_number <= 4 * request.cu_number
    assert (refused == []) == (fits and carries)
    assert len(refused) <= 1


@given(requests)
def test_the_slots_carry_the_parallelism_and_the_size_is_what_its_parts_add_up_to(
    request: Request,
) -> None:
    found = size(live(asdict(request)))
    assert found is not None
    if request.works:
        assert found.taskmanagers >= 1
        assert found.taskmanagers * found.slots >= request.parallel_number
    assert found.cus == request.manager_cu_number + found.taskmanagers * request.tm_cus
    assert found.memory == 4 * found.cus
    if request.works and not request.tm_slot_num:
        assert request.cu_number - request.tm_cus < found.cus <= request.cu_number


@given(requests)
def test_a_doubt_about_cus_is_settled_by_its_own_advice(request: Request) -> None:
    for sentence in doubts(wish(asdict(request))):
        if not sentence.startswith("cu_number: ") or "asked for" not in sentence:
            continue
        better = replace(request, cu_number=int(sentence.rpartition("=")[2]))
        assert better.works
        assert not [text for text in doubts(wish(asdict(better))) if "asked for" in text]


@given(
    st.floats(0.5, 64),
    st.floats(0.5, 64),
    st.integers(2, 256),
    st.integers(2, 256),
    few,
    few,
)
def test_v2_takes_its_cores_or_its_memory(
    manager: float, worker: float, manager_gb: int, worker_gb: int, slots: int, parallel: int
) -> None:
    config = {
        "max_slot": slots,
        "parallel_number": parallel,
        "jobmanager_resource_spec": {"cpu": manager, "memory": f"{manager_gb}G"},
        "taskmanager_resource_spec": {"cpu": worker, "memory": f"{worker_gb * 1024} MB"},
    }
    values = {"resource_config_version": "v2", "resource_config": config}
    found = size(live(values))
    assert found is not None
    count = math.ceil(parallel / slots)
    assert found.taskmanagers == count
    assert found.memory == manager_gb + count * worker_gb
    assert found.cus >= max(manager + count * worker, found.memory / 4) - 1e-6
    assert found.cus < max(manager + count * worker, found.memory / 4) + 1
    assert list(problems(wish(values))) == []


def test_the_sizes_are_those_of_v1() -> None:
    assert tuple(asdict(Request())) == FIELDS_V1


@pytest.mark.parametrize("odd", [0, -1, "x", 1e308, 10**30, None, True, "4", 4.0, ""])
@pytest.mark.parametrize("name", [*FIELDS_V1, "cpu", "memory", "max_slot", "parallel_number"])
def test_sizes_of_an_odd_answer_are_counted_all_the_same(name: str, odd: object) -> None:
    if name in FIELDS_V1:
        size(live({name: odd}))
    spec = {"cpu": 1, "memory": "4 GB", name: odd}
    process = {key: spec[key] for key in ("cpu", "memory")}
    config = {
        "max_slot": odd if name == "max_slot" else 1,
        "parallel_number": odd if name == "parallel_number" else 1,
        "jobmanager_resource_spec": process,
        "taskmanager_resource_spec": process,
    }
    size(live({"resource_config_version": "v2", "resource_config": config}))
