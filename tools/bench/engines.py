"""Runs a module's forward pass by PyTorch, torch.compile, ONNX Runtime or OpenVINO.

An engine's prepare takes images [B, side, side, 3] and gives what it runs on; calling it with that
gives the module's outputs as NumPy arrays.
"""
import tempfile
import warnings
from pathlib import Path

import numpy as np
import torch


def engine(side, module, shape, folder, threads):
    """shape is that of the images, [B, side, side, 3]."""
    torch.set_num_threads(threads)
    if side in ("eager", "compile"):
        return Torch(module, side == "compile")
    kind = {"onnxruntime": ONNXRuntime, "openvino": OpenVINO}[side]
    # a folder of its own, because sides run at the same time
    with tempfile.TemporaryDirectory(dir=folder) as own:
        path = Path(own) / "model.onnx"
        batch, height, width, channels = shape
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            torch.onnx.export(module, (torch.zeros(batch, channels, height, width),), str(path),
                              opset_version=17, dynamo=False, input_names=["images"])
        return kind(path, threads)


def compiled(function):
    """torch.compile for one shape; weights of inference become constants."""
    import torch._inductor.config
    torch._inductor.config.freezing = True
    return torch.compile(function, dynamic=False)


class Torch:
    def __init__(self, module, compile):
        module = module.to(memory_format=torch.channels_last)
        self.run = compiled(module) if compile else module
        self.mode = torch.no_grad if compile else torch.inference_mode

    def prepare(self, images):
        return torch.from_numpy(images).permute(0, 3, 1, 2)  # channels last in memory

    def __call__(self, images):
        with self.mode():
            out = self.run(images)
        return [x.numpy() for x in ([out] if isinstance(out, torch.Tensor) else out)]


class Exported:
    def prepare(self, images):
        return np.ascontiguousarray(images.transpose(0, 3, 1, 2))


class ONNXRuntime(Exported):
    def __init__(self, path, threads):
        import onnxruntime as ort
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
        self.session = ort.InferenceSession(str(path), options,
                                            providers=["CPUExecutionProvider"])

    def __call__(self, images):
        return self.session.run(None, {"images": images})


class OpenVINO(Exported):
    def __init__(self, path, threads):
        import openvino as ov
        core = ov.Core()
        model = core.compile_model(core.read_model(path), "CPU", {
            "PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32",
            "INFERENCE_NUM_THREADS": threads})
        self.request, self.outputs = model.create_infer_request(), len(model.outputs)

    def __call__(self, images):
        self.request.infer([images], share_inputs=True)
        return [self.request.get_output_tensor(i).data for i in range(self.outputs)]
