"""An account on a server, with what other things need to be made."""

import json
from typing import Any, Protocol, cast

import pytest
from botocore.exceptions import ClientError

from sandbox.aws.accounts import key_of


class Server(Protocol):
    """A server of the sandbox's AWS."""

    @property
    def url(self) -> str:
        """Where it is."""
        ...

    def client(self, service: str, key: str = "test", **more: Any) -> Any:
        """A client of one of its services."""
        ...


class Account:
    """An account, by its key."""

    def __init__(self, server: Server, number: str) -> None:
        self.server = server
        self.number = number

    def client(self, service: str, **more: Any) -> Any:
        return self.server.client(service, key_of(self.number, "TEST"), **more)

    def network(self, zones: str = "ab") -> tuple[str, list[str]]:
        """A VPC with a subnet in each zone: their ids."""
        ec2 = self.client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        made = [
            ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"eu-central-1{zone}")
            for number, zone in enumerate(zones)
        ]
        return vpc, [one["Subnet"]["SubnetId"] for one in made]

    def role(self, name: str = "role", service: str = "eks.amazonaws.com") -> str:
        """A role that a service may take: its ARN."""
        return self.trusting(name, {"Principal": {"Service": service}, "Action": ["sts:AssumeRole", "sts:TagSession"]})

    def trusting(self, name: str, *statements: dict[str, Any]) -> str:
        """A role that statements say who may take: its ARN."""
        trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **one} for one in statements]}
        made = self.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
        return made["Role"]["Arn"]

    def cluster(self, name: str = "one", **more: Any) -> dict[str, Any]:
        """A cluster in a VPC of its own."""
        _, subnets = self.network()
        wanted: dict[str, Any] = {
            "roleArn": self.role(f"cluster-{name}"),
            "accessConfig": {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False},
            **more,
        }
        network = {"subnetIds": subnets, **wanted.pop("resourcesVpcConfig", {})}
        return self.client("eks").create_cluster(name=name, resourcesVpcConfig=network, **wanted)["cluster"]


class Refusal:
    """Expects that a call is refused with a code; afterwards `message` and `status` are what it said."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.message = ""
        self.status = 0

    def __enter__(self) -> "Refusal":
        return self

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> bool:
        if error is None:
            pytest.fail(f"it was not refused with {self.code}")
        if not isinstance(error, ClientError):
            return False
        response: Any = cast("Any", error).response
        assert response["Error"]["Code"] == self.code, response["Error"]
        self.message = response["Error"]["Message"]
        self.status = response["ResponseMetadata"]["HTTPStatusCode"]
        return True
