"""A transducer of a few kilobytes in onnx-asr's format that hears tones as tokens.

Every token has a tone, the centre of one mel band. The encoder is the mean of eight
frames, the joint network compares bands with a threshold, and the prediction network
forbids the token before, so that a tone of any length is heard once.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from tests.transcription.sounds import noise

RATE = 16_000
BANDS = 128
TOKENS = ("▁Señor", "es", ",", "▁¿", "hay", "▁qu", "órum", "?", "▁No", ".", "<|es|>")
RIVAL = len(TOKENS)  # sounds like «órum», and is nearly as probable
VOCABULARY = (*TOKENS, "oro", "<blk>")
BLANK = len(VOCABULARY) - 1
DURATIONS = 5  # a TDT model's 0 to 4 steps; ours is always one
THRESHOLD = 1.6  # of a band's loudness, which onnx-asr gives in standard deviations
NEVER = -100.0


def band(token: int) -> int:
    return 20 + 9 * (TOKENS.index("órum") if token == RIVAL else token)


def tone(token: int, seconds: float) -> np.ndarray:
    """Return a sine at the centre of the token's band, on Slaney's mel scale."""
    top = 15 + 27 * np.log(8) / np.log(6.4)  # 8 kHz
    mel = (band(token) + 1) * top / (BANDS + 1)
    hertz = 200 / 3 * mel if mel < 15 else 1000 * 6.4 ** ((mel - 15) / 27)
    time = np.arange(round(seconds * RATE)) / RATE
    return 0.3 * np.sin(2 * np.pi * hertz * time)


def say(text: str, *, each: float = 0.24, before: float = 0.4) -> np.ndarray:
    """Return tones for the tokens in `text`, hiss around them."""
    silence = np.zeros(round(before * RATE))
    tones = [tone(TOKENS.index(one), each) for one in text.split()]
    samples = np.concatenate([silence, *tones, silence]).astype(np.float32)
    return samples + noise(len(samples) / RATE, 0.003)[: len(samples)]


def export(folder: Path, quantization: str = "int8") -> Path:
    """Write the model's files into `folder` and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, model in (("encoder", _encoder()), ("decoder_joint", _decoder())):
        onnx.checker.check_model(model)
        onnx.save(model, folder / f"{name}-model.{quantization}.onnx")
    lines = [f"{token} {number}" for number, token in enumerate(VOCABULARY)]
    (folder / "vocab.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    config = {"model_type": "nemo-conformer-tdt", "features_size": BANDS}
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def _encoder() -> onnx.ModelProto:
    nodes = [
        helper.make_node(
            "AveragePool",
            ["audio_signal"],
            ["outputs"],
            kernel_shape=[8],
            strides=[8],
            ceil_mode=1,
        ),
        helper.make_node("Add", ["length", "seven"], ["more"]),
        helper.make_node("Div", ["more", "eight"], ["encoded_lengths"]),
    ]
    return _model(
        nodes,
        [
            ("audio_signal", TensorProto.FLOAT, ["batch", BANDS, "time"]),
            ("length", TensorProto.INT64, ["batch"]),
        ],
        [
            ("outputs", TensorProto.FLOAT, ["batch", BANDS, "steps"]),
            ("encoded_lengths", TensorProto.INT64, ["batch"]),
        ],
        {"seven": np.array([7]), "eight": np.array([8])},
    )


def _decoder() -> onnx.ModelProto:
    size = len(VOCABULARY)
    weights = np.zeros((BANDS, size + DURATIONS), np.float32)
    bias = np.full(size + DURATIONS, -10 * THRESHOLD, np.float32)
    for token in range(BLANK):
        weights[band(token), token] = 10.0
    bias[RIVAL] -= 0.5
    bias[[BLANK, size + 1]] = 0.0
    before = np.zeros((size, size + DURATIONS), np.float32)
    before[range(BLANK), range(BLANK)] = NEVER
    before[TOKENS.index("órum"), RIVAL] = NEVER
    states = ("states_1", "states_2")
    nodes = [
        helper.make_node("Transpose", ["encoder_outputs"], ["step"], perm=[0, 2, 1]),
        helper.make_node("MatMul", ["step", "weights"], ["heard"]),
        helper.make_node("Gather", ["before", "targets"], ["forbidden"]),
        helper.make_node("Sum", ["heard", "bias", "forbidden"], ["logits"]),
        helper.make_node("Unsqueeze", ["logits", "axis"], ["outputs"]),
        *(
            helper.make_node("Identity", [f"input_{one}"], [f"output_{one}"])
            for one in states
        ),
    ]
    shape = [1, "batch", 1]
    return _model(
        nodes,
        [
            ("encoder_outputs", TensorProto.FLOAT, ["batch", BANDS, 1]),
            ("targets", TensorProto.INT32, ["batch", 1]),
            ("target_length", TensorProto.INT32, ["batch"]),
            *((f"input_{one}", TensorProto.FLOAT, shape) for one in states),
        ],
        [
            ("outputs", TensorProto.FLOAT, ["batch", 1, 1, size + DURATIONS]),
            *((f"output_{one}", TensorProto.FLOAT, shape) for one in states),
        ],
        {"weights": weights, "bias": bias, "before": before, "axis": np.array([1])},
    )


def _model(
    nodes: list[onnx.NodeProto],
    inputs: Sequence[tuple[str, int, list]],
    outputs: Sequence[tuple[str, int, list]],
    constants: dict[str, np.ndarray],
) -> onnx.ModelProto:
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(*one) for one in inputs],
        [helper.make_tensor_value_info(*one) for one in outputs],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    # The oldest that hold what is used here, so that any ONNX Runtime reads them.
    opset = helper.make_opsetid("", 17)
    return helper.make_model(graph, opset_imports=[opset], ir_version=8)
