"""The programs that the sandbox builds with Go, each from the pinned module in `modules/NAME`."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version as installed
from pathlib import Path
from typing import Final

from sandbox import files
from sandbox.progress import step
from sandbox.state import State
from sandbox.toolchain import store
from sandbox.toolchain.golang import Go, Module

MODULES: Final = Path(__file__).parent / "modules"

_KUBERNETES_MINOR: Final = "35"


@dataclass(frozen=True)
class Build:
    """One module and the commands built from it.

    Attributes:
        name: the folder in `modules/`.
        module: the pinned module's path; None for a program whose source is in the folder itself.
        commands: from the program's name to the package that it is built from. A path that begins with `./`
            is built inside the module's own source, with its own go.mod; anything else in ours, because
            modules with `replace` lines can only be built as a dependency.
        version: linker settings that tell the program its version, given the module's version.
        experiment: Go's GOEXPERIMENT, where the module needs one.
        tags: build tags, which leave out what isn't used.
        embeds: files of the module that our own main embeds: they are put beside it.
        optimised: not where a program mostly waits for others, and has much to compile.
        estimate: seconds on the reference machine (2 cores) with another build beside it, downloads included.
    """

    name: str
    module: str | None
    commands: dict[str, str]
    estimate: int
    version: Callable[[str], dict[str, str]] = lambda _: {}
    experiment: str = ""
    tags: tuple[str, ...] = ()
    embeds: tuple[str, ...] = ()
    optimised: bool = True


def _kubernetes(version: str) -> dict[str, str]:
    return {
        "k8s.io/component-base/version.gitVersion": version,
        "k8s.io/component-base/version.gitMajor": "1",
        "k8s.io/component-base/version.gitMinor": _KUBERNETES_MINOR,
        "k8s.io/client-go/pkg/version.gitVersion": version,
    }


def _prometheus(version: str) -> dict[str, str]:
    return {"github.com/prometheus/common/version.Version": version.removeprefix("v")}


def release(version: str) -> str:
    """The release of Prometheus that its module's `version` is: v0.316.0 is v3.16.0."""
    minor, patch = version.removeprefix("v0.").split(".")
    return f"v{int(minor) // 100}.{int(minor) % 100}.{patch}"


BUILDS: Final = (
    Build("pause", None, {"pause": "."}, estimate=10),
    Build("actionlint", "github.com/rhysd/actionlint", {"actionlint": "./cmd/actionlint"}, estimate=20),
    Build(
        "pulumi",
        "github.com/pulumi/pulumi/pkg/v3",
        {"pulumi": "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"},
        estimate=560,
        # The SDKs and the Automation API refuse a CLI that does not tell its version.
        version=lambda version: {"github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": version},
    ),
    Build(
        "pulumi-kubernetes",
        "github.com/pulumi/pulumi-kubernetes/provider/v4",
        {"pulumi-resource-kubernetes": "."},
        estimate=600,
        # The module's version tells a commit; which release that is the source of, the SDK's version tells.
        version=lambda _: {"main.version": installed("pulumi-kubernetes")},
        embeds=tuple(f"cmd/pulumi-resource-kubernetes/{name}.json" for name in ("schema", "terraform-mapping")),
        optimised=False,
    ),
    Build(
        "kubernetes",
        "k8s.io/kubernetes",
        {
            **{
                name: f"k8s.io/kubernetes/cmd/{name}"
                for name in (
                    "kube-apiserver",
                    "kube-controller-manager",
                    "kube-proxy",
                    "kube-scheduler",
                    "kubectl",
                    "kubelet",
                )
            },
            "etcd": "go.etcd.io/etcd/server/v3",
        },
        estimate=1000,
        version=_kubernetes,
    ),
    Build("network-policies", "sigs.k8s.io/kube-network-policies", {"network-policies": "."}, estimate=150),
    Build("coredns", "github.com/coredns/coredns", {"coredns": "./."}, estimate=330),
    Build(
        "metrics-server",
        "sigs.k8s.io/metrics-server",
        {"metrics-server": "./cmd/metrics-server"},
        estimate=400,
        # Its OpenAPI library was written for a draft of encoding/json/v2, whose final form in Go 1.27 lacks the
        # `inline` tag: with it, the aggregated OpenAPI document is broken and kubectl can't validate.
        experiment="nojsonv2",
    ),
    Build(
        "argo-rollouts",
        "github.com/argoproj/argo-rollouts",
        {"rollouts-controller": "./cmd/rollouts-controller"},
        estimate=500,
    ),
    Build(
        "traefik",
        "github.com/traefik/traefik/v3",
        {"traefik": "./cmd/traefik"},
        estimate=930,
        version=lambda version: {"github.com/traefik/traefik/v3/pkg/version.Version": version.removeprefix("v")},
    ),
    Build(
        "prometheus",
        "github.com/prometheus/prometheus",
        {"prometheus": "./cmd/prometheus", "promtool": "./cmd/promtool"},
        estimate=300,
        version=lambda version: _prometheus(release(version)),
        # Of all service discoveries, Kubernetes' alone: the others bring the SDKs of a dozen clouds.
        tags=("remove_all_sd", "enable_kubernetes_sd", "slicelabels"),
    ),
    Build(
        "alertmanager",
        "github.com/prometheus/alertmanager",
        {"alertmanager": "./cmd/alertmanager", "amtool": "./cmd/amtool"},
        estimate=80,
        version=_prometheus,
    ),
    Build(
        "prometheus-operator",
        "github.com/prometheus-operator/prometheus-operator",
        {
            "prometheus-operator": "github.com/prometheus-operator/prometheus-operator/cmd/operator",
            "prometheus-config-reloader": (
                "github.com/prometheus-operator/prometheus-operator/cmd/prometheus-config-reloader"
            ),
        },
        estimate=150,
        version=_prometheus,
        optimised=False,
    ),
    Build(
        "keda",
        "github.com/kedacore/keda/v2",
        {"keda": "./cmd/operator", "keda-adapter": "./cmd/adapter"},
        estimate=540,
        version=lambda version: {"github.com/kedacore/keda/v2/version.Version": version.removeprefix("v")},
        optimised=False,
    ),
)


def make(state: State, one: Build, go: Go) -> None:
    """Build `one` unless it is there, and put its programs into the state's `bin`.

    Raises:
        BuildError: a module can't be had or does not compile.
    """
    store.link(_built(state, one, go), state.bin)


def _built(state: State, one: Build, go: Go) -> list[Path]:
    folder = MODULES / one.name
    pin = Module(folder, one.module) if one.module else None
    version = pin.version if pin else "of our own"
    flags = ["-s", "-w", *(f"-X {name}={value}" for name, value in one.version(version).items())]
    sources = sorted(file for file in folder.iterdir() if file.is_file())
    how = [repr(sorted(one.commands.items())), " ".join(flags), one.experiment, *one.embeds]
    if not one.optimised:
        how.append("not optimised")
    if one.tags:
        how.append(",".join(one.tags))
    content_key = store.key(*sources, go.version, *how)

    def compile_into(unfinished: Path) -> None:
        with step(f"build {one.name} {version}", one.estimate):
            ours = _with_embedded(one, pin, go, unfinished / "source") if pin and one.embeds else folder
            for name, package in one.commands.items():
                inside = go.source(pin) if pin and package.startswith("./") else ours
                go.build(
                    inside,
                    package,
                    unfinished / name,
                    flags,
                    optimised=one.optimised,
                    experiment=one.experiment,
                    tags=one.tags,
                )
            files.remove(unfinished / "source")

    product = store.produce(state.tools / one.name, content_key, compile_into)
    return [product / name for name in one.commands]


def _with_embedded(one: Build, pin: Module, go: Go, folder: Path) -> Path:
    shutil.copytree(MODULES / one.name, folder)
    source = go.source(pin)
    for file in one.embeds:
        shutil.copy2(source / file, folder)
    return folder
