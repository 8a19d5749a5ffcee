"""Which service, which project, whose credentials, and where each of these was found."""
