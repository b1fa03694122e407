"""Which page explains which part of the lab, where the part itself does not say it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui.widgets import set_page

if TYPE_CHECKING:
    from gui.window.lab_page import LabPage

TOGETHER = "controls/window"
"""Explains what holds all the others together."""


def put_up(lab: LabPage) -> None:
    """Say of every part of the lab which page explains it.

    A control that knows better, such as a choice of losses, says so itself: what is nearest counts.

    Parameters
    ----------
    lab : LabPage
        All of whose parts are there.
    """
    bar, transport, data = lab.top_bar, lab.transport, lab.data_panel
    for part, page in (
        (bar.menu_button, TOGETHER), (bar.pages, TOGETHER), (bar.theme_button, TOGETHER),
        (lab.message, TOGETHER), (lab.offer, TOGETHER), (lab.body.rail, TOGETHER),
        (lab.left, TOGETHER), (lab.right, "controls/instruments"),
        (transport, "controls/transport"), (transport.speed, "controls/speed"),
        (data, "controls/data"), (data.share, "controls/training_share"),
        (data.noise, "controls/noise"), (data.feature_box, "controls/features"),
        (data.regenerate, "controls/seed"),
        (lab.palette_panel, "controls/palette"), (lab.network, "controls/network"),
        (lab.network.add_button, "controls/palette"),
        (lab.loss, "controls/loss_plot"), (lab.gradients, "controls/gradient_plot"),
        (lab.output, "controls/output"), (lab.output.pad, "controls/pad"),
        (lab.switches.compare, "controls/pair"), (lab.switches.recorder, "controls/timeline"),
        (lab.pair_bar, "controls/pair"), (lab.timeline, "controls/timeline"),
        (lab.sheet, "controls/training_settings"),
    ):
        set_page(part, page)
