"""Stand-in for Pulumi's `kubernetes` resource plugin, for machines that cannot download the official one.

It talks to a real API server and behaves as the official plugin was recorded to behave: same operations, same
diffs, same verdicts, same state. It knows server-side apply only, and has no Helm, no Kustomize and no YAML
components (`Release`, `Chart`, `Directory`, `ConfigFile`).
"""
