"""The `slipway` program: commands by topic."""

import typer

from slipway.models import commands as model_commands
from slipway.monitoring.commands import dashboard
from slipway.notifications import commands as notifications
from slipway.pipeline import commands as pipeline
from slipway.pipeline import group
from slipway.promotion import commands as promotion
from slipway.releases import commands as releases
from slipway.supply import commands as supply

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback()
def slipway() -> None:
    """Release tool of Slipway: models become **published versions**, which stacks name by digest.

    The path of a model:

    1. `slipway model validate DIR` tells whether it is safe and good enough, and changes nothing.

    2. `slipway model publish DIR --version 1.0.0` puts it into the store for good, and prints its digest.

    3. `slipway release --model 1.0.0 -s STACK` puts version and digest into `Pulumi.<stack>.yaml` and rolls it out by
       `pulumi up`; the cluster judges it, and `slipway watch` shows how. `slipway rollback` goes back.

    4. `slipway copy --to prod` brings what one environment has proven to another one, by digest.

    5. `slipway dashboard` shows how it does: traffic, latency, errors, budgets and alerts.

    `slipway preview` shows what a change would do; `slipway pipeline` has all of this as the steps of a pipeline.

    DIR has a SavedModel (or a `.keras` file) and beside it `card.yaml`, `holdout.csv` and `training.csv`; see
    `slipway model validate --help`. The store is `--store` or the environment's `MODEL_STORE`; S3 reads the
    usual `AWS_…` variables.

    Exit codes: 0 done, 1 refused or failed, 2 wrong input; a command that has more says so.
    """


app.add_typer(model_commands.app, name="model")
app.add_typer(supply.app, name="image")
app.add_typer(group.app, name="pipeline")
model_commands.app.command("sign")(supply.sign_model)
model_commands.app.command("verify")(supply.verify_model)
for command in (*releases.COMMANDS, *promotion.COMMANDS, *pipeline.COMMANDS, *notifications.COMMANDS):
    app.command()(command)
app.command()(dashboard)
