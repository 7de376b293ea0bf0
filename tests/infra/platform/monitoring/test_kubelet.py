import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from infra.platform.monitoring import kubelet
from tests.infra.promtool import PROMTOOL


def scrape(path: str) -> dict[str, Any]:
    (found,) = [one for one in kubelet.scrapes() if one["metrics_path"] == path]
    return found


def kept(path: str, **labels: str) -> bool:
    """Whether a series stays, as Prometheus would judge its configuration."""
    for rule in scrape(path)["metric_relabel_configs"]:
        value = rule.get("separator", ";").join(labels.get(name, "") for name in rule["source_labels"])
        assert rule["action"] == "keep"
        if not re.fullmatch(rule["regex"], value):
            return False
    return True


@pytest.mark.parametrize(
    ("stays", "name", "container"),
    [
        (True, "container_cpu_usage_seconds_total", "model-server"),
        (False, "container_cpu_usage_seconds_total", ""),  # the pod's own group is the sum of what is in it
        (False, "container_tasks_state", "model-server"),
        (True, "container_network_receive_bytes_total", ""),  # the network is the pod's
        (True, "machine_memory_bytes", ""),
        (True, "container_oom_events_total", "model-server"),
    ],
)
def test_what_somebody_looks_at_stays(stays: bool, name: str, container: str) -> None:
    assert kept("/metrics/cadvisor", __name__=name, container=container) is stays


def test_nodes_and_volumes_are_measured_too() -> None:
    assert kept("/metrics/resource", __name__="node_cpu_usage_seconds_total")
    assert not kept("/metrics/resource", __name__="pod_cpu_usage_seconds_total")
    assert kept("/metrics", __name__="kubelet_volume_stats_available_bytes")
    assert not kept("/metrics", __name__="go_goroutines")


def test_the_kubelets_certificate_is_checked_and_its_series_keep_their_labels() -> None:
    for one in kubelet.scrapes():
        assert one["tls_config"] == {"ca_file": "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt"}
        assert one["honor_labels"] is True
        assert {"target_label": "job", "replacement": "kubelet"} in one["relabel_configs"]


@pytest.mark.engine
def test_prometheus_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "prometheus.yaml"
    file.write_text(json.dumps({"scrape_configs": kubelet.scrapes()}))
    command = [PROMTOOL, "check", "config", "--syntax-only", file]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, f"{ran.stdout}{ran.stderr}"
