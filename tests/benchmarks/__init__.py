"""The benchmarks own tests: what they measure with has to be right itself."""
