"""What an image was built from, by whom, as a statement in the form of SLSA."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from imagestore.reference import Reference
from slipway.pipeline.checkout import Checkout

TYPE: Final = "https://slsa.dev/provenance/v1"
"""Type of its statement."""

_BUILD: Final = "https://slipway.dev/build/v1"
_LOCAL: Final = "https://slipway.dev/builder/local"


@dataclass(frozen=True)
class Run:
    """Who built.

    Attributes:
        builder: a URL that names the kind of it.
        invocation: a URL of this very run; None where nothing keeps one.
        source: URL of the repository.
    """

    builder: str
    invocation: str | None
    source: str | None

    @classmethod
    def of(cls, environment: Mapping[str, str], checkout: Checkout) -> Self:
        """The run of a pipeline that this is part of, or somebody's machine."""
        if environment.get("GITHUB_ACTIONS") == "true":
            server = f"{environment['GITHUB_SERVER_URL']}/{environment['GITHUB_REPOSITORY']}"
            run = f"{server}/actions/runs/{environment['GITHUB_RUN_ID']}/attempts/{environment['GITHUB_RUN_ATTEMPT']}"
            return cls(f"{environment['GITHUB_SERVER_URL']}/{environment['GITHUB_WORKFLOW_REF']}", run, server)
        if url := environment.get("CI_JOB_URL"):
            return cls(environment.get("CI_SERVER_URL", url), url, environment.get("CI_PROJECT_URL"))
        command = ("git", "-C", str(checkout.folder), "remote", "get-url", "origin")
        found = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
        # A URL may have a token in it.
        return cls(_LOCAL, None, found if found and "@" not in found else None)


def provenance(image: Reference, build: Mapping[str, Any], commit: str | None, run: Run) -> dict[str, Any]:
    """The statement.

    Args:
        image: what was built.
        build: of the stack's image: context, dockerfile and base.
        commit: that was checked out; None where files differed from it.
        run: who built.
    """
    base = str(build.get("base", ""))
    repository, _, digest = base.partition("@sha256:")
    sources = [{"uri": f"git+{run.source}" if run.source else "git", "digest": {"gitCommit": commit}}] if commit else []
    images = [{"uri": f"docker://{repository}", **({"digest": {"sha256": digest}} if digest else {})}] if base else []
    return {
        **statement(image, TYPE),
        "predicate": {
            "buildDefinition": {
                "buildType": _BUILD,
                "externalParameters": {key: build[key] for key in ("context", "dockerfile", "base") if key in build},
                "resolvedDependencies": [*sources, *images],
            },
            "runDetails": {
                "builder": {"id": run.builder},
                **({"metadata": {"invocationId": run.invocation}} if run.invocation else {}),
            },
        },
    }


def statement(image: Reference, kind: str) -> dict[str, Any]:
    """A statement about an image, but for what it says."""
    digest = image.digest.removeprefix("sha256:")
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": f"{image.registry}/{image.repository}", "digest": {"sha256": digest}}],
        "predicateType": kind,
    }


def here() -> Mapping[str, str]:
    """The environment that tells whose run this is."""
    return os.environ
