"""Sets a sheet on pages of A4: blocks side by side, none of them parted, each page numbered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QPointF, QRectF, Qt, QUuid
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QFont,
    QPageLayout,
    QPageSize,
    QPainter,
    QPalette,
    QPdfWriter,
    QTextDocument,
)

from engine.microscope.paper import STYLE, Block, Sheet

MARGIN_MM = 15.0
FOOT_MM = 8.0
"""What the page's number takes."""
GAP_MM = 5.0
"""Between blocks side by side."""
BELOW_MM = 2.5
"""Between rows of blocks."""
SHARES = (1 / 3, 1 / 2, 2 / 3)
"""Parts of the width that a block may take, where it has not the whole."""
DOTS_PER_INCH = 300
MM = DOTS_PER_INCH / 25.4
POINTS = 10
FOOT_POINTS = 8

NO_DATES = b"""<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"/><?xpacket end='w'?>"""
DATE = re.compile(rb"/(?:Creation|Mod)Date \([^)]*\)")
"""Qt writes when it was; the same sheet is to be the same file."""


class _Measured(NamedTuple):
    """A block, set as narrow as it goes."""

    block: Block
    document: QTextDocument
    width: float
    height: float


class _Placed(NamedTuple):
    """A block on its page, and by how much it is made smaller to fit there."""

    document: QTextDocument
    page: int
    at: QPointF
    scale: float


def pdf_of(sheet: Sheet) -> bytes:
    """Return a sheet as PDF that prints on A4; the same sheet gives the same bytes."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = _writer(buffer)
    writer.setTitle(sheet.title)
    writer.setDocumentXmpMetadata(NO_DATES)
    writer.setDocumentId(QUuid.createUuidV5(QUuid(), sheet.page().encode()))
    _paint(writer, sheet.title, _placed(sheet, writer))
    buffer.close()
    return DATE.sub(lambda found: b" " * len(found[0]), bytes(buffer.data().data()))


def layout(sheet: Sheet) -> tuple[list[_Placed], float, float]:
    """Return where the blocks of a sheet stand, and a page's width and height, in dots."""
    writer = _writer(QBuffer())
    return _placed(sheet, writer), *_room(writer)


def _writer(buffer: QBuffer) -> QPdfWriter:
    writer = QPdfWriter(buffer)
    writer.setResolution(DOTS_PER_INCH)
    writer.setPageLayout(QPageLayout(
        QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait,
        QMarginsF(MARGIN_MM, MARGIN_MM, MARGIN_MM, MARGIN_MM), QPageLayout.Unit.Millimeter))
    return writer


def _room(writer: QPdfWriter) -> tuple[float, float]:
    return float(writer.width()), writer.height() - FOOT_MM * MM


def _placed(sheet: Sheet, writer: QPdfWriter) -> list[_Placed]:
    width, height = _room(writer)
    measured = [_measure(block, writer, width) for block in sheet.blocks]
    return list(_place(list(_rows(measured, width)), width, height))


def _measure(block: Block, writer: QPdfWriter, width: float) -> _Measured:
    document = QTextDocument()
    document.documentLayout().setPaintDevice(writer)
    document.setDefaultFont(QFont(document.defaultFont().family(), POINTS))
    document.setDefaultStyleSheet(STYLE)
    document.setDocumentMargin(0)
    document.setHtml(f"<body>{block.html}</body>")
    shares = () if block.is_wide else SHARES
    for taken in (*(share * (width + GAP_MM * MM) - GAP_MM * MM for share in shares), width):
        document.setTextWidth(taken)
        # A table that has no room sticks out.
        if document.size().width() <= taken + 1:
            break
    size = document.size()
    return _Measured(block, document, max(size.width(), taken), size.height())


def _rows(measured: list[_Measured], width: float) -> Iterator[list[_Measured]]:
    """Yield blocks that stand side by side."""
    row: list[_Measured] = []
    taken = 0.0
    for one in measured:
        if row and (one.block.is_wide or row[-1].block.is_wide or taken + one.width > width + 1):
            yield row
            row, taken = [], 0.0
        row.append(one)
        taken += one.width + GAP_MM * MM
    if row:
        yield row


def _place(rows: list[list[_Measured]], width: float, height: float) -> Iterator[_Placed]:
    """Yield where each block stands; a heading goes to the next page with what it is above."""
    page, y = 0, 0.0
    heights = [max(one.height for one in row) for row in rows]
    for i, row in enumerate(rows):
        needed, last = heights[i], i
        while rows[last][-1].block.keeps_next and last + 1 < len(rows):
            last += 1
            needed += heights[last] + BELOW_MM * MM
        if y and y + needed > height:
            page, y = page + 1, 0.0
        x = 0.0
        for one in row:
            scale = min(1.0, width / one.width, height / one.height)
            yield _Placed(one.document, page, QPointF(x, y), scale)
            x += one.width + GAP_MM * MM
        y += heights[i] + BELOW_MM * MM


def _paint(writer: QPdfWriter, title: str, placed: list[_Placed]) -> None:
    pages = max((one.page for one in placed), default=0) + 1
    painter = QPainter(writer)
    context = QAbstractTextDocumentLayout.PaintContext()
    # Paper is white, whatever the theme of the window.
    context.palette.setColor(QPalette.ColorRole.Text, Qt.GlobalColor.black)
    for page in range(pages):
        if page:
            writer.newPage()
        for one in placed:
            if one.page == page:
                painter.save()
                painter.translate(one.at)
                painter.scale(one.scale, one.scale)
                one.document.documentLayout().draw(painter, context)
                painter.restore()
        _paint_foot(painter, writer, title, f"{page + 1} / {pages}")
    painter.end()


def _paint_foot(painter: QPainter, writer: QPdfWriter, title: str, number: str) -> None:
    painter.setFont(QFont(painter.font().family(), FOOT_POINTS))
    foot = QRectF(0, writer.height() - FOOT_MM * MM, writer.width(), FOOT_MM * MM)
    below = Qt.AlignmentFlag.AlignBottom
    room = foot.width() - painter.fontMetrics().horizontalAdvance(number) - GAP_MM * MM
    short = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideMiddle, int(room))
    painter.drawText(foot, Qt.AlignmentFlag.AlignLeft | below, short)
    painter.drawText(foot, Qt.AlignmentFlag.AlignRight | below, number)
