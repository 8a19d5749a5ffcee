"""For the tests of programs that write Flink jobs; see docs/testing.md."""
