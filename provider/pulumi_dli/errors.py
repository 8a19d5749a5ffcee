"""Every error this package raises, as one tree.

    DliError
    ├─ SettingsError       a setting is missing, contradictory or malformed; lists where it looked
    ├─ NotThere            what a look-up or an import asks for is not there, or not once
    ├─ TransportError      no answer came (unreachable, timed out, cut off)
    ├─ ApiError            the service answered and refused
    │  ├─ AuthError        401 or 403: the sign-in, or a right that is missing
    │  ├─ NotFoundError    404 with a DLI code, or DLI.16001 (no such Flink job)
    │  ├─ MissingEndpoint  404 or 405 from the gateway: nothing is served at that path
    │  ├─ ThrottledError   429: too many requests
    │  └─ ObjectError      the object service (OBS) refused, whatever its status
    │     └─ ObjectMissing 404: no such object, or no such bucket
    ├─ Unforeseen          a mistake of this package's own, or of the machine
    ├─ Halfway             an operation broke off after it changed the service
    └─ JobError            the service agreed, but the job is not in the state that was asked for
       ├─ JobFailed        it reached a failed state; so is StartFailed
       ├─ JobGone          it no longer exists, or another job has its id
       ├─ JobForeign       it belongs to someone else
       ├─ StateUnreadable  the stack's state tells of it what cannot be
       ├─ StateAtRisk      going on would lose the job's state
       └─ WithWay          what happened, and apart from it how to go on
          ├─ Interrupted   the user ended the run, so nothing more was begun
          ├─ StartFailed   a start failed; a next one may go on from there
          └─ WaitTimeout   it is still on its way after the time allowed

Every message is one sentence for a person: what failed, on which job, the service's own
code and text, the request id, and what to do next. No message holds a credential, nor
the values of `entrypoint_args` or `runtime_config`.
"""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any, Protocol

MAX_TEXT = 512
"""Characters of the service's own text that a message repeats; more would flood a log."""


class DliError(Exception):
    """Anything that this package can say went wrong. Its text is meant for a person."""

    uncertain: bool = False
    """True when the request may have taken effect although no good answer came back."""
    clues: str = ""
    """Lines that stand below the sentence, and help who looks for the cause."""

    def __str__(self) -> str:
        return super().__str__() + self.clues


class SettingsError(DliError):
    """A setting is missing, contradictory or malformed. Nothing was sent."""


class NotThere(DliError):
    """What a look-up or an import asks for is not there, or not only once."""


class TransportError(DliError):
    """No answer came from the service.

    `uncertain` is False when the request certainly never left (connection refused, name
    not found), and True when the service may have acted on it (answer lost, time-out).
    """

    def __init__(self, message: str, *, uncertain: bool) -> None:
        super().__init__(message)
        self.uncertain = uncertain


class ApiError(DliError):
    """The service answered and refused.

    Attributes:
        status: the HTTP status; 200 when the body said `is_success: false`.
        code: the service's error code, such as `DLI.0002`; empty when it gave none.
        text: the service's own words, cut at `MAX_TEXT` characters.
        request_id: the `X-Request-Id` of the answer; empty when it had none.
        uncertain: True for 500, 502, 503, 504 and `DLI.0999`, after which a request that
            changes something may or may not have taken effect.
        retry_after: seconds after which the service wants to be asked again, 60 at most;
            None when it did not say.
    """

    def __init__(  # noqa: PLR0913 -- an answer has these parts
        self,
        message: str,
        *,
        status: int,
        code: str = "",
        text: str = "",
        request_id: str = "",
        uncertain: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.text = text
        self.request_id = request_id
        self.uncertain = uncertain
        self.retry_after = retry_after


class AuthError(ApiError):
    """401 or 403: the credentials were refused, or the right is missing."""


class NotFoundError(ApiError):
    """The thing that was named does not exist."""


class MissingEndpoint(ApiError):
    """Nothing is served at that path: the region does not offer it, or the endpoint is wrong."""


class ThrottledError(ApiError):
    """429, and still so after every retry. Never took effect."""


class ObjectError(ApiError):
    """The object service refused. What it says of an object says nothing of a job."""


class ObjectMissing(ObjectError):
    """There is no such object or no such bucket; `code` says which, except after a HEAD.

    Attributes:
        needed: whether a job that names it cannot run; one that runs in name only can.
    """

    needed: bool = True


class JobError(DliError):
    """The job is not in the state that was asked for."""


class JobFailed(JobError):
    """The job reached a failed state; the message carries the service's `status_desc`."""


class WithWay(JobError):
    """What happened, and how to go on.

    Attributes:
        failure: what happened.
        way: how to go on, behind that.
    """

    def __init__(self, failure: str, way: str) -> None:
        super().__init__(f"{failure}; {way}")
        self.failure = failure
        self.way = way


class StartFailed(WithWay, JobFailed):
    """A job did not come to run."""


class JobGone(JobError):
    """The job no longer exists, or its id now belongs to another job."""

    @classmethod
    def of(cls, job_id: int) -> JobGone:
        """That a job of the state no longer exists."""
        return cls(f"job {job_id} no longer exists; `pulumi up --refresh` creates it anew")


class JobForeign(JobError):
    """A job of that name exists and is not this resource's."""


class StateUnreadable(JobError):
    """The stack's state holds of the job what no version of this package wrote."""


class Interrupted(WithWay):
    """The user ended the run, so nothing more was begun. What was under way can be gone on with."""


class StateAtRisk(JobError):
    """Going on would lose the job's state, so nothing more was done."""


class WaitTimeout(WithWay):
    """The job did not get there in the time allowed; the next `pulumi up` resumes."""


class Unforeseen(DliError):
    """A mistake of this package's own, or of the machine. It says where, and repeats no value.

    What was sent last may have taken effect.
    """

    uncertain = True

    def __init__(self, error: Exception) -> None:
        frames = traceback.extract_tb(error.__traceback__)
        ours = [frame for frame in frames if "pulumi_dli" in frame.filename] or frames
        where = f", {Path(ours[-1].filename).name} line {ours[-1].lineno}" if ours else ""
        super().__init__(
            f"something that nobody foresaw went wrong in pulumi-dli ({type(error).__name__}"
            f"{where}); run it again with PULUMI_DLI_DEBUG=1 in the environment to see all of it, "
            "and report that"
        )


class Storable(Protocol):
    """Something that the state can keep."""

    def write(self) -> dict[str, Any]:
        """The outputs that the state stores."""
        ...


class Halfway(DliError):
    """An operation broke off after it changed the service.

    Attributes:
        job_id: the job.
        state: what the state must keep, so that the next `up` goes on from there.
    """

    def __init__(self, job_id: int, state: Storable, cause: Exception) -> None:
        told = cause if isinstance(cause, DliError) else Unforeseen(cause)
        super().__init__(str(told))
        self.job_id = job_id
        self.state = state
        self.uncertain = told.uncertain
