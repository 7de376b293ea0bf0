"""The controllers' CRDs: locked here, brought from upstream, and declared by the platform."""
