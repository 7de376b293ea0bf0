"""What the platform stands on: a cluster, a registry, a store of models, and a way in for requests."""
