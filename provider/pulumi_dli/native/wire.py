"""Properties as the engine's protocol carries them, and as plain data.

A secret, what is not known yet, and a local file are marked in the protocol by signatures, which
are the same in every language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.struct_pb2 import NULL_VALUE, ListValue, Struct, Value

from pulumi_dli.artifacts.names import LocalFile

SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 -- the protocol's name for any secret
_ASSET = "c44067f5952c0a294b673a41bacd8c17"
_UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_UNKNOWNS = frozenset(
    {
        _UNKNOWN,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)
"""What stands for a value that is not known yet, by its type."""


DYNAMIC = {
    "__provider": "gASVMQAAAAAAAACMEnB1bHVtaV9kbGkuZHluYW1pY5SME0ZsaW5rSmFySm9iUHJvdmlkZXKUk5QpgZQu"
}
"""The output by which the SDK finds the dynamic provider, when a stack moves there: its name."""


class Unknown:
    """A value that is not known yet."""


UNKNOWN = Unknown()


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that is to be kept secret."""

    value: Any


@dataclass(frozen=True, slots=True)
class Props:
    """The properties of a resource as they came.

    Attributes:
        marked: with `Secret` and `UNKNOWN` in them, at any depth.
    """

    marked: Mapping[str, Any]

    @classmethod
    def read(cls, wire: Struct) -> Props:
        """Read the properties of a request."""
        return cls({name: _read(value) for name, value in wire.fields.items()})

    @property
    def unknown(self) -> frozenset[str]:
        """The names of those that hold something that is not known yet."""
        return frozenset(name for name, value in self.marked.items() if _holds(Unknown, value))

    @property
    def known(self) -> dict[str, Any]:
        """The others, as plain data; local files are `LocalFile`."""
        unknown = self.unknown
        return {name: plain(value) for name, value in self.marked.items() if name not in unknown}


def write(props: Mapping[str, Any]) -> Struct:
    """Properties for an answer. Those that are None are left out."""
    return Struct(fields={name: _write(v) for name, v in props.items() if v is not None})


def plain(value: Any) -> Any:
    """A value without its marks."""
    match value:
        case Secret():
            return plain(value.value)
        case list():
            return [plain(item) for item in value]
        case dict():
            return {key: plain(item) for key, item in value.items()}
    return value


def storable(value: Any) -> Any:
    """An input as it can be stored: a local file that has no name yet is not known yet."""
    items = value if isinstance(value, list) else [value]
    return UNKNOWN if any(isinstance(item, LocalFile) for item in items) else value


def like(value: Any, marked: Any) -> Any:
    """A plain value that is as secret as another that stood in its place."""
    if isinstance(value, Secret):
        return value
    match marked:
        case Secret():
            return Secret(plain(value))
        case dict() if isinstance(value, Mapping):
            return {key: like(item, marked.get(key)) for key, item in value.items()}
        case list() if _holds(Secret, marked):
            return Secret(plain(value))
    return value


def secret(props: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Properties with the named ones as secrets, where there is anything to hide."""
    hidden = frozenset(names)
    return {
        name: Secret(value) if name in hidden and value and not isinstance(value, Secret) else value
        for name, value in props.items()
    }


def _read(value: Value) -> Any:
    match value.WhichOneof("kind"):
        case "struct_value":
            fields = value.struct_value.fields
            if SIGNATURE not in fields:
                return {name: _read(item) for name, item in fields.items()}
            return _special(fields)
        case "list_value":
            return [_read(item) for item in value.list_value.values]
        case "string_value":
            text = value.string_value
            return UNKNOWN if text in _UNKNOWNS else text
        case "number_value":
            return value.number_value
        case "bool_value":
            return value.bool_value
    return None


def _special(fields: Mapping[str, Value]) -> Any:
    kind = fields[SIGNATURE].string_value
    if kind == _SECRET:
        return Secret(_read(fields["value"]))
    if kind == _ASSET and "path" in fields and fields["path"].string_value:
        return LocalFile(fields["path"].string_value)
    # Of no kind that an argument can be; a check says so, by its name.
    return {name: _read(item) for name, item in fields.items() if name != SIGNATURE}


def _write(value: Any) -> Value:
    match value:
        case None:
            return Value(null_value=NULL_VALUE)
        case Unknown():
            return Value(string_value=_UNKNOWN)
        case Secret():
            fields = {SIGNATURE: _write(_SECRET), "value": _write(value.value)}
            return Value(struct_value=Struct(fields=fields))
        case bool():
            return Value(bool_value=value)
        case int() | float():
            return Value(number_value=value)
        case str():
            return Value(string_value=value)
        case Mapping():
            fields = {str(key): _write(item) for key, item in value.items()}
            return Value(struct_value=Struct(fields=fields))
    return Value(list_value=ListValue(values=[_write(item) for item in value]))


def _holds(kind: type, value: Any) -> bool:
    """Whether a value is or holds one of a kind."""
    match value:
        case Secret() if kind is not Secret:
            return _holds(kind, value.value)
        case dict():
            return any(_holds(kind, item) for item in value.values())
        case list():
            return any(_holds(kind, item) for item in value)
    return isinstance(value, kind)
