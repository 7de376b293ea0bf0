"""The foundation that exists before the platform: a kubeconfig's cluster, a registry and an S3 service."""
