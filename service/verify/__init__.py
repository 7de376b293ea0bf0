"""Whether what the stack says is what is served: `python -m service.verify`, run by a Job per release.

It watches the Rollout to its end and reads the served version back through the gateway. It needs nothing but
the standard library, so it starts at once and its memory is small.
"""
