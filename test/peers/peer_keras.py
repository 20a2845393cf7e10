"""The step in Keras, as its users write it: layers, compile, and for SAM a train_step of one's own."""

from __future__ import annotations

import serve  # first, as it takes standard output

import keras
import numpy as np
import tensorflow as tf
from tensorflow.python.util import _pywrap_util_port

import network


class KerasLayers:
    """Layers of a functional model, with the names of the network."""

    def __init__(self, parameters: dict[str, np.ndarray]):
        self.parameters = parameters

    def convolution(self, x, name, stride):
        height, _, _, filters = self.parameters[f"{name}.kernel"].shape
        return keras.layers.Conv2D(filters, height, strides=stride, padding="same", name=name)(x)

    def normalize(self, x, name):
        return keras.layers.BatchNormalization(
            momentum=network.BN_MOMENTUM, epsilon=network.BN_EPSILON, name=name
        )(x)

    def relu(self, x):
        return keras.layers.ReLU()(x)

    def add(self, x, y):
        return keras.layers.Add()([x, y])

    def pool(self, x):
        return keras.layers.Flatten()(keras.layers.AveragePooling2D(network.POOL)(x))

    def dense(self, x, name):
        return keras.layers.Dense(self.parameters[f"{name}.bias"].size, name=name)(x)


class SamModel(keras.Model):
    """A model whose training step takes the gradient at w + e."""

    def train_step(self, data):
        images, labels, _ = keras.utils.unpack_x_y_sample_weight(data)
        weights = self.trainable_variables
        loss, gradients = self.loss_and_gradients(images, labels)
        scale = network.RHO / (tf.linalg.global_norm(gradients) + 1e-12)
        kept = [tf.identity(weight) for weight in weights]
        # The second pass is not to move the moving statistics.
        statistics = [tf.identity(statistic) for statistic in self.non_trainable_variables]
        for weight, gradient in zip(weights, gradients):
            weight.assign_add(scale * gradient)
        perturbed_loss, gradients = self.loss_and_gradients(images, labels)
        for weight, value in zip(weights, kept):
            weight.assign(value)
        for statistic, value in zip(self.non_trainable_variables, statistics):
            statistic.assign(value)
        self.optimizer.apply_gradients(zip(gradients, weights))
        return {"loss": loss, "perturbed_loss": perturbed_loss}

    def loss_and_gradients(self, images, labels):
        with tf.GradientTape() as tape:
            loss = self.compute_loss(y=labels, y_pred=self(images, training=True))
        return loss, tape.gradient(loss, self.trainable_variables)


def build(start: network.Start, sam: bool) -> keras.Model:
    images = keras.Input(start.images.shape[1:], dtype="uint8")
    logits = network.forward(KerasLayers(start.parameters), keras.layers.Rescaling(1 / 255)(images))
    model = (SamModel if sam else keras.Model)(images, logits)
    for layer in model.layers:
        names = [f"{layer.name}.{name}" for name in ("kernel", "gamma", "bias", "beta", "moving_mean", "moving_variance")]
        values = [start.parameters[name] for name in names if name in start.parameters]
        if values:
            layer.set_weights(values)
    model.compile(
        keras.optimizers.Adam(network.LEARNING_RATE, network.BETA1, network.BETA2, network.EPSILON),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    return model


def main() -> None:
    chosen = network.arguments()
    start = network.load_start(chosen.start)
    sam = chosen.optimizer == "sam"
    model = build(start, sam)

    def step():
        model.reset_metrics()
        logs = model.train_on_batch(start.images, start.labels, return_dict=True)
        return float(logs["loss"]), float(logs["perturbed_loss"]) if sam else None

    versions = {"keras": keras.__version__, "tensorflow": tf.__version__}
    serve.serve(step, {"versions": versions, "oneDnn": bool(_pywrap_util_port.IsMklEnabled())})


main()
