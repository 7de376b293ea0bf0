"""The serving service: what runs in the pod. `python -m service` starts it."""
