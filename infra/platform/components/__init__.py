"""The platform's components."""
