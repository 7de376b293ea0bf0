"""`slipway dashboard`: what Prometheus knows of the served models, as a page or as JSON."""

# pyright: reportUnknownMemberType=false
# Typer's own signatures are unknown in part, where they name types of other releases of click.

import json
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from slipway.errors import BadInput, SlipwayError
from slipway.failures import failures_in_one_line
from slipway.monitoring import access
from slipway.monitoring.prometheus import Prometheus
from slipway.monitoring.server import Server
from slipway.monitoring.snapshot import Missing, Model, Span, Watch, document
from slipway.monitoring.view import View

PORT: Final = 8910
RUNBOOKS: Final = Path(__file__).parents[2] / "docs/runbooks"

_RANGES: Final = {span.label: span for span in Span}


def dashboard(
    prometheus: Annotated[
        str | None,
        typer.Option(metavar="URL", envvar="PROMETHEUS_URL", help="ask there, for instance http://127.0.0.1:9090"),
    ] = None,
    kubeconfig: Annotated[
        Path | None, typer.Option(metavar="FILE", help="of the cluster (default: KUBECONFIG, or ~/.kube/config)")
    ] = None,
    service: Annotated[
        str, typer.Option(metavar="NAMESPACE/NAME:PORT", help="Prometheus' Service in the cluster")
    ] = access.DEFAULT_SERVICE,
    model: Annotated[
        str | None, typer.Option(help="with --json: only this one, for instance serving/maintenance-predictor")
    ] = None,
    span: Annotated[str, typer.Option("--range", help=f"with --json: one of {', '.join(_RANGES)}")] = Span.HOUR.label,
    port: Annotated[int, typer.Option(min=0, max=65535, help="of the page; 0 takes a free one")] = PORT,
    as_json: Annotated[bool, typer.Option("--json", help="print everything once, machine-readable")] = False,
) -> None:
    """Show what Prometheus knows of the served models, on a page of this machine alone.

    Traffic, latency and errors **by version**, the distribution of predictions, processor and memory, what is left of
    the error budgets, and which alerts fire, with their runbooks. The page keeps itself up to date; where Prometheus
    doesn't answer, it says so and since when.

    Without `--prometheus`, Prometheus is asked through the API server of the kubeconfig's cluster, which takes the
    right to `get` `services/proxy` in its namespace. Without that right, whoever may forward a port can do this:

        kubectl -n monitoring port-forward svc/prometheus-operated 9090
        slipway dashboard --prometheus http://127.0.0.1:9090

    For machines, `--json` prints the same panels of all models once, each with its unit and its series:

        slipway dashboard --json | jq '.models[].panels.p99.series[].samples'

    Exit codes: 0 done, 1 Prometheus or the cluster does not answer, 2 wrong input. A panel without an answer says why
    under `missing`.
    """
    with failures_in_one_line(), _watch(prometheus, service, kubeconfig) as watch:
        if span not in _RANGES:
            raise BadInput(f"--range {span} is none of {', '.join(_RANGES)}")
        watch.reach()
        if as_json:
            print(json.dumps(document(watch, _wanted(watch, model), _RANGES[span]), allow_nan=False, indent=2))
        else:
            _serve(watch, port)


def _serve(watch: Watch, port: int) -> None:
    with Server(View(watch, RUNBOOKS), port) as server:
        print(f"{server.url} shows what Prometheus knows ({watch.where}); Ctrl-C ends it", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()


def _wanted(watch: Watch, name: str | None) -> list[Model]:
    found = watch.models()
    if isinstance(found, Missing):
        raise SlipwayError(found.why)
    chosen = [model for model in found if name in (None, str(model), model.name)]
    if name is not None and not chosen:
        known = ", ".join(map(str, found)) or "none at all"
        raise BadInput(f"--model {name}: Prometheus knows no such model; it knows {known}")
    return chosen


@contextmanager
def _watch(url: str | None, service: str, kubeconfig: Path | None) -> Generator[Watch]:
    way = access.at(url) if url else access.through_cluster(service, kubeconfig)
    watch = Watch(Prometheus(way), lambda: datetime.now().astimezone())
    try:
        yield watch
    finally:
        watch.close()
