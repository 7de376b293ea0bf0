"""The words of models: each a string with a form, wherever it stands: manifest, setting, configuration, command."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field

NAME_LIMIT: Final = 40  # characters; Kubernetes names made from it stay below their 63
RESERVED: Final = ("risk_level", "recommended_action")
"""Fields that an answer has from its bands, so the output cannot have these names."""


def _digest(value: str) -> str:
    if not re.fullmatch(r"sha256:[0-9a-f]{64}", value):
        raise ValueError(f"{value!r} is not a digest, like 'sha256:' and 64 hexadecimal digits")
    return value


def _version(value: str) -> str:
    number = r"(0|[1-9][0-9]{0,8})"  # bounded: versions stand in labels, paths and metrics
    if not re.fullmatch(rf"{number}\.{number}\.{number}", value):
        shown = value if len(value) <= NAME_LIMIT else f"{value[:NAME_LIMIT]}…"
        raise ValueError(f"{shown!r} is not a model version, like '1.3.0' (9 digits at most in each number)")
    return value


def _model_name(value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", value) or len(value) > NAME_LIMIT:
        raise ValueError(
            f"{value!r} is not a model name, like 'maintenance_predictor' ({NAME_LIMIT} characters at most)"
        )
    return value


def _relative_path(value: str) -> str:
    parts = value.split("/")
    if value.startswith("/") or "\\" in value or any(part in ("", ".", "..") for part in parts):
        raise ValueError(f"{value!r} is not a path inside the model, like 'variables/variables.index'")
    return value


def _output_name(value: str) -> str:
    if value in RESERVED:
        raise ValueError(f"{value!r} is the name of a field that bands add to the answer; give the output another")
    return value


def _key(value: str) -> str:
    from modelstore.keys import PublicKey

    return PublicKey.of(value).pem


Digest = Annotated[str, AfterValidator(_digest)]
ModelName = Annotated[str, AfterValidator(_model_name)]
ModelVersion = Annotated[str, AfterValidator(_version)]
OutputName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60), AfterValidator(_output_name)]
PublicKeyPem = Annotated[str, AfterValidator(_key)]
RelativePath = Annotated[str, AfterValidator(_relative_path)]
