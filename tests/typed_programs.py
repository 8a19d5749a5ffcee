"""Programs, right and wrong, as people who check their types write them.

mypy and pyright read this file in `make static`. Neither may refuse a right program, and each has
to refuse every line that is marked as wrong: a mark that nothing needs is an error to both.
The right ones run too, on a local DLI, in tests/lifecycle/test_typed_programs.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Unpack

import pulumi
from pulumi import Input, Output
from pulumi_dli import (
    FlinkJarJob,
    FlinkJarJobArgs,
    ResourceConfig,
    ResourceConfigArgs,
    ResourceSpecArgs,
    Timeouts,
    TimeoutsArgs,
    file_digest,
    get_flink_jar_job,
    get_queue,
    jar_digest,
    list_flink_jar_jobs,
    native,
)

JAR = "obs://jars/orders.jar"


def source(resource: str = "a", **more: Unpack[FlinkJarJobArgs]) -> FlinkJarJob:
    """A job whose outputs go into another."""
    return FlinkJarJob(resource, {"queue_name": "testQueue", "entrypoint": JAR}, **more)


def every_output(job: FlinkJarJob) -> FlinkJarJobArgs:
    """Each output of a job as the input of the same name, but what is each job's own.

    That are its name and its directory for checkpoints.
    """
    return FlinkJarJobArgs(
        desc=job.desc,
        queue_name=job.queue_name,
        cu_number=job.cu_number,
        manager_cu_number=job.manager_cu_number,
        parallel_number=job.parallel_number,
        tm_cus=job.tm_cus,
        tm_slot_num=job.tm_slot_num,
        checkpoint_enabled=job.checkpoint_enabled,
        checkpoint_mode=job.checkpoint_mode,
        checkpoint_interval=job.checkpoint_interval,
        log_enabled=job.log_enabled,
        obs_bucket=job.obs_bucket,
        smn_topic=job.smn_topic,
        main_class=job.main_class,
        entrypoint=job.entrypoint,
        entrypoint_args=job.entrypoint_args,
        dependency_jars=job.dependency_jars,
        dependency_files=job.dependency_files,
        restart_when_exception=job.restart_when_exception,
        resume_checkpoint=job.resume_checkpoint,
        resume_max_num=job.resume_max_num,
        runtime_config=job.runtime_config,
        execution_agency_urn=job.execution_agency_urn,
        resource_config_version=job.resource_config_version,
        resource_config=job.resource_config,
        feature=job.feature,
        flink_version=job.flink_version,
        image=job.image,
        tags=job.tags,
        desired_state=job.desired_state,
        upgrade_mode=job.upgrade_mode,
        restore_from=job.restore_from,
        restart_trigger=job.restart_trigger,
        savepoint_trigger=job.savepoint_trigger,
        adopt_job_id=job.adopt_job_id,
        on_delete=job.on_delete,
        region=job.region,
        project_id=job.project_id,
        timeouts=job.timeouts,
    )


# Right programs.


def right_one_output_as_the_same_input() -> FlinkJarJob:
    return FlinkJarJob("b", queue_name=source().queue_name, entrypoint=JAR)


def right_every_output_of_a_job_that_sets_little() -> FlinkJarJob:
    return FlinkJarJob("b", every_output(source()))


def right_every_output_of_a_job_that_sets_much() -> FlinkJarJob:
    job = source(
        desc="orders",
        cu_number=3,
        parallel_number=2,
        tm_slot_num=1,
        checkpoint_mode="at_least_once",
        checkpoint_interval=60,
        obs_bucket="state",
        log_enabled=True,
        main_class="Orders",
        entrypoint_args=["--rate", "3"],
        dependency_jars=["obs://jars/part.jar"],
        runtime_config={"parallelism.default": "2"},
        flink_version="1.15",
        feature="basic",
        tags={"team": "shop"},
        upgrade_mode="savepoint",
        on_delete="stop",
        restart_trigger="1",
        timeouts={"settle": 0},
    )
    return FlinkJarJob("b", every_output(job))


def right_every_output_of_a_job_that_is_only_read() -> FlinkJarJob:
    return FlinkJarJob("b", every_output(FlinkJarJob.get("found", source().id)))


def right_a_job_by_whatever_its_id_is() -> list[FlinkJarJob]:
    job = source()
    return [
        FlinkJarJob.get("output", job.id),
        FlinkJarJob.get("number", job.job_id),
        FlinkJarJob.get("made", job.job_id.apply(lambda number: number + 0)),
    ]


def right_an_id_into_adopt_job_id() -> FlinkJarJob:
    found = list_flink_jar_jobs(tags=None)
    number = found[0].job_id if found else None
    return FlinkJarJob("b", adopt_job_id=number, queue_name="testQueue", entrypoint=JAR)


def right_a_savepoint_into_restore_from() -> FlinkJarJob:
    path = source().savepoint_path.apply(lambda text: text or None)
    return FlinkJarJob("b", restore_from=path, queue_name="testQueue", entrypoint=JAR)


def right_a_time_as_a_trigger() -> FlinkJarJob:
    changed = source().update_time.apply(str)
    return FlinkJarJob("b", restart_trigger=changed, queue_name="testQueue", entrypoint=JAR)


def right_a_digest_as_a_trigger() -> FlinkJarJob:
    here = Path(__file__)
    return source(restart_trigger=file_digest(here) + jar_digest(here))


def right_what_always_has_a_value() -> Output[int]:
    job = source()
    lengths: Output[int] = Output.all(job.name, job.desc, job.status, job.region).apply(
        lambda texts: sum(len(text) for text in texts)
    )
    lengths.apply(lambda number: number + 1)
    job.tags.apply(lambda tags: tags.get("team"))
    job.runtime_config.apply(lambda config: config.get("a"))
    job.dependency_jars.apply(lambda jars: [jar.upper() for jar in jars])
    job.checkpoint_enabled.apply(lambda on: not on)
    job.resume_max_num.apply(lambda number: number + 1)
    return job.cu_number.apply(lambda number: number + 1)


def right_what_may_be_none() -> Output[str]:
    job = source()
    bucket: Output[str | None] = job.obs_bucket
    bucket.apply(lambda text: text or "none")
    return job.queue_name.apply(lambda text: "" if text is None else text.upper())


def right_the_parts_of_an_output() -> Output[int]:
    job = source(
        resource_config_version="v2",
        flink_version="1.15",
        resource_config={
            "max_slot": 2,
            "parallel_number": 2,
            "jobmanager_resource_spec": {"cpu": 1.0, "memory": "4G"},
            "taskmanager_resource_spec": {"cpu": 1.0, "memory": "4G"},
        },
        timeouts={"settle": 0},
    )

    def slots(config: ResourceConfig | None) -> int:
        return 0 if config is None else config.get("max_slot", 0) + 1

    def seconds(timeouts: Timeouts | None) -> float:
        return 10 if timeouts is None else timeouts.get("settle", 10)

    job.timeouts.apply(seconds)
    return job.resource_config.apply(slots)


def right_sizes_as_classes() -> FlinkJarJob:
    job = source()
    spec = ResourceSpecArgs(cpu=job.parallel_number, memory=Output.from_input("4G"))
    sizes = ResourceConfigArgs(
        max_slot=job.tm_cus, jobmanager_resource_spec=spec, taskmanager_resource_spec=spec
    )
    sizes["parallel_number"] = 2
    return FlinkJarJob(
        "b",
        queue_name="testQueue",
        entrypoint=JAR,
        flink_version="1.15",
        resource_config_version="v2",
        resource_config=sizes,
        timeouts=TimeoutsArgs(settle=0, create=job.cu_number),
    )


def right_sizes_that_are_not_known_yet() -> FlinkJarJob:
    sizes: Output[ResourceConfigArgs] = source().name.apply(
        lambda _: ResourceConfigArgs(
            max_slot=1,
            parallel_number=1,
            jobmanager_resource_spec={"cpu": 1.0, "memory": "4G"},
            taskmanager_resource_spec={"cpu": 1.0, "memory": "4G"},
        )
    )
    seconds: Output[TimeoutsArgs] = Output.from_input(TimeoutsArgs(settle=0))
    return FlinkJarJob(
        "b",
        queue_name="testQueue",
        entrypoint=JAR,
        flink_version="1.15",
        resource_config_version="v2",
        resource_config=sizes,
        timeouts=seconds,
    )


def right_outputs_inside_lists_and_mappings() -> FlinkJarJob:
    job = source()
    return FlinkJarJob(
        "b",
        queue_name="testQueue",
        entrypoint=JAR,
        entrypoint_args=["--from", job.name, job.id],
        dependency_jars=[JAR, Output.format("obs://jars/{}.jar", job.name)],
        dependency_files=(Output.from_input("obs://jars/a.csv"),),
        runtime_config={"owner": job.owner, "first": "1"},
        tags={"source": job.name, "place": job.region, "team": "shop"},
    )


def right_outputs_of_lists_and_mappings() -> FlinkJarJob:
    jars: Output[Sequence[str]] = Output.from_input(["obs://jars/part.jar"])
    files: Sequence[str] = ["obs://jars/a.csv"]
    arguments: Output[Sequence[str]] = Output.from_input(["--rate", "3"])
    tags: Output[Mapping[str, str]] = Output.from_input({"team": "shop"})
    return source(
        dependency_jars=jars, dependency_files=files, entrypoint_args=arguments, tags=tags
    )


def right_an_argument_by_all_and_format() -> FlinkJarJob:
    job = source()
    described = Output.all(job.name, job.status).apply(" is ".join)
    named: Output[str] = Output.all(a=job.name, b=job.id).apply(lambda known: f"{known['a']}-2")
    return FlinkJarJob("b", name=named, desc=described, queue_name="testQueue", entrypoint=JAR)


def right_configuration_and_secrets() -> FlinkJarJob:
    config = pulumi.Config("typed")
    return source(
        entrypoint_args=config.require_secret("arguments"),
        runtime_config={"password": config.require_secret("password")},
        parallel_number=config.get_int("parallel"),
        desc=config.get("desc"),
        log_enabled=config.get_bool("log"),
        tags=config.get_object("tags"),
        cu_number=config.get_secret_int("cus"),
    )


def right_an_output_that_nobody_has_typed() -> FlinkJarJob:
    other: Output[Any] = Output.from_input("testQueue")
    number: Output[Any] = Output.from_input(2.0)
    return FlinkJarJob("b", queue_name=other, cu_number=number, entrypoint=JAR)


def right_an_output_of_another_stack(stack: pulumi.StackReference | None = None) -> FlinkJarJob:
    if stack is None:
        return source()
    return FlinkJarJob(
        "b", queue_name=stack.get_output("queue"), adopt_job_id=stack.get_output("id")
    )


def right_what_is_looked_up() -> FlinkJarJob:
    queue = get_queue("testQueue")
    jobs = list_flink_jar_jobs(queue_name=queue.name, status="job_running")
    return FlinkJarJob(
        "b",
        queue_name=queue.name,
        flink_version=queue.default_flink_jar_version,
        parallel_number=min(len(jobs) + 1, 2),
        cu_number=min(queue.cu_count, 3),
        entrypoint=JAR,
    )


def right_a_job_that_is_looked_up() -> Output[FlinkJarJob]:
    def another(number: int) -> FlinkJarJob:
        found = get_flink_jar_job(job_id=number)
        assert get_flink_jar_job(name=found.name) == found
        definition: dict[str, Any] = {**found.definition, "name": "another"}
        return FlinkJarJob("b", **definition)

    return source().job_id.apply(another)


def right_args_as_a_class_a_mapping_or_keywords() -> list[FlinkJarJob]:
    args: FlinkJarJobArgs = {"queue_name": "testQueue"}
    args["entrypoint"] = JAR
    return [
        FlinkJarJob("class", FlinkJarJobArgs(queue_name="testQueue", entrypoint=JAR)),
        FlinkJarJob("mapping", {"queue_name": "testQueue", "entrypoint": JAR}),
        FlinkJarJob("both", args, desc="a keyword goes before"),
        FlinkJarJob("keywords", **args),
        FlinkJarJob("named", args=args, opts=pulumi.ResourceOptions(protect=False)),
    ]


def right_none_leaves_out() -> FlinkJarJob:
    nothing: Output[str | None] = Output.from_input(None)
    number: Output[int | None] = Output.from_input(None)
    job = source(name=nothing, desc=None, cu_number=number, tags=None, resource_config=None)
    job.cu_number.apply(lambda known: known + 1)
    job.name.apply(lambda known: known.upper())
    return job


def right_fixed_choices() -> FlinkJarJob:
    mode: Literal["savepoint", "stateless"] = "stateless"
    state: Input[Literal["running", "stopped"]] = Output.from_input("running")
    return source(upgrade_mode=mode, desired_state=state, checkpoint_mode="exactly_once")


def right_an_awaitable() -> FlinkJarJob:
    async def described() -> str:
        await asyncio.sleep(0)
        return "later"

    return source(desc=described())


def right_a_component() -> pulumi.ComponentResource:
    class Etl(pulumi.ComponentResource):
        def __init__(self, name: str, queue: Input[str], args: FlinkJarJobArgs) -> None:
            super().__init__("shop:index:Etl", name)
            child = pulumi.ResourceOptions(parent=self)
            self.job = FlinkJarJob(name, args, queue_name=queue, opts=child)
            self.status: Output[str] = self.job.status

    return Etl(
        "etl", source().queue_name.apply(lambda text: text or "default"), {"entrypoint": JAR}
    )


def right_a_subclass() -> FlinkJarJob:
    class Etl(FlinkJarJob):
        def __init__(self, resource: str, **more: Unpack[FlinkJarJobArgs]) -> None:
            super().__init__(resource, {"queue_name": "testQueue"}, **more)

    return Etl("etl", entrypoint=JAR)


# Wrong programs: nobody runs them.


def wrong_kinds_of_numbers_and_flags(job: FlinkJarJob) -> None:
    FlinkJarJob("b", cu_number="2")  # type: ignore[arg-type]
    FlinkJarJob("b", cu_number=2.5)  # type: ignore[arg-type]
    FlinkJarJob("b", cu_number=job.name)  # type: ignore[arg-type]
    FlinkJarJob("b", checkpoint_enabled="yes")  # type: ignore[arg-type]
    FlinkJarJob("b", checkpoint_enabled=job.cu_number)  # type: ignore[arg-type]
    FlinkJarJob("b", adopt_job_id=job.id)  # type: ignore[arg-type]


def wrong_kinds_of_texts(job: FlinkJarJob) -> None:
    FlinkJarJob("b", queue_name=5)  # type: ignore[arg-type]
    FlinkJarJob("b", queue_name=job)  # type: ignore[arg-type]
    FlinkJarJob("b", queue_name=job.job_id)  # type: ignore[arg-type]
    FlinkJarJob("b", entrypoint=Path("orders.jar"))  # type: ignore[arg-type]
    FlinkJarJob("b", flink_version=1.15)  # type: ignore[arg-type]
    FlinkJarJob("b", restart_trigger=b"digest")  # type: ignore[arg-type]


def wrong_choices(text: str) -> None:
    FlinkJarJob("b", desired_state="runing")  # type: ignore[arg-type]
    FlinkJarJob("b", desired_state=text)  # type: ignore[arg-type]
    FlinkJarJob("b", checkpoint_mode="often")  # type: ignore[arg-type]
    FlinkJarJob("b", upgrade_mode="state")  # type: ignore[arg-type]
    FlinkJarJob("b", on_delete="keep")  # type: ignore[arg-type]
    FlinkJarJob("b", feature="own")  # type: ignore[arg-type]
    FlinkJarJob("b", resource_config_version="v3")  # type: ignore[arg-type]


def wrong_names(job: FlinkJarJob) -> None:
    FlinkJarJob("b", quue_name="q")  # type: ignore[call-arg]
    FlinkJarJob("b", {"quue_name": "q"})  # type: ignore[arg-type]
    FlinkJarJobArgs(quue_name="q")  # type: ignore[typeddict-unknown-key]
    FlinkJarJob("b", status="job_running")  # type: ignore[call-arg]
    FlinkJarJob("b", owner=job.owner)  # type: ignore[call-arg]
    job.quue_name.apply(str)  # type: ignore[attr-defined]


def wrong_lists_and_mappings(job: FlinkJarJob) -> None:
    FlinkJarJob("b", dependency_jars="a.jar")  # type: ignore[arg-type]
    FlinkJarJob("b", dependency_jars=job.entrypoint)  # type: ignore[arg-type]
    FlinkJarJob("b", dependency_files={"a.csv"})  # type: ignore[arg-type]
    FlinkJarJob("b", dependency_files=[5])  # type: ignore[list-item]
    FlinkJarJob("b", tags=["team"])  # type: ignore[arg-type]
    FlinkJarJob("b", tags={"team": 5})  # type: ignore[dict-item]
    FlinkJarJob("b", tags={5: "team"})  # type: ignore[dict-item]
    FlinkJarJob("b", runtime_config="a=b")  # type: ignore[arg-type]
    FlinkJarJob("b", entrypoint_args={"rate": "3"})  # type: ignore[arg-type]


def wrong_parts() -> None:
    FlinkJarJob("b", resource_config={"max_slots": 2})  # type: ignore[arg-type]
    FlinkJarJob("b", resource_config={"max_slot": "2"})  # type: ignore[arg-type]
    FlinkJarJob("b", resource_config="v2")  # type: ignore[arg-type]
    ResourceSpecArgs(cpu="1")  # type: ignore[typeddict-item]
    FlinkJarJob("b", timeouts={"start": 5})  # type: ignore[arg-type]
    FlinkJarJob("b", timeouts={"create": "5m"})  # type: ignore[arg-type]
    FlinkJarJob("b", timeouts=300)  # type: ignore[arg-type]
    FlinkJarJob("b", timeouts=pulumi.CustomTimeouts(create="5m"))  # type: ignore[arg-type]


def wrong_places_of_arguments(job: FlinkJarJob, plain: dict[str, object]) -> None:
    FlinkJarJob()  # type: ignore[call-arg]
    FlinkJarJob(7)  # type: ignore[arg-type]
    FlinkJarJob("b", plain)  # type: ignore[arg-type]
    FlinkJarJob("b", pulumi.ResourceOptions())  # type: ignore[arg-type]
    FlinkJarJob("b", opts={"protect": True})  # type: ignore[arg-type]
    FlinkJarJob(job.name)  # type: ignore[arg-type]


def wrong_uses_of_outputs(job: FlinkJarJob) -> None:
    job.queue_name.apply(lambda text: text.upper())  # type: ignore[union-attr]
    job.obs_bucket.apply(len)  # type: ignore[arg-type]
    job.tm_slot_num.apply(lambda number: number + 1)  # type: ignore[operator]
    job.resource_config.apply(lambda sizes: sizes["max_slot"])  # type: ignore[index]
    job.cu_number.apply(lambda number: number.upper())  # type: ignore[attr-defined]
    job.tags.apply(lambda tags: tags + 1)  # type: ignore[operator]
    job.name.upper()  # type: ignore[operator]


def wrong_promises_of_a_value(job: FlinkJarJob) -> Output[str]:
    return job.queue_name  # type: ignore[return-value]


def wrong_promises_of_a_text(job: FlinkJarJob) -> str:
    return job.name  # type: ignore[return-value]


def wrong_look_ups(job: FlinkJarJob) -> None:
    FlinkJarJob.get("b")  # type: ignore[call-arg]
    FlinkJarJob.get("b", None)  # type: ignore[arg-type]
    FlinkJarJob.get("b", 1.5)  # type: ignore[arg-type]
    FlinkJarJob.get("b", job)  # type: ignore[arg-type]
    get_flink_jar_job("orders")  # type: ignore[call-arg]
    get_flink_jar_job(job_id="x")  # type: ignore[arg-type]
    get_flink_jar_job(job_id=job.job_id)  # type: ignore[arg-type]
    get_queue(job.queue_name)  # type: ignore[arg-type]
    get_queue(None)  # type: ignore[arg-type]
    list_flink_jar_jobs(tags=["team"])  # type: ignore[arg-type]
    file_digest(b"bytes")  # type: ignore[arg-type]
    file_digest(job.entrypoint)  # type: ignore[arg-type]
    jar_digest(job.entrypoint)  # type: ignore[arg-type]
    get_queue("testQueue").used_cu + 1  # type: ignore[operator]


def wrong_providers(job: FlinkJarJob) -> native.FlinkJarJob:
    native.Provider("p", regoin="eu-nl")  # type: ignore[call-arg]
    native.Provider("p", insecure="yes")  # type: ignore[arg-type]
    native.Provider("p", default_tags=["team"])  # type: ignore[arg-type]
    native.get_queue(job.queue_name)  # type: ignore[arg-type]
    native.FlinkJarJob("n", queue_nam="q")  # type: ignore[call-arg]
    other = native.Provider("p", region="eu-nl", insecure=True, default_tags={"of": job.name})
    opts = pulumi.ResourceOptions(provider=other)
    return native.FlinkJarJob("n", queue_name=job.queue_name, cu_number=job.cu_number, opts=opts)
