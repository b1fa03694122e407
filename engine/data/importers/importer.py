"""What an importer is: how it recognises, looks at and loads what a person brings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.data.dataset import Dataset
from engine.data.modality import Modality
from engine.data.remark import Remark
from engine.data.waveform import Waveform
from engine.errors import DataError
from engine.messages import Message, say
from engine.spec import DataSpec, Option, Task
from engine.spec.fields import Field

__all__ = ["Importer", "Kind", "LeftOut", "Preview", "Sample", "Waveform", "place_of"]

Kind = Literal["images", "sounds", "text", "series", "points"]


@dataclass(frozen=True)
class Sample:
    """One example of a preview.

    Attributes
    ----------
    name : str
        File or row that it comes from.
    label : str
        Its class or target; empty where there is none.
    picture : uint8[h, w, 3] | None
        As the network will see it: an image, or the spectrogram of a sound.
    text : str
        A text as the network will see it.
    curve : float64[steps] | None
        A part of a series.
    sound : Waveform | None
        What can be heard.
    """

    name: str
    label: str = ""
    picture: NDArray[np.uint8] | None = None
    text: str = ""
    curve: NDArray[np.float64] | None = None
    sound: Waveform | None = None


@dataclass(frozen=True)
class LeftOut:
    """A file or row that is not among the examples.

    Attributes
    ----------
    name : str
        Which.
    reason : Message
        Why.
    """

    name: str
    reason: Message


@dataclass(frozen=True)
class Preview:
    """What is seen before anything is loaded.

    Attributes
    ----------
    title : str
        Name for people: that of the file or folder.
    count : int
        Examples that were found; ``is_whole`` says whether all were counted.
    example : Modality
        What an example will be.
    task : str
        What is to be learned.
    classes : Mapping[str, int]
        Examples of each class, in the order of their numbers; empty where there are no classes.
    samples : tuple[Sample, ...]
        Some examples, spread over the classes.
    left_out : tuple[LeftOut, ...]
        What cannot be read, as far as was looked.
    remarks : tuple[Remark, ...]
        What was assumed.
    is_whole : bool
        Whether all that was brought has been looked at.
    columns : tuple[str, ...]
        Names of the columns of a table, for the options that hold one; empty for anything else.
    """

    title: str
    count: int
    example: Modality
    task: Task
    classes: Mapping[str, int]
    samples: tuple[Sample, ...]
    left_out: tuple[LeftOut, ...] = ()
    remarks: tuple[Remark, ...] = ()
    is_whole: bool = True
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Importer:
    """One kind of thing that people bring.

    Attributes
    ----------
    key : str
        What `engine.spec.DataSpec.source` calls it.
    title, help : str
        Its name for people, and one sentence.
    kind : str
        ``images``, ``sounds``, ``text``, ``series`` or ``points``.
    icon : str
        Name of an icon of the window.
    opens : tuple[str, ...]
        Suffixes of files, with their dot and in small letters.
    opens_folders : bool
        Whether it opens folders.
    fields : tuple[Field, ...]
        Its options; `engine.spec.DataSpec.options` holds what differs from their defaults.
    claims : callable
        Says from names and first bytes alone, in milliseconds, how likely a file or folder is
        meant for it: 0 for never, 1 for certainly.
    preview, load : callable
        Look at a file or folder quickly, and make examples of it; of a path that exists, and a
        specification whose ``path`` and ``more_paths`` are absolute. Both raise DataError.
    """

    key: str
    title: str
    help: str
    kind: Kind
    icon: str
    opens: tuple[str, ...]
    opens_folders: bool
    fields: tuple[Field, ...]
    claims: Callable[[Path], float]
    preview: Callable[[Path, DataSpec], Preview]
    load: Callable[[Path, DataSpec], Dataset]

    def options(self, spec: DataSpec) -> dict[str, Option]:
        """Return every option of a specification, defaults where it says nothing.

        Raises
        ------
        DataError
            If an option is unknown or its value cannot be.
        """
        known = {field.key: field for field in self.fields}
        for key, value in spec.options.items():
            if key not in known:
                raise DataError("importing.option-unknown", title=self.title, key=key,
                                known=tuple(known))
            if (fault := known[key].fault(value)) is not None:
                raise DataError("importing.option", title=self.title,
                                option=known[key].title, fault=fault,
                                expected=known[key].expected)
        return {field.key: spec.options.get(field.key, field.default) for field in self.fields}


def place_of(name: str, where: str) -> Message:
    """Return the place of a member of what was brought: a file of a folder, a row of a table."""
    return say("importing.place", name=name, where=where)
