"""How a job's log ends, where OBS can be read.

DLI writes the log of a job with `log_enabled` into folders of its bucket that begin with the job's
id, below `jobs/logs/`. Which files are in them is told in part only, so the newest are read,
whatever they are called, and of each no more than its end.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from pulumi_dli.artifacts.stores import Stores
from pulumi_dli.client.responses import told
from pulumi_dli.clock import Clock, Deadline
from pulumi_dli.job.canonical import line
from pulumi_dli.job.detail import JobDetail
from pulumi_dli.job.object_url import ObjectUrl, is_bucket
from pulumi_dli.job.redaction import MOST_READ, cut, secret_texts

if TYPE_CHECKING:
    from pulumi_dli.artifacts.objects import Object, Objects

FOLDER = "jobs/logs/"
LONGEST_LOOK = 4.0
"""Seconds after which no further request is sent: the failure that is looked into waits."""
MOST_OBJECTS = 5000
MOST_FILES = 3
"""Files that are read in search of an exception."""
SKEW = 60.0
"""Seconds by which this machine's clock may be ahead of the service's."""
LONGEST_LINE = 200
"""Characters of a line that is shown."""
FRAMES = 3
"""Lines that are shown behind an exception."""
LAST = 5
"""Lines that are shown of a log without one."""
_COLOUR = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_EXCEPTION = re.compile(r"(?<![\w.])(?:[a-z_]\w*\.)+(?=[A-Z])[\w$]*(?:Exception|Error)\b")
_CAUSE = "Caused by: "
_FAILED = " to FAILED"
"""What DLI's manual says to look for: `switched from RUNNING to FAILED`."""
_BROKEN = "\ufffd"
_MOST_BROKEN = 0.1
"""The part of a text that may be no UTF-8."""


class Log(NamedTuple):
    """What is seen of a log.

    Attributes:
        url: the file; where there is none yet, what its name will begin with.
        there: whether there is one.
        lines: those of it that tell; none where it holds no text.
    """

    url: str
    there: bool = False
    lines: tuple[str, ...] = ()


class Logs:
    """The logs of jobs. Safe to share between threads.

    Args:
        stores: the object service of each place.
        clock: time.
    """

    def __init__(self, stores: Stores, clock: Clock) -> None:
        self._stores = stores
        self._clock = clock

    def last(
        self,
        job: JobDetail,
        since: float,
        where: tuple[str | None, str | None],
        hide: Iterable[str] = (),
    ) -> Log | None:
        """How the log of a job ends; None where the job keeps none, or it cannot be seen in time.

        Args:
            job: the live job.
            since: epoch seconds; what was written before is of an earlier run.
            where: the region and the project that the job names itself.
            hide: texts that nobody may see, beside those of the job and what the call hides.

        Raises:
            DliError: the bucket cannot be read.
        """
        bucket = str(job.value("obs_bucket") or "")
        if not job.value("log_enabled") or not is_bucket(bucket):
            return None
        objects, deadline = self._stores.at(*where).brief(), Deadline(self._clock, LONGEST_LOOK)
        written: list[tuple[float, ObjectUrl, int]] = []
        for each in _listed(objects, bucket, job.job_id, deadline):
            url, at = ObjectUrl(bucket, each.key), each.written_at or 0
            if each.size and at >= since - SKEW and not url.problem:
                written.append((at, url, each.size))
        secrets = (*secret_texts(job.values), *hide)
        best = Log(str(ObjectUrl(bucket, f"{FOLDER}{job.job_id}")))
        for _, url, size in heapq.nlargest(MOST_FILES, written):
            if deadline.left <= 0:
                return best if best.there else None
            lines, tells = telling(cut(_COLOUR.sub("", _end(objects, url, size)), secrets))
            if tells or not best.lines:
                shown = tuple(line(told(each, secrets), LONGEST_LINE) for each in lines)
                best = Log(told(str(url), secrets), there=True, lines=shown)
            if tells:
                break
        return best


def telling(text: str) -> tuple[list[str], bool]:
    """The lines of a log that tell why a job failed, and whether an exception is among them.

    They are its exception and the innermost cause of that one; of a log without any its last.
    """
    lines = [each for each in text.splitlines() if each.strip()]
    thrown, causes, failed = [], [], -1
    for number, each in enumerate(lines):
        if each.startswith(_CAUSE):
            causes.append(number)
        elif not each[0].isspace() and _EXCEPTION.search(each):
            thrown.append(number)
        if _FAILED in each:
            failed = number
    # Behind the failure others follow, such as those of what is closed then.
    head = next((each for each in thrown if each >= failed >= 0), thrown[-1] if thrown else -1)
    end = next((each for each in thrown if each > head >= 0), len(lines))
    inner = [each for each in causes if head < each < end]
    if head < 0 and not inner:
        return lines[-LAST:], False
    first = inner[-1] if inner else head
    outer = lines[head : head + 1] if 0 <= head < first else []
    return [*outer, *lines[first : min(first + 1 + FRAMES, end)]], True


def _listed(objects: Objects, bucket: str, job_id: int, deadline: Deadline) -> Iterator[Object]:
    """The files of a job's log, as far as the time allows; job 13 is not job 138."""
    prefix, seen = f"{FOLDER}{job_id}", 0
    for marker in ("", f"{prefix}:"):  # the character behind "9"
        for each in objects.listed(bucket, prefix, marker=marker):
            if each.key[len(prefix) :][:1].isdigit():
                break
            yield each
            seen += 1
            late = seen % 100 == 0 and deadline.left <= 0
            if late or seen >= MOST_OBJECTS:
                return
        else:
            return


def _end(objects: Objects, url: ObjectUrl, size: int) -> str:
    """The end of a file, in whole lines; "" of one that is no text."""
    start = max(0, size - MOST_READ)
    text = objects.read(url, start, MOST_READ).decode("utf-8", "replace")
    if "\0" in text or text.count(_BROKEN) > _MOST_BROKEN * len(text):
        return ""
    return text.partition("\n")[2] if start else text
