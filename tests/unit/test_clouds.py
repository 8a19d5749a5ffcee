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


def refused(project: Path, text: str | bytes, file: str = "clouds.yaml") -> str:
    """What is said of a cloud `prod` in that file; nothing of what is planted in it."""
    content = text if isinstance(text, bytes) else text.encode()
    (project / file).write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        settings(project, {"cloud": "prod"})
    said = str(caught.value)
    assert "planted" not in said
    return said.replace(str(project), "")


@pytest.mark.parametrize("file", ["clouds.yaml", "secure.yaml"])
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- planted", "the file /FILE must be a map"),
        ("planted", "the file /FILE must be a map"),
        ("clouds: [planted]", "`clouds` in /FILE must be a map"),
        ("clouds: planted", "`clouds` in /FILE must be a map"),
        ("clouds: {prod: }", "`clouds.prod` in /FILE is empty"),
        ("clouds: {prod: planted}", "`clouds.prod` in /FILE must be a map"),
        ("clouds: {prod: [planted]}", "`clouds.prod` in /FILE must be a map"),
        ("clouds: {prod: {auth: }}", "`clouds.prod.auth` in /FILE is empty"),
        ("clouds: {prod: {auth: planted}}", "`clouds.prod.auth` in /FILE must be a map"),
        (
            "clouds: {prod: {auth: {password: [planted]}}}",
            "`clouds.prod.auth.password` in /FILE must be a text",
        ),
        (
            "clouds: {prod: {auth: {auth-url: {a: planted}}}}",
            "`clouds.prod.auth.auth-url` in /FILE must be a text",
        ),
        (
            "clouds: {prod: {auth: {auth_url: planted, project_name: p}}}",
            "`clouds.prod.auth.auth_url` in /FILE must be a URL",
        ),
        (
            "clouds: {prod: {dli_endpoint_override: planted}}",
            "`clouds.prod.dli_endpoint_override` in /FILE must be a URL",
        ),
        ("clouds: {prod: {regions: planted}}", "`clouds.prod.regions` in /FILE must be a list"),
        ("clouds: {prod: {regions: [[planted]]}}", "`clouds.prod.regions` in /FILE must be a text"),
        (
            "clouds: {prod: {regions: [{values: {a: planted}}]}}",
            "`clouds.prod.regions.name` in /FILE must be a text",
        ),
        (
            "clouds: {prod: {regions: [{name: eu-de, values: planted}]}}",
            "`clouds.prod.regions.values` in /FILE must be a map",
        ),
        (
            "clouds: {prod: {insecure: planted}}",
            "`clouds.prod.insecure` in /FILE must be true or false",
        ),
        (
            "clouds: {prod: {auth_type: planted}}",
            "`clouds.prod.auth_type` in /FILE signs in with something, which is not supported",
        ),
        ("clouds: {prod: [planted\n", "/FILE is not YAML (line 2, column 1)"),
        ("clouds: !!python/object:planted {}", "/FILE is not YAML (line 1, column 9)"),
        ("clouds: {prod: !!timestamp planted}", "/FILE is not YAML"),
        ("clouds: {? [a] : planted}", "/FILE is not YAML"),
        ("[" * 10_000 + "planted", "/FILE is nested too deep"),
        ("a: &a [*planted]", "/FILE holds too much"),
        ("clouds: \0planted", "/FILE is not YAML"),
        ("clouds: {prod: pläntet}".encode("latin-1"), "/FILE is not UTF-8"),
        (b"\xff\xfec\0planted", "/FILE is not UTF-8"),
        (b"#" * (1 << 20) + b"planted", "/FILE is larger than 64 KB"),
    ],
)
def test_a_file_of_another_shape_is_named_with_its_key(
    project: Path, file: str, text: str | bytes, words: str
) -> None:
    said = refused(project, text, file)
    assert words.replace("FILE", file) in said
    assert "Traceback" not in said


def test_a_file_that_cannot_be_read(project: Path) -> None:
    (project / "clouds.yaml").unlink()
    (project / "clouds.yaml").mkdir()
    with pytest.raises(SettingsError, match=r"clouds\.yaml cannot be read \(Is a directory\)"):
        settings(project, {"cloud": "prod"})


@pytest.mark.parametrize("text", ["", "clouds:", "other: {}", "clouds: {}"])
def test_a_file_without_the_cloud(project: Path, text: str) -> None:
    (project / "secure.yaml").unlink()
    said = refused(project, text)
    assert "Cloud prod was not found (looked at clouds.yaml in " in said


def test_a_json_file(project: Path) -> None:
    (project / "clouds.yaml").unlink()
    assert "/clouds.json is not JSON (line 1, column 2)" in refused(
        project, "{planted", "clouds.json"
    )
    assert "/clouds.json is not JSON" in refused(project, "[" * 60_000, "clouds.json")
    entry = '{"region_name": "eu-nl", "verify": false, "auth": {"project_id": 17, "token": "t"}}'
    (project / "clouds.json").write_text(f'{{"clouds": {{"prod": {entry}}}}}')
    made = settings(project, {"cloud": "prod", "endpoint": "https://dli.private"})
    assert (made.region, made.project_id, made.insecure) == ("eu-nl", "17", True)


AUTH = "username: ann, user_domain_name: D, project_name: p, password: planted"


def read(project: Path, text: str, config: dict[str, str] | None = None) -> Settings:
    (project / "secure.yaml").unlink(missing_ok=True)
    (project / "clouds.yaml").write_text(f"clouds: {{prod: {text}}}")
    return settings(project, {"cloud": "prod"} | (config or {}))


@pytest.mark.parametrize(
    "password", ["0123", "1_0", "0x1f", "1e5", "yes", "2024-01-01", "~x", ".5"]
)
def test_a_value_is_the_text_that_is_written(project: Path, password: str) -> None:
    auth = f"username: ann, user_domain_name: 007, project_name: p, password: {password}"
    made = read(project, f"{{region_name: eu-de, auth: {{{auth}}}}}")
    assert made.credentials == Password(password, username="ann", domain_name="007")


def test_the_profiles_of_open_telekom_cloud(project: Path) -> None:
    swiss = {"endpoint": "https://dli.eu-ch2.example"}
    made = read(project, f"{{profile: otc-swiss, auth: {{{AUTH}}}}}", swiss)
    assert made.auth_url == "https://iam-pub.eu-ch2.sc.otc.t-systems.com"
    assert (made.region, made.warnings) == ("eu-ch2", ())
    made = read(project, f"{{profile: otc, region_name: eu-de, auth: {{{AUTH}}}}}")
    assert made.auth_url == "https://iam.eu-de.otc.t-systems.com"
    assert made.warnings == ()


def test_the_region_that_the_stack_names_is_that_of_the_clouds_urls(project: Path) -> None:
    there = {"region": "eu-nl", "endpoint": "https://dli.private"}
    made = read(project, f"{{profile: otc, auth: {{{AUTH}}}}}", there)
    assert made.auth_url == "https://iam.eu-nl.otc.t-systems.com"
    two = "[{name: eu-de}, {name: eu-nl, values: {auth: {auth_url: 'https://iam.nl'}}}]"
    assert (
        read(project, f"{{regions: {two}, auth: {{{AUTH}}}}}", there).auth_url == "https://iam.nl"
    )


def test_a_job_of_another_region_than_its_clouds(project: Path) -> None:
    read(project, f"{{profile: otc, region_name: eu-de, auth: {{{AUTH}}}}}")
    with pytest.raises(SettingsError, match=r"clouds\.yaml\) is of eu-de: give project_id"):
        resolve({"cloud": "prod"}, {}, directory=project, region="eu-nl")
    made = resolve({"cloud": "prod"}, {}, directory=project, region="cn-north-4", project_id="p")
    assert made.auth_url == "https://iam.cn-north-4.otc.t-systems.com"  # as the profile says


@pytest.mark.parametrize(
    "regions",
    ["regions: [eu-de, eu-nl]", "region_name: [eu-de, eu-nl]", "region_name: 'eu-de, eu-nl'"],
)
def test_of_several_regions_the_first_is_used_with_a_warning(project: Path, regions: str) -> None:
    made = read(project, f"{{{regions}, auth: {{{AUTH}}}}}")
    assert made.region == "eu-de"
    assert "lists several regions, and the first is used; set dli:region" in made.warnings[0]
    assert read(project, f"{{{regions}, auth: {{{AUTH}}}}}", {"region": "eu-de"}).warnings == ()


@pytest.mark.parametrize("profile", ["planted", "https://planted.invalid/x", "'{planted}'"])
def test_a_profile_that_nobody_knows_is_left_out_with_a_warning(
    project: Path, profile: str
) -> None:
    made = read(project, f"{{profile: {profile}, region_name: eu-de, auth: {{{AUTH}}}}}")
    [warning] = made.warnings
    assert "`clouds.prod.profile` in " in warning
    assert "planted" not in warning


def test_a_public_cloud_of_ones_own(project: Path) -> None:
    ours = "{auth: {auth_url: 'https://iam.ours'}, region_name: eu-de}"
    (project / "clouds-public.yaml").write_text(f"public-clouds: {{ours: {ours}}}")
    made = read(project, f"{{profile: ours, auth: {{{AUTH}}}}}")
    assert made.auth_url == "https://iam.ours"
    assert made.warnings == ()


@pytest.mark.parametrize(
    ("keys", "insecure", "file"),
    [
        ("verify: false", True, None),
        ("verify: 'no'", True, None),
        ("verify: true", False, None),
        ("verify: ca.pem", False, "ca.pem"),
        ("verify: ca.pem, cacert: other.pem", False, "other.pem"),
        ("insecure: true", True, None),
        ("insecure: 1", True, None),
        ("insecure: false, verify: ca.pem", False, "ca.pem"),
        ("insecure: true, cacert: ca.pem", True, "ca.pem"),
    ],
)
def test_whom_to_trust(project: Path, keys: str, *, insecure: bool, file: str | None) -> None:
    made = read(project, f"{{region_name: eu-de, {keys}, auth: {{{AUTH}}}}}")
    assert made.insecure is insecure
    assert made.ca_cert == (project / file if file else None)
    assert any("certificates are not checked" in warning for warning in made.warnings) is insecure


def test_what_openstack_would_sign_in_with_is_not_passed_over_in_silence(project: Path) -> None:
    keys = "cert: planted, auth: {trust_id: planted, " + AUTH + "}, networks: [{name: x}]"
    keys += ", identity_api_version: 2.0"
    made = read(project, f"{{region_name: eu-de, {keys}}}")
    assert made.warnings[:2] == (
        "auth.trust_id of the cloud prod in clouds.yaml is not supported: it is left out",
        "cert of the cloud prod in clouds.yaml is not supported: it is left out",
    )
    assert "identity_api_version` in " in made.warnings[2]


def test_older_names_of_keys(project: Path) -> None:
    auth = "username: ann, project-domain-name: D, tenant_name: p, password: planted"
    made = read(project, f"{{region-name: eu-de, auth: {{{auth}}}}}")
    assert made.project_name == "p"
    assert made.credentials == Password("planted", username="ann", domain_name="D")
    made = read(project, f"{{region_name: eu-de, project_name: beside, auth: {{{auth}}}}}")
    assert made.project_name == "beside"


def test_yaml_that_grows_with_its_aliases(project: Path) -> None:
    (project / "secure.yaml").unlink()
    bomb = "a0: &a0 {x: 1}\n" + "".join(
        f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}\n" for n in range(1, 30)
    )
    assert "/clouds.yaml holds too much" in refused(project, bomb)
    shared = "".join(f"  c{n}: {{<<: *c, region_name: r{n}}}\n" for n in range(300))
    said = refused(project, f"common: &c {{auth_type: x, interface: public}}\nclouds:\n{shared}")
    assert "Cloud prod was not found" in said


def test_yaml_that_refers_to_itself(project: Path) -> None:
    (project / "secure.yaml").unlink()
    said = refused(
        project, "clouds: &c {prod: {<<: &b {region_name: eu-de}, auth: *c, profile: *b}}"
    )
    assert "/clouds.yaml holds too much: write its aliases out, and see that none holds" in said


@pytest.mark.parametrize("name", ["a\nplanted", "planted" * 100, "a\0planted"])
def test_a_name_that_no_cloud_has(project: Path, name: str) -> None:
    with pytest.raises(SettingsError, match="dli:cloud is not the name of a cloud") as caught:
        settings(project, {"cloud": name})
    assert "planted" not in str(caught.value)


@pytest.mark.parametrize("named", ["/nowhere/\0", "~planted/x", "a" * 10_000, "nowhere.yaml"])
def test_a_file_of_the_environment_that_is_not_there_is_passed_over(
    project: Path, named: str
) -> None:
    assert settings(project, {"cloud": "prod"}, OS_CLIENT_CONFIG_FILE=named).region == "eu-de"


def test_a_cloud_of_the_shell_does_not_stop_a_stack_that_needs_none(project: Path) -> None:
    complete = {"region": "eu-de", "projectId": "p1", "token": "t"}
    made = settings(project, complete, OS_CLOUD="nowhere")
    assert made.project_id == "p1"
    assert "the cloud nowhere cannot be used" in made.warnings[0]
    with pytest.raises(SettingsError, match=r"no region .*the cloud nowhere cannot be used"):
        settings(project, {}, OS_CLOUD="nowhere")


def test_the_local_dli_reads_no_cloud(project: Path) -> None:
    assert settings(project, {"endpoint": "local", "cloud": "nowhere"}).local
