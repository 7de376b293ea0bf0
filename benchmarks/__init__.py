"""What the service costs, measured beside what it can't cost less than: `python -m benchmarks`."""
