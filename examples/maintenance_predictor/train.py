"""Train the included model: `python -m examples.maintenance_predictor.train --out DIR [--version 1.0.0]`.

Writes for each version a bundle that `slipway model publish` takes:

    DIR/1.0.0/saved_model/     the model
    DIR/1.0.0/card.yaml        what it is, and what it must reach
    DIR/1.0.0/holdout.csv      readings that it never saw, to judge it by
    DIR/1.0.0/training.csv     readings that it was fitted to
"""

import argparse
import shutil
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from examples.maintenance_predictor.datasets import RECIPES, holdout, write_csv


def train(version: str, out: Path) -> Path:
    """Train one version and write its bundle; an existing one is replaced, a half-written one never seen.

    Returns:
        The bundle's folder, `out/version`.

    For the same bytes each time, call it in a fresh process, as `main` does.

    Raises:
        KeyError: `version` is not one of `RECIPES`.
    """
    from examples.maintenance_predictor.network import export, fit

    recipe = RECIPES[version]
    training = recipe.training()
    network = fit(training, recipe.validation(), recipe.seed)

    partial = out / f".{version}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    export(network, partial / "saved_model")
    write_csv(training, partial / "training.csv")
    write_csv(holdout(), partial / "holdout.csv")
    shutil.copyfile(Path(__file__).with_name("card.yaml"), partial / "card.yaml")
    shutil.rmtree(out / version, ignore_errors=True)
    return partial.rename(out / version)


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(
        prog="python -m examples.maintenance_predictor.train", description="Train the included model."
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for the bundles, one per version")
    parser.add_argument("--version", choices=[*RECIPES], help="only this one (default: all)")
    arguments = parser.parse_args()
    # A process for each: TensorFlow numbers its functions, so what ran before would show in the model's bytes.
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as processes:
        for version in [arguments.version] if arguments.version else [*RECIPES]:
            print(f"training maintenance_predictor {version} …", flush=True)
            print(f"  {processes.submit(train, version, arguments.out).result()}")


if __name__ == "__main__":
    main()
