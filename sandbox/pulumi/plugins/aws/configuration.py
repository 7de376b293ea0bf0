"""The provider's configuration: credentials, region, default tags, and the endpoints that may be talked to."""

# A property value is JSON whose shape is the user's, so patterns decide at run time what a checker can't know.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

import json
import os
from typing import Annotated, Final, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

from sandbox.pulumi.plugins import wire
from sandbox.pulumi.plugins.inputs import Inputs, normal
from sandbox.pulumi.plugins.wire import Properties, Value

# The SDK and the engine put these beside the provider's own inputs.
ENGINE_KEYS: Final = frozenset({"version", "pluginDownloadURL"})
ENDPOINT: Final = "AWS_ENDPOINT_URL"
"""The variable of the environment that names the endpoint of all services that have none of their own."""
AMAZON: Final = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws")


def _from_json(value: Value) -> Value:
    return json.loads(value) if isinstance(value, str) else value


def _stand_ins_only(endpoints: list[dict[str, str]]) -> list[dict[str, str]]:
    urls = [url for services in endpoints for url in services.values()]
    urls += [os.environ[ENDPOINT]] if os.environ.get(ENDPOINT) else []
    if not urls:
        raise ValueError(
            "the stand-in plugin talks only to endpoints that are configured here, as in {'s3': 'http://…'}, "
            f"or to the one of {ENDPOINT}"
        )
    for url in urls:
        host = urlsplit(url).hostname
        if host is None or host.endswith(AMAZON):
            raise ValueError(f"{url!r} isn't the address of a stand-in for AWS: use the official plugin with it")
    return endpoints


T = TypeVar("T")
Json = Annotated[T, BeforeValidator(_from_json)]
"""A value that SDKs send as JSON text, for a provider's configuration holds nothing but strings."""


class DefaultTags(Inputs):
    """Tags for every resource of the provider that can have some."""

    tags: Annotated[dict[str, str], Field(default_factory=dict)]


class Configuration(Inputs):
    """What the stand-in understands of the official plugin's configuration.

    Attributes:
        region: of resources that don't name their own.
        endpoints: maps from service name (`s3`) to URL.
        access_key: of whoever acts; without one it is the environment's, as for the official plugin.
        allowed_account_ids: the accounts that may be acted in; any if there are none.
        s3_use_path_style: `http://endpoint/bucket` instead of `http://bucket.endpoint`.
        max_retries: attempts after the first one.
        skip_credentials_validation: like the other `skip_` keys accepted and without effect: nothing is validated.
    """

    region: str
    endpoints: Annotated[Json[list[dict[str, str]]], AfterValidator(_stand_ins_only)] = Field([], validate_default=True)
    access_key: str | None = None
    secret_key: str | None = None
    token: str | None = None
    allowed_account_ids: Json[list[str]] = Field([])
    default_tags: Json[DefaultTags] = DefaultTags(tags={})
    s3_use_path_style: Json[bool] = False
    max_retries: Json[int] = 2
    skip_credentials_validation: Json[bool] = False
    skip_metadata_api_check: Json[bool] = True
    skip_region_validation: Json[bool] = True
    skip_requesting_account_id: Json[bool] = False

    def url(self, service: str) -> str | None:
        """The endpoint of a service, None if it has none."""
        own = {name: url for services in self.endpoints for name, url in services.items()}
        return own.get(service) or os.environ.get(ENDPOINT)


def checked(properties: Properties) -> Properties:
    """The configuration with defaults; unknowns pass.

    Raises:
        InvalidInputsError: a key isn't understood, or no endpoint is configured.
    """
    own = {key: value for key, value in properties.items() if key not in ENGINE_KEYS}
    return normal(Configuration, own)


def configuration(properties: Properties) -> Configuration:
    """The configuration that `properties` describe, all of them known.

    Raises:
        InvalidInputsError: a key isn't understood, or no endpoint is configured.
    """
    return Configuration.model_validate(wire.plain(checked(properties)))
