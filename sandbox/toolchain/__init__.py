"""Builds what the sandbox runs, from pinned sources, once per machine.

Every product is kept under a key made of all that it is made from, so a second run finds it and a changed pin
builds it anew. Nothing half-built gets its final name.
"""
