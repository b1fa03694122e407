"""What is wrong with workbooks and the formats of other programs, and what was done to them."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry, Fault

_SAVE_AGAIN = "Open it in a spreadsheet program and save the sheet as CSV"

WORDS: Mapping[str, Entry] = {
    "sheet.damaged": Fault(
        "{place}", "the workbook is damaged or cut off", "a workbook as its program saved it",
        "Get the file again, or open it in a spreadsheet program and save it anew"),
    "sheet.password": Fault(
        "{place}", "the workbook is protected by a password", "one that anybody may open",
        "Open it in a spreadsheet program and save it without a password"),
    "sheet.many-members": Fault(
        "{place}", "the workbook has {count:whole} parts", "at most {most:whole}", _SAVE_AGAIN),
    "sheet.twice": Fault(
        "{place}", "the part {name:quote} is in the workbook twice", "every part once",
        "Do not trust this file, or open it in a spreadsheet program and save it anew"),
    "sheet.outside": Fault(
        "{place}", "the part {name:quote} leads out of the archive", "parts of a workbook",
        "Do not trust this file"),
    "sheet.entities": Fault(
        "{place}", "the part {name:quote} declares abbreviations, which no workbook does",
        "parts of a workbook", "Do not trust this file"),
    "sheet.inflated": Fault(
        "{place}", "unpacked, the workbook is far larger than its file", "at most {most:whole} "
        "bytes, and packed as tables are", _SAVE_AGAIN),
    "sheet.area": Fault(
        "{place}", "a sheet with few cells reaches as far as {cell}",
        "at most {most:whole} rows times columns",
        "Delete what stands far from the table, or save it as CSV"),
    "sheet.range": Fault(
        "{place}", "a range {cells:quote}", "one such as B3:F40, or B:F for whole columns",
        "Correct the range, or leave it empty to read all"),
    "sheet.range-empty": Fault(
        "{place}", "nothing stands in the range {cells:quote} of the sheet {sheet:quote}",
        "a range inside of {used}", "Correct the range, or leave it empty to read all"),
    "sheet.sheet-empty": Fault(
        "{place}", "the sheet {sheet:quote} is empty", "a table", "Choose another sheet"),
    "sheet.empty": Fault(
        "{place}", "no sheet of this workbook holds anything", "a table", "Choose another file"),
    "sheet.no-sheet-called": Fault(
        "{place}", "there is no sheet {name:quote}", "one of {known:quotes,sheet,sheets}",
        "Choose a sheet of this workbook"),

    "sheet.web-page": Fault(
        "{place}",
        "this is a web page (HTML) or an XML document under the name of a spreadsheet, as some "
        "programs export it", "a workbook",
        "Open it in a spreadsheet program and save it as .xlsx"),

    "note.sheet": "Sheet {name:quote} was read, one of {count:whole}.",
    "change.sheet": "read {name:quote}",
    "note.sheet-titles": "{count:whole} {count|row|rows} above the table {count|was|were} left "
    "out.",
    "note.sheet-footers": "{count:whole} {count|row|rows} below the table {count|was|were} left "
    "out.",
    "note.sheet-sections": "{count:whole} {count|row|rows} of one text across the table "
    "{count|was|were} left out.",
    "note.sheet-header": "The first {count} rows name the columns together.",
    "note.merged": "{count:whole} {count|cell|cells} that {count|is|are} merged with "
    "{count|another|others} {count|was|were} given the same value.",
    "note.formulas": "{count:whole} {count|formula has no stored result|formulas have no stored "
    "results}: open and save the file in a spreadsheet program.",
    "note.sheet-errors": "{count:whole} {count|cell holds|cells hold} an error such as #N/A and "
    "{count|counts|count} as missing.",

    "arff.line": Fault(
        "{place}", "{text:quote} in the header of an ARFF file", "@relation, @attribute or @data",
        "Correct the line, or save the file anew with Weka"),
    "arff.attribute": Fault(
        "{place}", "an attribute {text:quote}",
        "a name, and numeric, string, date or classes in braces",
        "Correct the line, or save the file anew with Weka"),
    "arff.twice": Fault(
        "{place}", "a second attribute {name:quote}", "every name once", "Rename one of the two"),
    "arff.relational": Fault(
        "{place}", "the attribute {name:quote} is relational, a table in every cell",
        "numeric, nominal, string or date attributes", "Take it apart with Weka's filters"),
    "arff.no-data": Fault(
        "{place}", "this ARFF file has no attributes, or no line @data", "@attribute lines, then "
        "@data and rows", "Choose another file, or save it anew with Weka"),
    "arff.no-rows": Fault(
        "{place}", "no row below @data", "rows of values", "Choose another file"),
    "arff.width": Fault(
        "{place}", "{count:whole} {count|value|values}", "{width:whole}, one for each attribute",
        "Correct the line; a value with commas or blanks stands in quotes"),
    "arff.quote": Fault(
        "{place}", "a quote in {text:quote} that is never closed, or stands inside of a value",
        "values, or values in quotes", "Correct the line"),
    "arff.sparse": Fault(
        "{place}", "a sparse row {text:quote}", "places and values in braces, such as 0 1.5, 3 red",
        "Correct the line"),
    "arff.level": Fault(
        "{place}", "{value:quote}, which {name:quote} does not have", "one of its declared values",
        "Correct the line, or add the value to its @attribute line"),
    "arff.date": Fault(
        "{place}", "a date {value:quote} in {name:quote}", "a date as its @attribute line says",
        "Correct the line"),
    "arff.too-large": Fault(
        "{place}", "written out, the sparse rows up to here have more than {most:whole} values",
        "at most that", "Save fewer rows or attributes"),
    "note.arff-weights": "The weights of {count:whole} {count|row|rows} were left out.",

    "note.orange-classes": "The file has several targets: {name:quote} is taken, left out: "
    "{names:quotes,target,targets}.",
    "table.no-sparse-row": Fault(
        "{place}", "{text:quote} among rows of sparse values", "a row such as 1 3:0.5 7:1.2",
        "Correct the line"),
    "table.sparse-too-large": Fault(
        "{place}", "written out, the sparse rows have more than {most:whole} values",
        "at most that", "Save fewer rows or columns"),
}
