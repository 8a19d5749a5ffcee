"""The `pulumi-dli` command: doctor, and the way into the local DLI."""
