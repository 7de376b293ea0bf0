"""`python -m service.verify`: 0 when the release is served; otherwise 1, and the reason as the pod's last words."""

import os
import sys
import traceback
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
        return _fail(str(error), termination_log)
    except Exception as error:  # whatever it is, whoever waits for the release must hear of it
        traceback.print_exc()
        what = f"the verification itself broke off with {type(error).__name__}: {error}"
        return _fail(f"{what}; the Job's log says where", termination_log)
    return 0


def _fail(reason: str, termination_log: Path) -> int:
    line = " ".join(reason.split())
    _say(f"failed: {line}")
    with suppress(OSError):  # there is none outside of Kubernetes
        termination_log.write_bytes(line.encode()[:_LONGEST])
    return 1


if __name__ == "__main__":
    sys.exit(main())
