"""How requests get in: a network load balancer that EKS makes for the gateway's Service, under a name of its own.

It is internal unless the stack lets the internet in. TLS ends there, where there is a certificate: 1.2 or newer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from infra.platform.foundation.aws.config import Ingress
from infra.platform.foundation.aws.log_bucket import ENTRANCE
from infra.platform.foundation.aws.network import Surroundings
from infra.platform.foundation.foundation import Entrance, LoadBalancer

CLASS: Final = "eks.amazonaws.com/nlb"
_TLS: Final = "ELBSecurityPolicy-TLS13-1-2-2021-06"
_TTL_SECONDS: Final = 60

# A load balancer is slow to notice. A new pod gets requests after three to four minutes (aws/containers-roadmap#2511);
# EKS has no gate for that in Auto Mode, so a pod only counts after as long.
_REGISTRATION_SECONDS: Final = 240
# One that goes gets new ones for up to a minute and a half, and may finish those that it has in the time after it.
_DEREGISTRATION_SECONDS: Final = 120
_SLACK_SECONDS: Final = 30

_KEY: Final = "slipway-platform:foundation.aws.ingress"


@dataclass(frozen=True, kw_only=True)
class IngressArgs:
    """What there is to say of it.

    Attributes:
        config: the stack's `ingress`.
        network: where the load balancer is.
        logs: name of the bucket for its access logs.
        tags: of what EKS makes for it.
        provider: of AWS.
    """

    config: Ingress
    network: Surroundings
    logs: pulumi.Input[str]
    tags: Mapping[str, str]
    provider: aws.Provider


class NamedIngress(pulumi.ComponentResource):
    """The name with its zone and its certificate.

    Attributes:
        entrance: how requests get in, as the platform takes it.
    """

    entrance: Entrance

    def __init__(self, name: str, args: IngressArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:aws:Ingress", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        config = args.config

        if config.zone:
            zone = _checked(config.zone, config.host, args.provider)
        else:
            zone = aws.route53.Zone(
                f"{name}-zone",
                name=config.host.partition(".")[2],
                comment="Where the gateway is, for the VPC",
                vpcs=[{"vpc_id": args.network.vpc}],
                force_destroy=False,
                opts=child,
            ).zone_id
        certificate = config.certificate or (_issued(name, config.host, zone, child) if config.zone else None)

        def named(address: pulumi.Output[str]) -> None:
            aws.route53.Record(
                f"{name}-address",
                zone_id=zone,
                name=config.host,
                type="CNAME",
                ttl=_TTL_SECONDS,
                records=[address],
                opts=child,
            )

        self.entrance = Entrance(
            url=f"{'https' if config.tls else 'http'}://{config.host}",
            service_type="LoadBalancer",
            node_port=None,
            port=443 if config.tls else 80,
            load_balancer=LoadBalancer(
                class_name=CLASS,
                annotations=_annotations(args, certificate),
                open_to=list(config.public.open_to) if config.public else args.network.cidr.apply(lambda one: [one]),
                registration_seconds=_REGISTRATION_SECONDS,
                deregistration_seconds=_DEREGISTRATION_SECONDS + _SLACK_SECONDS,
                named=named,
            ),
        )
        self.register_outputs({})


def _checked(zone: str, host: str, provider: aws.Provider) -> pulumi.Output[str]:
    found = aws.route53.get_zone_output(zone_id=zone, opts=pulumi.InvokeOptions(provider=provider))

    def checked(known: list[object]) -> str:
        name = str(known[0]).removesuffix(".")
        if known[1]:
            raise pulumi.RunError(
                f"{_KEY}.zone = {zone!r} is private, and nobody outside could prove a name of it: take a public one"
            )
        if not host.endswith(f".{name}"):
            raise pulumi.RunError(
                f"{_KEY}.host = {host!r} is not below {name!r}, of which {zone!r} is the zone: change one"
            )
        return zone

    return pulumi.Output.all(found.name, found.private_zone).apply(checked)


def _issued(name: str, host: str, zone: pulumi.Input[str], child: pulumi.ResourceOptions) -> pulumi.Output[str]:
    """A certificate that is issued when the zone has shown that the name is ours; known then."""
    certificate = aws.acm.Certificate(
        f"{name}-certificate", domain_name=host, validation_method="DNS", key_algorithm="RSA_2048", opts=child
    )
    proof = certificate.domain_validation_options[0]
    record = aws.route53.Record(
        f"{name}-proof",
        zone_id=zone,
        name=proof.resource_record_name.apply(str),
        type=proof.resource_record_type.apply(str),
        ttl=_TTL_SECONDS,
        records=[proof.resource_record_value.apply(str)],
        opts=child,
    )
    return aws.acm.CertificateValidation(
        f"{name}-proven", certificate_arn=certificate.arn, validation_record_fqdns=[record.fqdn], opts=child
    ).certificate_arn


def _annotations(args: IngressArgs, certificate: pulumi.Input[str] | None) -> dict[str, pulumi.Input[str]]:
    public = args.config.public is not None
    subnets = args.network.public if public else args.network.private
    said: dict[str, pulumi.Input[str]] = {
        "scheme": "internet-facing" if public else "internal",
        "nlb-target-type": "ip",
        "subnets": subnets.apply(",".join),
        "attributes": pulumi.Output.format(
            "access_logs.s3.enabled=true,access_logs.s3.bucket={0},access_logs.s3.prefix={1},"
            "load_balancing.cross_zone.enabled=true",
            args.logs,
            ENTRANCE,
        ),
        "target-group-attributes": f"deregistration_delay.timeout_seconds={_DEREGISTRATION_SECONDS},"
        "deregistration_delay.connection_termination.enabled=true,preserve_client_ip.enabled=false",
        "additional-resource-tags": ",".join(f"{key}={value}" for key, value in args.tags.items()),
    }
    if certificate is not None:
        said |= {"ssl-cert": certificate, "ssl-ports": "443", "ssl-negotiation-policy": _TLS}
    return {f"service.beta.kubernetes.io/aws-load-balancer-{name}": value for name, value in said.items()}
