"""The foundation on AWS, on one screen: all that the platform needs of an account that has nothing yet."""

import ipaddress
from typing import Final

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions

from infra.platform.foundation.aws import registry as registries
from infra.platform.foundation.aws.addons import Addons, AddonsArgs
from infra.platform.foundation.aws.artefacts import Artefacts
from infra.platform.foundation.aws.config import Aws, ExistingNetwork, OwnNetwork
from infra.platform.foundation.aws.config import Network as NetworkConfig
from infra.platform.foundation.aws.deployer import DeployedTo, deployer
from infra.platform.foundation.aws.eks_cluster import EksCluster, EksClusterArgs
from infra.platform.foundation.aws.entrance import IngressArgs, NamedIngress
from infra.platform.foundation.aws.existing_network import surroundings
from infra.platform.foundation.aws.keys import Key, KeyArgs
from infra.platform.foundation.aws.log_bucket import BUCKETS, LogBucket, LogBucketArgs
from infra.platform.foundation.aws.model_readers import ModelReaders, ModelReadersArgs
from infra.platform.foundation.aws.network import Network, NetworkArgs, Surroundings
from infra.platform.foundation.aws.nodes import Nodes, NodesArgs
from infra.platform.foundation.aws.pipelines import Pipelines, PipelinesArgs, look
from infra.platform.foundation.aws.registry import Registry, RegistryArgs
from infra.platform.foundation.aws.runner import Runner, RunnerArgs
from infra.platform.foundation.aws.watch import Watch, WatchArgs
from infra.platform.foundation.foundation import Foundation
from infra.platform.model_bucket import AccessLogs, ModelBucket, ModelBucketArgs
from infra.shared import cluster, platform_outputs
from infra.shared.cluster import Cluster, EksRole
from infra.shared.network import Address
from infra.shared.platform_outputs import ModelStore, known

_HTTPS: Final = 443
_KUBELET: Final = 10250
_POD_IDENTITY: Final = Address(cidr="169.254.170.23/32", port=80)
"""Where every node of EKS gives credentials to its pods."""


def build(config: Aws, *, protect: bool) -> Foundation:
    """Declare it, and tell what there is.

    Args:
        config: the stack's `foundation.aws`.
        protect: whether what holds data or carries others refuses to be deleted.
    """
    tags = {**config.tags, "slipway-stack": pulumi.get_stack(), "managed-by": "pulumi"}
    provider = aws.Provider(
        "aws", region=config.region, allowed_account_ids=[config.account], default_tags={"tags": tags}
    )
    ours = ResourceOptions(provider=provider)
    kept = ResourceOptions(provider=provider, protect=protect)
    where = config.cluster.name

    key = Key("key", KeyArgs(alias=where, account=config.account, region=config.region), opts=kept)
    logs = LogBucket(
        "logs",
        LogBucketArgs(
            bucket=config.store.logs,
            account=config.account,
            days=config.store.log_days,
            force_destroy=config.store.force_destroy,
        ),
        opts=kept,
    )
    bucket = ModelBucket(
        "models",
        ModelBucketArgs(
            bucket=config.store.bucket,
            force_destroy=config.store.force_destroy,
            tls=True,
            key=key.arn,
            logs=AccessLogs(bucket=logs.bucket, prefix=f"{BUCKETS}/"),
        ),
        opts=kept,
    )
    registry = Registry(
        "registry",
        RegistryArgs(
            config=config.registry,
            account=config.account,
            region=config.region,
            key=key.arn,
            force_destroy=config.store.force_destroy,
        ),
        opts=kept,
    )
    pipelines = (
        Pipelines(
            "pipelines",
            PipelinesArgs(
                github=config.access.github,
                artefacts=Artefacts(
                    account=config.account,
                    region=config.region,
                    bucket=bucket.arn,
                    key=key.arn,
                    repository=registry.repository,
                ),
            ),
            opts=ours,
        )
        if config.access.github
        else None
    )
    network = _network(config, logs.arn, provider, kept)
    eks = EksCluster(
        "cluster",
        EksClusterArgs(
            config=config.cluster,
            account=config.account,
            subnets=network.private,
            key=key.arn,
            administrators=_administrators(config, pipelines),
            protect=protect,
        ),
        opts=kept,
    )
    if pipelines:
        look("preview", eks.name, pipelines.preview, ResourceOptions(parent=pipelines))
    reached = known(Cluster, endpoint=eks.endpoint, certificate_authority=eks.certificate_authority, identifier=eks.arn)
    # Nodes need a provider of their own: all that others make in the cluster goes before the nodes that it is on.
    ground = cluster.provider(_kubeconfig(reached, eks.name, config.region), eks.arn, "cluster-ground")
    nodes = Nodes(
        "nodes",
        NodesArgs(
            config=config.nodes,
            cluster=eks.name,
            account=config.account,
            zones=config.zones,
            subnets=network.private,
            security_group=eks.security_group,
            key=key.arn,
            caches=registries.fetching(config.registry.caches, config.account, config.region),
            tags=tags,
            in_cluster=ground,
        ),
        opts=ours,
    )
    Addons(
        "addons",
        AddonsArgs(
            versions=config.cluster.addons,
            cluster=nodes.cluster,
            cluster_name=where,
            account=config.account,
            region=config.region,
            retention_days=config.cluster.log_retention_days,
            key=key.arn,
            bucket=bucket.arn,
            issuer=eks.issuer,
        ),
        opts=ours,
    )
    if config.access.github and config.access.github.runner:
        Runner(
            "runner",
            RunnerArgs(
                github=config.access.github,
                connection=config.access.github.runner.connection,
                name=where,
                account=config.account,
                region=config.region,
                network=network,
                cluster_group=eks.security_group,
                key=key.arn,
                retention_days=config.cluster.log_retention_days,
            ),
            opts=ours,
        )
    ModelReaders(
        "readers",
        ModelReadersArgs(
            readers=config.store.readers,
            cluster=eks.name,
            cluster_name=where,
            account=config.account,
            bucket=bucket.arn,
            key=key.arn,
        ),
        opts=ours,
    )
    Watch(
        "watch", WatchArgs(config=config.watch, name=where, cluster=eks.name, nat=network.nat, key=key.arn), opts=ours
    )
    entrance = NamedIngress(
        "entrance",
        IngressArgs(config=config.ingress, network=network, logs=logs.bucket, tags=tags, provider=provider),
        opts=ours,
    ).entrance

    api, dns = _services(config.cluster.service_cidr)
    return Foundation(
        provider=cluster.provider(_kubeconfig(reached, nodes.cluster, config.region), eks.arn),
        cluster=reached,
        registry=registry.address,
        model_store=known(ModelStore, url=bucket.url, region=config.region, environment={}),
        network=known(
            platform_outputs.Network,
            # EKS judges traffic to a Service before it is translated, so its address counts, too.
            api_server=network.private_cidrs.apply(lambda cidrs: [api, *_at(cidrs, _HTTPS)]),
            model_store=network.store.apply(lambda cidrs: [*_at(cidrs, _HTTPS), _POD_IDENTITY]),
        ),
        kubelets=network.private_cidrs.apply(lambda cidrs: _at(cidrs, _KUBELET)),
        dns=[dns],
        entrance=entrance,
        deployer=deployer(
            DeployedTo(
                name=eks.name,
                arn=eks.arn,
                region=config.region,
                deployers=[*config.access.deployers, *([pipelines.deploy] if pipelines else [])],
                provider=provider,
            )
        ),
    )


def _network(config: Aws, logs: pulumi.Input[str], provider: aws.Provider, kept: ResourceOptions) -> Surroundings:
    match config.network:
        case NetworkConfig(own=OwnNetwork() as own):
            args = NetworkArgs(
                own=own,
                region=config.region,
                account=config.account,
                copies_from=config.access.github.copies_from if config.access.github else [],
                zones=config.zones,
                logs=logs,
                name=config.cluster.name,
            )
            return Network("network", args, opts=kept).surroundings
        case NetworkConfig(existing=ExistingNetwork() as existing):
            return surroundings(existing, provider)
        case _:  # pragma: no cover - the configuration has exactly one of both
            raise AssertionError(config.network)


def _administrators(config: Aws, pipelines: Pipelines | None) -> dict[str, pulumi.Input[str]]:
    # EKS lets each in but once. By their places in the list, somebody's new entry would come before their former one
    # goes, and be refused. Of this account all are, so what their ARNs end with is theirs alone.
    named: dict[str, pulumi.Input[str]] = {arn.rpartition(":")[2]: arn for arn in config.access.administrators}
    return {**named, "pipelines": pipelines.deploy} if pipelines else named


def _kubeconfig(reached: pulumi.Output[Cluster], name: pulumi.Output[str], region: str) -> pulumi.Output[str]:
    """For whoever brings this stack up, who is one of the administrators."""
    administrator = known(EksRole, cluster_name=name, region=region)
    return pulumi.Output.all(reached, administrator).apply(lambda both: cluster.kubeconfig(both[0], both[1], "default"))


def _services(cidr: str) -> tuple[Address, str]:
    """Where EKS puts the Services of the Kubernetes API and of DNS: at the first and the tenth address."""
    network = ipaddress.ip_network(cidr)
    return Address(cidr=f"{network[1]}/32", port=_HTTPS), f"{network[10]}/32"


def _at(cidrs: list[str], port: int) -> list[Address]:
    return [Address(cidr=cidr, port=port) for cidr in cidrs]
