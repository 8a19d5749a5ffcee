"""Settings: what wins, what is missing, and that no secret shows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_dli.errors import SettingsError
from pulumi_dli.settings.credentials import AccessKey, Password, Token, secrets
from pulumi_dli.settings.resolve import resolve
from pulumi_dli.settings.settings import LOCAL_PROJECT_ID, Agency, Settings
from pulumi_dli.settings.sources import SETTINGS

HERE = Path("/project")
TOKEN = {"region": "eu-de", "projectId": "p1", "token": "planted-token"}
USER = {
    "region": "eu-de",
    "projectName": "eu-de_team",
    "username": "ann",
    "domainName": "OTC1",
    "password": "planted-password",
}


def settings(
    config: Mapping[str, str],
    environ: Mapping[str, str] | None = None,
    region: str | None = None,
    project_id: str | None = None,
) -> Settings:
    return resolve(config, environ or {}, directory=HERE, region=region, project_id=project_id)


def refused(config: Mapping[str, str], environ: Mapping[str, str] | None = None) -> str:
    with pytest.raises(SettingsError) as caught:
        settings(config, environ)
    return str(caught.value)


def test_a_region_gives_its_endpoints() -> None:
    made = settings(USER)
    assert made.endpoint == "https://dli.eu-de.otc.t-systems.com"
    assert made.auth_url == "https://iam.eu-de.otc.t-systems.com"
    assert made.obs_endpoint == "https://obs.eu-de.otc.t-systems.com"
    assert made.values["endpoint"].source == "region eu-de"
    assert made.project_name == "eu-de_team"
    assert made.project_id is None
    assert made.credentials == Password("planted-password", username="ann", domain_name="OTC1")
    assert made.local_path == HERE / ".dli-local"
    assert made.preflight is True
    assert made.watch_artifacts is False
    assert made.max_retries == 5
    assert made.warnings == ()
    assert not made.local


@pytest.mark.parametrize(
    ("region", "endpoint", "identity"),
    [
        ("cn-north-4", "dli.cn-north-4.myhuaweicloud.com", "iam.cn-north-4.myhuaweicloud.com"),
        ("eu-west-101", "dli.eu-west-101.myhuaweicloud.eu", "iam.eu-west-101.myhuaweicloud.eu"),
    ],
)
def test_huawei_regions(region: str, endpoint: str, identity: str) -> None:
    made = settings(USER | {"region": region})
    assert (made.endpoint, made.auth_url) == (f"https://{endpoint}", f"https://{identity}")


@pytest.mark.parametrize("region", ["eu-nl", "eu-ch2"])
def test_a_region_without_published_dli_needs_an_endpoint(region: str) -> None:
    assert "set dli:endpoint" in refused(USER | {"region": region})
    made = settings(USER | {"region": region, "endpoint": "https://dli.private/"})
    assert made.endpoint == "https://dli.private"
    assert f"{region}." in made.auth_url


@pytest.mark.parametrize(
    ("region", "url"),
    [
        ("eu-nl", "https://obs.eu-nl.otc.t-systems.com"),
        ("eu-ch2", "https://obs.eu-ch2.sc.otc.t-systems.com"),
        ("cn-north-4", "https://obs.cn-north-4.myhuaweicloud.com"),
        ("eu-west-101", "https://obs.eu-west-101.myhuaweicloud.eu"),
        ("moon-1", ""),
    ],
)
def test_the_object_service_of_a_region(region: str, url: str) -> None:
    urls = {"endpoint": "https://dli.moon.example", "authUrl": "https://iam.moon.example"}
    assert settings(USER | urls | {"region": region}).obs_endpoint == url
    own = settings(USER | urls | {"region": region, "obsEndpoint": "https://s3.moon.example/"})
    assert own.obs_endpoint == "https://s3.moon.example"
    assert own.values["obsEndpoint"].source == "stack config dli:obsEndpoint"
    assert "must be a URL such as https://obs.eu-de" in refused(USER | {"obsEndpoint": "s3"})


def test_what_is_tried_on_this_machine_does_not_end_in_a_cloud() -> None:
    here = {"endpoint": "http://127.0.0.1:8080", "authUrl": "http://127.0.0.1:8080"}
    made = settings(USER | here)
    assert made.obs_endpoint == "http://127.0.0.1:8080"
    assert made.values["obsEndpoint"].source == "stack config dli:endpoint"
    named = settings(USER | here | {"obsEndpoint": "https://obs.eu-de.otc.t-systems.com"})
    assert named.obs_endpoint == "https://obs.eu-de.otc.t-systems.com"


def test_a_token_asks_the_identity_service_for_keys_where_that_is_known() -> None:
    token = {"token": "t", "projectId": "0123456789abcdef"}
    where = {"endpoint": "https://dli.moon.example", "region": "moon-1"}
    assert settings(token | {"region": "eu-de"}).auth_url == "https://iam.eu-de.otc.t-systems.com"
    assert settings(token | where).auth_url == ""
    named = settings(token | where | {"authUrl": "https://iam.moon.example/v3/"})
    assert named.auth_url == "https://iam.moon.example"
    # What is wrong with it is no trouble of those who ask for no object.
    assert settings(token | where | {"authUrl": "nonsense"}).auth_url == ""


@pytest.mark.parametrize(
    ("region", "told"),
    [
        ("eu-ed", "did you mean eu-de? Else set dli:endpoint to its URL"),
        ("EU-DE", "did you mean eu-de? Else set"),
        ("cn-nroth-1", "did you mean cn-north-1? Else set"),
        ("eu-nl", "there are eu-de and the public regions of Huawei Cloud; else set dli:endpoint"),
        ("moon-1", "there are eu-de and the public regions of Huawei Cloud; else set dli:endpoint"),
    ],
)
def test_a_region_without_dli_is_told_which_may_be_meant(region: str, told: str) -> None:
    text = refused(USER | {"region": region})
    assert f"for the region {region} (stack config dli:region); {told}" in text


def test_an_unknown_region_needs_both_urls() -> None:
    text = refused(USER | {"region": "moon-1"})
    assert "no DLI endpoint is published for the region moon-1" in text
    assert "no identity (IAM) URL is published" in text
    urls = {"endpoint": "https://dli.moon", "authUrl": "https://iam.moon/v3/"}
    assert settings(USER | {"region": "moon-1"} | urls).auth_url == "https://iam.moon"


def test_the_identity_service_is_not_needed_with_a_token_and_a_project_id() -> None:
    made = settings(TOKEN | {"region": "moon-1", "endpoint": "https://dli.moon"})
    assert made.auth_url == ""


ENVIRONMENT_NAMES = [
    (key, name) for key, setting in SETTINGS.items() for name in setting.environment
]
SUFFICIENT = {
    # What a stack must have beside the one setting that comes from the environment.
    "token": {"projectId": "p"},
    "accessKey": {"projectId": "p", "secretKey": "s"},
    "secretKey": {"projectId": "p", "accessKey": "a"},
    "userId": {"projectId": "p", "password": "p"},
    "username": {"projectId": "p", "password": "p", "domainId": "d"},
    "domainId": {"projectId": "p", "password": "p", "username": "u"},
    "domainName": {"projectId": "p", "password": "p", "username": "u"},
    "projectId": {"token": "t"},
    "projectName": {"token": "t"},
    "agencyName": {"projectId": "p", "token": "t", "agencyDomainName": "d"},
    "agencyDomainName": {"projectId": "p", "token": "t", "agencyName": "a"},
}
GOOD = {"region": "eu-de", "authUrl": "https://iam.x", "insecure": "on", "maxRetries": "7"}


@pytest.mark.parametrize(
    ("key", "name"),
    # A cloud is read from a file (test_clouds.py); a security token belongs to its key (below).
    [pair for pair in ENVIRONMENT_NAMES if pair[0] not in {"cloud", "securityToken"}],
)
def test_each_environment_name_is_read_and_the_stack_comes_first(key: str, name: str) -> None:
    stack = {"region": "eu-de"} | SUFFICIENT.get(key, USER)
    stack.pop(key, None)
    value = GOOD.get(key, "1")
    made = settings(stack, {name: value})
    assert made.values[key].text == value
    assert made.values[key].source == f"environment {name}"
    first = settings(stack | {key: value}, {name: "something else"})
    assert first.values[key].source == f"stack config dli:{key}"


@pytest.mark.parametrize("prefix", ["OS", "HW"])
def test_a_temporary_key_from_the_environment(prefix: str) -> None:
    environ = {f"{prefix}_{n}": n for n in ("ACCESS_KEY", "SECRET_KEY", "SECURITY_TOKEN")}
    made = settings({"region": "eu-de", "projectId": "p"}, environ)
    assert made.credentials == AccessKey("ACCESS_KEY", "SECRET_KEY", "SECURITY_TOKEN")


def test_openstack_names_come_before_huawei_names() -> None:
    made = settings(
        {k: v for k, v in USER.items() if k != "region"},
        {"HW_REGION_NAME": "cn-north-4", "OS_REGION_NAME": "eu-de"},
    )
    assert made.region == "eu-de"


def test_a_nearer_name_beats_a_farther_id() -> None:
    made = settings(USER, {"OS_PROJECT_ID": "from-the-shell"})
    assert (made.project_id, made.project_name) == (None, "eu-de_team")
    made = settings(TOKEN | {"projectName": "x"})
    assert (made.project_id, made.project_name) == ("p1", None)


def test_an_empty_value_counts_as_none() -> None:
    assert settings(USER | {"region": " "}, {"OS_REGION_NAME": "eu-de"}).region == "eu-de"


def test_a_password_keeps_its_blanks_and_other_values_lose_theirs() -> None:
    made = settings(USER | {"password": " p w ", "username": " ann\n"})
    assert made.credentials == Password(" p w ", username="ann", domain_name="OTC1")


def test_missing_settings_are_listed_all_at_once_with_every_place() -> None:
    text = refused({})
    for setting in SETTINGS.values():
        if setting.key in {"region", "projectId", "projectName", "token", "accessKey", "password"}:
            assert f"dli:{setting.key}" in text
            for name in setting.environment:
                assert name in text


@pytest.mark.parametrize(
    ("config", "missing"),
    [
        ({"accessKey": "a"}, "no secret key"),
        ({"secretKey": "a"}, "no access key"),
        ({"username": "u", "password": "p"}, "no user's domain (account) id"),
        ({"username": "u", "domainName": "d"}, "no password"),
        ({"password": "p"}, "no user id or user name"),
        ({"token": "t", "agencyName": "a"}, "no domain (account) that made the agency"),
        ({"token": "t", "agencyDomainName": "a"}, "no agency"),
    ],
)
def test_half_a_credential_names_the_other_half(config: dict[str, str], missing: str) -> None:
    assert missing in refused({"region": "eu-de", "projectId": "p"} | config)


@pytest.mark.parametrize(
    ("config", "environ", "kind"),
    [
        ({"accessKey": "a", "secretKey": "s"}, {"OS_TOKEN": "t"}, AccessKey),
        (
            {"username": "u", "domainName": "d"},
            {"OS_PASSWORD": "p", "HW_AUTH_TOKEN": "t"},
            Password,
        ),
        ({}, {"HW_ACCESS_KEY": "a", "HW_SECRET_KEY": "s", "OS_TOKEN": "t"}, Token),
        ({}, {"OS_USER_ID": "u", "OS_PASSWORD": "p", "HW_ACCESS_KEY": "a"}, Password),
        ({"token": "t", "accessKey": "a", "secretKey": "s"}, {}, Token),
        ({"userId": "u", "password": "p", "accessKey": "a", "secretKey": "s"}, {}, AccessKey),
    ],
)
def test_the_nearest_credential_is_used(
    config: dict[str, str], environ: dict[str, str], kind: type
) -> None:
    made = settings({"region": "eu-de", "projectId": "p"} | config, environ)
    assert isinstance(made.credentials, kind)


def test_two_credentials_in_one_place_are_warned_of() -> None:
    made = settings(TOKEN | {"accessKey": "a", "secretKey": "s"})
    (warning,) = made.warnings
    assert warning == (
        "a token is used to sign in and an access key (stack config dli:accessKey) is not: "
        "remove one of them"
    )
    assert settings(TOKEN, {"OS_ACCESS_KEY": "a", "OS_SECRET_KEY": "s"}).warnings == ()


def test_a_security_token_of_another_key_stays_out() -> None:
    key = {"region": "eu-de", "projectId": "p", "accessKey": "a", "secretKey": "s"}
    made = settings(key, {"OS_SECURITY_TOKEN": "left-over"})
    assert made.credentials == AccessKey("a", "s")
    assert "OS_SECURITY_TOKEN is not used" in made.warnings[0]
    made = settings(key | {"securityToken": "st"})
    assert made.credentials == AccessKey("a", "s", "st")
    assert made.warnings == ()


def test_an_agency() -> None:
    made = settings(TOKEN | {"agencyName": "dli-agency", "agencyDomainName": "OTC2"})
    assert made.agency == Agency("dli-agency", "OTC2")
    assert made.auth_url


@pytest.mark.parametrize(
    ("config", "complaint"),
    [
        ({"endpoint": "dli.example"}, "dli:endpoint must be a URL"),
        ({"endpoint": "https://u:planted-password@dli.example"}, "without a user"),
        ({"endpoint": "https://[broken"}, "dli:endpoint must be a URL"),
        ({"endpoint": "https://dli.example:99999"}, "dli:endpoint must be a URL"),
        ({"endpoint": "https://dli.example?x=1"}, "without a user, a query"),
        ({"maxRetries": "many"}, "must be a whole number from 0 to 20"),
        ({"maxRetries": "21"}, "must be a whole number from 0 to 20"),
        ({"maxRetries": "-1"}, "must be a whole number from 0 to 20"),
        ({"preflight": "planted"}, "dli:preflight) must be on or off"),
        ({"watchArtifacts": "planted"}, "dli:watchArtifacts) must be on or off"),
        ({"maxRetries": "\u0661"}, "must be a whole number from 0 to 20"),
        ({"defaultTags": '{"team": null}'}, "must be a map of names to texts, numbers"),
        ({"defaultTags": '{"a": "b", "team": ["planted"]}'}, "true and false: team is not so; "),
        ({"defaultTags": '{"team": NaN}'}, "must be a map of names to texts, numbers"),
        ({"defaultTags": '{" ": "planted"}'}, "must be a map of names to texts, numbers"),
        ({"defaultTags": '{"a": "\\ud800"}'}, "must be a map of names to texts, numbers"),
        ({"defaultTags": '{"a": "1", " a": "2"}'}, "names each tag once"),
        ({"defaultTags": '{"a": "1", "a": "2"}'}, "names each tag once"),
        ({"defaultTags": '{"a":' * 100_000}, "must be a map"),
        ({"artifacts": "https://my-bucket"}, "must be a bucket, or `bucket/folder`"),
        ({"artifacts": "my-bucket/../other"}, "must be a bucket, or `bucket/folder`"),
        ({"artifacts": "My Bucket"}, "must be a bucket, or `bucket/folder`"),
        ({"ignoreTags": "[" * 100_000}, "must be names"),
        ({"ignoreTags": '["team", {}]'}, "must be names"),
        ({"ignoreTags": "team,,cost"}, "must be names"),
        ({"region": "eu de/planted"}, "the region (stack config dli:region) must be letters"),
        ({"caCert": "~planted/ca.pem"}, "there is no such user"),
        ({"caCert": "-----BEGIN planted\nx"}, "dli:caCert) must be a path: one line"),
        ({"localPath": "a\0planted"}, "dli:localPath) must be a path: one line"),
        ({"token": "", "userId": "u", "password": "planted\udcff"}, "must be text in UTF-8"),
        ({"agencyName": "a\nplanted", "agencyDomainName": "d"}, "the agency (stack config"),
        ({"insecure": "perhaps"}, "must be on or off"),
        ({"defaultTags": "team=data"}, "must be a map"),
        ({"defaultTags": '["team"]'}, "must be a map"),
        ({"defaultTags": '{"team": {"a": 1}}'}, "must be a map"),
        ({"signature": "scoped"}, "must be `sdk`"),
        ({"localFlinkVersion": "planted"}, "must be a version of Flink from 1.12 on, such as"),
        ({"localFlinkVersion": "1.11"}, "which takes 1.20 for 1.2 (it is 1.11)"),
        ({"localFlinkVersion": "1.2"}, "which takes 1.20 for 1.2 (it is 1.2)"),
        ({"localFlinkVersion": "2"}, "must be a version of Flink from 1.12 on"),
        ({"localFlinkVersion": "1.15.4.1"}, "must be a version of Flink from 1.12 on"),
        ({"localFlinkVersion": "1.15\nplanted"}, "must be a version of Flink from 1.12 on"),
        ({"localFlinkVersion": "\u0661.\u0661\u0665"}, "must be a version of Flink from 1.12 on"),
        ({"localFlinkVersion": "9" * 100_000}, "must be a version of Flink from 1.12 on"),
        ({"projectId": "eu de/team"}, "a name goes into dli:projectName"),
        ({"projectId": "eu-de_team"}, "a name goes into dli:projectName"),
        ({"token": "planted-token\nX-Evil: 1"}, "no header can carry"),
        ({"token": "planted-tökén"}, "no header can carry"),
    ],
)
def test_malformed_values_are_named_and_secrets_are_not_shown(
    config: dict[str, str], complaint: str
) -> None:
    text = refused(TOKEN | config)
    assert complaint in text
    assert "planted" not in text


URL = "https://dli.example"
HOST = "planted"


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("local DLI", "it holds a blank"),
        ("Local", "it does not begin with https:// or http:// and the name of a host"),
        ("ftp://planted", "it does not begin with https:// or http://"),
        ("https://", "the name of its host may hold letters"),
        (f"{URL}:0", "its port is not a number from 1 to 65535"),
        (f"{URL}:99999", "its port is not a number"),
        (f"{URL}:", "its port is not a number"),
        (f"{URL}:\u0661", "it holds characters beyond ASCII"),
        (f"{URL}:planted", "its port is not a number"),
        ("https://dli.e\nplanted", "it holds a blank or a control character"),
        ("https://dli.e\tplanted", "it holds a blank or a control character"),
        ("https://dli.e\0planted", "it holds a blank or a control character"),
        ("https://dli planted", "it holds a blank or a control character"),
        ("https://dli.plantéd", "write the name of a host in its `xn--` form"),
        ("https://dli.\udcffplanted", "it holds characters beyond ASCII"),
        ("https://planted@dli.example", "it holds a user"),
        ("https://dli.example?planted", "it holds a query"),
        ("https://dli.example#planted", "it holds a fragment"),
        (f"https://{HOST * 10}.example", "is too long: 63 characters between two dots"),
        (f"https://{'planted.' * 40}example", "253 in all"),
        ("https://dli..planted", "single dots"),
        ("https://-planted.example", "single dots"),
        ("https://planted\\example", "single dots"),
        ("https://[planted", "it does not begin"),
        ("https://[fe80::1%planted]", "its address is not one of IPv6"),
        ("https://[planted]", "its address is not one of IPv6"),
        (f"{URL}/%planted", "its path holds a character"),
        (f"{URL}/{{planted}}", "its path holds a character"),
        (f"{URL}/{HOST * 1000}", "it has 7020 characters, and 2048 are allowed"),
    ],
)
@pytest.mark.parametrize("key", ["endpoint", "authUrl"])
def test_what_is_wrong_with_a_url_is_said_without_it(key: str, url: str, problem: str) -> None:
    text = refused(USER | {key: url})
    assert f"stack config dli:{key} must be a URL" in text
    assert problem in text
    assert "planted" not in text
    assert text.count("must be") == 1


@pytest.mark.parametrize(
    "url",
    [
        "https://dli.example:8443/v1/",
        "HTTPS://DLI.EXAMPLE",
        "https://dli.example.",
        "https://[::1]:8443",
        "https://10.0.0.1/~a%20b",
        "https://my_service",
        "https://xn--bcher-kva.example",
    ],
)
def test_a_good_url_is_taken_as_it_is(url: str) -> None:
    assert settings(USER | {"endpoint": url}).endpoint == url.rstrip("/")


KEY_PAIR = {"projectId": "p1", "accessKey": "a", "secretKey": "s"}


def test_a_key_pair_at_an_endpoint_needs_no_region() -> None:
    made = settings(KEY_PAIR | {"endpoint": "https://dli.private"})
    assert (made.endpoint, made.region, made.auth_url) == ("https://dli.private", "", "")
    assert "region" not in made.values
    user = USER | {"region": "", "endpoint": "https://dli.private"}
    assert settings(user | {"authUrl": "https://iam.private"}).region == ""
    assert "no region or identity (IAM) URL" in refused(user)


@pytest.mark.parametrize(
    ("host", "region"),
    [
        ("dli.eu-de.otc.t-systems.com", "eu-de"),
        ("DLI.eu-ch2.sc.otc.t-systems.com:443", "eu-ch2"),
        ("dli.cn-north-4.myhuaweicloud.com", "cn-north-4"),
        ("dli.eu-west-101.myhuaweicloud.eu", "eu-west-101"),
        ("dli.eu-de.otc.t-systems.com.example", ""),
        ("dli.cn-north-4.otc.t-systems.com", ""),
    ],
)
def test_a_public_endpoint_tells_its_region(host: str, region: str) -> None:
    made = settings(KEY_PAIR | {"endpoint": f"https://{host}"})
    assert made.region == region
    if region:
        assert made.values["region"].source == "the host of stack config dli:endpoint"
    assert settings(KEY_PAIR | {"endpoint": f"https://{host}", "region": "x"}).region == "x"


def test_a_resource_of_another_region_than_its_stacks_endpoint() -> None:
    public = KEY_PAIR | {"endpoint": "https://dli.eu-de.otc.t-systems.com"}
    with pytest.raises(SettingsError, match=r"dli:endpoint is of eu-de: use a stack"):
        settings(public, region="eu-nl", project_id="p2")
    assert settings(public, region="eu-de").region == "eu-de"
    assert settings(KEY_PAIR | {"endpoint": URL}, region="eu-nl").region == "eu-nl"


def test_too_many_default_tags() -> None:
    tags = "{" + ",".join(f'"k{n}": "v"' for n in range(20)) + "}"
    assert "19 tags at most" in refused(TOKEN | {"defaultTags": tags})


def test_default_tags_are_texts() -> None:
    written = '{"team ": "data", "cost": 12, "prod": true, "big": 1e999}'
    made = settings(TOKEN | {"defaultTags": written})
    assert made.default_tags == {"team": "data", "cost": "12", "prod": "true", "big": "1e999"}


@pytest.mark.parametrize(("text", "on"), [("on", True), ("true", True), ("Off", False)])
def test_a_switch_in_the_words_that_yaml_leaves(text: str, *, on: bool) -> None:
    assert settings(TOKEN | {"preflight": text}).preflight is on
    assert settings(TOKEN | {"watchArtifacts": text}).watch_artifacts is on


def test_odd_things_are_warned_of() -> None:
    odd = {"insecure": "on", "endpoint": "http://dli.example", "regoin": "x"}
    warnings = " | ".join(settings(TOKEN | odd).warnings)
    assert "certificates are not checked (stack config dli:insecure)" in warnings
    assert "dli:endpoint is not https" in warnings
    assert "dli:regoin: there is no such setting; did you mean dli:region?" in warnings
    assert settings(TOKEN | {"endpoint": "http://127.0.0.1:8080"}).warnings == ()


def test_a_key_that_is_no_setting_is_told_whatever_it_resembles() -> None:
    odd = {"regoin": "eu-de", "project_id": "x", "flavour": "large"}
    assert settings(TOKEN | odd).warnings == (
        "dli:flavour: there is no such setting; `pulumi config rm dli:flavour` takes it out",
        "dli:project_id: there is no such setting; did you mean dli:projectId?",
        "dli:regoin: there is no such setting; did you mean dli:region?",
    )
    assert settings({"endpoint": "local"} | odd).warnings == settings(TOKEN | odd).warnings


def test_a_typo_is_named_beside_what_is_missing() -> None:
    config = {k: v for k, v in TOKEN.items() if k != "region"} | {"Region": "eu-de"}
    assert "did you mean dli:region?" in refused(config)


def test_paths_start_at_the_project() -> None:
    made = settings(TOKEN | {"caCert": "ca.pem", "localPath": "/elsewhere"})
    assert made.ca_cert == HERE / "ca.pem"
    assert made.local_path == Path("/elsewhere")


def test_a_resource_of_its_own_region_and_project() -> None:
    made = settings(TOKEN, region="cn-north-4", project_id="p2")
    assert (made.region, made.project_id) == ("cn-north-4", "p2")
    assert made.endpoint == "https://dli.cn-north-4.myhuaweicloud.com"
    assert made.values["region"].source == "argument region"


def test_a_resource_of_another_region_must_name_its_project() -> None:
    with pytest.raises(SettingsError, match="give project_id beside region"):
        settings(TOKEN, region="cn-north-4")
    assert settings(TOKEN, region="eu-de").project_id == "p1"


def test_an_endpoint_of_one_region_is_not_used_for_another() -> None:
    config = TOKEN | {"endpoint": "https://dli.private"}
    with pytest.raises(SettingsError, match="use a stack of its own"):
        settings(config, region="cn-north-4", project_id="p2")
    assert settings(config, region="eu-de", project_id="p2").endpoint == "https://dli.private"


def test_the_local_dli_reads_nothing_of_the_owner() -> None:
    shell = {name: "planted" for _, name in ENVIRONMENT_NAMES if not name.startswith("PULUMI_")}
    config = dict.fromkeys(("region", "projectId", "token", "username", "signature"), "planted")
    made = settings(config | {"endpoint": "local"}, shell)
    assert made.local
    assert made.region == "local"
    assert made.project_id == LOCAL_PROJECT_ID
    assert made.credentials == AccessKey("LOCALACCESSKEY", "LOCALSECRETKEY")
    assert made.max_retries == 5
    assert not made.insecure
    assert all(value.text != "planted" for value in made.values.values())


def test_the_local_dli_serves_a_jobs_own_project_and_region() -> None:
    made = settings({"endpoint": "local"}, region="eu-de", project_id="p2")
    assert (made.endpoint, made.region, made.project_id) == ("local", "eu-de", "p2")
    assert made.local_path == HERE / ".dli-local" / "regions" / "eu-de"
    assert settings({"endpoint": "local"}, project_id="p2").local_path == HERE / ".dli-local"
    for region in ("../x", "a/b", "é"):
        with pytest.raises(SettingsError, match="must be letters, digits"):
            settings({"endpoint": "local"}, region=region)


def test_the_local_dli_is_chosen_by_the_stack_alone() -> None:
    refused({}, {"OS_DLI_ENDPOINT": "local", "DLI_ENDPOINT": "local", "OS_CLOUD": ""})
    made = settings({"endpoint": "local"}, {"PULUMI_DLI_LOCAL_PATH": "state"})
    assert made.local_path == HERE / "state"


def test_no_secret_shows_in_a_repr() -> None:
    for config in (
        USER,
        TOKEN,
        TOKEN | {"token": "", "accessKey": "planted-a", "secretKey": "planted-s"},
    ):
        made = settings(config)
        shown = f"{made!r} {made} {made.values!r} {[v.shown for v in made.values.values()]}"
        assert "planted" not in shown
        assert any("planted" in secret for secret in secrets(made.credentials))


PLACES = ("argument", "config", "OS_REGION_NAME", "OS_REGION", "HW_REGION_NAME")


@given(st.sets(st.sampled_from(PLACES), min_size=1))
def test_the_first_place_wins_whatever_else_is_set(where: set[str]) -> None:
    config = {k: v for k, v in TOKEN.items() if k != "region"} | {"endpoint": "https://dli.x"}
    if "config" in where:
        config["region"] = "of-config"
    environ = {name: f"of-{name}" for name in where if name.isupper()}
    own = "of-argument" if "argument" in where else None
    first = next(place for place in PLACES if place in where)
    if own and len(where) > 1:
        # In another region than the stack's, so without the stack's endpoint.
        config.pop("endpoint")
        with pytest.raises(SettingsError, match="region of-argument"):
            settings(config, environ, region=own, project_id="p")
        return
    assert settings(config, environ, region=own, project_id="p").region == f"of-{first}"


def test_nobody_is_sent_to_the_local_dli_who_is_there() -> None:
    with pytest.raises(SettingsError, match=r"^the settings cannot be used: .*on or off$"):
        resolve({"endpoint": "local", "preflight": "perhaps"}, {}, directory=Path("/p"))


def test_a_wrong_identity_url_gets_one_as_an_example() -> None:
    config = {"region": "eu-de", "projectId": "p1", "authUrl": "nonsense", "username": "u"}
    config |= {"password": "p", "domainName": "d"}
    with pytest.raises(SettingsError, match=r"a URL such as https://iam\.eu-de\.otc"):
        resolve(config, {}, directory=Path("/p"))


@pytest.mark.parametrize(
    ("written", "folder"),
    [
        ("my-bucket", "obs://my-bucket"),
        ("obs://my-bucket/builds/", "obs://my-bucket/builds"),
        (None, ""),
    ],
)
def test_the_bucket_of_local_files(written: str | None, folder: str) -> None:
    more = {} if written is None else {"artifacts": written}
    assert settings(USER | more).artifacts == folder
