"""The command line: `python -m sandbox up|down|status|env|logs`."""

# One parameter of typer's Option and Argument has no type.
# pyright: reportUnknownMemberType=false

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

import typer
from rich.console import Console

from sandbox import driver, lifecycle, shell, table
from sandbox import state as states
from sandbox.driver import DriverName
from sandbox.errors import SandboxError
from sandbox.kubeconfig import Existing
from sandbox.reporting import reported

WIDTH: Final = 160  # columns
# As wide as a table needs where it goes to a file or another program.
output: Final = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH)
GATEWAY: Final = "http://127.0.0.1:30080"

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    help="""The environment in which Slipway runs on one machine: a Kubernetes, an image registry, an S3 endpoint.

    Everything is kept in one folder: $SLIPWAY_STATE, or ~/.cache/slipway.

    [bold]python -m sandbox up[/bold], then [bold]eval "$(python -m sandbox env)"[/bold] in a shell, and plain
    kubectl, pulumi and slipway work on it.""",
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]


@app.command()
def up(
    *,
    driver_name: Annotated[
        DriverName | None,
        typer.Option("--driver", help="embedded: a Kubernetes on this machine. kubeconfig: a cluster that exists."),
    ] = None,
    kubeconfig: Annotated[
        Path | None, typer.Option(help="Of the existing cluster; its current context is used.")
    ] = None,
    registry: Annotated[
        str | None, typer.Option(help="HOST:PORT at which this machine pushes and the cluster pulls.")
    ] = None,
    s3: Annotated[str | None, typer.Option(help="URL of the S3 endpoint, which the pods must reach too.")] = None,
    gateway: Annotated[
        str, typer.Option(help="URL at which this machine reaches NodePort 30080 of the cluster.")
    ] = GATEWAY,
    as_json: Json = False,
) -> None:
    """Bring the sandbox up, or repair it: what runs well is left alone.

    After a reboot, a killed process or a run that was cut off, run it again.
    """
    with reported():
        existing = _existing(driver_name, kubeconfig, registry, s3, gateway)
        access = lifecycle.up(states.default(), driver_name, existing)
        if as_json:
            typer.echo(json.dumps({**asdict(access), "kubeconfig": str(access.kubeconfig)}))
        else:
            output.print(table.access(access))


@app.command()
def down() -> None:
    """Take the sandbox down with all its data; programs and images that were built stay.

    With the driver kubeconfig, the cluster is only forgotten.
    """
    with reported():
        lifecycle.down(states.default())


@app.command()
def status(*, as_json: Json = False) -> None:
    """Show every component: whether it works, its process and address. Exits with 1 if one does not work."""
    with reported():
        state = states.default()
        parts = lifecycle.current(state).status()
        if as_json:
            typer.echo(json.dumps([asdict(part) for part in parts]))
        else:
            output.print(table.parts(parts))
            for remark in table.remarks(parts):
                output.print(remark, soft_wrap=True)
    if any(part.trouble for part in parts):
        raise typer.Exit(1)


@app.command()
def env(
    environment: Annotated[str, typer.Argument(help="local, staging or prod: whose stacks are worked on.")] = "local",
    *,
    platform: Annotated[
        bool, typer.Option("--platform", help="Of staging or prod: sign in as who brings its platform up.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Print what makes kubectl, pulumi and slipway work in a shell: eval "$(python -m sandbox env)"."""
    with reported():
        state = states.default()
        values = {"PATH": shell.search_path(state), **shell.variables(state, driver.access(state))}
        values |= shell.of(state, environment, platform=platform)
        typer.echo(json.dumps(values) if as_json else shell.exports(values))


@app.command()
def logs(
    name: Annotated[str, typer.Argument(help="A component, as `status` names it.")],
    *,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as the log grows.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", help="How many of the last lines.")] = 200,
) -> None:
    """Show a component's log."""
    with reported():
        file = lifecycle.current(states.default()).log(name)
        command = ["tail", f"--lines={lines}", *(["--follow=name", "--retry"] if follow else []), str(file)]
        if follow:
            os.execvp(command[0], command)  # noqa: S606 - ends with the reader's ^C
        subprocess.run(command, check=False)


def main() -> None:
    """Run the command line."""
    app(prog_name="python -m sandbox")


def _existing(
    name: DriverName | None, kubeconfig: Path | None, registry: str | None, s3: str | None, gateway: str
) -> Existing | None:
    given = {"--kubeconfig": kubeconfig, "--registry": registry, "--s3": s3}
    if name is not DriverName.KUBECONFIG:
        if extra := [option for option, value in given.items() if value is not None]:
            raise SandboxError(f"{extra[0]} is for an existing cluster: add `--driver kubeconfig`")
        return None
    if kubeconfig is None or registry is None or s3 is None:
        missing = next(option for option, value in given.items() if value is None)
        raise SandboxError(f"--driver kubeconfig needs {missing}: see `python -m sandbox up --help`")
    return Existing(
        kubeconfig=kubeconfig, registry=registry, s3=_server("--s3", s3), gateway=_server("--gateway", gateway)
    )


def _server(option: str, url: str) -> str:
    url = url.rstrip("/")
    try:
        parts = urlsplit(url)
        has_server = parts.hostname and parts.port != 0 and not parts.username
        is_whole = has_server and url in (f"http://{parts.netloc}", f"https://{parts.netloc}")
    except ValueError:  # of a port that is none, or a bracket that isn't closed
        is_whole = False
    if not is_whole:
        raise SandboxError(f"{option} {url} is no server's URL: give scheme, host and port, like {GATEWAY}")
    return url
