"""Takes over a job that somebody made in the console. Only what differs is changed."""

import pulumi
from pulumi_dli import FlinkJarJob

job = FlinkJarJob(
    "orders-etl",
    adopt_job_id=pulumi.Config().require_int("jobId"),
    name="orders-etl",
    desc="Orders to the warehouse, kept by Pulumi",
    queue_name="testQueue",
    entrypoint="obs://jars/orders-etl.jar",
    cu_number=3,
    parallel_number=2,
    obs_bucket="flink-state",
)

pulumi.export("job_id", job.job_id)
pulumi.export("status", job.status)
