"""AWS's own command line, as kubeconfigs and people call it: what it makes is what the sandbox's AWS understands."""

import json
import subprocess
import sys
import urllib.request
from pathlib import Path

from sandbox.aws.accounts import key_of
from tests.sandbox.aws.accounts import Account

AWS = Path(sys.executable).parent / "aws"
DEPLOYER = "deployer"


def aws(account: Account, *arguments: str) -> str:
    """What the command line prints to somebody of the account."""
    environment = {
        "PATH": "/usr/bin:/bin",
        "AWS_ENDPOINT_URL": account.server.url,
        "AWS_ACCESS_KEY_ID": key_of(account.number, "CLI"),
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    }
    command = [AWS, "--region", "eu-central-1", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_token_for_a_cluster_says_whose_role_it_is(account: Account) -> None:
    account.cluster()
    role = account.trusting(DEPLOYER, {"Principal": {"AWS": account.number}, "Action": "sts:AssumeRole"})
    account.client("eks").create_access_entry(
        clusterName="one", principalArn=role, kubernetesGroups=["slipway:serving"]
    )
    told = json.loads(aws(account, "eks", "get-token", "--cluster-name", "one", "--role-arn", role, "--output", "json"))
    assert told["kind"] == "ExecCredential"

    body = json.dumps({"spec": {"token": told["status"]["token"]}}).encode()
    request = urllib.request.Request(f"{account.server.url}/_eks/tokens", data=body)  # noqa: S310 (of this test)
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        user = json.loads(answer.read())["status"]["user"]

    assert user["groups"] == ["slipway:serving"]
    assert f":assumed-role/{DEPLOYER}/" in user["username"]
