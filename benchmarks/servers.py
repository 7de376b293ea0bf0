"""The servers that are compared, each alone on a core of its own while it is asked."""

import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Collection, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from benchmarks import cache, processes, weights
from benchmarks.errors import BenchmarkError
from benchmarks.questions import ARTICLES, BENTOML, V2, Question

CHECKOUT: Final = Path(__file__).parents[1]

FLOOR: Final = "floor"
SERVICE: Final = "service"

READY_WITHIN: Final = 180.0  # seconds; some import TensorFlow in several processes on the one core
POLL: Final = 0.05  # seconds between two questions whether it answers yet
ENDED_WITHIN: Final = 20.0  # seconds; what is left then is killed
ANSWER_WITHIN: Final = 30.0  # seconds; the first answer may be slow

_MODEL: Final = "maintenance_predictor"
_VERSION: Final = "1.0.0"

ONE_THREAD: Final = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "2"}
"""Every server has one core, so all are told what the service tells TensorFlow by itself."""

_NONE: Final[Mapping[str, str]] = {}

# In a checkout of its own, so that each version of the service has a model as its own tools publish it.
_TRAIN: Final = (
    "from sandbox import state; from sandbox.journey import bundles; print(bundles.trained(state.default()))"
)
_PUBLISH: Final = "from slipway.cli import app; app()"


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How a server is started and asked.

    Attributes:
        argv: its command; `{port}` stands for the port.
        folder: where it is run.
        variables: of its environment; `{port}`, `{other}` and `{third}` stand for ports.
        question: what it is asked.
    """

    argv: tuple[str, ...]
    folder: Path
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    question: Question = ARTICLES


@dataclass(frozen=True, kw_only=True)
class Published:
    """The model of a weight, published by a checkout's own tools.

    Attributes:
        store: that it is in.
        manifest: digest of its manifest.
        files: its SavedModel.
        call: milliseconds of a call with one row.
    """

    store: Path
    manifest: str
    files: Path
    call: float


@dataclass(frozen=True, kw_only=True)
class Server:
    """A server that answers predictions.

    Attributes:
        pid: of its first process.
        port: on loopback.
        question: what it is asked.
        start: seconds from its process's begin to its first answer.
    """

    pid: int
    port: int
    question: Question
    start: float = 0.0

    def answer(self) -> bytes:
        """What it says to its question.

        Raises:
            OSError: there is no answer, or none with status 200.
        """
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{self.question.path}",
            data=self.question.body,
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=ANSWER_WITHIN) as answer:  # noqa: S310
            return answer.read()

    def processor_seconds(self) -> float:
        """What it and its processes have used of their core so far."""
        return processes.processor_seconds(self.pid)


def floor(answer: bytes) -> Recipe:
    """A bare uvicorn, set up as the service has it, which gives the same answer to everything."""
    options = "--loop uvloop --http httptools --ws none --no-access-log --no-server-header --no-proxy-headers"
    return Recipe(
        argv=(*(sys.executable, "-m", "uvicorn", "benchmarks.floor:app"), *options.split(), "--port", "{port}"),
        folder=CHECKOUT,
        variables={"FLOOR_ANSWER": answer.decode()},
    )


def publish(checkout: Path, weight: str, scratch: Path) -> Published:
    """Train, weigh and publish the included model with the code of a checkout.

    Args:
        checkout: with the service's code.
        weight: one of `weights.LAYERS`.
        scratch: for its store; must not exist.

    Raises:
        BenchmarkError: the model can't be trained or published.
    """
    trained = Path(_python(checkout, "-c", _TRAIN).splitlines()[-1]) / _VERSION
    bundle, store = scratch / "bundle", scratch / "store"
    shutil.copytree(trained, bundle)
    store.mkdir(parents=True)
    built = _python(CHECKOUT, "-m", "benchmarks.weights", str(bundle), str(weights.LAYERS[weight]))
    arguments = ("model", "publish", str(bundle), "--version", _VERSION, "--store", f"file://{store}")
    _python(checkout, "-c", _PUBLISH, *arguments)
    manifest = (store / _MODEL / _VERSION / "manifest.json").read_bytes()
    return Published(
        store=store,
        manifest=f"sha256:{hashlib.sha256(manifest).hexdigest()}",
        files=bundle / "saved_model",
        call=json.loads(built.splitlines()[-1])["call (ms)"],
    )


def service(checkout: Path, model: Published, cache_folder: Path) -> Recipe:
    """The service of a checkout.

    Raises:
        BenchmarkError: the checkout has no Python.
    """
    return Recipe(
        argv=(interpreter(checkout), "-m", "service"),
        folder=checkout,
        variables={
            "MODEL_NAME": _MODEL,
            "MODEL_VERSION": _VERSION,
            "MODEL_MANIFEST": model.manifest,
            "MODEL_STORE": f"file://{model.store}",
            "MODEL_CACHE": str(cache_folder),
            "RELEASE": "benchmark",
            "LISTEN_HOST": "127.0.0.1",
            "LISTEN_PORT": "{port}",
            "MONITORING_PORT": "{other}",
            "LOG_LEVEL": "WARNING",
        },
    )


def peers(model: Path, only: Collection[str] = ()) -> dict[str, Recipe]:
    """What users would take instead, each in an environment of its own, by the name in the table.

    Args:
        model: the SavedModel.
        only: those that are wanted; empty for all.

    Raises:
        BenchmarkError: an environment can't be made, or there is no such server.
    """
    makes = _peers(model)
    if unknown := set(only) - makes.keys() - {FLOOR, SERVICE}:
        raise BenchmarkError(f"no such server: {', '.join(sorted(unknown))}; there are {', '.join(makes)}")
    return {name: make() for name, make in makes.items() if not only or name in only}


def _peers(model: Path) -> dict[str, Callable[[], Recipe]]:

    def recipe(
        peer: str, *argv: str, question: Question = ARTICLES, variables: Mapping[str, str] = _NONE
    ) -> Callable[[], Recipe]:
        def make() -> Recipe:
            python = str(cache.environment(peer))
            path = f"{Path(python).parent}:{os.environ['PATH']}"  # some start `python` or programs of their own
            own = ONE_THREAD | {"MODEL": str(model), "PORT": "{port}", "PATH": path} | dict(variables)
            return Recipe(argv=(python, *argv), folder=cache.PEERS / peer, variables=own, question=question)

        return make

    quiet = ["--host", "127.0.0.1", "--port", "{port}", "--no-access-log", "--log-level", "warning"]
    in_ray = {"RAY_USAGE_STATS_ENABLED": "0"}
    haproxy = in_ray | {"RAY_SERVE_ENABLE_HA_PROXY": "1", "RAY_SERVE_THROUGHPUT_OPTIMIZED": "1"}
    in_mlserver = {
        "MLSERVER_HTTP_PORT": "{port}",
        "MLSERVER_GRPC_PORT": "{other}",
        "MLSERVER_METRICS_PORT": "{third}",
        "MLSERVER_HOST": "127.0.0.1",
        "MLSERVER_DEBUG": "false",  # it is true by itself, and writes a line for each request
        "MLSERVER_PARALLEL_WORKERS": "0",  # a second process only costs where there is one core
        "MLSERVER_MODEL_URI": str(model),
    }
    serve = ("-m", "bentoml", "serve", "app:Maintenance", "--host", "127.0.0.1", "--port", "{port}")
    return {
        "FastAPI": recipe("fastapi", "-m", "uvicorn", "app:app", *quiet),
        "article": recipe("article", "serve.py"),
        "BentoML": recipe("bentoml", *serve, question=BENTOML, variables={"BENTOML_DO_NOT_TRACK": "True"}),
        "LitServe": recipe("litserve", "app.py"),
        "Ray Serve": recipe("ray", "app.py", variables=in_ray),
        "Ray Serve, HAProxy": recipe("ray", "app.py", variables=haproxy),
        "MLServer": recipe("mlserver", "-m", "mlserver.cli.main", "start", ".", question=V2, variables=in_mlserver),
    }


def interpreter(checkout: Path) -> str:
    """The checkout's own Python, which alone imports that checkout's code wherever it is run.

    Raises:
        BenchmarkError: it has none.
    """
    python = sys.executable if checkout == CHECKOUT else str(checkout / ".venv" / "bin" / "python")
    if not Path(python).exists():
        raise BenchmarkError(f"{checkout} has no Python of its own: `make -C {checkout} .venv/.complete`")
    return python


def _python(checkout: Path, *arguments: str) -> str:
    done = subprocess.run(
        [interpreter(checkout), *arguments],
        cwd=checkout,
        env=os.environ | ONE_THREAD,
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
    processes.adopt_orphans()
    begun = time.monotonic()
    with subprocess.Popen(
        [_with(part, ports) for part in recipe.argv],
        cwd=recipe.folder,
        env=os.environ | {name: _with(value, ports) for name, value in recipe.variables.items()},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        os.sched_setaffinity(process.pid, {core})  # before it has threads and children, which take it over
        try:
            server = Server(pid=process.pid, port=ports["port"], question=recipe.question)
            _wait(server, process)
            yield replace(server, start=time.monotonic() - begun)
        finally:
            processes.end(process.pid, ENDED_WITHIN)


def _with(value: str, ports: Mapping[str, int]) -> str:
    for name, port in ports.items():
        value = value.replace(f"{{{name}}}", str(port))
    return value


def _free_ports() -> dict[str, int]:
    taken = {name: socket.create_server(("127.0.0.1", 0)) for name in ("port", "other", "third")}
    try:
        return {name: each.getsockname()[1] for name, each in taken.items()}
    finally:
        for each in taken.values():
            each.close()


def _wait(server: Server, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + READY_WITHIN
    while True:
        try:
            server.answer()
        except OSError as error:
            if process.poll() is not None or time.monotonic() > end:
                raise BenchmarkError(f"{process.args} doesn't answer: {error}") from None
            time.sleep(POLL)
        else:
            return
