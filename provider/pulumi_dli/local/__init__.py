"""The embedded local DLI: the service's Flink job API on this machine, without an account.

It is a program of its own, a WSGI app over a SQLite folder. It imports nothing of the rest of
the package, models included, so that the client and it can judge each other. Where the
service's behaviour is not documented, the stricter one is taken and the place is marked
`Chosen:`.

Ways in:

- `app`, `service`: the WSGI app, and what its routes share
- `serve`, `guard`: a port of this machine, and who may call it
- `cli`, `options`, `opened`: the commands
- `routes`, `doors`: the endpoints of DLI, and those that only the local one has
- `signin`: the identity service, and the check of every request
- `obs`: the object service

What a request may say, and what it does:

- `validation`, `tags`, `queues`: the fields of a job, its tags, and where it may run
- `jobs`, `verbs`: its definition, and what is asked of it
- `view`, `errors`: the answers, and the refusals

The life of a job:

- `states`, `runs`: its statuses, and how they move on with time
- `savepoints`: what a start can resume from
- `model`, `runners`: what a runner is, and which one a job has
- `simulation`, `flink`: the two runners

What is kept:

- `store`, `schema`, `records`: the data folder, its tables, and the jobs in them
- `private`, `failures`: who may read it, and why it cannot be used
- `requests`, `faults`, `clock`: the log, what is armed, and the time
"""
