"""Events of the engine, in the form in which `pulumi preview --json` writes them."""

from typing import Any

from slipway.releases.pulumi import Ran
from tests.slipway.releases.world import IMAGE

PREFIX = "urn:pulumi:prod::slipway::"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def step(op: str, kind: str, name: str, **more: Any) -> dict[str, Any]:
    """A resource's step."""
    metadata = {"op": op, "type": kind, "urn": f"{PREFIX}{kind}::{name}", **more}
    return {"resourcePreEvent": {"metadata": metadata, "planning": True}}


def pods(version: str, image: str = IMAGE, release: str = "0123456789") -> dict[str, Any]:
    """One side of a model's Deployment."""
    template = {
        "metadata": {"annotations": {"slipway.dev/release": release}},
        "spec": {"containers": [{"image": image, "env": [{"name": "MODEL_VERSION", "value": version}]}]},
    }
    return {"inputs": {"spec": {"template": template, "password": "hunter2"}}}


def released(before: str, after: str, name: str = "tiny-model", **more: Any) -> list[dict[str, Any]]:
    """All steps of a release."""
    paths = {"spec.template.spec.containers[0].env[1].value": {"diffKind": "update"}}
    return [
        step("same", "kubernetes:core/v1:Service", f"{name}-stable"),
        step("update", "kubernetes:argoproj.io/v1alpha1:AnalysisTemplate", f"{name}-10-0", detailedDiff=paths),
        step(
            "update",
            "kubernetes:apps/v1:Deployment",
            name,
            detailedDiff=paths,
            old=pods(before),
            new=pods(after, **more),
        ),
        step("replace", "kubernetes:batch/v1:Job", f"{name}-verify", diffs=["metadata"]),
        step("create-replacement", "kubernetes:batch/v1:Job", f"{name}-verify"),
    ]


def violation(message: str = "container 'x' has no digest", level: str = "mandatory") -> dict[str, Any]:
    return {
        "policyEvent": {
            "resourceUrn": f"{PREFIX}kubernetes:apps/v1:Deployment::tiny-model",
            "message": f"<{{%fg 1%}}>{message}<{{%reset%}}>\n",
            "policyName": "require-image-digest",
            "policyPackName": "slipway",
            "enforcementLevel": level,
        }
    }


def problem(message: str) -> dict[str, Any]:
    return {"diagnosticEvent": {"severity": "error", "message": message, "urn": f"{PREFIX}pulumi:pulumi:Stack::x"}}


def ran(*events: dict[str, Any], code: int = 0, said: str = "") -> Ran:
    return Ran(code, list(events), said)
