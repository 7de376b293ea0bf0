"""What the controllers may do: upstream's rules, without what this platform doesn't use.

Both watch Secrets or ConfigMaps because they can be told to use them. Traefik's informers fail without, in all
namespaces; Rollouts only needs those of its own.
"""

from typing import Final

from pulumi_kubernetes.rbac.v1 import PolicyRuleArgsDict

_READ: Final = ["get", "list", "watch"]
_WRITE: Final = ["create", "update", "patch", "delete"]

TRAEFIK: Final[list[PolicyRuleArgsDict]] = [
    {"api_groups": [""], "resources": ["configmaps", "secrets", "services"], "verbs": _READ},
    {"api_groups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": _READ},
    {
        "api_groups": ["traefik.io"],
        "resources": [
            "ingressroutes",
            "ingressroutetcps",
            "ingressrouteudps",
            "middlewares",
            "middlewaretcps",
            "serverstransports",
            "serverstransporttcps",
            "tlsoptions",
            "tlsstores",
            "traefikservices",
        ],
        "verbs": _READ,
    },
]

ARGO_ROLLOUTS: Final[list[PolicyRuleArgsDict]] = [
    {
        "api_groups": ["argoproj.io"],
        "resources": ["rollouts", "rollouts/finalizers", "rollouts/status"],
        "verbs": [*_READ, "update", "patch"],
    },
    {
        "api_groups": ["argoproj.io"],
        "resources": ["analysisruns", "analysisruns/finalizers", "experiments", "experiments/finalizers"],
        "verbs": [*_READ, *_WRITE],
    },
    {"api_groups": ["argoproj.io"], "resources": ["analysistemplates", "clusteranalysistemplates"], "verbs": _READ},
    {"api_groups": ["apps"], "resources": ["replicasets"], "verbs": [*_READ, *_WRITE]},
    # A Rollout takes its pod template from a Deployment. It never scales it (`scaleDown: never`), so reading will do.
    {"api_groups": ["apps"], "resources": ["deployments"], "verbs": _READ},
    {"api_groups": [""], "resources": ["services"], "verbs": [*_READ, "patch"]},
    {"api_groups": ["traefik.io"], "resources": ["traefikservices"], "verbs": ["get", "watch", "update"]},
    {"api_groups": [""], "resources": ["pods"], "verbs": _READ},
    {"api_groups": [""], "resources": ["pods/eviction"], "verbs": ["create"]},
    {"api_groups": [""], "resources": ["events"], "verbs": ["create", "update", "patch"]},
    # Watched by informers that have to start, and otherwise unused.
    {"api_groups": ["networking.k8s.io"], "resources": ["ingresses"], "verbs": _READ},
    {"api_groups": ["batch"], "resources": ["jobs"], "verbs": _READ},
]

ARGO_ROLLOUTS_AT_HOME: Final[list[PolicyRuleArgsDict]] = [
    {"api_groups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["create", "get", "update"]},
    {"api_groups": [""], "resources": ["configmaps", "secrets"], "verbs": _READ},
]
