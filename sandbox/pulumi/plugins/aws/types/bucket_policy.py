"""`aws:s3/bucketPolicy:BucketPolicy`."""

# A property value is JSON whose shape is the user's, so patterns decide at run time what a checker can't know.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

import json
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator

from sandbox.pulumi.plugins.aws.clients import Client
from sandbox.pulumi.plugins.aws.policy_document import equivalent
from sandbox.pulumi.plugins.aws.types.side_car import SideCar, side_car
from sandbox.pulumi.plugins.wire import Properties, Value, has_unknown


def _as_text(document: Value) -> Value:
    return json.dumps(document) if isinstance(document, dict) and not has_unknown(document) else document


def _is_json(text: str) -> str:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"isn't JSON: {error}") from None
    return text


class BucketPolicy(SideCar):
    """Inputs. A policy that is given as an object becomes its text, as in the official plugin."""

    policy: Annotated[str, BeforeValidator(_as_text), AfterValidator(_is_json)]


def _put(s3: Client, bucket: str, properties: Properties) -> None:
    s3.put_bucket_policy(Bucket=bucket, Policy=properties["policy"])


def _get(s3: Client, bucket: str) -> Properties:
    return {"policy": s3.get_bucket_policy(Bucket=bucket)["Policy"]}


def _remove(s3: Client, bucket: str) -> None:
    s3.delete_bucket_policy(Bucket=bucket)


BUCKET_POLICY: Final = side_car(
    BucketPolicy,
    put=_put,
    get=_get,
    remove=_remove,
    missing=["NoSuchBucketPolicy"],
    equivalent={"policy": equivalent},
)
