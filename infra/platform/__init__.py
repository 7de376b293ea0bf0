"""The platform program: what serving stands on."""
