"""From a `.keras` file to a SavedModel with the signature that the service calls."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from slipway.errors import Refused
from slipway.models.inspection.archive import check_archive


def convert(source: Path, target: Path) -> None:
    """Check a copy of `source`, load that with Keras in safe mode, and write it to `target`.

    A copy, so that what is loaded is what was checked. Not written with `model.export`, which orders the same
    weights differently each time.

    Raises:
        Refused: a check failed, or Keras cannot load it.
    """
    with TemporaryDirectory() as scratch:
        copy = Path(scratch, source.name)
        shutil.copyfile(source, copy)
        check_archive(copy)
        _convert(copy, target)


def _convert(source: Path, target: Path) -> None:
    import keras as untyped_keras
    import tensorflow

    tf: Any = tensorflow
    keras: Any = untyped_keras
    try:
        model = keras.saving.load_model(source, compile=False, safe_mode=True)
        structure = model.inputs[0] if isinstance(model, keras.Sequential) else model.input
        specs = {tensor.name: tf.TensorSpec((None, *tensor.shape[1:]), tensor.dtype) for tensor in model.inputs}
    except Exception as error:  # whatever Keras raises at a file that it did not write
        raise Refused(f"Keras cannot load {source.name}: {' '.join(str(error).split())[:300]}") from error

    def answer(**tensors: Any) -> dict[str, Any]:
        def given(tensor: Any) -> Any:
            return tensors[tensor.name]

        outputs = keras.tree.flatten(model(keras.tree.map_structure(given, structure), training=False))
        return {f"output_{index}": output for index, output in enumerate(outputs)}

    module = tf.Module()
    module.variables_in_order = [variable.value for variable in model.variables]
    module.answer = tf.function(answer)
    tf.saved_model.save(module, str(target), signatures=module.answer.get_concrete_function(**specs))
    (target / "fingerprint.pb").unlink(missing_ok=True)
