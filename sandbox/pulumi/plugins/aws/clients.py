"""boto3 clients for the configured endpoints, and for nothing else."""

# botocore is untyped, and makes its classes at run time.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

import threading
from typing import Any, TypeAlias

import boto3
from botocore.config import Config

from sandbox.pulumi.plugins.aws.configuration import Configuration

Client: TypeAlias = Any
"""A boto3 client."""


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
        self._session = boto3.Session(
            aws_access_key_id=configuration.access_key or "stand-in",
            aws_secret_access_key=configuration.secret_key or "stand-in",
            aws_session_token=configuration.token,
        )
        self._made: dict[tuple[str, str], Client] = {}
        self._lock = threading.Lock()

    def client(self, service: str, region: str | None = None) -> Client:
        """The client for `service` in `region`, else in the provider's.

        Raises:
            NoEndpointError: the configuration has no endpoint for the service.
        """
        region = region or self._configuration.region
        url = self._configuration.urls.get(service)
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
