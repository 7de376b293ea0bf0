"""What watches the cluster: Prometheus with its operator, Alertmanager, and what they look at and tell."""
