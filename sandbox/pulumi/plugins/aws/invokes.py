"""Functions that programs call: who am I, where am I."""

# botocore is untyped, and makes its classes at run time.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from collections.abc import Callable, Mapping
from typing import Final

from botocore.loaders import Loader

from sandbox.pulumi.plugins.aws.clients import Clients
from sandbox.pulumi.plugins.wire import Properties


def _caller_identity(clients: Clients, region: str) -> Properties:
    answer = clients.client("sts", region).get_caller_identity()
    return {"accountId": answer["Account"], "arn": answer["Arn"], "userId": answer["UserId"], "id": answer["Account"]}


def _region(clients: Clients, region: str) -> Properties:
    description = partition(region)["regions"].get(region, {}).get("description", region)
    endpoint = f"ec2.{region}.{partition(region)['dnsSuffix']}"
    return {"region": region, "name": region, "id": region, "description": description, "endpoint": endpoint}


def _partition(clients: Clients, region: str) -> Properties:
    found = partition(region)
    suffix = found["dnsSuffix"]
    reverse = ".".join(reversed(suffix.split(".")))
    return {
        "partition": found["partition"],
        "id": found["partition"],
        "dnsSuffix": suffix,
        "reverseDnsPrefix": reverse,
    }


def partition(region: str) -> Properties:
    """Botocore's entry for the partition that `region` lies in, AWS's commercial one if it knows no such region."""
    partitions: list[Properties] = Loader().load_data("endpoints")["partitions"]
    return next((found for found in partitions if region in found["regions"]), partitions[0])


INVOKES: Final[Mapping[str, Callable[[Clients, str], Properties]]] = {
    "aws:index/getCallerIdentity:getCallerIdentity": _caller_identity,
    "aws:index/getPartition:getPartition": _partition,
    "aws:index/getRegion:getRegion": _region,
}
