"""One job, of the component that all jobs of the team are made of."""

import pulumi
from streaming_job import StreamingJob

config = pulumi.Config()

etl = StreamingJob(
    "orders-etl",
    jar="orders-etl.jar",
    queue=config.get("queue") or "testQueue",
    bucket="flink-state",
    alert_topic="flink-alerts",
    cu_number=3,
    parallel_number=2,
    timeouts={"settle": 1},  # seconds; give a real job more
)

pulumi.export("job_id", etl.job.job_id)
pulumi.export("entrypoint", etl.job.entrypoint)
