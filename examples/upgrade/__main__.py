"""A new jar restarts the job: stop with a savepoint, change, resume from it."""

import pulumi
from pulumi_dli import FlinkJarJob, file_digest

job = FlinkJarJob(
    "orders-etl",
    queue_name="testQueue",
    entrypoint="obs://jars/orders-etl.jar",
    obs_bucket="flink-state",
    upgrade_mode="savepoint",  # the default with a bucket
    # The jar in OBS keeps its name, so the job would not notice that it was overwritten.
    restart_trigger=file_digest("orders-etl.jar"),
    timeouts={"settle": 1},  # seconds; give a real job more
)

pulumi.export("job_id", job.job_id)
pulumi.export("restart_trigger", job.restart_trigger)
