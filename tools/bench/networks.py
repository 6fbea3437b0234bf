"""Encoders and heads as PyTorch modules. Their state has the names of the checkpoints' tensors."""
import math

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import nn


def load(module, tensors, prefix=""):
    """Fills a module with tensors, every one of its own, ready for inference."""
    state = {name: tensors[prefix + name] for name in module.state_dict()
             if not name.endswith("num_batches_tracked")}
    module.load_state_dict(state, strict=False)
    return module.eval().requires_grad_(False)


def encoder(config, folder, embedding=False):
    """The encoder that a task names: [B, 3, side, side] to a list of levels [B, N, C]."""
    kind = {"efficientnet-lite0": EfficientNet, "dinov2": DINOv2, "clip": CLIP}[config["network"]]
    module = kind(config, embedding) if kind is CLIP else kind(config)
    tensors = load_file(folder / "encoder.safetensors")
    if kind is CLIP:
        name = "visual.positional_embedding"
        tensors[name] = resized(tensors[name], config["grid"])
    return load(module, tensors)


def resized(table, grid):
    """A position table [1+n², C] for a grid of another side, as OpenCLIP does it."""
    n = math.isqrt(len(table) - 1)
    if n == grid:
        return table
    x = table[1:].T.unflatten(1, (n, n))[None]
    x = F.interpolate(x, (grid, grid), mode="bicubic", align_corners=False, antialias=True)
    return torch.cat([table[:1], x[0].flatten(1).T])


# Layers


class MLP(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        return self.fc2(F.gelu(self.fc1(x)))


def split_heads(x, heads):
    """[B, N, h·d] to [B, h, N, d]."""
    return x.unflatten(-1, (heads, -1)).transpose(1, 2)


def merge_heads(x):
    """[B, h, N, d] to [B, N, h·d]."""
    return x.transpose(1, 2).flatten(2)


def attend(q, k, v, heads):
    q, k, v = (split_heads(x, heads) for x in (q, k, v))
    return merge_heads(F.scaled_dot_product_attention(q, k, v))


# EfficientNet-Lite0

# in, out, expansion, kernel, stride of a block
BLOCKS = [(32, 16, 1, 3, 1), (16, 24, 6, 3, 2), (24, 24, 6, 3, 1), (24, 40, 6, 5, 2),
          (40, 40, 6, 5, 1), (40, 80, 6, 3, 2), (80, 80, 6, 3, 1), (80, 80, 6, 3, 1),
          (80, 112, 6, 5, 1), (112, 112, 6, 5, 1), (112, 112, 6, 5, 1)]


class SameConv(nn.Conv2d):
    """A convolution with TensorFlow's SAME padding, for square pictures."""

    def forward(self, x):
        (kernel, _), (stride, _), side = self.kernel_size, self.stride, \
            int(x.shape[-1])  # a number in an exported graph, too
        total = max(0, (math.ceil(side / stride) - 1) * stride + kernel - side)
        before, after = total // 2, total - total // 2
        if before == after:
            return F.conv2d(x, self.weight, None, stride, before, 1, self.groups)
        x = F.pad(x, (before, after, before, after))
        return F.conv2d(x, self.weight, None, stride, 0, 1, self.groups)


def norm(channels):
    return nn.BatchNorm2d(channels, eps=1e-3)


class MBConv(nn.Module):
    def __init__(self, inputs, outputs, expansion, kernel, stride):
        super().__init__()
        wide = inputs * expansion
        self.expands, self.residual = expansion != 1, inputs == outputs and stride == 1
        if self.expands:
            self._expand_conv, self._bn0 = nn.Conv2d(inputs, wide, 1, bias=False), norm(wide)
        self._depthwise_conv = SameConv(wide, wide, kernel, stride, groups=wide, bias=False)
        self._bn1 = norm(wide)
        self._project_conv, self._bn2 = nn.Conv2d(wide, outputs, 1, bias=False), norm(outputs)

    def forward(self, x):
        y = F.relu6(self._bn0(self._expand_conv(x))) if self.expands else x
        y = F.relu6(self._bn1(self._depthwise_conv(y)))
        y = self._bn2(self._project_conv(y))
        return x + y if self.residual else y


class Statistics(nn.Module):
    """Standardises channels."""

    def __init__(self, channels):
        super().__init__()
        self.register_buffer("mean", torch.zeros(channels))
        self.register_buffer("std", torch.ones(channels))

    def forward(self, x):
        return (x - self.mean) / self.std


class EfficientNet(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.taps, self.grid, self.width = config["taps"], config["grid"], config["width"]
        self._conv_stem, self._bn0 = SameConv(3, 32, 3, 2, bias=False), norm(32)
        self._blocks = nn.ModuleList(MBConv(*b) for b in BLOCKS[:max(self.taps) + 1])
        channels = {tap: BLOCKS[tap][1] for tap in self.taps}
        self.stats = nn.ModuleDict({str(tap): Statistics(c) for tap, c in channels.items()})
        self.projection = nn.ModuleDict({str(c): nn.Linear(c, self.width, bias=False)
                                         for c in sorted(set(channels.values()))})

    def forward(self, x):
        x, levels = F.relu6(self._bn0(self._conv_stem(x))), []
        for i, block in enumerate(self._blocks):
            x = block(x)
            if i in self.taps:
                levels.append(self.level(i, x))
        return levels

    def level(self, tap, x):
        """A block's picture as tokens [B, grid², width]."""
        side, channels = int(x.shape[-1]), int(x.shape[1])
        if side > self.grid:
            x = F.avg_pool2d(x, side // self.grid)
        elif side < self.grid:
            x = F.interpolate(x, scale_factor=self.grid // side, mode="nearest")
        x = self.stats[str(tap)](x.permute(0, 2, 3, 1).flatten(1, 2))
        return self.projection[str(channels)](x) * math.sqrt(self.width / channels)


# DINOv2


class LayerScale(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return x * self.gamma


class SelfAttention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads, self.qkv, self.proj = heads, nn.Linear(width, 3 * width), \
            nn.Linear(width, width)

    def forward(self, x):
        return self.proj(attend(*self.qkv(x).chunk(3, -1), self.heads))


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm1, self.norm2 = (nn.LayerNorm(width, eps=1e-6) for _ in range(2))
        self.attn, self.mlp = SelfAttention(width, heads), MLP(width)
        self.ls1, self.ls2 = LayerScale(width), LayerScale(width)

    def forward(self, x):
        x = x + self.ls1(self.attn(self.norm1(x)))
        return x + self.ls2(self.mlp(self.norm2(x)))


class DINOv2(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, patch = config["width"], config["patch"]
        self.taps, self.registers = config["taps"], config.get("registers", 0)
        self.patch_embed = nn.ModuleDict({"proj": nn.Conv2d(3, width, patch, patch)})
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.pos_embed = nn.Parameter(torch.zeros(1, 1 + config["grid"]**2, width))
        if self.registers:
            self.register_tokens = nn.Parameter(torch.zeros(1, self.registers, width))
        self.blocks = nn.ModuleList(Block(width, config["heads"])
                                    for _ in range(max(self.taps) + 1))

    def forward(self, x):
        x = self.patch_embed["proj"](x).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls_token.expand(x.shape[0], -1, -1), x], 1) + self.pos_embed
        if self.registers:  # between class and patches, without a position
            x = torch.cat([x[:, :1], self.register_tokens.expand(x.shape[0], -1, -1), x[:, 1:]], 1)
        levels = []
        for i, block in enumerate(self.blocks):
            x = block(x)
            if i in self.taps:
                levels.append(x[:, 1 + self.registers:])
        return levels


# CLIP's vision tower


class FusedAttention(nn.Module):
    """nn.MultiheadAttention's tensors."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.in_proj_weight = nn.Parameter(torch.zeros(3 * width, width))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * width))
        self.out_proj = nn.Linear(width, width)

    def forward(self, x):
        qkv = F.linear(x, self.in_proj_weight, self.in_proj_bias)
        return self.out_proj(attend(*qkv.chunk(3, -1), self.heads))


class CLIPBlock(nn.Module):
    def __init__(self, width, heads, quick):
        super().__init__()
        self.quick = quick
        self.ln_1, self.ln_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attn = FusedAttention(width, heads)
        self.mlp = nn.ModuleDict({"c_fc": nn.Linear(width, 4 * width),
                                  "c_proj": nn.Linear(4 * width, width)})

    def forward(self, x):
        x = x + self.attn(self.ln_1(x))
        y = self.mlp["c_fc"](self.ln_2(x))
        y = y * torch.sigmoid(1.702 * y) if self.quick else F.gelu(y)
        return x + self.mlp["c_proj"](y)


class Tower(nn.Module):
    """Gives the levels, and the embedding [B, D] of the image where it is wanted."""

    def __init__(self, config, embedding):
        super().__init__()
        width, patch, self.taps = config["width"], config["patch"], config["taps"]
        self.conv1 = nn.Conv2d(3, width, patch, patch, bias=False)
        self.class_embedding = nn.Parameter(torch.zeros(width))
        self.positional_embedding = nn.Parameter(torch.zeros(1 + config["grid"]**2, width))
        self.ln_pre = nn.LayerNorm(width)
        depth = config["depth"] if embedding else max(self.taps)
        self.transformer = nn.ModuleDict({"resblocks": nn.ModuleList(
            CLIPBlock(width, config["heads"], config.get("quick", False)) for _ in range(depth))})
        self.embedding = embedding
        if embedding:
            self.ln_post = nn.LayerNorm(width)
            self.proj = nn.Parameter(torch.zeros(width, config["embed"]))

    def forward(self, x):
        x = self.conv1(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.class_embedding.expand(x.shape[0], 1, -1), x], 1)
        x, levels = self.ln_pre(x + self.positional_embedding), []
        for i, block in enumerate(self.transformer["resblocks"], start=1):
            x = block(x)
            if i in self.taps:
                levels.append(x[:, 1:])
        return (levels, self.ln_post(x[:, 0]) @ self.proj) if self.embedding else levels


class CLIP(nn.Module):
    def __init__(self, config, embedding):
        super().__init__()
        self.visual = Tower(config, embedding)

    def forward(self, x):
        return self.visual(x)


# INP-Former


class CrossAttention(nn.Module):
    """Queries from one set of tokens, keys and values from another."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.q, self.kv = nn.Linear(width, width), nn.Linear(width, 2 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x, keys):
        return self.proj(attend(self.q(x), *self.kv(keys).chunk(2, -1), self.heads))


class GuidedAttention(CrossAttention):
    """Attends by ReLU of scaled cosines."""

    def __init__(self, width, heads):
        super().__init__(width, heads)
        self.learn_scale = nn.Parameter(torch.ones(heads, 1, 1))

    def forward(self, x, keys):
        k, v = self.kv(keys).chunk(2, -1)
        q, k, v = (split_heads(t, self.heads) for t in (self.q(x), k, v))
        q, k = F.normalize(q, dim=-1), F.normalize(k, dim=-1)
        attention = F.relu(q @ k.transpose(-2, -1) * self.learn_scale)  # [B, h, N, M]
        return self.proj(merge_heads(attention @ v))


class INPBlock(nn.Module):
    def __init__(self, attention, width, heads):
        super().__init__()
        self.norm1, self.norm2 = (nn.LayerNorm(width, eps=1e-8) for _ in range(2))
        self.attn, self.mlp = attention(width, heads), MLP(width)

    def forward(self, x, keys, residual):
        y = self.attn(self.norm1(x), self.norm1(keys))
        if residual:
            y = x + y
        return y + self.mlp(self.norm2(y))


class Weigh(torch.autograd.Function):
    """Leaves x as it is and weighs its gradient: a backward hook that torch.compile can take."""

    @staticmethod
    def forward(ctx, x, weight):
        ctx.save_for_backward(weight)
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad):
        weight, = ctx.saved_tensors
        return grad * weight, None


class INPFormer(nn.Module):
    def __init__(self, width, heads, inps, blocks, sizes, coherence, mining):
        super().__init__()
        self.sizes, self.coherence, self.mining = sizes, coherence, mining
        self.prototype_token = nn.Parameter(torch.zeros(inps, width))
        self.bottleneck = nn.ModuleList([MLP(width)])
        self.aggregation = nn.ModuleList([INPBlock(CrossAttention, width, heads)])
        self.decoder = nn.ModuleList(INPBlock(GuidedAttention, width, heads)
                                     for _ in range(blocks))

    def forward(self, targets):
        """Means of groups of levels, [B, N, C] each, to fused, prototypes and reconstructions."""
        total = sum(self.sizes)
        fused = sum(target * (size / total) for target, size in zip(targets, self.sizes))
        table = self.prototype_token.expand(fused.shape[0], -1, -1)
        prototypes = self.aggregation[0](table, fused, residual=True)
        x, states = self.bottleneck[0](fused), []
        for block in self.decoder:
            x = block(x, prototypes, residual=False)
            states.append(x)
        states.reverse()  # the last blocks reconstruct the shallowest levels
        per = len(states) // len(targets)
        outputs = [torch.stack(states[g * per:(g + 1) * per]).mean(0)
                   for g in range(len(targets))]
        return fused, prototypes, outputs

    def loss(self, targets):
        fused, prototypes, outputs = self(targets)
        losses = []
        for target, output in zip(targets, outputs):
            distance = 1 - F.cosine_similarity(target, output.detach(), dim=-1)
            weight = (distance / distance.mean().clamp(min=1e-12))**self.mining
            output = Weigh.apply(output, weight.unsqueeze(-1))
            losses.append(1 - F.cosine_similarity(target.flatten(1), output.flatten(1)).mean())
        distances = 1 - F.normalize(fused, dim=-1, eps=1e-8) @ F.normalize(
            prototypes, dim=-1, eps=1e-8).transpose(1, 2)
        coherence = distances.min(-1).values.mean()
        return sum(losses) / len(losses) + self.coherence * coherence

    def anomaly(self, targets):
        """Distances of the reconstructions, [B, N]."""
        _, _, outputs = self(targets)
        return sum(1 - F.cosine_similarity(t, o, dim=-1) for t, o in zip(targets, outputs)) \
            / len(targets)


class GroupMeans(nn.Module):
    """An encoder whose levels are averaged by groups."""

    def __init__(self, encoder, groups):
        super().__init__()
        self.encoder, self.groups = encoder, groups

    def forward(self, images):
        levels = self.encoder(images)
        return [torch.stack([levels[i] for i in group]).mean(0) for group in self.groups]


class INPFormerLook(nn.Module):
    """Normalised images [B, 3, crop, crop] to anomaly maps [B, side, side]."""

    def __init__(self, encoder, head, grid, crop, side):
        super().__init__()
        self.encoder, self.head, self.grid = encoder, head, grid
        self.crop, self.side = crop, side
        x = torch.arange(5) - 2.0
        kernel = torch.exp(-x**2 / (2 * 4.0**2))
        kernel = kernel[:, None] * kernel
        self.register_buffer("kernel", (kernel / kernel.sum())[None, None])

    def forward(self, images):
        x = self.head.anomaly(self.encoder(images)).unflatten(-1, (1, self.grid, self.grid))
        x = F.interpolate(x, (self.crop, self.crop), mode="bilinear", align_corners=True)
        x = F.interpolate(x, (self.side, self.side), mode="bilinear", align_corners=False)
        return F.conv2d(x, self.kernel, padding=2)[:, 0]


# MultiADS

TEMPERATURE = 100


class MultiADS(nn.Module):
    def __init__(self, taps, width, embed, side):
        super().__init__()
        self.fc, self.side = nn.ModuleList(nn.Linear(width, embed) for _ in range(taps)), side

    def forward(self, levels, text):
        """A list of [B, N, Dv] and the text matrix [D, C] to probabilities [taps, B, C, S, S]."""
        x = torch.stack([F.normalize(fc(level), dim=-1) for fc, level in zip(self.fc, levels)])
        logits = TEMPERATURE * x @ text  # [taps, B, N, C]
        taps, batch, n = (int(d) for d in logits.shape[:3])
        grid = math.isqrt(n)
        planes = logits.flatten(0, 1).transpose(1, 2).unflatten(-1, (grid, grid))
        planes = F.interpolate(planes, (self.side, self.side), mode="bilinear", align_corners=True)
        return planes.softmax(1).unflatten(0, (taps, batch))

    def loss(self, levels, text, columns):
        p = self(levels, text)
        return focal(p, columns) + dice(p[:, :, 1:].sum(2), (columns > 0).float())


def focal(p, columns, smoothing=1e-5):
    """Focal loss, the taps' sum, of [taps, B, C, S, S] against column numbers [B, S, S]."""
    classes = p.shape[2]
    target = columns[:, None] == torch.arange(classes)[:, None, None]
    target = target.float().clamp(smoothing / (classes - 1), 1 - smoothing)
    pt = (target * p).sum(2) + smoothing
    return -((1 - pt)**2 * pt.log()).mean((1, 2, 3)).sum()


def dice(x, mask, weight=5):
    """Dice loss, the taps' sum, of [taps, B, S, S] against a binary mask [B, S, S]."""
    y = weight * mask
    overlap = (2 * (x * y).sum((2, 3)) + 1) / (x.sum((2, 3)) + y.sum((1, 2)) + 1)
    return (1 - overlap).mean(1).sum()


class MultiADSLook(nn.Module):
    """Normalised images [B, 3, crop, crop] to anomaly maps [B, S, S] and text scores [B]."""

    def __init__(self, encoder, head, text):
        super().__init__()
        self.encoder, self.head = encoder, head
        self.register_buffer("text", text)

    def forward(self, images):
        levels, embedding = self.encoder(images)
        maps = self.head(levels, self.text).sum(0)[:, 1:].sum(1)
        cosines = F.normalize(embedding, dim=-1) @ self.text
        return maps, (TEMPERATURE * cosines).softmax(-1)[:, 1:].sum(-1)
