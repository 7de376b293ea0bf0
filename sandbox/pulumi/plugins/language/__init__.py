"""The Python language host: it runs Pulumi programs and policy packs for the Pulumi CLI."""
