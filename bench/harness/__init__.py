"""The end-to-end benchmark: what scripts/bench runs. See docs/benchmarks.md."""
