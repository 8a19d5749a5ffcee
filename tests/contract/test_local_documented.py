"""The documented examples: the local DLI takes those requests and answers in that shape."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from local_service import PROJECT, LocalService
from pulumi_dli.local import queues

EXAMPLES = sorted((Path(__file__).parent / "documented").glob("*.json"))


def bring_about(dli: LocalService, given: str) -> int | None:
    """The job that an example is about, in the state it needs."""
    match given:
        case "nothing":
            return None
        case "queue of a pool":
            queues.add(dli.store, "test", 16, pool="shared", most=128)
            return None
        case "draft":
            return dli.create("other")
        case "draft without queue":
            return dli.create("other", queue_name="")
        case "tagged":
            return dli.create("other", tags=[{"key": "team", "value": "orders"}])
        case "running" | "stopped with savepoint":
            job_id = dli.create("other")
            dli.started(job_id)
            if given != "running":
                dli.stopped(job_id, savepoint=True)
            return job_id
    raise AssertionError(given)


def filled_in(value: Any, job_id: int | None) -> Any:
    text = json.dumps(value).replace("{project_id}", PROJECT)
    return json.loads(text.replace('"{job_id}"', str(job_id)).replace("{job_id}", str(job_id)))


def differences(documented: Any, given: Any, place: str = "answer") -> list[str]:
    """Where an answer has not the shape of the documented one; null fits everything."""
    if place == "answer.is_success" and documented is True and given == "true":
        return []  # the notes of those examples say why
    if documented is None or given is None:
        return []
    if type(documented) is not type(given):
        return [f"{place}: {given!r} is no {type(documented).__name__}"]
    if isinstance(documented, dict):
        missing = [f"{place}: no {key}" for key in documented if key not in given]
        return missing + [
            line
            for key in documented.keys() & given.keys()
            for line in differences(documented[key], given[key], f"{place}.{key}")
        ]
    if isinstance(documented, list) and documented:
        if not given:
            return [f"{place}: empty"]
        return [line for item in given for line in differences(documented[0], item, f"{place}[]")]
    return []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_answers_as_documented(dli: LocalService, path: Path) -> None:
    example = json.loads(path.read_text())
    job_id = bring_about(dli, example["given"])
    request = filled_in(example["request"], job_id)
    answer = dli.request(request["method"], request["path"], request.get("body"))
    assert answer.status_code == example["response"]["status"], answer.text
    assert answer.headers["X-Request-Id"]
    if "body" in example["response"]:
        assert differences(example["response"]["body"], answer.json()) == []
    else:
        assert answer.content == b""


def test_the_shape_check_finds_what_is_wrong() -> None:
    documented = {"is_success": "true", "jobs": [{"job_id": 1, "name": "a"}]}
    wrong = {"is_success": True, "jobs": [{"job_id": "1"}]}
    assert sorted(differences(documented, wrong)) == [
        "answer.is_success: True is no str",
        "answer.jobs[].job_id: '1' is no int",
        "answer.jobs[]: no name",
    ]


def test_documented_words_are_the_words_used(dli: LocalService) -> None:
    created = dli.good("POST", "flink-jobs", {"name": "test", "queue_name": "testQueue"})
    assert created["is_success"] == "true"
    assert created["message"] == "A Flink job is created successfully."
    updated = dli.put(created["job"]["job_id"], desc="x").json()
    assert updated["is_success"] == "true"
    assert set(updated["job"]) == {"update_time"}
