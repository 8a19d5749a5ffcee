"""A job's jars: by which content they go, what is in them, and objects in OBS."""
