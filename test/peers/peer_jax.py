"""The step in JAX, as its users write it: a pure function of trees, compiled by jit, its state donated."""

from __future__ import annotations

import serve  # first, as it takes standard output

import jax
import jax.numpy as jnp
from jax import lax

import network


class JaxLayers:
    """Layers over arrays by name; gathers the batch statistics of its pass."""

    def __init__(self, weights: dict[str, jax.Array]):
        self.weights = weights
        self.statistics: dict[str, jax.Array] = {}

    def convolution(self, x, name, stride):
        kernel, bias = self.weights[f"{name}.kernel"], self.weights[f"{name}.bias"]
        y = lax.conv_general_dilated(x, kernel, (stride, stride), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))
        return y + bias

    def normalize(self, x, name):
        mean = jnp.mean(x, (0, 1, 2))
        variance = jnp.mean(jnp.square(x - mean), (0, 1, 2))
        self.statistics[f"{name}.moving_mean"] = mean
        self.statistics[f"{name}.moving_variance"] = variance
        scale = self.weights[f"{name}.gamma"] * lax.rsqrt(variance + network.BN_EPSILON)
        return (x - mean) * scale + self.weights[f"{name}.beta"]

    def relu(self, x):
        return jax.nn.relu(x)

    def add(self, x, y):
        return x + y

    def pool(self, x):
        return jnp.mean(x, (1, 2))

    def dense(self, x, name):
        return x @ self.weights[f"{name}.kernel"] + self.weights[f"{name}.bias"]


def loss_of(weights, images, labels):
    layers = JaxLayers(weights)
    logits = network.forward(layers, images)
    chosen = jnp.take_along_axis(jax.nn.log_softmax(logits), labels[:, None], 1)
    return -jnp.mean(chosen), layers.statistics


def adam(weights, gradients, first, second, count):
    """Adam as Keras has it, epsilon before the bias correction."""
    first = jax.tree.map(lambda m, g: m + (1 - network.BETA1) * (g - m), first, gradients)
    second = jax.tree.map(lambda v, g: v + (1 - network.BETA2) * (g * g - v), second, gradients)
    rate = network.LEARNING_RATE * jnp.sqrt(1 - network.BETA2**count) / (1 - network.BETA1**count)
    moved = jax.tree.map(lambda w, m, v: w - rate * m / (jnp.sqrt(v) + network.EPSILON), weights, first, second)
    return moved, first, second


def make_step(start: network.Start, sam: bool):
    gradient_at = jax.value_and_grad(loss_of, has_aux=True)

    def update(state, images, labels):
        weights, statistics, first, second, count = state
        images = images.astype(jnp.float32) / 255
        (loss, batch), gradients = gradient_at(weights, images, labels)
        perturbed_loss = loss
        if sam:
            norm = jnp.sqrt(sum(jnp.sum(g * g) for g in jax.tree.leaves(gradients)))
            scale = network.RHO / (norm + 1e-12)
            perturbed = jax.tree.map(lambda w, g: w + scale * g, weights, gradients)
            (perturbed_loss, _), gradients = gradient_at(perturbed, images, labels)
        weights, first, second = adam(weights, gradients, first, second, count)
        momentum = network.BN_MOMENTUM
        statistics = {name: momentum * old + (1 - momentum) * batch[name] for name, old in statistics.items()}
        return (weights, statistics, first, second, count + 1), loss, perturbed_loss

    compiled = jax.jit(update, donate_argnums=0)
    arrays = {name: jnp.array(value) for name, value in start.parameters.items()}
    weights = {name: value for name, value in arrays.items() if not network.is_statistic(name)}
    statistics = {name: value for name, value in arrays.items() if network.is_statistic(name)}
    zeros = lambda: jax.tree.map(jnp.zeros_like, weights)
    state = (weights, statistics, zeros(), zeros(), jnp.float32(1))

    def step():
        nonlocal state
        state, loss, perturbed_loss = compiled(state, start.images, start.labels)
        # The losses may be there before the state is.
        jax.block_until_ready(state)
        return float(loss), float(perturbed_loss) if sam else None

    return step


def main() -> None:
    chosen = network.arguments()
    step = make_step(network.load_start(chosen.start), chosen.optimizer == "sam")
    serve.serve(step, {"versions": {"jax": jax.__version__}, "oneDnn": None})


main()
