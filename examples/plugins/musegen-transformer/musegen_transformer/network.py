"""The network: its parameters, its loss with all gradients, and its steps with a cache.

A position begins as the sum of three embeddings, of its token and the two before it, so that attention can
look for what followed the same few tokens earlier. A block is x + attention(norm(x)), then x + ff(norm(x)).
The norms are root-mean-square norms (Zhang & Sennrich 2019), and the activation is a squared ReLU (So et al.
2021). In place of positions there is a penalty that grows with distance (ALiBi, Press et al. 2022), so that
any length can be continued.

Names of sizes: B tunes, T positions, D width, H heads, V symbols.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from musegen import Tokens

Array: TypeAlias = NDArray[np.floating[Any]]
Parameters: TypeAlias = dict[str, Array]

BEFORE = 3
"""Number of tokens, the last included, from which a position is embedded."""
_EPSILON = 1e-6


@dataclass(frozen=True, slots=True)
class Shape:
    """The numbers that fix the sizes of all parameters, and how far attention looks back."""

    vocabulary: int
    layers: int
    width: int
    heads: int
    context: int

    def sizes(self) -> dict[str, tuple[int, ...]]:
        """The shape of every parameter, by its name."""
        d, v = self.width, self.vocabulary
        sizes: dict[str, tuple[int, ...]] = {f"embedding.{back}": (v, d) for back in range(BEFORE)}
        for layer in range(self.layers):
            sizes |= {
                f"{layer}.norm1": (d,),
                f"{layer}.qkv": (d, 3 * d),
                f"{layer}.mix": (d, d),
                f"{layer}.norm2": (d,),
                f"{layer}.up": (d, 4 * d),
                f"{layer}.down": (4 * d, d),
            }
        return {**sizes, "norm": (d,), "output": (d, v)}


def initial(shape: Shape, seed: int) -> Parameters:
    """The first parameters, float32; each block begins as a small change of its input."""
    rng = np.random.default_rng(seed)
    made: Parameters = {}
    for name, size in shape.sizes().items():
        scale = 0.5 if name.startswith("embedding") else size[0] ** -0.5
        if name.endswith(("mix", "down")):
            scale /= (2 * shape.layers) ** 0.5
        made[name] = np.ones(size, np.float32)
        if len(size) > 1:
            made[name] = (scale * rng.standard_normal(size)).astype(np.float32)
    return made


def _norm(x: Array, gain: Array) -> tuple[Array, Array]:
    """``x`` scaled to root mean square 1, times ``gain``, and the factor of the scaling."""
    scale = 1 / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + _EPSILON)
    return x * scale * gain, scale


def _norm_back(dy: Array, x: Array, scale: Array, gain: Array) -> tuple[Array, Array]:
    """The gradients of ``x`` and ``gain``."""
    unit = x * scale
    dunit = dy * gain
    dx = scale * (dunit - unit * np.mean(dunit * unit, axis=-1, keepdims=True))
    return dx, np.sum(dy * unit, axis=tuple(range(dy.ndim - 1)))


def _penalty(heads: int, queries: int, keys: int, context: int, dtype: Any) -> Array:
    """Penalties (H, queries, keys) added to attention's logits; the last query is at the last key."""
    distance = np.arange(keys - queries, keys)[:, None] - np.arange(keys)
    slopes = 2.0 ** (-8 * np.arange(1, heads + 1) / heads)
    allowed = (distance >= 0) & (distance < context)
    return np.where(allowed, -slopes[:, None, None] * distance, -1e9).astype(dtype)


def _softmax(logits: Array) -> Array:
    """Softmax over the last axis, in place."""
    logits -= logits.max(axis=-1, keepdims=True)
    np.exp(logits, out=logits)
    logits /= logits.sum(axis=-1, keepdims=True)
    return logits


def _sum_before(tokens: Tokens, size: int) -> list[Tokens]:
    """``tokens`` (B, T) as they are, one place later, and so on; token 0, the start mark, fills the gap."""
    padded = np.pad(tokens, ((0, 0), (BEFORE - 1, 0)))
    return [padded[:, BEFORE - 1 - back : BEFORE - 1 - back + size] for back in range(BEFORE)]


def gradients(
    shape: Shape, p: Parameters, tokens: Tokens, targets: Tokens, weights: Array
) -> tuple[float, Parameters]:
    """The sum of nats of ``targets`` (B, T), each times its weight, and the gradient of their mean.

    ``tokens`` (B, T) go before them; a weight is 0 where a shorter tune is filled up.
    """
    b, t = tokens.shape
    h, d = shape.heads, shape.width
    penalty = _penalty(h, t, t, shape.context, p["norm"].dtype)
    per_root = float((d // h) ** -0.5)
    before = _sum_before(tokens, t)
    x: Array = sum(
        (p[f"embedding.{back}"][ids] for back, ids in enumerate(before)), np.zeros((), p["norm"].dtype)
    )
    kept: list[tuple[Array, ...]] = []
    for layer in range(shape.layers):
        normed, scale1 = _norm(x, p[f"{layer}.norm1"])
        q, k, v = (normed @ p[f"{layer}.qkv"]).reshape(b, t, 3, h, d // h).transpose(2, 0, 3, 1, 4)
        chances = _softmax(q @ k.swapaxes(-1, -2) * per_root + penalty)
        attended = (chances @ v).transpose(0, 2, 1, 3).reshape(b, t, d)
        middle = x + attended @ p[f"{layer}.mix"]
        normed2, scale2 = _norm(middle, p[f"{layer}.norm2"])
        active = np.maximum(normed2 @ p[f"{layer}.up"], 0)
        kept.append((x, scale1, normed, q, k, v, chances, attended, middle, scale2, normed2, active))
        x = middle + (active * active) @ p[f"{layer}.down"]
    final, scale = _norm(x, p["norm"])
    chances = _softmax(final @ p["output"])
    rows, columns = np.ogrid[:b, :t]
    nats = -np.sum(weights * np.log(np.maximum(chances[rows, columns, targets], 1e-30)))

    g: Parameters = {}
    dlogits = chances
    dlogits[rows, columns, targets] -= 1
    dlogits *= (weights / weights.sum())[..., None]
    g["output"] = _outer(final, dlogits)
    dx, g["norm"] = _norm_back(dlogits @ p["output"].T, x, scale, p["norm"])
    for layer in reversed(range(shape.layers)):
        x, scale1, normed, q, k, v, chances, attended, middle, scale2, normed2, active = kept.pop()
        g[f"{layer}.down"] = _outer(active * active, dx)
        dactive = 2 * active * (dx @ p[f"{layer}.down"].T)
        g[f"{layer}.up"] = _outer(normed2, dactive)
        back, g[f"{layer}.norm2"] = _norm_back(
            dactive @ p[f"{layer}.up"].T, middle, scale2, p[f"{layer}.norm2"]
        )
        dx = dx + back
        g[f"{layer}.mix"] = _outer(attended, dx)
        dattended = (dx @ p[f"{layer}.mix"].T).reshape(b, t, h, d // h).transpose(0, 2, 1, 3)
        dchances = dattended @ v.swapaxes(-1, -2)
        dchances -= np.einsum("bhij,bhij->bhi", dchances, chances)[..., None]
        dchances *= chances
        dchances *= per_root
        dqkv = np.stack(
            (dchances @ k, dchances.swapaxes(-1, -2) @ q, chances.swapaxes(-1, -2) @ dattended), axis=0
        )
        dqkv = dqkv.transpose(1, 3, 0, 2, 4).reshape(b, t, 3 * d)
        g[f"{layer}.qkv"] = _outer(normed, dqkv)
        back, g[f"{layer}.norm1"] = _norm_back(dqkv @ p[f"{layer}.qkv"].T, x, scale1, p[f"{layer}.norm1"])
        dx = dx + back
    for distance, ids in enumerate(before):
        g[f"embedding.{distance}"] = one = np.zeros_like(p[f"embedding.{distance}"])
        np.add.at(one, ids.ravel(), dx.reshape(-1, d))
    return float(nats), g


def _outer(x: Array, dy: Array) -> Array:
    """The gradient of W in y = x W, over all positions."""
    return x.reshape(-1, x.shape[-1]).T @ dy.reshape(-1, dy.shape[-1])


@dataclass
class Cache:
    """Keys and values of the tokens that attention can still look back on, and the last tokens."""

    keys: list[Array]
    """Arrays (H, n, D / H), one for each layer."""
    values: list[Array]
    last: list[int] = field(default_factory=lambda: [0] * (BEFORE - 1))


def empty_cache(shape: Shape, dtype: Any = np.float32) -> Cache:
    """The cache with which a tune begins."""
    nothing = np.zeros((shape.heads, 0, shape.width // shape.heads), dtype)
    return Cache([nothing] * shape.layers, [nothing] * shape.layers)


def step(shape: Shape, p: Parameters, tokens: Sequence[int] | Tokens, cache: Cache) -> Array:
    """Logits (n, V) of the token after each of n more tokens of one tune; ``cache`` takes them in."""
    n, h, d = len(tokens), shape.heads, shape.width
    whole = np.array([*cache.last, *tokens], np.int64)
    cache.last = whole[len(whole) - BEFORE + 1 :].tolist()
    x: Array = p["embedding.0"][whole[BEFORE - 1 :]]
    for back in range(1, BEFORE):
        x = x + p[f"embedding.{back}"][whole[BEFORE - 1 - back : len(whole) - back]]
    penalty = _penalty(h, n, cache.keys[0].shape[1] + n, shape.context, x.dtype)
    for layer in range(shape.layers):
        normed, _ = _norm(x, p[f"{layer}.norm1"])
        q, k, v = (normed @ p[f"{layer}.qkv"]).reshape(n, 3, h, d // h).transpose(1, 2, 0, 3)
        k = np.concatenate((cache.keys[layer], k), axis=1)
        v = np.concatenate((cache.values[layer], v), axis=1)
        cache.keys[layer], cache.values[layer] = k[:, -shape.context :], v[:, -shape.context :]
        chances = _softmax(q @ k.swapaxes(-1, -2) * float((d // h) ** -0.5) + penalty)
        x = x + (chances @ v).transpose(1, 0, 2).reshape(n, d) @ p[f"{layer}.mix"]
        normed, _ = _norm(x, p[f"{layer}.norm2"])
        active = np.maximum(normed @ p[f"{layer}.up"], 0)
        x = x + (active * active) @ p[f"{layer}.down"]
    final, _ = _norm(x, p["norm"])
    return final @ p["output"]
