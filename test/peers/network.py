"""The network, the settings and the first weights that every peer computes with: resnet20 of src/model, said once more.

A peer brings its own layers and calls `forward`, so all of them build the same network. Parameters have the names and
the shapes that src/model gives them: kernels [height, width, in, out], images [batch, row, column, channel].
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from safetensors.numpy import load_file

LEARNING_RATE, BETA1, BETA2, EPSILON = 1e-3, 0.9, 0.999, 1e-7
RHO = 0.05
BN_EPSILON, BN_MOMENTUM = 1e-3, 0.99
POOL = 8


@dataclass(frozen=True)
class Block:
    name: str
    stride: int
    projects: bool


BLOCKS = [
    Block(f"g{group}b{position}", stride if position == 0 else 1, position == 0)
    for group, stride in enumerate((1, 2, 2))
    for position in range(2)
]


class Layers(Protocol):
    """One framework's layers; `name` is the prefix of the parameters that a layer uses."""

    def convolution(self, x: Any, name: str, stride: int) -> Any: ...
    def normalize(self, x: Any, name: str) -> Any: ...
    def relu(self, x: Any) -> Any: ...
    def add(self, x: Any, y: Any) -> Any: ...
    def pool(self, x: Any) -> Any: ...
    def dense(self, x: Any, name: str) -> Any: ...


def forward(layers: Layers, images: Any) -> Any:
    """The logits of scaled images."""

    def normalized(x: Any, convolution: str, normalization: str, stride: int) -> Any:
        return layers.normalize(layers.convolution(x, convolution, stride), normalization)

    x = layers.relu(normalized(images, "stem", "stem_bn", 1))
    for block in BLOCKS:
        name = block.name
        y = layers.relu(normalized(x, f"{name}_c0", f"{name}_bn0", 1))
        y = layers.relu(normalized(y, f"{name}_c1", f"{name}_bn1", block.stride))
        y = normalized(y, f"{name}_c2", f"{name}_bn2", 1)
        shortcut = layers.convolution(x, f"{name}_skip", block.stride) if block.projects else x
        x = layers.relu(layers.add(y, shortcut))
    return layers.dense(layers.pool(layers.relu(layers.normalize(x, "head_bn"))), "dense")


def is_dead(name: str) -> bool:
    """Whether a parameter is the bias of a convolution that feeds a batch norm, which cancels it: its gradient is zero."""
    return name.endswith(".bias") and not name.endswith("_skip.bias") and name != "dense.bias"


def is_statistic(name: str) -> bool:
    """Whether a parameter is a moving statistic, which no gradient changes."""
    return ".moving_" in name


@dataclass(frozen=True)
class Start:
    """What a peer starts from."""

    parameters: dict[str, np.ndarray]
    """By name, moving statistics included."""
    images: np.ndarray
    """Pixels, uint8."""
    labels: np.ndarray
    """Classes, int32."""


def load_start(path: str) -> Start:
    """Reads the file that the program which starts the peers has written."""
    arrays = load_file(path)
    images, labels = arrays.pop("batch.images"), arrays.pop("batch.labels")
    return Start(arrays, images, labels)


def arguments() -> argparse.Namespace:
    """The command line of every peer."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--start", required=True, help="safetensors file with weights and one batch")
    parser.add_argument("--optimizer", required=True, choices=("adam", "sam"))
    parser.add_argument("--threads", required=True, type=int)
    parser.add_argument("--tuned", action="store_true", help="the fastest settings known instead of the usual ones")
    parser.add_argument("--biases", action="store_true", help="tuned peers train the biases that batch norm cancels, too")
    return parser.parse_args()
