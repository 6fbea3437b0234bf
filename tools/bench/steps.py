"""Training steps in PyTorch, eager or with forward pass and loss compiled."""
import math

import torch
from safetensors.torch import load_file

import networks
from engines import compiled


def prepare(side, task, folder, threads):
    torch.set_num_threads(threads)
    tensors = load_file(folder / "data.safetensors")
    make = {"inp-former": inp_former, "multiads": multiads}[task["method"]]
    work = make(task, tensors, folder, compiled if side == "compile" else lambda f: f)
    return work, [work() for _ in range(3)]


def inp_former(task, tensors, folder, wrap):
    head = networks.INPFormer(task["width"], **task["head"])
    networks.load(head, tensors, "head.").train().requires_grad_(True)
    loss_of, parameters = wrap(head.loss), list(head.parameters())
    optimizer = StableAdamW(parameters, task["rate"])
    if "encoder" in task:
        encoder = networks.GroupMeans(networks.encoder(task["encoder"], folder), task["groups"])
        encode = wrap(encoder.to(memory_format=torch.channels_last))
        images = tensors["images"].permute(0, 3, 1, 2)  # channels last in memory
    else:
        features = [f.contiguous() for f in tensors["features"].unbind(1)]

    def work():
        if "encoder" in task:
            with torch.no_grad():
                targets = encode(images)
        else:
            targets = features
        loss = loss_of(targets)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, task["clip"])
        optimizer.step()
        return loss.item()

    return work


def multiads(task, tensors, _, wrap):
    head = networks.MultiADS(task["taps"], task["width"], task["embed"], task["side"])
    networks.load(head, tensors, "head.").train().requires_grad_(True)
    loss_of, optimizer = wrap(head.loss), torch.optim.Adam(head.parameters(), task["rate"],
                                                           betas=(0.5, 0.999), fused=True)
    levels = [f.contiguous() for f in tensors["features"].unbind(1)]
    text, columns = tensors["text"], tensors["columns"]

    def work():
        loss = loss_of(levels, text, columns)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    return work


class StableAdamW(torch.optim.Optimizer):
    """AdamW with AMSGrad whose step is shortened where the update's root mean square exceeds 1."""

    def __init__(self, parameters, rate, betas=(0.9, 0.999), epsilon=1e-10, decay=1e-4):
        super().__init__(parameters, {"lr": rate, "betas": betas, "eps": epsilon,
                                      "weight_decay": decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            self.update(group)

    def update(self, group):
        rate, (beta1, beta2) = group["lr"], group["betas"]
        group["step"] = t = group.get("step", 0) + 1
        parameters = [p for p in group["params"] if p.grad is not None]
        grads = [p.grad for p in parameters]
        for p in parameters:
            if not self.state[p]:
                self.state[p].update((name, torch.zeros_like(p)) for name in (
                    "exp_avg", "exp_avg_sq", "max_exp_avg_sq"))
        first, second, largest = ([self.state[p][name] for p in parameters] for name in (
            "exp_avg", "exp_avg_sq", "max_exp_avg_sq"))

        torch._foreach_mul_(parameters, 1 - rate * group["weight_decay"])
        torch._foreach_lerp_(first, grads, 1 - beta1)
        torch._foreach_mul_(second, beta2)
        torch._foreach_addcmul_(second, grads, grads, 1 - beta2)
        torch._foreach_maximum_(largest, second)  # before bias correction
        den = torch._foreach_sqrt(largest)
        torch._foreach_div_(den, math.sqrt(1 - beta2**t))
        torch._foreach_add_(den, group["eps"])
        norms = torch.stack(torch._foreach_norm(torch._foreach_div(grads, den))).tolist()
        torch._foreach_addcdiv_(parameters, first, den, [
            -rate / (1 - beta1**t) / max(1, n / math.sqrt(p.numel()))
            for n, p in zip(norms, parameters)])
