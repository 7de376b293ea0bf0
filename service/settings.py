"""The service's settings, read once from the environment; no other module reads it.

The names are the article's where it has them (MODEL_NAME, MODEL_VERSION, AWS_REGION), and OpenTelemetry's for traces.
The store's client reads its own variables (AWS_ENDPOINT_URL and the like), and so does the exporter of traces
(OTEL_EXPORTER_OTLP_HEADERS and the like); they are not repeated here.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, HttpUrl, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from modelstore.vocabulary import Digest, ModelName, ModelVersion, PublicKeyPem


class LogLevel(StrEnum):
    """How much is logged; DEBUG has a line for every request."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"


class Sampler(StrEnum):
    """Which requests are traced; `parentbased_` does what the request's own `traceparent` says where it has one."""

    ALWAYS_ON = "always_on"
    ALWAYS_OFF = "always_off"
    TRACEIDRATIO = "traceidratio"
    PARENTBASED_ALWAYS_ON = "parentbased_always_on"
    PARENTBASED_ALWAYS_OFF = "parentbased_always_off"
    PARENTBASED_TRACEIDRATIO = "parentbased_traceidratio"


def _collector(url: HttpUrl) -> HttpUrl:
    if url.username or url.password or url.query or url.fragment:
        raise ValueError(
            "only scheme, host, port and path are taken, like 'http://collector:4318'; what a collector asks for "
            "belongs into OTEL_EXPORTER_OTLP_HEADERS"
        )
    return url


Collector = Annotated[HttpUrl, AfterValidator(_collector)]


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
    model_public_key: PublicKeyPem | None = Field(
        default=None, description="key in PEM that the model has to be signed with, or it isn't loaded"
    )
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
        description="who sends it in X-Slipway-Synthetic is in no statistics of predictions; without it everybody is",
    )
    log_level: LogLevel = LogLevel.INFO

    processes: int = Field(
        default=1,
        ge=1,
        le=64,
        description="each has the model, a queue and connections of its own; more pods are better than more of these",
    )
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

    otel_exporter_otlp_endpoint: Collector | None = Field(
        default=None, description="collector that gets traces at /v1/traces; without it nothing is traced"
    )
    otel_exporter_otlp_traces_endpoint: Collector | None = Field(
        default=None, description="the same with its whole path, before the other"
    )
    otel_exporter_otlp_protocol: Literal["http/protobuf"] = Field(
        default="http/protobuf", description="the only one that is spoken"
    )
    otel_exporter_otlp_traces_protocol: Literal["http/protobuf"] | None = Field(
        default=None, description="the same, before the other"
    )
    otel_traces_exporter: Literal["otlp", "none"] = Field(default="otlp", description="'none': nothing is traced")
    otel_sdk_disabled: bool = Field(default=False, description="nothing is traced")
    otel_traces_sampler: Sampler = Field(default=Sampler.PARENTBASED_ALWAYS_ON, description="which requests are traced")
    otel_traces_sampler_arg: float = Field(
        default=1.0, ge=0, le=1, description="share of the requests, for the samplers with a ratio"
    )
    otel_bsp_max_queue_size: int = Field(
        default=2048, ge=1, description="spans that may wait for the collector; more are dropped"
    )
    otel_bsp_max_export_batch_size: int = Field(default=128, ge=1, description="spans that are sent at a time")
    otel_bsp_schedule_delay: int = Field(default=5000, ge=1, description="milliseconds until fewer are sent")

    @property
    def traces_endpoint(self) -> str | None:
        """Where spans are sent; None when nothing is traced."""
        if self.otel_sdk_disabled or self.otel_traces_exporter == "none":
            return None
        if self.otel_exporter_otlp_traces_endpoint:
            return str(self.otel_exporter_otlp_traces_endpoint)
        collector = self.otel_exporter_otlp_endpoint
        return f"{str(collector).rstrip('/')}/v1/traces" if collector else None

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
        if self.otel_bsp_max_export_batch_size > self.otel_bsp_max_queue_size:
            raise ValueError(
                f"OTEL_BSP_MAX_EXPORT_BATCH_SIZE={self.otel_bsp_max_export_batch_size} is above "
                f"OTEL_BSP_MAX_QUEUE_SIZE={self.otel_bsp_max_queue_size}: so many never wait; lower the first or raise "
                "the second"
            )
        return self
