"""Begins a course with the weights of a net that was written down before, instead of with chance."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inplane.core import FormatError


def begin_with(torch: Any, net: Any, path: Path, shown: NDArray[np.float32]) -> None:
    """Gives a net the weights of an exported one.

    What was exported has batch normalization folded into its convolutions (Jacob et al. 2018, arXiv:1712.05877, 3.2).
    It is unfolded on pictures such as the net is to learn from: the net then says of them what the exported one says,
    and goes on learning with statistics that fit.

    Args:
        torch: the library.
        net: of the same shape.
        path: an ONNX file that `course.export` wrote.
        shown: (n, CHANNELS, rows, columns) pictures.

    Raises:
        FormatError: the file holds another net.
    """
    weights, modules = _convolutions(path), dict(net.named_modules())
    owed = {name: tuple(m.weight.shape) for name, m in modules.items() if isinstance(m, torch.nn.Conv2d)}
    found = {name: kernel.shape for name, (kernel, _) in weights.items()}
    if owed != found:
        raise FormatError(f"'{path}' holds convolutions of shapes {found}. Expected those of this net: {owed}.")
    hooks: list[Any] = []
    for name, (kernel, bias) in weights.items():
        convolution = modules[name]
        convolution.weight.data.copy_(torch.from_numpy(kernel))
        if convolution.bias is not None:
            convolution.bias.data.copy_(torch.from_numpy(bias))
            continue
        stem, number = name.rsplit(".", 1)
        after = modules[f"{stem}.{int(number) + 1}"]
        hooks.append(after.register_forward_pre_hook(_unfolded(torch, torch.from_numpy(bias))))
    with torch.no_grad():
        net.eval()(torch.from_numpy(shown))
    for hook in hooks:
        hook.remove()


def _unfolded(torch: Any, bias: Any) -> Callable[[Any, Any], None]:
    """Sets a batch normalization so that it adds a bias alone, by the statistics of what comes to it."""

    def set_by(norm: Any, given: Any) -> None:
        mean, variance = given[0].mean(dim=(0, 2, 3)), given[0].var(dim=(0, 2, 3))
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(variance)
        norm.weight.data.copy_(torch.sqrt(variance + norm.eps))
        norm.bias.data.copy_(bias + mean)

    return set_by


def _convolutions(path: Path) -> dict[str, tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Kernel and bias of each convolution of an exported net, by the module's name."""
    onnx: Any = import_module("onnx")
    try:
        graph = onnx.load(str(path)).graph
    except Exception as problem:  # onnx and protobuf raise errors without a common base
        raise FormatError(f"'{path}' is no ONNX file: {problem}") from problem
    arrays = {each.name: np.array(onnx.numpy_helper.to_array(each)) for each in graph.initializer}
    for node in graph.node:
        if node.op_type == "Identity" and node.input[0] in arrays:  # equal weights are written once
            arrays[node.output[0]] = arrays[node.input[0]]
    nodes = [node for node in graph.node if node.op_type == "Conv" and len(node.input) == 3]
    return {node.name.split("/")[-2]: (arrays[node.input[1]], arrays[node.input[2]]) for node in nodes}
