"""What a program gives, judged before anybody works with it.

Python and the SDK refuse a value of the wrong kind with a traceback, and the SDK's shows the
value, which may be a secret. Here it gets one sentence, as `pulumi.RunError`, without it.
"""

from __future__ import annotations

import functools
import inspect
import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import pulumi
from pulumi import Input, Output
from pulumi.output import Unknown

from pulumi_dli.job.object_url import OBJECTS
from pulumi_dli.sdk.mocks import mocked

_P = ParamSpec("_P")
_R = TypeVar("_R")
_ID = re.compile(r"\s*([0-9]{1,19})(?:\.0)?\s*")
_MOST = 2**63
_PATH = 200
_RESERVED = ("owner", "endpoint", "own_place", "former_owners", "retained")
"""Inputs of the provider's own: a check would take a program's for them."""
_OPTIONS = {
    "parent": (pulumi.Resource, "a resource"),
    "protect": (bool, "True or False"),
    "retain_on_delete": (bool, "True or False"),
}
"""Resource options of which the SDK does not say what is wrong."""


def called(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """A function that says how it is called where a call does not fit, as `pulumi.RunError`."""
    allowed, whose = inspect.signature(function), function.__qualname__
    names = [
        name
        if each.kind is each.POSITIONAL_OR_KEYWORD and each.default is each.empty
        else f"{name}=…"
        for name, each in allowed.parameters.items()
    ]

    @functools.wraps(function)
    def call(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            allowed.bind(*args, **kwargs)
        except TypeError as error:  # it tells names, and no values
            raise pulumi.RunError(
                f"{whose}: {error}; call it as {whose}({', '.join(names)})"
            ) from None
        return function(*args, **kwargs)

    return call


def options(resource_name: str, opts: object, *, imports: bool = True) -> None:
    """Demand resource options that are ones.

    Args:
        resource_name: the resource's name.
        opts: its options.
        imports: whether the class can import.

    Raises:
        pulumi.RunError: they are something else.
    """
    whose = f"FlinkJarJob {resource_name}: opts"
    if opts is not None and not isinstance(opts, pulumi.ResourceOptions):
        raise pulumi.RunError(f"{whose} is {kind(opts)}; use pulumi.ResourceOptions(…)")
    for option, (wanted, use) in _OPTIONS.items():
        value = getattr(opts, option, None)
        if value is not None and not isinstance(value, wanted):
            raise pulumi.RunError(f"{whose}.{option} is {kind(value)}; use {use}")
    if not imports and getattr(opts, "import_", None) is not None:
        raise pulumi.RunError(
            f"{whose}.import_ works with pulumi_dli.native.FlinkJarJob alone; use adopt_job_id here"
        )


def arguments(resource_name: str, args: object, keywords: Mapping[str, Any]) -> dict[str, Any]:
    """What a program sets, from `args` and from keywords, which go before.

    Args:
        resource_name: the resource's name.
        args: a FlinkJarJobArgs, or None.
        keywords: the keyword arguments.

    Raises:
        pulumi.RunError: something is of no kind that the SDK can send, or has a name that is the
            provider's own.
    """
    whose = f"FlinkJarJob {resource_name}"
    if args is not None and not isinstance(args, Mapping):
        use = (
            "write opts=…" if isinstance(args, pulumi.ResourceOptions) else "use FlinkJarJobArgs(…)"
        )
        raise pulumi.RunError(f"{whose}: args is {kind(args)}; {use}")
    written = {**(args or {}), **keywords}
    sent: dict[str, Any] = {}
    wrong: list[str] = []
    for name, value in written.items():
        try:
            sent |= _sendable_argument(whose, name, value)
        except pulumi.RunError as error:
            wrong.append(str(error))
    if wrong:
        more = _problems(sent, frozenset(map(str, written)) - sent.keys())
        raise pulumi.RunError("; also ".join([*wrong, *more]))
    return sent


def _sendable_argument(whose: str, name: Any, value: Any) -> dict[str, Any]:
    if not isinstance(name, str):
        raise pulumi.RunError(f"{whose}: args has a key that is {kind(name)}; use text")
    if name in _RESERVED or name.startswith("_"):
        raise pulumi.RunError(f"{whose}: {name}: there is no such argument; remove it")
    try:
        where = f"{whose}: {name}"
        return {} if value is None else {name: sendable(where, value, files=name in OBJECTS)}
    except RecursionError:
        raise pulumi.RunError(
            f"{whose}: {name}: an argument holds itself, or is nested too deep"
        ) from None


def _problems(sent: Mapping[str, Any], unsent: frozenset[str]) -> list[str]:
    """What is wrong with the other arguments that are given, which the engine never sees then."""
    from pulumi_dli.job.desired import ARGUMENTS, Desired  # noqa: PLC0415 -- the program ends here
    from pulumi_dli.rules.check import problems  # noqa: PLC0415

    known = {name: value for name, value in sent.items() if not _is_open(value)}
    unknown = (sent.keys() | unsent.intersection(ARGUMENTS) | {"name"}) - known.keys()
    found = problems(Desired.read(known, frozenset(unknown)))
    return [text for text in found if re.split(r"[:.\[]", text, maxsplit=1)[0] in known]


def _is_open(value: Any) -> bool:
    """Whether a value holds what is not text yet: an output, or a file that check names."""
    if isinstance(value, Mapping | list):
        return any(map(_is_open, value.values() if isinstance(value, Mapping) else value))
    return isinstance(value, Output | Unknown | pulumi.Asset)


def resource_id(resource_name: str, value: object) -> Input[str]:
    """The id by which a resource reads a job; what an output holds is judged once it is known.

    Raises:
        pulumi.RunError: it is no id.
    """
    if inspect.isawaitable(value):
        value = Output.from_input(value)
    if isinstance(value, Output):
        known = value.apply(functools.partial(_known_id, resource_name))
        return Output.unsecret(known)  # the SDK reads by no secret id, and the state hides none
    return str(job_id(f"FlinkJarJob {resource_name}: id", value))


def _known_id(resource_name: str, value: object) -> Input[str]:
    """The id that an output holds. Of another resource's mocks it may be any text."""
    if isinstance(value, str) and value and mocked():
        return value
    return resource_id(resource_name, value)


def sendable(where: str, value: Any, *, files: bool = False) -> Any:
    """A value that the SDK can send. What an output holds is judged once it is known.

    Args:
        where: what the sentence begins with, such as `FlinkJarJob etl: tags`.
        value: text, a number, a flag, None, a file where one may be, or a list or mapping of
            those; an output wherever a value may be.
        files: whether a `pulumi.FileAsset` may be.

    Raises:
        pulumi.RunError: it is something else.
    """
    if isinstance(value, Output):
        return value.apply(functools.partial(sendable, where, files=files))
    if inspect.isawaitable(value):
        return sendable(where, Output.from_input(value), files=files)
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise pulumi.RunError(f"{where} has a key that is no text; use text")
        # Not `items()`: an output of another provider may have a property of that name.
        return {_text(where, key): sendable(f"{where}.{key}", value[key]) for key in value}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray | range):
        return [
            sendable(f"{where}[{index}]", item, files=files) for index, item in enumerate(value)
        ]
    if isinstance(value, str):
        return _text(where, value)
    if isinstance(value, int) and not -_MOST < value < _MOST:
        raise pulumi.RunError(f"{where} has too many digits; use a smaller number")
    if value is None or isinstance(value, int | float | Unknown):
        return value
    if files and isinstance(value, pulumi.Asset | pulumi.Archive):
        return _file(where, value)
    if isinstance(value, pulumi.Resource):
        raise pulumi.RunError(
            f"{where} is {kind(value)}, a whole resource; use one of its outputs, such as its name"
        )
    raise pulumi.RunError(
        f"{where} is {kind(value)}; use text, a number, a flag, a list or a mapping"
    )


def _file(where: str, value: pulumi.Asset | pulumi.Archive) -> pulumi.FileAsset:
    """A local file that is there, by its whole path.

    The SDK has no sentence for one that is not, and the engine begins in another folder than a
    program that has changed its own.
    """
    if not isinstance(value, pulumi.FileAsset):
        raise pulumi.RunError(
            f"{where} is {kind(value)}; use pulumi.FileAsset(…) for a local file, or the text "
            "`obs://bucket/key` for an object"
        )
    file = Path(_text(where, str(value.path)))
    try:
        if file.is_file() and os.access(file, os.R_OK):
            return pulumi.FileAsset(os.path.abspath(file))  # noqa: PTH100 -- `..` goes too
        found = "is not there" if not file.exists() else "is not a file that can be read"
    except OSError as error:  # of the path's form
        found = f"cannot be read: {error.strerror}"
    raise pulumi.RunError(
        f"{where}: {str(file)[:_PATH]!r} {found}; build it first, or correct the path, which "
        f"begins in {Path.cwd()}"
    )


def job_id(where: str, value: object) -> int:
    """The id of a job: a whole number, as the engine hands it on (`138.0`), or as text.

    Raises:
        pulumi.RunError: it is something else.
    """
    if isinstance(value, str) and (match := _ID.fullmatch(value)):
        value = int(match[1])
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if number and 1 <= value < _MOST and value % 1 == 0:  # type: ignore[operator]
        return int(value)  # type: ignore[call-overload,no-any-return]
    what = "" if number or isinstance(value, str) else f"{kind(value)}, "
    raise pulumi.RunError(
        f"{where} is {what}not the id of a Flink job; use the number that DLI shows"
    )


def kind(value: object) -> str:
    """What a value is, without the value: `a dict`, `an int`, `None`."""
    if value is None:
        return "None"
    called = type(value).__name__
    return f"an {called}" if called[0].lower() in "aeiou" else f"a {called}"


def _text(where: str, value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise pulumi.RunError(
            f"{where} holds half a character, which no text can; read it as UTF-8"
        ) from None
    return value
