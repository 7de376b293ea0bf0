"""What has to be served, as the Job's environment says it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self


class VerificationFailed(Exception):
    """The release isn't what the stack says; the message is the reason, in one line."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One release.

    Attributes:
        namespace: where the Rollout is.
        rollout: its name.
        gateway_url: where the model answers, with its route: `http://gateway/maintenance-predictor`.
        model_version: for instance `1.1.0`.
        model_manifest: digest of the manifest.
        release: id of the release.
        timeout: seconds for all of it.
        gateway_host: host that the model's requests are for; empty when they may be for any.
    """

    namespace: str
    rollout: str
    gateway_url: str
    model_version: str
    model_manifest: str
    release: str
    timeout: float
    gateway_host: str = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read the environment of the Job.

        Raises:
            VerificationFailed: a variable is missing or is no number where one is needed.
        """

        def value(name: str) -> str:
            if not environment.get(name):
                raise VerificationFailed(f"environment variable {name} is not set; the Job must set it")
            return environment[name]

        try:
            timeout = float(value("TIMEOUT"))
        except ValueError:
            raise VerificationFailed(f"TIMEOUT is {value('TIMEOUT')!r}, which is no number of seconds") from None
        return cls(
            namespace=value("NAMESPACE"),
            rollout=value("ROLLOUT"),
            gateway_url=value("GATEWAY_URL").rstrip("/"),
            model_version=value("MODEL_VERSION"),
            model_manifest=value("MODEL_MANIFEST"),
            release=value("RELEASE"),
            timeout=timeout,
            gateway_host=environment.get("GATEWAY_HOST", ""),
        )
