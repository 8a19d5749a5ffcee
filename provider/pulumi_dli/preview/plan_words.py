"""What the words of a plan line say: whether the job stands still, and which state it goes on from.

For readers of a line who did not plan it. docs/architecture.md holds the phrases.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_IF_REPLACED = re.compile(r"; if the engine replaces it \(--replace, taint\): ")
_LATER = re.compile(r"; |, found ")
"""What ends the words for what is done: details follow, or how the job was found."""
_STOPS = re.compile(r"(?i)\b(?:restarts the job|stops)\b|\bit is stopped there\b")
_STARTS = re.compile(r"(?i)\b(?:re)?starts\b|\band started\b|\bruns again\b")
_BLOCKED = re.compile(r"\bCANNOT (?:START|CHANGE|REPLACE)\b")
_LOST = "LOST: the job does not go on from what it holds"
_OPEN = "not known yet, may cost a restart"
_RISK = "not known yet, may give up its state"
_STATES = {
    r"WITHOUT STATE|WITHOUT A SAVEPOINT": _LOST,
    r"KEEPS NO STATE": "kept while it runs; the next restart or delete gives it up",
    r"after a savepoint of what it holds": "from the directory that is named; its own is saved",
    r"restarts the job from a savepoint": "kept: from the savepoint of its stop",
    r"started from its savepoint": "kept: goes along in its savepoint",
    r"left stopped with its savepoint|stops with a savepoint": "kept in a savepoint",
    r"starts from its newest checkpoint": "kept: from its newest checkpoint",
    r"starts from its savepoint": "kept: from its savepoint",
    r"starts (?:the job )?from /|started from /": "from the directory that is named",
    r"runs again from the beginning": "none: it had finished",
    r"which never ran|\bstarts$": "none yet: it never ran",
    r"creates (?:and starts )?the job": "none yet: the job is new",
    r"\bstops$|it is stopped there": "none is kept: the job is stateless",
    r"changes at rest": "stays as it is: the job is at rest",
    r"changes live|takes a savepoint|without touching|waits for": "kept: the job is not stopped",
    r"nothing is sent|kept by the service|(?:with|over) job ": "kept: the job is not stopped",
}
"""By how the words are spelled, the first that fits: what becomes of the job's state."""


class Said(NamedTuple):
    """What a line says.

    Attributes:
        blocked: whether it says that nothing can be done.
        stops: whether the job stands still meanwhile, or from then on.
        starts: whether a job starts.
        open: whether it says that this depends on what is not known yet.
        state: in words, what becomes of the job's state; "" where the line does not tell.
    """

    blocked: bool = False
    stops: bool = False
    starts: bool = False
    open: bool = False
    state: str = ""

    @property
    def loses(self) -> bool:
        """Whether it says that state is given up."""
        return self.state == _LOST


def said(line: str, *, replaced: bool) -> Said:
    """Read a line.

    Args:
        line: the line, without the job's name in front.
        replaced: whether the engine replaces the job; a line may speak of both ways.
    """
    plain, *instead = _IF_REPLACED.split(line)
    clauses = _LATER.split(instead[0] if replaced and instead else plain)
    does = " ".join("/" if "/" in word else word for word in clauses[0].split(" "))
    if _BLOCKED.search(does):
        return Said(blocked=True)
    lost = any(clause.startswith("WITHOUT STATE") for clause in clauses)
    risk = any(clause.startswith(_RISK) for clause in clauses)
    state = next((words for form, words in _STATES.items() if re.search(form, does)), "")
    if risk and state != _LOST:
        state = _RISK
    return Said(
        stops=_STOPS.search(does) is not None,
        starts=_STARTS.search(does) is not None,
        open=any(clause.startswith(_OPEN) for clause in clauses),
        state=_LOST if lost else state,
    )
