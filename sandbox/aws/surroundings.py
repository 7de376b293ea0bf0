"""What lies around this AWS: the cluster that its EKS leads to, and the registry that its ECR leads to."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sandbox.aws.errors import AwsError


@dataclass(frozen=True)
class Cluster:
    """The Kubernetes that stands behind every cluster of EKS.

    Attributes:
        endpoint: URL of its API server.
        certificate_authority: of that API server, in PEM, in base64; or the path of the file that holds it in PEM.
        issuer: of its service accounts' tokens, a URL; that of AWS if it is empty.
        services: URL where its pods reach AWS's services; if it is empty, they do by AWS's names.
    """

    endpoint: str
    certificate_authority: str
    issuer: str = ""
    services: str = ""

    @property
    def authority(self) -> str:
        """The certificate authority, in PEM, in base64, as EKS tells it.

        Raises:
            OSError: the file can't be read.
        """
        if self.certificate_authority.startswith("/"):
            return base64.b64encode(Path(self.certificate_authority).read_bytes()).decode()
        return self.certificate_authority


@dataclass(frozen=True)
class Surroundings:
    """What was told to this server.

    Attributes:
        cluster: behind EKS; without it a cluster's endpoint leads nowhere.
        registry: prefix of image references behind ECR, like `127.0.0.1:5050`; without it they name AWS's.
    """

    cluster: Cluster | None = None
    registry: str = ""


def read(file: Path | None) -> Surroundings:
    """What `file` tells, a JSON object with Surroundings' attributes. What is not told is not there.

    Raises:
        AwsError: it does not tell that.
    """
    if file is None or not file.exists():
        return Surroundings()
    try:
        content = json.loads(file.read_text())
        cluster: Mapping[str, str] | None = content.pop("cluster", None)
        return Surroundings(cluster=Cluster(**cluster) if cluster else None, **content)
    except (AttributeError, TypeError, ValueError) as error:
        raise AwsError(f"{file} does not say what is around this AWS ({error}): write it again") from None
