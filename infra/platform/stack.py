"""The platform on one screen: what serving stands on.

Not here: the cluster, the registry and the S3 service, which the sandbox (or whoever runs the cluster) provides on
`local`. The AWS foundation, which declares them, will give the same outputs.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions

from infra import cluster, labels, resources, traffic, versions
from infra.components.guarded_namespace import GuardedNamespace, GuardedNamespaceArgs
from infra.components.identity import Identity, IdentityArgs
from infra.labels import Component
from infra.platform import rights, traefik
from infra.platform.components import rollouts_controller as rollouts
from infra.platform.components.custom_resource_definitions import CustomResourceDefinitions
from infra.platform.components.gateway import Gateway, GatewayArgs
from infra.platform.components.model_bucket import ModelBucket, ModelBucketArgs
from infra.platform.components.rollouts_controller import RolloutsController, RolloutsControllerArgs
from infra.platform.config import PlatformConfig, Store


def build(config: PlatformConfig, kubeconfig: str, definitions: Sequence[Mapping[str, Any]]) -> None:
    """Declare the platform and export what serving needs of it.

    Args:
        config: the stack's configuration.
        kubeconfig: contents of the kubeconfig that it names.
        definitions: the controllers' CRDs.
    """
    foundation = config.foundation

    in_store = ResourceOptions(provider=_store_provider(foundation.store))
    in_cluster = ResourceOptions(provider=cluster.provider(kubeconfig, foundation.identifier))
    api_server = traffic.to_address(foundation.api_server.cidr, foundation.api_server.port)

    bucket = ModelBucket(
        "models",
        ModelBucketArgs(
            bucket=foundation.store.bucket,
            force_destroy=foundation.store.force_destroy,
            tls=foundation.store.endpoint.startswith("https://"),
        ),
        opts=in_store,
    )

    crds = CustomResourceDefinitions("crds", definitions, opts=in_cluster)

    gateway_namespace = GuardedNamespace(
        "gateway",
        # Twice the replicas: an upgrade brings new pods before old ones go.
        GuardedNamespaceArgs(name="gateway", quota=resources.quota([(traefik.RESOURCES, 2 * config.gateway.replicas)])),
        opts=in_cluster,
    )
    gateway_identity = Identity(
        traefik.NAME,
        IdentityArgs(
            namespace=gateway_namespace.name,
            labels=labels.labels(traefik.NAME, Component.GATEWAY, versions.TRAEFIK),
            everywhere=rights.TRAEFIK,
        ),
        opts=in_cluster,
    )
    gateway = Gateway(
        "traefik",
        GatewayArgs(
            namespace=gateway_namespace.name,
            account=gateway_identity.account,
            image=config.images.traefik,
            replicas=config.gateway.replicas,
            node_port=config.gateway.node_port,
            definitions=crds,
            api_server=api_server,
        ),
        opts=in_cluster,
    )

    rollouts_namespace = GuardedNamespace(
        "argo-rollouts",
        GuardedNamespaceArgs(name="argo-rollouts", quota=resources.quota([(rollouts.RESOURCES, 2)])),
        opts=in_cluster,
    )
    rollouts_identity = Identity(
        rollouts.NAME,
        IdentityArgs(
            namespace=rollouts_namespace.name,
            labels=labels.labels(rollouts.NAME, Component.ROLLOUTS_CONTROLLER, versions.ARGO_ROLLOUTS),
            everywhere=rights.ARGO_ROLLOUTS,
            at_home=rights.ARGO_ROLLOUTS_AT_HOME,
        ),
        opts=in_cluster,
    )
    RolloutsController(
        "argo-rollouts",
        RolloutsControllerArgs(
            namespace=rollouts_namespace.name,
            account=rollouts_identity.account,
            image=config.images.argo_rollouts,
            definitions=crds,
            api_server=api_server,
        ),
        opts=in_cluster,
    )

    pulumi.export("cluster", pulumi.Output.secret({"kubeconfig": kubeconfig, "identifier": foundation.identifier}))
    pulumi.export("registry", foundation.registry)
    pulumi.export(
        "modelStore",
        {
            "url": bucket.url,
            "region": foundation.store.region,
            "environment": _store_environment(foundation.store),
        },
    )
    pulumi.export(
        "gateway",
        {"url": config.gateway.url, "internalUrl": gateway.internal_url, "namespace": gateway_namespace.name},
    )
    pulumi.export(
        "network",
        {
            "apiServer": foundation.api_server.model_dump(),
            "modelStore": foundation.store.address.model_dump(),
        },
    )


def _store_provider(store: Store) -> aws.Provider:
    # Credentials come from the environment, as everywhere with AWS; the service is no AWS, so what only AWS has is
    # not asked for.
    return aws.Provider(
        "store",
        region=store.region,
        endpoints=[{"s3": store.endpoint}],
        s3_use_path_style=True,
        skip_credentials_validation=True,
        skip_metadata_api_check=True,
        skip_region_validation=True,
        skip_requesting_account_id=True,
    )


def _store_environment(store: Store) -> dict[str, str]:
    # Read by the store's client in pods and tools (obstore). The service takes any credentials, but no request
    # without some.
    return {
        "AWS_ENDPOINT_URL": store.endpoint,
        "AWS_ALLOW_HTTP": str(store.endpoint.startswith("http://")).lower(),
        "AWS_ACCESS_KEY_ID": "sandbox",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
    }
