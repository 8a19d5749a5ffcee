"""Reads what an answer says: its body as JSON, and an answer that refuses as the error it means.

The service, its gateway and the identity service each have their own form of refusal,
and a proxy between may have none, so what is read here is whatever can be found.
"""

from __future__ import annotations

import email.utils
import html
import json
import math
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
_CODE = re.compile(r"[A-Z][A-Za-z]{1,15}\.\d{1,8}")
_CODE_KEYS = ("error_code", "errorCode", "code")
_TEXT_KEYS = ("error_msg", "errorMsg", "error_message", "message", "title")
_REQUEST_KEYS = ("request_id", "requestId")
_MOST_ID = 64
_DEEPEST = 8
"""How many objects deep a refusal is looked for."""
_MOST_DIGITS = 18
"""Digits of a whole number; one with more is none of the service's, and fits no state."""
_LONGEST_WAIT = 60.0


def refused(status: int, body: Any) -> bool:
    """Whether an answer refuses: by its status, an error code, or an `is_success` that denies.

    An array answers a request for one job: an element that denies refuses it.
    """
    if status >= 300:  # noqa: PLR2004 -- a redirect is not what was asked for either
        return True
    if isinstance(body, list):
        each = [element for element in body if isinstance(element, dict)]
        return any(_first(e, _CODE_KEYS[:2]) or _denies(e) for e in each)
    if not isinstance(body, dict):
        return False
    if "is_success" in body:
        return _denies(body)
    return bool(_first(body, _CODE_KEYS[:2]))


def _denies(body: Mapping[str, Any]) -> bool:
    """Whether `is_success` says no, as a flag or as a text."""
    return str(body.get("is_success")).strip().lower() == "false"


def refusal(
    what: str,
    status: int,
    content: bytes,
    headers: Mapping[str, str],
    *,
    now: float,
    hide: Iterable[str] = (),
) -> ApiError:
    """The error that a refusing answer means.

    Args:
        what: what was tried, in words that follow "could not".
        status: the HTTP status.
        content: the answer's body.
        headers: the answer's headers; names in lower case.
        now: the time, in epoch seconds, for a `Retry-After` that is a date.
        hide: texts that must not be repeated, beside what the call hides.
    """
    hide = tuple(hide)
    body = decode(content)
    if isinstance(body, str):  # and bounded, before tags go that may stand within a secret
        body = cut(body, hide)
    code, words = _read(body)
    words = told(words, hide)
    if not _CODE.fullmatch(code):
        code = told(code, hide)
    if not code and (named := _CODE.search(words)):
        code = named[0]
    request_id = headers.get("x-request-id") or _first(body, _REQUEST_KEYS)
    request_id = told(request_id, hide)[:_MOST_ID]
    kind = _kind(status, code)
    # A server error, or a redirect, which is not the service's own answer.
    uncertain = status >= 500 or 300 <= status < 400 or code == SERVER_ERROR  # noqa: PLR2004
    known = CODES.get(code)
    said = words.removeprefix(code).strip(" :.") or (known.cause if known else "")
    reason = " ".join(part for part in (code, said) if part)
    silent = f"HTTP {status}" if status >= 300 else "no reason was given"  # noqa: PLR2004
    message = f"could not {what}: {reason or silent}"
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
        retry_after=retry_after(headers, now),
    )


def decode(content: bytes) -> Any:
    """A body as JSON; `{}` when it is empty, and the text itself when it is not JSON.

    What a header says of the charset does not count: JSON tells by itself. Numbers that no
    engine could store (not finite, or of more digits than any of the service's) are None, and
    halves of characters are replaced.
    """
    text = content.decode(json.detect_encoding(content), "replace").strip().strip("\0")
    if not text:
        return {}
    try:
        body = _parse(text)
        if "\\ud" in text.lower():
            body = _parse(json.dumps(body, ensure_ascii=False).encode("utf-8", "replace").decode())
    except (ValueError, RecursionError):
        return text
    return body


def told(words: str, hide: Iterable[str] = ()) -> str:
    """The service's own words as a message repeats them: one line, without secrets, not too long.

    Args:
        words: as the service wrote them.
        hide: texts that must not be repeated, beside what the call hides.
    """
    words = cut(words, hide)
    seen = "".join(each if each.isprintable() else " " for each in words)
    line = " ".join(seen.split())
    return line if len(line) <= MAX_TEXT else line[: MAX_TEXT - 1] + "…"


def _parse(text: str) -> Any:
    return json.loads(text, parse_int=_whole, parse_float=_finite, parse_constant=lambda _: None)


def _whole(digits: str) -> int | None:
    return int(digits) if len(digits) <= _MOST_DIGITS else None


def _finite(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


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


def _read(body: Any, depth: int = 0) -> tuple[str, str]:
    """The code and the words of a refusal, wherever they are."""
    if isinstance(body, str):
        page = re.sub(r"<(style|script|title).*?</\1>|<[^<>]*>", " ", body, flags=re.DOTALL)
        return "", html.unescape(page)
    if isinstance(body, list):
        nested = [each for each in body[:_DEEPEST] if isinstance(each, dict | list)]
    elif isinstance(body, dict):
        code, words = _first(body, _CODE_KEYS), _first(body, _TEXT_KEYS)
        # A bare number is the HTTP status once more.
        code = "" if code.isdigit() else code
        if code or words:
            return code, words
        nested = [each for each in body.values() if isinstance(each, dict | list)]
    else:
        return "", ""
    readings = [_read(each, depth + 1) for each in nested] if depth < _DEEPEST else []
    coded = (found for found in readings if found[0])
    return next(coded, next((found for found in readings if any(found)), ("", "")))


def _first(body: Any, keys: Iterable[str]) -> str:
    if not isinstance(body, dict):
        return ""
    found = (body[key] for key in keys if isinstance(body.get(key), str | int))
    return next((str(value) for value in found if value), "")


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds to wait, 60 at most; the header `Retry-After` gives seconds or an HTTP date."""
    header = headers.get("retry-after", "").strip()
    if header.isdecimal():
        return min(float(header), _LONGEST_WAIT)
    try:
        moment = email.utils.parsedate_to_datetime(header).timestamp()
    except (ArithmeticError, LookupError, TypeError, ValueError):  # whatever the header holds
        return None
    return min(max(moment - now, 0.0), _LONGEST_WAIT)
