"""Formulas as plain text, for those who listen, and for what looks for words."""

from __future__ import annotations

import re

_SIGNS = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε",
    "zeta": "ζ", "eta": "η", "theta": "θ", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν",
    "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ", "varphi": "φ",
    "chi": "χ", "psi": "ψ", "omega": "ω", "Delta": "Δ", "Sigma": "Σ", "Omega": "Ω", "Phi": "Φ",
    "Theta": "Θ", "Lambda": "Λ", "sum": "Σ", "prod": "Π", "int": "∫", "partial": "∂",
    "nabla": "∇", "cdot": "·", "times": "×", "odot": "⊙", "circ": "∘", "ast": "∗", "pm": "±",
    "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠", "approx": "≈",
    "sim": "~", "propto": "∝", "ll": "≪", "gg": "≫", "equiv": "≡", "to": "→", "mapsto": "→",
    "leftarrow": "←", "gets": "←", "rightarrow": "→", "Rightarrow": "⇒", "infty": "∞", "in": "∈",
    "ldots": "…", "dots": "…", "cdots": "…", "mid": "|", "vert": "|", "lvert": "|", "rvert": "|",
    "Vert": "‖", "lVert": "‖", "rVert": "‖", "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈",
    "rceil": "⌉", "top": "ᵀ", "quad": " ", "qquad": " ", "ell": "ℓ", "forall": "∀",
    "langle": "⟨", "rangle": "⟩", "prime": "’", "star": "⋆",
}
_FUNCTIONS = frozenset({"log", "ln", "exp", "max", "min", "tanh", "sinh", "cosh", "sin", "cos",
                        "arg", "lim", "det", "Pr", "arccos", "arcsin", "arctan", "argmax",
                        "argmin"})
_ARGUMENT = r"\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}"
_FRACTION = re.compile(r"\\[dt]?frac\s*" + _ARGUMENT + r"\s*" + _ARGUMENT)
_ROOT = re.compile(r"\\sqrt\s*" + _ARGUMENT)
_ACCENT = re.compile(r"\\(hat|tilde|bar|overline|vec|dot)\s*(?:" + _ARGUMENT + r"|(\\?\w+))")
_DRESSED = re.compile(r"\\(?:mathrm|text|operatorname|mathbf|mathcal|mathbb|boldsymbol|mathit"
                      r"|underbrace|overbrace)\*?\s*" + _ARGUMENT)
_COMMAND = re.compile(r"\\([A-Za-z]+)\s*")
_SPACING = re.compile(
    r"\\[,;:! ]|\\(?:left|right|big|Big|bigl|bigr|displaystyle|limits)(?![A-Za-z])|~|&")
_SCRIPT = re.compile(r"([_^])\s*" + _ARGUMENT)
_BEFORE = re.compile(r"\s+(?=[_^)\]‖])")
_ENVIRONMENT = re.compile(r"\\(?:begin|end)\s*\{[a-z*]+\}")
_FACTOR = re.compile(r"\\?\w+(?:[_^](?:\w|\{[^{}]*\}))*|\\partial\s*\S+")
_LETTERS = {"hat": "\u0302", "tilde": "\u0303", "bar": "\u0304", "overline": "\u0304",
            "vec": "\u20d7", "dot": "\u0307"}


def of(latex: str) -> str:
    """Return a formula in LaTeX as a line of signs: ``∂L/∂w = Σ_n a_i δ_j``."""
    text = _ENVIRONMENT.sub(" ", latex).replace(r"\\", "; ")
    text = _SPACING.sub(" ", text)
    for pattern, write in ((_DRESSED, _inner), (_ACCENT, _accented), (_FRACTION, _fraction),
                           (_ROOT, _root), (_SCRIPT, _script)):
        before = ""
        while before != text:
            before, text = text, pattern.sub(write, text)
    text = _COMMAND.sub(_sign, text).replace("\\", "")
    text = text.replace("{", "").replace("}", "")
    return " ".join(_BEFORE.sub("", text).split())


def _inner(found: re.Match[str]) -> str:
    return found[1]


def _accented(found: re.Match[str]) -> str:
    return (found[2] or found[3]) + _LETTERS[found[1]]


def _fraction(found: re.Match[str]) -> str:
    return f"{_grouped(found[1])}/{_grouped(found[2])}"


def _root(found: re.Match[str]) -> str:
    return f"√{_grouped(found[1])}"


def _script(found: re.Match[str]) -> str:
    inner = found[2].strip()
    single = len(inner) == 1 or (inner[:1] == "(" and inner.find(")") == len(inner) - 1)
    return found[1] + (inner if single else f"({inner})")


def _grouped(text: str) -> str:
    """Return a part in brackets unless it is a single factor."""
    text = text.strip()
    return text if _FACTOR.fullmatch(text) else f"({text})"


def _sign(found: re.Match[str]) -> str:
    name = found[1]
    return f"{name} " if name in _FUNCTIONS else _SIGNS.get(name, name)
