"""Local files of a program: named by their content, and in OBS before anything is stopped."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from announced import announced, requests
from jars import a_class, a_jar
from local_service import PROJECT
from pulumi_dli import jar_digest
from pulumi_dli.artifacts.names import LocalFile
from pulumi_dli.errors import Halfway, JobError
from stack import URN, Problems, Stack

OTHER = "f" * 32


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Stack]:
    stack = Stack(tmp_path, {"preflight": "on"})
    yield stack
    stack.close()


def built(stack: Stack, text: str, name: str = "orders.jar") -> LocalFile:
    """A file as a build leaves it."""
    file = Path(stack.config["localPath"]).parent / name
    file.write_bytes(a_jar({"com/example/Orders.class": a_class(), "text": text}))
    return LocalFile(str(file))


def objects(stack: Stack) -> dict[str, str]:
    """What is in OBS: the text of each object by its name."""
    folder = Path(stack.config["localPath"]) / "obs"
    return {
        f"obs://{file.relative_to(folder)}": zipfile.ZipFile(file).read("text").decode()
        for file in folder.glob("**/pulumi-dli/**/*")
        if file.is_file() and not file.name.startswith(".")
    }


def puts(stack: Stack) -> list[str]:
    """The uploads so far."""
    return [line for line in stack.all_sent() if line.startswith("PUT /") and "/v1.0/" not in line]


def test_a_file_is_uploaded_under_its_content_before_the_job_is_made(job: Stack) -> None:
    job.preview(entrypoint=built(job, "one"))
    assert objects(job) == {}
    job.up(entrypoint=built(job, "one"))
    [(name, text)] = objects(job).items()
    assert text == "one"
    assert name.startswith(f"obs://state/pulumi-dli/{PROJECT}/orders-")
    assert job.job["job_config"]["entrypoint"] == name
    assert job.inputs["entrypoint"] == name
    first = next(n for n, line in enumerate(job.all_sent()) if line.startswith("PUT /"))
    made = next(n for n, line in enumerate(job.all_sent()) if line.startswith("POST /v1.0"))
    assert first < made
    assert not job.preview(entrypoint=built(job, "one")).changes
    assert not job.refresh().changes


def test_a_changed_file_restarts_the_job_and_an_older_one_is_there_already(job: Stack) -> None:
    job.up(entrypoint=built(job, "one"))
    job.dli.pass_time(100)
    job.sent()
    job.preview(entrypoint=built(job, "two"))
    line = job.line
    assert line == "orders: restarts the job from a savepoint (downtime); entrypoint changes"
    assert len(objects(job)) == 1
    job.sent()
    job.up(entrypoint=built(job, "two"))
    assert requests(job.sent()) == announced(line)
    assert sorted(objects(job).values()) == ["one", "two"]
    before = puts(job)
    job.up(entrypoint=built(job, "one"))
    assert puts(job) == before


def test_files_stand_in_lists_too(job: Stack) -> None:
    jars = [built(job, "a", "a.jar"), "obs://jars/b.jar"]
    job.up(dependency_jars=jars, dependency_files=[built(job, "c", "c.csv")])
    config = job.job["job_config"]
    assert config["dependency_jars"][1] == "obs://jars/b.jar"
    digits = jar_digest(Path(job.config["localPath"]).parent / "c.csv")[:16]
    assert config["dependency_files"][0].endswith(f"/c-{digits}.csv")
    assert sorted(objects(job)) == sorted(
        [config["dependency_jars"][0], *config["dependency_files"]]
    )
    assert not job.preview(
        dependency_jars=jars, dependency_files=[built(job, "c", "c.csv")]
    ).changes


def test_another_bucket_alone_keeps_the_name_and_stays_live(job: Stack) -> None:
    job.up(entrypoint=built(job, "one"))
    job.preview(entrypoint=built(job, "one"), obs_bucket="other")
    assert job.line.startswith("orders: changes live, without a restart; obs_bucket changes")


def test_the_stacks_own_bucket_goes_before_the_jobs(tmp_path: Path) -> None:
    stack = Stack(tmp_path, {"artifacts": "builds/jars"})
    stack.up(entrypoint=built(stack, "one"))
    [name] = objects(stack)
    assert name.startswith(f"obs://builds/jars/pulumi-dli/{PROJECT}/orders-")
    stack.close()


def test_without_a_bucket_a_file_is_a_problem(job: Stack) -> None:
    with pytest.raises(Problems, match="entrypoint: a local file goes into a bucket, and there is"):
        job.preview(entrypoint=built(job, "one"), obs_bucket=None)


def test_a_bucket_that_is_not_known_yet_leaves_the_jar_open(job: Stack) -> None:
    session = job.session()
    wish = job.wish(entrypoint=built(job, "one"), obs_bucket=None)
    filled, problems = session.check(URN, {}, wish, frozenset({"obs_bucket"}))
    assert not problems
    assert "entrypoint" not in filled


def test_a_file_that_goes_missing_is_told_by_its_argument(job: Stack) -> None:
    file = built(job, "one")
    Path(file.path).unlink()
    with pytest.raises(Problems, match=r"entrypoint: '.*orders.jar' cannot be read: No such file"):
        job.preview(entrypoint=file)


def checked(stack: Stack, **program: Any) -> tuple[Any, dict[str, Any]]:
    """A session that has checked a change, and what it made of it."""
    session = stack.session()
    assert stack.id is not None
    news = stack._checked(session, stack.inputs, program)  # noqa: SLF001
    assert session.diff(URN, stack.id, stack.outs, news, frozenset()).changes
    return session, news


def test_a_file_that_changes_behind_the_check_changes_nothing(job: Stack) -> None:
    job.up(entrypoint=built(job, "one"))
    session, news = checked(job, entrypoint=built(job, "two"))
    assert job.id is not None
    built(job, "three")
    job.sent()
    with pytest.raises(
        JobError, match=r"orders.jar was changed while this ran; run it again; noth"
    ):
        session.update(URN, job.id, job.outs, news, None)
    assert job.sent() == []
    assert list(objects(job).values()) == ["one"]


def test_what_obs_refuses_stops_nothing(job: Stack) -> None:
    job.up(entrypoint=built(job, "one"))
    job.sent()
    job.dli.arm("answer", code="403", route="put_object")
    with pytest.raises(JobError, match="nothing of the job was changed"):
        job.up(entrypoint=built(job, "two"))
    assert job.sent() == []
    assert job.dli.status(1) == "job_running"
    job.up(entrypoint=built(job, "two"))
    assert sorted(objects(job).values()) == ["one", "two"]


def test_who_may_write_and_not_look_uploads_all_the_same(job: Stack) -> None:
    job.dli.arm("answer", code="403", route="head_object", times=9)
    job.up(entrypoint=built(job, "one"))
    assert list(objects(job).values()) == ["one"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_answer_to_an_upload_is_harmless(job: Stack, when: str) -> None:
    job.dli.arm("drop", route="put_object", when=when)
    job.up(entrypoint=built(job, "one"))
    assert list(objects(job).values()) == ["one"]


def test_a_replacement_whose_upload_fails_keeps_the_job(job: Stack) -> None:
    job.up(entrypoint=built(job, "one"))
    job.dli.arm("answer", code="403", route="put_object")
    with pytest.raises(Halfway, match="nothing of the job was changed"):
        job.up(replace=True, entrypoint=built(job, "two"))
    assert (job.id, job.pending, job.dli.status(1)) == (1, False, "job_running")
    job.up(entrypoint=built(job, "two"))
    assert sorted(objects(job).values()) == ["one", "two"]


def test_a_move_brings_the_jar_to_its_own_project(job: Stack) -> None:
    job.up(entrypoint=built(job, "one"))
    job.up(entrypoint=built(job, "two"), project_id=OTHER)
    assert any(f"/pulumi-dli/{OTHER}/" in name for name in objects(job))


def test_two_jobs_with_one_jar_upload_it_once(job: Stack) -> None:
    session = job.session()
    for number in (1, 2):
        urn = f"{URN}-{number}"
        wish = job.wish(name=f"job-{number}", owner=f"{number}" * 32, entrypoint=built(job, "one"))
        filled, problems = session.check(urn, {}, wish, frozenset())
        assert not problems
        session.create(urn, {**wish, **filled}, None)
    assert len(puts(job)) == 1


# Looked into before anything is stopped.


def jar(stack: Stack, *, main: str = "com.example.Orders", release: int = 8) -> LocalFile:
    file = Path(stack.config["localPath"]).parent / "orders.jar"
    file.write_bytes(a_jar({"com/example/Orders.class": a_class(release=release)}, main=main))
    return LocalFile(str(file))


def there(stack: Stack, file: LocalFile, name: str) -> str:
    """Put a file into OBS by hand."""
    target = Path(stack.config["localPath"]) / "obs" / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(Path(file.path).read_bytes())
    return f"obs://{name}"


@pytest.mark.parametrize("local", [True, False])
def test_a_jar_without_its_class_never_stops_the_job(job: Stack, *, local: bool) -> None:
    job.up(entrypoint=jar(job))
    wrong = jar(job, main="com.example.Order")
    entry = wrong if local else there(job, wrong, "jars/wrong.jar")
    job.sent()
    for verb in (job.preview, job.up):
        with pytest.raises(
            Problems, match="entrypoint: does not hold the class that its manifest names"
        ):
            verb(entrypoint=entry)
    assert job.sent() == []
    assert job.dli.status(1) == "job_running"


@pytest.mark.parametrize("local", [True, False])
def test_a_jar_for_a_newer_java_is_a_doubt_told_once(job: Stack, *, local: bool) -> None:
    file = jar(job, release=25)
    entry = file if local else there(job, file, "jars/new.jar")
    job.up(entrypoint=entry)
    [doubt] = [text for text in job.warned if "Java 25" in text]
    assert doubt.startswith("entrypoint: holds classes for Java 25")
    job.preview(entrypoint=entry, desc="x")  # the jar is the same
    assert not [text for text in job.warned if "Java 25" in text]


def test_a_preview_without_changes_looks_into_nothing(job: Stack) -> None:
    entry = there(job, jar(job), "jars/a.jar")
    job.up(entrypoint=entry)
    before = len(job.all_sent())
    job.preview(entrypoint=entry)
    assert len(job.all_sent()) == before


def test_look_ups_that_are_turned_off_ask_for_no_object(tmp_path: Path) -> None:
    stack = Stack(tmp_path, {"preflight": "off"})
    stack.preview(entrypoint="obs://jars/a.jar")
    assert not [line for line in stack.all_sent() if "a.jar" in line]
    with pytest.raises(Problems, match="entrypoint: "):
        stack.preview(entrypoint=jar(stack, main="no.Such"))  # a local file needs no request
    stack.close()


def test_objects_that_may_not_be_read_are_one_warning(job: Stack) -> None:
    job.dli.arm("answer", code="403", route="head_object", times=9)
    job.preview(entrypoint="obs://jars/a.jar", dependency_jars=["obs://jars/b.jar"])
    [warning] = [text for text in job.warned if "looked into" in text]
    assert warning.startswith("jars in OBS could not be looked into, so some mistakes show only in")
    assert job.line.startswith("orders: creates and starts the job")


# When OBS is out of reach.


@pytest.mark.parametrize("code", ["403", "404"])
@pytest.mark.parametrize("program", [{"desired_state": "stopped"}, {"tags": {"a": "1"}}])
def test_a_job_can_be_changed_although_its_own_jar_cannot_be_looked_at(
    job: Stack, program: dict[str, Any], code: str
) -> None:
    job.up(entrypoint=built(job, "one"))
    for route in ("head_object", "put_object"):
        job.dli.arm("answer", code=code, route=route, times=9)
    job.up(entrypoint=built(job, "one"), **program)
    [warning] = [text for text in job.warned if "goes on with what it has" in text]
    assert warning.startswith("could not ")
    assert (job.dli.status(1) == "job_running") is ("tags" in program)


def test_a_move_that_could_not_bring_its_jar_is_taken_back_without_a_restart(job: Stack) -> None:
    job.up(entrypoint=built(job, "one"))
    job.dli.arm("answer", code="403", route="put_object")
    with pytest.raises(Halfway):
        job.up(entrypoint=built(job, "one"), project_id=OTHER)
    job.sent()
    job.refresh()
    job.up(entrypoint=built(job, "one"))
    assert job.sent() == []
    assert not job.preview(entrypoint=built(job, "one")).changes


def test_a_build_that_keeps_the_files_stamp_is_noticed(job: Stack) -> None:
    job.up(entrypoint=built(job, "one"))
    file = built(job, "two")
    stamp = Path(file.path).stat()
    session, news = checked(job, entrypoint=file)
    assert job.id is not None
    built(job, "six")
    os.utime(file.path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    with pytest.raises(JobError, match="was changed while this ran"):
        session.update(URN, job.id, job.outs, news, None)


def test_a_local_file_is_looked_into_while_its_bucket_is_not_known(job: Stack) -> None:
    session = job.session()
    wish = job.wish(entrypoint=jar(job, main="no.Such"), obs_bucket=None)
    _, problems = session.check(URN, {}, wish, frozenset({"obs_bucket"}))
    [problem] = problems
    assert problem.startswith("entrypoint: does not hold the class that its manifest names")


def test_what_is_refused_after_the_job_was_deleted_does_not_say_that_it_stands(job: Stack) -> None:
    job.up(entrypoint=built(job, "one"))
    session = job.session()
    assert job.id is not None
    session.delete(URN, job.id, job.outs, None)  # as for a dependent of what is replaced
    job.dli.arm("answer", code="403", route="put_object")
    filled, problems = session.check(URN, {}, job.wish(entrypoint=built(job, "two")), frozenset())
    assert not problems
    with pytest.raises(Halfway) as caught:
        session.create(URN, {**job.wish(), **filled}, None)
    assert "nothing of the job was changed" not in str(caught.value)
