"""Every way to sign in, with the real engine; and no credential anywhere but in its request."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from dli import Dli, served
from job_stack import JobStack, job
from local_service import PROJECT, SIGN_IN

PASSWORD = "planted-password"
PLACE = {"region": "local", "projectId": PROJECT}
USER = {"username": "local", "domainName": "local"}


@dataclass
class Cloud:
    """A stack, and a DLI behind a socket that it knows the endpoints of."""

    stack: JobStack
    endpoint: str

    @property
    def urls(self) -> dict[str, str]:
        return {"endpoint": self.endpoint, "authUrl": self.endpoint}

    def secrets(self, **texts: str) -> list[str]:
        """Set secrets of the stack's configuration, which may begin with a dash; the secrets."""
        options = (f"--secret=dli:{key}={text}" for key, text in texts.items())
        self.stack.project.must("config", "set-all", *options)
        return list(texts.values())

    def temporary(self) -> dict[str, str]:
        """A temporary key of the user, as its console would give."""
        token = {"id": self.stack.dli.http.headers["X-Auth-Token"]}
        body: dict[str, Any] = {"auth": {"identity": {"methods": ["token"], "token": token}}}
        answer = self.stack.dli.http.post("/v3.0/OS-CREDENTIAL/securitytokens", json=body)
        return dict(answer.json()["credential"])


@pytest.fixture
def cloud(stack: JobStack, tmp_path: Path) -> Iterator[Cloud]:
    folder = tmp_path / "cloud"
    stack.project.environment["PULUMI_DLI_DEBUG"] = "1"
    with served(folder, "--password", PASSWORD) as endpoint:
        stack.dli.close()
        stack.dli = Dli(folder)
        yield Cloud(stack, endpoint)


def password(cloud: Cloud) -> list[str]:
    cloud.stack.configure(**cloud.urls, **USER, region="local", projectName="local")
    return cloud.secrets(password=PASSWORD)


def token(cloud: Cloud) -> list[str]:
    answer = cloud.stack.dli.http.post("/v3/auth/tokens", json=SIGN_IN)
    given = answer.headers["X-Subject-Token"]
    cloud.stack.configure(endpoint=cloud.endpoint, **PLACE)
    return cloud.secrets(token=given)


def access_key(cloud: Cloud) -> list[str]:
    cloud.stack.configure(**cloud.urls, region="local", projectName="local")
    return cloud.secrets(accessKey="LOCALACCESSKEY", secretKey="LOCALSECRETKEY")


def temporary_key(cloud: Cloud) -> list[str]:
    given = cloud.temporary()
    cloud.stack.configure(endpoint=cloud.endpoint)
    cloud.stack.project.environment |= {
        "OS_REGION_NAME": "local",
        "OS_PROJECT_ID": PROJECT,
        "OS_ACCESS_KEY": given["access"],
        "OS_SECRET_KEY": given["secret"],
        "OS_SECURITY_TOKEN": given["securitytoken"],
    }
    return [given["access"], given["secret"], given["securitytoken"]]


def agency(cloud: Cloud) -> list[str]:
    cloud.stack.configure(
        **cloud.urls, **USER, **PLACE, agencyName="local", agencyDomainName="local"
    )
    return cloud.secrets(password=PASSWORD)


def clouds_yaml(cloud: Cloud) -> list[str]:
    auth = {"auth_url": cloud.endpoint, "username": "local", "user_domain_name": "local"}
    entry = {
        "auth": {**auth, "project_name": "local"},
        "region_name": "local",
        "dli_endpoint_override": cloud.endpoint,
    }
    secure = {"clouds": {"ours": {"auth": {"password": PASSWORD}}}}
    cloud.stack.project.write("clouds.yaml", yaml.safe_dump({"clouds": {"ours": entry}}))
    cloud.stack.project.write("secure.yaml", yaml.safe_dump(secure))
    cloud.stack.configure(cloud="ours")
    return [PASSWORD]


@pytest.mark.parametrize(
    "sign_in", [password, token, access_key, temporary_key, agency, clouds_yaml]
)
def test_a_job_lives_with_each_way_to_sign_in(
    cloud: Cloud, sign_in: Callable[[Cloud], list[str]]
) -> None:
    stack, secrets = cloud.stack, sign_in(cloud)
    stack.program(job())
    stack.dli.arm("answer", route="create", code="404")
    failed = stack.project.run("up", "--yes", "--skip-preview")
    assert failed.returncode != 0
    shown = failed.stdout + failed.stderr
    assert "Traceback" in shown  # PULUMI_DLI_DEBUG shows one, without a credential
    shown += stack.up("--diff")
    assert stack.dli.job("etl")["status"] == "job_running"
    shown += stack.state_text()
    shown += stack.destroy()
    log = stack.dli.http.get("/_local/requests").text
    for secret in secrets:
        assert secret not in shown
        assert secret not in log
