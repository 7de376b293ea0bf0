"""The servers that are compared, each alone on a core of its own while it is asked."""

import hashlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

from benchmarks.errors import BenchmarkError

CHECKOUT: Final = Path(__file__).parents[1]

READING: Final[Mapping[str, float]] = {"temperature": 79.0, "vibration": 4.7, "pressure": 7.2, "rpm": 2890.0}
"""A reading of the included model, in the units of its card."""

READY_WITHIN: Final = 60.0  # seconds; TensorFlow's import takes some
_MODEL: Final = "maintenance_predictor"
_VERSION: Final = "1.0.0"

# In a checkout of its own, so that each version of the service has a model as its own tools publish it.
_TRAIN: Final = (
    "from sandbox import state; from sandbox.journey import bundles; print(bundles.trained(state.default()))"
)
_PUBLISH: Final = "from slipway.cli import app; app()"


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How a server is started.

    Attributes:
        argv: its command; `{port}` stands for the port.
        folder: where it is run.
        variables: of its environment; `{port}` and `{other}` stand for ports.
    """

    argv: tuple[str, ...]
    folder: Path
    variables: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Server:
    """A server that answers predictions."""

    pid: int
    port: int

    def answer(self) -> bytes:
        """What it says to a reading.

        Raises:
            OSError: there is no answer, or none with status 200.
        """
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/predict",
            data=orjson.dumps(dict(READING)),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
            return answer.read()

    def processor_seconds(self) -> float:
        """What it has used of its core so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def floor(folder: Path, answer: bytes) -> Recipe:
    """A bare uvicorn, set up as the service has it, which gives the same answer to everything."""
    options = "--loop uvloop --http httptools --ws none --no-access-log --no-server-header --no-proxy-headers"
    return Recipe(
        argv=(*(sys.executable, "-m", "uvicorn", "benchmarks.floor:app"), *options.split(), "--port", "{port}"),
        folder=folder,
        variables={"FLOOR_ANSWER": answer.decode()},
    )


def service(checkout: Path, scratch: Path) -> Recipe:
    """The service of a checkout, with the included model, trained and published by that checkout.

    Args:
        checkout: with the service's code.
        scratch: for its store and its cache; must not exist.

    Raises:
        BenchmarkError: the model can't be trained or published.
    """
    store = scratch / "store"
    store.mkdir(parents=True)
    bundle = Path(_python(checkout, _TRAIN).splitlines()[-1]) / _VERSION
    _python(checkout, _PUBLISH, "model", "publish", str(bundle), "--version", _VERSION, "--store", f"file://{store}")
    manifest = (store / _MODEL / _VERSION / "manifest.json").read_bytes()
    return Recipe(
        argv=(interpreter(checkout), "-m", "service"),
        folder=checkout,
        variables={
            "MODEL_NAME": _MODEL,
            "MODEL_VERSION": _VERSION,
            "MODEL_MANIFEST": f"sha256:{hashlib.sha256(manifest).hexdigest()}",
            "MODEL_STORE": f"file://{store}",
            "MODEL_CACHE": str(scratch / "cache"),
            "RELEASE": "benchmark",
            "LISTEN_HOST": "127.0.0.1",
            "LISTEN_PORT": "{port}",
            "MONITORING_PORT": "{other}",
            "LOG_LEVEL": "WARNING",
        },
    )


def interpreter(checkout: Path) -> str:
    """The checkout's own Python, which alone imports that checkout's code wherever it is run.

    Raises:
        BenchmarkError: it has none.
    """
    python = sys.executable if checkout == CHECKOUT else str(checkout / ".venv" / "bin" / "python")
    if not Path(python).exists():
        raise BenchmarkError(f"{checkout} has no Python of its own: `make -C {checkout} .venv/.complete`")
    return python


def _python(checkout: Path, program: str, *arguments: str) -> str:
    done = subprocess.run(
        [interpreter(checkout), "-c", program, *arguments],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BenchmarkError(f"no model from {checkout}: {done.stderr[-2000:]}{done.stdout[-2000:]}")
    return done.stdout


@contextmanager
def started(recipe: Recipe, core: int) -> Generator[Server]:
    """Run a server on one core of the machine until the block ends; it has answered once when the block begins.

    Raises:
        BenchmarkError: it has ended, or didn't answer in time.
    """
    ports = _free_ports()
    with subprocess.Popen(
        [_with(part, ports) for part in recipe.argv],
        cwd=recipe.folder,
        env=os.environ | {name: _with(value, ports) for name, value in recipe.variables.items()},
        stderr=subprocess.DEVNULL,
    ) as process:
        os.sched_setaffinity(process.pid, {core})  # before it has threads, which take it over
        try:
            server = Server(pid=process.pid, port=ports["port"])
            _wait(server, process)
            yield server
        finally:
            process.kill()


def _with(value: str, ports: Mapping[str, int]) -> str:
    for name, port in ports.items():
        value = value.replace(f"{{{name}}}", str(port))
    return value


def _free_ports() -> dict[str, int]:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        return {"port": one.getsockname()[1], "other": other.getsockname()[1]}


def _wait(server: Server, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + READY_WITHIN
    while True:
        try:
            server.answer()
        except OSError as error:
            if process.poll() is not None or time.monotonic() > end:
                raise BenchmarkError(f"{process.args} doesn't answer: {error}") from None
            time.sleep(0.1)
        else:
            return
