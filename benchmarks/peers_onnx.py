"""ONNX Runtime with ONNX's own LSTM operator: fp32, fp32 with everything bound in place, int8."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from musegen_sampling import LSTMWeights
from peers import Floats, Peer, Tokens

OPSET = 21


def step_model(weights: LSTMWeights, batch: int) -> onnx.ModelProto:
    """``tokens`` (B,), ``h0``, ``c0``, ... (1, B, H) -> ``logits`` (B, V), ``new_h0``, ``new_c0``, ..."""
    size = len(weights.vocabulary)
    arrays = {
        "embedding": np.eye(size, dtype=np.float32) if weights.embedding is None else weights.embedding,
        "front": np.array([0]),
        "dense.kernel": weights.dense_kernel,
        "dense.bias": weights.dense_bias,
    }
    nodes = [
        helper.make_node("Gather", ["embedding", "tokens"], ["vectors"]),
        helper.make_node("Unsqueeze", ["vectors", "front"], ["x0"]),
    ]
    inputs = [helper.make_tensor_value_info("tokens", TensorProto.INT64, [batch])]
    outputs = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [batch, size])]
    for n, layer in enumerate(weights.layers):
        arrays[f"w{n}"] = _iofc(layer.kernel)
        arrays[f"r{n}"] = _iofc(layer.recurrent_kernel)
        arrays[f"b{n}"] = np.concatenate(
            [_iofc(layer.bias[np.newaxis])[..., 0], np.zeros((1, 4 * layer.units))], 1
        )
        arrays[f"b{n}"] = arrays[f"b{n}"].astype(np.float32)
        names = [f"x{n}", f"w{n}", f"r{n}", f"b{n}", "", f"h{n}", f"c{n}"]
        result = ["", f"new_h{n}", f"new_c{n}"]
        nodes.append(helper.make_node("LSTM", names, result, name=f"lstm{n}", hidden_size=layer.units))
        nodes.append(helper.make_node("Identity", [f"new_h{n}"], [f"x{n + 1}"]))
        shape = [1, batch, layer.units]
        inputs += [helper.make_tensor_value_info(f"{kind}{n}", TensorProto.FLOAT, shape) for kind in "hc"]
        outputs += [
            helper.make_tensor_value_info(f"new_{kind}{n}", TensorProto.FLOAT, shape) for kind in "hc"
        ]
    nodes += [
        helper.make_node("Squeeze", [f"x{len(weights.layers)}", "front"], ["top"]),
        helper.make_node("Gemm", ["top", "dense.kernel", "dense.bias"], ["logits"]),
    ]
    constants = [numpy_helper.from_array(np.ascontiguousarray(array), name) for name, array in arrays.items()]
    graph = helper.make_graph(nodes, "step", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)
    onnx.checker.check_model(model)
    return model


def quantized(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model's LSTMs with int8 weights; activations are quantised as they come.

    Raises RuntimeError if some LSTMs stayed fp32.
    """
    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder) / "fp32.onnx", Path(folder) / "int8.onnx"
        onnx.save(model, before)
        quantize_dynamic(before, after, weight_type=QuantType.QInt8)
        result = onnx.load(after)
    wanted = Counter(node.op_type for node in model.graph.node)["LSTM"]
    kinds = Counter(node.op_type for node in result.graph.node)
    if kinds["LSTM"] or kinds["DynamicQuantizeLSTM"] != wanted:
        raise RuntimeError(f"quantize_dynamic left LSTMs in fp32: {dict(kinds)}")
    return result


class OnnxRun(Peer):
    """``session.run``, states handed back and forth."""

    name = "ONNX Runtime, session.run"

    def __init__(self, weights: LSTMWeights, batch: int, threads: int, model: onnx.ModelProto) -> None:
        super().__init__(weights, batch)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        self.names = [f"{kind}{n}" for n in range(len(self.units)) for kind in "hc"]
        self.shapes = [(1, batch, units) for units in self.units for _ in "hc"]

    def reset(self) -> None:
        """Zeros for h and c of each layer."""
        self.states = [np.zeros(shape, np.float32) for shape in self.shapes]

    def logits(self, tokens: Tokens) -> Floats:
        """One step."""
        feeds = dict(zip(self.names, self.states, strict=True)) | {"tokens": tokens}
        logits, *self.states = self.session.run(None, feeds)
        return logits


class OnnxBound(OnnxRun):
    """Nothing allocated or copied: the states that one binding writes are those that the other reads."""

    name = "ONNX Runtime, io-binding"

    def __init__(self, weights: LSTMWeights, batch: int, threads: int, model: onnx.ModelProto) -> None:
        super().__init__(weights, batch, threads, model)
        self.tokens = np.zeros(batch, np.int64)
        self.out = np.zeros((batch, len(weights.vocabulary)), np.float32)
        self.both = [[np.zeros(shape, np.float32) for shape in self.shapes] for _ in range(2)]
        self.bindings = [self._bind(*self.both), self._bind(*reversed(self.both))]
        self.turn = 0

    def _bind(self, states: list[Floats], new: list[Floats]) -> onnxruntime.IOBinding:
        binding = self.session.io_binding()
        inputs = [("tokens", self.tokens), *zip(self.names, states, strict=True)]
        for name, array in inputs:
            binding.bind_input(name, "cpu", 0, array.dtype.type, array.shape, array.ctypes.data)
        outputs = [
            ("logits", self.out),
            *((f"new_{name}", a) for name, a in zip(self.names, new, strict=True)),
        ]
        for name, array in outputs:
            binding.bind_output(name, "cpu", 0, array.dtype.type, array.shape, array.ctypes.data)
        return binding

    def reset(self) -> None:
        """Zeros for h and c of each layer."""
        for state in self.both[self.turn]:
            state[:] = 0

    def logits(self, tokens: Tokens) -> Floats:
        """One step; the array is overwritten by the next."""
        self.tokens[:] = tokens
        self.session.run_with_iobinding(self.bindings[self.turn])
        self.turn = 1 - self.turn
        return self.out


class OnnxInt8(OnnxBound):
    """DynamicQuantizeLSTM, bound in place as well."""

    name = "ONNX Runtime, int8"
    tolerance = 0.5


def _iofc(array: Floats) -> Floats:
    """(N, 4H) with gates i, f, c, o to (1, 4H, N) with ONNX's i, o, f, c."""
    i, f, c, o = np.split(array, 4, axis=1)
    return np.concatenate([i, o, f, c], axis=1).T[np.newaxis]


def peers(weights: LSTMWeights, batch: int, threads: int) -> list[Peer]:
    """All three."""
    model = step_model(weights, batch)
    return [
        OnnxRun(weights, batch, threads, model),
        OnnxBound(weights, batch, threads, model),
        OnnxInt8(weights, batch, threads, quantized(model)),
    ]
