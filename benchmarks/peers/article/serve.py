"""Gives the article's application its model, a Keras model with our weights, where the machine has no `/models`."""

import os
import tempfile

import tensorflow as tf
import uvicorn


class Published(tf.keras.Model):
    """The published signature as the Keras model that the article expects."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.loaded = tf.saved_model.load(path)
        self.answer = self.loaded.signatures["serving_default"]

    def call(self, readings):
        return self.answer(tf.cast(readings, tf.float32))["failure_probability"]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        model = Published(os.environ["MODEL"])
        model(tf.zeros((1, 4)))
        model.save(folder, save_format="tf")
        load_model = tf.keras.models.load_model
        tf.keras.models.load_model = lambda _: load_model(folder)  # instead of /models/maintenance_model
        # One process of the four that the article starts, since there is one core; otherwise as its CMD has it.
        uvicorn.run("app:app", host="127.0.0.1", port=int(os.environ["PORT"]))
