"""The service's settings, read once from the environment; no other module reads it.

The names are the article's where it has them (MODEL_NAME, MODEL_VERSION, AWS_REGION). The store's client reads
its own variables (AWS_ENDPOINT_URL and the like), which are not repeated here.
"""

from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator
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

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True, allow_inf_nan=False)

    model_name: ModelName
    model_version: ModelVersion
    model_manifest: Digest = Field(description="digest of manifest.json: what may be served, and nothing else")
    model_store: str = Field(description="where models are published, like 's3://slipway-models/models'")
    model_cache: Path = Field(default=Path("/models"), description="folder for the downloaded model")
    release: str = Field(description="release id, told in /version")
    aws_region: str | None = Field(default=None, description="read by the store's client; needed for s3:// stores")

    listen_host: str = Field(default="0.0.0.0", description="a pod has its own network, and probes come from outside")  # noqa: S104
    listen_port: int = Field(default=8000, ge=0, le=65535)
    monitoring_port: int = Field(
        default=8001, ge=0, le=65535, description="of probes and metrics, which a gateway must not reach"
    )
    synthetic_token: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="who sends it in X-Slipway-Synthetic stays out of all statistics; without it nobody does",
    )
    log_level: LogLevel = LogLevel.INFO

    tensorflow_threads: int = Field(
        default=1, ge=1, description="a small network gains nothing from more, and a pod has one or two cores"
    )
    batch_limit: int = Field(
        default=64, ge=1, le=1024, description="most rows of one call; how many are worth it is measured"
    )
    queue_seconds: float = Field(
        default=0.01,
        gt=0,
        description="predictions may wait so long, or for two calls if that is longer; more get 429",
    )
    request_seconds: float = Field(
        default=5.0, gt=0, description="a prediction that would take longer gets 503, one that does 504"
    )
    body_limit: int = Field(default=64 * 1024, ge=1, description="bytes of a request body; more get 413")
    body_seconds: float = Field(default=10.0, gt=0, description="a body that takes longer to arrive gets 408")
    head_bytes: int = Field(default=32 * 1024, ge=1024, description="of a request's line and headers; more get 431")
    head_seconds: float = Field(default=10.0, gt=0, description="a head that takes longer to arrive is hung up on")
    write_seconds: float = Field(default=10.0, gt=0, description="a client that reads no answer for so long is, too")
    connection_limit: int = Field(default=4096, ge=1, description="connections at a time; more get 503")
    keep_alive_seconds: int = Field(
        default=100, gt=0, description="longer than the 90 s that Traefik keeps idle connections, or it races our close"
    )
    drain_seconds: float = Field(
        default=8.0, ge=0, description="accept for so long after SIGTERM: until every gateway knows that we are going"
    )
    finish_seconds: int = Field(default=15, gt=0, description="then requests in flight have so long to finish")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.finish_seconds < self.request_seconds:
            raise ValueError(
                f"FINISH_SECONDS={self.finish_seconds} is less than REQUEST_SECONDS={self.request_seconds:g}: a "
                "request that is taken could not be finished; raise the first or lower the second"
            )
        if self.queue_seconds >= self.request_seconds:
            raise ValueError(
                f"QUEUE_SECONDS={self.queue_seconds:g} is not below REQUEST_SECONDS={self.request_seconds:g}: who has "
                "waited could not be answered; lower the first or raise the second"
            )
        if self.listen_port == self.monitoring_port != 0:
            raise ValueError(
                f"MONITORING_PORT={self.monitoring_port} is LISTEN_PORT too, so a gateway would reach the metrics; "
                "give another"
            )
        return self
