"""Who calls the local DLI: its identity service, its tokens and its check of signatures."""
