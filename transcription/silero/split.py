"""Writes features.onnx and memory.onnx from the Silero VAD v6 of faster-whisper.

    python -m transcription.silero.split

The weights are Silero's, unchanged (MIT licence, © Silero Team); only the order of the
work is other. As shipped, frames are computed one by one, in convolutions over four
positions that fill no processor. Here the part without memory is a graph of its own, of
matrix products over all frames at once, and several threads can run it on several
stretches at a time; what must be done in order is the small LSTM. The probabilities
are the same. Needs the package onnx. [no Django]
"""

import importlib.util
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.utils import Extractor

HERE = Path(__file__).resolve().parent
BATCH = "frames"
# A frame with its context and 64 mirrored samples is seen through four windows.
WINDOWS, WINDOW, HOP, BINS = 4, 256, 128, 129
JOINT = "/Transpose_output_0"  # between the two halves, as Silero's graph calls it


class Graph:
    """An ONNX graph written one operation after another; each returns its name."""

    def __init__(self, weights: dict[str, np.ndarray]) -> None:
        self._weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, value: np.ndarray | list[int]) -> str:
        name = f"constant{len(self.constants)}"
        array = np.ascontiguousarray(value)
        self.constants.append(numpy_helper.from_array(array, name))
        return name

    def add(self, kind: str, *inputs: str, also: int = 0, **options: object) -> str:
        """Append a node; further outputs, `also` of them, are called name_1, name_2."""
        name = f"{kind.lower()}{len(self.nodes)}"
        names = [name, *(f"{name}_{extra + 1}" for extra in range(also))]
        self.nodes.append(helper.make_node(kind, inputs, names, **options))
        return name

    def convolved(self, layer: int, positions: list[str], first_tap: int) -> str:
        """Return one position of a convolution of three taps, with its ReLU.

        Beyond either end it would meet zeros: `positions` are those that exist, and
        `first_tap` is the tap that meets the first of them.
        """
        name = f"encoder.conv_layers.{layer}"
        taps = slice(first_tap, first_tap + len(positions))
        weight = self._weights[f"{name}.weight"][:, :, taps]  # (out, in, taps)
        rows = self.constant(weight.transpose(2, 1, 0).reshape(-1, len(weight)))
        bias = self.constant(self._weights[f"{name}.bias"])
        joined = positions[0]
        if len(positions) > 1:
            joined = self.add("Concat", *positions, axis=1)
        return self.add("Relu", self.add("Gemm", joined, rows, bias))

    def spectrum(self, padded: str, window: int, basis: str) -> str:
        bounds = window * HOP, window * HOP + WINDOW, 1
        wave = self.add("Slice", padded, *(self.constant([at]) for at in bounds))
        both = self.constant([BINS, BINS])
        wave = self.add("MatMul", wave, basis)
        real = self.add("Split", wave, both, also=1, axis=1)
        squares = (self.add("Mul", part, part) for part in (real, f"{real}_1"))
        return self.add("Sqrt", self.add("Add", *squares))


def features(weights: dict[str, np.ndarray]) -> onnx.ModelProto:
    """Return the graph from `input` (n, 576) to `features` (n, 1, 128)."""
    graph = Graph(weights)
    end = graph.constant([0, 0, 0, 64])
    padded = graph.add("Pad", "input", end, mode="reflect")
    basis = weights["encoder.feature_extractor.forward_basis_buffer"]
    basis_name = graph.constant(basis[:, 0].T)
    bins = [graph.spectrum(padded, at, basis_name) for at in range(WINDOWS)]
    four = [
        graph.convolved(0, bins[:2], 1),
        graph.convolved(0, bins[:3], 0),
        graph.convolved(0, bins[1:], 0),
        graph.convolved(0, bins[2:], 0),
    ]
    two = [graph.convolved(1, four[:2], 1), graph.convolved(1, four[1:], 0)]
    one = graph.convolved(3, [graph.convolved(2, two, 1)], 1)
    last = graph.constant([1])
    graph.nodes.append(helper.make_node("Unsqueeze", [one, last], ["features"]))
    samples = helper.make_tensor_value_info("input", TensorProto.FLOAT, [BATCH, 576])
    heard = helper.make_tensor_value_info(
        "features", TensorProto.FLOAT, [BATCH, 1, 128]
    )
    return helper.make_model(
        helper.make_graph(graph.nodes, "features", [samples], [heard], graph.constants)
    )


def main() -> None:
    """Write both graphs beside this file."""
    package = importlib.util.find_spec("faster_whisper")
    assert package is not None
    assert package.origin is not None
    whole = onnx.load(Path(package.origin).parent / "assets" / "silero_vad_v6.onnx")
    weights = {
        tensor.name: numpy_helper.to_array(tensor) for tensor in whole.graph.initializer
    }
    memory = Extractor(whole).extract_model(
        [JOINT, "h", "c"], ["speech_probs", "hn", "cn"]
    )
    for name, model in (("features", features(weights)), ("memory", memory)):
        model.ir_version = whole.ir_version
        del model.opset_import[:]
        model.opset_import.extend(whole.opset_import)
        onnx.checker.check_model(model)
        onnx.save(model, HERE / f"{name}.onnx")


if __name__ == "__main__":
    main()
