"""What Keras does not have, or has otherwise, as text that runs as it stands."""

from __future__ import annotations

from collections.abc import Iterable

HELPERS: dict[str, str] = {
    "softplus": '''def softplus(x):
    """Return log(1 + exp(x)); that of the torch backend is x itself from 20 on."""
    return ops.logaddexp(x, ops.zeros_like(x))''',
    "BatchNorm": '''class BatchNorm(layers.Layer):
    """Batch norm with an unbiased running variance, taken itself where a batch has one value.

    Keras' own keeps the biased variance up. On the torch backend, it takes the mean of squares
    less the square of the mean, which is lost in rounding for numbers far from 0.
    """

    def __init__(self, momentum, epsilon, **options):
        super().__init__(**options)
        self.momentum, self.epsilon = momentum, epsilon

    def build(self, shape):
        units = shape[-1:]
        self.gamma = self.add_weight(shape=units, initializer="ones", name="gamma")
        self.beta = self.add_weight(shape=units, initializer="zeros", name="beta")
        self.moving_mean = self.add_weight(shape=units, initializer="zeros", trainable=False,
                                           name="moving_mean")
        self.moving_variance = self.add_weight(shape=units, initializer="ones", trainable=False,
                                               name="moving_variance")

    def call(self, x, training=False):
        count = math.prod(ops.shape(x)[:-1])
        mean, variance = self.moving_mean.value, self.moving_variance.value
        if training and self.trainable and count > 1:
            axes = tuple(range(len(x.shape) - 1))
            mean = ops.mean(x, axis=axes)
            variance = ops.mean(ops.square(x - mean), axis=axes)
            for kept, found in ((self.moving_mean, mean),
                                (self.moving_variance, variance * count / (count - 1))):
                kept.assign((1 - self.momentum) * kept
                            + self.momentum * ops.stop_gradient(found))
        return (x - mean) / ops.sqrt(variance + self.epsilon) * self.gamma + self.beta''',
    "Noise": '''class Noise(layers.Layer):
    """Adds normal numbers while training; Keras' own refuses a deviation above 1."""

    def __init__(self, deviation, **options):
        super().__init__(**options)
        self.deviation, self.seeds = deviation, keras.random.SeedGenerator(SEED)

    def call(self, x, training=False):
        if not training or not self.deviation:
            return x
        return x + self.deviation * keras.random.normal(ops.shape(x), dtype=x.dtype,
                                                        seed=self.seeds)''',
    "PaddedEmbedding": '''class PaddedEmbedding(layers.Embedding):
    """An embedding in which the vector of token 0 stays 0."""

    def call(self, tokens):
        counts = ops.cast(ops.not_equal(tokens, 0), self.compute_dtype)
        return super().call(tokens) * counts[..., None]''',
    "MaskedMean": '''class MaskedMean(layers.Layer):
    """The mean over the steps that count; 0 where none does, for which Keras' own divides by 0."""

    def call(self, x, counts):
        counts = ops.cast(counts, x.dtype)[..., None]
        return ops.sum(x * counts, axis=1) / ops.maximum(ops.sum(counts, axis=1), 1)''',
    "Sampling": '''class Sampling(layers.Layer):
    """Draws a code from its means and logarithms of variances, and adds its term to the loss."""

    def __init__(self, weight, **options):
        super().__init__(**options)
        self.weight, self.draws = weight, None
        self.seeds = keras.random.SeedGenerator(SEED)

    def call(self, x, training=False):
        mean, log_variance = ops.split(x, 2, axis=-1)
        divergence = ops.square(mean) + ops.exp(log_variance) - 1 - log_variance
        self.add_loss(self.weight * ops.mean(ops.sum(divergence, axis=-1)) / 2)
        if not training:
            return mean
        if self.draws is None:
            drawn = keras.random.normal(ops.shape(mean), dtype=mean.dtype, seed=self.seeds)
        else:
            drawn = ops.convert_to_tensor(next(self.draws)[:mean.shape[0]])
        return mean + ops.exp(log_variance / 2) * drawn''',
    "InPieces": '''class InPieces(layers.Layer):
    """Walks through a sequence in pieces, between which no gradient goes back."""

    def __init__(self, walk, length, last, **options):
        super().__init__(**options)
        self.walk, self.length, self.last = walk, length, last
        walk.return_sequences = walk.return_state = True

    def call(self, x, counts=None):
        if counts is not None:
            # Steps that count come first, in their order; what stands behind them is not read.
            order = ops.argsort(ops.cast(ops.equal(counts, False), "int32"), axis=1)
            x = taken(x, order)
        state, pieces = None, []
        for begin in range(0, x.shape[1], self.length):
            found, *state = self.walk(x[:, begin:begin + self.length], initial_state=state)
            state = [ops.stop_gradient(one) for one in state]
            pieces.append(found)
        states = ops.concatenate(pieces, axis=1)
        if counts is not None:
            # A step that does not count has the state before it, which is 0 at first.
            states = ops.pad(states, ((0, 0), (1, 0), (0, 0)))
            states = taken(states, ops.cumsum(ops.cast(counts, "int32"), axis=1))
        return states[:, -1] if self.last else states


def taken(x, places):
    """Return the steps of every example that stand at some places."""
    shape = (*ops.shape(places), x.shape[-1])
    return ops.take_along_axis(x, ops.broadcast_to(places[..., None], shape), axis=1)''',
    "GRUCell": '''class GRUCell(layers.Layer):
    """A step of a GRU with one bias for each gate, and another one for the candidate's product.

    Keras' own adds two biases up for every gate; both would learn, and take twice the steps.
    """

    def __init__(self, units, kernel_initializer="glorot_uniform",
                 recurrent_initializer="orthogonal", bias_initializer="zeros",
                 candidate_initializer="zeros", **options):
        super().__init__(**options)
        self.units = self.state_size = units
        self.initializers = (kernel_initializer, recurrent_initializer, bias_initializer,
                             candidate_initializer)

    def build(self, shape):
        columns = 3 * self.units
        self.kernel, self.recurrent_kernel, self.bias, self.candidate = (
            self.add_weight(shape=axes, initializer=initializer, name=name)
            for axes, initializer, name in zip(
                ((shape[-1], columns), (self.units, columns), (columns,), (self.units,)),
                self.initializers, ("kernel", "recurrent_kernel", "bias", "candidate")))

    def call(self, x, states, training=False):
        (state,) = states
        fresh = ops.split(ops.matmul(x, self.kernel) + self.bias, 3, axis=-1)
        kept = ops.split(ops.matmul(state, self.recurrent_kernel), 3, axis=-1)
        reset, update = (ops.sigmoid(a + b) for a, b in zip(fresh[:2], kept[:2]))
        candidate = ops.tanh(fresh[2] + reset * (kept[2] + self.candidate))
        state = (1 - update) * candidate + update * state
        return state, [state]''',
    "Bag": '''class Bag(layers.Layer):
    """The sum or mean of the vectors of a text's n-grams; row 0 stands for what is none."""

    def __init__(self, rows, units, mean, weighted=False, embeddings_initializer="uniform",
                 **options):
        super().__init__(**options)
        self.rows, self.units, self.mean, self.weighted = rows, units, mean, weighted
        self.initializer = embeddings_initializer

    def build(self, shape):
        self.embeddings = self.add_weight(shape=(self.rows, self.units),
                                          initializer=self.initializer, name="embeddings")
        if self.weighted:
            self.ratio = self.add_weight(shape=(self.rows,), trainable=False, name="ratio")

    def call(self, rows):
        counts = ops.cast(ops.not_equal(rows, 0), self.compute_dtype)
        share = counts * ops.take(self.ratio, rows, axis=0) if self.weighted else counts
        total = ops.sum(ops.take(self.embeddings, rows, axis=0) * share[..., None], axis=1)
        if self.mean:
            total = total / ops.maximum(ops.sum(counts, axis=1, keepdims=True), 1)
        return total''',
    "ngram_rows": '''def ngram_rows(tokens):
    """Return the row of every n-gram of a text in the table: a hash of its tokens says which.

    Token 0 is padding, and so is row 0.
    """
    found = [tokens.astype(np.int32)]
    for length in range(2, LONGEST + 1):
        grams = np.lib.stride_tricks.sliding_window_view(tokens, length, axis=1)
        value = np.zeros(grams.shape[:2], np.uint64)
        for token in np.moveaxis(grams, 2, 0).astype(np.uint64):
            # Modulo 2^64, as numbers without a sign overflow.
            value = (value + token) * np.uint64(0x9E3779B97F4A7C15)
            value ^= value >> np.uint64(32)
        rows = VOCABULARY + (value % np.uint64(BUCKETS)).astype(np.int64)
        found.append(np.where((grams == 0).any(axis=2), 0, rows).astype(np.int32))
    rows = np.concatenate(found, axis=1)
    if DISTINCT:
        rows.sort(axis=1)
        rows[:, 1:][rows[:, 1:] == rows[:, :-1]] = 0
    return rows''',
}
"""Source by name, in the order in which they stand."""


def helpers_of(names: Iterable[str]) -> tuple[str, ...]:
    """Return the texts of some helpers, each once, in their order."""
    wanted = set(names)
    return tuple(text for name, text in HELPERS.items() if name in wanted)
