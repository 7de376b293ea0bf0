"""Everything runs on one machine: a real Kubernetes, S3, a registry and the Pulumi engine."""
