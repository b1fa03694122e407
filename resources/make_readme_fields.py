"""Write the list of a project file's fields into README.md, from the definitions themselves.

Call it as ``.venv/bin/python -m resources.make_readme_fields``.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from engine.data import PAINTED, TABLE, TEXT, catalogue
from engine.data.importers.catalogue import IMPORTERS
from engine.layers import LOSSES, OPTIMIZERS, SCHEDULES, kinds
from engine.spec import LIMITS, LimitField, ProjectSpec
from engine.spec.fields import Field

README = Path(__file__).resolve().parent.parent / "README.md"
MARKED = re.compile(r"(?<=<!-- project-fields -->\n).*?(?=<!-- /project-fields -->)", re.DOTALL)
PLAIN_TYPES = {
    msgspec.inspect.BoolType: "true or false",
    msgspec.inspect.FloatType: "number",
    msgspec.inspect.IntType: "whole number",
    msgspec.inspect.NoneType: "null",
    msgspec.inspect.StrType: "text",
}


def fields_text() -> str:
    """Return the Markdown that stands between the markers."""
    project = msgspec.inspect.type_info(ProjectSpec)
    assert isinstance(project, msgspec.inspect.StructType)
    parts = [*_struct_sections(project, ""), *_kind_sections(), *_key_sections(),
             *_limit_section()]
    return "\n" + "\n\n".join(parts) + "\n\n"


def up_to_date(readme: str) -> str:
    """Return README's text with the list renewed."""
    assert MARKED.search(readme), "README.md has lost its project-fields markers"
    return MARKED.sub(lambda _: fields_text(), readme)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", r"\|") for cell in line) + " |"
                     for line in lines)


def _struct_sections(struct: msgspec.inspect.StructType, path: str) -> Iterator[str]:
    """Yield a table for a struct and then for each struct inside it."""
    meanings = described(struct.cls)
    rows = [(f"`{path}{field.name}`", type_text(field.type), default_text(field),
             meanings[field.name])
            for field in struct.fields if not list(_inner(field.type))]
    first_line = (inspect.getdoc(struct.cls) or "").splitlines()[0]
    if rows:
        yield f"**{path.rstrip('.') or 'Project'}**: {first_line}"
        yield _table(("Field", "Type", "Default", "Meaning"), rows)
    for field in struct.fields:
        for inner, suffix in _inner(field.type):
            yield from _struct_sections(inner, f"{path}{field.name}{suffix}.")


def _inner(kind: msgspec.inspect.Type) -> Iterator[tuple[msgspec.inspect.StructType, str]]:
    if isinstance(kind, msgspec.inspect.StructType):
        yield kind, ""
    elif (isinstance(kind, msgspec.inspect.VarTupleType)
          and isinstance(kind.item_type, msgspec.inspect.StructType)):
        yield kind.item_type, "[]"


def _kind_sections() -> Iterator[str]:
    yield ("**Layer kinds**: `network.layers[].kind` and the `options` of each. "
           "Options that are left out have their default.")
    rows = []
    for kind in kinds():
        rows.append((f"`{kind.key}`", "", "", kind.help))
        rows += [(f"`{kind.key}` → `{field.key}`", option_text(field), _json(field.default),
                  field.help) for field in kind.fields]
    yield _table(("Kind → option", "Type", "Default", "Meaning"), rows)


def _key_sections() -> Iterator[str]:
    yield "**Losses**: `training.loss`."
    yield _table(("Loss", "For", "Formula"),
                 ((f"`{loss.key}`", " or ".join(loss.tasks), loss.formula)
                  for loss in LOSSES.values()))
    yield "**Optimizers**: `training.optimizer.kind` and the constants that each one reads."
    yield _table(("Optimizer", "Constants", "Formula"),
                 ((f"`{rule.key}`", ", ".join(f"`{field.key}`" for field in rule.constants),
                   rule.formula) for rule in OPTIMIZERS.values()))
    yield ("**Schedules**: `training.schedule.kind` and the constants that each one reads; the "
           "factor on the learning rate, t being the completed steps, n every, d decay, T length, "
           "s start, f final.")
    yield _table(("Schedule", "Constants", "Factor"),
                 ((f"`{plan.key}`", ", ".join(f"`{field.key}`" for field in plan.constants),
                   plan.formula) for plan in SCHEDULES.values()))
    yield "**Data sets**: `data.source`."
    yield _table(("Source", "Task", "What it is"),
                 [*((f"`{source.key}`", source.task, source.help) for source in catalogue()),
                  (f"`{TABLE}`", "either", "The file at `data.path`, read as `data.table` says."),
                  (f"`{TEXT}`", "sequence", "The text at `data.path`, to be continued."),
                  (f"`{PAINTED}`", "either", "The points of `data.painted`."),
                  *((f"`{one.key}`", "any", one.help) for one in IMPORTERS.values())])
    yield ("**Importers**: the `data.options` of each. Options that are left out have their "
           "default.")
    yield _table(("Source → option", "Type", "Default", "Meaning"),
                 ((f"`{one.key}` → `{field.key}`", option_text(field), _json(field.default),
                   field.help) for one in IMPORTERS.values() for field in one.fields))


def _limit_section() -> Iterator[str]:
    yield ("**Doctor's limits**: `limits`. Those with two numbers have amber first and then red; "
           "those that are left out have their default.")
    yield _table(("Limit", "Type", "Default", "Meaning"),
                 ((f"`{field.key}`", _limit_type(field), _json(field.default), field.help)
                  for field in LIMITS))


def _limit_type(field: LimitField) -> str:
    name = ranged("whole number" if field.is_whole else "number", ("≥", field.minimum),
                  ("≤", field.maximum))
    if not field.is_pair:
        return name
    return f"[{name}, and {'no larger' if field.falls else 'no smaller'}]"


def described(struct: type[Any]) -> dict[str, str]:
    """Return what a class's docstring says of each of its attributes."""
    text = (inspect.getdoc(struct) or "").partition("Attributes\n----------\n")[2]
    meanings: dict[str, str] = {}
    names: list[str] = []
    for line in text.splitlines():
        if line and not line[0].isspace():
            names = [name.strip() for name in line.partition(" : ")[0].split(",")]
            meanings |= dict.fromkeys(names, "")
        else:
            meanings |= {name: f"{meanings[name]} {line.strip()}".strip() for name in names}
    return {name: re.sub(r"\bNone\b", "`null`", text.replace("``", "`"))
            for name, text in meanings.items()}


def type_text(kind: msgspec.inspect.Type) -> str:
    """Return a type in words."""
    match kind:
        case msgspec.inspect.LiteralType():
            return " or ".join(f"`{value}`" for value in kind.values)
        case msgspec.inspect.UnionType():
            return " or ".join(map(type_text, kind.types))
        case msgspec.inspect.VarTupleType():
            return f"list of {type_text(kind.item_type)}"
        case msgspec.inspect.TupleType():
            return f"[{', '.join(map(type_text, kind.item_types))}]"
        case msgspec.inspect.DictType():
            return "object"
        case msgspec.inspect.IntType() | msgspec.inspect.FloatType():
            return ranged(PLAIN_TYPES[type(kind)], ("≥", kind.ge), (">", kind.gt),
                          ("≤", kind.le), ("<", kind.lt))
    return PLAIN_TYPES[type(kind)]


def ranged(name: str, *limits: tuple[str, float | None]) -> str:
    """Return ``0 ≤ number < 1`` for a number with two limits, ``number ≥ 0`` for one with one."""
    given = [(sign, f"{limit:,g}" if limit < 1e6 else f"{limit:,}")
             for sign, limit in limits if limit is not None]
    if len(given) == 2:
        (sign, low), upper = given
        return f"{low} {'≤' if sign == '≥' else '<'} {name} {' '.join(upper)}"
    return " ".join([name, *(" ".join(limit) for limit in given)])


def default_text(field: msgspec.inspect.Field) -> str:
    """Return a field's default as it would stand in the file."""
    if field.default is not msgspec.NODEFAULT:
        return _json(field.default)
    if field.default_factory is not msgspec.NODEFAULT:
        return _json(field.default_factory())
    return "required"


def option_text(field: Field) -> str:
    """Return the type of a layer's option in words."""
    if isinstance(field.default, bool):
        return "true or false"
    if field.choices:
        return " or ".join(f"`{choice.key}`" for choice in field.choices)
    if isinstance(field.default, str):
        return "text"
    name = "whole number" if isinstance(field.default, int) else "number"
    return ranged(name, ("≥", field.minimum), ("≤", field.maximum))


def _json(value: object) -> str:
    return f"`{msgspec.json.encode(value).decode()}`"


def main() -> int:
    """Renew README.md."""
    before = README.read_text("utf-8")
    after = up_to_date(before)
    README.write_text(after, "utf-8")
    sys.stdout.write("README.md was up to date.\n" if after == before else "README.md renewed.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
