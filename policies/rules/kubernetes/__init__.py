"""What can be said of one Kubernetes object alone."""
