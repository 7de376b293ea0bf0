"""The recorded sample under our plugin: what was run, and what each run did.

The stacks have nothing in common, so their runs go side by side: most of the time is spent waiting for pods.
"""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from sandbox.engine.cli import Cli
from sandbox.engine.events import Event, name_of
from sandbox.state import State

FOLDER: Final = Path(__file__).parent
RECORDED: Final[dict[str, list[dict[str, Any]]]] = json.loads((FOLDER / "recorded" / "cases.json").read_text())
CASES: Final = {case["case"]: case for kind in RECORDED.values() for case in kind}

PREFIX: Final = "conformance"  # of every namespace that these tests make
PATIENCE: Final = 600  # seconds; a run that takes longer hangs
AT_ONCE: Final = 3  # stacks
QUIET: Final = {"same", "refresh", "read"}  # steps that change nothing
STACK: Final = "pulumi:pulumi:Stack"
TOGETHER: Final = ("sample", "env", "selector", "name", "endpoints", "parts")


@dataclass(frozen=True)
class Step:
    """One step of the engine."""

    op: str
    type: str
    name: str
    diff: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Run:
    """One preview, update or refresh: whether it went through, and what it did and said."""

    ok: bool
    steps: tuple[Step, ...]
    failed: tuple[tuple[str, str], ...] = ()
    messages: tuple[tuple[str, str, str], ...] = ()

    def of(self, block: str, names: set[str] | None = None) -> "Run":
        """The part that is about one block, or some resources of it, with the block's name taken off."""

        def mine(name: str) -> bool:
            place, _, rest = name.partition(".")
            return place == block and (names is None or rest in names)

        return Run(
            self.ok,
            tuple(Step(s.op, s.type, s.name.partition(".")[2], s.diff) for s in self.steps if mine(s.name)),
            tuple((op, name.partition(".")[2]) for op, name in self.failed if mine(name)),
            tuple((kind, name.partition(".")[2], text) for kind, name, text in self.messages if mine(name)),
        )

    def said(self, severity: str) -> str:
        """All messages of one severity."""
        return "\n".join(text for kind, _, text in self.messages if kind == severity)


def _run_of(events: Sequence[Event], *, ok: bool) -> Run:
    steps = [event.resource_pre_event.metadata for event in events if event.resource_pre_event]
    failed = [event.res_op_failed_event.metadata for event in events if event.res_op_failed_event]
    messages = [event.diagnostic_event for event in events if event.diagnostic_event]
    return Run(
        ok,
        tuple(
            Step(s.op, s.type, name_of(s.urn), {path: each.diff_kind for path, each in (s.detailed_diff or {}).items()})
            for s in steps
            if s.op not in QUIET and s.type != STACK
        ),
        tuple((step.op, name_of(step.urn)) for step in failed if step.type != STACK),
        tuple(
            (each.severity, name_of(each.urn), each.message.strip()) for each in messages if each.severity != "debug"
        ),
    )


class Sample:
    """A stack of the sample program with some of its blocks."""

    def __init__(self, name: str, blocks: Sequence[str], folder: Path, state: State, image: str) -> None:
        self.seen = ""  # all that the engine has written
        self._name = name
        self._wanted = {"image": image, "prefix": f"{PREFIX}-{name}"}
        self._blocks = tuple(blocks)
        self._kubectl = f"{state.bin / 'kubectl'} --kubeconfig={state.kubeconfig}"
        shutil.copytree(FOLDER / "sample", folder / "sample", ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "backend").mkdir()
        self._cli = Cli(state, folder / "sample")
        self._variables = {
            **self._cli.variables(),
            "PULUMI_BACKEND_URL": f"file://{folder / 'backend'}",
            "PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "true",
            "SAMPLE_KUBECONFIG": state.kubeconfig.read_text(),
        }
        self._output(self._cli.command("stack", "init", name))

    def preview(self, *changes: str) -> Run:
        """Preview the sample with some changes, each as `block/change`."""
        return self._run("preview", changes)

    def up(self, *changes: str) -> Run:
        return self._run("up", changes, "--yes", "--skip-preview", "--continue-on-error")

    def refresh(self) -> Run:
        return self._run("refresh", (), "--yes", "--skip-preview")

    def destroy(self) -> Run:
        return self._run("destroy", (), "--yes", "--skip-preview")

    def export(self, *arguments: str) -> str:
        """The state as it lies in the backend."""
        return self._output(self._cli.command("stack", "export", *arguments))

    def shell(self, block: str, command: str) -> str:
        """A recorded command, in the namespace of `block` instead of the recorded `sample`."""
        space = f"{PREFIX}-{self._name}-{block}"
        there = command.replace("-n sample ", f"-n {space} ").replace("ns/sample", f"ns/{space}")
        return self._output(["sh", "-c", there.replace("kubectl", self._kubectl, 1)])

    @property
    def namespaces(self) -> list[str]:
        """Those of its namespaces that there are."""
        found = self._output(["sh", "-c", f"{self._kubectl} get namespaces -o name"]).split()
        return [name for name in found if name.startswith(f"namespace/{PREFIX}-{self._name}-")]

    def live(self, block: str, what: str, *fields: str) -> str:
        """Fields of a live object's specification, as they were recorded."""
        found: Any = json.loads(self.shell(block, f"kubectl -n sample get {what} -o json"))["spec"]
        values = [found[field] if field != "port" else found["ports"][0]["port"] for field in fields]
        return " ".join(json.dumps(value, separators=(",", ":")) for value in values)

    def _run(self, verb: str, changes: Sequence[str], *arguments: str) -> Run:
        placed = [change.partition("/") for change in changes]
        blocks = {block: [change for place, _, change in placed if place == block] for block in self._blocks}
        done = subprocess.run(
            self._cli.command(verb, "--json", f"--stack={self._name}", *arguments),
            env={**self._variables, "SAMPLE": json.dumps({**self._wanted, "blocks": blocks})},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        self.seen += done.stdout + done.stderr
        events = [Event.model_validate_json(line) for line in done.stdout.splitlines() if line.startswith("{")]
        assert any(event.summary_event or event.diagnostic_event for event in events), done.stdout + done.stderr
        return _run_of(events, ok=done.returncode == 0)

    def _output(self, command: Sequence[str]) -> str:
        done = subprocess.run(
            command, env=self._variables, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        assert done.returncode == 0, f"{' '.join(command)}: {done.stdout}{done.stderr}"
        return done.stdout


MakeSample = Callable[..., Sample]


@pytest.fixture(scope="session")
def make_sample(
    state: State, image: str, run_kubectl: Callable[..., str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MakeSample]:
    """Makes stacks of the sample, and removes what is left of them, also of an interrupted session."""

    def remove_leftovers(wait: str) -> None:
        found = run_kubectl("get", "namespaces", "-o", "name").split()
        if ours := [name for name in found if name.startswith(f"namespace/{PREFIX}-")]:
            run_kubectl("delete", *ours, wait)
        run_kubectl("delete", "crd", "widgets.example.com", "--ignore-not-found", wait)

    remove_leftovers("--wait")
    folders = tmp_path_factory.mktemp("samples")  # here, because pytest's factory is not made for threads

    def make(name: str, *blocks: str) -> Sample:
        folder = folders / name
        folder.mkdir()
        return Sample(name, blocks, folder, state, image)

    yield make
    remove_leftovers("--wait=false")


Runs = Mapping[str, Any]


def change_of(name: str) -> str:
    """A recorded change, in the block where it is made."""
    case = CASES[name]
    return f"{case['block']}/{case.get('change', name)}"


def goes_through(case: Mapping[str, Any]) -> bool:
    """Whether every run of a recorded change went through."""
    return case["case"] != "create" and all(run["ok"] for run in case["runs"].values())


def _together(make_sample: MakeSample) -> dict[str, Runs]:
    sample, parts = make_sample("together", *TOGETHER), CASES["parts-by-controller"]
    create = {"preview": sample.preview(), "up": sample.up(), "previewAfter": sample.preview()}
    states = {"created": sample.export()}
    resources = json.loads(sample.export("--show-secrets"))["deployment"]["resources"]
    create["refreshAfter"] = sample.refresh()
    good = [change_of(case["case"]) for case in RECORDED["cases"] if goes_through(case)]
    change = {"preview": sample.preview(*good), "up": sample.up(*good), "again": sample.preview(*good)}
    states["changed"] = sample.export()
    change |= {"back": sample.up(), "afterBack": sample.preview()}
    for case in RECORDED["drifts"]:
        if case["block"] in TOGETHER:
            sample.shell(case["block"], case["command"])
    sample.shell("parts", parts["command"])
    drift = {"previewBefore": sample.preview(), "refresh": sample.refresh()}
    states["refreshed"] = sample.export()
    live = {"before": sample.live("parts", "widget w", "parts", "size")}
    # The block `parts` goes on to its change while the drifts are put right in `sample`.
    size = change_of("parts-by-controller")
    drift |= {"preview": sample.preview(size), "up": sample.up(size)}
    live["after"] = sample.live("parts", "widget w", "parts", "size")
    drift |= {"previewAfter": sample.preview(size), "refreshAfter": sample.refresh(), "back": sample.up()}
    live["afterBack"] = sample.live("parts", "widget w", "parts", "size")
    end = {"destroy": sample.destroy(), "left": sample.namespaces}
    runs = {"create": create, "change": change, "drift": drift, "live": live, "end": end}
    return {**runs, "state": {"resources": resources}, "texts": {**states, "seen": sample.seen}}


LATE: Final = ("deployment-bad-image", "deployment-never-ready", "already-exists", "missing-namespace", "unknown-kind")
"""Changes that fail in the update, not in its preview."""
ALONE: Final = ("invalid-field", "ignored-port", "deployment-scaled-by-kubectl", "selector-by-controller")
"""Cases whose preview fails."""


def _failing(make_sample: MakeSample) -> Runs:
    sample = make_sample("failing", "image", "probe", "additions", "failing-job")
    assert sample.up().ok
    sample.shell("additions", "kubectl -n sample create configmap foreign --from-literal=a=b")
    changes = [*map(change_of, LATE), "failing-job/failing-job"]
    runs = {"preview": sample.preview(*changes), "up": sample.up(*changes), "again": sample.preview(*changes)}
    return runs | {"back": sample.up(), "afterBack": sample.preview()}


def _alone(make_sample: MakeSample, name: str) -> Runs:
    sample = make_sample(name.partition("-")[0], CASES[name]["block"])
    assert sample.up().ok
    return _drift(sample, name) if "previewBefore" in CASES[name]["runs"] else _change(sample, name)


def _drift(sample: Sample, name: str) -> Runs:
    case = CASES[name]
    # It was recorded on a Deployment that had been updated before.
    assert sample.up(f"{case['block']}/deployment-env").ok
    assert sample.up().ok
    sample.shell(case["block"], case["command"])
    runs = {"previewBefore": sample.preview(), "refresh": sample.refresh(), "preview": sample.preview()}
    return runs | {"up": sample.up(), "previewAfter": sample.preview(), "refreshAfter": sample.refresh()}


def _change(sample: Sample, name: str) -> Runs:
    case, change = CASES[name], change_of(name)
    runs: dict[str, Any] = {}
    controlled = "command" in case

    def live() -> str:
        return sample.live(case["block"], "service ignored", "selector", "port")

    if controlled:
        sample.shell(case["block"], case["command"])
        runs |= {"before": live(), "refresh": sample.refresh()}
    runs |= {"preview": sample.preview(change), "up": sample.up(change)}
    runs |= {"after": live()} if controlled else {}
    runs |= {"again": sample.preview(change), "back": sample.up()}
    return runs | ({"afterBack": live()} if controlled else {"afterBack": sample.preview()})


@pytest.fixture(scope="session")
def stacks(request: pytest.FixtureRequest, make_sample: MakeSample) -> Iterator[Mapping[str, Future[Runs]]]:
    """Every stack that a test of this session asks for, under way from the first one on."""
    used = {name for item in request.session.items for name in getattr(item, "fixturenames", ())}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        running: dict[str, Future[Runs]] = {}
        if "together" in used:
            running["together"] = pool.submit(_together, make_sample)
        if "failing" in used:
            running["failing"] = pool.submit(_failing, make_sample)
        if "alone" in used:
            running |= {name: pool.submit(_alone, make_sample, name) for name in ALONE}
        yield running


@pytest.fixture(scope="session")
def together(stacks: Mapping[str, Future[Runs]]) -> Mapping[str, Any]:
    """The creation, all changes that go through, and all drifts that can be put right, in one stack."""
    return stacks["together"].result()


@pytest.fixture(scope="session")
def failing(stacks: Mapping[str, Future[Runs]]) -> Runs:
    """The changes whose update fails, and a Job that does, in one stack."""
    return stacks["failing"].result()


@pytest.fixture(scope="session")
def alone(stacks: Mapping[str, Future[Runs]]) -> Callable[[str], Runs]:
    """The cases whose preview fails, each in a stack of its own."""
    return lambda name: stacks[name].result()
