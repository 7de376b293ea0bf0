"""Which cluster a program talks to: an explicit provider, never one that a shell's KUBECONFIG made."""

import json
import subprocess
from typing import TypeAlias

import pulumi
import pulumi_kubernetes as k8s
from pydantic import Field

from infra.shared.configuration import Section


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
        done = subprocess.run(self._signing_in(), capture_output=True, text=True, check=False)
        if done.returncode:
            raise OSError(f"{self.cluster_name} lets nobody in, {' '.join(done.stderr.split())}")
        try:
            token = json.loads(done.stdout)["status"]["token"]
        except (KeyError, TypeError) as error:
            raise ValueError(f"{self.cluster_name}: `aws eks get-token` gave no token") from error
        return {"Authorization": f"Bearer {token}"}

    def _signing_in(self) -> list[str]:
        as_role = ["--role-arn", self.role] if self.role else []
        return [
            *("aws", "--region", self.region, "eks", "get-token", "--cluster-name", self.cluster_name),
            *("--output", "json", *as_role),
        ]


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
