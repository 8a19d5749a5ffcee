"""The documented example of DLI's update page as a program, or a real job where Flink runs."""

import pulumi
from pulumi_dli import FlinkJarJob

config = pulumi.Config()
jar = config.get("jar")  # set by `make up` where a real Flink runs it: examples/savepoint

job = FlinkJarJob(
    "quickstart",
    name="test1",
    desc="job for test",
    queue_name="testQueue",
    manager_cu_number=1,
    cu_number=2,
    parallel_number=config.get_int("parallelNumber") or 1,
    main_class=None if jar else "org.apache.flink.examples.streaming.JavaQueueStream",
    entrypoint=jar or "FemaleInfoCollec.jar",
    entrypoint_args="--output counts.csv" if jar else None,
    dependency_jars=None if jar else ["myGroup/test.jar", "myGroup/test1.jar"],
    dependency_files=None if jar else ["myGroup/test.csv", "myGroup/test1.csv"],
    checkpoint_enabled=True if jar else None,
    obs_bucket="quickstart",  # savepoints go here, so a restart keeps the job's state
)

pulumi.export("job_id", job.job_id)
pulumi.export("status", job.status)
pulumi.export("update_time", job.update_time)
