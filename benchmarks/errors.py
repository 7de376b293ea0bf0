"""What keeps a benchmark from being taken."""


class BenchmarkError(Exception):
    """Told to whoever runs it; the message says what to do."""
