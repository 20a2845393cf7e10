"""The step in PyTorch with channels_last; tuned: fused Adam, arithmetic on lists of tensors, no biases that cancel."""

from __future__ import annotations

import serve  # first, as it takes standard output

import numpy as np
import torch
import torch.nn.functional as F

import network


class PytorchLayers:
    """Layers over parameters by name; `statistics` are moved where they are given."""

    def __init__(self, weights: dict[str, torch.Tensor], statistics: dict[str, torch.Tensor], biases: bool):
        self.weights = weights
        self.statistics = statistics
        self.biases = biases

    def convolution(self, x, name, stride):
        kernel, bias = self.weights[f"{name}.kernel"], f"{name}.bias"
        size = kernel.shape[-1]
        if stride > 1 and size > 1:
            # SAME at an even size pads at the end only, which no convolution here can do by itself.
            x = F.pad(x, (0, 1, 0, 1))
        dropped = network.is_dead(bias) and not self.biases
        padding = size // 2 if stride == 1 else 0
        return F.conv2d(x, kernel, None if dropped else self.weights[bias], stride, padding)

    def normalize(self, x, name):
        return F.batch_norm(
            x,
            self.statistics.get(f"{name}.moving_mean"),
            self.statistics.get(f"{name}.moving_variance"),
            self.weights[f"{name}.gamma"],
            self.weights[f"{name}.beta"],
            training=True,
            momentum=1 - network.BN_MOMENTUM,
            eps=network.BN_EPSILON,
        )

    def relu(self, x):
        return F.relu(x, inplace=True)

    def add(self, x, y):
        return x + y

    def pool(self, x):
        return F.avg_pool2d(x, network.POOL).flatten(1)

    def dense(self, x, name):
        return F.linear(x, self.weights[f"{name}.kernel"], self.weights[f"{name}.bias"])


def in_torch_layout(name: str, value: np.ndarray) -> torch.Tensor:
    """A parameter as PyTorch has it: kernels [out, in, height, width], channels last in memory."""
    tensor = torch.from_numpy(value.copy())
    if value.ndim == 4:
        return tensor.permute(3, 2, 0, 1).contiguous(memory_format=torch.channels_last)
    return tensor.T.contiguous() if value.ndim == 2 else tensor


def make_step(start: network.Start, sam: bool, tuned: bool, biases: bool):
    tensors = {name: in_torch_layout(name, value) for name, value in start.parameters.items()}
    statistics = {name: tensors.pop(name) for name in list(tensors) if network.is_statistic(name)}
    weights = {
        name: value.requires_grad_() for name, value in tensors.items() if biases or not network.is_dead(name)
    }
    values = list(weights.values())
    optimizer = torch.optim.Adam(
        values, network.LEARNING_RATE, (network.BETA1, network.BETA2), **({"fused": True} if tuned else {})
    )
    steps = 0

    def backward(images, labels, moved):
        optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(network.forward(PytorchLayers(weights, moved, biases), images), labels)
        loss.backward()
        return loss

    @torch.no_grad()
    def perturb():
        gradients = [value.grad for value in values]
        scale = network.RHO / (torch.nn.utils.get_total_norm(gradients) + 1e-12)
        kept = [value.clone() for value in values]
        if tuned:
            torch._foreach_add_(values, torch._foreach_mul(gradients, scale))
        else:
            for value, gradient in zip(values, gradients):
                value.add_(gradient * scale)
        return kept

    @torch.no_grad()
    def restore(kept):
        if tuned:
            torch._foreach_copy_(values, kept)
        else:
            for value, old in zip(values, kept):
                value.copy_(old)

    def step():
        nonlocal steps
        steps += 1
        # A view whose memory is channels_last already, as images come from the host.
        images = torch.from_numpy(start.images).permute(0, 3, 1, 2).float().div_(255)
        labels = torch.from_numpy(start.labels).long()
        loss = backward(images, labels, statistics)
        perturbed_loss = None
        if sam:
            kept = perturb()
            perturbed_loss = backward(images, labels, {})
            restore(kept)
        # Keras adds epsilon before the bias correction, PyTorch after it.
        optimizer.param_groups[0]["eps"] = network.EPSILON / (1 - network.BETA2**steps) ** 0.5
        optimizer.step()
        return float(loss), None if perturbed_loss is None else float(perturbed_loss)

    return step


def main() -> None:
    chosen = network.arguments()
    torch.set_num_threads(chosen.threads)
    start = network.load_start(chosen.start)
    biases = chosen.biases or not chosen.tuned
    step = make_step(start, chosen.optimizer == "sam", chosen.tuned, biases)
    serve.serve(step, {"versions": {"torch": torch.__version__}, "oneDnn": torch.backends.mkldnn.is_available()})


main()
