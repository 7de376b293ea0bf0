from collections.abc import Mapping
from pathlib import Path

import yaml

from slipway.pipeline.program import follow
from slipway.releases.stack_file import StackFile

OLD, NEW, OWN = (f"r.example/service@sha256:{digit * 64}" for digit in "123")


def edited(content: bytes, values: Mapping[str, str | None]) -> bytes:
    """As the CLI does: a path is keys, with dots between."""
    found = yaml.safe_load(content)
    for path, value in values.items():
        first, *inner, last = path.split(".")
        place = found["config"][first]
        for key in inner:
            place = place[key]
        place[last] = value
    return yaml.safe_dump(found).encode()


def file(path: Path, image: Mapping[str, object]) -> StackFile:
    models = {"pump": {"version": "1.0.0"}, "fan": {"version": "2.0.0", "image": OWN}}
    path.write_text(yaml.safe_dump({"config": {"slipway:image": dict(image), "slipway:models": models}}))
    return StackFile.read(path)


def test_the_stack_s_image_follows_and_every_model_serves_what_it_did(tmp_path: Path) -> None:
    found = follow(file(tmp_path / "stack.yaml", {"digest": OLD}), NEW, edited)
    assert found.config["slipway:image"] == {"digest": NEW}
    assert {name: said["image"] for name, said in found.models.items()} == {"pump": OLD, "fan": OWN}
    assert yaml.safe_load(found.content)["config"] == found.config
    assert follow(found, NEW, edited) is found


def test_one_that_is_built_stays(tmp_path: Path) -> None:
    before = file(tmp_path / "stack.yaml", {"build": {"context": "."}})
    assert follow(before, NEW, edited) is before
