from __future__ import annotations

import re
from typing import Annotated, Literal

import msgspec
import pytest

from engine.layers import diagnose, kinds
from engine.spec import project_from_json
from engine.spec.fields import Choice, Field
from resources.make_readme_fields import (
    README,
    default_text,
    described,
    option_text,
    type_text,
    up_to_date,
)

TEXT = README.read_text("utf-8")


class Sample(msgspec.Struct):
    """A struct to describe.

    Attributes
    ----------
    low, high : float
        Bounds of ``x``,
        both included.
    names : tuple[str, ...]
        Names; None is none.
    """

    low: float
    high: float = 1.5
    names: tuple[str, ...] = ("a",)
    options: dict[str, int] = msgspec.field(default_factory=dict)


def test_readme_lists_the_fields_as_they_are() -> None:
    assert up_to_date(TEXT) == TEXT, "run .venv/bin/python -m resources.make_readme_fields"


def test_stale_list_is_seen() -> None:
    assert up_to_date(TEXT.replace("`data.noise`", "`data.fog`")) == TEXT != TEXT.replace(
        "`data.noise`", "`data.fog`")


def test_list_names_nested_fields_and_every_layer_kind() -> None:
    for name in ("`data.table.decimal`", "`network.layers[].kind`", "`training.optimizer.beta1`",
                 *(f"`{kind.key}` → `{field.key}`" for kind in kinds() for field in kind.fields)):
        assert name in TEXT


def test_example_project_can_be_trained() -> None:
    example = re.search(r"<!-- project-example -->\n```json\n(.*?)```", TEXT, re.DOTALL)
    assert example is not None
    project = project_from_json(example[1])
    assert project.data.table.decimal == ","
    assert diagnose(project, "classification", n_inputs=4, n_outputs=3) == ()


def test_attributes_of_a_docstring_are_read() -> None:
    bounds = "Bounds of `x`, both included."
    assert described(Sample) == {"low": bounds, "high": bounds, "names": "Names; `null` is none."}


def test_defaults_are_written_as_json() -> None:
    fields = msgspec.inspect.type_info(Sample)
    assert isinstance(fields, msgspec.inspect.StructType)
    assert [default_text(field) for field in fields.fields] == [
        "required", "`1.5`", '`["a"]`', "`{}`"]


@pytest.mark.parametrize(("kind", "text"), [
    (Annotated[float, msgspec.Meta(ge=0, lt=1)], "0 ≤ number < 1"),
    (Annotated[int, msgspec.Meta(gt=0, le=4096)], "0 < whole number ≤ 4,096"),
    (Annotated[float, msgspec.Meta(ge=0)], "number ≥ 0"),
    (Annotated[int, msgspec.Meta(ge=0, lt=2**32)], "0 ≤ whole number < 4,294,967,296"),
    (Literal["a", "b"] | None, "null or `a` or `b`"),
    (tuple[str, ...], "list of text"),
    (dict[str, int], "object"),
    (bool, "true or false"),
])
def test_types_are_put_into_words(kind: object, text: str) -> None:
    words = type_text(msgspec.inspect.type_info(kind))
    assert sorted(words.split(" or ")) == sorted(text.split(" or "))


@pytest.mark.parametrize(("field", "text"), [
    (Field("units", "Units", 4, minimum=1, maximum=4096), "1 ≤ whole number ≤ 4,096"),
    (Field("rate", "Rate", 0.5), "number"),
    (Field("bias", "Bias", True), "true or false"),
    (Field("f", "F", "a", choices=(Choice("a", "A"), Choice("b", "B"))), "`a` or `b`"),
])
def test_options_are_put_into_words(field: Field, text: str) -> None:
    assert option_text(field) == text
