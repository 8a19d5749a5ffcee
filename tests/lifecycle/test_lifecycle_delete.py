"""How a job goes: as `on_delete` says, verified, and never the wrong one."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from pulumi_dli.artifacts.saved_state import SavedState
from pulumi_dli.artifacts.stores import Stores
from pulumi_dli.client.api import Jobs, Requests
from pulumi_dli.errors import ApiError, DliError, JobError, NotFoundError, StateAtRisk, WaitTimeout
from pulumi_dli.job.state import State
from pulumi_dli.lifecycle.verbs import Lifecycle
from pulumi_dli.local.clock import StoredClock
from stack import OneClock, Stack

LEFT = "what is left of its state is in the bucket state"
EMPTY = f"job orders (1) is deleted without a savepoint: its {{}} had left none; {LEFT}"


@pytest.fixture
def up(stack: Stack) -> Stack:
    stack.up()
    stack.sent()
    return stack


def deleted_with(stack: Stack, **program: Any) -> list[str]:
    """The requests of a destroy, of a stack with these arguments."""
    stack.up(**program)
    stack.sent()
    stack.destroy()
    return stack.sent()


def test_a_stateful_job_leaves_its_savepoint(up: Stack) -> None:
    up.destroy()
    assert up.sent() == ["stop savepoint", "delete"]
    assert up.jobs() == []
    [line] = up.said
    assert line.startswith("job orders (1) left its savepoint at obs://state/jobs/savepoint/1/")
    assert line.endswith(
        "/; this resource begins from it when it is made again here with the bucket state, and "
        "any other job with `restore_from`"
    )


@pytest.mark.parametrize("own", [{"obs_bucket": None}, {"upgrade_mode": "stateless"}])
def test_a_stateless_job_is_stopped(stack: Stack, own: dict[str, Any]) -> None:
    assert deleted_with(stack, **own) == ["stop", "delete"]
    assert stack.warned == []


def test_on_delete_stop(stack: Stack) -> None:
    assert deleted_with(stack, on_delete="stop") == ["stop", "delete"]


def test_on_delete_savepoint(stack: Stack) -> None:
    own = {"on_delete": "savepoint", "upgrade_mode": "stateless"}
    assert deleted_with(stack, **own) == ["stop savepoint", "delete"]


def test_on_delete_retain(stack: Stack) -> None:
    assert deleted_with(stack, on_delete="retain") == []
    assert stack.jobs() == ["orders"]
    assert stack.dli.status(1) == "job_running"
    assert stack.said == ["job orders (1) is kept, as `on_delete` says; it is running"]


def test_a_draft_is_just_deleted(stack: Stack) -> None:
    assert deleted_with(stack, desired_state="stopped") == ["delete"]


def test_a_missing_job_is_gone_already(up: Stack) -> None:
    up.dli.good("DELETE", "jobs/1")
    up.sent()
    up.destroy()
    assert up.sent() == []


def test_a_job_that_took_over_the_id_is_not_ours(up: Stack) -> None:
    up.outs["create_time"] += 1000
    up.destroy()
    assert up.sent() == []
    assert up.jobs() == ["orders"]


def test_a_job_with_another_mark_is_left_alone(up: Stack) -> None:
    up.dli.request(
        "POST",
        "/v3/{project_id}/dli_flink_job/1/tags/create",
        {"tags": [{"key": "pulumi-owner", "value": "f" * 32}]},
    )
    up.sent()
    up.destroy()
    assert up.sent() == []
    assert up.warned == [
        f"job orders (1) now carries the mark {'f' * 32} of another resource: left alone"
    ]


def test_a_job_adopted_without_a_mark_is_deleted(stack: Stack) -> None:
    job_id = stack.dli.create(queue_name="testQueue", entrypoint="obs://jars/orders.jar")
    stack.dli.started(job_id)
    stack.up(adopt_job_id=job_id, obs_bucket="bucket")
    stack.destroy()
    assert stack.jobs() == []


def test_a_job_that_this_run_took_over_is_left_to_its_new_resource(up: Stack) -> None:
    """As after a rename with `adopt_job_id`: create first, then delete of the old name's state."""
    session = up.session()
    news = {**up.inputs, "adopt_job_id": 1, "owner": "e" * 32}
    job_id, _ = session.create("urn:other", news, None)
    up.sent()
    session.delete(up.urn, job_id, up.outs, None)
    assert up.sent() == []
    assert up.said == ["job 1 is another resource's: left alone"]
    assert up.jobs() == ["orders"]


def test_a_later_run_knows_the_new_resource_by_its_mark(up: Stack) -> None:
    old = dict(up.outs)
    up.session().create("urn:other", {**up.inputs, "adopt_job_id": 1, "owner": "e" * 32}, None)
    up.session().delete(up.urn, 1, old, None)
    assert up.jobs() == ["orders"]


@pytest.mark.parametrize("at_once", [True, False])
def test_a_refused_savepoint_refuses_the_delete(up: Stack, at_once: bool) -> None:
    up.dli.arm("refuse_savepoint", at_once=at_once)
    with pytest.raises((StateAtRisk, ApiError)) as error:
        up.destroy()
    assert '`on_delete="stop"`' in str(error.value)
    assert up.sent() == ["stop savepoint"]
    assert up.dli.status(1) == "job_running"
    up.destroy()
    assert up.jobs() == []


def test_a_lost_savepoint_refuses_the_delete(up: Stack) -> None:
    up.dli.arm("lose_savepoint")
    with pytest.raises(StateAtRisk) as error:
        up.destroy()
    text = str(error.value)
    assert "the service shows no savepoint" in text
    assert text.endswith(
        "The job was not deleted; start it again (`pulumi up --refresh` says from what), or give "
        "up its state: `pulumi refresh` takes note that it is stopped, and the next "
        "`pulumi destroy` deletes it"
    )
    assert up.jobs() == ["orders"]


def test_a_job_that_is_being_stopped_empty_is_not_deleted(stack: Stack) -> None:
    stack.up()
    stack.dli.stop(1)  # by somebody, without a savepoint
    assert stack.dli.status(1) == "job_canceling"
    with pytest.raises(StateAtRisk, match="was stopped without a savepoint; start it again"):
        stack.destroy()
    assert stack.jobs() == ["orders"]


@pytest.mark.parametrize("asked", [None, "savepoint"])
def test_a_job_that_was_stopped_empty_is_not_deleted_before_anybody_saw_it(
    stack: Stack, asked: str | None
) -> None:
    stack.up(on_delete=asked)
    stack.dli.stopped(1)
    stack.sent()
    for _ in range(2):  # the second try is not another answer
        with pytest.raises(StateAtRisk, match="was stopped without a savepoint; start it again"):
            stack.destroy()
    assert stack.sent() == []
    stack.refresh()
    stack.destroy()
    assert stack.sent() == ["delete"]
    assert stack.warned == [EMPTY.format("stop")]


def test_the_checkpoint_of_a_crashed_job_is_named(stack: Stack) -> None:
    stack.dli.arm("crash", seconds=50)
    stack.up(checkpoint_enabled=True, checkpoint_interval=10)
    stack.dli.pass_time(100)
    stack.destroy()
    [warning] = stack.warned
    found = re.search(r"; its newest checkpoint is (obs://\S+), which `restore_from` beg", warning)
    assert found is not None
    stack.up(restore_from=found[1])
    assert stack.resumed()[-1] == found[1].removeprefix("obs://")


def test_a_job_that_crashed_is_not_deleted_without_a_word(stack: Stack) -> None:
    stack.dli.arm("crash", seconds=50)
    stack.up()
    stack.dli.pass_time(100)
    stack.destroy()
    assert stack.sent()[-1] == "delete"
    assert stack.warned == [EMPTY.format("crash")]


@pytest.mark.parametrize("program", [{"on_delete": "stop"}, {"upgrade_mode": "stateless"}])
def test_a_job_whose_delete_wants_no_savepoint_is_deleted_as_it_is(
    stack: Stack, program: dict[str, Any]
) -> None:
    stack.up(**program)
    stack.dli.stopped(1)
    stack.sent()
    stack.destroy()
    assert (stack.sent(), stack.warned) == (["delete"], [])


def test_a_crashed_job_is_deleted_at_once(up: Stack) -> None:
    up.dli.arm("crash", seconds=1)
    up.up(restart_trigger="2", timeouts={"settle": 0})
    up.dli.pass_time(10)
    assert up.dli.status(1) == "job_running_exception"
    up.destroy()
    assert up.jobs() == []


def test_a_stop_under_way_is_waited_for(up: Stack) -> None:
    up.dli.stop(1, savepoint=True)
    up.sent()
    up.destroy()
    assert up.sent() == ["delete"]


def test_a_start_under_way_is_waited_for_when_there_may_be_state(up: Stack) -> None:
    up.dli.stopped(1, savepoint=True)
    up.dli.run(1, resume=True)
    up.sent()
    up.destroy()
    assert up.sent() == ["stop savepoint", "delete"]


def test_a_start_that_fails_while_the_delete_waits_for_it_is_not_stopped(up: Stack) -> None:
    up.dli.stopped(1, savepoint=True)
    left = up.job["savepoint_path"]
    up.dli.arm("fail_start")
    up.dli.run(1, resume=True)
    up.sent()
    up.destroy()
    assert up.sent() == ["delete"]
    named = f"a savepoint from before is obs://{left}, which `restore_from` begins from"
    assert up.warned == [EMPTY.format("crash").replace(LEFT, named)]


def test_a_job_that_hangs_in_its_first_start_can_be_deleted(stack: Stack) -> None:
    stack.dli.arm("hang")
    with pytest.raises(Exception, match="waited 5 s"):
        stack.up(timeouts={"create": 5})
    stack.sent()
    stack.destroy()
    assert stack.sent() == ["stop", "delete"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_the_lost_answer_of_a_stop(up: Stack, when: str) -> None:
    up.dli.arm("drop", route="stop", when=when)
    up.destroy()
    assert up.jobs() == []


def test_a_killed_delete_is_finished(up: Stack) -> None:
    def once() -> None:
        def killed() -> None:
            raise KeyboardInterrupt

        up.lines.guarded = killed

    up.lines.guarded = once  # the stop passes, the delete does not
    with pytest.raises(KeyboardInterrupt):
        up.destroy()
    up.lines.guarded = lambda: None
    assert up.sent() == ["stop savepoint"]
    up.destroy()
    assert up.sent() == ["delete"]


def test_the_time_for_a_delete(up: Stack) -> None:
    up.up(timeouts={"delete": 5})
    up.dli.arm("stale", route="stop", seconds=60)
    with pytest.raises(WaitTimeout, match="waited 5 s for job orders"):
        up.destroy()
    up.dli.pass_time(60)
    up.destroy(seconds=1)
    assert up.jobs() == []


def test_the_stacks_place_is_never_changed_under_a_job(up: Stack) -> None:
    up.outs["endpoint"] = "https://dli.example.org"
    for verb in (up.destroy, up.refresh):
        with pytest.raises(JobError) as error:
            verb()
        assert str(error.value) == (
            "this job is at https://dli.example.org, but the stack's settings lead to local; set "
            "`dli:endpoint` (or the region) back, or destroy this stack there first, or `pulumi "
            "stack init` another stack for the new place"
        )
    assert up.sent() == []


class Lagging:
    """A service that shows a deleted job for some looks more."""

    def __init__(self, inner: Requests, looks: int) -> None:
        self._inner = inner
        self.looks = looks

    def request(self, method: str, path: str, **options: Any) -> Any:
        try:
            return self._inner.request(method, path, **options)
        except NotFoundError:
            self.looks -= 1
            if self.looks < 0:
                raise
            shown = {"job_id": 1, "name": "orders", "status": "job_cancel_success"}
            return {"is_success": "true", "job_detail": shown}


@pytest.mark.parametrize(("looks", "gone"), [(3, True), (10**6, False)])
def test_a_delete_is_over_once_the_job_is_gone(up: Stack, looks: int, gone: bool) -> None:
    service = Lagging(up._connections.transport(), looks)  # noqa: SLF001 -- the seam
    settings, stores = up._connections.settings(), Stores(up._connections)  # noqa: SLF001
    saved = SavedState(stores, up.clock, up.lines.warn)
    life = Lifecycle(Jobs(service), up.clock, up.lines, settings, saved)
    state = State.read(1, up.outs)
    if gone:
        life.remove(1, state, 600)
        assert service.looks < 0
        return
    with pytest.raises(JobError, match="was deleted, but the service still shows it after 9 s"):
        life.remove(1, state, 9)


def test_a_delete_that_breaks_off_behind_its_stop_says_so(stack: Stack) -> None:
    stack.up()
    stack.dli.pass_time(100)
    with pytest.raises(DliError, match=r"job 1 was told to stop .* the same command goes on"):
        stack.destroy(seconds=0.1)
    stack.destroy()
    assert stack.jobs() == []


def test_a_delete_whose_stop_is_refused_does_not_say_that_it_stopped(stack: Stack) -> None:
    stack.up()
    stack.dli.pass_time(100)
    stack.dli.arm("refuse_savepoint")
    with pytest.raises(StateAtRisk) as caught:
        stack.destroy()
    assert "told to stop" not in str(caught.value)


class Vanishing(OneClock):
    """A clock by which somebody else deletes the job while it is waited for."""

    def __init__(self, stack: Stack) -> None:
        super().__init__(StoredClock(stack.store))
        self.stack = stack

    def sleep(self, seconds: float) -> None:
        if self.stack.jobs():
            self.stack.dli.good("DELETE", "jobs/1")
        super().sleep(seconds)


def test_a_job_that_goes_while_its_delete_waits_is_deleted(up: Stack) -> None:
    up.clock = Vanishing(up)
    up.destroy()
    assert up.jobs() == []
    assert up.sent()[0] == "stop savepoint"


def test_a_job_that_goes_just_before_its_stop_is_deleted(up: Stack) -> None:
    details = up.dli.good("GET", "jobs/1")
    up.dli.good("DELETE", "jobs/1")
    up.hostile({1: httpx.Response(200, json=details)})
    up.destroy()
    assert up.jobs() == []
