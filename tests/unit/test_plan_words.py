"""What the words of a plan line say is what the table of phrases says of the requests."""

from __future__ import annotations

import pytest
from announced import TABLE
from pulumi_dli.preview.plan_words import said

PLANNED = {
    phrase: requests
    for phrase, requests in TABLE.items()
    if not phrase.startswith(("takes over job", "goes on with job", "REPLACES", "the bytes of"))
}
"""The phrases that say all by themselves."""


@pytest.mark.parametrize("phrase", PLANNED)
def test_each_phrase_says_whether_the_job_stands_still_and_starts(phrase: str) -> None:
    line = " ".join(phrase.replace("…", " obs://stops/starts/").split())
    told = said(line, replaced=False)
    sent = " ".join(PLANNED[phrase])
    assert told.blocked == phrase.startswith("CANNOT")
    assert told.stops == ("stop" in PLANNED[phrase] or "stop with savepoint" in PLANNED[phrase])
    assert told.starts == (" run" in f" {sent}")
    assert bool(told.state) != told.blocked
    loses = "WITHOUT STATE" in phrase or "WITHOUT A SAVEPOINT" in phrase
    assert told.loses == loses
    if "stop with savepoint" in PLANNED[phrase] and not phrase.startswith(
        "restarts the job from …"
    ):
        assert told.state.startswith("kept")


RUNS_ON = "kept: the job is not stopped"
LOST = "LOST: the job does not go on from what it holds"
EITHER = (
    "goes on with job 7; if the engine replaces it (--replace, taint): restarts the job from a "
)
EITHER += "savepoint (downtime)"
MOVED = ", because project_id changes: it is stopped there with a savepoint, created here, deleted "
MOVED += "there, and started"


@pytest.mark.parametrize(
    ("line", "replaced", "stops", "state"),
    [
        ("goes on with job 7", False, False, RUNS_ON),
        (EITHER, False, False, RUNS_ON),
        (EITHER, True, True, "kept: from the savepoint of its stop"),
        ("takes over job 7: changes live, without a restart; desc changes", False, False, RUNS_ON),
        (
            f"REPLACES THE JOB{MOVED} from its savepoint",
            True,
            True,
            "kept: goes along in its savepoint",
        ),
        (f"REPLACES THE JOB WITHOUT STATE{MOVED}, because it cannot go", True, True, LOST),
        ("creates and starts the job; 2 CUs; WITHOUT STATE, because …", False, False, LOST),
        (
            "starts from its savepoint obs://a/b, found failed (it stops, WITHOUT STATE)",
            False,
            False,
            "kept: from its savepoint",
        ),
    ],
)
def test_what_is_left_open_and_what_others_wrote(
    line: str, replaced: bool, stops: bool, state: str
) -> None:
    told = said(line, replaced=replaced)
    assert (told.stops, told.state) == (stops, state)


def test_what_depends_on_the_unknown_is_left_open() -> None:
    assert said("changes live, without a restart; desc changes", replaced=False).open is False
    assert said("not known yet, may cost a restart: cu_number", replaced=False).open is True


def test_state_that_may_be_given_up_is_not_said_to_be_kept() -> None:
    line = "restarts the job from a savepoint (downtime); not known yet, may give up its state: a"
    assert said(line, replaced=False).state == "not known yet, may give up its state"
    given_up = "RESTARTS THE JOB WITHOUT STATE (downtime); not known yet, may give up its state: a"
    assert said(given_up, replaced=False).loses
