"""What these tests share with those of models."""

from tests.slipway.models.conftest import make_bundle, play_models

__all__ = ["make_bundle", "play_models"]
