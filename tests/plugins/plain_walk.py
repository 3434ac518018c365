"""The walk of discernible neurons once more, unit by unit in plain Python and double precision, from the equations.

A network is a list of calls, (name, numbers of the values it reads, what it is given); value 0 is the input. A value is
a dict from a unit, (channel, y, x) or (index,), to a number. Nothing here knows of tensors.
"""

from __future__ import annotations

from itertools import product
from math import prod

WEIGHTED = ("conv", "linear")


class PlainWalk:
    """values: by number, after `run`. chosen: {number of a layer of weights, or 0: {unit: (score, Z_cur, Z_pre)}}."""

    def __init__(self, calls, x, k, a_cur, a_pre):
        self.calls, self.k, self.a_cur, self.a_pre = calls, k, a_cur, a_pre
        self.values = [x]
        for name, reads, given in calls:
            self.values.append(getattr(self, name)(*(self.values[i] for i in reads), **given))
        self.chosen = {}

    # -- the forward pass ---------------------------------------------------------------------------------------

    def conv(self, x, weight, bias, stride, padding, groups):
        taps = len(weight[0][0]), len(weight[0][0][0])
        high, wide = ((n + 2 * padding - t) // stride + 1 for n, t in zip(sizes(x)[1:], taps, strict=True))
        made = {}
        for o, y, z in product(range(len(weight)), range(high), range(wide)):
            parts = conv_products(x, (o, y, z), weight, stride, padding, groups)
            made[o, y, z] = bias[o] + sum(h for _, h in parts)
        return made

    def linear(self, x, weight, bias):
        return {(o,): bias[o] + sum(w * x[i,] for i, w in enumerate(row)) for o, row in enumerate(weight)}

    def bn(self, x, scale, shift):
        return {unit: scale[unit[0]] * a + shift[unit[0]] for unit, a in x.items()}

    def relu(self, x):
        return {unit: max(0.0, a) for unit, a in x.items()}

    def max(self, x, size, stride):
        return {unit: max(x[u] for u in under) for unit, under in windows(x, size, stride)}

    def avg(self, x, size, stride):
        return {unit: sum(x[u] for u in under) / size**2 for unit, under in windows(x, size, stride)}

    def mean(self, x):
        c, high, wide = sizes(x)
        return {(i,): sum(x[i, y, z] for y in range(high) for z in range(wide)) / (high * wide) for i in range(c)}

    def add(self, one, other):
        return {unit: a + other[unit] for unit, a in one.items()}

    def cat(self, one, other):
        count = sizes(one)[0]
        return {**one, **{(u[0] + count, *u[1:]): a for u, a in other.items()}}

    def flatten(self, x):
        return {(i,): x[unit] for i, unit in enumerate(sorted(x))}

    # -- where a unit's evidence goes on ------------------------------------------------------------------------

    def lead(self, number, unit, gain):
        """(layer of weights or 0, unit, gain) that a unit of value `number` comes from."""
        while number and self.calls[number - 1][0] not in WEIGHTED:
            name, reads, given = self.calls[number - 1]
            x = self.values[reads[0]]
            branch = 0
            if name == "bn":
                gain *= given["scale"][unit[0]]
            elif name in ("max", "avg"):
                under = dict(windows(x, **given))[unit]
                turn = 1.0 if name == "max" or gain > 0 else -1.0
                unit = max(under, key=lambda u, x=x, turn=turn: turn * x[u])
            elif name == "mean":
                places = [u for u in sorted(x) if u[0] == unit[0]]
                unit = max(places, key=lambda u, x=x, turn=gain: turn * x[u])
            elif name == "add":
                branch = int(gain * self.values[reads[1]][unit] > gain * x[unit])
            elif name == "cat" and unit[0] >= sizes(x)[0]:
                branch, unit = 1, (unit[0] - sizes(x)[0], *unit[1:])
            elif name == "flatten":
                unit = sorted(x)[unit[0]]
            number = reads[branch]
        return number, unit, gain

    def channels(self, number, unit, gain):
        """{channel: (sum of H, strongest unit)} of a unit of a layer of weights, H times `gain`: Eq. 2."""
        name, (read,), given = self.calls[number - 1]
        x = self.values[read]
        if name == "linear":
            return {i: (gain * w * x[i,], (i,)) for i, w in enumerate(given["weight"][unit[0]])}
        found = {}
        more = {key: given[key] for key in ("weight", "stride", "padding", "groups")}
        for at, h in conv_products(x, unit, **more):
            found.setdefault(at[0], []).append((gain * h, at))
        return {c: (sum(h for h, _ in hs), max(hs, key=lambda one: one[0])[1]) for c, hs in found.items()}

    def preceding(self, number, unit):
        """Z_pre: Eq. 3."""
        layer, unit, gain = self.lead(number, unit, 1.0)
        return max(total for total, _ in self.channels(layer, unit, gain).values()) if layer else 0.0

    # -- Algorithm 1 --------------------------------------------------------------------------------------------

    def run(self, start):
        """Choose from the unit `start` of the last value down to the input."""
        arrived = {}
        self.go_on(arrived, len(self.calls), start, (0.0, 0.0, 0.0))
        for number in range(len(self.calls), -1, -1):
            units = arrived.pop(number, {})
            if units:
                self.chosen[number] = {unit: max(found)[1:] for unit, found in units.items()}
            if number:
                self.choose(arrived, number, {unit: max((g for _, g, *_ in f), key=abs) for unit, f in units.items()})
        return self

    def go_on(self, arrived, number, unit, support):
        layer, at, gain = self.lead(number, unit, 1.0)
        arrived.setdefault(layer, {}).setdefault(at, []).append((support[0], gain, *support[1:]))

    def choose(self, arrived, number, gains):
        """The k best of each chosen unit: Eq. 1 and 4."""
        read, candidates, times = self.calls[number - 1][1][0], {}, {}
        for unit, gain in gains.items():
            found = list(self.channels(number, unit, gain).values())
            best = max(found, key=lambda one: one[0])
            candidates[unit] = [one for one in found if one[0] > 0] or [best]
            times[best[1]] = times.get(best[1], 0) + 1
        for found in candidates.values():
            scored = []
            for z_cur, at in found:
                z_pre = self.preceding(read, at)
                scored.append((times.get(at, 1) * (self.a_cur * z_cur + self.a_pre * z_pre), z_cur, z_pre, at))
            for score, z_cur, z_pre, at in sorted(scored, key=lambda one: -one[0])[: self.k]:
                self.go_on(arrived, read, at, (score, z_cur, z_pre))


def conv_products(x, unit, weight, stride, padding, groups):
    """[(input unit, activation times weight)] under the filter of `unit`, without what lies outside."""
    o, y, z = unit
    each = len(weight[0])
    first = o // (len(weight) // groups) * each
    found = []
    for c, dy, dz in product(range(each), range(len(weight[0][0])), range(len(weight[0][0][0]))):
        at = (first + c, y * stride - padding + dy, z * stride - padding + dz)
        if at in x:
            found.append((at, x[at] * weight[o][c][dy][dz]))
    return found


def windows(x, size, stride):
    """[(unit, units under it)] of a pooling."""
    c, high, wide = sizes(x)
    count = ((n - size) // stride + 1 for n in (high, wide))
    return [
        ((i, y, z), [(i, y * stride + dy, z * stride + dz) for dy in range(size) for dz in range(size)])
        for i, y, z in product(range(c), *map(range, count))
    ]


def sizes(x):
    """Of a value, axis by axis."""
    return tuple(1 + max(unit[axis] for unit in x) for axis in range(len(next(iter(x)))))


def flat(unit, shape):
    """The flat index of a unit in a tensor (1, *shape)."""
    return sum(at * prod(shape[axis + 1 :]) for axis, at in enumerate(unit))
