"""Names for resources that a program leaves without one."""

import hashlib
import secrets
from typing import Final

from pulumi.runtime.proto import provider_pb2 as rpc

from sandbox.pulumi.plugins.aws.resource_type import Autoname
from sandbox.pulumi.plugins.inputs import Failure, InvalidInputsError
from sandbox.pulumi.plugins.wire import Properties

DIGITS: Final = 7  # random hexadecimal digits, as the official plugin appends


def named(autoname: Autoname, request: rpc.CheckRequest, olds: Properties, news: Properties) -> Properties:
    """`news` with a name: the program's, else the one given before, else a new one.

    Args:
        autoname: which property it is.
        request: has the resource's name, the seed of randomness, and the project's own wishes for names.
        olds: the inputs as last checked; `__defaults` lists those that the plugin filled in.
        news: the program's inputs.

    Raises:
        InvalidInputsError: the name would be too long, or the project forbids automatic names.
    """
    key = autoname.property
    if news.get(key) is not None:
        return news
    if key in olds.get("__defaults", []) and key in olds:
        return {**news, key: olds[key]}
    return {**news, key: _new(autoname, request)}


def _new(autoname: Autoname, request: rpc.CheckRequest) -> str:
    wish = request.autonaming
    if request.HasField("autonaming") and wish.mode == rpc.CheckRequest.AutonamingOptions.DISABLE:
        raise InvalidInputsError([Failure(autoname.property, "must be given: the project disables automatic names")])
    if request.HasField("autonaming") and wish.proposed_name:
        name = wish.proposed_name
    else:
        seed = request.randomSeed or secrets.token_bytes(16)
        name = f"{autoname.prefix}{request.name}-{hashlib.sha256(seed).hexdigest()[:DIGITS]}"
    if len(name) > autoname.limit:
        reason = f"the automatic name {name!r} is longer than {autoname.limit} characters: give one"
        raise InvalidInputsError([Failure(autoname.property, reason)])
    return name.lower()
