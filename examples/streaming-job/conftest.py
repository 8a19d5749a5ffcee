"""Takes in the fixtures that come with pulumi-dli."""

pytest_plugins = ["pulumi_dli.testing.fixtures"]
