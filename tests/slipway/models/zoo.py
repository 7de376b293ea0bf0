"""Makes small models, good and bad: `python zoo.py DIR`. A script of its own, since it needs TensorFlow and Keras.

Each SavedModel takes `x1` and `x2`, as one table or as two columns; the good ones answer sigmoid(3 x1 - x2).
"""

# pyright: basic
# TensorFlow and Keras have no types.

import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import keras
import tensorflow

tf: Any = tensorflow

TABLE = {"readings": tf.TensorSpec((None, 2), tf.float32)}


def answer(weights: Any, table: Any) -> Any:
    return tf.sigmoid(tf.linalg.matmul(table, weights))


def save(folder: Path, function: Any, specs: dict[str, Any], **members: Any) -> None:
    """A SavedModel that answers `function(**inputs)`."""
    module = tf.Module()
    for name, value in members.items():
        setattr(module, name, value)
    module.answer = tf.function(function)
    tf.saved_model.save(module, str(folder), signatures=module.answer.get_concrete_function(**specs))


def saved_models(root: Path) -> None:
    weights = tf.Variable([[3.0], [-1.0]])
    other = tf.Variable([[2.9], [-1.1]])
    hidden = tf.Variable([[1.0, 0.0], [0.0, 1.0]])

    save(root / "good", lambda readings: {"p": answer(weights, readings)}, TABLE, weights=weights)
    save(root / "again", lambda readings: {"p": answer(weights, readings)}, TABLE, renamed=weights)
    save(root / "retrained", lambda readings: {"p": answer(other, readings)}, TABLE, weights=other)
    save(
        root / "deeper",
        lambda readings: {"p": answer(weights, tf.linalg.matmul(readings, hidden))},
        TABLE,
        weights=weights,
        hidden=hidden,
    )
    save(root / "repeated", lambda readings: {"p": tf.sigmoid(answer(weights, readings))}, TABLE, weights=weights)
    save(root / "constants", lambda readings: {"p": answer([[3.0], [-1.0]], readings)}, TABLE)
    save(root / "other_constants", lambda readings: {"p": answer([[2.9], [-1.1]], readings)}, TABLE)
    save(
        root / "columns",
        lambda x1, x2: {"p": answer(weights, tf.stack([x1, x2], axis=1))},
        {"x2": tf.TensorSpec((None,), tf.float32), "x1": tf.TensorSpec((None,), tf.float32)},
        weights=weights,
    )
    save(
        root / "mixed_columns",
        lambda x1, x2: {"p": answer(weights, tf.stack([tf.cast(x1, tf.float32), x2], axis=1))},
        {"x2": tf.TensorSpec((None,), tf.float32), "x1": tf.TensorSpec((None,), tf.float64)},
        weights=weights,
    )
    save(
        root / "two_outputs",
        lambda readings: {"p": answer(weights, readings), "q": readings[:, :1]},
        TABLE,
        weights=weights,
    )
    save(
        root / "three_features",
        lambda readings: {"p": answer(weights, readings[:, :2])},
        {"readings": tf.TensorSpec((None, 3), tf.float32)},
        weights=weights,
    )
    save(root / "nan", lambda readings: {"p": tf.math.log(-1 - readings[:, :1] ** 2)}, TABLE)
    save(root / "mixing", lambda readings: {"p": tf.nn.softmax(answer(weights, readings), axis=0)}, TABLE, w=weights)
    save(root / "sum", lambda readings: {"p": tf.reduce_sum(answer(weights, readings))}, TABLE, weights=weights)
    dangers(root, weights)
    states(root, weights)


def states(root: Path, weights: Any) -> None:
    """Models that change something: the first three for every call, the others where no call comes."""
    calls = tf.Variable(0.0)
    table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer([0], [0.0], tf.int64, tf.float32), 0.0)

    def turns(readings: Any) -> Any:
        calls.assign_add(1.0)
        return {"p": answer(weights, readings) * tf.where(calls > 1000.0, 0.0, 1.0)}

    def turns_in_a_branch(readings: Any) -> Any:
        rare = tf.reduce_sum(readings) > 1e9
        return {"p": answer(weights, readings) + tf.cond(rare, lambda: calls.assign(1.0) * 0.0, lambda: 0.0)}

    def fills_its_table(readings: Any) -> Any:
        keys = tf.constant([1], tf.int64)
        tf.raw_ops.LookupTableImportV2(table_handle=table.resource_handle, keys=keys, values=[1.0])
        return {"p": answer(weights, readings) + table.lookup(tf.cast(readings[:, :1], tf.int64))}

    def looks_up(readings: Any) -> Any:
        return {"p": answer(weights, readings) + table.lookup(tf.cast(readings[:, :1], tf.int64)) * 0.0}

    for model in (turns, turns_in_a_branch, fills_its_table, looks_up):
        save(root / model.__name__, model, TABLE, weights=weights, calls=calls, table=table)

    train = tf.function(weights.assign_sub, input_signature=[tf.TensorSpec((2, 1), tf.float32)])
    save(root / "trainable", lambda readings: {"p": answer(weights, readings)}, TABLE, weights=weights, train=train)


def dangers(root: Path, weights: Any) -> None:
    """Models that would do more than compute; where they would act, they leave a file named `proof`."""
    proof = str(root / "proof")

    def reads(readings: Any) -> Any:
        return {"p": answer(weights, readings) + tf.cast(tf.strings.length(tf.io.read_file("/etc/passwd")), tf.float32)}

    def writes(readings: Any) -> Any:
        with tf.control_dependencies([tf.io.write_file(proof, "written")]):
            return {"p": answer(weights, readings)}

    def writes_in_a_branch(readings: Any) -> Any:
        def branch() -> Any:
            tf.io.write_file(proof, "written")
            return tf.constant(1.0)

        return {
            "p": answer(weights, readings) * tf.cond(tf.reduce_sum(readings) > 1e9, branch, lambda: tf.constant(1.0))
        }

    def prints(readings: Any) -> Any:
        tf.print("hello", output_stream=f"file://{proof}")
        return {"p": answer(weights, readings)}

    def runs_python(readings: Any) -> Any:
        return {"p": tf.py_function(lambda table: answer(weights, table), [readings], tf.float32)}

    def saves(readings: Any) -> Any:
        tf.raw_ops.SaveV2(prefix=proof, tensor_names=["x"], shape_and_slices=[""], tensors=[readings])
        return {"p": answer(weights, readings)}

    for danger in (reads, writes, writes_in_a_branch, prints, runs_python, saves):
        save(root / danger.__name__, danger, TABLE, weights=weights)

    vocabulary = root / "vocabulary.txt"
    vocabulary.write_text("a 1\nb 2\n")
    table = tf.lookup.StaticHashTable(
        tf.lookup.TextFileInitializer(str(vocabulary), tf.string, 0, tf.int64, 1, delimiter=" "), -1
    )
    save(root / "asset", lambda readings: {"p": answer(weights, readings)}, TABLE, weights=weights, table=table)


def greedy(root: Path, weights: Any) -> None:
    """Models whose operations are all harmless, and which never come to an end, or need 4 GiB."""

    def spins(readings: Any) -> Any:
        turns = tf.while_loop(lambda turn: turn >= 0.0, lambda turn: (turn + 0.0,), [tf.reduce_sum(readings) * 0])
        return {"p": answer(weights, readings) + turns[0]}

    def devours(readings: Any) -> Any:
        return {"p": answer(weights, readings) + tf.reduce_sum(tf.fill([1 << 15, 1 << 15], readings[0, 0]) * 0)}

    for model in (spins, devours):
        save(root / model.__name__, model, TABLE, weights=weights)


def keras_files(root: Path) -> None:
    layers = keras.layers
    keras.utils.set_random_seed(1)
    plain = keras.Sequential([keras.Input((2,)), layers.Dense(4, activation="tanh"), layers.Dense(1, "sigmoid")])
    plain.save(root / "sequential.keras")
    first, second = keras.Input((1,), name="x1"), keras.Input((1,), name="x2")
    joined = layers.Dense(1, activation="sigmoid")(layers.Concatenate()([first, second]))
    keras.Model({"x1": first, "x2": second}, joined).save(root / "functional.keras")
    keras.Sequential([keras.Input((2,)), layers.Lambda(lambda x: x[:, :1])]).save(root / "lambda.keras")
    inner = keras.Sequential([keras.Input((2,)), layers.Lambda(lambda x: x[:, :1])])
    keras.Sequential([keras.Input((2,)), inner]).save(root / "nested_lambda.keras")

    inner = keras.Sequential([keras.Input((2,)), layers.Dense(2)])
    keras.Sequential([keras.Input((2,)), inner, layers.Dense(1, "sigmoid")]).save(root / "nested.keras")
    compiled = keras.models.clone_model(plain)
    compiled.compile("adam", "binary_crossentropy")
    compiled.save(root / "compiled.keras")

    def edited(name: str, edit: Any, of: str = "sequential.keras") -> None:
        with zipfile.ZipFile(root / of) as source, zipfile.ZipFile(root / name, "w") as target:
            for member in source.namelist():
                content = source.read(member)
                if member == "config.json":
                    config = json.loads(content)
                    edit(config["config"]["layers"])
                    content = json.dumps(config).encode()
                target.writestr(member, content)

    def calls_a_function(found: list[dict[str, Any]]) -> None:
        found[1] |= {"module": "os", "class_name": "system", "config": {"command": f"touch {root / 'proof'}"}}

    def names_a_custom_class(found: list[dict[str, Any]]) -> None:
        found[1]["registered_name"] = "attack>Dense"

    def loads_another_model(found: list[dict[str, Any]]) -> None:
        found[1] |= {"module": "keras.layers", "class_name": "TFSMLayer", "config": {"filepath": str(root / "writes")}}

    def hides_it_in_an_initializer(found: list[dict[str, Any]]) -> None:
        found[1]["config"]["kernel_initializer"] = {"module": "builtins", "class_name": "eval", "config": "1"}

    def compiles_an_inner_model_with_another(found: list[dict[str, Any]]) -> None:
        another = {"module": "keras.layers", "class_name": "TFSMLayer", "config": {"filepath": str(root / "writes")}}
        found[1]["compile_config"] = {"optimizer": another}

    edited("compiles_an_inner_model_with_another.keras", compiles_an_inner_model_with_another, of="nested.keras")
    for edit in (calls_a_function, names_a_custom_class, loads_another_model, hides_it_in_an_initializer):
        edited(f"{edit.__name__}.keras", edit)


def main(root: Path) -> None:
    root.mkdir(parents=True, exist_ok=True)
    saved_models(root)
    greedy(root, tf.Variable([[3.0], [-1.0]]))
    keras_files(root)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
