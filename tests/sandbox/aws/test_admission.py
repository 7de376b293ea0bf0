"""Pods whose service account has a role get what leads to it, and others stay as they are."""

import base64
import json
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from sandbox.aws import admission
from tests.infra.stacks import CHECKOUT
from tests.sandbox.aws.accounts import Account
from tests.sandbox.aws.tokens import token

POD: dict[str, Any] = {
    "serviceAccountName": "models",
    "containers": [{"name": "service", "env": [{"name": "AWS_REGION", "value": "eu-west-1"}], "image": "i"}],
    "volumes": [{"name": "cache", "emptyDir": {}}],
}


def review(spec: dict[str, Any], namespace: str = "n") -> dict[str, Any]:
    return {"request": {"uid": "one", "namespace": namespace, "object": {"spec": spec}}}


def patched(spec: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """What becomes of a pod with this answer."""
    result = dict(spec)
    assert answer["response"]["patchType"] == "JSONPatch"
    for change in json.loads(base64.b64decode(answer["response"]["patch"])):
        assert change["op"] == "add"  # which replaces a member of an object
        result[change["path"].removeprefix("/spec/")] = change["value"]
    return result


def variables(container: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one["value"] for one in container["env"]}


def test_a_pod_gets_what_its_sdk_looks_for_and_the_token_that_its_role_is_taken_with() -> None:
    spec = patched(POD, admission.reviewed(review(POD), "eu-central-1", ""))
    (container,) = spec["containers"]
    found = variables(container)
    assert found["AWS_CONTAINER_CREDENTIALS_FULL_URI"] == "http://169.254.170.23/v1/credentials"
    (mount,) = container["volumeMounts"]
    assert found["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"].startswith(f"{mount['mountPath']}/")
    cache, volume = spec["volumes"]
    assert cache == POD["volumes"][0]
    (source,) = volume["projected"]["sources"]
    assert source["serviceAccountToken"]["audience"] == "pods.eks.amazonaws.com"
    assert found["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"].endswith(f"/{source['serviceAccountToken']['path']}")
    assert found["AWS_REGION"] == "eu-west-1"  # as it says itself
    assert "AWS_ENDPOINT_URL" not in found


def test_where_no_names_lead_to_aws_it_is_told_where_that_is() -> None:
    pod: dict[str, Any] = {"initContainers": [{"name": "first"}], "containers": [{"name": "second"}]}
    spec = patched(pod, admission.reviewed(review(pod), "eu-central-1", "http://10.0.0.2:443"))
    for (container,) in (spec["initContainers"], spec["containers"]):
        assert variables(container)["AWS_ENDPOINT_URL"] == "http://10.0.0.2:443"
        assert variables(container)["AWS_ALLOW_HTTP"] == "true"


def test_a_pod_without_a_role_comes_as_it_is() -> None:
    assert admission.reviewed(review(POD), None, "")["response"] == {"uid": "one", "allowed": True}


def ask(account: Account, body: object) -> dict[str, Any]:
    request = urllib.request.Request(f"{account.server.url}/_eks/pods", data=json.dumps(body).encode())  # noqa: S310 (of this test)
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        return json.loads(answer.read())


def test_the_server_knows_who_has_a_role_and_where_its_services_are(account: Account) -> None:
    account.cluster()
    name = f"s-{account.number}"
    spec: dict[str, Any] = {**POD, "serviceAccountName": name}
    assert "patch" not in ask(account, review(spec))["response"]
    account.client("eks").create_pod_identity_association(
        clusterName="one", namespace="n", serviceAccount=name, roleArn=account.role("pods", "pods.eks.amazonaws.com")
    )
    (container,) = patched(spec, ask(account, review(spec)))["containers"]
    assert variables(container)["AWS_DEFAULT_REGION"] == "eu-central-1"
    assert variables(container)["AWS_ENDPOINT_URL"] == "http://10.1.2.4:443"
    assert "patch" not in ask(account, review(spec, "other"))["response"]


@pytest.mark.parametrize("body", [None, [], {"request": {}}, {"request": {"namespace": "n", "object": {"spec": 1}}}])
def test_what_is_no_review_is_refused(account: Account, body: object) -> None:
    with pytest.raises(urllib.error.HTTPError, match="400") as caught:
        ask(account, body)
    assert "it is no review of a pod" in json.loads(caught.value.read())["message"]


def test_with_what_a_pod_is_given_its_model_store_opens(account: Account, tmp_path: Path) -> None:
    account.cluster()
    name, bucket = f"s-{account.number}", f"models-{account.number}"
    account.client("eks").create_pod_identity_association(
        clusterName="one", namespace="n", serviceAccount=name, roleArn=account.role("pods", "pods.eks.amazonaws.com")
    )
    s3 = account.client("s3")
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.put_object(Bucket=bucket, Key="models/m/x", Body=b"weights")
    (container,) = patched(POD, admission.reviewed(review(POD), "eu-central-1", account.server.url))["containers"]
    file = tmp_path / "token"
    file.write_text(token(sub=f"system:serviceaccount:n:{name}"))
    given = variables(container) | {
        "AWS_REGION": "eu-central-1",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{account.server.url}/v1/credentials",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(file),
    }
    # In a process of its own: that has these variables, and no others.
    read = f"from modelstore.store import Store; print(Store.open('s3://{bucket}/models').read('m/x', 100))"
    done = subprocess.run(
        [sys.executable, "-c", read], env=given, cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    assert done.stdout == "b'weights'\n", done.stderr
