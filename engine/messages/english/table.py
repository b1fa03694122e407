"""What is wrong with a person's text file and the table in it, and what was done to it."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry, Fault

_SAVE_AS_CSV = "Save it as CSV (text, with commas or semicolons) in the program that made it"

WORDS: Mapping[str, Entry] = {
    "place.line": "{file}, line {line}",
    "place.byte": "{file}, byte {byte:whole}",
    "place.column": "{file}, column {column:quote}",

    "file.missing": Fault(
        "{path}", "there is no such file", "an existing file",
        "Choose the file again; it may have been moved or renamed"),
    "file.folder": Fault("{path}", "this is a folder", "a text file", "Choose a file inside it"),
    "file.forbidden": Fault(
        "{path}", "the file may not be read (permission denied)", "a file that you may read",
        "Copy it to a folder of your own or ask its owner"),
    "file.failed": Fault(
        "{path}", "the file cannot be read ({reason})", "a readable file",
        "Copy it to this computer and choose the copy"),
    "file.device": Fault(
        "{path}", "this is a device, not a file", "a text file", "Choose a file"),
    "file.empty": Fault(
        "{place}", "the file is empty", "a row of names and rows of values",
        "Choose another file or save this one again"),
    "file.too-large": Fault(
        "{place}", "the file has {size:whole} bytes", "at most {most:whole}",
        "Save fewer rows or columns of it"),
    "file.text-too-large": Fault(
        "{place}", "the file has {size:whole} bytes", "at most {most:whole}",
        "Choose a shorter text"),
    "file.no-text": Fault("{place}", "this is {what}", "a text file", _SAVE_AS_CSV),
    "file.zero-byte": Fault(
        "{place}", "a zero byte, which text never has", "a text file", _SAVE_AS_CSV),
    "file.controls": Fault(
        "{place}", "{count:whole} control characters, which text does not have", "a text file",
        _SAVE_AS_CSV),
    "file.no-encoding": Fault(
        "{place}", "the file is in no encoding that can be found out",
        "UTF-8, UTF-16 or Windows-1252 text", "Save it as UTF-8, or choose its encoding by name"),
    "file.unknown-encoding": Fault(
        "{place}", "there is no text encoding called {encoding:name}",
        "a name such as utf-8, utf-16 or cp1252", "Choose another encoding"),
    "file.wrong-encoding": Fault(
        "{place}", "the text is not in the encoding {encoding}",
        "the encoding that the file was saved in",
        "Choose another encoding (Windows-1252 is common) or save it as UTF-8"),

    "kind.zip": "a zip archive without a workbook in it",
    "kind.empty-zip": "an empty zip archive",
    "kind.excel": "an old Excel workbook",
    "kind.word": "a Word document",
    "kind.powerpoint": "a PowerPoint presentation",
    "kind.compound": "a document of an old Office program without a sheet",
    "kind.gzip": "a gzip archive",
    "kind.bzip2": "a bzip2 archive",
    "kind.xz": "an xz archive",
    "kind.7-zip": "a 7-Zip archive",
    "kind.rar": "a RAR archive",
    "kind.png": "a PNG image",
    "kind.jpeg": "a JPEG image",
    "kind.gif": "a GIF image",
    "kind.pdf": "a PDF document",
    "kind.parquet": "a Parquet file",
    "kind.hdf5": "an HDF5 file",
    "kind.sqlite": "an SQLite database",
    "kind.numpy": "a NumPy array",
    "kind.program": "a program",

    "table.blank": Fault(
        "{place}", "the file holds nothing but blanks", "a row of names and rows of values",
        "Choose another file"),
    "table.web-page": Fault(
        "{place}", "this is a web page", "a table of text",
        "Download the file itself instead of the page that shows it"),
    "table.xml": Fault("{place}", "this is an XML document", "a table of text", "Save it as CSV"),
    "table.json": Fault(
        "{place}", "this is JSON", "a table of text",
        "Convert it to CSV in the program that made it"),
    "table.long-head": Fault(
        "{place}", "more than {most:whole} characters in one line",
        "a row of values on every line", "Check that this is a table and that its lines end"),
    "table.long-line": Fault(
        "{place}", "more than {most:whole} characters", "a row of values on every line",
        "Check that this is a table and that its lines end"),
    "table.zero-byte": Fault(
        "{place}", "a zero byte, which text never has", "a text file",
        "Save the table again as CSV"),
    "table.open-quote": Fault(
        "{place}", "a quote is opened and never closed", "a second {quote} at the end of the text",
        "Close the quote, or remove the {quote}"),
    "table.long-quote": Fault(
        "{place}", "a text in quotes runs on for {lines:whole} lines ({reason})",
        "a closing {quote}", "Close the quote, or remove the {quote}"),
    "table.separator": Fault(
        "{place}", "a separator {separator:name}", "one character, such as , ; or a tab",
        "Choose another separator"),
    "table.decimal": Fault(
        "{place}", "a decimal sign {decimal:name}", "a point or a comma",
        "Choose another decimal sign"),
    "table.no-row": Fault(
        "{place}", "no complete row of values", "a table", "Check the quotes in the first lines"),
    "table.too-many-columns": Fault(
        "{place}", "{count:whole} columns", "at most {most:whole}",
        "Save fewer columns, or turn the table so that every example is a row"),
    "table.many-more-columns": Fault(
        "{place}", "more than {count:whole} columns", "at most {most:whole}",
        "Save fewer columns, or turn the table so that every example is a row"),
    "table.one-column": Fault(
        "{place}", "one column only", "at least two: something to learn from and a target",
        "Add a column, or choose the separator by hand"),
    "table.one-column-by-separator": Fault(
        "{place}", "one column only, when a {separator} separates columns",
        "at least two: something to learn from and a target", "Choose another separator"),
    "separator.tab": "tab",
    "separator.semicolon": "semicolon",
    "separator.bar": "vertical bar",
    "separator.comma": "comma",
    "separator.space": "space",
    "separator.other": "{character:name}",
    "table.names": Fault(
        "{place}", "{names:whole} {names|name|names}, while most rows have {values:whole} "
        "{values|value|values}", "as many names as values",
        "Check the separator, or whether the first row names the columns"),
    "table.too-many-rows": Fault(
        "{place}", "more than {count:whole} rows of values",
        "at most {rows:whole} rows and {values:whole} values",
        "Save fewer rows, or choose fewer columns"),
    "table.unreadable": Fault(
        "{place}", "the table cannot be read ({reason})", "rows of separated values",
        "Check the separator, or save the table again as CSV"),
    "table.widths": Fault(
        "{place}", "{values:whole} {values|value|values} in a row, and {odd:whole} of {rows:whole} "
        "rows do not have {width} values", "{width} values in every row",
        "Check the separator, and quote text that contains it"),
    "table.no-rows": Fault(
        "{place}", "no row of values below the names", "rows of values",
        "Choose another file, or say that the first row holds no names"),
    "table.only-target": Fault(
        "{place}", "the target {name:quote} is the only input", "an input that is not the target",
        "Choose at least one other column"),
    "table.no-target-called": Fault(
        "{place}", "there is no column {name:quote} for the target",
        "one of {known:quotes,column,columns}", "Choose a column of this file"),
    "table.no-input-called": Fault(
        "{place}", "there is no column {name:quote} for the input",
        "one of {known:quotes,column,columns}", "Choose a column of this file"),
    "table.no-values": Fault(
        "{place}", "no column has a value in any row", "values to learn from",
        "Check the separator, or choose another file"),
    "table.nothing-to-predict": Fault(
        "{place}", "no column that can be predicted",
        "a column of numbers or of a few different texts", "Check the separator and the header"),

    "column.texts": Fault(
        "{place}", "{count:whole} different texts", "numbers or at most {most} different texts",
        "Leave the column out of the inputs"),
    "column.too-large": Fault(
        "{place}", "a number of size {value:general,3}", "at most {most:scientific,0}",
        "Choose Standard scaling, leave the column out or correct the number"),
    "columns.none-of-use": Fault(
        "{place}", "no column to learn from: {dropped:listing,column,columns}",
        "a column of numbers, or of at most {most} different texts", "Add such a column"),
    "columns.none": Fault(
        "{place}", "no column to learn from: there is none besides the target",
        "a column of numbers, or of at most {most} different texts", "Add such a column"),
    "columns.too-many-inputs": Fault(
        "{place}", "{inputs:whole} inputs after encoding categories", "at most {most:whole}",
        "Choose fewer columns"),
    "columns.too-many-numbers": Fault(
        "{place}", "{rows:whole} rows of {inputs:whole} inputs", "at most {most:whole} numbers",
        "Choose fewer columns or save fewer rows"),
    "dropped.empty": "{column:quote} holds no value",
    "dropped.constant": "{column:quote} has the same value everywhere",
    "dropped.date": "{column:quote} holds dates",
    "dropped.ignored": "{column:quote} is not for learning, as the file says",
    "dropped.answer": "{column:quote} is one answer together with {target:quote}",
    "dropped.same": "{column:quote} says the same as the target {target:quote} in every row",
    "dropped.group": "{column:quote} says to whom a row belongs",
    "dropped.text": "{column:quote} has more than {most} different texts",
    "dropped.identifier": "{column:quote} only names or counts the rows",
    "counted.column": "{column:quote} ({count:whole})",

    "target.empty": Fault(
        "{place}", "the target has no value in any row", "a value in every row",
        "Choose another target"),
    "target.texts": Fault(
        "{place}", "texts such as {example:quote}", "numbers for regression",
        "Choose Classification or another target"),
    "target.same-value": Fault(
        "{place}", "the same value {value:general,6} in every row", "values that differ",
        "Choose another target"),
    "target.too-few-rows": Fault(
        "{place}", "{rows:whole} {rows|row|rows} to learn from", "at least {fewest}",
        "Add rows, or fill the gaps of the target"),
    "target.too-many-classes": Fault(
        "{place}", "{count:whole} different values", "at most {most} classes",
        "Choose another target, or Regression if these are numbers"),
    "target.one-class": Fault(
        "{place}", "one class only, {name:quote}", "at least 2 classes",
        "Choose another target or add examples of another class"),
    "target.rare-classes": Fault(
        "{place}",
        "{count:whole} different values, {rare:whole} of them in fewer than {fewest} rows",
        "at least 2 classes of {fewest} examples or more",
        "Choose another target or add examples"),

    "note.titles": "Left out: {lines:whole} {lines|line|lines} above the table.",
    "note.renamed":
        "Columns of the same name were told apart: {names:listing,column,columns}.",
    "note.widths":
        "Left out: {rows:whole} {rows|row|rows} that {rows|does|do} not have {width} values (the "
        "first, line {line}, has {values}).",
    "note.dropped": "Left out: {dropped:listing,column,columns}.",
    "note.no-numbers":
        "In {column:quote}, {cells:whole} {cells|cell|cells} without a number, for example "
        "{example:quote}, counted as missing.",
    "note.infinite":
        "In {column:quote}, {cells:whole} {cells|cell|cells} with an infinite or too large number "
        "counted as missing.",
    "note.filled":
        "Missing numbers were filled with the median of the training examples: "
        "{columns:listing,column,columns}.",
    "note.missing-category":
        "Missing categories became a category of their own: {columns:listing,column,columns}.",
    "note.encoded": "Categories were one-hot encoded: {columns:listing,column,columns}.",
    "note.dates":
        "Dates became days since the first, and year, month, weekday and time of day where they "
        "change: {columns:listing,column,columns}.",
    "note.rows-used": "{used:whole} of {rows:whole} rows were used: {reasons:list}.",
    "rows.widths": "{count:whole} {count|has|have} another number of values",
    "rows.no-target": "{count:whole} {count|has|have} no value of {name:quote}",
    "rows.others": "{count:whole} {count|is|are} of classes that were left out",
    "note.target-no-number":
        "In the target {name:quote}, {rows:whole} {rows|cell|cells} without a number, for example "
        "{example:quote}, counted as missing.",
    "note.rare-classes":
        "Left out, as classes of fewer than {fewest} examples: {classes:listing,class,classes}.",
    "counted.class": "{name:quote} ({count:whole})",
    "note.target-guessed":
        "{name:quote} is predicted, as the last column that can be; that is a guess.",
    "note.guessed-classification":
        "The {count} whole numbers of {name:quote} are taken for classes; they might be amounts.",
    "note.guessed-regression":
        "{name:quote} is predicted as a number; its {count} whole numbers might be classes.",
    "note.answer":
        "Not learned from: {columns:quotes,column,columns}, one answer together with "
        "{target:quote}.",
    "note.decides":
        "{column:quote} alone decides {target:quote} in every row: is it known beforehand?",
    "note.spellings": "In {column:quote}, names differ in spelling only: {groups:clauses}.",
    "counted.spellings": "{names:quotes,other,others}",
    "change.classification": "Take as classes",
    "change.regression": "Take as numbers",
    "change.keep-rare": "Keep them",
    "change.predict-together": "Predict all as one",
    "change.split-groups": "Split by {column:quote}",
    "change.use": "Use {count|it|them}",
    "change.leave-out": "Leave it out",
    "change.merge-spellings": "Make them one",
}
"""Templates by code."""
