"""From how a job stands and what changed: the steps, and the phrase for them."""

# ruff: noqa: E501 -- a sentence that stands whole can be searched for

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import pytest
from pulumi_dli.job.bars import Bar
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import JobDetail, Phase
from pulumi_dli.job.field import Cost
from pulumi_dli.job.move import conflict, move
from pulumi_dli.job.options import OWNER_TAG, Options
from pulumi_dli.job.plan import Plan, plan
from pulumi_dli.job.restarts import asking, imported, restart_mark
from pulumi_dli.job.spec import FIELDS
from pulumi_dli.job.start import Origin, Start
from pulumi_dli.job.state import UNMARKED, State
from pulumi_dli.preview import move_line, plan_line

RAN = 1_800_000_000_000
STATUS = {
    "draft": "job_init",
    "starting": "job_submitting",
    "running": "job_running",
    "stopped": "job_cancel_success",
    "failed": "job_running_exception",
    "not started": "job_submit_fail",
    "finished": "job_finish",
    "unknown": "job_dreaming",
}
PROGRAM: dict[str, Any] = {"name": "orders", "obs_bucket": "b", "parallel_number": 1}


def job(stands: str, *, ran: bool = True, savepoint: str = "", **values: Any) -> JobDetail:
    return JobDetail(
        job_id=1,
        name="orders",
        status=STATUS[stands],
        start_time=RAN if ran else 0,
        has_savepoint=bool(savepoint),
        savepoint_path=savepoint,
        values={**PROGRAM, "desc": "", **values},
    )


def stored(live: JobDetail, program: dict[str, Any], **outputs: Any) -> State:
    """What the state says after an update of this program that left this job."""
    props = {
        **live.values,
        **program,
        "desired_state": "running",
        "status": live.status,
        "start_time": live.start_time,
        "set_arguments": [name for name in program if name in FIELDS],
        **outputs,
    }
    return State.read(1, props)


def wish(**program: Any) -> Desired:
    whole = {**PROGRAM, **program}
    return Desired.read(whole)


class Case(NamedTuple):
    """A job as it stands, what the program changes, and what comes of it."""

    stands: str
    changes: dict[str, Any]
    steps: str
    phrase: str
    ran: bool = True
    savepoint: str = ""
    before: dict[str, Any] = {}  # noqa: RUF012 -- never changed
    known: dict[str, Any] = {}  # noqa: RUF012


STATELESS = {"upgrade_mode": "stateless"}
CASES = [
    # Running.
    Case("running", {}, "", ""),
    Case("running", {"desc": "x"}, "put", "changes live, without a restart; desc changes"),
    Case(
        "running",
        {"parallel_number": 2},
        "stop+savepoint put start:savepoint",
        "restarts the job from a savepoint (downtime); parallel_number 1 → 2",
    ),
    Case(
        "running",
        {"parallel_number": 2},
        "stop put start:stateless",
        "RESTARTS THE JOB WITHOUT STATE (downtime); parallel_number 1 → 2",
        before=STATELESS,
    ),
    Case("running", {"restart_trigger": "2"}, "stop+savepoint put start:savepoint", "restarts"),
    Case(
        "running",
        {"restore_from": "b/s/"},
        "stop+savepoint put start:import",
        "restarts the job from obs://b/s/ (downtime)",
    ),
    Case("running", {"desired_state": "stopped"}, "stop+savepoint put", "stops with a savepoint"),
    Case("running", {"desired_state": "stopped"}, "stop put", "stops", before=STATELESS),
    Case(
        "running",
        {"desired_state": "stopped", "obs_bucket": None},
        "stop put",
        "STOPS WITHOUT A SAVEPOINT; obs_bucket changes",
    ),
    Case(
        "running",
        {"desired_state": "stopped", **STATELESS},
        "stop put",
        "STOPS WITHOUT A SAVEPOINT",
    ),
    Case(
        "running",
        {"tags": {"a": "b"}},
        "tags",
        "changes tags, without touching the job",
    ),
    Case(
        "running",
        {"on_delete": "stop"},
        "",
        "nothing is sent, the state records: on_delete",
    ),
    # Starting and unknown count as running.
    Case("starting", {"desc": "x"}, "put", "changes live"),
    Case("starting", {"parallel_number": 2}, "stop+savepoint put start:savepoint", "restarts"),
    Case(
        "starting",
        {"parallel_number": 2},
        "stop put start:fresh",
        "restarts the job, which never ran",
        ran=False,
    ),
    Case("unknown", {}, "", ""),
    Case("unknown", {"parallel_number": 2}, "stop+savepoint put start:savepoint", "restarts"),
    # A draft.
    Case("draft", {}, "start:fresh", "starts", ran=False),
    Case("draft", {"parallel_number": 2}, "put start:fresh", "starts; parallel", ran=False),
    Case("draft", {"desired_state": "stopped"}, "", "nothing is sent", ran=False),
    Case(
        "draft",
        {"desired_state": "stopped", "parallel_number": 2},
        "put",
        "changes at rest; parallel_number 1 → 2",
        ran=False,
    ),
    Case("draft", {"restore_from": "b/s/"}, "start:import", "starts from obs://b/s/", ran=False),
    Case("not started", {}, "put start:fresh", "starts", ran=False),
    # Stopped.
    Case(
        "stopped",
        {},
        "put start:savepoint",
        "starts from its savepoint obs://b/s/, found stopped (job_cancel_success)",
        savepoint="b/s/",
    ),
    Case("stopped", {}, "refused", "CANNOT START: job orders (1) ran before and is stopped"),
    Case("stopped", {"desc": "x"}, "refused", "CANNOT START: "),
    Case(
        "stopped",
        {"upgrade_mode": "stateless"},
        "put start:stateless",
        "STARTS WITHOUT STATE, found stopped",
    ),
    Case("stopped", {"restore_from": "b/c/"}, "put start:import", "starts from obs://b/c/"),
    Case(
        "stopped",
        {"restore_from": "b/c/"},
        "put start:import",
        "starts from obs://b/c/",
        savepoint="b/s/",
    ),
    Case(
        "stopped",
        {"restore_from": "b/c/"},
        "refused",
        "CANNOT START",
        before={"restore_from": "b/c/"},
    ),
    Case("stopped", {"desired_state": "stopped"}, "", "nothing is sent"),
    Case("stopped", {"desired_state": "stopped", "desc": "x"}, "put", "changes at rest"),
    Case(
        "stopped",
        {},
        "put start:import",
        "starts from obs://b/s/, found stopped",
        known={"next_start": "b/s/"},
    ),
    Case(
        "stopped",
        {},
        "put start:savepoint",
        "starts from its savepoint obs://b/t/",
        savepoint="b/t/",
        known={"next_start": "b/s/"},
    ),
    Case("failed", {}, "put start:fresh", "starts", known={"next_start": "fresh"}),
    # Failed.
    Case("failed", {}, "refused", "CANNOT START: job orders (1) ran before and is failed"),
    Case("failed", {}, "put start:stateless", "STARTS WITHOUT STATE", before=STATELESS),
    Case("failed", {"desired_state": "stopped"}, "", "nothing is sent"),
    # Finished.
    Case("finished", {}, "", ""),
    Case("finished", {"desc": "x"}, "put", "changes at rest; desc changes"),
    Case(
        "finished",
        {"parallel_number": 2},
        "put start:again",
        "had finished, and runs again from the beginning, found finished",
    ),
    Case("finished", {"restart_trigger": "2"}, "put start:again", "had finished, and runs again"),
]


def steps(todo: Plan) -> str:
    if todo.blocked:
        return "refused"
    parts = []
    if todo.stop:
        parts.append("stop+savepoint" if todo.savepoint else "stop")
    if todo.body:
        parts.append("put")
    if todo.add_tags or todo.remove_tags:
        parts.append("tags")
    if todo.start:
        parts.append(f"start:{todo.start.origin}")
    return " ".join(parts)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.stands} {case.steps}")
def test_the_way_from_a_job_to_a_wish(case: Case) -> None:
    live = job(case.stands, ran=case.ran, savepoint=case.savepoint)
    state = stored(live, {**PROGRAM, **case.before}, **case.known)
    desired = (
        wish(desired_state="running", **{**case.before, **case.changes})
        if ("desired_state" not in case.changes)
        else wish(**{**case.before, **case.changes})
    )
    todo = plan(live, desired, state)
    assert steps(todo) == case.steps
    line = plan_line.change(todo, live, desired).text
    assert line.removeprefix("orders: ").startswith(case.phrase)
    assert bool(line) == bool(case.phrase)


@pytest.mark.parametrize(
    "name", [name for name, row in FIELDS.items() if row.cost is not Cost.TAGS]
)
def test_only_restart_fields_stop_a_running_job(name: str) -> None:
    values: dict[str, Any] = {
        "runtime_config": {"a": "1"},
        "resource_config": {"max_slot": 2},
        "dependency_jars": ["a"],
        "dependency_files": ["a"],
        "checkpoint_mode": "at_least_once",
        "resource_config_version": "v2",
        "feature": "custom",
    }
    flags = {"checkpoint_enabled", "log_enabled", "restart_when_exception", "resume_checkpoint"}
    text = not FIELDS[name].sizing and name not in {"checkpoint_interval", "resume_max_num"}
    value = values.get(name, True if name in flags else "other" if text else 7)
    missing: dict[str, Any] = {name: None}
    live = job("running", **missing)
    todo = plan(live, wish(**{name: value}), stored(live, PROGRAM))
    assert todo.stop is (FIELDS[name].cost is Cost.RESTART)


def test_a_live_put_sends_only_what_differs_and_a_restart_everything() -> None:
    live = job("running")
    assert plan(live, wish(desc="x"), stored(live, PROGRAM)).body.values == {"desc": "x"}
    assert plan(live, wish(parallel_number=2), stored(live, PROGRAM)).body.values == {
        "name": "orders",
        "parallel_number": 2,
        "obs_bucket": "b",
    }


def test_a_job_that_is_taken_over_is_only_changed_where_it_tells_of_a_difference() -> None:
    live = job("running")
    assert steps(plan(live, wish(image="o/n:1"), None)) == ""
    assert steps(plan(job("running", image="o/n:2"), wish(image="o/n:1"), None)).startswith("stop")
    assert steps(plan(live, wish(restart_trigger="1", restore_from="b/s/"), None)) == ""


def test_a_draft_that_tells_of_all_that_is_wanted_needs_no_put() -> None:
    """One whose row or details lack something may have it otherwise."""
    program = {**wish().definition, "checkpoint_enabled": False}
    draft = job("draft", ran=False, **program)
    assert not plan(draft, wish(checkpoint_enabled=False), None).body
    alike = replace(draft, values=wish(checkpoint_enabled=False).definition)
    assert not plan(alike, wish(checkpoint_enabled=False), None).body
    poorer = replace(draft, values={k: v for k, v in program.items() if k != "checkpoint_enabled"})
    todo = plan(poorer, wish(checkpoint_enabled=False), None)
    assert todo.body.value("checkpoint_enabled") is False


def test_v2_says_nothing_of_v1_sizes() -> None:
    live = job("running", resource_config_version="v2", cu_number=8, tm_cus=4)
    program = {**PROGRAM, "resource_config_version": "v2"}
    assert steps(plan(live, wish(resource_config_version="v2"), stored(live, program))) == ""


def test_a_restart_already_made_is_not_made_again() -> None:
    live = job("running")
    desired, state = wish(restart_trigger="2"), stored(live, PROGRAM)
    assert steps(plan(live, desired, state)).startswith("stop")
    made = replace(live, restart=restart_mark(live, desired, state))
    assert steps(plan(made, desired, state)) == ""
    other = wish(restart_trigger="3")
    assert steps(plan(made, other, state)).startswith("stop")


@pytest.mark.parametrize(("since", "made"), [(1, True), (0, False), (-1, False)])
def test_a_restart_of_a_job_at_rest_was_made_if_it_was_started_since(
    since: int, *, made: bool
) -> None:
    live = job("stopped", savepoint="b/s/")
    desired, state = wish(restart_trigger="2"), stored(live, PROGRAM)
    mark = restart_mark(live, desired, state)
    live = replace(live, restart=mark, start_time=live.start_time + since)
    assert (not asking(live, desired, state)) is made


def test_an_owner_is_the_same_by_what_it_says() -> None:
    owner = "5" * 32
    live = job("running")
    state = stored(live, PROGRAM, owner="".join(list(owner)))
    assert not plan(live, wish(owner="".join(list(owner))), state).add_tags


@pytest.mark.parametrize("saved", [True, False])
def test_a_directory_that_a_killed_update_started_from_gives_way_to_what_came_after(
    saved: bool,
) -> None:
    savepoint = "b/after/" if saved else ""
    live = job("stopped", savepoint=savepoint)
    desired, state = wish(restore_from="b/s/"), stored(live, PROGRAM)
    left = replace(live, restart=restart_mark(live, desired, state))
    named = Start(Origin.IMPORT, "b/s/", named=True)
    assert plan(left, desired, state).start == named  # killed before its run
    ran = replace(left, start_time=left.start_time + 1)
    begins = Start(Origin.SAVEPOINT, savepoint) if saved else named
    assert plan(ran, desired, state).start == begins


def test_a_start_after_the_state_was_stored_uses_its_savepoint_up() -> None:
    live = job("failed")
    state = stored(live, PROGRAM, next_start="b/s/", start_time=RAN - 1)
    assert steps(plan(live, wish(), state)) == "refused"


def test_a_start_names_its_state() -> None:
    resuming = {origin for origin in Origin if Start(origin).resumes}
    assert resuming == {Origin.SAVEPOINT, Origin.IMPORT, Origin.CHECKPOINT}


def test_every_phase_is_planned_for() -> None:
    for status in ("job_savepointing", "job_canceling"):
        live = JobDetail(1, "orders", status, start_time=RAN, values=PROGRAM)
        assert live.phase in (Phase.SAVEPOINTING, Phase.STOPPING)
        assert steps(plan(live, wish(), stored(live, PROGRAM))) == ""


# Phrases that no plan of an existing job has.


@pytest.mark.parametrize(
    ("own", "line"),
    [
        ({}, "orders: creates and starts the job"),
        ({"desired_state": "stopped"}, "orders: creates the job and leaves it stopped"),
        ({"restore_from": "b/s/"}, "orders: creates and starts the job from obs://b/s/"),
        ({"adopt_job_id": 7}, "orders: takes over job 7, changing what differs"),
    ],
)
def test_the_line_for_a_new_job(own: dict[str, Any], line: str) -> None:
    assert plan_line.creation("orders", Options.model_validate(own)).text == line


@pytest.mark.parametrize(
    ("stands", "before", "wishes", "ends"),
    [
        (
            "running",
            {},
            {},
            (
                "REPLACES THE JOB, because project_id changes: it is stopped there with a savepoint, "
                "created here, deleted there, and started from its savepoint"
            ),
        ),
        (
            "running",
            {"region": "eu-nl"},
            {},
            (
                "REPLACES THE JOB WITHOUT STATE, because project_id changes: it is stopped there with "
                "a savepoint, which stays in the bucket b, created here, deleted there, and started, "
                "because its savepoint is in a bucket of the other region"
            ),
        ),
        (
            "running",
            {"on_delete": "stop"},
            {},
            (
                "REPLACES THE JOB WITHOUT STATE, because project_id changes: it is stopped there, "
                'created here, deleted there, and started, because `on_delete="stop"` takes no '
                "savepoint"
            ),
        ),
        (
            "running",
            {"on_delete": "retain"},
            {"desired_state": "stopped"},
            (
                "REPLACES THE JOB WITHOUT STATE, because project_id changes: it stays there as it is, "
                'because `on_delete="retain"` takes no savepoint, another is created here and left '
                "stopped"
            ),
        ),
        (
            "running",
            {"upgrade_mode": "stateless"},
            {},
            (
                "REPLACES THE JOB WITHOUT STATE, because project_id changes: it is stopped there, "
                "created here, deleted there, and started, because the job is stateless"
            ),
        ),
        (
            "draft",
            {},
            {},
            (
                "REPLACES THE JOB, because project_id changes: created here, deleted there, and "
                "started"
            ),
        ),
        (
            "failed",
            {},
            {},
            "CANNOT REPLACE, because project_id changes: job orders (1) ran before",
        ),
    ],
)
def test_the_line_for_a_job_that_goes_elsewhere(
    stands: str, before: dict[str, Any], wishes: dict[str, Any], ends: str
) -> None:
    live = job(stands, ran=stands != "draft")
    place = {"region": "eu-de", "project_id": "one"}
    state = stored(live, {**PROGRAM, **place, **before})
    desired = wish(**{**place, "project_id": "two", **wishes})
    line = move_line.replacement(desired, ["project_id"], move(live, desired, state), state)
    assert line.text.startswith(f"orders: {ends}")


def test_a_job_that_is_found_stopping_is_planned_back_to_running() -> None:
    stopping = replace(job("running"), status="job_canceling")
    found = stored(stopping, PROGRAM, desired_state="stopped (job_canceling)")
    assert plan(stopping, wish(desired_state="running"), found).recorded == ("desired_state",)


# Marks, and replacements elsewhere.

LOW, HIGH = "1" * 32, "9" * 32


@pytest.mark.parametrize(("stored_mark", "wished"), [(LOW, HIGH), (HIGH, LOW)])
def test_a_mark_that_could_not_be_written_is_tried_again_only_for_another_owner(
    stored_mark: str, wished: str
) -> None:
    live = replace(job("running"), mark=stored_mark)
    unwritable = stored(live, PROGRAM, owner=wished, mark=stored_mark)
    assert not plan(live, wish(owner=wished), unwritable).add_tags
    other = stored(live, PROGRAM, owner="5" * 32, mark=stored_mark)
    assert plan(live, wish(owner=wished), other).add_tags == {"pulumi-owner": wished}


@pytest.mark.parametrize(("region", "before"), [("eu-de", "eu-nl"), ("eu-nl", "eu-de")])
def test_state_does_not_go_to_another_region(region: str, before: str) -> None:
    live = job("running")
    here = {"project_id": "one", "region": before}
    state = stored(live, {**PROGRAM, **here})
    elsewhere = wish(project_id="two", region=region)
    assert move(live, elsewhere, state).lost.startswith("its savepoint is in a bucket of the other")
    assert not move(live, elsewhere, state).carried
    assert move(live, wish(project_id="two", region=before), state).carried


@pytest.mark.parametrize(
    ("savepoint", "known", "path"),
    [
        ("own/", {}, "own/"),
        ("own/", {"next_start": "kept/"}, "own/"),
        ("", {"next_start": "kept/"}, "kept/"),
    ],
)
def test_a_job_at_rest_moves_with_the_savepoint_that_it_has(
    savepoint: str, known: dict[str, Any], path: str
) -> None:
    live = job("stopped", savepoint=savepoint)
    state = stored(live, {**PROGRAM, "region": "r"}, **known)
    todo = move(live, wish(region="r"), state)
    assert (todo.path, todo.carried, todo.stop, todo.blocked) == (path, True, False, "")


def test_a_job_that_is_gone_moves_with_what_the_state_remembers() -> None:
    state = stored(job("stopped"), PROGRAM, next_start="kept/")
    assert move(None, wish(), state).carried
    lost = move(None, wish(), stored(job("running"), PROGRAM))
    assert (lost.carried, lost.lost, lost.gone) == (False, "job 1 is gone", True)
    assert not move(None, wish(), stored(job("draft", ran=False), {**PROGRAM}, start_time=0)).lost


@pytest.mark.parametrize("stands", ["running", "stopped"])
def test_a_directory_that_the_program_names_goes_before_the_jobs_own(stands: str) -> None:
    live = job(stands, savepoint="own/" if stands == "stopped" else "")
    named = move(live, wish(restore_from="b/s/"), stored(live, PROGRAM))
    assert (named.named, named.carried, named.lost) == ("b/s/", True, "")
    assert (named.begins("own/"), named.waits("own/")) == ("b/s/", "own/")
    assert named.savepoint is (stands == "running")
    used = move(live, wish(restore_from="b/s/"), stored(live, PROGRAM, restore_from="b/s/"))
    assert (used.named, used.carried) == ("", True)


def test_two_jobs_with_state_are_a_conflict() -> None:
    live, state = job("running"), stored(job("running"), PROGRAM)
    todo = move(live, wish(), state)
    there = job("stopped", savepoint="b/there/")
    assert conflict(live, there, wish(), todo)
    assert not conflict(live, there, wish(restore_from="b/s/"), replace(todo, named="b/s/"))
    assert not conflict(live, job("draft", ran=False), wish(), todo)
    assert not conflict(None, there, wish(), todo)
    empty = wish(upgrade_mode="stateless")
    assert not conflict(live, there, empty, move(live, empty, state))


def test_a_job_does_not_go_where_one_of_its_resource_cannot_start() -> None:
    live, state = job("running"), stored(job("running"), PROGRAM)
    kept = wish(on_delete="retain")
    there, todo = job("stopped"), move(live, kept, replace(state, ours={"on_delete": "retain"}))
    assert todo.stays
    assert conflict(live, there, kept, todo).startswith("job orders (1) ran before and is stopped")


def test_a_job_of_any_id_is_taken_back_with_its_id() -> None:
    live = replace(job("running"), job_id=123456, mark=HIGH)
    state = replace(stored(live, PROGRAM, owner=LOW), job=live)
    assert plan(live, wish(owner=LOW), state).bar is Bar.MARK
    back = plan(live, wish(owner=LOW, adopt_job_id=int("123456")), state)
    assert not back.blocked
    assert back.add_tags == {"pulumi-owner": LOW}


@pytest.mark.parametrize(
    ("before", "live", "wanted"),
    [
        pytest.param({}, {"checkpoint_path": "b/made"}, {"checkpoint_path": "b/own"}, id="made"),
        pytest.param(
            {}, {"restart_when_exception": False}, {"restart_when_exception": True}, id="default"
        ),
        pytest.param({"entrypoint_args": "[secret]"}, {"entrypoint_args": "x"}, {}, id="hidden"),
        pytest.param({"desc": "a  b"}, {"desc": "a  b"}, {"desc": "c"}, id="as stored"),
        pytest.param(
            {"parallel_number": 1}, {"parallel_number": 2}, {"parallel_number": 2}, id="as wanted"
        ),
    ],
)
def test_what_is_no_change_by_hand(
    before: dict[str, Any], live: dict[str, Any], wanted: dict[str, Any]
) -> None:
    state = State(replace(job("running"), values=before))
    assert not plan(job("running", **live), wish(**wanted), state).blocked


def test_a_change_by_hand_goes_before_a_start_that_cannot_be() -> None:
    state = State(replace(job("running"), values={**PROGRAM}))
    todo = plan(job("stopped", parallel_number=5), wish(parallel_number=2), state)
    assert todo.bar is Bar.HAND
    assert "parallel_number was changed by hand to 5" in todo.blocked


def test_a_trigger_that_is_equal_is_no_new_one() -> None:
    live = job("running")
    text = "a new object"
    state = stored(live, PROGRAM, restart_trigger=f"{text[:2]}new object")
    assert not plan(live, wish(restart_trigger=text), state).stop


@pytest.mark.parametrize("started", [False, True])
@pytest.mark.parametrize("named", [None, "b/s", "b/t"])
def test_what_a_job_was_given_for_a_start_that_was_not_made_is_not_its_own(
    named: str | None, *, started: bool
) -> None:
    before = job("stopped")
    state = stored(before, PROGRAM)
    mark = restart_mark(before, wish(**PROGRAM, restore_from="b/s"), state)
    at = RAN + 1 if started else RAN
    given = replace(job("stopped", savepoint="b/s/"), restart=mark, start_time=at)
    assert imported(given, named, state) is (not started and named != "b/s")


@pytest.mark.parametrize(
    ("program", "live"),
    [
        ({"desc": "new"}, {}),
        ({"desc": "new"}, {"desc": "old"}),
        ({"smn_topic": None}, {"smn_topic": "t"}),
        ({"tags": {"a": "b"}}, {}),
        ({"tags": {}}, {"tags": {"a": "b"}}),
        ({"on_delete": "stop"}, {}),
        ({"restart_trigger": "1"}, {}),
    ],
)
def test_an_imported_job_is_marked_with_its_first_change(
    program: dict[str, Any], live: dict[str, Any]
) -> None:
    there = replace(job("running", **{"tags": {}, **live}), mark="")
    state = stored(there, {**PROGRAM, **live}, mark=UNMARKED)
    same = wish(owner="m", **live)
    assert OWNER_TAG not in plan(there, same, state).add_tags
    left = {k: v for k, v in {**live, **program}.items() if v is not None}
    todo = plan(there, wish(owner="m", **left), state)
    assert todo.add_tags.get(OWNER_TAG) == "m"
