"""Models with random weights and a known number of words, to measure time with.

Time does not depend on what the weights are, only on their number and on how many
tokens come out. Both stand-ins are made so that the engine's own code runs on them
unchanged and every clip gives the same share of tokens to a second.
"""

import json
import random
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

SPOKEN = 4.2  # tokens a second of Spanish speech in either vocabulary, about
BOLD = 50.0  # a logit that no random one comes near
DURATIONS = [0, 1, 2, 3, 4]  # frames that a token of a TDT may last
MODULES = "nemo.collections.asr.modules."
SYLLABLES = "ba ce di fo gu la me ni po ru sa te vi zo que rra llo ña cio mbre"


@dataclass(frozen=True)
class ParakeetSize:
    """What decides how long a FastConformer-TDT takes."""

    layers: int
    width: int
    heads: int
    bands: int  # of the mel spectrogram
    channels: int  # of the convolutions before the encoder
    memory: int  # width of the prediction network
    memory_layers: int
    vocabulary: int


@dataclass(frozen=True)
class WhisperSize:
    """What decides how long a Whisper takes."""

    encoder_layers: int
    decoder_layers: int
    width: int
    heads: int
    bands: int


# parakeet-tdt-0.6b-v3's model card: FastConformer XL, 8,192 pieces, 600 M parameters.
PARAKEET = ParakeetSize(24, 1024, 8, 128, 256, 640, 2, 8192)
TINY_PARAKEET = ParakeetSize(2, 128, 4, 80, 64, 128, 1, 512)
# openai/whisper-large-v3-turbo's config.json: 809 M parameters.
TURBO = WhisperSize(32, 4, 1280, 20, 128)
TINY_WHISPER = WhisperSize(1, 1, 64, 1, 80)


def parakeet(
    path: Path,
    size: ParakeetSize,
    *,
    lines: Sequence[str] = (),
    steady: bool = True,
) -> Path:
    """Write a .nemo file of that size at `path` and return it. Needs NeMo.

    A `steady` one gives a token every third frame of 80 ms; otherwise what comes out
    is the whim of the weights, the same every time. Its pieces are those of the text
    in `lines`, or of made-up words.
    """
    import torch
    from nemo.collections.asr.models import EncDecRNNTBPEModel
    from nemo.utils import logging
    from omegaconf import OmegaConf

    logging.setLevel(logging.ERROR)
    folder = path.with_suffix(".pieces")
    train(folder, lines or _made_up(size.vocabulary), size.vocabulary)
    torch.manual_seed(3)
    model = EncDecRNNTBPEModel(cfg=OmegaConf.create(configuration(size, folder)))
    if steady:
        with torch.no_grad():
            bias = model.joint.joint_net[-1].bias
            bias[size.vocabulary] = -BOLD  # never the blank
            bias[DURATIONS.index(3) - len(DURATIONS)] = BOLD  # three frames each
    model.save_to(str(path))
    shutil.rmtree(folder)
    return path


def whisper(folder: Path, size: WhisperSize, base: Path) -> Path:
    """Write a CTranslate2 model of that size in `folder` and return it.

    The vocabulary (51,865 pieces) and tokenizer are those of the weights in `base`.
    Its last norm is constant, so that one word is the likeliest at every step and the
    end never comes: every clip gives as many tokens as it is allowed.
    """
    from ctranslate2.specs import WhisperSpec

    vocabulary = (base / "vocabulary.txt").read_text(encoding="utf-8").split("\n")
    vocabulary = vocabulary[: vocabulary.index("<|30.00|>") + 1]
    spec = WhisperSpec(size.encoder_layers, size.heads, size.decoder_layers, size.heads)
    _fill(spec, size, len(vocabulary))
    _speak(spec.decoder, vocabulary)
    spec.register_vocabulary(vocabulary)
    known = json.loads((base / "config.json").read_text())
    for name in ("suppress_ids", "suppress_ids_begin", "lang_ids"):
        setattr(spec.config, name, known[name])
    spec.config.alignment_heads = [
        [layer, head]
        for layer in range(size.decoder_layers // 2, size.decoder_layers)
        for head in range(min(2, size.heads))
    ]
    spec.validate()
    spec.optimize(quantization="float16")
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))
    shutil.copyfile(base / "tokenizer.json", folder / "tokenizer.json")
    bands = {"feature_size": size.bands, "sampling_rate": 16_000}
    (folder / "preprocessor_config.json").write_text(json.dumps(bands))
    return folder


def _made_up(count: int) -> list[str]:
    """Return lines of words enough for `count` pieces, so that no corpus is needed."""
    rng, syllables = random.Random(1), SYLLABLES.split()
    words = ["".join(rng.choices(syllables, k=rng.randint(1, 4))) for _ in range(count)]
    lines = [" ".join(words[at : at + 20]) + "." for at in range(0, count, 20)]
    return [*lines, *(line.title() for line in lines)]


def train(folder: Path, lines: Sequence[str], count: int) -> None:
    """Write a SentencePiece model of `count` pieces as NeMo wants it in `folder`."""
    import sentencepiece

    folder.mkdir(parents=True, exist_ok=True)
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines),
        model_prefix=str(folder / "tokenizer"),
        vocab_size=count,
        model_type="bpe",
        character_coverage=1.0,
        bos_id=-1,
        eos_id=-1,
        minloglevel=2,
    )
    made = sentencepiece.SentencePieceProcessor(str(folder / "tokenizer.model"))
    pieces = [made.id_to_piece(number) for number in range(made.get_piece_size())]
    (folder / "vocab.txt").write_text("\n".join(pieces), encoding="utf-8")


def configuration(size: ParakeetSize, pieces: Path) -> dict[str, Any]:
    """Return NeMo's configuration of a FastConformer-TDT of that size.

    After NeMo's own examples for such models and the published model's file.
    """
    return {
        "sample_rate": 16_000,
        "compute_eval_loss": False,
        "log_prediction": False,
        "model_defaults": {
            "enc_hidden": size.width,
            "pred_hidden": size.memory,
            "joint_hidden": size.memory,
        },
        "tokenizer": {"dir": str(pieces), "type": "bpe"},
        **_listening(size),
        **_writing(size),
        "decoding": {
            "strategy": "greedy_batch",
            "model_type": "tdt",
            "durations": DURATIONS,
            "greedy": {"max_symbols": 10},
        },
        "loss": {"loss_name": "tdt", "tdt_kwargs": {"durations": DURATIONS}},
    }


def _listening(size: ParakeetSize) -> dict[str, Any]:
    return {
        "preprocessor": {
            "_target_": MODULES + "AudioToMelSpectrogramPreprocessor",
            "sample_rate": 16_000,
            "normalize": "per_feature",
            "window_size": 0.025,
            "window_stride": 0.01,
            "features": size.bands,
            "n_fft": 512,
            "dither": 1e-5,
        },
        "encoder": {
            "_target_": MODULES + "ConformerEncoder",
            "feat_in": size.bands,
            "n_layers": size.layers,
            "d_model": size.width,
            "n_heads": size.heads,
            "use_bias": False,
            "subsampling": "dw_striding",
            "subsampling_factor": 8,
            "subsampling_conv_channels": size.channels,
            "xscaling": False,
            "conv_kernel_size": 9,
        },
    }


def _writing(size: ParakeetSize) -> dict[str, Any]:
    return {
        "decoder": {
            "_target_": MODULES + "RNNTDecoder",
            "blank_as_pad": True,
            "prednet": {
                "pred_hidden": size.memory,
                "pred_rnn_layers": size.memory_layers,
            },
        },
        "joint": {
            "_target_": MODULES + "RNNTJoint",
            "num_extra_outputs": len(DURATIONS),
            "jointnet": {"joint_hidden": size.memory, "activation": "relu"},
        },
    }


def _fill(spec: Any, size: WhisperSize, vocabulary: int) -> None:
    """Give every weight of `spec` its shape and random numbers."""
    from ctranslate2.specs import model_spec

    # One block over and over: nearly a thousand million of numbers take a minute.
    block = np.random.default_rng(1).standard_normal(1 << 20) * 0.02
    block = block.astype(np.float16)
    shapes = _shapes(size, vocabulary)

    def fill(part: Any, name: str, _: Any) -> None:
        shape = next((found for end, found in shapes.items() if name.endswith(end)), ())
        if not shape:
            return
        leaf = name.rpartition("/")[2]
        if leaf == "gamma":
            value = np.ones(shape, np.float16)
        elif leaf in {"beta", "bias"}:
            value = np.zeros(shape, np.float16)
        else:
            value = np.resize(block, shape)
        setattr(part, leaf, value)

    model_spec.visit_spec(spec, fill)


def _shapes(size: WhisperSize, vocabulary: int) -> dict[str, tuple[int, ...]]:
    """Return the shape of each weight by the end of its name."""
    wide = size.width
    shapes = {
        "conv1/weight": (wide, size.bands, 3),
        "conv1/bias": (wide,),
        "conv2/weight": (wide, wide, 3),
        "conv2/bias": (wide,),
        "encoder/position_encodings/encodings": (1500, wide),
        "decoder/position_encodings/encodings": (448, wide),
        "embeddings/weight": (vocabulary, wide),
        "decoder/projection/weight": (vocabulary, wide),
        "layer_norm/gamma": (wide,),
        "layer_norm/beta": (wide,),
        "self_attention/linear_0/weight": (3 * wide, wide),
        "self_attention/linear_0/bias": (3 * wide,),
        "self_attention/linear_1/weight": (wide, wide),
        "self_attention/linear_1/bias": (wide,),
        "ffn/linear_0/weight": (4 * wide, wide),
        "ffn/linear_0/bias": (4 * wide,),
        "ffn/linear_1/weight": (wide, 4 * wide),
        "ffn/linear_1/bias": (wide,),
    }
    across = {"0": 1, "1": 2, "2": 1}  # queries; keys and values; output
    for number, times in across.items():
        shapes[f"/attention/linear_{number}/weight"] = (times * wide, wide)
        shapes[f"/attention/linear_{number}/bias"] = (times * wide,)
    return shapes


def _speak(decoder: Any, vocabulary: list[str]) -> None:
    """Make one word the likeliest whatever was heard, and the end the least likely."""
    wide = len(decoder.layer_norm.gamma)
    decoder.layer_norm.gamma = np.zeros(wide, np.float16)
    decoder.layer_norm.beta = np.eye(1, wide, dtype=np.float16)[0]
    decoder.embeddings.weight[vocabulary.index("Ġde"), 0] = BOLD
    decoder.embeddings.weight[vocabulary.index("<|endoftext|>"), 0] = -BOLD
    decoder.projection.weight = decoder.embeddings.weight
