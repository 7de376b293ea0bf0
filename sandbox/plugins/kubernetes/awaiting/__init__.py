"""Waiting until an object is live, and saying why it isn't."""
