"""Flink Jar jobs on DLI as Pulumi resources."""
