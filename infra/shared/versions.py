"""Versions of what the platform installs. Images are pinned by digest in each stack's configuration."""

from typing import Final

# The Pod Security level of our namespaces is judged by this version's rules, whatever the cluster runs.
KUBERNETES: Final = "v1.35"
# Earlier 3.6 have known CVEs (CVE-2026-41174, -44774, -65602, -71325).
TRAEFIK: Final = "v3.6.25"
ARGO_ROLLOUTS: Final = "v1.10.1"
PROMETHEUS_OPERATOR: Final = "v0.85.0"
PROMETHEUS: Final = "v3.16.0"
# Later ones lack their page's files in what Go's proxy has of them.
ALERTMANAGER: Final = "v0.31.0"
KEDA: Final = "v2.21.0"
