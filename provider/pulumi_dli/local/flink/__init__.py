"""A real Apache Flink for the local DLI: installed, started, asked and stopped.

A folder uses it once it is switched on (`choice`). One session cluster for each Flink
version runs beside the folder's data (`cluster`), outlives the commands that use it, and
goes with the last job. `engine` tells it what the job verbs ask for.
"""
