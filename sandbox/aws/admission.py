"""What EKS adds to a pod whose service account has a role by Pod Identity: where its credentials are, and its token.

The variables and the token are those of EKS's own webhook. Beside them pods are told where AWS's services are: on AWS
the network's names lead there.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

TOKENS: Final = "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount"
AUDIENCE: Final = "pods.eks.amazonaws.com"
AGENT: Final = "http://169.254.170.23/v1/credentials"
_FILE: Final = "eks-pod-identity-token"
_SECONDS: Final = 86_400


def reviewed(review: Mapping[str, Any], region: str | None, services: str) -> dict[str, Any]:
    """The answer to an AdmissionReview of a pod: it may come, with what EKS adds.

    Args:
        review: what the API server asks.
        region: of the cluster that gives the pod's service account a role; None if none does.
        services: URL where pods reach AWS's services; empty where names lead there.

    Raises:
        KeyError, TypeError: it is no review of a pod.
    """
    request = review["request"]
    response: dict[str, Any] = {"uid": request["uid"], "allowed": True}
    if region is not None:
        patch = json.dumps(_patch(request["object"]["spec"], _variables(region, services))).encode()
        response |= {"patchType": "JSONPatch", "patch": base64.b64encode(patch).decode()}
    return {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": response}


def _variables(region: str, services: str) -> dict[str, str]:
    reached = {"AWS_ENDPOINT_URL": services, "AWS_ALLOW_HTTP": "true"} if services else {}
    return {
        "AWS_STS_REGIONAL_ENDPOINTS": "regional",
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": AGENT,
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": f"{TOKENS}/{_FILE}",
        **reached,
    }


def _patch(spec: Mapping[str, Any], variables: Mapping[str, str]) -> list[dict[str, Any]]:
    source = {"audience": AUDIENCE, "expirationSeconds": _SECONDS, "path": _FILE}
    volume = {"name": _FILE, "projected": {"sources": [{"serviceAccountToken": source}]}}
    added = {"/spec/volumes": [*(spec.get("volumes") or ()), volume]}
    for kind in ("initContainers", "containers"):
        if containers := spec.get(kind):
            added[f"/spec/{kind}"] = [_given(one, variables) for one in containers]
    return [{"op": "add", "path": path, "value": value} for path, value in added.items()]


def _given(container: Mapping[str, Any], variables: Mapping[str, str]) -> dict[str, Any]:
    own: Sequence[Mapping[str, Any]] = container.get("env") or ()
    said = {one["name"] for one in own}
    fresh = [{"name": name, "value": value} for name, value in variables.items() if name not in said]
    mount = {"name": _FILE, "mountPath": TOKENS, "readOnly": True}
    return {**container, "env": [*own, *fresh], "volumeMounts": [*(container.get("volumeMounts") or ()), mount]}
