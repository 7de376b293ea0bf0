"""Figures of nodes and containers, from the kubelets: a node exporter would need the host, which no pod of ours gets.

A scrape configuration of Prometheus' own: the operator's kinds know no nodes, but for one whose definition is larger
than all the others. Its series have the labels that kube-prometheus-stack gives them.
"""

from typing import Any, Final

_ACCOUNT: Final = "/var/run/secrets/kubernetes.io/serviceaccount"

_OF_CONTAINERS: Final = (
    "container_cpu_cfs_periods_total",
    "container_cpu_cfs_throttled_periods_total",
    "container_cpu_usage_seconds_total",
    "container_memory_working_set_bytes",
    "container_network_receive_bytes_total",
    "container_network_transmit_bytes_total",
    "container_oom_events_total",
    "container_spec_cpu_period",
    "container_spec_cpu_quota",
    "container_spec_memory_limit_bytes",
    "container_start_time_seconds",
    "machine_cpu_cores",
    "machine_memory_bytes",
)
_OF_NODES: Final = ("node_cpu_usage_seconds_total", "node_memory_working_set_bytes", "resource_scrape_error")
_OF_VOLUMES: Final = ("kubelet_volume_stats_available_bytes", "kubelet_volume_stats_capacity_bytes")
# What is measured of a pod as a whole, by the container that holds its network.
_OF_PODS: Final = "container_network_.+|machine_.+"


def scrapes() -> list[dict[str, Any]]:
    """The scrape configurations, each of one of a kubelet's pages; how often is Prometheus' default.

    A kubelet's page has thousands of series, and new ones with each pod. These are what somebody looks at.
    """
    return [
        _scrape(
            "/metrics/cadvisor",
            _keep(_OF_CONTAINERS),
            # Control groups above pods, and each pod's own, are sums of what is in them.
            {
                "source_labels": ["__name__", "container"],
                "separator": ";",
                "regex": f"(?:{_OF_PODS});.*|[^;]+;.+",
                "action": "keep",
            },
        ),
        _scrape("/metrics/resource", _keep(_OF_NODES)),
        _scrape("/metrics", _keep(_OF_VOLUMES)),
    ]


def _scrape(path: str, *series: dict[str, Any]) -> dict[str, Any]:
    return {
        "job_name": f"kubelet{path}",
        "scheme": "https",
        "metrics_path": path,
        # Series have the namespace and the pod that they speak of.
        "honor_labels": True,
        # Figures are gathered at other times than they are asked for, and end with their container.
        "honor_timestamps": True,
        "track_timestamps_staleness": True,
        "authorization": {"credentials_file": f"{_ACCOUNT}/token"},
        "tls_config": {"ca_file": f"{_ACCOUNT}/ca.crt"},
        "kubernetes_sd_configs": [{"role": "node"}],
        "relabel_configs": [
            {"target_label": "job", "replacement": "kubelet"},
            {"source_labels": ["__metrics_path__"], "target_label": "metrics_path"},
            {"source_labels": ["__meta_kubernetes_node_name"], "target_label": "node"},
        ],
        "metric_relabel_configs": list(series),
    }


def _keep(names: tuple[str, ...]) -> dict[str, Any]:
    return {"source_labels": ["__name__"], "regex": "|".join(names), "action": "keep"}
