"""What a person can do from the menu and with keys."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from engine.bundles import LARGEST_ENCLOSED
from engine.data.copies import in_copy, paths_of
from engine.data.digests import size_of
from gui import theme
from gui.data.bring_layout import size_text
from gui.window.export_desk import TIP, TITLE, ExportDesk
from gui.window.keys import ALL, OF_EXPERIMENTS, OF_LAB, OF_MICROSCOPE, LabKeys
from gui.window.pages import EXPERIMENTS, LAB, MICROSCOPE, TIPS, TITLES

if TYPE_CHECKING:
    from gui.window.lab_page import LabPage

THEMES: tuple[tuple[theme.Scheme, str], ...] = (
    ("system", "As the system"), ("light", "Light"), ("dark", "Dark"))


class Actions(QObject):
    """The actions of the window, with their menu. GUI thread only.

    Parameters
    ----------
    window : QWidget
        Where keys count and dialogs appear.
    lab : Lab
        What they act on.

    Attributes
    ----------
    menu : QMenu
        All of them.
    """

    def __init__(self, window: QWidget, lab: LabPage) -> None:
        super().__init__(window)
        self._window, self._lab = window, lab
        self.menu = QMenu(window)
        self.menu.setToolTipsVisible(True)
        self._add_file_actions()
        self.menu.addSeparator()
        self._add_edit_actions()
        self.menu.addSeparator()
        self._add_run_actions()
        self.menu.addSeparator()
        self._add_theory_actions()
        self.menu.addSeparator()
        self._add_page_actions()
        self.menu.addSeparator()
        self._add_view_actions()
        self.menu.addSeparator()
        self._add(self.menu, "About Backprop Lab", self._show_about, icon="info")
        self._add(self.menu, "Quit", window.close, QKeySequence.StandardKey.Quit)
        self._add_keys()

    def _add(self, menu: QMenu | None, text: str, act: Callable[[], object],
             keys: QKeySequence.StandardKey | str = "", icon: str = "") -> QAction:
        action = QAction(text, self)
        # `triggered` carries a bool that no act wants.
        action.triggered.connect(lambda _checked=False: act())
        if keys:
            action.setShortcut(QKeySequence(keys))
        if icon:
            theme.follow_theme(action, icon)
        if menu is not None:
            menu.addAction(action)
        self._window.addAction(action)
        return action

    def _add_file_actions(self) -> None:
        files, standard = self._lab.files, QKeySequence.StandardKey
        add = partial(self._add, self.menu)
        add("New", files.new, standard.New, "file-plus")
        add("Open…", files.ask_open, standard.Open, "folder-open")
        add("Save", files.save, standard.Save, "save")
        add("Save as…", files.ask_save, "Ctrl+Shift+S")
        add("Save with weights…", files.ask_save_with_weights)
        add("Start from weights of another project…", self._lab.choose_start)
        weights = add("Import weights…", partial(self._lab.choose_start, foreign=True))
        weights.setToolTip("Start with the weights of a safetensors, NumPy or ONNX file, such as "
                           "PyTorch or Keras have written; a report says which layer took what.")
        self._fresh = add("Start with fresh weights", self._lab.start_fresh)
        self.menu.aboutToShow.connect(self._on_menu_about_to_show)
        add("Import table…", self._lab.import_table, icon="table-2")
        add("Bring your own data…", self._lab.bring_data, icon="image")
        self._embeds = add("", self._toggle_embedded)
        self._embeds.setCheckable(True)
        add("Templates…", self._lab.choose_template, "Ctrl+T", "grid-2x2")
        exports = self._lab.exports
        self._exports = (add("Save picture of plot…", exports.ask_picture),
                         add("Save figures of plot…", exports.ask_figures))
        self._add_ways_out()

    def _add_ways_out(self) -> None:
        lab, exports = self._lab, self._lab.exports
        desk = ExportDesk(lab.document, lab.workbench, exports.folder, self._window, lab.message)
        # Told where all that is written is told.
        desk.refused.connect(exports.refused)
        desk.saved.connect(exports.saved)
        menu = self.menu.addMenu(TITLE)
        menu.menuAction().setToolTip(TIP)
        menu.aboutToShow.connect(partial(desk.fill, menu))
        lab.translation.export_requested.connect(desk.ask_key)
        shown = self._add(self.menu, "Translation", lab.translation.toggle, "Ctrl+E", "code")
        shown.setToolTip("The network as a NumPy, PyTorch or Keras script, beside it.")
        shown.setCheckable(True)
        lab.translation.toggled.connect(shown.setChecked)

    def _add_edit_actions(self) -> None:
        stack, standard = self._lab.document.undo_stack, QKeySequence.StandardKey
        undo, redo = stack.createUndoAction(self, "Undo"), stack.createRedoAction(self, "Redo")
        undo.setShortcut(QKeySequence(standard.Undo))
        redo.setShortcuts([QKeySequence("Ctrl+Y"), QKeySequence("Ctrl+Shift+Z")])
        for action, icon in ((undo, "undo-2"), (redo, "redo-2")):
            theme.follow_theme(action, icon)
            self.menu.addAction(action)
            self._window.addAction(action)

    def _add_run_actions(self) -> None:
        desk = self._lab.desk
        for action, icon in ((desk.duplicate_action, "copy"), (desk.compare_action, "columns-2"),
                             (desk.recorder_action, "history"), (desk.earlier_action, ""),
                             (desk.keep_action, "")):
            if icon:
                theme.follow_theme(action, icon)
            self.menu.addAction(action)
            self._window.addAction(action)

    def _add_theory_actions(self) -> None:
        menu = self.menu.addMenu("Theory")
        menu.setToolTipsVisible(True)
        for action in self._lab.theory.modes.values():
            menu.addAction(action)
        lab = self._add(self.menu, "Initialiser lab…", self._lab.initialisers.open, "Ctrl+I",
                        "sliders-horizontal")
        lab.setToolTip("Try out first weights: gradients and activations follow the sliders.")

    def _add_page_actions(self) -> None:
        pages, group = self._lab.pages, QActionGroup(self)
        self._pages: dict[str, QAction] = {}
        for place, (key, title) in enumerate(TITLES.items(), 1):
            action = self._add(self.menu, title, partial(pages.show, key), f"Ctrl+{place}")
            action.setCheckable(True)
            action.setToolTip(TIPS[key])
            group.addAction(action)
            self._pages[key] = action
        self._pages[LAB].setChecked(True)
        pages.changed.connect(self._on_pages_changed)

    def _add_view_actions(self) -> None:
        themes = self.menu.addMenu("Theme")
        group = QActionGroup(self)
        for scheme, title in THEMES:
            action = self._add(themes, title, partial(self._lab.set_theme, scheme))
            action.setCheckable(True)
            action.setChecked(theme.scheme() == scheme)
            action.setData(scheme)
            group.addAction(action)
        self._themes = group
        themes.aboutToShow.connect(self._on_themes_about_to_show)
        sizes = self.menu.addMenu("Interface size")
        self._add(sizes, "Larger", partial(self._resize, 1), "Ctrl++", "plus")
        self._add(sizes, "Smaller", partial(self._resize, -1), "Ctrl+-", "minus")
        self._add(sizes, "Normal", partial(self._lab.set_scale, 1.0), "Ctrl+0")
        self._add(None, "Larger", partial(self._resize, 1), "Ctrl+=")
        self._add(self.menu, "Doctor’s limits…", self._lab.show_limits)
        self._add(self.menu, "Explain what has focus", self._explain, "F1", "help")
        self._add(self.menu, "Explanations", self._lab.explain.open_contents)

    def _add_keys(self) -> None:
        bench = self._lab.workbench
        acts: dict[str, tuple[str, Callable[[], object]]] = {
            "Space": ("Run or pause", bench.toggle),
            "Right": ("One step", bench.step),
            "Shift+Right": ("One epoch", bench.step_epoch),
            "R": ("Reset", bench.reset),
            "Shift+R": ("Reset with another seed", partial(bench.reset, new_seed=True)),
            "L": ("Logarithmic loss axis", self._lab.toggle_log),
        }
        # Those that only the microscope has are not given anywhere else.
        acts |= {key: ("", lambda: None) for key in ALL - acts.keys()}
        self.keys = LabKeys({key: self._add(None, text, partial(self._press, key, act))
                             for key, (text, act) in acts.items()}, self)

    def _press(self, key: str, act: Callable[[], object]) -> None:
        """Do what a key means on the page that is seen."""
        desk = self._lab.pages.desk
        if self._lab.pages.current != MICROSCOPE or desk is None or not desk.press(key):
            act()

    def _resize(self, direction: int) -> None:
        self._lab.set_scale(theme.next_scale(direction))

    def _explain(self) -> None:
        if not self._lab.explain.explain_focus():
            # Nothing has the keyboard: what is said of the run is what there is to explain.
            self._lab.strip.explain()

    def _show_about(self) -> None:
        from gui.window.about import About

        About(self._window).open()

    @Slot(str)
    def _on_pages_changed(self, key: str) -> None:
        self._pages[key].setChecked(True)
        # Space and the arrows walk through the step there, and through cells and rows.
        self.keys.set_active({MICROSCOPE: OF_MICROSCOPE, EXPERIMENTS: OF_EXPERIMENTS}.get(
            key, OF_LAB))
        self._lab.transport.set_has_keys(key == LAB)

    @Slot()
    def _on_menu_about_to_show(self) -> None:
        start = self._lab.document.project.start_from
        self._fresh.setEnabled(bool(start))
        self._fresh.setToolTip(f"The network starts from {start}." if start else
                               "The weights are drawn at random already.")
        self._show_embedded()
        self._show_exports()

    def _show_exports(self) -> None:
        """Say which plot would be saved: the one that was used last."""
        plot = self._lab.exports.current()
        for action, what in zip(self._exports, ("picture", "figures"), strict=True):
            action.setText(f"Save {what} of plot…" if plot is None else
                           f"Save {what} of plot “{plot.title()}”…")
            action.setEnabled(plot is not None)

    def _toggle_embedded(self) -> None:
        self._lab.data_panel.set_embedded(self._embeds.isChecked())

    def _show_embedded(self) -> None:
        """Say whether a copy of the data travels in the project, and how large it would be."""
        data = self._lab.document.project.data
        size = sum(size_of(Path(path)) for path in paths_of(in_copy(data)))
        fits = size <= LARGEST_ENCLOSED
        self._embeds.setChecked(bool(data.embedded))
        self._embeds.setEnabled(bool(data.embedded) or (size > 0 and fits))
        self._embeds.setText(f"Embed data in the project ({size_text(size)})" if size else
                             "Embed data in the project")
        self._embeds.setToolTip(
            f"A copy of the data travels in the .bplab file. At most {size_text(LARGEST_ENCLOSED)}."
            if data.path else "The data come with the program, and need not travel.")

    @Slot()
    def _on_themes_about_to_show(self) -> None:
        for action in self._themes.actions():
            action.setChecked(action.data() == theme.scheme())
