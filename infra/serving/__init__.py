"""The serving program: models, each as a workload of its own."""
