"""`python -m service`: the service in the foreground, until SIGTERM."""

import os
import signal
import sys
from types import FrameType


def _leave(_: int, __: FrameType | None) -> None:
    os._exit(0)


def main() -> int:
    """Run the service; returns the process's exit code."""
    # As a container's first process we would not even get a SIGTERM without a handler, and the imports below
    # take a second. The server sets its own later.
    signal.signal(signal.SIGTERM, _leave)

    from pydantic import ValidationError

    from service import logs, processes, tensorflow_model
    from service.settings import Settings

    try:
        settings = Settings()  # pyright: ignore[reportCallIssue] its fields come from the environment
    except ValidationError as error:
        for each in error.errors():
            name = ".".join(map(str, each["loc"])).upper()
            where = f"environment variable {name}" if name else "environment variables"
            print(f"{where}: {each['msg'].removeprefix('Value error, ')}", file=sys.stderr)
        return 2
    logs.configure(settings.log_level)
    tensorflow_model.configure(settings.tensorflow_threads)
    return processes.run(settings, tensorflow_model.load_saved_model, (sys.executable, "-m", "service"))


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    # Without Python's own farewell: it would wait for the model's thread, which may be in the middle of a
    # download or of TensorFlow's import, and there is nothing left to save.
    os._exit(code)
