"""What a resource's jobs hold, by their histories, and whether each loss of it was said before."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from announced import of_this_run
from faults.hands import HAND

SETTLE = 3.0
"""Seconds that a start must last until it counts."""
GIVEN_UP = (
    "WITHOUT STATE",
    "WITHOUT A SAVEPOINT",
    "from the beginning",
    "begins without a savepoint that may wait for it",
    "was to begin, is not there any more",
)
"""How a line says that state is given up."""
RAN_ON = "the job ran on behind that savepoint"
"""How it says that the latest there is is not all: good where there is no newer checkpoint."""
GOES_BACK = "the new definition failed, going back"

History = Sequence[Mapping[str, Any]]


class Violation(AssertionError):
    """An invariant does not hold."""


def must(holds: bool, sentence: str) -> None:
    """Raise Violation unless it holds."""
    if not holds:
        raise Violation(sentence)


class Told(NamedTuple):
    """What a run knew and said before it did something.

    Attributes:
        lines: all that it said.
        replaced: whether the engine replaced the job.
        stateful: whether the state had it that the job keeps its state.
        empty: whether the program wants the job without state.
    """

    lines: Sequence[str] = ()
    replaced: bool = False
    stateful: bool = True
    empty: bool = False

    def gives_up(self, path: str = "", *, latest: bool = True) -> bool:
        """Whether it said that state is given up, or that a job begins from a directory.

        Args:
            path: the directory, where the program has named it; another is nobody's choice.
            latest: whether nobody could see anything newer than what it begins from.
        """
        lines = [of_this_run(line, replaced=self.replaced) for line in self.lines]
        words = (*GIVEN_UP, *filter(None, [path.strip("/")]), *([RAN_ON] if latest else []))
        return any(word in line for line in lines for word in words)

    @property
    def goes_back(self) -> bool:
        """Whether a new definition failed, so that the one before starts again."""
        return any(GOES_BACK in line for line in self.lines)


NOTHING = Told()


@dataclass
class Losses:
    """How far the state of a resource has come, and what became of it.

    Attributes:
        held: the counter of the state that the resource's job has; 0: none to lose.
        named: the directory that the program names in `restore_from`.
        begun: whether a job was started from that.
        used: whether such a start has counted.
        blind: whether the object service may not tell what is there.
    """

    held: int = 0
    named: str = ""
    begun: bool = False
    used: bool = False
    blind: bool = False
    _read: dict[int, int] = field(default_factory=dict)
    _runs: dict[int, _Run] = field(default_factory=dict)

    def name(self, directory: str) -> None:
        """Note which directory the program names; "" for none."""
        path = directory.removeprefix("obs://").strip("/")
        if path != self.named:
            self.named = path
            self.ask_anew()

    def ask_anew(self) -> None:
        """Count the directory that the program names as not begun from yet."""
        self.begun = self.used = False
        for run in self._runs.values():
            run.named = False

    def judge(self, histories: Mapping[int, History], told: Told = NOTHING) -> None:
        """Look at what happened since the last time.

        Args:
            histories: of each job that ever was the resource's, by its id.
            told: what the run said, before which all that it did happened.

        Raises:
            Violation: it stopped a job, or started one, so that state was lost unsaid; or it
                started from a named directory once more.
        """
        before = self.held
        fresh = [
            [(event["at"], job_id, event) for event in history[self._read.get(job_id, 0) :]]
            for job_id, history in histories.items()
        ]
        self._read |= {job_id: len(history) for job_id, history in histories.items()}
        for _, job_id, event in heapq.merge(*fresh, key=lambda each: each[:2]):
            run = self._runs.setdefault(job_id, _Run())
            self._judge(run, event, told, before)
            if run.named and event["at"] - run.began >= SETTLE:
                self.used = True

    def forgive(self) -> None:
        """Count what there is as given up."""
        self.held, self.used = 0, False

    def _judge(self, run: _Run, event: Mapping[str, Any], told: Told, before: int) -> None:
        by_hand, run.by_hand = run.by_hand, event["event"] == HAND
        match event["event"]:
            case "created":
                for each in self._runs.values():
                    each.held = self.held
                if not told.stateful:
                    self.held = 0  # in the place of a job that kept no state
            case "run":
                run.asked = None if by_hand else (told, before)
                run.fresh = not event["resume"]  # what comes back by itself is no other start
                if run.asked and run.fresh and told.gives_up():
                    self.held = 0
                run.held = None
            case "stop" if by_hand:
                run.emptied = not event["savepoint"]
            case "stop" if not event["savepoint"] and run.runs:
                lost = told.stateful and self.held
                said = told.gives_up() or told.goes_back
                must(not lost or said, f"stopped empty, unsaid: {event}")
                run.leaves = before if told.goes_back else 0
            case "running":
                self._started(run, event)
            case "crashed" | "stopped" | "finished" | "submit failed":
                self.held = event["counter"] if run.runs else self.held
                if run.saved is not None:  # by a stop that failed behind its savepoint
                    self.held, run.saved = run.saved, None
                if event["event"] == "stopped" and run.leaves is not None:
                    self.held = run.leaves
                run.runs, run.leaves = False, None
                run.checkpoint = str(event.get("checkpoint") or "")
                if event["event"] == "crashed" and event["at"] - run.began < SETTLE:
                    self.held = run.begins  # a start that did not count leaves what it began from
            case "savepoint":
                self.held = event["counter"]
                run.saved = self.held if event["stopping"] else None
                if event["path"] is None and told.gives_up(self.named):
                    run.leaves = run.saved = 0  # it was to begin from elsewhere

    def _started(self, run: _Run, event: Mapping[str, Any]) -> None:
        begins, path = event["counter"] - 1, str(event["resumed"] or "").strip("/")
        # One that hung, and was left for another job, is not behind what that one did meanwhile.
        held = self.held if run.held is None else run.held
        if run.asked and begins < held:
            told, before = run.asked
            back = told.goes_back and begins >= before
            named = path if path == self.named else ""
            # Whoever stopped it so knew; how old the savepoint is that is left, its name says.
            emptied = any(each.emptied for each in self._runs.values())  # of a job that moved, too
            emptied = emptied and (told.empty or told.gives_up(path))
            latest = self.blind or not any(each.checkpoint for each in self._runs.values())
            said = told.gives_up(named, latest=latest) or back or emptied
            must(said, f"state {held} became {begins} unsaid: {event}")
            # Behind a kill nobody knows that a start counted whose job left nothing, if it is said.
            again = self.used and path == self.named != "" and not emptied
            must(not again, f"started once more from a directory that was used: {event}")
        run.named = path == self.named != ""
        self.begun |= run.named
        for each in self._runs.values():
            each.emptied, each.checkpoint = False, ""
        run.runs, run.began, run.asked = True, event["at"], None
        run.begins, run.saved = begins, None
        self.held = event["counter"]


@dataclass
class _Run:
    """The last run of a job.

    Attributes:
        by_hand: whether somebody else is about to do something.
        asked: what the run of ours that asked for it had told, and the state before that; None
            where nobody of ours did.
        runs: whether it lasts.
        held: what there was to lose when another job was made after it was asked for.
        leaves: where we stop it without a savepoint, what is left then.
        emptied: whether somebody stopped it without a savepoint.
        checkpoint: the newest that its crash has left; "" for none.
        fresh, named: whether it began with nothing, or from what the program names.
        began: when.
        begins: how far its state was then.
        saved: the same of the savepoint of a stop that is under way; None for none.
    """

    by_hand: bool = False
    asked: tuple[Told, int] | None = None
    runs: bool = False
    held: int | None = None
    leaves: int | None = None
    emptied: bool = False
    checkpoint: str = ""
    fresh: bool = False
    named: bool = False
    began: float = 0.0
    begins: int = 0
    saved: int | None = None
