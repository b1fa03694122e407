"""Pages are found by key, by title and by what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import FormatError
from engine.pages import plain
from engine.pages.catalogue import Catalogue, spoken, text_of
from engine.pages.formulae import Box, box_of, name_of

SOURCE = "Source: A, B. (2000). C. D.\n"


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    for key, text in {
        "theory/update": "# Update\n\nA step against the gradient. It has a length.\n\n",
        "layers/dense": "# Dense layer\n\n$$\nz = x W\n$$\n\n"
                        "It weighs $x$. An update moves it.\n\n",
        "losses/huber": "# Huber\n\nOutliers count less.\n\n> It is {loss}.\n\n",
        "odd/other": "# Odd\n\nIn no group.\n\n",
    }.items():
        path = tmp_path / f"{key}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text + SOURCE, "utf-8")
    return Catalogue(tmp_path)


def test_pages_are_listed_by_group(catalogue: Catalogue) -> None:
    assert catalogue.keys == ("theory/update", "layers/dense", "losses/huber")
    assert [page.title for page in catalogue.group("layers")] == ["Dense layer"]
    assert "losses/huber" in catalogue
    assert "odd/other" not in catalogue


def test_what_is_not_there_is_said(catalogue: Catalogue) -> None:
    with pytest.raises(FormatError, match="no page 'theory/none'"):
        catalogue.page("theory/none")


def test_a_spoiled_page_hides_no_other(catalogue: Catalogue, tmp_path: Path) -> None:
    (tmp_path / "losses/huber.md").write_bytes(b"# Huber\n\nIt is {of no paragraph}.\n")
    (tmp_path / "theory/update.md").unlink()
    assert [page.key for page in catalogue.pages()] == ["layers/dense"]
    assert catalogue.group("losses") == ()
    assert [one.page.key for one in catalogue.search("moves")] == ["layers/dense"]
    for key, said in (("losses/huber", "belongs to no markup"), ("theory/update", "cannot be rea")):
        with pytest.raises(FormatError) as error:
            catalogue.page(key)
        assert said in error.value.sentence


def test_a_wrong_byte_keeps_no_page_back(catalogue: Catalogue, tmp_path: Path) -> None:
    path = tmp_path / "layers/dense.md"
    path.write_bytes(path.read_bytes().replace(b"weighs", b"w\xffighs"))
    assert "w\ufffdighs" in text_of(catalogue.page("layers/dense"))


def test_search_finds_titles_first_then_what_is_said(catalogue: Catalogue) -> None:
    found = catalogue.search("upd")
    assert [one.page.key for one in found] == ["theory/update", "layers/dense"]
    assert found[1].excerpt == "An update moves it."
    assert [one.page.key for one in catalogue.search("GRADIENT step")] == ["theory/update"]
    assert catalogue.search("gradient huber") == ()
    assert catalogue.search("  ") == ()
    assert len(catalogue.search("a", most=1)) == 1


def test_a_page_can_be_heard(catalogue: Catalogue) -> None:
    page = catalogue.page("layers/dense")
    assert spoken(page).split("\n") == [
        "Dense layer", "z = x W", "It weighs x. An update moves it.", "A, B. (2000). C. D."]
    # What is known of a network is no part of the page.
    assert text_of(catalogue.page("losses/huber")) == "Outliers count less."


@pytest.mark.parametrize(("latex", "text"), [
    (r"\frac{\partial L}{\partial w_{ij}} = \sum_n a_i\,\delta_j", "∂L/∂w_(ij) = Σ_n a_i δ_j"),
    (r"\hat{x} = \frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}}", "x̂ = (x - μ)/(√(σ^2 + ε))"),
    (r"\operatorname{Var}[W] = \frac{2}{n_{\text{in}}}", "Var[W] = 2/n_(in)"),
    (r"\log_{10} r \approx -3", "log_(10) r ≈-3"),
    (r"a^{(l)} \odot \left(b\right)", "a^(l) ⊙(b)"),
])
def test_formulas_can_be_read_without_being_set(latex: str, text: str) -> None:
    assert plain.of(latex) == text


def test_no_formula_leaves_a_backslash() -> None:
    catalogue = Catalogue()
    for page in map(catalogue.page, catalogue.keys):
        for latex, _ in page.formulae:
            assert "\\" not in plain.of(latex)
            assert "{" not in plain.of(latex)


def test_files_of_formulas_are_named_by_what_they_show() -> None:
    assert name_of("x", inline=True) != name_of("x", inline=False)
    assert name_of("x", inline=True) == name_of("x", inline=True)
    assert box_of('<svg viewBox="-20 -700 1500 900">') == Box(1.5, 0.7, 0.2)
    with pytest.raises(ValueError, match="viewBox"):
        box_of("<svg>")
