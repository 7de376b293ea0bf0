"""`python -m tests.service.fake_service`: the whole server with a model that takes its time, without TensorFlow."""

import logging
import os
import sys
import threading
import time

from service import logs, processes
from service.settings import Settings
from service.tabular import Answers, Rows
from tests.service.fakes import FakeModel, hundredth_of_temperature

GOLDEN_TEMPERATURE = 85.0


def _slow_unless_golden(rows: Rows) -> Answers:
    # By its golden reading a model is known to be slow, and asked in its thread.
    golden = rows[0, 0] == GOLDEN_TEMPERATURE
    if not golden:
        logging.getLogger(__name__).info("asked on %s", threading.current_thread().name)
    time.sleep(float(os.environ.get("GOLDEN_SECONDS" if golden else "PREDICT_SECONDS", "0")))
    return hundredth_of_temperature(rows)


def _load(*_: object) -> FakeModel:
    time.sleep(float(os.environ.get("LOAD_SECONDS", "0")))
    return FakeModel(_slow_unless_golden)


if __name__ == "__main__":
    settings = Settings()  # pyright: ignore[reportCallIssue] its fields come from the environment
    logs.configure(settings.log_level)
    os._exit(processes.run(settings, _load, (sys.executable, "-m", "tests.service.fake_service")))
