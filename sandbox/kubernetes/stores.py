"""The two stores beside the cluster: the image registry and the S3 endpoint."""

from functools import partial
from pathlib import Path

from sandbox import files, probes
from sandbox.kubernetes import addresses
from sandbox.kubernetes.component import Component
from sandbox.kubernetes.layout import Layout
from sandbox.kubernetes.pki import Pki
from sandbox.toolchain import aws


def registry(layout: Layout, program: Path) -> Component:
    """The registry that holds our own images, and mirrors of everyone else's."""
    file = layout.config / "registry.json"
    settings = files.text(
        {
            "version": "0.1",
            "log": {"level": "warn", "accesslog": {"disabled": True}},
            "storage": {
                "filesystem": {"rootdirectory": str(layout.cluster / "registry")},
                "delete": {"enabled": True},
            },
            "http": {"addr": addresses.REGISTRY},
        },
    )
    return Component(
        name="registry",
        program=program,
        arguments=("serve", str(file)),
        settings={file: settings},
        probe=partial(probes.answers, f"http://{addresses.REGISTRY}/v2/"),
    )


def s3(layout: Layout, pki: Pki, server: Path) -> Component:
    """The S3 endpoint: the AWS server that the toolchain has installed in the folder `server`.

    Its clusters of EKS are this cluster. To that one's pods it is what AWS has in a VPC and on each node, and to its
    API server the webhook that gives pods their roles.
    """
    around = layout.config / "aws.json"
    main, *others = addresses.ENDPOINTS["s3"]
    admission, endpoint, agent = map(str, others)
    cluster = {
        "endpoint": addresses.API_URL,
        "certificate_authority": str(pki.cluster.certificate),
        "issuer": addresses.ISSUER,
        "services": f"http://{endpoint}",
    }
    listens = (
        *("--host", main.host, "--port", str(main.port), "--also", endpoint, "--also", agent),
        *("--tls", admission, str(pki.admission.certificate), str(pki.admission.key)),
    )
    program, *arguments = aws.command(server, aws.SERVER, *listens, "--data", str(layout.aws), "--around", str(around))
    return Component(
        name="s3",
        program=Path(program),
        arguments=tuple(arguments),
        settings={around: files.text({"cluster": cluster})},
        certificates=(pki.admission.certificate,),
        probe=partial(probes.speaks_http, addresses.S3_URL),
    )
