"""Programs drawn at random: wrong ones, and right ones in all their spellings."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from pulumi_dli.job.desired import ARGUMENTS
from pulumi_dli.job.options import PROVIDED
from wrong_programs import SECRET

Program = dict[str, Any]

# Wrong programs. Every text that a sentence could repeat carries the marker word.

_ODD = (
    *("\x00", "\n", "\r\n", "\t", "\x1b[31m", "\x85", "\u2028", "\u00a0", "\u200b", "\u202e"),
    *("\ud800", "e\u0301", "ש", "١٢", "ß", "\U0001f4a5", " ", ",", "=", "'", '"', "\\", "/", ".."),
    *(":", "://", "obs://", "*", "{{x}}", "${x}", "%s", "é", "-", "_", ".", "|"),
)
_ODD_KEYS = (
    "",
    " ",
    "\n",
    "\u202e",
    "\ud800",
    "str",
    "list[",
    "a[",
    "a.b",
    "pulumi-owner",
    "k" * 200,
)
_NUMBERS = (
    *(0, -1, 1, 2, 4, 2000, 10001, 2**31, 2**63, 10**400, -(10**400)),
    *(0.0, -0.0, 2.5, 1e255, 1.7e308, -1.7e308, 5e-324),
    *(float("nan"), float("inf"), float("-inf")),
)
_NUMBER_TEXTS = (
    *("1_000", "0x10", "1e3", "١٢", "NaN", "inf", "-Infinity", " 4 ", "4\n", "+4", "4.0", "4."),
    *("yes", "on", "1", "t", "TRUE", "none", "null", "4 T", "4G ", "٤G", "9" * 401, "9" * 5000),
    *("1" * 100_000 + "x", "9" + " " * 100_000 + "x"),
)

odd_texts = st.builds(
    lambda before, after, times: before + SECRET * times + after,
    st.sampled_from(_ODD) | st.text(max_size=3),
    st.sampled_from(_ODD) | st.text(max_size=3),
    st.sampled_from([1, 1, 1, 20, 100_000 // len(SECRET)]),
)
scalars = (
    st.none()
    | st.booleans()
    | st.sampled_from(_NUMBERS)
    | st.floats()
    | st.sampled_from(_NUMBER_TEXTS)
    | st.just("")
    | odd_texts
)
keys = st.sampled_from(_ODD_KEYS) | st.text(max_size=4) | st.sampled_from(ARGUMENTS)


def _deep(levels: int, inner: Any) -> Any:
    for level in range(levels):
        inner = [inner] if level % 2 else {"a": inner}
    return inner


anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=8,
) | st.builds(_deep, st.integers(1, 60), scalars)
"""What a program might write for an argument."""


def _mapping_of(names: tuple[str, ...]) -> st.SearchStrategy[Program]:
    return st.dictionaries(st.sampled_from(names) | keys, scalars, max_size=4)


_specs = _mapping_of(("cpu", "memory"))
likely: dict[str, st.SearchStrategy[Any]] = {
    "tags": st.dictionaries(keys, scalars, max_size=24),
    "runtime_config": st.dictionaries(keys, scalars, max_size=4),
    "entrypoint_args": st.lists(scalars, max_size=4),
    "dependency_jars": st.lists(scalars, max_size=4),
    "dependency_files": st.lists(scalars, max_size=4),
    "timeouts": _mapping_of(("create", "update", "delete", "settle")),
    "resource_config": st.dictionaries(
        st.sampled_from(("jobmanager_resource_spec", "taskmanager_resource_spec", "max_slot")),
        _specs | scalars,
    ),
    "resource_config_version": st.sampled_from(["v1", "v2"]),
    "desired_state": st.sampled_from(
        ["running", "stopped", "stopped (crashed; no savepoint)", "running, on other bytes"]
    ),
}
"""Nearly right values for the arguments whose insides have rules of their own."""


@st.composite
def wrong_programs(draw: st.DrawFn, most: int = 6) -> Program:
    """Any values for at most so many arguments, and arguments that there are not."""
    known = st.sampled_from((*ARGUMENTS, *PROVIDED[1:]))  # the mark is never a program's
    names = draw(st.lists(known | keys, max_size=most, unique=True))
    return {name: draw(likely.get(name, anything) | anything) for name in names}


def carried(value: Any) -> Any:
    """A value as the engine's wire can carry it: no number beyond a double's."""
    if isinstance(value, list):
        return [carried(item) for item in value]
    if isinstance(value, dict):
        return {key: carried(item) for key, item in value.items()}
    huge = isinstance(value, int) and abs(value) >= 2**1023
    return float("inf") if huge else value


# Right programs, and equal ones.


@st.composite
def right_programs(draw: st.DrawFn) -> Program:
    """A program that has no problems, as its author would write it."""
    drawn = draw(st.fixed_dictionaries({}, optional=_right))
    program = {name: value for name, value in drawn.items() if value is not None}
    if "obs_bucket" not in program:
        for name in ("log_enabled", "checkpoint_enabled", "upgrade_mode", "on_delete"):
            program.pop(name, None)
    if program.get("checkpoint_enabled"):
        program.pop("checkpoint_path", None)
    return {**program, **draw(_V1 | _V2)}


_words = st.sampled_from(["--rate", "3", "--key=value", '{"a":1}', "x" * 60, "é", "{{name}}"])
_keys = st.sampled_from(["team", "cost centre", "a:b", "level"])
_folders = st.sampled_from(["state/orders/", "obs://state/orders", "obs://state/a/b/"])
_right: dict[str, st.SearchStrategy[Any]] = {
    "desc": st.sampled_from(["", "orders", "two\nlines", "naïve", "x" * 600]),
    "queue_name": st.sampled_from(["testQueue", "default"]),
    "obs_bucket": st.sampled_from(["state", "my-bucket.eu"]),
    "smn_topic": st.sampled_from(["alerts", "other_topic"]),
    "main_class": st.sampled_from(["org.example.Orders", "Überweisung"]),
    "entrypoint_args": st.lists(_words, max_size=4) | st.sampled_from(["--rate 3", "--a 'b c'"]),
    "dependency_jars": st.lists(st.sampled_from(["obs://jars/b.jar", "obs://jars/c d.jar"])),
    "dependency_files": st.lists(
        st.sampled_from(["obs://jars/e.csv", "obs://jars/f.csv"]), max_size=2
    ),
    "runtime_config": st.dictionaries(
        st.sampled_from(["a.b", "flag", "number", "text"]),
        st.sampled_from(["5", "true", "0.25", "", "a b", '{"x": "y"}', "two\nlines"]),
    ),
    "tags": st.dictionaries(_keys, st.sampled_from(["5", "true", "0.5", "", "a b", "x" * 200])),
    "log_enabled": st.booleans(),
    "checkpoint_enabled": st.booleans(),
    "checkpoint_mode": st.sampled_from(["exactly_once", "at_least_once"]),
    "checkpoint_interval": st.sampled_from([1, 60, 999999]),
    "checkpoint_path": _folders,
    "restart_when_exception": st.booleans(),
    "resume_checkpoint": st.booleans(),
    "resume_max_num": st.sampled_from([-1, 1, 3, 2**31 - 1]),
    "execution_agency_urn": st.just("flink"),
    "feature": st.just("basic"),
    "flink_version": st.just("1.15"),
    "desired_state": st.sampled_from(["running", "stopped"]),
    "upgrade_mode": st.sampled_from(["savepoint", "stateless"]),
    "restart_trigger": st.sampled_from(["one", "2", "a\nb"]),
    "savepoint_trigger": st.sampled_from(["one", "2"]),
    "on_delete": st.sampled_from(["stop", "savepoint", "retain"]),
    "timeouts": st.fixed_dictionaries(
        {"settle": st.sampled_from([0, 1, 0.5])},
        optional={"create": st.just(600), "update": st.just(900.5), "delete": st.just(60)},
    ),
}
_V1: st.SearchStrategy[Program] = st.sampled_from(
    [
        {},
        {"cu_number": 4, "parallel_number": 8, "tm_slot_num": 4},
        {"cu_number": 3, "manager_cu_number": 1, "tm_cus": 2},
        {"resource_config_version": "v1", "tm_slot_num": 0},
    ]
)
_spec = st.fixed_dictionaries(
    {},
    optional={
        "cpu": st.sampled_from([0.5, 1, 2.5]),
        "memory": st.sampled_from(["4G", "4096 MB", "2.5 GB", "3"]),
    },
)
_V2: st.SearchStrategy[Program] = st.fixed_dictionaries(
    {"resource_config_version": st.just("v2")},
    optional={
        "resource_config": st.fixed_dictionaries(
            {},
            optional={
                "max_slot": st.sampled_from([1, 4]),
                "parallel_number": st.sampled_from([1, 8]),
                "jobmanager_resource_spec": _spec,
                "taskmanager_resource_spec": _spec,
            },
        )
    },
)

EMPTY: dict[str, tuple[Any, ...]] = {
    "desc": ("",),
    "entrypoint_args": ("", [], " \n"),
    "dependency_jars": ([],),
    "dependency_files": ([],),
    "runtime_config": ({},),
    "tags": ({},),
    "resource_config": ({}, {"jobmanager_resource_spec": {}}, {"max_slot": None}),
}
"""What says as little as an argument that is left out."""


@st.composite
def respelled(draw: st.DrawFn, program: Program) -> Program:
    """The same program as another author would write it."""
    spelled = {name: draw(_spelling(name, value)) for name, value in program.items()}
    for name, ways in EMPTY.items():
        v1 = name == "resource_config" and program.get("resource_config_version") != "v2"
        if program.get(name) in (None, "", [], {}) and not v1:
            spelled[name] = draw(st.sampled_from((None, *ways)))
    order = draw(st.permutations(list(spelled)))
    return {name: spelled[name] for name in order}


def _spelling(name: str, value: Any) -> st.SearchStrategy[Any]:
    match name, value:
        case (("desired_state" | "restart_trigger"), _):
            return st.just(value)
        case _, bool():
            return st.sampled_from([value, str(value), str(value).lower()])
        case _, int() | float():
            return _number(value)
        case "queue_name", str():
            return st.sampled_from([value, value.upper(), value.lower()])
        case (("checkpoint_path" | "restore_from"), str()):
            plain = value.removeprefix("obs://").rstrip("/")
            return st.sampled_from([plain, f"{plain}/", f"obs://{plain}", f"obs://{plain}/"])
        case "entrypoint_args", list() | str():
            return _arguments(value)
        case "dependency_files", list():
            return st.permutations(value)
        case (("tags" | "runtime_config"), dict()):
            return _shuffled({key: _scalar(item) for key, item in value.items()})
        case (("timeouts" | "resource_config"), dict()):
            return _shuffled({key: _spelling(key, item) for key, item in value.items()})
        case (("jobmanager_resource_spec" | "taskmanager_resource_spec"), dict()):
            return _shuffled({key: _spelling(key, item) for key, item in value.items()})
        case "memory", str():
            return _memory(value)
    return st.just(value)


def _number(value: float) -> st.SearchStrategy[Any]:
    ways = [value, float(value), str(value), f" {value} "]
    if isinstance(value, int):
        ways += [f"{value}.0", f"{value}\n"] + ([f"+{value}"] if value > 0 else [])
    return st.sampled_from(ways)


def _scalar(text: str) -> st.SearchStrategy[Any]:
    typed: dict[str, tuple[Any, ...]] = {"5": (5, 5.0), "true": (True,), "0.25": (0.25,)}
    return st.sampled_from([text, *typed.get(text, ()), *([0.5] if text == "0.5" else [])])


def _memory(text: str) -> st.SearchStrategy[Any]:
    equal = {
        "4G": ("4", 4, 4.0, "4 g", "4096M", " 4  GB\t"),
        "4096 MB": ("4G", "4096 mb"),
        "2.5 GB": (2.5, "2560 MB"),
        "3": (3, "3.0 G"),
    }
    return st.sampled_from([text, *equal[text]])


def _arguments(value: str | list[str]) -> st.SearchStrategy[Any]:
    text = value if isinstance(value, str) else " ".join(value)
    if "'" in text or '"' in text:
        return st.sampled_from([value, text, f" {text}\n"])
    spaced = [text.replace(" ", blank) for blank in (" ", "  ", "\r\n", " \n\t")]
    return st.sampled_from([value, text.split(" ") if text else [], *spaced, f"\n{text} "])


def _shuffled(items: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Program]:
    pairs = [st.tuples(st.just(key), item) for key, item in items.items()]
    return st.tuples(*pairs).flatmap(st.permutations).map(dict)
