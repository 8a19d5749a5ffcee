"""A cloud of clouds.yaml as the last place where settings are looked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from pulumi_dli.errors import SettingsError
from pulumi_dli.settings.credentials import AccessKey, Password
from pulumi_dli.settings.resolve import resolve
from pulumi_dli.settings.settings import Settings

CLOUDS = """
clouds:
  prod:
    profile: otc
    region_name: eu-de
    verify: false
    auth: {username: ann, user_domain_name: OTC1, project_name: eu-de_team}
  keys:
    region_name: eu-nl
    cacert: /etc/ca.pem
    dli_endpoint_override: https://dli.private
    auth: {auth_url: https://iam.private/v3, project_id: p1, ak: a, sk: planted}
  oidc:
    auth_type: v3oidcpassword
    auth: {auth_url: https://iam.private/v3}
"""
# The loader warns of a feature of its own at every use.
pytestmark = pytest.mark.filterwarnings("ignore:Support for InfluxDB")

SECURE = "clouds: {prod: {auth: {password: planted-password}}}\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "clouds.yaml").write_text(CLOUDS)
    (tmp_path / "secure.yaml").write_text(SECURE)
    return tmp_path


def settings(project: Path, config: dict[str, str], **environ: str) -> Settings:
    return resolve(config, environ, directory=project)


def test_a_cloud_with_its_secret_kept_apart(project: Path) -> None:
    made = settings(project, {"cloud": "prod"})
    assert made.region == "eu-de"
    assert made.project_name == "eu-de_team"
    assert made.credentials == Password("planted-password", username="ann", domain_name="OTC1")
    assert made.auth_url == "https://iam.eu-de.otc.t-systems.com"
    assert made.values["username"].source == "clouds.yaml"
    assert made.insecure
    assert "planted" not in repr(made)


def test_a_cloud_with_keys_named_by_the_environment(project: Path) -> None:
    made = settings(project, {}, OS_CLOUD="keys")
    assert made.endpoint == "https://dli.private"
    assert made.credentials == AccessKey("a", "planted")
    assert made.ca_cert == Path("/etc/ca.pem")


def test_a_cloud_comes_last(project: Path) -> None:
    made = settings(project, {"cloud": "prod", "username": "bob"}, OS_PROJECT_NAME="eu-de_other")
    assert made.project_name == "eu-de_other"
    assert made.credentials == Password("planted-password", username="bob", domain_name="OTC1")


def test_a_file_named_by_the_environment(tmp_path: Path, project: Path) -> None:
    elsewhere = tmp_path / "elsewhere.yaml"
    elsewhere.write_text(CLOUDS.replace("region_name: eu-nl", "region_name: eu-ch2"))
    made = settings(project, {"cloud": "keys"}, OS_CLIENT_CONFIG_FILE=str(elsewhere))
    assert made.region == "eu-ch2"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nowhere", "the cloud nowhere cannot be used: Cloud nowhere was not found"),
        ("oidc", "signs in with v3oidcpassword, which is not supported"),
    ],
)
def test_a_cloud_that_cannot_be_used(project: Path, name: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        settings(project, {"cloud": name})


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("secure.yaml", "no password"),
        ("clouds.yaml", "no region.*; the cloud prod of clouds"),
    ],
)
def test_a_broken_file_is_not_repeated(
    project: Path, file: str, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    (project / file).write_text("clouds: {prod: [planted-password\n")
    with pytest.raises(SettingsError, match=words) as caught:
        settings(project, {"cloud": "prod"})
    assert "planted" not in f"{caught.value} {caplog.text}"


def test_a_cloud_of_the_shell_does_not_stop_a_stack_that_needs_none(project: Path) -> None:
    complete = {"region": "eu-de", "projectId": "p1", "token": "t"}
    made = settings(project, complete, OS_CLOUD="nowhere")
    assert made.project_id == "p1"
    assert "the cloud nowhere cannot be used" in made.warnings[0]
    with pytest.raises(SettingsError, match=r"no region .*the cloud nowhere cannot be used"):
        settings(project, {}, OS_CLOUD="nowhere")


def test_the_local_dli_reads_no_cloud(project: Path) -> None:
    assert settings(project, {"endpoint": "local", "cloud": "nowhere"}).local
