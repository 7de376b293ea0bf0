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
        model_name: for instance `maintenance_predictor`.
        model_version: for instance `1.1.0`.
        model_manifest: digest of the manifest.
        model_store: URL of the models' store; the ledger is beside it.
        image: the service's image by digest.
        release: id of the release.
        attempt: which try of it.
        timeout: seconds for all of it.
        gateway_host: host that the model's requests are for; empty when they may be for any.
        commit: what the release was made from; empty when the stack doesn't say.
    """

    namespace: str
    rollout: str
    gateway_url: str
    model_name: str
    model_version: str
    model_manifest: str
    model_store: str
    image: str
    release: str
    attempt: int
    timeout: float
    gateway_host: str = ""
    commit: str = ""

    def __str__(self) -> str:
        again = f" (attempt {self.attempt})" if self.attempt > 1 else ""
        return f"release {self.release} of {self.model_version}{again}"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read the environment of the Job.

        Raises:
            VerificationFailed: a variable is missing or is no number where one is needed.
        """
        return cls(
            namespace=value(environment, "NAMESPACE"),
            rollout=value(environment, "ROLLOUT"),
            gateway_url=value(environment, "GATEWAY_URL").rstrip("/"),
            model_name=value(environment, "MODEL_NAME"),
            model_version=value(environment, "MODEL_VERSION"),
            model_manifest=value(environment, "MODEL_MANIFEST"),
            model_store=value(environment, "MODEL_STORE"),
            image=value(environment, "IMAGE"),
            release=value(environment, "RELEASE"),
            attempt=round(number(environment, "ATTEMPT", "attempts")),
            timeout=number(environment, "TIMEOUT", "seconds"),
            gateway_host=environment.get("GATEWAY_HOST", ""),
            commit=environment.get("COMMIT", ""),
        )


def value(environment: Mapping[str, str], name: str) -> str:
    """A variable that must be there.

    Raises:
        VerificationFailed: it isn't, or is empty.
    """
    if not environment.get(name):
        raise VerificationFailed(f"environment variable {name} is not set; the Job must set it")
    return environment[name]


def number(environment: Mapping[str, str], name: str, of: str) -> float:
    """A variable that must be a number above 0.

    Raises:
        VerificationFailed: it isn't there, or is something else.
    """
    try:
        found = float(value(environment, name))
    except ValueError:
        found = 0.0
    if not 0 < found < float("inf"):
        raise VerificationFailed(f"{name} is {environment[name]!r}, which is no number of {of}")
    return found
