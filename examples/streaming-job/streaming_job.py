"""A Flink job as a team wants all of its jobs, in one component."""

from typing import Unpack

import pulumi
from pulumi_dli import FlinkJarJob, FlinkJarJobArgs, get_queue


class StreamingJob(pulumi.ComponentResource):
    """A job with its jar, its state, its logs and its alerts.

    It checkpoints every minute, goes on from a checkpoint after a crash, restarts through
    savepoints, and goes back to the version before where a new one does not come to run.

    Args:
        resource_name: the resource's name in the program.
        jar: the file that the build made, brought to OBS before the job is stopped.
        queue: a general-purpose queue that has room for the job.
        bucket: for the jar, the state and the logs.
        alert_topic: the SMN topic that hears of failures.
        opts: Pulumi's resource options; the job itself is a child of this resource.
        job: what else FlinkJarJob takes. It goes before the defaults.

    Raises:
        pulumi.RunError: there is no such queue, it runs no Flink jobs, or is too small.
    """

    job: FlinkJarJob

    def __init__(
        self,
        resource_name: str,
        *,
        jar: str,
        queue: str,
        bucket: str,
        alert_topic: str,
        opts: pulumi.ResourceOptions | None = None,
        **job: Unpack[FlinkJarJobArgs],
    ) -> None:
        """Check the queue, and make the job."""
        super().__init__("examples:index:StreamingJob", resource_name, None, opts)
        offered = get_queue(queue)
        if offered.queue_type != "general":
            raise pulumi.RunError(
                f"{resource_name}: queue {queue} is of type {offered.queue_type}, which runs no "
                "Flink jobs; name a general-purpose queue"
            )
        cus = job.get("cu_number")
        if isinstance(cus, int) and cus > offered.cu_count:
            raise pulumi.RunError(
                f"{resource_name}: takes {cus} CUs, and queue {queue} has {offered.cu_count}; "
                "take a larger queue, or fewer CUs"
            )
        defaults: FlinkJarJobArgs = {
            "entrypoint": pulumi.FileAsset(jar),
            "queue_name": queue,
            "obs_bucket": bucket,
            "log_enabled": True,
            "smn_topic": alert_topic,
            "checkpoint_enabled": True,
            "checkpoint_interval": 60,
            "restart_when_exception": True,
            "resume_checkpoint": True,
            "rollback": "previous",
        }
        arguments: FlinkJarJobArgs = {**defaults, **job}
        self.job = FlinkJarJob(resource_name, arguments, pulumi.ResourceOptions(parent=self))
        self.register_outputs({"job_id": self.job.job_id})
