"""What these tests share."""

import dataclasses
from collections.abc import Generator
from pathlib import Path

import pytest

from slipway.promotion.environment import Environment
from slipway.releases.stack_file import StackFile
from tests.imagestore.registry import Fake, serving
from tests.slipway.releases.world import MODEL, World


@dataclasses.dataclass
class Two:
    """Staging, which has proven 1.0.0 with an image that its registry has, and prod, which has nothing.

    Attributes:
        staging: its file, store and ledger.
        prod: the same of the other one.
        here: staging's registry.
        there: prod's.
        image: what staging serves.
    """

    staging: World
    prod: World
    here: Fake
    there: Fake
    image: str

    @property
    def source(self) -> Environment:
        return Environment("staging", StackFile.read(self.staging.file), self.here.host, self.staging.store)

    @property
    def target(self) -> Environment:
        return Environment("prod", StackFile.read(self.prod.file), f"{self.there.host}/live", self.prod.store)


@pytest.fixture
def two(tmp_path: Path) -> Generator[Two]:
    for name in ("staging", "prod"):
        (tmp_path / name).mkdir()
    staging, prod = World(tmp_path / "staging"), World(tmp_path / "prod")
    for path in sorted((tmp_path / "prod/store/models").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    with serving(Fake()) as here, serving(Fake()) as there:
        image = str(here.add(b"base" * 1000, b"service", listed=True))
        staging.file.write_text(staging.file.read_text().replace("digest: 127.0.0.1:1", f"digest: {image} # was 127"))
        staging.serve("1.0.0")
        yield Two(staging, prod, here, there, image)


__all__ = ["MODEL"]
