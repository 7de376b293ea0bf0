"""The driver `embedded`: a real Kubernetes of one node on this machine, made of the unmodified components.

It keeps everything below the state directory and in namespaces and chains of its own, so it can live beside
another container runtime, and `down` finds all of it again.
"""
