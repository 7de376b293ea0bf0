"""Objects of the API, as the controllers write them."""

from typing import Any

Object = dict[str, Any]


def rollout(phase: str = "Healthy", message: str = "", **status: Any) -> Object:
    """A Rollout whose controller has seen everything."""
    return {
        "kind": "Rollout",
        "metadata": {"generation": 3},
        "spec": {
            "selector": {"matchLabels": {"app.kubernetes.io/name": "maintenance-predictor"}},
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


def aborted(message: str = "RolloutAborted: Rollout aborted update to revision 2: its analysis failed") -> Object:
    """A Rollout that was aborted."""
    return rollout("Degraded", message, abort=True, abortedAt="2026-11-29T12:00:00Z")


def replica_set(template: str, release: str, version: str) -> Object:
    """The ReplicaSet of a release."""
    labels = {"rollouts-pod-template-hash": template, "app.kubernetes.io/version": version}
    return {
        "metadata": {"name": f"rs-{template}", "labels": labels},
        "spec": {"template": {"metadata": {"labels": labels, "annotations": {"slipway.dev/release": release}}}},
    }


def analysis_run(phase: str, *results: Object, made: str = "2026-11-29T12:00:00Z") -> Object:
    """What Argo Rollouts keeps of an analysis."""
    return {"metadata": {"creationTimestamp": made}, "status": {"phase": phase, "metricResults": list(results)}}


def measured(name: str, *values: str, phase: str = "Successful", message: str = "") -> Object:
    """The result of one metric; its last measurement is as the metric is."""
    phases = ["Successful"] * (len(values) - 1) + [phase]
    measurements = [{"phase": one, "value": value} for one, value in zip(phases, values, strict=True)]
    return {"name": name, "phase": phase, "measurements": measurements} | ({"message": message} if message else {})


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
ANALYSIS_RUNS = "/apis/argoproj.io/v1alpha1/namespaces/serving/analysisruns"
VERSION = "/maintenance-predictor/version"

MANIFEST = "sha256:" + "1" * 64
IMAGE = "registry/service@sha256:" + "2" * 64
SERVED = {
    "model_name": "maintenance_predictor",
    "model_version": "1.1.0",
    "manifest": MANIFEST,
    "release": "7f",
}
