"""What rules and the autoscaler ask for is really told by what runs."""

from typing import Final

import pytest

from tests.e2e.cluster import Cluster, eventually
from tests.infra.asked import told_by_others

pytestmark = pytest.mark.e2e

PROMETHEUS: Final = "/api/v1/namespaces/monitoring/services/prometheus-operated:9090/proxy/api/v1"
NOT_HERE: Final = {
    "DCGM_FI_DEV_FB_USED", "DCGM_FI_DEV_GPU_UTIL",  # no GPU
    "traefik_tls_certs_not_after",  # no TLS
}  # fmt: skip


@pytest.mark.usefixtures("e2e")
def test_every_metric_that_is_asked_for_is_there(cluster: Cluster) -> None:
    def missing() -> set[str]:
        return told_by_others() - NOT_HERE - set(cluster.get(f"{PROMETHEUS}/label/__name__/values")["data"])

    eventually(missing, lambda found: not found, 60)
