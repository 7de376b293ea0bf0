from infra.shared.architecture import ARCHITECTURE
from tests.infra import stacks


def test_the_image_is_built_for_what_nodes_have() -> None:
    assert stacks.serving("staging").one("Image")["platforms"] == [f"linux/{ARCHITECTURE}"]
