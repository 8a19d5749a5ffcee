"""The endpoints of the object service: buckets and objects, by path or by host.

A request whose host is `BUCKET.localhost` names its bucket there, and is read as one that names
it in the path.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote

from flask import Blueprint, Flask, Response, g, request
from werkzeug.exceptions import (
    HTTPException,
    MethodNotAllowed,
    NotFound,
    RequestedRangeNotSatisfiable,
    RequestEntityTooLarge,
)
from werkzeug.routing import BaseConverter
from werkzeug.wsgi import wrap_file

from pulumi_dli.local.obs import answers, pages, payload
from pulumi_dli.local.obs.files import BUCKET, Files
from pulumi_dli.local.obs.refusals import (
    FAILED_CONDITION,
    INTERNAL,
    NOT_SERVED,
    UNSATISFIABLE,
    ObjectRefusal,
    bad,
)
from pulumi_dli.local.obs.signatures import OURS, Sent, signed
from pulumi_dli.local.signin import tokens
from pulumi_dli.local.signin.tokens import KeyPair

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from werkzeug.routing import Rule

    from pulumi_dli.local.obs.files import Found
    from pulumi_dli.local.service import Service

NAME = "obs"
LARGEST_OBJECT = 5 * 1024**3
"""Bytes of one put, as the service has it."""
HOST = re.compile(rf"(?P<bucket>{BUCKET.pattern})\.localhost\.?(?::\d*)?", re.IGNORECASE)
IN_NAME_ONLY = "x-local-in-name-only"
"""The header of an answer that there is no such object, where no job needs it to run."""
BY_HOST = "pulumi_dli.bucket"
"""The bucket of the host, in the WSGI environment."""
OTHERS = re.compile(r"v\d+(?:\.\d+)?")
"""How addresses of DLI and the identity service begin; no bucket is looked for there."""
SOURCES = ("x-amz-copy-source", "x-obs-copy-source")
NO_CONTENT = 204
ARMED = {
    200: "InternalError",  # a copy may say so behind a good status
    403: "AccessDenied",
    404: "NoSuchKey",
    429: "SlowDown",
    500: "InternalError",
    503: "ServiceUnavailable",
}
"""The codes that go with the statuses of an armed fault."""
UNSERVED = frozenset(
    {
        *("acl", "cors", "delete", "encryption", "lifecycle", "logging", "notification", "policy"),
        *("partNumber", "object-lock", "replication", "restore", "tagging", "uploadId", "uploads"),
        *("versionId", "versions", "website", "append", "modify", "quota", "storageClass"),
    }
)
"""Parameters that ask for something else than the object or the list."""


class BucketConverter(BaseConverter):
    """The name of a bucket."""

    regex = rf"(?!{OTHERS.pattern}$){BUCKET.pattern}"


class KeyConverter(BaseConverter):
    """A key, whatever is in it."""

    part_isolating = False
    regex = r"(?s:.+)"
    weight = 300


def by_path(environ: WSGIEnvironment) -> None:
    """Let a request name its bucket in the path, where its host does."""
    found = HOST.fullmatch(environ.get("HTTP_HOST", ""))
    if found:
        environ[BY_HOST] = found["bucket"].lower()
        environ["PATH_INFO"] = f"/{environ[BY_HOST]}{environ['PATH_INFO'] or '/'}"


def asked() -> bool:
    """Whether the request is for the object service, by what only its clients send."""
    return request.headers.get("Authorization", "").startswith(OURS) or BY_HOST in request.environ


def meant(app: Flask) -> Rule | None:
    """The route that a header chooses among those of one address."""
    name = request.endpoint
    if name == "identity.versions" and asked():
        name = f"{NAME}.list_buckets"
    elif name == f"{NAME}.put_object" and any(each in request.headers for each in SOURCES):
        name = f"{NAME}.copy_object"
    return next(app.url_map.iter_rules(name)) if name else request.url_rule


def let_in() -> None:
    """Take in a request at an address of the object service, however large.

    Raises:
        NotFound: nothing else says that it is for the object service.
    """
    if not (asked() or request.remote_user):
        raise NotFound
    request.max_content_length = LARGEST_OBJECT


def sign_in(service: Service) -> None:
    """Check what is asked for, and the signature, unless a caller in this process asks.

    Raises:
        ObjectRefusal: the signature is missing or not good, or the request is for what the local
            object service does not do.
    """
    if unserved := sorted(UNSERVED & request.args.keys()):
        text = f"The local object service does not do {', '.join(unserved)}."
        raise ObjectRefusal(NOT_SERVED, "NotImplemented", text)
    g.signed = None
    if request.remote_user:
        return
    identity = service.identity

    def keys(access_key: str) -> KeyPair | None:
        if access_key == identity.access_key:
            return KeyPair(identity.access_key, identity.secret_key)
        with service.store.read() as db:
            return tokens.find_keys(db, access_key)

    bucket = request.environ.get(BY_HOST, "")
    g.signed = signed(
        Sent(
            request.method,
            request.path.removeprefix(f"/{bucket}") if bucket else request.path,
            request.query_string.decode("latin-1"),
            _headers(),
            bucket,
        ),
        keys,
        service.clock(),
    )


def blueprint(service: Service) -> Blueprint:
    """All routes of the object service."""
    routes = Blueprint(NAME, __name__)
    files = Files(service.store.folder)

    @routes.get("/")
    def list_buckets() -> Response:
        return answers.buckets(files.buckets(), service.identity)

    _buckets(routes, files, service)
    _objects(routes, files)
    return routes


def _buckets(routes: Blueprint, files: Files, service: Service) -> None:
    address = "/<bucket:bucket>"

    @routes.route(address, methods=["HEAD"], strict_slashes=False)
    def head_bucket(bucket: str) -> Response:
        files.demand(bucket)
        # By the last a client of OBS knows that its own form of signature is read.
        headers = {"x-amz-bucket-region": service.identity.region, "x-obs-api": "3.0"}
        return Response(headers=headers)

    @routes.get(address, strict_slashes=False)
    def list_objects(bucket: str) -> Response:
        if "location" in request.args:
            files.demand(bucket)
            return answers.xml("LocationConstraint", service.identity.region)
        if "versioning" in request.args:
            files.demand(bucket)
            return answers.xml("VersioningConfiguration", "")
        asked_for = pages.wanted(request.args)
        found = pages.page(files, bucket, asked_for)
        return answers.page(bucket, asked_for, found, service.identity)

    @routes.put(address, strict_slashes=False)
    def make_bucket(bucket: str) -> Response:
        files.make(bucket)
        return Response(headers={"Location": f"/{bucket}"})


def _objects(routes: Blueprint, files: Files) -> None:
    address = "/<bucket:bucket>/<key:key>"

    @routes.route(address, methods=["HEAD"])
    def head_object(bucket: str, key: str) -> Response:
        return _object(files.opened(bucket, key))

    @routes.get(address)
    def get_object(bucket: str, key: str) -> Response:
        return _object(files.opened(bucket, key))

    @routes.put(address)
    def put_object(bucket: str, key: str) -> Response:
        with files.writing(bucket, key) as file:
            got = payload.receive(request.stream, file.write, _headers(), g.signed)
        return Response(headers={"ETag": f'"{got.md5.hexdigest()}"'})

    @routes.put(address)
    def copy_object(bucket: str, key: str) -> Response:
        source = files.opened(*_source())
        with source.file, files.writing(bucket, key) as file:
            while part := source.file.read(payload.AT_ONCE):
                file.write(part)
        made = files.opened(bucket, key)
        made.file.close()
        return answers.copied(made)

    @routes.delete(address)
    def delete_object(bucket: str, key: str) -> Response:
        files.delete(bucket, key)
        return Response(status=NO_CONTENT)


def unknown(error: HTTPException) -> ObjectRefusal:
    """What a client of the object service hears of an address or a verb that is not there."""
    if isinstance(error, NotFound | MethodNotAllowed):
        text = (
            f"The local object service does not do {request.method} here; the name of a bucket has "
            "3 to 63 lower-case letters, digits, `-` and `.`."
        )
        return ObjectRefusal(NOT_SERVED, "NotImplemented", text)
    code = "EntityTooLarge" if isinstance(error, RequestEntityTooLarge) else "InvalidRequest"
    return ObjectRefusal(error.code or INTERNAL, code, str(error.description))


def armed(code: str) -> ObjectRefusal:
    """The refusal of an armed fault."""
    status = int(code) if code.isdigit() else INTERNAL
    return ObjectRefusal(status, ARMED[status], "The request was not served (armed fault).")


def _object(found: Found) -> Response:
    """An object, or the part of it that is asked for; a HEAD leaves the body out by itself."""
    answer = Response(
        wrap_file(request.environ, found.file),
        mimetype="binary/octet-stream",
        direct_passthrough=True,
    )
    answer.call_on_close(found.file.close)
    answer.content_length = found.size
    answer.last_modified = datetime.fromtimestamp(found.written_at, UTC)
    answer.set_etag(found.etag)
    if request.if_match and not request.if_match.contains(found.etag):
        found.file.close()
        text = "The object is not the one that If-Match names."
        raise ObjectRefusal(FAILED_CONDITION, "PreconditionFailed", text)
    try:
        answer.make_conditional(request, accept_ranges=True, complete_length=found.size)
    except RequestedRangeNotSatisfiable:
        found.file.close()
        text = "The object is not as long."
        raise ObjectRefusal(UNSATISFIABLE, "InvalidRange", text) from None
    return answer


def _source() -> tuple[str, str]:
    """The bucket and the key that a copy is made of."""
    text = next(request.headers[each] for each in SOURCES if each in request.headers)
    bucket, _, key = unquote(text.partition("?")[0]).lstrip("/").partition("/")
    if not BUCKET.fullmatch(bucket) or not key:
        raise bad("InvalidArgument", "The source of the copy is not `/bucket/key`.")
    return bucket, key


def _headers() -> dict[str, str]:
    return {name.lower(): value for name, value in request.headers.items()}
