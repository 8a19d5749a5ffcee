"""The embedded local DLI: the service's Flink job API on this machine, without an account.

A WSGI app (`app.create_app`) over a SQLite folder (`store.Store`). It shares no code with
the rest of the package, models included, so that the client and it can judge each other.
Where the service's behaviour is not documented, the stricter one is taken and the place
is marked `Chosen:`.
"""
