"""Objects of one place: put, looked at, read in part, copied, listed and deleted.

Every request may be repeated without harm, and is where its failure is likely to pass: to put,
copy or delete an object twice comes to the same as once.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple
from urllib.parse import unquote_plus

import httpx

from pulumi_dli.artifacts import xml
from pulumi_dli.artifacts.payload import Payload
from pulumi_dli.artifacts.requests import Request, Sender, demand_good, strange
from pulumi_dli.artifacts.signature import encoded
from pulumi_dli.client.bodies import LARGEST
from pulumi_dli.errors import ObjectError
from pulumi_dli.job.object_url import ObjectUrl

MOST_ROWS = 1000
"""Objects of a page of a list."""
MOST_PAGES = 1000
_PATIENT = httpx.Timeout(300.0, connect=10.0)
"""How long a copy may take; the service answers when it is done."""
_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(?:\d{1,18}|\*)")


class Object(NamedTuple):
    """An object as the service tells of it.

    Attributes:
        key: its key.
        size: bytes.
        etag: changes with its bytes; it is no digest of them, where the service encrypts.
        modified: when it was written, as the service writes it.
    """

    key: str
    size: int
    etag: str
    modified: str

    @property
    def written_at(self) -> float | None:
        """When it was written, in epoch seconds; None where that cannot be read."""
        for read in (datetime.fromisoformat, parsedate_to_datetime):  # of a list, of a head
            with contextlib.suppress(ArithmeticError, LookupError, TypeError, ValueError):
                moment = read(self.modified)
                seconds = moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
                return seconds if seconds > 0 else None  # not set, as some services write it
        return None


class Objects:
    """The objects of one place. Safe to share between threads."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._send = sender.send

    def hasty(self) -> Objects:
        """The same, for looks that nothing depends on: short time-outs, and one repetition."""
        return Objects(self._sender.hasty())

    def brief(self) -> Objects:
        """The same, for looks that may hold nothing up: seconds, and no repetition."""
        return Objects(self._sender.brief())

    def put(self, url: ObjectUrl, payload: Payload) -> str:
        """Write an object, whole or not at all. Returns its ETag.

        Raises:
            DliError: the service refused or could not be reached, or the file of the payload was
                changed meanwhile.
        """
        headers = {"Content-Type": "binary/octet-stream", "Content-Length": str(payload.size)}

        def read(response: httpx.Response) -> str:
            if etag := _unquoted(response.headers.get("etag", "")):
                return etag
            raise strange(f"upload {url}", "tells no ETag")

        return self._send(
            f"upload {url}",
            Request("PUT", url, headers, payload),
            read,
        )

    def head(self, url: ObjectUrl) -> Object:
        """Look at an object.

        Raises:
            ObjectMissing: there is none, or no such bucket.
            DliError: the service refused, or could not be reached.
        """

        def read(response: httpx.Response) -> Object:
            headers = response.headers
            size = _number(headers.get("content-length", ""))
            etag = _unquoted(headers.get("etag", ""))
            if size is None or not etag:
                raise strange(f"look at {url}", "tells neither size nor ETag")
            return Object(url.key, size, etag, headers.get("last-modified", ""))

        return self._send(f"look at {url}", Request("HEAD", url), read)

    def read(self, url: ObjectUrl, start: int, size: int, *, etag: str = "") -> bytes:
        """A part of an object; less than was asked for where the object ends before.

        It comes in pieces of what an answer may have, all of them of the same object.

        Args:
            url: the object.
            start: its first byte, from 0 on.
            size: bytes.
            etag: of the object that is meant, as `head` tells it; "": any.

        Raises:
            ObjectError: status 412 where the object has another ETag.
            DliError: the service refused, or could not be reached.
        """
        found = bytearray()
        while len(found) < size:
            begin, most = start + len(found), min(size - len(found), LARGEST)
            piece, etag = self._piece(url, begin, most, etag)
            found += piece
            if len(piece) < most:
                break
        return bytes(found)

    def copy(self, source: ObjectUrl, target: ObjectUrl) -> str:
        """Copy an object within the service. Returns the ETag of the copy.

        Raises:
            DliError: the service refused, also where it said so behind a good status.
        """
        what = f"copy {source} to {target}"
        demand_good(source)
        name = f"/{source.bucket}/{encoded(source.key, safe='/')}"

        def read(response: httpx.Response) -> str:
            with contextlib.suppress(xml.NotXml):
                if etag := _unquoted(xml.read(response.content).value("ETag")):
                    return etag
            raise self._sender.refusal(what, response)

        request = Request("PUT", target, {"x-amz-copy-source": name}, timeout=_PATIENT)
        return self._send(what, request, read)

    def delete(self, url: ObjectUrl) -> None:
        """Delete an object; that there is none is no error.

        Raises:
            DliError: the service refused, or could not be reached.
        """
        self._send(f"delete {url}", Request("DELETE", url), lambda _: None)

    def listed(self, bucket: str, prefix: str = "", *, marker: str = "") -> Iterator[Object]:
        """The objects of a bucket in the order of their keys, a page at a time.

        Args:
            bucket: its name.
            prefix: what every key begins with.
            marker: the key behind which the list begins.

        Raises:
            ObjectMissing: there is no such bucket.
            DliError: the service refused or could not be reached, or the list has no end.
        """
        what = f"list the objects of bucket {bucket}"
        for _ in range(MOST_PAGES):
            rows, more = self._page(what, bucket, prefix, marker)
            yield from rows
            if not more:
                return
            if not rows or rows[-1].key.encode() <= marker.encode():
                raise strange(what, "is a page that leads no further")
            marker = rows[-1].key
        raise strange(what, f"has more than {MOST_PAGES} pages")

    def _page(self, what: str, bucket: str, prefix: str, marker: str) -> tuple[list[Object], bool]:
        query = {"prefix": prefix, "marker": marker, "max-keys": str(MOST_ROWS)}
        query["encoding-type"] = "url"  # of keys with characters that XML cannot have

        def read(response: httpx.Response) -> tuple[list[Object], bool]:
            try:
                root = xml.read(response.content)
            except xml.NotXml:
                root = xml.Element("", [], [])
            if root.name != "ListBucketResult":
                raise strange(what, "is no list")
            said = unquote_plus if root.value("EncodingType") == "url" else str
            rows = [
                Object(key, size, _unquoted(row.value("ETag")), row.value("LastModified"))
                for row in root.all("Contents")
                if (key := said("".join(each.text for each in row.all("Key")))).startswith(prefix)
                and (size := _number(row.value("Size"))) is not None
            ]
            return rows, root.value("IsTruncated").lower() == "true"

        return self._send(what, Request("GET", ObjectUrl(bucket, ""), query=query), read)

    def _piece(self, url: ObjectUrl, start: int, size: int, etag: str) -> tuple[bytes, str]:
        """A part that one answer holds, and the ETag of the object that it is of."""
        headers = {"Range": f"bytes={start}-{start + size - 1}"}
        if etag:
            headers["If-Match"] = f'"{etag}"'

        def read(response: httpx.Response) -> tuple[bytes, str]:
            said = _RANGE.fullmatch(response.headers.get("content-range", ""))
            body = response.content
            good = said and int(said[1]) == start and int(said[2]) == start + len(body) - 1
            if response.status_code == httpx.codes.OK and start == 0:  # it has no ranges
                good, body = True, body[:size]
            if not good or len(body) > size:
                raise strange(f"read {url}", "has another part of it than was asked for")
            now = _unquoted(response.headers.get("etag", ""))
            if etag and now != etag:
                raise ObjectError(
                    f"could not read {url}: it was replaced meanwhile; run this again",
                    status=httpx.codes.PRECONDITION_FAILED,
                )
            return body, now

        try:
            return self._send(f"read {url}", Request("GET", url, headers), read)
        except ObjectError as error:
            if error.status == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:  # it ends before
                return b"", etag
            raise


def _unquoted(etag: str) -> str:
    return etag.strip().removeprefix("W/").strip('"')


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None  # noqa: PLR2004
