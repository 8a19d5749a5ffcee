"""What is deployed in the stack of the same name of the project `environments`."""

from datetime import UTC, datetime

import pulumi

jobs = pulumi.StackReference(
    f"{pulumi.get_organization()}/environments/{pulumi.get_stack()}",
)
changed = jobs.require_output("update_time").apply(
    lambda milliseconds: datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat("T", "seconds")
)

pulumi.export("job_id", jobs.require_output("job_id"))
pulumi.export("changed_at", changed)
