"""boto3 clients for the configured endpoints, and for nothing else."""

# botocore is untyped, and makes its classes at run time.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import boto3
import botocore.session
from botocore.config import Config

from sandbox.pulumi.plugins.aws.configuration import Configuration
from sandbox.pulumi.plugins.aws.shapes import LOADER

Client: TypeAlias = Any
"""A boto3 client."""


@dataclass(frozen=True)
class Api:
    """A service in a region, as a resource type gets to see it.

    Attributes:
        client: for the service.
        region: where it is.
        account: asks for the account's number.
        ending: is set when the engine wants to end, so that nobody goes on waiting.
    """

    client: Client
    region: str
    account: Callable[[], str]
    ending: threading.Event


class NoEndpointError(Exception):
    """A service is asked for whose endpoint isn't configured."""

    def __init__(self, service: str) -> None:
        super().__init__(
            f"no endpoint for {service!r} is configured, and the stand-in plugin never talks to AWS itself: "
            f"add {{'{service}': 'http://…'}} to the provider's `endpoints`"
        )


class Clients:
    """Makes each client once. Safe to use from several threads."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        # Keys that are given, so that boto3 never looks for some in files or at a metadata service.
        session = botocore.session.Session()
        session.register_component("data_loader", LOADER)
        self._session = boto3.Session(
            botocore_session=session,
            aws_access_key_id=configuration.access_key or os.environ.get("AWS_ACCESS_KEY_ID") or "stand-in",
            aws_secret_access_key=configuration.secret_key or os.environ.get("AWS_SECRET_ACCESS_KEY") or "stand-in",
            aws_session_token=configuration.token or os.environ.get("AWS_SESSION_TOKEN"),
        )
        self._made: dict[tuple[str, str], Client] = {}
        self._lock = threading.Lock()
        self._account = ""
        self.ending = threading.Event()

    def api(self, service: str, region: str | None = None) -> Api:
        """The service in `region`, else in the provider's.

        Raises:
            NoEndpointError: the configuration has no endpoint for the service.
        """
        region = region or self._configuration.region
        return Api(self.client(service, region), region, self.account, self.ending)

    def account(self) -> str:
        """The number of the account that the credentials belong to."""
        if not self._account:
            self._account = str(self.client("sts").get_caller_identity()["Account"])
        return self._account

    def client(self, service: str, region: str | None = None) -> Client:
        """The client for `service` in `region`, else in the provider's.

        Raises:
            NoEndpointError: the configuration has no endpoint for the service.
        """
        region = region or self._configuration.region
        url = self._configuration.url(service)
        if url is None:
            raise NoEndpointError(service)
        with self._lock:
            if (service, region) not in self._made:
                self._made[service, region] = self._new(service, region, url)
            return self._made[service, region]

    def _new(self, service: str, region: str, url: str) -> Client:
        config = Config(
            s3={"addressing_style": "path" if self._configuration.s3_use_path_style else "auto"},
            retries={"mode": "standard", "total_max_attempts": self._configuration.max_retries + 1},
            connect_timeout=5,
            read_timeout=30,
            proxies={},  # the machine's proxy has no business with an endpoint on the machine itself
            ignore_configured_endpoint_urls=True,
        )
        return self._session.client(service, region_name=region, endpoint_url=url, config=config)
