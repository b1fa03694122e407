"""Recurrent layers whose features are rows of a table. Legend as in `recurrent`; v tokens.

A token brings the same numbers into every weighted sum, wherever it stands. So they are computed
once for each token, ``table @ w``, and not for each step of each example; on the way back, the
gradients of the sums are added up by token before anything is multiplied with them. Both lie in
the same place, ``by_token``, real[v, p]: the one is used up when the other is needed.
"""

from __future__ import annotations

from engine.kernels.matmul.tile import multiply
from engine.kernels.runtime.memory import matrix
from engine.kernels.runtime.policy import inlined, kernel


@inlined
def rows_by_token(arena, offset, v, p):
    """Return the rows of all tokens, real[v, p]; none when the offset is -1."""
    return matrix(arena, max(offset, 0), v if offset >= 0 else 0, p)


@kernel
def project_table(by_token, table, w, first, last):
    """Compute ``by_token = table @ w``, what every token brings into the weighted sums.

    Parameters
    ----------
    by_token : real[v, p]
        Columns ``first`` to ``last`` are overwritten.
    table, w : real[v, f], real[f, k]
        The vector of every token, and weights.
    first, last : int64
        Which columns.

    Notes
    -----
    Source: definition.
    """
    multiply(by_token[:, first:last], table, w[:, first:last], 0)


@kernel
def begin_from_rows(z, by_token, tokens, t, columns):
    """Let the weighted sums of step t begin from what the tokens bring.

    Parameters
    ----------
    z, by_token, tokens : real[n, p], real[v, p], real[n, s]
        The first columns are overwritten; NaN for what is no token.
    t, columns : int64
        The step, and k.

    Notes
    -----
    Source: definition.
    """
    # The compiler must see that no column is negative to work on whole registers.
    columns, v = max(columns, 0), by_token.shape[0]
    for n in range(z.shape[0]):
        # Looked at before it is made an integer: infinity and NaN have none.
        token = int(tokens[n, t]) if 0 <= tokens[n, t] < v else -1
        if token >= 0 and token == tokens[n, t]:
            for j in range(columns):
                z[n, j] = by_token[token, j]
        else:
            for j in range(columns):
                z[n, j] = by_token.dtype.type(float("nan"))


@kernel
def sum_by_token(by_token, dz, tokens, done, first, last):
    """Add up the gradients of the weighted sums by token.

    Parameters
    ----------
    by_token : real[v, p]
        Columns ``first`` to ``last``; overwritten when ``done`` is 0, else added to.
    dz : real[r, p]
        dL/dz of rows of any steps, from row ``done`` of all on: n rows for each step.
    tokens : real[n, s]
        Tokens.
    done, first, last : int64
        Which rows, and which columns.

    Notes
    -----
    Source: chain rule on `begin_from_rows`.
    """
    # The compiler must see that no column is negative to work on whole registers.
    first, width, batch = max(first, 0), max(last - first, 0), tokens.shape[0]
    if done == 0:
        for token in range(by_token.shape[0]):
            for j in range(width):
                by_token[token, first + j] = 0
    for r in range(dz.shape[0]):
        number = tokens[(done + r) % batch, (done + r) // batch]
        token = int(number) if 0 <= number < by_token.shape[0] else -1
        if token >= 0 and token == number:
            for j in range(width):
                by_token[token, first + j] += dz[r, first + j]


@kernel
def project_table_backward(dw, table, by_token, first, last):
    """Compute ``dw = table.T @ by_token``.

    Parameters
    ----------
    dw : real[f, k]
        Columns ``first`` to ``last`` of dL/dw, overwritten.
    table, by_token : real[v, f], real[v, p]
        Vectors of the tokens, and what `sum_by_token` has added up.
    first, last : int64
        Which columns.

    Notes
    -----
    Source: chain rule on `project_table`.
    """
    multiply(dw[:, first:last], table.T, by_token[:, first:last], 0)


@kernel
def table_backward(dw, by_token, wt, padding, first, last):
    """Compute the gradient of the table, ``by_token @ w.T``.

    Parameters
    ----------
    dw : real[v, f]
        dL/d(table), overwritten in rows ``first`` to ``last``.
    by_token, wt : real[v, k], real[k, f]
        What `sum_by_token` has added up, and the recurrent layer's weights, transposed.
    padding : int64
        1 when token 0 stands for padding, and its vector does not learn.
    first, last : int64
        Which rows.

    Notes
    -----
    Source: chain rule on `project_table`.
    """
    multiply(dw[first:last], by_token[first:last], wt, 0)
    if padding != 0 and first == 0 and last > 0:
        for j in range(dw.shape[1]):
            dw[0, j] = 0
