"""Objects of the API, as the controllers write them."""

from typing import Any

Object = dict[str, Any]


def rollout(phase: str = "Healthy", message: str = "", **status: Any) -> Object:
    """A Rollout whose controller has seen everything."""
    return {
        "kind": "Rollout",
        "metadata": {"generation": 3},
        "spec": {
            "workloadRef": {"name": "maintenance-predictor"},
            "strategy": {"canary": {"steps": [{"setCanaryScale": {}}, {"setWeight": 10}, {"pause": {}}]}},
        },
        "status": {
            "observedGeneration": "3",
            "workloadObservedGeneration": "5",
            "phase": phase,
            "message": message,
            "currentPodHash": "new",
            "stableRS": "new" if phase == "Healthy" else "old",
        }
        | status,
    }


def deployment(generation: int = 5) -> Object:
    return {"kind": "Deployment", "metadata": {"generation": generation}}


def pod(name: str = "pod-1", *, ready: bool = False, ip: str | None = None, port: int = 8001, **status: Any) -> Object:
    """A model server's pod, which tells of itself at `port`."""
    ports = [{"name": "http", "containerPort": 9}, {"name": "monitoring", "containerPort": port}]
    return {
        "metadata": {"name": name},
        "spec": {"containers": [{"name": "model-server", "ports": ports}]},
        "status": {"conditions": [{"type": "Ready", "status": str(ready)}]} | ({"podIP": ip} if ip else {}) | status,
    }


def waiting(reason: str, message: str = "") -> list[Object]:
    """The status of a container that does not start."""
    return [{"name": "model-server", "state": {"waiting": {"reason": reason, "message": message}}}]


ROLLOUT = "/apis/argoproj.io/v1alpha1/namespaces/serving/rollouts/maintenance-predictor"
STATUS = f"{ROLLOUT}/status"
DEPLOYMENT = "/apis/apps/v1/namespaces/serving/deployments/maintenance-predictor"
PODS = "/api/v1/namespaces/serving/pods"
REPLICA_SETS = "/apis/apps/v1/namespaces/serving/replicasets"
VERSION = "/maintenance-predictor/version"

SERVED = {
    "model_name": "maintenance_predictor",
    "model_version": "1.1.0",
    "manifest": "sha256:11",
    "release": "7f",
}
