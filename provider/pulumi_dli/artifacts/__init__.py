"""The provider's hand in OBS: local files that a job runs, by their content."""
