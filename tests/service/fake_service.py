"""`python -m tests.service.fake_service`: the whole server with a model that takes its time, without TensorFlow."""

import os
import time

from service import logs
from service.protocol import DeadlineProtocol
from service.server import serve
from service.settings import Settings
from tests.service.fakes import Answers, FakeModel, Rows

GOLDEN_TEMPERATURE = 85.0


def _slow_unless_golden(rows: Rows) -> Answers:
    seconds = 0.0 if rows[0, 0] == GOLDEN_TEMPERATURE else float(os.environ.get("PREDICT_SECONDS", "0"))
    return FakeModel(seconds=seconds).predict(rows)


def _load(*_: object) -> FakeModel:
    time.sleep(float(os.environ.get("LOAD_SECONDS", "0")))
    return FakeModel(_slow_unless_golden)


if __name__ == "__main__":
    settings = Settings()  # pyright: ignore[reportCallIssue] its fields come from the environment
    logs.configure(settings.log_level)
    DeadlineProtocol.head_seconds = float(os.environ.get("HEAD_SECONDS", "10"))
    serve(settings, _load)
    os._exit(0)
