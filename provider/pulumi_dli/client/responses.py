"""Turns an answer that refuses into the error it means.

The service, its gateway and the identity service each have their own form of refusal,
and a proxy between may have none, so what is read here is whatever can be found.
"""

from __future__ import annotations

import email.utils
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from pulumi_dli.client.error_codes import CODES, NEXT_STEPS
from pulumi_dli.errors import (
    MAX_TEXT,
    ApiError,
    AuthError,
    MissingEndpoint,
    NotFoundError,
    ThrottledError,
)
from pulumi_dli.job.redaction import cut

SERVER_ERROR = "DLI.0999"
"""The service's own way to say 500."""
PASSING = {502, 503, 504}
"""Statuses of a failure that is likely to pass."""
_NOT_SERVED = {404, 405}
_NO_SUCH_JOB = "DLI.16001"
_SIGN_IN_CODES = {"DLI.0013", "DLI.0014", "DLI.0015", "DLI.0016", "APIGW.0301", "APIGW.0307"}
_CODE = re.compile(r"[A-Z][A-Za-z]*\.\d+")
_CODE_KEYS = ("error_code", "errorCode", "code")
_TEXT_KEYS = ("error_msg", "errorMsg", "error_message", "message", "title")
_REQUEST_KEYS = ("request_id", "requestId")
_LONGEST_WAIT = 60.0


def refused(status: int, body: Any) -> bool:
    """Whether an answer refuses: by its status, an error code, or `is_success: false`.

    The elements of a batch answer (`is_success` for each job) are for the caller to
    read; an array is a refusal only when an element holds an error code.
    """
    if status >= 300:  # noqa: PLR2004 -- a redirect is not what was asked for either
        return True
    if isinstance(body, list):
        return any(isinstance(each, dict) and _first(each, _CODE_KEYS[:2]) for each in body)
    if not isinstance(body, dict):
        return False
    if "is_success" in body:
        return str(body["is_success"]).strip().lower() == "false"
    return bool(_first(body, _CODE_KEYS[:2]))


def refusal(
    what: str,
    status: int,
    text: str,
    headers: Mapping[str, str],
    *,
    now: float,
    hide: Iterable[str] = (),
) -> ApiError:
    """The error that a refusing answer means.

    Args:
        what: what was tried, in words that follow "could not".
        status: the HTTP status.
        text: the answer's body.
        headers: the answer's headers; names in lower case.
        now: the time, in epoch seconds, for a `Retry-After` that is a date.
        hide: texts that must not be repeated.
    """
    body = decode(text)
    code, words = _read(body)
    code, words = _tidy(code, hide), _tidy(words, hide)
    if not code and (named := _CODE.search(words)):
        code = named[0]
    request_id = headers.get("x-request-id") or _first(body, _REQUEST_KEYS)
    kind = _kind(status, code)
    uncertain = status >= 500 or code == SERVER_ERROR  # noqa: PLR2004 -- server errors
    known = CODES.get(code)
    told = words.removeprefix(code).strip(" :.") or (known.cause if known else "")
    reason = " ".join(part for part in (code, told) if part)
    message = f"could not {what}: {reason or f'HTTP {status}'}"
    if request_id:
        message += f" (request id {request_id})"
    if known:
        message += f"; {known.next_step}"
    elif status in NEXT_STEPS and kind is not NotFoundError:
        message += f"; {NEXT_STEPS[status]}"
    return kind(
        message,
        status=status,
        code=code,
        text=words,
        request_id=request_id,
        uncertain=uncertain,
        retry_after=_retry_after(headers.get("retry-after", ""), now),
    )


def decode(text: str) -> Any:
    """A body as JSON; `{}` when it is empty, and the text itself when it is not JSON."""
    if not text.strip():
        return {}
    try:
        return json.loads(text)
    except ValueError:
        return text


def _kind(status: int, code: str) -> type[ApiError]:
    # Only the service itself can say that a job is gone. A gateway or a proxy that knows
    # no such path says 404 too, and believing it would drop the job from the state.
    if code == _NO_SUCH_JOB or (status == 404 and code.startswith("DLI.")):  # noqa: PLR2004
        return NotFoundError
    if status == 429:  # noqa: PLR2004
        return ThrottledError
    if status in {401, 403} or code in _SIGN_IN_CODES:
        return AuthError
    if status in _NOT_SERVED and not code.startswith("DLI."):
        return MissingEndpoint
    return ApiError


def _read(body: Any) -> tuple[str, str]:
    """The code and the words of a refusal, wherever they are."""
    if isinstance(body, str):
        return "", re.sub(r"<(style|script|title).*?</\1>|<[^>]*>", " ", body, flags=re.DOTALL)
    if isinstance(body, list):
        readings = [_read(each) for each in body if isinstance(each, dict | list)]
        return next((found for found in readings if found[0]), next(iter(readings), ("", "")))
    if not isinstance(body, dict):
        return "", ""
    code, words = _first(body, _CODE_KEYS), _first(body, _TEXT_KEYS)
    # A bare number is the HTTP status once more.
    code = "" if code.isdigit() else code
    if code or words:
        return code, words
    nested = [_read(each) for each in body.values() if isinstance(each, dict | list)]
    return next((found for found in nested if any(found)), ("", ""))


def _first(body: Any, keys: Iterable[str]) -> str:
    if not isinstance(body, dict):
        return ""
    found = (body[key] for key in keys if isinstance(body.get(key), str | int))
    return next((str(value) for value in found if value), "")


def _tidy(words: str, hide: Iterable[str]) -> str:
    words = " ".join(cut(words, hide).split())
    return words if len(words) <= MAX_TEXT else words[: MAX_TEXT - 1] + "…"


def _retry_after(header: str, now: float) -> float | None:
    """Seconds to wait, 60 at most; the header gives seconds or an HTTP date."""
    header = header.strip()
    if header.isdecimal():
        return min(float(header), _LONGEST_WAIT)
    try:
        moment = email.utils.parsedate_to_datetime(header).timestamp()
    except ValueError:
        return None
    return min(max(moment - now, 0.0), _LONGEST_WAIT)
