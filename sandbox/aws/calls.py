"""A request as AWS means it: which operation of which service, by whom, and with what."""

import io
import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

from botocore.exceptions import BotoCoreError
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from werkzeug.exceptions import NotFound

from sandbox.aws import accounts, services
from sandbox.aws.surroundings import Surroundings

_SIGNED: Final = re.compile(r"(?P<key>[^/\s=]+)/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
_NAMES: Final = {
    "aps": "amp",
    "elasticloadbalancing": "elbv2",
    "monitoring": "cloudwatch",
    "servicequotas": "service-quotas",
    "tagging": "resourcegroupstaggingapi",
}
"""botocore's names of services whose calls are signed with another."""
_CONTROL: Final = "/v20180820/"
"""How the paths of S3's control begin, which signs as S3 does."""


class UnknownCallError(Exception):
    """A request that says for which service it is, and is none of that service's operations that botocore knows."""


class Call:
    """A call of one of AWS's operations.

    Attributes:
        service: botocore's name of the service.
        operation: AWS's name of the operation.
        model: of the operation.
        protocol: that the caller speaks.
        account: the caller's, of twelve digits.
        region: that the call goes to.
        key: the caller's access key.
        surroundings: what this AWS leads to.
    """

    def __init__(self, request: Request, service: str, signed: Mapping[str, str], surroundings: Surroundings) -> None:
        """Read `request`.

        Raises:
            BotoCoreError: there is no such service.
            NotFound: the service has no such operation.
        """
        self._request = request
        self.model: Any
        self.model, self._path = get_service_router(service).match(request)
        self.service = service
        self.operation: str = self.model.name
        self.protocol = determine_request_protocol(get_service_model(service), request.content_type)
        self.key = signed["key"]
        self.region = signed["region"]
        self.account = accounts.of_key(self.key)
        self.surroundings = surroundings

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """What the operation is called with, by AWS's names."""
        request = self._request
        parsed: dict[str, Any] = PROTOCOL_PARSERS[self.protocol](self.model).parse(
            {
                "method": request.method,
                "values": request.values,
                "headers": request.headers,
                "body": request.get_data(),
                "url_path": request.path,
                "url_params": self._path,
            }
        )
        return parsed

    @property
    def backend(self) -> Any:
        """Moto's backend of the service, for the caller's account and the region."""
        return self.backend_of(self.service)

    def backend_of(self, service: str) -> Any:
        """Moto's backend of another service, for the same account and region."""
        return services.backend(service, self.account, self.region)

    def records(self, kind: str) -> dict[str, Any]:
        """What this server keeps itself of the service, for the account and the region. moto's state carries it."""
        return services.records(self.backend, kind)


def read(environment: Mapping[str, Any], body: bytes, surroundings: Surroundings) -> Call | None:
    """The call that a request makes, or None if S3 has to see for itself, which takes the requests of browsers too.

    Args:
        environment: of the request, as WSGI has it.
        body: what it carries.
        surroundings: what this AWS leads to.

    Raises:
        UnknownCallError: it is a call of something that nobody here knows.
    """
    request = Request({**environment, "wsgi.input": io.BytesIO(body)})
    signed = _signature(request)
    if signed["service"] == "s3" and request.path.startswith(_CONTROL):
        signed["service"] = "s3control"
    name = _NAMES.get(signed["service"], signed["service"])
    try:
        return Call(request, name, signed, surroundings)
    except (BotoCoreError, NotFound, NotImplementedError):
        if name == "s3":
            return None
        what = request.headers.get("X-Amz-Target") or request.values.get("Action") or f"{request.method} {request.path}"
        raise UnknownCallError(f"{what} of {name}") from None


def _signature(request: Request) -> dict[str, str]:
    text = request.headers.get("Authorization") or request.args.get("X-Amz-Credential") or ""
    if found := _SIGNED.search(text):
        return found.groupdict()
    # Who does not sign reads a bucket or asks for credentials.
    asks = str(request.values.get("Action", "")).startswith("AssumeRoleWith")
    return {"key": "", "region": "us-east-1", "service": "sts" if asks else "s3"}
