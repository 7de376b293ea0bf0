"""Releases of served models: made, watched, judged by a person if need be, and taken back."""
