"""Which cluster a program talks to: an explicit provider, never one that a shell's KUBECONFIG made."""

import json
import subprocess
from typing import Final, TypeAlias

import pulumi
import pulumi_kubernetes as k8s
from pydantic import Field

from infra.shared.configuration import Section

ONLY_LOOKS: Final = "SLIPWAY_ONLY_LOOKS"
"""Variable of who may not be a namespace's deployer and previews its stack: they sign in as who they are."""

# Decided where somebody signs in, so the kubeconfig is the same for all, and nobody's preview finds it changed. `$0` is
# the role.
_AS_ROLE: Final = f'[ "${ONLY_LOOKS}" ] || set -- "$@" --role-arn "$0"; exec aws "$@"'

_SIGNED_IN_WITHIN: Final = 60.0
"""Seconds that AWS's own tool gets for a token; it takes one, and five for a role that it has to assume first."""


class Cluster(Section):
    """A cluster, as those who have a credential for it reach it.

    Attributes:
        endpoint: the API server's URL.
        certificate_authority: what its certificate is checked against, in base64.
        identifier: a name for the cluster that never changes.
    """

    endpoint: str
    certificate_authority: str
    identifier: str


class Token(Section):
    """A credential that is a bearer token. A cluster that signs in otherwise has another kind beside it.

    Attributes:
        token: the token; never in a log, an error or a plain output.
    """

    token: str = Field(repr=False)

    def user(self) -> dict[str, object]:
        """The user's entry in a kubeconfig."""
        return {"token": self.token}

    def headers(self) -> dict[str, str]:
        """What proves to the API server whose a request is; as secret as the token."""
        return {"Authorization": f"Bearer {self.token}"}


class EksRole(Section):
    """A role of AWS that a cluster of EKS lets in. Whoever uses it signs in with what they have, and keeps nothing.

    Attributes:
        cluster_name: the cluster's name in EKS.
        region: where it is.
        role: the role's ARN; None for whoever asks.
    """

    cluster_name: str
    region: str
    role: str | None = None

    def user(self) -> dict[str, object]:
        """The user's entry in a kubeconfig: AWS's own tool gets a token, which lasts a quarter of an hour."""
        command, *arguments = self._signing_in()
        return {
            "exec": {
                "apiVersion": "client.authentication.k8s.io/v1beta1",
                "command": command,
                "args": arguments,
                "interactiveMode": "Never",
            }
        }

    def headers(self) -> dict[str, str]:
        """What proves to the API server whose a request is; as secret as the token in it.

        Raises:
            OSError: AWS's tool isn't there, or gets no token; its words are in the message.
            ValueError: it says something else than a token.
        """
        try:
            # Without the terminal: a prompt for a second factor, which nobody sees, would stop a plan for good.
            done = subprocess.run(
                self._signing_in(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                timeout=_SIGNED_IN_WITHIN,
            )
        except subprocess.TimeoutExpired:
            raise OSError(
                f"{self.cluster_name}: `aws eks get-token` took more than {_SIGNED_IN_WITHIN:g} s; sign in with `aws` "
                "first"
            ) from None
        if done.returncode:
            raise OSError(f"{self.cluster_name} lets nobody in, {' '.join(done.stderr.split())}")
        try:
            token = json.loads(done.stdout)["status"]["token"]
        except (KeyError, TypeError) as error:
            raise ValueError(f"{self.cluster_name}: `aws eks get-token` gave no token") from error
        return {"Authorization": f"Bearer {token}"}

    def _signing_in(self) -> list[str]:
        token = ["--region", self.region, "eks", "get-token", "--cluster-name", self.cluster_name, "--output", "json"]
        return ["sh", "-c", _AS_ROLE, self.role, *token] if self.role else ["aws", *token]


Credential: TypeAlias = Token | EksRole


def kubeconfig(cluster: Cluster, credential: Credential, namespace: str) -> str:
    """A kubeconfig for one namespace of `cluster`; as secret as its credential."""
    name = cluster.identifier
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": name,
            "contexts": [{"name": name, "context": {"cluster": name, "user": name, "namespace": namespace}}],
            "clusters": [
                {
                    "name": name,
                    "cluster": {
                        "server": cluster.endpoint,
                        "certificate-authority-data": cluster.certificate_authority,
                    },
                }
            ],
            "users": [{"name": name, "user": credential.user()}],
        }
    )


def provider(kubeconfig: pulumi.Input[str], identifier: pulumi.Input[str], name: str = "cluster") -> k8s.Provider:
    """The provider that everything in Kubernetes is declared with.

    Args:
        kubeconfig: contents of a kubeconfig; kept secret.
        identifier: names the cluster for good. Without it, a renewed certificate or token in the kubeconfig would
            look like another cluster, and every resource would be replaced.
        name: logical name, where there is more than one.
    """
    return k8s.Provider(name, kubeconfig=pulumi.Output.secret(kubeconfig), cluster_identifier=identifier)
