"""Counts orders on a real Flink: a new version of the jar goes on with the counts of the old."""

import pulumi
from pulumi_dli import FlinkJarJob

job = FlinkJarJob(
    "order-counts",
    name="order-counts",
    queue_name="testQueue",
    # Where `pulumi-dli local add` compiles it to; of your own build say target/orders.jar.
    entrypoint=pulumi.FileAsset(".dli-local/packages/OrderCounts.jar"),
    entrypoint_args="--output counts.csv",
    cu_number=5,
    obs_bucket="flink-state",  # savepoints go here, and the jar
    rollback="previous",  # a version that does not come to run is gone back from
    checkpoint_enabled=True,  # after a crash the job goes on from its last checkpoint
    checkpoint_interval=1,
    timeouts={"settle": 1},  # seconds; give a real job more
)

pulumi.export("job_id", job.job_id)
pulumi.export("status_desc", job.status_desc)
