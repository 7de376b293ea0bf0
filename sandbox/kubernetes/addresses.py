"""Every address and port of the embedded sandbox.

What pods must reach is bound to the bridge, everything else to the loopback interface; nothing to a network card.

To a stack for AWS the pods' network is a part of its VPC, as in EKS, and so is that of what AWS has in private subnets,
at the ports that it has there. So its network policies hold here as they are.
"""

from dataclasses import dataclass
from typing import Final

LOOPBACK: Final = "127.0.0.1"

BRIDGE: Final = "slipway0"
NODE: Final = "sandbox"  # the node's name
NODE_ADDRESS: Final = "10.244.0.1"  # the bridge's own address: the node, as pods see it
POD_NETWORK: Final = "10.244.0.0/24"
AWS_NETWORK: Final = "10.244.1.0/24"
VPC: Final = "10.244.0.0/16"  # of stacks for AWS; its first private subnet has both networks in it
SERVICE_NETWORK: Final = "10.96.0.0/16"
API_SERVICE: Final = "10.96.0.1"  # the first address of the service network, which Kubernetes gives to itself
DNS_SERVICE: Final = "10.96.0.10"
DNS_DOMAIN: Final = "cluster.local"
AWS_ENDPOINT: Final = "10.244.1.2"  # an interface endpoint of AWS's in the VPC
LOAD_BALANCER: Final = "10.244.1.3"  # of Services that ask EKS for one; kube-proxy leads from there to their pods
POD_IDENTITY: Final = "169.254.170.23"  # where every node of EKS gives credentials to its pods

# On the bridge.
API_PORT: Final = 443  # as EKS has it
KUBELET_PORT: Final = 10250
S3_PORT: Final = 4566
ADMISSION_PORT: Final = 4567
AWS_ENDPOINT_PORT: Final = 443
POD_IDENTITY_PORT: Final = 80

# On the loopback interface.
ETCD_PORT: Final = 2379
ETCD_PEER_PORT: Final = 2380
REGISTRY_PORT: Final = 5050
CONTROLLER_MANAGER_PORT: Final = 10257
SCHEDULER_PORT: Final = 10259
KUBELET_HEALTH_PORT: Final = 10248
PROXY_HEALTH_PORT: Final = 10256
PROXY_METRICS_PORT: Final = 10249
NETWORK_POLICIES_HEALTH_PORT: Final = 10254
AUTO_MODE_HEALTH_PORT: Final = 10253
GATEWAY_PORT: Final = 30080  # the NodePort that the platform gives to the gateway

API_URL: Final = f"https://{NODE_ADDRESS}:{API_PORT}"
ISSUER: Final = f"https://kubernetes.default.svc.{DNS_DOMAIN}"  # of service accounts' tokens
S3_URL: Final = f"http://{NODE_ADDRESS}:{S3_PORT}"
TOKENS_URL: Final = f"{S3_URL}/_eks/tokens"
PODS_URL: Final = f"https://{NODE_ADDRESS}:{ADMISSION_PORT}/_eks/pods"
REGISTRY: Final = f"{LOOPBACK}:{REGISTRY_PORT}"
GATEWAY_URL: Final = f"http://{LOOPBACK}:{GATEWAY_PORT}"


@dataclass(frozen=True)
class Endpoint:
    """A TCP address that a component takes."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


# What each component takes; the first address is the one that others use. kube-proxy does not listen at the gateway's,
# but rewrites what is sent there.
ENDPOINTS: Final = {
    "etcd": (Endpoint(LOOPBACK, ETCD_PORT), Endpoint(LOOPBACK, ETCD_PEER_PORT)),
    "registry": (Endpoint(LOOPBACK, REGISTRY_PORT),),
    "s3": (
        Endpoint(NODE_ADDRESS, S3_PORT),
        Endpoint(NODE_ADDRESS, ADMISSION_PORT),
        Endpoint(AWS_ENDPOINT, AWS_ENDPOINT_PORT),
        Endpoint(POD_IDENTITY, POD_IDENTITY_PORT),
    ),
    "kube-apiserver": (Endpoint(NODE_ADDRESS, API_PORT),),
    "kube-controller-manager": (Endpoint(LOOPBACK, CONTROLLER_MANAGER_PORT),),
    "kube-scheduler": (Endpoint(LOOPBACK, SCHEDULER_PORT),),
    "kubelet": (Endpoint(NODE_ADDRESS, KUBELET_PORT), Endpoint(LOOPBACK, KUBELET_HEALTH_PORT)),
    "kube-proxy": (
        Endpoint(LOOPBACK, PROXY_HEALTH_PORT),
        Endpoint(LOOPBACK, PROXY_METRICS_PORT),
        Endpoint(LOOPBACK, GATEWAY_PORT),
    ),
    "network-policies": (Endpoint(LOOPBACK, NETWORK_POLICIES_HEALTH_PORT),),
    "auto-mode": (Endpoint(LOOPBACK, AUTO_MODE_HEALTH_PORT),),
}
