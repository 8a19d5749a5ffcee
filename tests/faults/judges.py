"""What must hold of a job, of what a line announced, and of what is left in the buckets."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from announced import announced, of_this_run, plan_lines, requests
from faults.engine import OWNER, Program, Run
from faults.losses import must
from faults.world import World

AT_REST = ("job_init", "job_cancel_success", "job_running_exception", "job_submit_fail")
ARMED = "rolls back if that fails"
CANNOT = ": CANNOT "
FAILED = "the new definition failed"
GUESSED = re.compile(rf"{FAILED}: could not start job \d+: [^;]*(no|not) answer")
WENT_BACK = "runs again as before"
EMPTIED = ("STARTS WITHOUT STATE", "RESTARTS THE JOB WITHOUT STATE")
"""How a line says that a job begins without the state that it has."""
EDITED = ("smn_topic", "parallel_number")
"""Fields of a job that are changed by hand, or by a run that is killed."""
STRANDED = re.compile(r"going back failed too: .* and its state is in (\S+), from which")
UNFIT = re.compile(r"did not start: |restarted by itself: |waited \d+ s for job .* to run")

Job = Mapping[str, Any]


def ours(world: World) -> list[dict[str, Any]]:
    """The live jobs that carry the resource's mark."""
    return [job for job in world.live_jobs() if job["tags"].get("pulumi-owner") == OWNER]


def judge_line(
    saw: Run,
    error: str,
    sent: Sequence[str],
    *,
    replaced: bool,
    plain: bool = False,
    unfit: bool = False,
) -> None:
    """What was sent is what the preview's line announced; a refusal was foreseen.

    Args:
        saw: the preview.
        error: of the `up`.
        sent: its requests in short.
        replaced: whether the engine replaced the job.
        plain: whether nothing was refreshed: then a line tells of a refusal, and fails nothing.
        unfit: whether the job cannot start from what the program names, which no preview tells.
    """
    lines = plan_lines(saw.told)
    wanted = announced(lines[-1], replaced=replaced) if lines else []
    if unfit and error and not saw.error:
        must(requests(sent) == wanted, f"announced {wanted}, sent {requests(sent)}: {lines}")
        return
    seen = bool(saw.error) or (plain and any(CANNOT in line for line in saw.told))
    must(seen == bool(error), f"preview: {saw.error!r}, up: {error!r}, {lines}")
    if error:
        must(not sent, f"refused, and yet sent: {sent}")
        return
    must(requests(sent) == wanted, f"announced {wanted}, sent {requests(sent)}: {lines}")


def left_state(histories: Mapping[int, Sequence[Job]]) -> str:
    """The savepoint of the last stop of a resource's jobs, if none has run since; "" for none."""
    left = ""
    for event in heapq.merge(*histories.values(), key=lambda event: event["at"]):
        if event["event"] == "savepoint":
            left = str(event["path"] or "") if event["stopping"] else ""
        elif event["event"] == "running":
            left = ""
    return left


def begun(history: Sequence[Job]) -> list[str]:
    """The directory that each run of a job began from; "" for none."""
    began = (each["resumed"] for each in history if each["event"] == "running")
    return [str(path or "").strip("/") for path in began]


def judge_objects(world: World) -> None:
    """What a job runs is there, and the copy that it began from: that may be all that it has."""
    for job in ours(world):
        name = str(job["definition"]["entrypoint"]).removeprefix("obs://")
        there = "/pulumi-dli/" not in name or (world.folder / "obs" / name).is_file()
        must(there, f"job {job['id']} runs {name}, which is not there")
        began = ["", *begun(world.history(job["id"]))][-1]
        copied = "/pulumi-dli/" in began and job["status"] == "job_running"
        must(not copied or world.holds(began), f"job {job['id']} began from {began}")


def judge_way_back(
    world: World, before: Job | None, run: Run, sent: Sequence[str], *, said: bool
) -> None:
    """A job whose new definition failed runs on the old one, or the error says where its state is.

    Args:
        world: the world after the run.
        before: the job before it; None for none.
        run: how it ended.
        sent: its requests in short.
        said: whether its line was about the job as it stood.
    """
    armed = any(ARMED in line for line in run.told)
    put = any(each.startswith("put ") for each in sent)
    refused = "could not change job" in run.error  # then what failed is the old definition
    if armed and put and UNFIT.search(run.error) and not refused:
        must(FAILED in run.error, f"a promised way back was not gone: {run.error}")
    must(not GUESSED.search(run.error), f"a lost answer was taken for a failure: {run.error}")
    if WENT_BACK in run.error:
        job = next(each for each in world.live_jobs() if before and each["id"] == before["id"])
        was, now = (_definition(each) for each in (before or {}, job))
        must(armed or not said or _out_of_reach(run), "went back without a word before")
        must(now == was or not said, f"runs as before, it says: {now}, not {was}")
        must(job["status"] == "job_running", f"runs as before, it says: {job['status']}")
    if stranded := STRANDED.search(run.error):
        must(world.holds(stranded[1]), f"there is no state in {stranded[1]}")


def _out_of_reach(run: Run) -> bool:
    """Whether the line could not know that there is a way back."""
    return any("; no rollback: OBS is out of reach" in line for line in run.told)


def _definition(job: Job) -> dict[str, Any]:
    return {name: value or None for name, value in job["definition"].items() if value != "[]"}


def unnoted(job: Job, stored: Program, program: Program) -> dict[str, Any]:
    """What of a job is neither as the state has it nor as the program says, by the field.

    Args:
        job: the job.
        stored: the arguments in the state.
        program: the program.
    """
    live = {name: job["definition"][name] or None for name in EDITED}
    known = (stored, program)
    return {
        name: value
        for name, value in live.items()
        if all(value != (each.get(name) or None) for each in known)
    }


def judge_hand(world: World, job: Job, changed: Mapping[str, Any]) -> None:
    """What somebody changed, and no refresh noted, stands."""
    now = next((each for each in world.live_jobs() if each["id"] == job["id"]), None)
    stands = now is None or all(now["definition"][name] == changed[name] for name in changed)
    must(stands, f"changed by hand, and overwritten unsaid: {changed}")


def judge_choice(run: Run, *, empty: bool, replaced: bool) -> None:
    """No run starts a job without its state for a program that wants it with its state.

    Args:
        run: the run.
        empty: whether the program wants the job without state.
        replaced: whether the engine replaced the job.
    """
    lines = [of_this_run(line, replaced=replaced) for line in run.told]
    chosen = empty or not any(word in line for line in lines for word in EMPTIED)
    must(chosen, f"nobody has asked for that: {lines}")


def judge_definition(job: Job, program: Program) -> None:
    """The job is called and made as the program says."""
    must(job["name"] == program["name"], f"name is {job['name']}, not {program['name']}")
    for name in ("parallel_number", "smn_topic", "desc", "obs_bucket"):
        wanted, live = program.get(name), job["definition"][name] or None
        must(live == wanted, f"{name} is {live}, the program says {wanted}")


def judge_job(job: Job, program: Program, *, taken_over: bool) -> None:
    """The job is as the program says, its tags and its run state too.

    Args:
        job: the live job.
        program: the program.
        taken_over: whether it was another's, so that tags of before are kept.
    """
    judge_definition(job, program)
    tags = {key: value for key, value in job["tags"].items() if not key.startswith("pulumi-")}
    wanted_tags: Program = program.get("tags", {})
    if taken_over:
        tags = {key: value for key, value in tags.items() if key in wanted_tags}
    must(tags == wanted_tags, f"tags are {tags}")
    rest = job["status"] in AT_REST
    must(rest == (program["desired_state"] == "stopped"), f"the job is {job['status']}")


def judge_pruning(world: World) -> None:
    """What jobs and records name is there after a pruning, if it was there before."""
    texts = [str(job["definition"]) for job in world.live_jobs()]
    texts += [(world.folder / "obs" / name).read_text() for name in records(world)]
    named = {file for file in _there(world, "*/pulumi-dli/*/*") if any(file in t for t in texts)}
    world.prune()
    gone = named.difference(_there(world, "*/pulumi-dli/*/*"))
    must(not gone, f"pruned, and yet needed: {gone}")


def records(world: World) -> list[str]:
    """The records that there are, `bucket/key` each."""
    return list(_there(world, "*/pulumi-dli/*/records/**/*"))


def copies(world: World) -> list[str]:
    """The copies of savepoints that there are, `bucket/directory` each."""
    found = _there(world, "*/pulumi-dli/*/savepoints/**/*")
    return sorted({key.rpartition("/")[0] for key in found})


def _there(world: World, pattern: str) -> Iterator[str]:
    root = world.folder / "obs"
    return (str(file.relative_to(root)) for file in root.glob(pattern) if file.is_file())
