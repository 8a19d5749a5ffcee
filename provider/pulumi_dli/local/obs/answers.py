"""The answers of the object service: XML, as S3 writes it."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Response

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pulumi_dli.local.obs.files import Found
    from pulumi_dli.local.obs.pages import Page, Wanted
    from pulumi_dli.local.obs.refusals import ObjectRefusal
    from pulumi_dli.local.signin.identity import Identity

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
Tree = tuple[str, "str | Iterable[Tree]"]
"""The name of an element, and its text or what is in it."""


def xml(name: str, inside: str | Iterable[Tree]) -> Response:
    """An answer of one element."""
    return Response(f"{_HEAD}{_written((name, inside), _SPACE)}", mimetype="application/xml")


def refusal(refused: ObjectRefusal, resource: str, request_id: str) -> Response:
    """A refusal."""
    parts: list[Tree] = [
        ("Code", refused.code),
        ("Message", refused.text),
        ("Resource", resource),
        ("RequestId", request_id),
        ("HostId", "local"),
    ]
    text = f"{_HEAD}{_written(('Error', parts))}"
    return Response(text, refused.status, mimetype="application/xml")


def buckets(found: Iterable[tuple[str, float]], identity: Identity) -> Response:
    """The list of buckets."""
    rows: list[Tree] = [
        ("Bucket", [("Name", name), ("CreationDate", moment(made_at))]) for name, made_at in found
    ]
    return xml("ListAllMyBucketsResult", [owner(identity), ("Buckets", rows)])


def copied(made: Found) -> Response:
    """What a copy became. Without an ETag nothing was copied, whatever the status."""
    parts = [("LastModified", moment(made.written_at)), ("ETag", f'"{made.etag}"')]
    return xml("CopyObjectResult", parts)


def page(bucket: str, wanted: Wanted, found: Page, identity: Identity) -> Response:
    """A page of a list, in the form of the first or the second version."""
    said = _url if wanted.encoded else str
    parts: list[Tree] = [("Name", bucket), ("Prefix", said(wanted.prefix))]
    if wanted.version == 1:
        parts.append(("Marker", said(wanted.after)))
        if found.truncated and wanted.delimiter:
            parts.append(("NextMarker", said(found.last)))
    else:
        parts.append(("KeyCount", str(len(found.objects) + len(found.prefixes))))
        if found.truncated:
            parts.append(("NextContinuationToken", quote(found.last, safe="")))
    if wanted.delimiter:
        parts.append(("Delimiter", said(wanted.delimiter)))
    if wanted.encoded:
        parts.append(("EncodingType", "url"))
    parts += [("MaxKeys", str(wanted.most)), ("IsTruncated", str(found.truncated).lower())]
    for key, each in found.objects:
        contents: list[Tree] = [
            ("Key", said(key)),
            ("LastModified", moment(each.written_at)),
            ("ETag", f'"{each.etag}"'),
            ("Size", str(each.size)),
            ("StorageClass", "STANDARD"),
        ]
        parts.append(("Contents", [*contents, *([owner(identity)] if wanted.version == 1 else [])]))
    parts += [("CommonPrefixes", [("Prefix", said(prefix))]) for prefix in found.prefixes]
    return xml("ListBucketResult", parts)


def owner(identity: Identity) -> Tree:
    """Whose a bucket is."""
    return "Owner", [("ID", identity.domain_id), ("DisplayName", identity.domain)]


def moment(seconds: float) -> str:
    """A time as lists have it."""
    text = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACE: Mapping[str, str] = {"xmlns": NAMESPACE}


def _written(tree: Tree, attributes: Mapping[str, str] | None = None) -> str:
    name, inside = tree
    head = "".join(f' {key}="{value}"' for key, value in (attributes or {}).items())
    if isinstance(inside, str):
        return f"<{name}{head}>{escape(inside, quote=False)}</{name}>"
    return f"<{name}{head}>{''.join(map(_written, inside))}</{name}>"


def _url(text: str) -> str:
    return quote(text, safe="/~")
