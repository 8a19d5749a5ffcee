"""The documented example of DLI's update page as a program."""

import pulumi
from pulumi_dli import FlinkJarJob

config = pulumi.Config()

job = FlinkJarJob(
    "quickstart",
    name="test1",
    desc="job for test",
    queue_name="testQueue",
    manager_cu_number=1,
    cu_number=2,
    parallel_number=config.get_int("parallelNumber") or 1,
    main_class="org.apache.flink.examples.streaming.JavaQueueStream",
    entrypoint="FemaleInfoCollec.jar",
    dependency_jars=["myGroup/test.jar", "myGroup/test1.jar"],
    dependency_files=["myGroup/test.csv", "myGroup/test1.csv"],
    obs_bucket="quickstart",  # savepoints go here, so a restart keeps the job's state
)

pulumi.export("job_id", job.job_id)
pulumi.export("status", job.status)
pulumi.export("update_time", job.update_time)
