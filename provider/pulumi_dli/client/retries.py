"""When a request that failed is sent again, and after how long."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from pulumi_dli.client.responses import PASSING, SERVER_ERROR
from pulumi_dli.errors import ApiError, TransportError

_FIRST_WAIT = 0.5
_LONGEST_WAIT = 20.0
_PATIENCE = 300.0
_THROTTLED = 429
_PASSING_CODES = {SERVER_ERROR, "InternalError", "RequestTimeout", "SlowDown"}
"""Codes of a failure that is likely to pass: DLI's, and the object service's."""

_Answer = TypeVar("_Answer")

# Who wants to see retries configures this logger; without it they would go to stderr.
logging.getLogger("stamina").addHandler(logging.NullHandler())


def again(error: Exception, *, repeatable: bool) -> bool | float:
    """Whether a request that failed is worth another attempt, or after how many seconds.

    1. Only a failure that is likely to pass: no answer, 429, 502, 503, 504, or the
       service's own `DLI.0999`; of the object service `InternalError` and the like too.
    2. A request that may be repeated without harm (GET and DELETE; all that are about an
       object) is repeated after each of these. Any other only when the failed attempt
       certainly had no effect: no connection was made, the sign-in before it failed, or the
       answer was 429. After a lost answer the caller has to look at the job first.
    3. When the service says how long to wait (`Retry-After`), that is obeyed.
    """
    wait: float | None = None
    if isinstance(error, ApiError):
        wait = error.retry_after
        passing = error.status in {_THROTTLED, *PASSING}
        passing = passing or error.code in _PASSING_CODES
    else:
        passing = isinstance(error, TransportError)
    if not passing or (getattr(error, "uncertain", True) and not repeatable):
        return False
    return True if wait is None else wait


def repeat(send: Callable[[], _Answer], *, repeatable: bool, max_retries: int) -> _Answer:
    """Call `send` until it succeeds, or `again` says that another attempt is not worth it.

    The waits grow from half a second to twenty, with jitter, and end after five minutes
    or `max_retries` attempts more than the first; then the last error is raised.
    """
    began = time.monotonic()
    try:
        return send()
    except Exception as error:
        left = _PATIENCE - (time.monotonic() - began)
        if again(error, repeatable=repeatable) is False or left <= 0:
            raise
        failed: Exception | None = error
    import stamina  # noqa: PLC0415 -- nearly every run does without

    for attempt in stamina.retry_context(
        on=lambda error: again(error, repeatable=repeatable),
        attempts=max_retries + 1,
        timeout=left,
        wait_initial=_FIRST_WAIT,
        wait_max=_LONGEST_WAIT,
    ):
        with attempt:
            if failed is not None:  # the first attempt, which was made above
                try:
                    raise failed
                finally:
                    failed = None
            return send()
    raise AssertionError  # retry_context ends in a result or an error
