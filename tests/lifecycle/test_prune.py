"""`pulumi-dli artifacts prune` on a local DLI in the same process: what goes, and what stays."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import stamina
from jars import a_class, a_jar
from local_service import PROJECT
from pulumi_dli.artifacts import names, pruning
from pulumi_dli.artifacts.names import LocalFile
from pulumi_dli.artifacts.recorded import LARGEST
from pulumi_dli.client.connections import Connections
from pulumi_dli.command.prune import Wanted, prune
from pulumi_dli.errors import DliError, Halfway
from stack import MARK, Stack
from stand_ins import HandClock

NOW = 2_000_000_000.0
DAY = 24 * 3600.0
HOME = f"pulumi-dli/{PROJECT}"
OTHER = "f" * 32


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    stack = Stack(tmp_path)
    yield stack
    stack.close()


@dataclass
class Folder:
    """The objects of a local DLI, as files."""

    stack: Stack
    root: Path = field(init=False)

    def __post_init__(self) -> None:
        self.root = Path(self.stack.config["localPath"]) / "obs"

    def put(self, key: str, days: float = 40, content: bytes = b"x") -> str:
        """An object of that age; its name as a job names it."""
        file = self.root / key
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        self.age(key, days)
        return f"obs://{key}"

    def upload(self, digit: str, days: float = 40, *, place: str = "state") -> str:
        """An object that is called as an upload is."""
        return self.put(f"{place}/{HOME}/orders-{digit * 16}.jar", days)

    def age(self, key: str, days: float) -> None:
        os.utime(self.root / key, (NOW - days * DAY,) * 2)

    def all(self) -> set[str]:
        files = (file for file in self.root.rglob("*") if file.is_file())
        return {str(file.relative_to(self.root)) for file in files if file.parent.name != ".drafts"}

    def uploads(self) -> set[str]:
        """The digits of the uploads that are there, one for each."""
        return {digits[0] for key in self.all() if (digits := names.digits(Path(key).name))}


@pytest.fixture
def folder(stack: Stack) -> Folder:
    return Folder(stack)


@dataclass
class Told:
    """What a call said."""

    done: bool
    lines: list[str]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def why(self, file: str) -> str:
        """The row of an object."""
        [row] = [line for line in self.lines if file in line and line.startswith("  ")]
        return row


def pruned(
    stack: Stack,
    *places: str,
    older_than: str = "30d",
    dry_run: bool = False,
    ask: Callable[[str], bool] | None = None,
    config: Mapping[str, str] | None = None,
    lines: list[str] | None = None,
) -> Told:
    """Call the command. Without `ask` nobody is asked. What it says goes into `lines` too."""
    lines = [] if lines is None else lines
    wanted = Wanted(older_than, places, dry_run=dry_run, yes=ask is None and not dry_run)
    settings = {**stack.config, **(config or {})}
    with closing(Connections(settings, {}, Path(stack.config["localPath"]).parent)) as connections:
        done = prune(connections, wanted, say=lines.append, ask=ask, clock=HandClock(NOW))
    return Told(done, lines)


def refused(stack: Stack, *places: str, **options: Any) -> str:
    with pytest.raises(DliError) as caught:
        pruned(stack, *places, **options)
    sentence = str(caught.value)
    assert "\n" not in sentence
    return sentence


def deletes(stack: Stack) -> list[str]:
    return [line for line in stack.all_sent() if line.startswith("DELETE /") and HOME in line]


# What goes.


def test_what_no_job_names_goes_once_it_is_old(stack: Stack, folder: Folder) -> None:
    stack.up(entrypoint=folder.upload("a"))
    folder.upload("b")
    folder.upload("c", days=29)
    told = pruned(stack)
    assert told.done
    assert folder.uploads() == {"a", "c"}
    assert told.why("orders-a").split() == [
        *("keep", f"orders-{'a' * 16}.jar", "1", "B", "40d", "job", "orders", "(1)")
    ]
    assert told.why("orders-b").endswith("1 B  40d  no job and no record names it")
    assert told.why("orders-c").endswith("29d  not old enough")
    assert told.lines[0] == f"project {PROJECT} in local: 1 Flink job of 1 user"
    assert told.lines[-1] == "deleted 1 object (1 B)"
    again = pruned(stack)
    assert (again.done, again.lines[-1]) == (True, "nothing to delete")


def test_local_files_of_a_program_are_uploaded_named_and_pruned(
    stack: Stack, folder: Folder, tmp_path: Path
) -> None:
    jar = tmp_path / "orders.jar"
    for text in ("one", "two"):
        jar.write_bytes(a_jar({"com/example/Orders.class": a_class(), "text": text}))
        stack.up(entrypoint=LocalFile(str(jar)))
        stack.dli.pass_time(100)
    for key in folder.all():
        folder.age(key, 40)
    live = stack.job["job_config"]["entrypoint"]
    assert len(folder.all()) > 1
    pruned(stack)
    assert {f"obs://{key}" for key in folder.all() if HOME in key} == {live}


def test_a_dry_run_deletes_nothing_and_asks_nobody(stack: Stack, folder: Folder) -> None:
    stack.up(entrypoint=folder.upload("a"))
    folder.upload("b")
    told = pruned(stack, dry_run=True)
    assert told.done
    assert told.why("orders-b").startswith("  delete  ")
    assert told.lines[-1] == "1 object (1 B) would be deleted"
    assert folder.uploads() == {"a", "b"}


def test_a_person_is_asked_with_the_sum_and_may_say_no(stack: Stack, folder: Folder) -> None:
    stack.up(entrypoint=folder.upload("a"))
    folder.upload("b")
    folder.put(f"state/{HOME}/big-{'c' * 16}.jar", content=bytes(3 << 20))
    asked: list[str] = []

    def no(question: str) -> bool:
        asked.append(question)
        return False

    told = pruned(stack, ask=no)
    assert asked == ["2 objects (3.0 MB): delete them?"]
    assert (told.done, told.lines[-1]) == (False, "nothing was deleted")
    assert not deletes(stack)
    assert pruned(stack, ask=lambda _: True).done
    assert folder.uploads() == {"a"}


# What a job names.


@pytest.mark.parametrize(
    "fields",
    [
        {"entrypoint": f"obs://state/{HOME}/orders-{'b' * 16}.jar"},
        {"dependency_jars": ["obs://x/y.jar", f"obs://elsewhere/{HOME}/orders-{'b' * 16}.jar"]},
        {"dependency_files": [f"obs://state/{HOME}/orders-{'b' * 16}.jar"]},
        {"entrypoint": f"group/orders-{'b' * 16}.jar"},
        {"entrypoint": f"orders-{'b' * 16}.jar"},
        {"entrypoint": f"https://state.obs.eu-de.example.com/{HOME}/orders-{'b' * 16}.jar"},
        {"entrypoint_args": f"--lib s3a://state/{HOME}/orders%2D{'b' * 16}.jar"},
        {"entrypoint_args": f"--lib ORDERS-{'B' * 16}.JAR"},
        {"runtime_config": f'[{{"key":"pipeline.jars","value":"a;obs://x/o-{"b" * 16}.jar"}}]'},
        {"desc": f"goes back to {'b' * 16}"},
    ],
)
def test_an_object_stays_wherever_and_however_a_job_names_it(
    stack: Stack, folder: Folder, fields: dict[str, Any]
) -> None:
    stack.dli.create("other", **fields)  # a draft that never ran
    folder.upload("b")
    folder.upload("c")
    told = pruned(stack, "state")
    assert folder.uploads() == {"b"}
    assert told.why("orders-b").endswith("job other (1)")


def test_jobs_of_every_page_count(stack: Stack, folder: Folder) -> None:
    for number in range(45):
        name = folder.upload("b") if number in {0, 20} else "obs://jars/a.jar"
        stack.dli.create(f"job-{number}", entrypoint=name)
    told = pruned(stack)
    assert told.why("orders-b").endswith("job job-20 (21) and 1 more")
    assert "45 Flink jobs of 1 user" in told.lines[0]
    assert folder.uploads() == {"b"}


@pytest.mark.parametrize("end", ["stopped", "deleted with a savepoint", "deleted"])
def test_a_job_that_may_start_again_keeps_its_jar_and_a_deleted_one_does_not(
    stack: Stack, folder: Folder, end: str
) -> None:
    stack.dli.create("other", entrypoint=folder.upload("c"))
    way = "stop" if end == "deleted" else "savepoint"
    stack.up(entrypoint=folder.upload("b"), on_delete=way)
    if end == "stopped":
        stack.dli.stopped(2)
    else:
        stack.destroy()
    pruned(stack)
    assert folder.uploads() == ({"c"} if end == "deleted" else {"b", "c"})


# What is never touched.


def test_only_uploads_directly_in_the_projects_folder_can_go(stack: Stack, folder: Folder) -> None:
    stack.up(entrypoint="obs://jars/a.jar")
    file = f"orders-{'b' * 16}.jar"
    stays = [
        f"state/{file}",
        f"state/jobs/savepoint/1/{file}",
        f"state/jobs/checkpoint/1/chk-1/{file}",
        f"state/pulumi-dli/{file}",
        f"state/pulumi-dli/{OTHER}/{file}",
        f"state/pulumi-dli/{PROJECT}0/{file}",
        f"state/{HOME}/savepoints/1/_metadata",
        f"state/{HOME}/savepoints/1/{file}",
        f"state/{HOME}/deep/{file}",
        f"state/{HOME}/records/{file}",
        f"state/{HOME}/orders.jar",
        f"state/{HOME}/orders-{'b' * 15}.jar",
        f"state/{HOME}/orders-{'b' * 17}.jar",
        f"state/{HOME}/orders-{'B' * 16}.jar",
        f"state/{HOME}/orders-{'b' * 16}.tar.gz",
        f"state/{HOME}/-{'b' * 16}.jar",
        f"state/{HOME}/or ders-{'b' * 16}.jar",
        f"state/{HOME}/{'o' * 65}-{'b' * 16}.jar",
        f"other/{HOME}/{file}",
    ]
    goes = [
        f"state/{HOME}/{file}",
        f"state/{HOME}/a.b_c-{'c' * 16}",
        f"state/{HOME}/f-{'d' * 16}.x",
    ]
    for key in (*stays, *goes):
        folder.put(key, days=4000)
    told = pruned(stack, "state")
    assert folder.all() == set(stays)
    assert told.why("orders.jar").endswith("not named as an upload is")
    assert {line for line in told.lines if "left alone" in line} == {
        "  left alone: 2 objects in savepoints/",
        "  left alone: 1 object in deep/",
    }


def test_a_name_that_an_upload_gets_is_one_that_can_go() -> None:
    for path in (
        "orders.jar",
        "a b.jar",
        "x.tar.gz",
        ".hidden",
        "ünï.csv",
        "o" * 99 + ".jar",
        "n.",
    ):
        found = names.named(
            {"entrypoint": LocalFile(path)},
            {},
            names.home("obs://jars/x", "p"),
            lambda _: "a1" * 32,
        )
        [name] = found.files
        assert names.digits(name.rpartition("/")[2]) == "a1" * 8, name
        assert names.homes(f"x {name} y", "p") == {"obs://jars/x/pulumi-dli/p"}


# Records.


def test_records_are_listed_kept_and_so_is_what_they_name(stack: Stack, folder: Folder) -> None:
    stack.up(entrypoint="obs://jars/a.jar")
    name = folder.upload("b")
    folder.upload("c")
    record = f'{{"before": {{"entrypoint": ["{name}"]}}}}'.encode()
    folder.put(f"state/{HOME}/records/rollback/orders.json", days=3, content=record)
    folder.put(f"state/{HOME}/records/broken.json", days=300, content=b"\xff{")
    (folder.root / f"state/{HOME}/records/empty").mkdir()
    told = pruned(stack, "state")
    assert folder.uploads() == {"b"}
    assert told.why("orders-b").endswith(f"record obs://state/{HOME}/records/rollback/orders.json")
    row = told.why("keep    records/rollback/orders.json").split(maxsplit=5)
    unclaimed = "unclaimed: its resource begins from it where it is made again"
    assert row == ["keep", "records/rollback/orders.json", str(len(record)), "B", "3d", unclaimed]
    assert told.why("records/broken.json").endswith(f"300d  {unclaimed}")


@pytest.mark.parametrize("tags", [True, False])
def test_a_record_for_the_next_start_of_a_job_that_is_there_says_so(
    stack: Stack, folder: Folder, *, tags: bool
) -> None:
    stack.up()
    stack.dli.pass_time(60)
    stack.destroy()
    stack.dli.arm("fail_start")
    with pytest.raises(Halfway, match="did not start"):
        stack.up()  # a new job, which does not come to run from what the old one left
    folder.upload("b")
    if not tags:
        stack.dli.arm("answer", code="404", route="filter_by_tags", times=9)
    told = pruned(stack, "state", dry_run=True)
    theirs = told.why(f"records/{MARK}.json")
    assert theirs.endswith(
        f"for the next start of job orders ({stack.id})"
        if tags
        else "unclaimed: its resource begins from it where it is made again"
    )


@pytest.mark.parametrize("lacks", ["keys", "values", "times"])
def test_what_the_rows_of_the_list_leave_out_is_named_all_the_same(
    stack: Stack, folder: Folder, lacks: str
) -> None:
    stack.up(entrypoint="obs://jars/a.jar", dependency_jars=[folder.upload("a")])
    folder.upload("b")
    stack.dli.arm("poor_rows", lacks=lacks, times=99)
    pruned(stack, "state")
    assert folder.uploads() == {"a"}


def test_of_a_job_whose_details_cannot_be_read_nothing_is_known(
    stack: Stack, folder: Folder
) -> None:
    stack.up()
    folder.upload("b")
    stack.dli.arm("answer", code="403", route="details", times=9)
    assert "could not read job 1" in refused(stack, "state")
    assert folder.uploads() == {"b"}


def test_a_record_of_one_bucket_keeps_what_stands_in_another(stack: Stack, folder: Folder) -> None:
    stack.up(entrypoint="obs://jars/a.jar")
    name = folder.upload("b", place="builds")
    folder.put(f"state/{HOME}/records/a.json", content=name.encode())
    folder.upload("c", place="builds")
    told = pruned(stack, "builds", "state", "builds/")
    assert folder.uploads() == {"b"}
    assert [line for line in told.lines if line.startswith("obs://")] == [
        f"obs://builds/{HOME}/",
        f"obs://state/{HOME}/",
    ]


def test_a_record_in_the_bucket_of_a_jobs_state_keeps_too(stack: Stack, folder: Folder) -> None:
    stack.up()
    name = folder.upload("b", place="builds")
    folder.put(f"state/{HOME}/records/a.json", content=name.encode())
    folder.upload("c", place="builds")
    pruned(stack, "builds")
    assert folder.uploads() == {"b"}


def test_a_record_that_cannot_be_one_ends_it(stack: Stack, folder: Folder) -> None:
    stack.up(entrypoint="obs://jars/a.jar")
    folder.upload("b")
    folder.put(f"state/{HOME}/records/a.json", content=bytes(LARGEST + 1))
    assert "larger than a record may be (1 MB), so what it names is not known" in refused(
        stack, "state"
    )
    folder.put(f"state/{HOME}/records/a.json", content=bytes(LARGEST))
    stack.dli.arm("answer", code="403", route="get_object")
    assert "could not read obs://state/" in refused(stack, "state")
    assert folder.uploads() == {"b"}


@pytest.mark.parametrize(("code", "goes"), [("403", True), ("404", True), ("503", False)])
def test_records_in_a_job_s_own_bucket_stop_it_where_the_service_fails(
    stack: Stack, folder: Folder, code: str, *, goes: bool
) -> None:
    """What may not be read is told; what fails for the moment ends it."""
    stack.dli.create("one", entrypoint=folder.upload("a", place="builds"), obs_bucket="own")
    folder.upload("b", place="builds")
    folder.put(f"own/{HOME}/records/r.json", content=b"{}")
    stack.dli.arm("answer", code=code, route="get_object", times=30)
    if goes:
        told = pruned(stack, "builds")
        unread = "records that nobody may read here: in own"
        assert (unread in told.lines) is (code == "403")
        assert folder.uploads() == {"a"}
    else:
        told_off = refused(stack, "builds", config={"maxRetries": "0"})
        assert "could not read obs://own/" in told_off
        assert folder.uploads() == {"a", "b"}


# Which buckets.


def test_without_a_setting_the_buckets_are_those_that_jobs_name(
    stack: Stack, folder: Folder
) -> None:
    stack.dli.create("one", entrypoint=folder.upload("a"))
    stack.dli.create("two", dependency_jars=[folder.upload("b", place="builds/jars")])
    for place in ("state", "builds/jars", "builds"):
        folder.upload("c", place=place)
    told = pruned(stack)
    assert [line for line in told.lines if line.startswith("obs://")] == [
        f"obs://builds/jars/{HOME}/",
        f"obs://state/{HOME}/",
    ]
    assert {key for key in folder.all() if "cccc" in key} == {
        f"builds/{HOME}/orders-{'c' * 16}.jar"
    }


def test_the_stacks_own_bucket_is_the_one_and_an_option_goes_before(
    stack: Stack, folder: Folder
) -> None:
    stack.dli.create("one", entrypoint=folder.upload("a"))
    for place in ("state", "builds/jars", "builds"):
        folder.upload("c", place=place)
    pruned(stack, config={"artifacts": "builds/jars"})
    assert len([key for key in folder.all() if "cccc" in key]) == 2
    pruned(stack, "builds", config={"artifacts": "builds/jars"})
    assert {key for key in folder.all() if "cccc" in key} == {f"state/{HOME}/orders-{'c' * 16}.jar"}


def test_where_no_bucket_is_known_one_has_to_be_named(stack: Stack) -> None:
    stack.up(entrypoint="obs://jars/a.jar")
    assert "say which with --bucket" in refused(stack)


def test_a_bucket_that_is_not_there_or_may_not_be_listed(stack: Stack, folder: Folder) -> None:
    stack.up(entrypoint=folder.upload("a"))
    folder.upload("b")
    assert "could not list the objects of bucket nowhere: NoSuchBucket" in refused(
        stack, "state", "nowhere"
    )
    stack.dli.arm("answer", code="403", route="list_objects")
    assert "could not list the objects of bucket state: AccessDenied" in refused(stack)
    assert folder.uploads() == {"a", "b"}


# Options.


@pytest.mark.parametrize(
    "older_than", ["30", "d", "30 d", "-3d", "1.5d", "30m", "", "٣d", "123456d"]
)
def test_what_is_no_duration(stack: Stack, older_than: str) -> None:
    sentence = refused(stack, older_than=older_than)
    assert sentence.startswith("--older-than: a number with h, d or w behind it is expected")


@pytest.mark.parametrize("older_than", ["11h", "0d", "0w"])
def test_what_a_deploy_may_be_about_to_name_is_never_old_enough(
    stack: Stack, older_than: str
) -> None:
    assert refused(stack, older_than=older_than).startswith("--older-than: 12h at least: a deploy")


@pytest.mark.parametrize(("older_than", "left"), [("12h", "a"), ("6d", "ab"), ("2w", "abc")])
def test_hours_days_and_weeks(stack: Stack, folder: Folder, older_than: str, left: str) -> None:
    stack.up(entrypoint=folder.upload("a"))
    folder.upload("b", days=2)
    folder.upload("c", days=13)
    told = pruned(stack, older_than=older_than)
    assert folder.uploads() == set(left)
    assert told.why("orders-b").split()[4] == "2d"


@pytest.mark.parametrize("place", ["UPPER", "a b", "x", "state/../other", "obs://", ""])
def test_what_is_no_bucket(stack: Stack, place: str) -> None:
    assert refused(stack, place).startswith("--bucket: a bucket, or `bucket/folder`, in lower-case")


def test_without_a_terminal_and_without_yes_nothing_is_looked_at(stack: Stack) -> None:
    before = len(stack.all_sent())
    with (
        closing(Connections(stack.config, {}, Path(stack.config["localPath"]).parent)) as made,
        pytest.raises(DliError, match="there is no terminal to ask at: --yes deletes without"),
    ):
        prune(made, Wanted("30d"), say=lambda _: None, ask=None)
    assert len(stack.all_sent()) == before


def test_without_a_job_yes_alone_deletes_nothing(stack: Stack, folder: Folder) -> None:
    folder.upload("b")
    assert "--yes deletes nothing then; say yes at a terminal" in refused(stack, "state")
    assert folder.uploads() == {"b"}
    assert pruned(stack, "state", ask=lambda _: True).done
    assert not folder.uploads()


def test_the_page_says_the_same_numbers() -> None:
    page = (Path(__file__).parents[2] / "docs" / "jars.md").read_text(encoding="utf-8")
    assert f"`{names.LEAST_AGE // 3600}h` is the least" in page
    assert f"again every {pruning.AT_ONCE} objects" in page


# While somebody else is at work.


def test_a_job_that_came_to_name_an_object_behind_the_question_keeps_it(
    stack: Stack, folder: Folder
) -> None:
    stack.up(entrypoint=folder.upload("a"))
    name = folder.upload("b")
    folder.upload("c")

    def yes(_: str) -> bool:
        stack.dli.create("late", entrypoint=name)
        return True

    told = pruned(stack, ask=yes)
    assert folder.uploads() == {"a", "b"}
    assert told.lines[-2:] == [
        f"kept orders-{'b' * 16}.jar: job late (2)",
        "deleted 1 object (1 B)",
    ]


def test_a_record_that_came_behind_the_question_keeps_what_it_names(
    stack: Stack, folder: Folder
) -> None:
    stack.up(entrypoint=folder.upload("a"))
    name = folder.upload("b")

    def yes(_: str) -> bool:
        folder.put(f"state/{HOME}/records/a.json", content=name.encode())
        return True

    pruned(stack, ask=yes)
    assert folder.uploads() == {"a", "b"}


def test_an_object_that_was_written_anew_behind_the_question_stays(
    stack: Stack, folder: Folder
) -> None:
    stack.up(entrypoint=folder.upload("a"))
    folder.upload("b")
    folder.upload("c")

    def yes(_: str) -> bool:
        folder.upload("b", days=0)
        (folder.root / f"state/{HOME}/orders-{'c' * 16}.jar").unlink()
        return True

    told = pruned(stack, ask=yes)
    assert folder.uploads() == {"a", "b"}
    assert told.lines[-1] == "deleted 0 objects (0 B)"
    assert f"kept orders-{'b' * 16}.jar: written anew, or gone, meanwhile" in told.lines


def test_many_objects_go_on_fresh_looks_at_the_jobs(stack: Stack, folder: Folder) -> None:
    stack.up(entrypoint=folder.upload("a"))
    for number in range(pruning.AT_ONCE + 1):
        folder.put(f"state/{HOME}/orders-{number:016x}.jar")
    before = len(stack.all_sent())
    told = pruned(stack)
    assert told.lines[-1] == f"deleted {pruning.AT_ONCE + 1} objects ({pruning.AT_ONCE + 1} B)"
    assert folder.uploads() == {"a"}
    looks = [line for line in stack.all_sent()[before:] if "/streaming/jobs?" in line]
    assert len([line for line in looks if "job_type" not in line]) == 3


def test_a_delete_that_is_refused_ends_it_and_what_is_gone_is_told(
    stack: Stack, folder: Folder
) -> None:
    stack.up(entrypoint=folder.upload("a"))
    for digit in "bcd":
        folder.upload(digit)
    stack.dli.arm("answer", code="403", route="delete_object", nth=2)
    lines: list[str] = []
    assert "could not delete obs://state/" in refused(stack, lines=lines)
    assert lines[-1] == "deleted 1 object (1 B)"
    assert folder.uploads() == {"a", "c", "d"}


def test_a_lost_answer_to_a_delete_is_harmless(stack: Stack, folder: Folder) -> None:
    stack.up(entrypoint=folder.upload("a"))
    folder.upload("b")
    stack.dli.arm("drop", route="delete_object", when="after")
    with stamina.set_testing(testing=True, attempts=3, cap=True):
        assert pruned(stack).lines[-1] == "deleted 1 object (1 B)"
    assert folder.uploads() == {"a"}
