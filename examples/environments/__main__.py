"""One job. What differs between the environments stands in Pulumi.<stack>.yaml."""

import pulumi
from pulumi_dli import FlinkJarJob

config = pulumi.Config()
bucket = config.get("bucket")
arguments: list[pulumi.Input[str]] = ["--source", "orders"]
if password := config.get_secret("sinkPassword"):
    arguments += ["--sink-password", password]

job = FlinkJarJob(
    "orders-etl",
    desc=f"Orders to the warehouse, {pulumi.get_stack()}",
    queue_name=config.require("queue"),
    entrypoint="obs://jars/orders-etl-1.4.0.jar",
    entrypoint_args=arguments,
    flink_version="1.15",
    cu_number=config.require_int("cuNumber"),
    parallel_number=config.require_int("parallelNumber"),
    execution_agency_urn=config.get("agency"),
    # With a bucket the job is stateful: it restarts from savepoints unless told otherwise.
    obs_bucket=bucket,
    checkpoint_enabled=bucket is not None,
    upgrade_mode="stateless" if config.get_bool("stateless") else None,
    smn_topic=config.get("alertTopic"),
    restart_when_exception=True,
    resume_checkpoint=bucket is not None,
    timeouts={"settle": config.get_float("settleSeconds") or 10},
)

pulumi.export("job_id", job.job_id)
pulumi.export("update_time", job.update_time)
