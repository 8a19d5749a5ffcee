"""The files in which OpenStack keeps clouds: found, read, and brought into one shape.

OpenStack's own loader takes any shape and stumbles over most of them. Here a value is the text
that is written, so that a password of digits stays one, and no sentence repeats it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from openstack.config import loader, vendors

from pulumi_dli.errors import SettingsError

MOST_BYTES = 1 << 16
DEEPEST = 32
"""Lists and maps within one another; clouds.yaml has five."""
MOST_NODES = 20_000
"""Nodes of a document once its aliases are written out."""
_KEPT = {"tag:yaml.org,2002:null", "tag:yaml.org,2002:merge"}


class Text(NamedTuple):
    """A value as it is written, and its key and file in words."""

    text: str
    where: str


class Entry(NamedTuple):
    """A cloud, or one of its regions.

    Attributes:
        texts: by key, with underscores for dashes; those below `auth` as `auth.<key>`.
        regions: what the entry lists under `regions`, each with the texts that it sets.
        others: the keys that are not among the wanted ones, in the same form.
    """

    texts: Mapping[str, Text]
    regions: tuple[tuple[Text, Entry], ...] = ()
    others: frozenset[str] = frozenset()

    def over(self, other: Entry) -> Entry:
        """Both, and this one's where both have one."""
        texts = {**other.texts, **self.texts}
        return Entry(texts, self.regions or other.regions, self.others | other.others)


class Files(NamedTuple):
    """Where OpenStack's files are looked for.

    Attributes:
        directory: the project's folder, which comes before the user's and the machine's.
        wanted: the keys that are taken from an entry, in the form of `Entry.texts`.
    """

    directory: Path
    wanted: frozenset[str]

    def entry(self, kind: str, section: str, name: str, named: str = "") -> Entry | None:
        """An entry of the first file that exists; None when it has none of this name.

        Args:
            kind: the file's name without its suffix, such as `clouds`.
            section: what the entries stand below, such as `clouds`.
            name: the entry's name.
            named: a file that is looked for first.

        Raises:
            SettingsError: the file cannot be read, or has another shape.
        """
        # The first of the loader's own folders is the one that this process was started in.
        folders = (self.directory, *map(Path, loader.CONFIG_SEARCH_PATH[1:]))
        suffixes = loader.YAML_SUFFIXES + loader.JSON_SUFFIXES
        usual = [folder / f"{kind}{suffix}" for folder in folders for suffix in suffixes]
        files = [*([self.directory / Path(named)] if named else []), *usual]
        path = next((file for file in files if _exists(file)), None)
        document = _document(path) if path else None
        if path is None or document is None:
            return None
        entries = _map(document, f"the file {path}").get(section)
        found = {} if entries is None else _map(entries, f"`{section}` in {path}")
        key = f"{section}.{name}"
        return _shape(found[name], key, str(path), self.wanted) if name in found else None

    def profile(self, name: str) -> Entry | None:
        """What a public cloud has in common for all; None where nobody knows it."""
        if found := self.entry("clouds-public", "public-clouds", name):
            return found
        if name not in vendors.profiles():  # a URL would be asked
            return None
        entry = _shape(vendors.get_profile(name), name, "OpenStack's profiles", self.wanted)
        url = entry.texts.get("auth.auth_url")
        if url is None or "://" in url.text:
            return entry
        whole = url._replace(text=f"https://{url.text}")  # that of otc-swiss begins at its host
        return entry._replace(texts={**entry.texts, "auth.auth_url": whole})


def _shape(found: object, key: str, file: str, wanted: frozenset[str]) -> Entry:
    texts: dict[str, Text] = {}
    regions: list[tuple[Text, Entry]] = []
    others: set[str] = set()
    for name, written, value in _items(found, key, file):
        if name == "regions" or (name == "region_name" and isinstance(value, list)):
            regions = [_region(item, written, file, wanted) for item in _list(value, written, file)]
            continue
        inner = _items(value, written, file) if name == "auth" else [(name, written, value)]
        for field, place, item in inner:
            known = f"auth.{field}" if name == "auth" else field
            if known not in wanted:
                others.add(known)
            elif item is not None and (text := _text(item, place, file)).text:
                texts[known] = text
    if not regions and "region_name" in texts:
        names, where = texts.pop("region_name")
        regions = [(Text(one, where), Entry({})) for one in map(str.strip, names.split(",")) if one]
    return Entry(texts, tuple(regions), frozenset(others))


def _region(item: object, key: str, file: str, wanted: frozenset[str]) -> tuple[Text, Entry]:
    if not isinstance(item, dict):
        return _text(item, key, file), Entry({})
    region = {name: (written, value) for name, written, value in _items(item, key, file)}
    written, values = region.get("values", ("", None))
    inner = Entry({}) if values is None else _shape(values, written, file, wanted)
    return _text(region.get("name", ("", None))[1], f"{key}.name", file), inner


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a folder that may not be looked into, or no path at all
        return False


def _document(path: Path) -> Any:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise SettingsError(f"{path} cannot be read ({error.strerror})") from None
    if len(content) > MOST_BYTES:
        raise SettingsError(f"{path} is larger than {MOST_BYTES >> 10} KB")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SettingsError(f"{path} is not UTF-8") from None
    kind = "JSON" if path.suffix == ".json" else "YAML"
    try:
        if kind == "JSON":
            return _from_json(text)
        _demand_small(text, path)
        return yaml.load(text, _Texts)  # noqa: S506 -- safe
    except SettingsError:
        raise
    except Exception as error:  # noqa: BLE001 -- the readers raise whatever a tag leads to
        raise SettingsError(f"{path} is not {kind}{_position(error)}") from None


def _demand_small(text: str, path: Path) -> None:
    """Refuse a document whose aliases make it large, that holds itself, or that is too deep."""
    sizes: dict[str, int] = {}
    opened: list[tuple[str | None, int]] = []
    nodes = 0
    for event in yaml.parse(text, yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            # One that is still open holds itself.
            nodes += sizes.get(event.anchor or "", MOST_NODES + 1)
        elif isinstance(event, yaml.NodeEvent):
            nodes += 1
            if isinstance(event, yaml.CollectionStartEvent):
                opened.append((event.anchor, nodes))
                if len(opened) > DEEPEST:  # what reads YAML takes its time with the square of it
                    raise SettingsError(f"{path} is nested too deep: write it as clouds.yaml is")
            elif event.anchor:
                sizes[event.anchor] = 1
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = opened.pop()
            if anchor:
                sizes[anchor] = nodes - before + 1
        if nodes > MOST_NODES:
            raise SettingsError(
                f"{path} holds too much: write its aliases out, and see that none holds itself"
            )


class _Texts(yaml.SafeLoader):
    """YAML whose plain words are texts, all but null and `<<`."""


_Texts.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag in _KEPT]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _from_json(text: str) -> Any:
    return json.loads(text, parse_int=str, parse_float=str, parse_constant=str)


def _position(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        return f" (line {mark.line + 1}, column {mark.column + 1})"
    if isinstance(error, json.JSONDecodeError):
        return f" (line {error.lineno}, column {error.colno})"
    return ""


def _items(value: object, key: str, file: str) -> Iterator[tuple[str, str, object]]:
    """The keys of a map, as they are called and with all that stands above them."""
    for written, item in _map(value, f"`{key}` in {file}").items():
        if isinstance(written, str):
            yield written.replace("-", "_"), f"{key}.{written}", item


def _map(value: object, what: str) -> Mapping[Any, Any]:
    if isinstance(value, dict):
        return value
    raise SettingsError(f"{what} is empty" if value is None else f"{what} must be a map")


def _list(value: object, key: str, file: str) -> list[object]:
    if isinstance(value, list):
        return value
    raise SettingsError(f"`{key}` in {file} must be a list")


def _text(value: object, key: str, file: str) -> Text:
    where = f"`{key}` in {file}"
    if isinstance(value, bool):  # of JSON
        return Text(json.dumps(value), where)
    if isinstance(value, str):
        return Text(value, where)
    raise SettingsError(f"{where} must be a text")
