"""Answers that no service should give: of any shape, cut, compressed, huge, in any charset."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from hypothesis import strategies as st

PLANTED = "PLANTEDsecret"
"""A secret of the job that answers repeat, and no sentence may."""

ODD = st.one_of(
    st.sampled_from(
        [
            *(None, True, "", "x", -5, 7, 0, 10**18, 10**400, 1e308, float("inf"), float("nan")),
            *([], {}, [None], [[]], "\ud800", "\x1b[31m\n\0", "9" * 400, "Infinity", PLANTED),
            *([PLANTED], {PLANTED: PLANTED}, {"": None}, "x" * 100_000),
        ]
    ),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["job", "job_id", "jobs", "tags", "message", "error_code", "x"]),
                inner,
                max_size=3,
            )
        ),
        max_leaves=8,
    ),
)
"""JSON that is no answer."""


@st.composite
def bent(draw: st.DrawFn, good: Any) -> Any:
    """A good answer with one or two parts replaced, taken out, doubled or wrapped."""
    body = json.loads(json.dumps(good))
    for _ in range(draw(st.integers(1, 2))):
        places = list(_places(body))
        if not places:
            return draw(ODD)
        around, key = draw(st.sampled_from(places))
        match draw(st.sampled_from(["replace", "replace", "remove", "wrap", "double"])):
            case "replace":
                around[key] = draw(ODD)
            case "remove":
                del around[key]
            case "wrap":
                around[key] = [around[key]]
            case "double":
                around[key] = [around[key], around[key]]
    return body


def _places(body: Any) -> Iterator[tuple[Any, Any]]:
    keys = list(body) if isinstance(body, dict) else range(len(body))
    for key in keys:
        yield body, key
        if isinstance(body[key], dict | list):
            yield from _places(body[key])


class Parts(httpx.SyncByteStream):
    """A body that arrives in parts, with a pause after each."""

    def __init__(self, parts: Iterator[bytes], pause: Callable[[], None] = lambda: None) -> None:
        self._parts = parts
        self._pause = pause

    def __iter__(self) -> Iterator[bytes]:
        for part in self._parts:
            yield part
            self._pause()


def response(
    status: int, content: bytes, headers: Mapping[str, str] | None = None
) -> httpx.Response:
    """An answer that the client has to read, with what it will find."""
    body = Parts(iter([content]))
    return httpx.Response(status, headers=headers, stream=body, extensions={"content": content})


@st.composite
def answers(draw: st.DrawFn, good: Any = None) -> httpx.Response:
    """Any answer at all; near to a good one where that is given."""
    status = draw(st.sampled_from([200, 200, 200, 201, 204, 302, 400, 401, 404, 429, 500, 502]))
    body = draw(ODD if good is None else bent(good) | bent(good) | ODD)
    headers = draw(
        st.dictionaries(
            st.sampled_from(["content-type", "x-request-id", "retry-after", "location"]),
            st.sampled_from(
                [
                    *("application/json; charset=utf-16", "text/html; charset=hex", PLANTED),
                    *("Sun, 99 Foo 99999 99:99:99 GMT", "9" * 400, "x" * 5000, "-1", "http://x/"),
                ]
            ),
            max_size=2,
        )
    )
    text = json.dumps(body)
    match draw(st.sampled_from(["json"] * 6 + ["cut", "gzip", "lie", "utf-16", "page", "bytes"])):
        case "json":
            content = text.encode()
        case "cut":
            content = text.encode()[: draw(st.integers(0, len(text)))]
        case "gzip":
            gzipped = draw(st.booleans())
            content = gzip.compress(text.encode()) if gzipped else zlib.compress(text.encode())
            headers["content-encoding"] = draw(st.sampled_from(["gzip", "deflate", "br", "x"]))
        case "lie":
            content = text.encode()
            headers["content-encoding"] = "gzip"
        case "utf-16":
            content = text.encode("utf-16")
        case "page":
            page = draw(st.sampled_from(["<x" * 40_000, "<title>a</title>b", "<style>" * 9000]))
            content = f"<html>{page} --key {PLANTED}".encode()
        case _:
            content = draw(st.binary(max_size=60))
    return response(status, content, headers)


@dataclass
class Hostile(httpx.BaseTransport):
    """Passes requests on, and puts another answer in the place of some.

    Attributes:
        inner: the service.
        instead: the answers, by the number of the request that they are for, from 1 on.
        lost: whether such a request does not reach the service.
        requests: the requests so far, in short.
    """

    inner: httpx.BaseTransport
    instead: dict[int, httpx.Response]
    lost: bool = False
    requests: list[str] = field(default_factory=list)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(f"{request.method} {request.url.path}")
        other = self.instead.get(len(self.requests))
        if other is not None and self.lost:
            return other
        answer = self.inner.handle_request(request)
        return answer if other is None else other
