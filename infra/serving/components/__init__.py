"""The serving program's components."""
