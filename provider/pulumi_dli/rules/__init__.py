"""Pure rules: everything that is wrong or doubtful with a job's arguments, as sentences."""
