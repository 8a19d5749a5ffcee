"""Counts orders on a real Flink: a change restarts the job, and its counts go on."""

import pulumi
from pulumi_dli import FlinkJarJob

config = pulumi.Config()

job = FlinkJarJob(
    "order-counts",
    name="order-counts",
    queue_name="testQueue",
    entrypoint="examples/OrderCounts.jar",
    entrypoint_args="--output counts.csv",
    parallel_number=config.get_int("parallelNumber") or 1,
    cu_number=5,
    obs_bucket="flink-state",
    checkpoint_enabled=True,  # after a crash the job goes on from its last checkpoint
    checkpoint_interval=1,
    timeouts={"settle": 1},  # seconds; give a real job more
)

pulumi.export("job_id", job.job_id)
pulumi.export("status_desc", job.status_desc)
