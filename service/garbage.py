"""Python's cyclic garbage collector is kept from standing still for all requests at once.

A full collection looks at every object there is: with thousands of connections, or with all of TensorFlow, that holds
every request up for a tenth of a second. What a request or a connection leaves behind is freed when it ends, since
nothing of it refers to itself (see `Connection.connection_lost`), so there is little left to collect.
"""

import gc
from pathlib import Path
from typing import Final

from modelstore.manifest import Manifest
from service.model import LoadModel, Model

THRESHOLDS: Final = (2_000, 20, 100)
"""How many more objects than were freed make a collection of the youngest, how many of these one of the middle ones,
and how many of those a full one. With Python's own 700, 10 and 10 every few dozen connections began one."""


def settled(load: LoadModel) -> LoadModel:
    """A loader after which nothing that is there already, the model and its library first of all, is looked at again.

    Args:
        load: turns verified files into a model, which stays until the process ends.
    """

    def loading(folder: Path, manifest: Manifest) -> Model:
        model = load(folder, manifest)
        gc.collect()
        gc.freeze()
        gc.set_threshold(*THRESHOLDS)
        return model

    return loading
