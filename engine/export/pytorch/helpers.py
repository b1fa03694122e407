"""Modules that PyTorch does not have, or has otherwise, as text that runs as it stands."""

from __future__ import annotations

from collections.abc import Iterable

HELPERS: dict[str, str] = {
    "FeaturesFirst": '''class FeaturesFirst(nn.Module):
    """Hands (batch, steps, features) to a module that wants (batch, features, steps)."""

    def __init__(self, module):
        super().__init__()
        self.module = module

    def forward(self, x):
        return self.module(x.transpose(1, 2)).transpose(1, 2)''',
    "ChannelsLast": '''class ChannelsLast(nn.Module):
    """Hands an image to a module that wants its channels last."""

    def __init__(self, module):
        super().__init__()
        self.module = module

    def forward(self, x):
        return self.module(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)''',
    "Reshape": '''class Reshape(nn.Module):
    """The same numbers in another shape, counted in the order rows, columns, channels."""

    def __init__(self, *shape):
        super().__init__()
        self.shape = shape

    def forward(self, x):
        if x.dim() == 4:
            x = x.permute(0, 2, 3, 1)
        x = x.reshape(len(x), *self.shape)
        return x.permute(0, 3, 1, 2) if x.dim() == 4 else x''',
    "FlattenChannelsLast": '''class FlattenChannelsLast(nn.Module):
    """Flattens images in the order rows, columns, channels; nn.Flatten has the channels first."""

    def forward(self, x):
        return x.permute(0, 2, 3, 1).flatten(1)''',
    "Mean": '''class Mean(nn.Module):
    """The mean over some axes."""

    def __init__(self, dim):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        return x.mean(dim=self.dim)''',
    "MaskedMean": '''class MaskedMean(nn.Module):
    """The mean over the steps that count; 0 where none does."""

    def forward(self, x, counts):
        share = counts.to(x.dtype) / counts.sum(dim=1, keepdim=True).clamp(min=1)
        return (x * share[..., None]).sum(dim=1)''',
    "Sine": '''class Sine(nn.Module):
    """sin x, number by number."""

    def forward(self, x):
        return torch.sin(x)''',
    "GaussianNoise": '''class GaussianNoise(nn.Module):
    """Adds normal numbers while training."""

    def __init__(self, deviation):
        super().__init__()
        self.deviation = deviation

    def forward(self, x):
        return x + self.deviation * torch.randn_like(x) if self.training else x''',
    "Sampling": '''class Sampling(nn.Module):
    """Draws a code from its means and logarithms of variances; keeps its term of the loss."""

    def __init__(self, weight):
        super().__init__()
        self.weight = weight
        self.penalty = 0.0
        self.draws = None

    def forward(self, x):
        mean, log_variance = x.chunk(2, dim=-1)
        divergence = (mean**2 + log_variance.exp() - 1 - log_variance).sum(dim=-1) / 2
        self.penalty = self.weight * divergence.mean()
        if not self.training:
            return mean
        drawn = torch.randn_like(mean) if self.draws is None else next(self.draws)[:len(mean)]
        return mean + torch.exp(log_variance / 2) * drawn''',
    "BatchNorm": '''class BatchNorm(nn.BatchNorm1d):
    """Batch norm that takes the running mean and variance for a batch of one example."""

    def forward(self, x):
        if self.training and len(x) == 1:
            return F.batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias,
                                eps=self.eps)
        return super().forward(x)''',
    "one_bias": '''def one_bias(layer):
    """Let one of the two biases that PyTorch adds up learn: both would take twice the steps."""
    if layer.bias:
        learns = torch.zeros(len(layer.bias_hh_l0))
        if isinstance(layer, nn.GRU):
            # That of the candidate stands inside the product with the reset gate.
            learns[-layer.hidden_size:] = 1
        layer.bias_hh_l0.register_hook(lambda gradient: gradient * learns.to(gradient))
    return layer''',
    "Recurrent": '''class Recurrent(nn.Module):
    """A recurrent layer that gives every state, or the last one alone."""

    def __init__(self, layer, last):
        super().__init__()
        self.layer = one_bias(layer)
        self.last = last

    def forward(self, x):
        states, _ = self.layer(x)
        return states[:, -1] if self.last else states''',
    "RecurrentInPieces": '''class RecurrentInPieces(nn.Module):
    """A recurrent layer that skips padding, cuts gradients off, or carries its state over.

    `truncation` is after how many steps that count gradients are cut off; 0 is never. A state that
    is carried over goes from one batch to the next while training, until `forget` is called.
    """

    def __init__(self, layer, last, truncation=0, carried=False):
        super().__init__()
        self.layer = one_bias(layer)
        self.last, self.truncation, self.carried = last, truncation, carried
        self.state = None

    def forget(self):
        self.state = None

    def forward(self, x, counts=None):
        if counts is None:
            states = self.walk(x)
            return states[:, -1] if self.last else states
        # Steps that count come first, in their order; what stands behind them is not read.
        order = torch.argsort((~counts).to(torch.int8), dim=1, stable=True)
        states = self.walk(x.gather(1, order[..., None].expand_as(x)))
        # A step that does not count has the state before it, which is 0 at first.
        states = F.pad(states, (0, 0, 1, 0))
        place = counts.cumsum(dim=1)
        place = place[:, -1:] if self.last else place
        states = states.gather(1, place[..., None].expand(-1, -1, states.shape[-1]))
        return states[:, 0] if self.last else states

    def walk(self, x):
        state = self.state if self.training and self.carried else None
        states = []
        for piece in x.split(self.truncation or x.shape[1], dim=1):
            found, state = self.layer(piece, state)
            states.append(found)
            state = tuple(one.detach() for one in state) if isinstance(state, tuple) \\
                else state.detach()
        if self.training and self.carried:
            self.state = state
        return torch.cat(states, dim=1)''',
    "NgramBag": '''class NgramBag(nn.Module):
    """The sum or mean of the vectors of a text's tokens and of all that stand in a row.

    A hash of its tokens says which row of the table an n-gram has; token 0 is padding.
    """

    def __init__(self, vocabulary, rows, units, longest, mean, distinct=False, weighted=False):
        super().__init__()
        self.table = nn.Embedding(rows, units, padding_idx=0)
        self.vocabulary, self.buckets = vocabulary, max(rows - vocabulary, 1)
        self.longest, self.mean, self.distinct = longest, mean, distinct
        self.register_buffer("ratio", torch.ones(rows) if weighted else None)

    def rows_of(self, tokens):
        found = [tokens]
        for length in range(2, self.longest + 1):
            grams = tokens.unfold(1, length, 1)
            value = torch.zeros_like(grams[..., 0])
            for token in grams.unbind(dim=-1):
                # Modulo 2^64, as 64-bit numbers overflow; the shift must bring in zeros.
                value = (value + token) * -0x61C8864680B583EB
                value = value ^ (value >> 32 & 0xFFFFFFFF)
            # The remainder of the number without a sign, of which Python's has none.
            half = value >> 1 & 0x7FFFFFFFFFFFFFFF
            value = (half % self.buckets * 2 + (value & 1)) % self.buckets
            found.append(torch.where((grams == 0).any(dim=-1), 0, self.vocabulary + value))
        rows = torch.cat(found, dim=1)
        if self.distinct:
            rows = rows.sort(dim=1).values
            again = F.pad(rows[:, 1:] == rows[:, :-1], (1, 0))
            rows = rows.masked_fill(again, 0)
        return rows

    def forward(self, tokens):
        rows = self.rows_of(tokens)
        vectors = self.table(rows)
        if self.ratio is not None:
            vectors = vectors * self.ratio[rows][..., None]
        # Row 0 stands for what is no n-gram.
        total = (vectors * (rows != 0)[..., None]).sum(dim=1)
        if self.mean:
            total = total / (rows != 0).sum(dim=1, keepdim=True).clamp(min=1)
        return total''',
}
"""Source by name, in the order in which they stand."""

NEEDED = {"Recurrent": ("one_bias",), "RecurrentInPieces": ("one_bias",)}
"""Which others some of them call."""


def helpers_of(names: Iterable[str]) -> tuple[str, ...]:
    """Return the texts of some helpers and of those that they call, each once, in their order."""
    wanted = set(names)
    wanted |= {other for name in wanted for other in NEEDED.get(name, ())}
    return tuple(text for name, text in HELPERS.items() if name in wanted)
