"""moto's services whose state is kept: what it is, how it comes back, and which calls can't have changed it."""

import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final

from moto import backends
from moto.core.common_models import BaseModel
from moto.s3.models import s3_backends

from sandbox.aws import pickling

SERVICES: Final = (
    "acm",
    "amp",
    "budgets",
    "cloudwatch",
    "ec2",
    "ecr",
    "eks",
    "iam",
    "kms",
    "logs",
    "route53",
    "s3",
    "s3control",
    "sns",
    "sqs",
    "sts",
)
"""By moto's names. The others work, but forget: SSM's backend does not come back from a pickle."""

_READS: Final = ("Describe", "Get", "List")
_ACTION: Final = re.compile(r"(?:^|&)Action=(\w+)")
_RPC: Final = re.compile(r"/service/[^/]+/operation/(\w+)$")


def track_nothing() -> None:
    """Let go of what was deleted: moto keeps each instance of its models in a list, for a page that shows them."""
    setattr(BaseModel, "__new__", _new)  # noqa: B010 (which the types forbid)


def look_once() -> None:
    """Find moto's modules once: by itself it looks through its folder with each request."""
    found = tuple(backends.list_of_moto_modules())
    setattr(backends, "list_of_moto_modules", lambda: found)  # noqa: B010 (as above)


def state() -> bytes:
    """Everything that the services hold, as one pickle: they refer to one another's objects."""
    held = {name: {account: dict(regions) for account, regions in found.items()} for name, found in _used()}
    return pickling.dumps((held, s3_backends.bucket_accounts))


def read(content: bytes) -> Any:
    """What `state` has put into bytes, for `restore`. Reading alone changes nothing.

    Raises:
        Exception: whatever reading a damaged pickle can raise.
    """
    return pickling.loads(content)


def restore(content: Any) -> None:
    """Give the services the state that `read` returned."""
    held, owners = content
    for name, accounts in held.items():
        for account, regions in accounts.items():
            _backends(name)[account].update(regions)
    s3_backends.bucket_accounts.update(owners)


def backend(service: str, account: str, region: str) -> Any:
    """Moto's backend of a service, for an account and a region. A service without regions has one for all.

    Raises:
        KeyError: moto has no such service.
    """
    regions = _backends(service)[account]
    return regions[region if region in regions else "aws"]


def every(service: str) -> Iterator[Any]:
    """Moto's backends of a service, of all accounts and regions that have one."""
    for name, accounts in _used():
        if name == service:
            for regions in accounts.values():
                yield from regions.values()


def records(owner: Any, kind: str) -> dict[str, Any]:
    """What this server keeps beside what moto keeps, in one of moto's objects, so that it goes where that goes.

    Args:
        owner: an object of moto's state.
        kind: what is kept; plain data only, so that older and newer servers can read one another's state.
    """
    attributes: dict[str, Any] = owner.__dict__
    kept: dict[str, dict[str, Any]] = attributes.setdefault("slipway", {})
    return kept.setdefault(kind, {})


def extent() -> int:
    """How many backends there are. A first call to a region makes one, and EC2's has networks in it from the start."""
    return sum(len(regions) for _, found in _used() for regions in found.values())


def only_reads(environment: Mapping[str, Any], body: bytes) -> bool:
    """Whether a request is one that changes nothing. One that is not known counts as a change.

    Args:
        environment: of the request, as WSGI has it.
        body: what it carries.
    """
    operation = _operation(environment, body)
    if operation:
        return operation.startswith(_READS)
    return environment["REQUEST_METHOD"] in {"GET", "HEAD", "OPTIONS"}


def _operation(environment: Mapping[str, Any], body: bytes) -> str | None:
    if target := environment.get("HTTP_X_AMZ_TARGET"):
        return str(target).rpartition(".")[2]
    if found := _RPC.search(environment["PATH_INFO"]) or _ACTION.search(environment.get("QUERY_STRING", "")):
        return found[1]
    if str(environment.get("CONTENT_TYPE", "")).startswith("application/x-www-form-urlencoded"):
        found = _ACTION.search(body.decode(errors="replace"))
        return found[1] if found else None
    return None


def _used() -> Iterator[tuple[str, Any]]:
    # A service that was not loaded has no state, and to load all of them takes seconds.
    for name in SERVICES:
        if f"moto.{name}.models" in sys.modules:
            yield name, _backends(name)


def _backends(name: Any) -> Any:
    return backends.get_backend(name)  # pyright: ignore[reportUnknownVariableType] (which one, the name says)


def _new(kind: type[Any], *_: Any, **__: Any) -> Any:
    return object.__new__(kind)
