"""Look-ups that a program makes: what they return, and the one sentence when they cannot."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pulumi
import pytest
from local_service import LocalService
from pulumi.runtime.config import get_config_env, set_all_config
from pulumi_dli import get_flink_jar_job, get_queue, list_flink_jar_jobs
from stack import Stack

SECRET = "--password=planted-secret"


@pytest.fixture
def dli(tmp_path: Path) -> Iterator[LocalService]:
    """A local DLI that the program's configuration leads to."""
    stack = Stack(tmp_path)
    before = get_config_env()
    set_all_config({f"dli:{key}": text for key, text in stack.config.items()})
    yield stack.dli
    set_all_config(before)
    stack.close()


def refused(ask: Callable[[], object]) -> str:
    with pytest.raises(pulumi.RunError) as caught:
        ask()
    return str(caught.value)


def test_a_job_by_name_and_by_id(dli: LocalService) -> None:
    job_id = dli.create("orders", queue_name="testQueue", entrypoint_args=SECRET, cu_number=4)
    dli.create("orders-2")
    dli.started(job_id)
    found = get_flink_jar_job(name="orders")
    assert (found.job_id, found.status) == (job_id, "job_running")
    assert found.definition["cu_number"] == 4
    assert found.start_time >= found.create_time > 0
    assert found == get_flink_jar_job(job_id=job_id)
    assert "planted" not in repr(found)


def test_a_definition_holds_what_a_program_may_write(dli: LocalService) -> None:
    dli.create("orders", smn_topic="", main_class="", desc="", obs_bucket="state")
    definition = get_flink_jar_job(name="orders").definition
    assert definition.items() >= {"desc": "", "obs_bucket": "state", "cu_number": 2}.items()
    assert not {"smn_topic", "main_class", "entrypoint_args"} & definition.keys()


def test_no_job_is_one_sentence(dli: LocalService) -> None:
    dli.create("orders")
    place = f"project {'0123456789abcdef' * 2} of local"
    assert refused(lambda: get_flink_jar_job(name="order")) == (
        f"get_flink_jar_job: no Flink job is called order in {place}; "
        "list_flink_jar_jobs() returns those that exist"
    )
    assert refused(lambda: get_flink_jar_job(job_id=7777)) == (
        f"get_flink_jar_job: there is no Flink job 7777 in {place}"
    )
    for ask in get_flink_jar_job, lambda: get_flink_jar_job(name="orders", job_id=1):
        assert refused(ask) == "get_flink_jar_job: give either `name` or `job_id`"


def test_jobs_by_queue_status_and_tags(dli: LocalService) -> None:
    shop = [{"key": "team", "value": "shop"}, {"key": "tier", "value": "1"}]
    first = dli.create("first", queue_name="testQueue", tags=shop)
    second = dli.create("second", tags=shop[:1])
    dli.create("third")
    dli.started(first)

    def ids(**filters: object) -> list[int]:
        return [job.job_id for job in list_flink_jar_jobs(**filters)]  # type: ignore[arg-type]

    assert len(ids()) == 3
    assert ids(queue_name="TESTQUEUE") == ids(status="job_running") == [first]
    assert sorted(ids(tags={"team": "shop"})) == [first, second]
    assert ids(tags={"team": "shop", "tier": "1"}) == [first]
    assert ids(tags={"team": "store"}) == ids(queue_name="another") == []
    assert ids(queue_name="default", status="job_running") == []


def test_a_status_that_does_not_exist_is_no_empty_list(dli: LocalService) -> None:
    del dli
    sentence = refused(lambda: list_flink_jar_jobs(status="running"))
    assert sentence.startswith("list_flink_jar_jobs: there is no status running; there are: job_")


def test_a_queue_whatever_its_case(dli: LocalService) -> None:
    dli.started(dli.create(queue_name="testqueue", cu_number=4))
    queue = get_queue("testQueue")
    assert (queue.name, queue.queue_type, queue.cu_count) == ("testqueue", "general", 256)
    assert queue.used_cu
    assert "1.15" in queue.flink_jar_versions
    assert refused(lambda: get_queue("nowhere")).endswith("; there are: default, pooled, testqueue")


def test_an_output_is_told_apart(dli: LocalService) -> None:
    del dli
    queue = pulumi.Output.from_input("testQueue")
    sentence = refused(lambda: get_queue(queue))  # type: ignore[arg-type]
    assert sentence.startswith("name is an Output, which is not known yet here")


def test_settings_that_are_missing_are_one_sentence() -> None:
    before = get_config_env()
    set_all_config({"dli:region": "eu-de", "dli:projectId": "p"})
    try:
        assert "no credentials" in refused(list_flink_jar_jobs)
    finally:
        set_all_config(before)
