"""Deployments and Jobs."""

import pulumi
import pulumi_kubernetes as k8s
from blocks import Block


def deployment(block: Block, space: pulumi.Output[str]) -> pulumi.Resource:
    """A web server of one pod."""
    selector = {"app": block.either("deployment-selector", "web2", "web")}
    impatient = block.changes & {"deployment-bad-image", "deployment-never-ready"}
    container: k8s.core.v1.ContainerArgsDict = {
        "name": "web",
        "image": block.either("deployment-bad-image", "localhost/absent:1", block.image),
        "image_pull_policy": "Never",
        "command": ["python3", "-m", "http.server", "8000"],
        "env": [{"name": "V", "value": block.either("deployment-env", "2", "1")}],
        "ports": [{"container_port": 8000}],
        "readiness_probe": {
            "http_get": {"path": block.either("deployment-never-ready", "/nope", "/"), "port": 8000},
            "period_seconds": 1,
        },
        "resources": {
            "requests": {"cpu": "10m", "memory": "32Mi"},
            "limits": {"cpu": "1000m", "memory": "64Mi"},
        },
    }
    return k8s.apps.v1.Deployment(
        block.called("deployment"),
        metadata=block.metadata(
            block.either("deployment-name", "renamed", "web"),
            space,
            {"pulumi.com/timeoutSeconds": "20" if impatient else "90"},
        ),
        spec={
            "replicas": block.either("deployment-replicas", 2, 1),
            "selector": {"match_labels": selector},
            "template": {
                "metadata": {"labels": selector},
                "spec": {
                    "service_account_name": "web",
                    "termination_grace_period_seconds": 1,
                    "containers": [container],
                },
            },
        },
        opts=block.options(),
    )


def zero(block: Block, space: pulumi.Output[str]) -> None:
    """A Deployment without pods."""
    container: k8s.core.v1.ContainerArgsDict = {
        "name": "c",
        "image": block.image,
        "image_pull_policy": "Never",
        "env": [{"name": "V", "value": block.either("zero-env", "2", "1")}],
    }
    labels = {"app": "zero"}
    k8s.apps.v1.Deployment(
        block.called("zero"),
        metadata=block.metadata("zero", space),
        spec={
            "replicas": 0,
            "selector": {"match_labels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
        opts=block.options(),
    )


def job(block: Block, space: pulumi.Output[str]) -> None:
    """A Job that ends well."""
    container: k8s.core.v1.ContainerArgsDict = {
        "name": "c",
        "image": block.image,
        "image_pull_policy": "Never",
        "command": block.either("job-template", ["sleep", "1"], ["true"]),
    }
    k8s.batch.v1.Job(
        block.called("job"),
        metadata=block.metadata("once", space),
        spec={"template": {"spec": {"restart_policy": "Never", "containers": [container]}}},
        opts=block.options(),
    )


def failing_job(block: Block, space: pulumi.Output[str]) -> None:
    """A Job that fails and says why."""
    if "failing-job" not in block.changes:
        return
    why = "served 1.0.0, wanted 1.1.0: rollout aborted (p99 too high)"
    container: k8s.core.v1.ContainerArgsDict = {
        "name": "verify",
        "image": block.image,
        "image_pull_policy": "Never",
        "command": ["sh", "-c", f"printf '{why}' > /dev/termination-log; exit 1"],
    }
    k8s.batch.v1.Job(
        block.called("verify"),
        metadata=block.metadata("verify-1", space),
        spec={
            "backoff_limit": 0,
            "template": {"spec": {"restart_policy": "Never", "containers": [container]}},
        },
        opts=block.options(),
    )
