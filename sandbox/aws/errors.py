"""What this AWS refuses."""


class AwsError(Exception):
    """One line for people: what is wrong, with the value, and what to do about it."""
