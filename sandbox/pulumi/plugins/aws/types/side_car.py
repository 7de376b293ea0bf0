"""What the resources beside a bucket have in common: the bucket's name is their id, and they end with it."""

from collections.abc import Callable, Collection, Mapping

from botocore.exceptions import ClientError

from sandbox.pulumi.plugins.aws.clients import Client
from sandbox.pulumi.plugins.aws.errors import code
from sandbox.pulumi.plugins.aws.resource_type import Resource, ResourceType
from sandbox.pulumi.plugins.wire import Properties, Value


class SideCar(Resource):
    """The inputs of every side-car."""

    bucket: str


def side_car(
    inputs: type[SideCar],
    *,
    put: Callable[[Client, str, Properties], None],
    get: Callable[[Client, str], Properties],
    remove: Callable[[Client, str], None],
    missing: Collection[str] = (),
    equivalent: Mapping[str, Callable[[Value, Value], bool]] | None = None,
) -> ResourceType:
    """The type of a bucket's side-car.

    Args:
        inputs: what a program may declare.
        put: writes the whole configuration.
        get: reads it as properties; AWS's errors tell that there is none.
        remove: takes it away.
        missing: the codes of these errors, beside a missing bucket.
        equivalent: see `ResourceType`.
    """
    gone = {"NoSuchBucket", "404", *missing}

    def create(client: Client, properties: Properties) -> str:
        put(client, properties["bucket"], properties)
        return properties["bucket"]

    def read(client: Client, bucket: str) -> Properties | None:
        try:
            live = get(client, bucket)
        except ClientError as error:
            if code(error) in gone:
                return None
            raise
        return {**live, "bucket": bucket, "region": client.meta.region_name}

    def delete(client: Client, bucket: str, last: Properties) -> None:
        try:
            remove(client, bucket)
        except ClientError as error:
            if code(error) not in gone:
                raise

    return ResourceType(
        inputs=inputs,
        service="s3",
        create=create,
        read=read,
        update=put,
        delete=delete,
        replaces=frozenset({"bucket", "region"}),
        computed=frozenset({"id", "region"}),
        equivalent=equivalent or {},
    )
