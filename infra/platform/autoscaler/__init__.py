"""KEDA, which lets autoscalers follow what Prometheus knows."""
