"""What the commands print: tables for people, and the next step."""

from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from modelstore.catalog import Entry
from modelstore.manifest import Manifest


def show(report: RenderableType) -> None:
    """Print to standard output; where that is no terminal, lines are not cut."""
    console = Console(highlight=False)
    console.print(report) if console.is_terminal else Console(highlight=False, width=240).print(report)


def listing(entries: Sequence[Entry]) -> RenderableType:
    """One line per published version."""
    table = Table(box=None, pad_edge=False)
    for column in ("model", "version", "figures", "manifest"):
        table.add_column(column, overflow="fold")
    for each in entries:
        manifest = each.manifest
        table.add_row(manifest.name, manifest.version, _figures(manifest), each.digest)
    return table


def details(manifest: Manifest) -> RenderableType:
    """All that a manifest says, but for the quantiles between the median and the ends."""
    facts = Table.grid(padding=(0, 2))
    facts.add_row("about", manifest.description)
    facts.add_row("output", f"{manifest.output.name}: {manifest.output.meaning}")
    facts.add_row("figures", f"{_figures(manifest)} on {manifest.evaluation.rows} rows that training never saw")
    facts.add_row("trained on", f"{manifest.training_data.rows} rows, {manifest.training_data.sha256}")
    facts.add_row("files", f"{len(manifest.files)}, {sum(file.size for file in manifest.files):,} bytes")
    parts: list[RenderableType] = [facts, Text(), _features(manifest)]
    if manifest.bands:
        parts += [Text(), _bands(manifest)]
    return Group(*parts, Text(), _golden(manifest))


def next_step(published: Entry) -> str:
    """What to write where, so that a stack serves the version."""
    return (
        "To serve it, set this in Pulumi.<stack>.yaml and run `pulumi up` (a model that is new there also needs a\n"
        "route and sizes: Pulumi.yaml describes them):\n\n"
        "  slipway:models:\n"
        f"    {published.manifest.name}:\n"
        f"      version: {published.manifest.version}\n"
        f"      manifest: {published.digest}\n"
    )


def _figures(manifest: Manifest) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in manifest.evaluation.metrics.items())


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, box=None, pad_edge=False, title_justify="left", title_style="bold")
    for column in columns:
        table.add_column(column)
    return table


def _features(manifest: Manifest) -> Table:
    table = _table("Features", "name", "type", "unit", "range of a request", "5 % to 95 % of training", "meaning")
    for feature in manifest.features:
        ends = len(feature.quantiles) - 1
        low, high = feature.quantiles[round(0.05 * ends)], feature.quantiles[round(0.95 * ends)]
        allowed = f"{feature.minimum:g} to {feature.maximum:g}"
        usual = f"{low:g} to {high:g}"
        table.add_row(feature.name, feature.type, feature.unit, allowed, usual, feature.description)
    return table


def _bands(manifest: Manifest) -> Table:
    table = _table("Bands", manifest.output.name, "risk level", "recommended action")
    for band in manifest.bands:
        limit = "above" if band.below is None else f"below {band.below:g}"
        table.add_row(limit, band.risk_level, band.recommended_action)
    return table


def _golden(manifest: Manifest) -> Table:
    names = [feature.name for feature in manifest.features]
    title = f"Golden answers (tolerance {manifest.golden.tolerance:g})"
    table = _table(title, *names, manifest.output.name)
    for reading, answer in zip(manifest.golden.inputs, manifest.golden.outputs, strict=True):
        table.add_row(*(f"{reading[name]:g}" for name in names), f"{answer:.6g}")
    return table
