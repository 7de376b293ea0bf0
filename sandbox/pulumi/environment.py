"""The environment variables under which Pulumi works on this machine's stacks, and on nothing else.

Programs (`Stack`, tests) take `environment`. A shell takes `shell`, which adds what `pulumi up` would
otherwise have to be told each time. The CLI reads any flag from `PULUMI_OPTION_<FLAG>`, and a flag on the
command line wins:

- `PULUMI_OPTION_CONFIG_FILE`: the serving stack's configuration, whose digests `make up` fills in outside
  of the checkout. It holds for every project and stack, so another one needs its own `--config-file`;
  the platform's is `<state>/pulumi/stacks/platform.local.yaml`.
- `PULUMI_OPTION_POLICY_PACK`: the policy pack of this checkout, so that a plain `pulumi up` is held to it.
"""

import os
import secrets
import shutil
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from sandbox.errors import EngineError
from sandbox.pulumi import installation
from sandbox.pulumi.record import Plugins, decide, named, recorded
from sandbox.state import State

CHECKOUT: Final = Path(__file__).parents[2]
PASSPHRASE_BYTES: Final = 32


def prepare(state: State, plugins: Plugins | None = None) -> None:
    """Make Pulumi ready to work in `state`; does nothing where that is already so.

    Args:
        state: where everything is kept.
        plugins: whose plugins to use, on the first call; later, only what was chosen first. If it is left out,
            `$SLIPWAY_PLUGINS` says it, and without that it's those built here.

    Raises:
        EngineError: the plugins are not those that the state was made with, or there is no Pulumi CLI.
    """
    chosen = decide(state, plugins or named())
    (state.pulumi / "backend").mkdir(parents=True, exist_ok=True)
    _passphrase(state)
    program(state)
    if chosen is Plugins.BUILT:
        for launcher in installation.launchers(state):
            launcher.install()
        installation.forgo_debug_log(state)


def program(state: State) -> Path:
    """The Pulumi CLI: the one that the toolchain built, or the user's with the official plugins.

    Raises:
        EngineError: it is not there.
    """
    if recorded(state) is Plugins.OFFICIAL:
        folders = [one for one in os.get_exec_path() if Path(one) != state.bin]
        found = shutil.which("pulumi", path=os.pathsep.join(folders))
        if found is None:
            raise EngineError("no `pulumi` on PATH: install the Pulumi CLI, or choose the built plugins")
        return Path(found)
    built = state.bin / "pulumi"
    if not built.is_file():
        raise EngineError(f"no Pulumi CLI at {built}: run `make up`, which builds it")
    return built


def environment(state: State) -> dict[str, str]:
    """The variables for Pulumi in `state`, after `prepare`. PATH is not among them."""
    common = {
        # The backend's library writes a file's attributes beside it, and not in one step: a kill between would leave
        # an empty file, after which the state can't be read. Nothing needs them.
        "PULUMI_BACKEND_URL": f"file://{state.pulumi / 'backend'}?metadata=skip",
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(_passphrase(state)),
        "PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER": "true",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        # Every update leaves a copy of the state in the history; a second one beside it is of no use.
        "PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS": "true",
        # Engine and plugins collect garbage less often: that takes memory, and spares the processor (decision 35).
        "GOGC": "400",
        # The S3 endpoint of the sandbox accepts any credentials; real ones must not get there.
        "AWS_ACCESS_KEY_ID": "sandbox",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        "AWS_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    if recorded(state) is Plugins.OFFICIAL:
        return common
    return {
        **common,
        "PULUMI_HOME": str(installation.home(state)),
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_IGNORE_AMBIENT_PLUGINS": "true",
    }


def shell(state: State) -> dict[str, str]:
    """`environment`, and the flags that make a plain `pulumi up` in the checkout do the right thing."""
    variables = environment(state)
    config = state.pulumi / "stacks" / "serving.local.yaml"
    if config.is_file():
        variables["PULUMI_OPTION_CONFIG_FILE"] = str(config)
    if (CHECKOUT / "policies" / "PulumiPolicy.yaml").is_file():
        variables["PULUMI_OPTION_POLICY_PACK"] = str(CHECKOUT / "policies")
    return variables


def _passphrase(state: State) -> Path:
    path = state.pulumi / "passphrase"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", dir=path.parent) as partial:  # mode 0600
            partial.write(secrets.token_urlsafe(PASSPHRASE_BYTES))
            partial.flush()
            # Of two runs that begin at once, the second takes what the first has made.
            with suppress(FileExistsError):
                path.hardlink_to(partial.name)
    return path
