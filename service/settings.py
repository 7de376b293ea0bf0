"""The service's settings, read once from the environment; no other module reads it.

The names are the article's where it has them (MODEL_NAME, MODEL_VERSION, AWS_REGION). The store's client reads
its own variables (AWS_ENDPOINT_URL and the like), which are not repeated here.
"""

from enum import StrEnum
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from modelstore.vocabulary import Digest, ModelName, ModelVersion


class LogLevel(StrEnum):
    """How much is logged; DEBUG has a line for every request."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"


class Settings(BaseSettings):
    """What a pod is told; each field is the environment variable of the same name in capitals.

    Raises:
        pydantic.ValidationError: a variable is missing or its value is refused.
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    model_name: ModelName
    model_version: ModelVersion
    model_manifest: Digest = Field(description="digest of manifest.json: what may be served, and nothing else")
    model_store: str = Field(description="where models are published, like 's3://slipway-models/models'")
    model_cache: Path = Field(default=Path("/models"), description="folder for the downloaded model")
    release: str = Field(description="release id, told in /version")
    aws_region: str | None = Field(default=None, description="read by the store's client; needed for s3:// stores")

    listen_host: str = Field(default="0.0.0.0", description="a pod has its own network, and probes come from outside")  # noqa: S104
    listen_port: int = Field(default=8000, ge=0, le=65535)
    log_level: LogLevel = LogLevel.INFO

    tensorflow_threads: int = Field(
        default=1, ge=1, description="a small network gains nothing from more, and a pod has one or two cores"
    )
    waiting_limit: int = Field(default=256, ge=1, description="predictions that may wait; more get 429")
    request_seconds: float = Field(default=5.0, gt=0, description="a prediction that takes longer gets 504")
    body_limit: int = Field(default=64 * 1024, ge=1, description="bytes of a request body; more get 413")
    body_seconds: float = Field(default=10.0, gt=0, description="a body that takes longer to arrive gets 408")
    keep_alive_seconds: int = Field(
        default=100, gt=0, description="longer than the 90 s that Traefik keeps idle connections, or it races our close"
    )
    drain_seconds: float = Field(
        default=8.0, ge=0, description="accept for so long after SIGTERM: until every gateway knows that we are going"
    )
    finish_seconds: int = Field(default=15, gt=0, description="then requests in flight have so long to finish")
