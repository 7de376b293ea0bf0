"""etcd: the API server's store, with an authority of its own, so that no client of the API server is one of etcd."""

from functools import partial
from typing import Final

from sandbox import probes
from sandbox.kubernetes import addresses
from sandbox.kubernetes.component import Component
from sandbox.kubernetes.layout import Layout
from sandbox.kubernetes.pki import Pki

URL: Final = f"https://{addresses.LOOPBACK}:{addresses.ETCD_PORT}"
PEER_URL: Final = f"https://{addresses.LOOPBACK}:{addresses.ETCD_PEER_PORT}"


def describe(layout: Layout, pki: Pki) -> Component:
    """Say how etcd runs."""
    return Component(
        name="etcd",
        program=layout.state.bin / "etcd",
        arguments=(
            f"--name={addresses.NODE}",
            f"--data-dir={layout.cluster / 'etcd'}",
            f"--listen-client-urls={URL}",
            f"--advertise-client-urls={URL}",
            f"--listen-peer-urls={PEER_URL}",
            f"--initial-advertise-peer-urls={PEER_URL}",
            f"--initial-cluster={addresses.NODE}={PEER_URL}",
            "--client-cert-auth",
            f"--cert-file={pki.etcd.certificate}",
            f"--key-file={pki.etcd.key}",
            f"--trusted-ca-file={pki.etcd_authority.certificate}",
            "--peer-client-cert-auth",
            f"--peer-cert-file={pki.etcd.certificate}",
            f"--peer-key-file={pki.etcd.key}",
            f"--peer-trusted-ca-file={pki.etcd_authority.certificate}",
            # A disk that is slow to sync must not fail lease renewals; after a power cut the sandbox is made anew.
            "--unsafe-no-fsync",
        ),
        certificates=(pki.etcd_authority.certificate, pki.etcd.certificate, pki.etcd.key),
        probe=partial(
            probes.answers,
            f"{URL}/health",
            authority=pki.etcd_authority.certificate,
            identity=(pki.etcd_client.certificate, pki.etcd_client.key),
        ),
    )
