import * as dli from "@pulumi/dli";
import * as pulumi from "@pulumi/pulumi";

const queue = dli.getQueueOutput({ name: "default" });

const orders = new dli.FlinkJarJob("orders", {
    queue_name: queue.name,
    entrypoint: "obs://jars/orders.jar",
    // A local file works too: new pulumi.asset.FileAsset("target/orders.jar")
    obs_bucket: "flink-state",
    parallel_number: 2,
    cu_number: 3,
    tags: { team: "shop" },
});

export const jobId = orders.id;
export const status = orders.status;
export const seen: pulumi.Output<string> = pulumi.interpolate`${orders.name} runs on ${orders.queue_name}`;
