"""A real Apache Flink for the local DLI: installed, started, asked and stopped.

A folder uses it once it is switched on. One session cluster for each Flink version runs
beside the folder's data, outlives the commands that use it, and goes with the last job.

The jobs on it:

- `runner`: begins what the job verbs ask for
- `progress`: does the next step of it at each look, and tells how far it is
- `run`, `submit`: one run of a job on a cluster, and the process that submits it
- `mapping`, `files`: a job's definition in Flink's words, and where its files are
- `causes`: why it failed, in one line

The Flink below them:

- `choice`, `cli`: whether a folder uses one and which, and the commands for that
- `cluster`, `configuration`, `processes`: a JobManager and a TaskManager
- `rest`: what they are asked
- `versions`, `install`: the releases, and the cache that they are installed in
- `java`, `compiler`: the Java that runs it, and a jar of one Java file
"""
