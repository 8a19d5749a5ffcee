"""A stack that names an endpoint, a project and a key pair, and no region."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from dli import served
from jars import a_class, a_jar
from local_service import PROJECT
from pulumi_dli.artifacts.names import LocalFile
from pulumi_dli.client.connections import Connections
from pulumi_dli.command.doctor import examine
from stack import Problems, Stack

KEYS = {"projectId": PROJECT, "accessKey": "LOCALACCESSKEY", "secretKey": "LOCALSECRETKEY"}
UNSIGNED = "are signed for a region, and none is known: set dli:region"


class Served(Stack):
    """A stack whose jobs are behind a socket, with other settings from one run to the next."""

    def settle_at(self, endpoint: str, **config: str) -> None:
        self._connections.close()
        config = {"endpoint": endpoint, "preflight": "off", **KEYS, **config}
        self._connections = Connections(config, {}, Path("/project"))


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(tmp_path_factory.mktemp("cloud")) as url:
        yield url


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Served]:
    made = Served(tmp_path)
    yield made
    if made.id is not None:
        made.destroy()
    made.close()


def draft(desc: str) -> dict[str, Any]:
    """A job that never runs: the service's time is not the test's."""
    return {"desired_state": "stopped", "obs_bucket": None, "desc": desc}


def test_a_region_that_becomes_known_or_unknown_moves_no_job(stack: Served, endpoint: str) -> None:
    stack.settle_at(endpoint)
    stack.up(**draft("made without a region"))
    job = stack.id
    assert "region" not in stack.inputs
    assert not stack.preview(**draft("made without a region")).changes

    stack.settle_at(endpoint, region="eu-de")
    assert not stack.preview(**draft("made without a region")).changes
    stack.up(**draft("with one"))
    stack.refresh()
    assert (stack.id, stack.inputs["region"], stack.outs["region"]) == (job, "eu-de", "eu-de")

    stack.settle_at(endpoint)
    assert not stack.preview(**draft("with one")).changes
    stack.up(**draft("without one again"))
    stack.refresh()
    assert (stack.id, stack.inputs["region"], stack.outs["region"]) == (job, "eu-de", "eu-de")


def test_a_replacement_stays_where_the_region_is_not_told_any_more(
    stack: Served, endpoint: str
) -> None:
    stack.settle_at(endpoint, region="eu-de")
    stack.up(**draft("with a region"))
    job = stack.id
    stack.settle_at(endpoint)
    stack.up(replace=True, **draft("replaced"))
    assert stack.id == job


def test_a_stack_that_names_another_region_is_refused(stack: Served, endpoint: str) -> None:
    stack.settle_at(endpoint, region="eu-de")
    stack.up(**draft("with a region"))
    stack.settle_at(endpoint, region="eu-nl")
    with pytest.raises(Problems, match=r"in the region eu-de, but .* lead to eu-nl"):
        stack.preview(**draft("with a region"))
    stack.settle_at(endpoint)


@pytest.mark.parametrize("region", ["", "eu-de"])
def test_a_file_and_doctor_are_told_where_objects_are_signed_for_no_region(
    stack: Served, endpoint: str, tmp_path: Path, region: str
) -> None:
    own = {"obsEndpoint": endpoint, "region": region}
    stack.settle_at(endpoint, **own)
    (tmp_path / "orders.jar").write_bytes(a_jar({"com/example/Orders.class": a_class()}))
    program: dict[str, Any] = {
        "desired_state": "stopped",
        "entrypoint": LocalFile(str(tmp_path / "orders.jar")),
    }
    with closing(Connections({"endpoint": endpoint, **KEYS, **own}, {}, tmp_path)) as connections:
        offers = examine(connections, origin="stack dev", flink="").offers
    [objects] = [offer for offer in offers if offer.name == "object storage"]
    if region:
        stack.preview(**program)
        assert objects.there
        return
    with pytest.raises(Problems, match=UNSIGNED):
        stack.preview(**program)
    assert (objects.there, UNSIGNED in objects.detail) == (False, True)
