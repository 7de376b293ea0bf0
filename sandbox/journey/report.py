"""The last words of `make up`, `make staging` and `make prod`: what is served, what it answers, what to try next."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from sandbox.journey import bundles, questions

PATIENCE: Final = 120.0  # seconds; nothing has changed after a reboot, so nothing has waited for the pods


@dataclass(frozen=True, kw_only=True)
class Served:
    """What there is to tell of an environment.

    Attributes:
        outputs: of the serving stack.
        kubeconfig: of its cluster.
        config: the serving stack's configuration.
        versions: the published versions of the included model, in ascending order.
        environment: its name.
        entrance: the address of the gateway, where this machine doesn't know its name.
    """

    outputs: Mapping[str, Any]
    kubeconfig: Path
    config: Path
    versions: Collection[str]
    environment: str = "local"
    entrance: str | None = None


def show(served: Served, console: Console) -> None:
    """Ask the included model, if it is served, and print all there is to know.

    Raises:
        NoAnswer: the model does not answer.
    """
    outputs = served.outputs
    console.print()
    for name, model in outputs["models"].items():
        console.print(f"[bold]{name} {model['version']}[/bold] answers at {model['url']}")
    console.print()
    if included := outputs["models"].get(bundles.NAME):
        token = questions.token(served.kubeconfig, outputs["namespace"])
        answers = questions.ask(included["url"], token=token, patience=PATIENCE, entrance=served.entrance)
        questions.show(answers, console)
        console.print()
    console.print("[bold]Try next[/bold]")
    for what, how in suggestions(served):
        console.print(Text(f"  {what:<24}{how}"))


def suggestions(served: Served) -> list[tuple[str, str]]:
    """What to try next, with how it is done."""
    url = next(iter(served.outputs["models"].values()))["url"]
    look = f"kubectl -n {served.outputs['namespace']} get rollouts,pods"
    env, curl = ".venv/bin/python -m sandbox env", "curl -s"
    if served.entrance:
        env, curl = f"{env} {served.environment}", f"curl -s --connect-to ::{served.entrance}:"
    included = served.outputs["models"].get(bundles.NAME)
    return [
        ("what is served", f"{curl} {url}/version"),
        *([] if served.entrance else [("the API's documentation", f"{url}/docs")]),
        ("a shell with kubectl", f'eval "$({env})"; {look}'),
        *(_of(included, served.config, served.versions, curl) if included else ()),
        *([("take this down", f"make {served.environment}-down")] if served.entrance else []),
        ("take it all down", "make down"),
    ]


def _of(included: Mapping[str, str], config: Path, versions: Collection[str], curl: str) -> list[tuple[str, str]]:
    reading = json.dumps(questions.READINGS[1])
    # The newest that isn't served: the one after the first, and after a release the one before it.
    version = [version for version in versions if version != included["version"]][-1]
    return [
        ("a reading of your own", f"{curl} {included['url']}/predict -d '{reading}'"),
        ("the next version", f"in that shell: slipway release {bundles.NAME} --model {version}"),
        ("", f"which changes {config}"),
    ]
