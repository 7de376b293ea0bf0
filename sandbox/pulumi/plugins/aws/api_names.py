"""Pulumi's property names and those of AWS's APIs: `kmsMasterKeyId` is `KMSMasterKeyID` there."""

# A property value is JSON whose shape is the user's, so patterns decide at run time what a checker can't know.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from typing import Final

from sandbox.pulumi.plugins.wire import Value

# Names that aren't simply the other with a capital letter.
IRREGULAR: Final = {
    "id": "ID",
    "kmsMasterKeyId": "KMSMasterKeyID",
    "mfaDelete": "MFADelete",
    "sseAlgorithm": "SSEAlgorithm",
}
_PROPERTIES: Final = {api: name for name, api in IRREGULAR.items()}


def to_api(value: Value) -> Value:
    """`value` as an API's argument; tags become a list of keys with values."""
    match value:
        case dict():
            return {
                IRREGULAR.get(key, key[:1].upper() + key[1:]): tag_set(item) if key == "tags" else to_api(item)
                for key, item in value.items()
            }
        case list():
            return [to_api(item) for item in value]
        case _:
            return value


def from_api(value: Value) -> Value:
    """An API's answer as properties, the reverse of `to_api`."""
    match value:
        case dict():
            return {
                _PROPERTIES.get(key, key[:1].lower() + key[1:]): tags(item) if key == "Tags" else from_api(item)
                for key, item in value.items()
            }
        case list():
            return [from_api(item) for item in value]
        case _ if hasattr(value, "isoformat"):
            return value.isoformat().replace("+00:00", "Z")
        case _:
            return value


def tag_set(of: dict[str, str]) -> list[dict[str, str]]:
    """Tags as AWS's APIs want them, in the order of their keys."""
    return [{"Key": key, "Value": value} for key, value in sorted(of.items())]


def tags(of: list[dict[str, str]]) -> dict[str, str]:
    """Tags as a map."""
    return {tag["Key"]: tag["Value"] for tag in of}
