"""`python -m service.verify`: 0 when the release is served; otherwise 1, and the reason as the pod's last words."""

import os
import sys
import traceback
from pathlib import Path

from modelstore.ledger import Ledger
from modelstore.store_errors import StoreError
from service.verify.api_server import ApiServer
from service.verify.last_words import TERMINATION_LOG, leave, say
from service.verify.records import Records
from service.verify.verification import Verification
from service.verify.wanted import VerificationFailed, Wanted


def main(termination_log: Path = TERMINATION_LOG) -> int:
    """Verify the release that the environment names; returns the process's exit code."""
    try:
        wanted = Wanted.from_environment(os.environ)
        ledger = Ledger.of(wanted.model_store, wanted.namespace, wanted.model_name)
        records = Records(ledger=ledger, wanted=wanted, say=say)
        Verification(api=ApiServer.from_pod(os.environ), wanted=wanted, records=records, say=say).run()
    except (VerificationFailed, StoreError) as error:
        leave(str(error), termination_log)
        return 1
    except Exception as error:  # whatever it is, whoever waits for the release must hear of it
        traceback.print_exc()
        what = f"the verification itself broke off with {type(error).__name__}: {error}"
        leave(f"{what}; the Job's log says where", termination_log)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
