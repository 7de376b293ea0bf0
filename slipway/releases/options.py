"""What all commands of releases are told: which model, stack, file, cluster and store."""

# pyright: reportUnknownMemberType=false
# Typer's own signatures are unknown in part, where they name types of other releases of click.

import inspect
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Final, get_type_hints

import typer

from slipway.failures import failures_in_one_line
from slipway.releases.place import Options, Place

StackName = Annotated[
    str | None, typer.Option("--stack", "-s", envvar="PULUMI_STACK", help="default: the one that is selected")
]
Folder = Annotated[Path, typer.Option("--cwd", "-C", metavar="DIR", help="folder of Pulumi.yaml")]
ConfigFile = Annotated[
    Path | None, typer.Option(metavar="FILE", envvar="PULUMI_OPTION_CONFIG_FILE", help="default: Pulumi.STACK.yaml")
]
Kubeconfig = Annotated[
    Path | None, typer.Option(metavar="FILE", help="of the cluster (default: KUBECONFIG, or ~/.kube/config)")
]
StoreUrl = Annotated[
    str | None, typer.Option(envvar="MODEL_STORE", metavar="URL", help="of the models (default: the platform's)")
]

INTERRUPTED: Final = 130
"""Exit code after Ctrl-C, as shells have it."""


def _common(
    name: Annotated[str | None, typer.Argument(metavar="[MODEL]", help="needed where the stack serves several")] = None,
    stack: StackName = None,
    cwd: Folder = Path(),
    config_file: ConfigFile = None,
    kubeconfig: Kubeconfig = None,
    *,
    store: StoreUrl = None,
) -> Place:
    return Place.find(Options(cwd, stack, config_file, kubeconfig, store), name)


def placed(command: Callable[..., None]) -> Callable[..., None]:
    """A command whose first parameter is the `Place`: people give it by the same options everywhere.

    What goes wrong ends the program with one line and its exit code.
    """
    common, own = inspect.signature(_common).parameters, list(inspect.signature(command).parameters.values())[1:]

    @wraps(command)
    def run(**given: Any) -> None:
        with failures_in_one_line():
            place = _common(**{name: given.pop(name) for name in common})
            try:
                command(place, **given)
            except KeyboardInterrupt:  # for which Typer would say "Aborted", as if a release were
                print("\nslipway: stopped looking; what is under way in the cluster goes on", file=sys.stderr)
                raise typer.Exit(INTERRUPTED) from None

    ordered = [common["name"], *own, *(one for name, one in common.items() if name != "name")]
    hints = get_type_hints(command, include_extras=True) | get_type_hints(_common, include_extras=True)
    parameters = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=hints[one.name]) for one in ordered]
    # Typer reads both.
    vars(run)["__signature__"] = inspect.Signature(parameters)
    run.__annotations__ = {one.name: one.annotation for one in parameters}
    return run
