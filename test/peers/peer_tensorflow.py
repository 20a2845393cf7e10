"""The step in TensorFlow, tuned by hand: one tf.function, fused batch norm, fused Adam, w + e never assigned."""

from __future__ import annotations

import serve  # first, as it takes standard output

import numpy as np
import tensorflow as tf
from tensorflow.python.util import _pywrap_util_port

import network


class TensorflowLayers:
    """Layers over tensors by name; gathers the batch statistics of its pass."""

    def __init__(self, weights: dict[str, tf.Tensor], biases: bool):
        self.weights = weights
        self.biases = biases
        self.statistics: dict[str, tf.Tensor] = {}

    def convolution(self, x, name, stride):
        y = tf.nn.conv2d(x, self.weights[f"{name}.kernel"], stride, "SAME")
        bias = f"{name}.bias"
        return y if network.is_dead(bias) and not self.biases else tf.nn.bias_add(y, self.weights[bias])

    def normalize(self, x, name):
        y, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=x,
            scale=self.weights[f"{name}.gamma"],
            offset=self.weights[f"{name}.beta"],
            mean=tf.zeros([0]),
            variance=tf.zeros([0]),
            epsilon=network.BN_EPSILON,
            is_training=True,
        )
        # The kernel gives the unbiased variance; the moving one takes the biased one, as in Keras.
        count = np.prod(x.shape[:3])
        self.statistics[f"{name}.moving_mean"] = mean
        self.statistics[f"{name}.moving_variance"] = variance * ((count - 1) / count)
        return y

    def relu(self, x):
        return tf.nn.relu(x)

    def add(self, x, y):
        return x + y

    def pool(self, x):
        return tf.reshape(tf.nn.avg_pool2d(x, network.POOL, network.POOL, "VALID"), [x.shape[0], -1])

    def dense(self, x, name):
        return tf.nn.bias_add(tf.linalg.matmul(x, self.weights[f"{name}.kernel"]), self.weights[f"{name}.bias"])


def make_step(start: network.Start, sam: bool, biases: bool):
    variables = {name: tf.Variable(value) for name, value in start.parameters.items()}
    names = [
        name
        for name in variables
        if not network.is_statistic(name) and (biases or not network.is_dead(name))
    ]
    slots = {name: (tf.Variable(tf.zeros_like(variables[name])), tf.Variable(tf.zeros_like(variables[name]))) for name in names}
    powers = tf.Variable(network.BETA1), tf.Variable(network.BETA2)

    def loss_and_gradients(images, labels, weights):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(weights)
            layers = TensorflowLayers(weights, biases)
            logits = network.forward(layers, images)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
            loss = tf.reduce_mean(losses)
        return loss, tape.gradient(loss, weights), layers.statistics

    def update(gradients):
        for name in names:
            first, second = slots[name]
            tf.raw_ops.ResourceApplyAdam(
                var=variables[name].handle,
                m=first.handle,
                v=second.handle,
                beta1_power=powers[0],
                beta2_power=powers[1],
                lr=network.LEARNING_RATE,
                beta1=network.BETA1,
                beta2=network.BETA2,
                epsilon=network.EPSILON,
                grad=gradients[name],
            )
        powers[0].assign(powers[0] * network.BETA1)
        powers[1].assign(powers[1] * network.BETA2)

    @tf.function
    def step(images, labels):
        images = tf.cast(images, tf.float32) / 255.0
        weights = {name: variables[name].read_value() for name in names}
        loss, gradients, statistics = loss_and_gradients(images, labels, weights)
        perturbed_loss = loss
        if sam:
            scale = network.RHO / (tf.linalg.global_norm(list(gradients.values())) + 1e-12)
            perturbed = {name: weights[name] + scale * gradients[name] for name in names}
            perturbed_loss, gradients, _ = loss_and_gradients(images, labels, perturbed)
        update(gradients)
        for name, value in statistics.items():
            moving = variables[name]
            moving.assign(network.BN_MOMENTUM * moving + (1 - network.BN_MOMENTUM) * value)
        return loss, perturbed_loss

    def run():
        loss, perturbed_loss = step(tf.constant(start.images), tf.constant(start.labels))
        return float(loss), float(perturbed_loss) if sam else None

    return run


def main() -> None:
    chosen = network.arguments()
    step = make_step(network.load_start(chosen.start), chosen.optimizer == "sam", chosen.biases)
    serve.serve(
        step, {"versions": {"tensorflow": tf.__version__}, "oneDnn": bool(_pywrap_util_port.IsMklEnabled())}
    )


main()
