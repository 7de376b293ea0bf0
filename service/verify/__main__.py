"""`python -m service.verify`: 0 when the release is served; otherwise 1, and the reason as the pod's last words."""

import os
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from service.verify.api_server import ApiServer
from service.verify.verification import Verification
from service.verify.wanted import VerificationFailed, Wanted

TERMINATION_LOG: Final = Path("/dev/termination-log")

_LONGEST: Final = 4000
"""Bytes; Kubernetes keeps 4096 of a termination message."""


def _say(line: str) -> None:
    print(f"{datetime.now(UTC):%H:%M:%S} {line}", flush=True)


def main(termination_log: Path = TERMINATION_LOG) -> int:
    """Verify the release that the environment names; returns the process's exit code."""
    try:
        wanted = Wanted.from_environment(os.environ)
        Verification(api=ApiServer.from_pod(os.environ), wanted=wanted, say=_say).run()
    except VerificationFailed as error:
        reason = " ".join(str(error).split())
        _say(f"failed: {reason}")
        with suppress(OSError):  # there is none outside of Kubernetes
            termination_log.write_bytes(reason.encode()[:_LONGEST])
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
