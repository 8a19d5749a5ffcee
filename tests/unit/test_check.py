"""Wrong programs, and the sentences that they get."""

# ruff: noqa: E501, ISC004 -- a sentence that stands whole can be searched for

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_dli.job.desired import ARGUMENTS, Desired
from pulumi_dli.job.options import LOCAL_SETTLE
from pulumi_dli.job.spec import FIELDS
from pulumi_dli.rules import check
from pulumi_dli.rules import warnings as doubts
from wrong_programs import RIGHT, SECRET, VARIANTS, WRONG


def problems(inputs: dict[str, Any], unknown: frozenset[str] = frozenset()) -> list[str]:
    return check.problems(Desired.read(inputs, unknown))


def warnings(inputs: dict[str, Any], unknown: frozenset[str] = frozenset()) -> list[str]:
    return doubts.warnings(Desired.read(inputs, unknown))


@pytest.mark.parametrize(
    ("program", "sentences"), [*WRONG, *VARIANTS], ids=lambda part: str(part)[:40]
)
def test_a_wrong_program_gets_its_sentences(program: dict[str, Any], sentences: list[str]) -> None:
    found = problems({**RIGHT, **program})
    assert found == sentences
    assert SECRET not in str(found)


@pytest.mark.parametrize(
    "program",
    [
        {},
        {"queue_name": None, "entrypoint": None, "desired_state": "stopped"},
        {"cu_number": 2.0, "checkpoint_enabled": True, "obs_bucket": "state"},
        {"entrypoint_args": ["--rate", 3.0, True]},
        {"entrypoint_args": "--text 'with spaces'"},
        {"entrypoint_args": "--text\r\n\tnaïve 字", "desc": "two\nlines\t", "main_class": "Ü.B"},
        {"restart_when_exception": "True", "cu_number": " 3 ", "tm_cus": "1.0\n"},
        {"timeouts": {"create": "1e3", "settle": " .5"}},
        {"timeouts": {"settle": 3000.0, "create": 3001.0, "update": 3001.0}},
        {"timeouts": {"create": 5.0}},
        {"obs_bucket": "a-1.b--c.0"},
        {"obs_bucket": "1.2.3"},
        {"obs_bucket": "a" * 63},
        {"restart_trigger": "a\x00\n b"},
        {"tags": {"kosten stelle": "größe=1/2"}},
        {"resume_max_num": -1.0},
        {"tags": {"level": 3.0, "test": True}, "runtime_config": {"a": 1.0, "b": False}},
        {"tags": {f"k{n}": "v" for n in range(19)}},
        {"name": "x" * 57},
        {"owner": "f" * 32, "endpoint": "local", "smn_topic": None},
        {"timeouts": {"settle": 0.0}},
        {"restart_trigger": 7.0},
        {"resource_config_version": "v2", "resource_config": {"jobmanager_resource_spec": {}}},
    ],
)
def test_a_right_program_gets_none(program: dict[str, Any]) -> None:
    assert problems({**RIGHT, **program}) == []


# What is not known yet postpones exactly the rules that need it.


@pytest.mark.parametrize(
    ("program", "unknown"),
    [
        ({"name": None}, {"name"}),
        ({"queue_name": None}, {"queue_name"}),
        ({"entrypoint": None}, {"entrypoint"}),
        ({"queue_name": None, "entrypoint": None}, {"desired_state"}),
        ({"log_enabled": True, "checkpoint_enabled": True}, {"obs_bucket"}),
        ({"upgrade_mode": "savepoint", "on_delete": "savepoint"}, {"obs_bucket"}),
        ({"checkpoint_path": "b/c/"}, {"checkpoint_enabled"}),
        ({"checkpoint_enabled": True, "obs_bucket": "state"}, {"checkpoint_path"}),
        ({"resource_config": {"max_slot": 1.0}}, {"resource_config_version"}),
    ],
)
def test_a_rule_waits_for_what_it_needs(program: dict[str, Any], unknown: set[str]) -> None:
    inputs = {**RIGHT, **program}
    inputs = {name: value for name, value in inputs.items() if name not in unknown}
    assert problems(inputs, frozenset(unknown)) == []


def test_other_rules_do_not_wait() -> None:
    inputs = {**RIGHT, "cu_number": 0.0, "log_enabled": True}
    others = frozenset(ARGUMENTS) - inputs.keys() - {"obs_bucket"}
    assert problems(inputs, others) == [
        "cu_number: 0 is too small; use 2 or more",
        "log_enabled: logs need a bucket; set obs_bucket",
    ]


# What a job lives with already is not judged again: an earlier version took it.

LIVED_WITH: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"obs_bucket": "Old_Bucket"}, {"obs_bucket": "Other_Bucket"}),
    ({"restart_when_exception": "yes"}, {"resume_checkpoint": "yes"}),
    ({"tm_cus": "1_000", "cu_number": 2000.0}, {"tm_cus": "1_001", "cu_number": 2000.0}),
    ({"timeouts": {"settle": 3000.0}}, {"timeouts": {"settle": 3001.0}}),
    ({"tags": {"team": "a,b"}}, {"tags": {"team": "a,c"}}),
    ({"tags": {"a,b": "x\n"}}, {"tags": {"a,b": "y\n"}}),
    ({"main_class": "a.B\n"}, {"main_class": "a.C\n"}),
    ({"runtime_config": {"a": "\x00"}}, {"runtime_config": {"a": "\x01"}}),
    ({"flink_version": "1.15 "}, {"flink_version": "1.17 "}),
]


@pytest.mark.parametrize(("stored", "changed"), LIVED_WITH, ids=lambda part: str(part)[:40])
def test_what_a_job_lives_with_is_not_judged_again(
    stored: dict[str, Any], changed: dict[str, Any]
) -> None:
    before = Desired.read({**RIGHT, **stored})
    assert check.problems(before)
    assert check.problems(before, before) == []
    assert check.problems(Desired.read({**RIGHT, **stored, "desc": "new"}), before) == []
    assert check.problems(Desired.read({**RIGHT, **changed}), before)


def test_a_spelling_that_equals_the_stored_value_is_not_judged_again() -> None:
    found = Desired.read({**RIGHT, "restart_when_exception": True})  # by a refresh
    wish = Desired.read({**RIGHT, "restart_when_exception": "yes"})
    assert check.problems(wish, found) == []


def test_a_tag_beside_one_that_the_job_lives_with_is_judged() -> None:
    before = Desired.read({**RIGHT, "tags": {"team": "a,b"}})
    wish = Desired.read({**RIGHT, "tags": {"team": "a,b", "other": "c,d"}})
    [line] = check.problems(wish, before)
    assert line.startswith("tags.other: holds a comma")


def test_what_depends_on_several_arguments_is_judged_each_time() -> None:
    before = Desired.read({**RIGHT, "log_enabled": True, "obs_bucket": "state"})
    wish = Desired.read({**RIGHT, "log_enabled": True})
    assert check.problems(wish, before) == ["log_enabled: logs need a bucket; set obs_bucket"]


def test_problems_are_sorted_and_each_is_told_once() -> None:
    everything = {
        name: item for program, _ in (*WRONG, *VARIANTS) for name, item in program.items()
    }
    found = problems({**RIGHT, **everything})
    assert found == sorted(set(found))
    assert len(found) > len(everything) // 2


json = st.recursive(
    st.none() | st.booleans() | st.floats() | st.just(SECRET),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(ARGUMENTS), json))
def test_anything_at_all_ends_in_sentences_that_show_no_text(program: dict[str, Any]) -> None:
    for line in problems({**RIGHT, **program}):
        path, _, text = line.partition(": ")
        assert path.split(".")[0].split("[")[0] in ARGUMENTS
        assert "; " in text
        assert SECRET not in line


LONG = 1e256
"""A number that is longer as text than a tag may be. It once ended in a TypeError."""


@pytest.mark.parametrize(
    ("program", "sentences"),
    [
        ({"tags": {"": LONG}}, ["tags.: has 257 characters, and 255 are allowed; shorten it"]),
        ({"tags": {"": 1e255}}, ["tags: a key has 0 characters; use 1 to 128"]),
        (
            {"tags": {"level": 1.7e308}},
            ["tags.level: has 309 characters, and 255 are allowed; shorten it"],
        ),
        (
            {"tags": {"level": -1.7e308}},
            ["tags.level: has 310 characters, and 255 are allowed; shorten it"],
        ),
        ({"runtime_config": {"": LONG, "level": 1.7e308}}, []),
        ({"entrypoint_args": ["--level", LONG]}, []),
        ({"restart_trigger": LONG}, []),
        ({"name": LONG}, ["name: has the wrong type; use text"]),
        ({"desc": LONG}, ["desc: has the wrong type; use text"]),
        ({"dependency_jars": [LONG]}, ["dependency_jars[0]: has the wrong type; use text"]),
        (
            {
                "resource_config_version": "v2",
                "resource_config": {"jobmanager_resource_spec": {"memory": LONG}},
            },
            [],
        ),
    ],
    ids=lambda part: str(part)[:40],
)
def test_a_number_of_many_digits_in_a_text_is_judged_as_text(
    program: dict[str, Any], sentences: list[str]
) -> None:
    assert problems({**RIGHT, **program}) == sentences


@pytest.mark.parametrize("name", ["cu_number", "tm_cus", "resume_max_num", "adopt_job_id"])
def test_a_whole_number_of_too_many_digits_gets_its_sentence(name: str) -> None:
    sentence = f"{name}: has too many digits; use a smaller number"
    assert problems({**RIGHT, name: 1e255}) == [sentence]


@pytest.mark.parametrize(
    "text", ["1" * 100_000 + "x", "9" + " " * 100_000 + "x", "a-" * 50_000, "'" * 100_000]
)
def test_a_text_of_100_000_characters_is_judged_at_once(text: str) -> None:
    """A search that goes back over the text for each of its characters takes minutes."""
    sizes = {"jobmanager_resource_spec": {"memory": text}}
    program = dict.fromkeys(ARGUMENTS, text) | {"timeouts": {"create": text}}
    found = problems({**program, "resource_config_version": "v2", "resource_config": sizes})
    assert "timeouts.create: has the wrong type; use a number" in found


def test_every_field_is_an_argument() -> None:
    assert set(FIELDS) < set(ARGUMENTS)


# What may go wrong is a warning.

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.signature"
ACCESS_KEY = "QTWAOYTTINDUT2QVKYUC"  # of the vendor's signing guide
SECRET_KEY = "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc"

DOUBTFUL: list[tuple[dict[str, Any], list[str]]] = [
    ({}, []),
    ({"flink_version": "1.12", "entrypoint": "g/a.jar"}, []),
    (
        {"desc": "x" * 513},
        [
            (
                "desc: has 513 characters; one page allows 2048, another 512; shorten it if it is "
                "refused"
            )
        ],
    ),
    (
        {"checkpoint_interval": 3601.0},
        [
            (
                "checkpoint_interval: 3601 s is more than the 3600 that one page allows, though "
                "another says 999999; use less if it is refused"
            )
        ],
    ),
    (
        {"flink_version": "1.21", "resource_config_version": "v2"},
        [
            (
                "flink_version: is not a version that this provider knows; it is passed on, see that "
                "the queue offers it"
            )
        ],
    ),
    (
        {"flink_version": "newest"},
        [
            (
                "flink_version: is not a version that this provider knows; it is passed on, see that "
                "the queue offers it"
            )
        ],
    ),
    (
        {"flink_version": "1.15", "feature": "custom", "image": "shop/etl:1"},
        ['flink_version: says nothing with feature="custom"; remove it'],
    ),
    (
        {"flink_version": "1.15", "dependency_files": ["g/a.csv"]},
        [
            (
                "dependency_files[0]: with Flink 1.15 one page takes DLI packages and another takes "
                "OBS only; write it as `obs://bucket/key` if it is refused; a local file is "
                "given as pulumi.FileAsset(…)"
            )
        ],
    ),
    (
        {"flink_version": "1.12", "checkpoint_enabled": True, "obs_bucket": "state"},
        [
            (
                "checkpoint_enabled: the service makes checkpoints from Flink 1.15 on only; enable "
                "them in the jar's own code"
            )
        ],
    ),
    (
        {"flink_version": "1.17"},
        [
            (
                "resource_config_version: Flink 1.17 is documented for v2 only; set "
                'resource_config_version="v2", and the sizes in resource_config'
            )
        ],
    ),
    (
        {"flink_version": "1.12", "resource_config_version": "v2"},
        ["resource_config_version: v2 is documented from Flink 1.13 on only; use v1"],
    ),
    (
        {"flink_version": "1.15", "obs_bucket": "state"},
        [
            (
                "execution_agency_urn: from Flink 1.15 on a job reaches its bucket as an agency only; "
                "set it to the agency's name, on a queue of an elastic resource pool"
            )
        ],
    ),
    (
        {
            "flink_version": "1.15",
            "obs_bucket": "state",
            "runtime_config": {"flink.dli.job.agency.name": "a"},
        },
        [],
    ),
    (
        {
            "checkpoint_enabled": True,
            "obs_bucket": "state",
            "runtime_config": {"execution.checkpointing.interval": "60s"},
        },
        [
            (
                "runtime_config: sets checkpoints, as checkpoint_enabled does, and one of them wins; "
                "set them in one place"
            )
        ],
    ),
    (
        {"resume_checkpoint": True},
        [
            (
                "resume_checkpoint: nothing says where the checkpoints are; set checkpoint_path to "
                "where the jar writes them, or checkpoint_enabled=True"
            )
        ],
    ),
    (
        {"tags": {"k" * 37: "v" * 44, "cost=": "a/b"}},
        [
            (
                "tags.cost=: holds a character that only one of two pages allows; use letters, "
                "digits, inner spaces and _ . : + - @ if it is refused"
            ),
            (
                f"tags.{'k' * 37}: has 44 characters; one page allows 255, another 43; shorten it if "
                "it is refused"
            ),
            (
                f"tags.{'k' * 37}…: the key has 37 characters; one page allows 128, another 36; shorten it if it is "
                "refused"
            ),
        ],
    ),
    (
        {"cu_number": 401.0},
        [
            (
                "cu_number: 401 is more than the 400 that the API documents, though the console "
                "allows 10000; use 400 or less if it is refused"
            )
        ],
    ),
]


@pytest.mark.parametrize(("program", "sentences"), DOUBTFUL, ids=lambda part: str(part)[:40])
def test_what_may_go_wrong_is_warned_of(program: dict[str, Any], sentences: list[str]) -> None:
    assert problems({**RIGHT, **program}) == []
    assert warnings({**RIGHT, **program}) == sentences


@pytest.mark.parametrize(
    ("arguments", "warned"),
    [
        ('--name "xx yy"', True),
        ("--name 'xx yy'", True),
        ('--name="xx"', True),
        ("--name='xx'", True),
        ('a"b c"d', True),
        (["--name", '"xx"'], True),
        (["--name", "'xx"], True),
        ('--json {"a": "b c"}', True),
        ("", False),
        ('--json={"a":"b","c":1}', False),
        (["--json", '["a","b"]'], False),
        ("--text it's --other don't", False),
        ("--rate 3 --key=value", False),
    ],
)
def test_quotes_that_no_shell_takes_away_are_warned_of(arguments: Any, warned: bool) -> None:
    found = warnings({**RIGHT, "entrypoint_args": arguments})
    sentence = (
        "entrypoint_args: holds quotes, but DLI separates arguments at blanks and knows no quotes, "
        "so the jar gets them as they are; leave them out, and pass a value that holds blanks in "
        "another way, such as encoded, or in a file of dependency_files"
    )
    assert found == ([sentence] if warned else [])


def test_a_time_in_which_no_start_counts_by_default_is_warned_of() -> None:
    assert warnings({**RIGHT, "timeouts": {"create": 10.0, "update": 11.0}}) == [
        "timeouts.create: is not more than timeouts.settle, which is 10 by default, so no start can "
        "count; use more, or set timeouts.settle to less"
    ]
    assert warnings({**RIGHT, "timeouts": {"create": 10.0, "settle": 9.0}}) == []


def test_the_local_dli_lets_a_start_count_sooner_by_default() -> None:
    def told(**timeouts: float) -> tuple[float, list[str]]:
        desired = replace(Desired.read({**RIGHT, "timeouts": timeouts}), local=True)
        return desired.settle, doubts.warnings(desired)

    assert told(create=3.0) == (LOCAL_SETTLE, [])
    assert told(create=3.0, settle=10.0)[0] == 10.0
    assert told(create=2.0)[1] == [
        "timeouts.create: is not more than timeouts.settle, which is 2 by default, so no start can "
        "count; use more, or set timeouts.settle to less"
    ]


@pytest.mark.parametrize(
    ("program", "unknown"),
    [
        ({"desired_state": "running"}, {"flink_version"}),
        ({"flink_version": "1.17"}, {"resource_config_version"}),
        ({"flink_version": "1.15", "obs_bucket": "state"}, {"execution_agency_urn"}),
        ({"flink_version": "1.15", "obs_bucket": "state"}, {"runtime_config"}),
        ({"resume_checkpoint": True}, {"checkpoint_path"}),
        ({"resume_checkpoint": True}, {"checkpoint_enabled"}),
        ({"cu_number": 401.0}, {"parallel_number"}),
    ],
)
def test_a_warning_waits_for_what_it_needs(program: dict[str, Any], unknown: set[str]) -> None:
    assert warnings({**RIGHT, **program}, frozenset(unknown)) == []


@pytest.mark.parametrize(
    ("program", "path", "noun"),
    [
        ({"desc": f"copies with {ACCESS_KEY}"}, "desc", "an access key"),
        ({"desc": f"({SECRET_KEY})"}, "desc", "a secret key"),
        ({"main_class": TOKEN}, "main_class", "a token"),
        ({"desc": "MII" + "Cb" * 40}, "desc", "a token"),
        ({"desc": "ghp_" + "a1" * 12}, "desc", "a token"),
        ({"desc": "-----BEGIN RSA PRIVATE KEY-----"}, "desc", "a private key"),
        ({"checkpoint_path": "b/etl?password=hunter2"}, "checkpoint_path", "a password or a key"),
        ({"desc": "jdbc:mysql://etl:hunter2@db/shop"}, "desc", "a password"),
        ({"tags": {"password": "hunter2"}}, "tags", "a password or a key"),
        ({"tags": {"by": ACCESS_KEY, "team": "data"}}, "tags", "an access key"),
        ({"dependency_jars": [f"obs://b/{ACCESS_KEY}.jar"]}, "dependency_jars[0]", "an access key"),
        ({"restart_trigger": "sk=hunter2"}, "restart_trigger", "a password or a key"),
    ],
)
def test_a_credential_in_a_plain_argument_is_warned_of_and_not_shown(
    program: dict[str, Any], path: str, noun: str
) -> None:
    [line] = [text for text in warnings({**RIGHT, **program}) if "looks like" in text]
    assert line == (
        f"{path}: looks like {noun}, and this argument is stored and shown in clear; pass it in "
        "entrypoint_args or runtime_config, which are kept secret"
    )


@pytest.mark.parametrize(
    ("program", "path", "noun"),
    [
        (
            {"entrypoint_args": "-v --password hunter2 -n 3"},
            "entrypoint_args: word 3",
            "a password or a key",
        ),
        (
            {"entrypoint_args": "--password=hunter2"},
            "entrypoint_args: word 1",
            "a password or a key",
        ),
        ({"entrypoint_args": ["--ak", ACCESS_KEY]}, "entrypoint_args[1]", "an access key"),
        ({"entrypoint_args": ["-v", f"x={TOKEN}"]}, "entrypoint_args[1]", "a token"),
        (
            {"runtime_config": {"fs.obs.access.key": ACCESS_KEY}},
            "runtime_config.fs.obs.access.key",
            "an access key",
        ),
        (
            {"runtime_config": {"s3.secret-key": "hunter2"}},
            "runtime_config.s3.secret-key",
            "a password or a key",
        ),
        ({"runtime_config": {ACCESS_KEY: "x"}}, "runtime_config", "an access key"),
    ],
)
def test_a_credential_in_a_secret_argument_is_warned_of_by_its_place(
    program: dict[str, Any], path: str, noun: str
) -> None:
    [line] = [text for text in warnings({**RIGHT, **program}) if "looks like" in text]
    assert line == (
        f"{path}: looks like {noun}; it is kept secret here, but DLI shows it to everybody who may "
        "read the job; let the job fetch it from where secrets are kept, if it can"
    )


@pytest.mark.parametrize(
    "program",
    [
        {"entrypoint_args": "--password {{db}} --rate 3 --token-file /etc/token"},
        {"entrypoint_args": ["--secretless", "--mode", "at-least-once"]},
        {"runtime_config": {"rest.port": "8081", "security.ssl.enabled": "true"}},
        {"desc": "password={{db_password}}", "tags": {"stack": "dev", "token": ""}},
        {"desc": "tokens are counted; the task: none", "main_class": "org.example.TokenCounter"},
        {"restart_trigger": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
        {"desc": "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
        {"desc": "20261122181455123456 ORDERS OF EVERY SHOP"},
        {"desc": "http://wiki:8080/etl@home"},
    ],
)
def test_what_is_no_credential_is_not(program: dict[str, Any]) -> None:
    assert [text for text in warnings({**RIGHT, **program}) if "looks like" in text] == []


def test_a_flood_of_problems_is_cut() -> None:
    wrong = {f"strange{n:04}": 1 for n in range(1000)}
    found = problems({**RIGHT, **wrong})
    assert len(found) == check.MOST_TOLD + 1
    assert found == sorted(found)
    assert found[-1] == f"… and {1000 - check.MOST_TOLD} more; mend these first"
