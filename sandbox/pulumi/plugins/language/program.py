"""Runs one Pulumi program, as the process that the language host starts for each preview and update.

It runs as a script in the interpreter that the project names, so it imports only the standard library
and that environment's Pulumi SDK. What to run arrives as JSON on standard input: configuration holds
decrypted secrets, which an environment variable would hand on to every process the program starts.
"""

import asyncio
import gc
import json
import logging
import os
import runpy
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import Any

SHOWN = 32  # exit code: the error is already on the user's screen
ALLOCATIONS = 100_000  # between garbage collections; Python's 700 cost a tenth of the time that the SDKs' imports take


def main() -> int:
    """Configure the SDK, run the program in its stack, and return the exit code."""
    gc.set_threshold(ALLOCATIONS)
    request: dict[str, Any] = json.load(sys.stdin)
    try:
        import pulumi
        import pulumi.runtime
    except ModuleNotFoundError as missing:
        print(f"{sys.executable} has no module {missing.name!r}: install the project's dependencies into it")
        return 1
    pulumi.runtime.set_all_config(request["config"], request["secret_keys"])
    settings = pulumi.runtime.Settings(**request["settings"])
    pulumi.runtime.configure(settings)
    sys.argv = [request["program"], *request["arguments"]]
    os.chdir(request["folder"])

    def program() -> None:
        runpy.run_path(request["program"], run_name="__main__")

    # A failed resource leaves futures that nobody awaits; asyncio would complain about each one.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    executor = ThreadPoolExecutor(max_workers=max(request["settings"]["parallel"], 1) * 4)
    loop.set_default_executor(executor)
    try:
        loop.run_until_complete(pulumi.runtime.run_in_stack(program))
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
        return SHOWN
    except Exception:
        pulumi.log.error(f"Program failed with an unhandled exception:\n{_traceback_of_the_program()}")
        return SHOWN
    finally:
        executor.shutdown(wait=True)
        loop.close()
    return 0


def _traceback_of_the_program() -> str:
    """The current exception without the frames of this file, the SDK's scheduler and `runpy` above it."""
    kind, error, frames = sys.exc_info()
    summary = traceback.extract_tb(frames)
    last = max((i for i, frame in enumerate(summary) if "runpy" in frame.filename), default=-1)
    lines = traceback.format_list(summary[last + 1 :]) + traceback.format_exception_only(kind, error)
    return "".join(lines)


if __name__ == "__main__":
    sys.exit(main())
