#!/usr/bin/env bash
# python-calamine 0.9.1: iter_rows() counts rows from the top of the sheet, but columns from the first
# filled one.
#
# Guessed: a table that begins in cell B3 comes either as it stands (two blank rows above, a blank cell
# in front of each row) or cut to what is filled (neither).
# Seen: two blank rows above, and no blank cell in front: row numbers are those of the sheet, column
# numbers are not. Merged ranges, which are given as (row, column), are those of the sheet in both, so
# that columns have to be shifted and rows must not be.
# Seen too: a formula that no program has computed, an error cell (#N/A) and an empty cell are all ''.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q install "python-calamine==0.9.1" "openpyxl==3.1.5"
"$folder/venv/bin/python" - "$folder/table.xlsx" <<'PYTHON'
import sys

import openpyxl
import python_calamine

book = openpyxl.Workbook()
sheet = book.active
sheet["B3"], sheet["C3"] = 1, 2
sheet["B4"], sheet["C4"] = "#N/A", "=B3+C3"
sheet["B5"] = "both"
sheet.merge_cells("B5:C5")
book.save(sys.argv[1])

read = python_calamine.CalamineWorkbook.from_path(sys.argv[1]).get_sheet_by_index(0)
rows = [list(row) for row in read.iter_rows()]
print("rows", rows)
print("merged", read.merged_cell_ranges)
assert rows == [["", ""], ["", ""], [1.0, 2.0], ["", ""], ["both", ""]], rows
assert read.merged_cell_ranges == [((4, 1), (4, 2))], read.merged_cell_ranges
print("As found: blank rows above are there, the blank column in front is not.")
PYTHON
