"""The last words of `make up`: what is served, what it answers, and what to try next."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from sandbox.journey import bundles, questions

PATIENCE: Final = 120.0  # seconds; nothing has changed after a reboot, so nothing has waited for the pods


def show(
    outputs: Mapping[str, Any], kubeconfig: Path, config: Path, digests: Mapping[str, str], console: Console
) -> None:
    """Ask the included model, if it is served, and print all there is to know.

    Args:
        outputs: of the serving stack.
        kubeconfig: of its cluster.
        config: the serving stack's configuration.
        digests: the manifest's digest of each published version of the included model, in ascending order.
        console: where to.

    Raises:
        NoAnswer: the model does not answer.
    """
    console.print()
    for name, served in outputs["models"].items():
        console.print(f"[bold]{name} {served['version']}[/bold] answers at {served['url']}")
    console.print()
    if included := outputs["models"].get(bundles.NAME):
        token = questions.token(kubeconfig, outputs["namespace"])
        questions.show(questions.ask(included["url"], token=token, patience=PATIENCE), console)
        console.print()
    console.print("[bold]Try next[/bold]")
    for what, how in suggestions(outputs, config, digests):
        console.print(Text(f"  {what:<24}{how}"))


def suggestions(outputs: Mapping[str, Any], config: Path, digests: Mapping[str, str]) -> list[tuple[str, str]]:
    """What to try next, with how it is done; arguments as of `show`."""
    url = next(iter(outputs["models"].values()))["url"]
    look = f"kubectl -n {outputs['namespace']} get rollouts,pods"
    common = [
        ("what is served", f"curl -s {url}/version"),
        ("the API's documentation", f"{url}/docs"),
        ("a shell with kubectl", f'eval "$(.venv/bin/python -m sandbox env)"; {look}'),
    ]
    included = outputs["models"].get(bundles.NAME)
    return [*common, *(_of(included, config, digests) if included else ()), ("take it all down", "make down")]


def _of(included: Mapping[str, str], config: Path, digests: Mapping[str, str]) -> list[tuple[str, str]]:
    reading = json.dumps(questions.READINGS[1])
    # The newest that isn't served: the one after the first, and after a release the one before it.
    version = [version for version in digests if version != included["version"]][-1]
    return [
        ("a reading of your own", f"curl -s {included['url']}/predict -d '{reading}'"),
        ("the next version", f"in {config}"),
        ("", f"set version: {version} and manifest: {digests[version]}"),
        ("", "then, in that shell: pulumi up"),
    ]
