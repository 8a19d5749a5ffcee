"""Whatever stands in the configuration, the environment and clouds.yaml: sentences, no traceback.

A value that is malformed holds the word `planted`, a secret the word `hidden`. No sentence
repeats the first, and nothing at all the second. Nothing leaves this machine: what is asked for
goes to a proxy that refuses.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import stamina
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pulumi_dli.client.connections import Connections
from pulumi_dli.command.doctor import examine
from pulumi_dli.errors import DliError, SettingsError
from pulumi_dli.session import Session
from pulumi_dli.settings.resolve import resolve
from pulumi_dli.settings.sources import SETTINGS
from searches import examples
from stand_ins import Lines

CLOUD = "generated"
NOBODY = "http://127.0.0.1:1"
PROGRAM = {"name": "orders", "queue_name": "q", "entrypoint": "obs://jars/a.jar", "owner": "m"}
GOOD = {
    "endpoint": [NOBODY, "https://127.0.0.1:1", "local", "https://dli.eu-de.otc.t-systems.com"],
    "obsEndpoint": [NOBODY, "https://obs.eu-de.otc.t-systems.com"],
    "region": ["eu-de", "eu-nl", "moon-1"],
    "projectId": ["0123456789abcdef"],
    "projectName": ["eu-de_team"],
    "authUrl": [NOBODY, f"{NOBODY}/v3/"],
    "username": ["ann"],
    "userId": ["u1"],
    "domainName": ["OTC1"],
    "domainId": ["d1"],
    "agencyName": ["a"],
    "agencyDomainName": ["OTC2"],
    "signature": ["sdk"],
    "cloud": [CLOUD, "nowhere"],
    "caCert": ["ca.pem", "."],
    "insecure": ["on", "off", "TRUE", "0"],
    "maxRetries": ["0", "3"],
    "defaultTags": ['{"team": "data", "n": 1}'],
    "ignoreTags": ["team,cost*", '["team"]'],
    "artifacts": ["my-bucket", "obs://my-bucket/builds/"],
    "startsPerQueue": ["0", "1", "20"],
    "watchArtifacts": ["on", "off"],
    "preflight": ["on", "off"],
    "localPath": ["state"],
    "localFlinkVersion": ["1.17"],
}
ODD = ["\n", "\0", "\t", "\x7f", "\x85", "\u2028", "\udcff", "\ud800", "\ufeff", "\u202e", "\u0661"]
odd = st.builds(
    lambda before, mark, more, after: f"{before}a{mark}planted{after * more}",
    st.sampled_from(["", "https://", "https://dli.", "{", "[", '{"', "-", "None", "null", "%"]),
    st.sampled_from(ODD),
    st.sampled_from([1, 1, 1, 100, 100_000]),
    st.sampled_from(["", "x", " ", "{", "[", "}", ":", "@", '"', *ODD]),
)
secret = st.sampled_from(["hidden", " hidden\n", "hidden\0x", "hidd\udcffen hidden", "hidden é"])


def values(key: str) -> st.SearchStrategy[str]:
    """What a setting is given: mostly something good, so that more than one is looked at."""
    if SETTINGS[key].secret:
        return st.just("hidden") | secret
    good = st.sampled_from(GOOD[key])
    if key == "cloud":  # the name of one that is sought in vain is told
        return good | st.sampled_from(["a\nplanted", "planted" * 100])
    return good | good | good | odd


@st.composite
def some(draw: st.DrawFn, keys: Mapping[str, str]) -> dict[str, str]:
    """A few of these names, with values for the settings that they stand for."""
    chosen = draw(st.lists(st.sampled_from(sorted(keys)), max_size=4, unique=True))
    return {name: draw(values(keys[name])) for name in chosen}


AT_NOBODY = {"endpoint": NOBODY, "maxRetries": "0", "projectId": "0123456789abcdef"}
COMPLETE: list[dict[str, str]] = [
    {},
    {"endpoint": "local"},
    {"cloud": CLOUD},
    {"region": "eu-de", "projectId": "0123456789abcdef", "token": "hidden"},
    AT_NOBODY | {"accessKey": "hidden", "secretKey": "hidden"},
    AT_NOBODY | {"authUrl": NOBODY, "userId": "u", "password": "hidden"},
]
configs = st.builds(
    lambda base, more: {**base, **more},
    st.sampled_from(COMPLETE),
    some({key: key for key in SETTINGS}),
)
environs = some({name: key for key, setting in SETTINGS.items() for name in setting.environment})
AUTH = ("auth_url", "username", "password", "user_domain_name", "project_name", "project-id", "ak")
TOP = ("region_name", "regions", "verify", "insecure", "cacert", "profile", "auth_type", "cert")
names = st.sampled_from(["clouds", CLOUD, "auth", "name", "values", *AUTH, *TOP])
leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | secret
    | odd.map(lambda text: text[:200])
    | st.sampled_from(["eu-de", "otc", "otc-swiss", NOBODY, "{region_name}", "password", "~x"])
)
trees = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
    max_leaves=8,
)
entries = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(TOP, trees),
        "auth": trees | st.fixed_dictionaries({}, optional=dict.fromkeys(AUTH, leaves)),
    },
)
whole: dict[str, Any] = {"dli_endpoint_override": NOBODY, "region_name": "eu-de"}
whole |= {"auth": {"project_id": "17", "token": "hidden"}}
entries |= entries.map(lambda entry: {**whole, **entry})
documents = (entries | entries | trees).map(lambda entry: {"clouds": {CLOUD: entry}}) | trees
written = st.builds(
    lambda tree, cut: json.dumps(tree).encode()[: cut or None],
    documents,
    st.none() | st.none() | st.integers(1, 200),
) | st.binary(max_size=40)


@pytest.fixture(autouse=True, scope="module")
def nothing_leaves_this_machine() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch, stamina.set_testing(testing=True, attempts=1):
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy"):
            patch.delenv(name, raising=False)
        patch.setenv("ALL_PROXY", NOBODY)
        patch.setenv("no_proxy", "")
        yield


def demand_sentence(text: str) -> None:
    """One line that a terminal can show, that repeats no value, and does not flood a log."""
    assert text.isprintable(), text
    assert "planted" not in text, text
    assert "hidden" not in text, text
    assert len(text) < 5000, text


def demand_each_once(error: SettingsError) -> None:
    """No setting of the configuration is complained of twice."""
    for key in SETTINGS:
        assert str(error).count(f"dli:{key}) must be") <= 1, str(error)


@contextmanager
def project(clouds: bytes, secure: bytes = b"") -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "clouds.yaml").write_bytes(clouds)
        (Path(folder) / "secure.yaml").write_bytes(secure)
        yield Path(folder)


@given(configs, environs, written, written)
@example({"endpoint": "local", "localPath": "a\0planted"}, {}, b"", b"")
def test_no_settings_end_in_a_traceback(
    config: dict[str, str], environ: dict[str, str], clouds: bytes, secure: bytes
) -> None:
    with project(clouds, secure) as directory:
        try:
            made = resolve(config, environ, directory=directory)
        except SettingsError as error:
            demand_sentence(str(error))
            demand_each_once(error)
        else:
            assert "hidden" not in repr(made)
            for warning in made.warnings:
                demand_sentence(warning)


@settings(max_examples=examples(30))
@given(configs, environs, written)
@example(COMPLETE[-1], {}, b"")
@example(COMPLETE[1], {}, b"")
def test_the_provider_and_doctor_say_the_same_in_sentences(
    config: dict[str, str], environ: dict[str, str], clouds: bytes
) -> None:
    with project(clouds) as directory, closing(Connections(config, environ, directory)) as made:
        filled, problems = Session(made, Lines()).check("urn", {}, PROGRAM, frozenset())
        json.dumps(filled, ensure_ascii=False).encode()
        for text in problems:
            demand_sentence(text)
        report = examine(made, origin="here", flink="no")
        shown = report.as_text() + json.dumps(report.as_json())
        shown.encode()
        assert "hidden" not in shown
        if not filled:
            assert problems[0] in report.checks[-1].detail


@given(st.sampled_from(["region", "project_id"]), odd)
def test_no_place_of_a_job_ends_in_a_traceback(name: str, text: str) -> None:
    arguments: dict[str, Any] = {"region": "eu-de", "project_id": "p", name: text}
    with pytest.raises(DliError) as caught:
        resolve({"token": "hidden"}, {}, directory=Path("/project"), **arguments)
    demand_sentence(str(caught.value))
