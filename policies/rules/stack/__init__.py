"""What only shows when a stack's Kubernetes objects are seen together."""
