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
        "a text in a known encoding", "Save it as UTF-8, or choose its encoding by name"),
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
    "kind.workbook": "a workbook of a spreadsheet program",
    "kind.numbers": "a document of Apple Numbers or Pages",
    "kind.gzip": "a gzip archive",
    "kind.bzip2": "a bzip2 archive",
    "kind.xz": "an xz archive",
    "kind.zstandard": "a Zstandard archive",
    "kind.7-zip": "a 7-Zip archive",
    "kind.rar": "a RAR archive",
    "kind.tar": "a tar archive",
    "kind.png": "a PNG image",
    "kind.jpeg": "a JPEG image",
    "kind.gif": "a GIF image",
    "kind.tiff": "a TIFF image",
    "kind.bitmap": "a BMP image",
    "kind.icon": "an icon",
    "kind.picture": "an image or a film",
    "kind.film": "a film or a photograph",
    "kind.sound": "a sound",
    "kind.pdf": "a PDF document",
    "kind.postscript": "a PostScript document",
    "kind.parquet": "a Parquet file",
    "kind.feather": "a Feather file",
    "kind.orc": "an ORC file",
    "kind.avro": "an Avro file",
    "kind.hdf5": "an HDF5 file",
    "kind.hdf4": "an HDF4 file",
    "kind.netcdf": "a netCDF file",
    "kind.fits": "a FITS file",
    "kind.sqlite": "an SQLite database",
    "kind.access": "a database of Microsoft Access",
    "kind.dbase": "a dBase table",
    "kind.numpy": "a NumPy array",
    "kind.numpy-archive": "an archive of NumPy arrays",
    "kind.pickle": "a pickle of Python",
    "kind.spss": "a data file of SPSS",
    "kind.stata": "a data file of Stata",
    "kind.r": "a data file of R",
    "kind.matlab": "a data file of MATLAB",
    "kind.sas": "a data file of SAS",
    "kind.origin": "a project of Origin",
    "kind.tdms": "a TDMS file of LabVIEW",
    "kind.program": "a program",

    "table.blank": Fault(
        "{place}", "the file holds nothing but blanks", "a row of names and rows of values",
        "Choose another file"),
    "table.web-page": Fault(
        "{place}", "this is a web page", "a table of text",
        "Download the file itself instead of the page that shows it"),
    "table.web-table": Fault(
        "{place}", "this is a web page with a table in it, whatever its name says",
        "a table of text",
        "Open it in a spreadsheet program and save it as CSV or as a workbook"),
    "table.web-archive": Fault(
        "{place}", "this is a web archive or an e-mail", "a table of text",
        "Open it in the program that made it and save the table as CSV"),
    "table.xml": Fault("{place}", "this is an XML document", "a table of text", "Save it as CSV"),
    "table.xml-workbook": Fault(
        "{place}", "this is an XML workbook of Excel 2003", "a table of text",
        "Open it in a spreadsheet program and save it as CSV or as .xlsx"),
    "table.json": Fault(
        "{place}", "this is JSON", "a table of text",
        "Convert it to CSV in the program that made it"),
    "table.json-lines": Fault(
        "{place}", "these are JSON lines, one object a line", "a table of text",
        "Convert them to CSV, in Python: pandas.read_json(file, lines=True).to_csv(...)"),
    "table.rich-text": Fault(
        "{place}", "this is rich text of a word processor, not plain text", "a table of text",
        "Open it there and save it as plain text"),
    "table.git-lfs": Fault(
        "{place}", "this is a pointer of Git LFS, not the file itself", "a table of text",
        "Download the file itself, for example by git lfs pull"),
    "table.latex": Fault(
        "{place}", "this is a LaTeX source", "a table of text",
        "Save the table as CSV, without the commands of LaTeX"),
    "table.source-code": Fault(
        "{place}", "this is the source of a program", "a table of text",
        "Choose the file that the program reads or writes"),
    "table.sql": Fault(
        "{place}", "these are commands for a database (SQL)", "a table of text",
        "Export the table from the database as CSV"),
    "table.calendar": Fault(
        "{place}", "this is a calendar or an address card", "a table of text",
        "Export the entries as CSV"),
    "table.pickle-text": Fault(
        "{place}", "this is a pickle of Python", "a table of text",
        "Save the table as CSV, in Python: DataFrame.to_csv"),
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
        "{place}", "a separator {separator:name}",
        "a few characters other than quotes, such as , ; or a tab", "Choose another separator"),
    "table.quote": Fault(
        "{place}", "a quote {quote:name}", "\" or '", "Choose another quote"),
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
    "table.too-many-texts": Fault(
        "{place}", "more than {most:whole} columns of texts, dates or numbers with units",
        "at most {most:whole} columns that are not plain numbers",
        "Save fewer of them, write them as numbers such as 0 and 1, or turn the table so that "
        "every example is a row"),
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
    "separator.spaces": "gap of two spaces",
    "separator.fixed": "fixed place",
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
    "dropped.unanswered": "{column:quote} holds no value in any row that is used",
    "dropped.constant": "{column:quote} has the same value everywhere",
    "dropped.date": "{column:quote} holds dates",
    "dropped.ignored": "{column:quote} is not for learning, as the file says",
    "dropped.answer": "{column:quote} is one answer together with {target:quote}",
    "dropped.same": "{column:quote} says the same as the target {target:quote} in every row",
    "dropped.group": "{column:quote} says to whom a row belongs",
    "dropped.parts": "{column:quote} tells rows for training and for testing apart",
    "dropped.copy": "{column:quote} says the same as another column in every row",
    "dropped.text": "{column:quote} has more than {most} different texts",
    "dropped.identifier":
        "{column:quote} is another in every row, as names and numbers of rows are",
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
    "note.comments": "Left out: {lines:whole} {lines|line|lines} of comment in or below the table.",
    "note.below": "Left out: {lines:whole} {lines|line|lines} of text below the table.",
    "note.repeated-names":
        "Left out: {rows:whole} {rows|row|rows} that {rows|repeats|repeat} the names of the "
        "columns.",
    "note.empty-rows": "Left out: {rows:whole} {rows|row|rows} of empty cells.",
    "note.totals":
        "Left out: {rows:whole} {rows|row|rows} at the end that {rows|sums|sum} up the others "
        "({names:quotes,name,names}).",
    "note.units-row":
        "Left out: {rows:whole} {rows|row|rows} of units or types below the names "
        "({cells:quotes,cell,cells}).",
    "note.below-names":
        "Left out: {lines:whole} {lines|row|rows} of text between the names and the values.",
    "note.names-joined":
        "Two rows of names were joined, for example to {example:quote}.",
    "note.names-in-comment":
        "The names of the columns were taken from the comment in line {line}.",
    "note.number-names":
        "The numbers of the first row, {first} to {last}, were taken as names of the columns.",
    "change.no-names": "The first row holds values",
    "note.row-names":
        "There is one name less than columns: the first column, with {example:quote}, was taken "
        "as the names of the rows.",
    "note.lines-in-quotes": "Each line stood in quotes; they were taken off.",
    "note.single-quotes": "Single quotes ' were taken as quotes around texts.",
    "note.fixed-width": "The columns were told apart by their places in the lines.",
    "note.encoding": "The text is not UTF-8; it was read as {title}, a guess by its letters.",
    "change.encoding": "Read it as {title}",
    "note.wrong-bytes":
        "{count:whole} {count|byte is|bytes are} not UTF-8, the first in line {line}, column "
        "{column:quote}; read as Windows-1252 (there: {letter:quote}).",
    "note.mojibake":
        "Letters look wrong, as {example:quote} for {meant:quote}: the text was saved in a wrong "
        "encoding before. Save it again from its source.",
    "note.renamed":
        "Columns of the same name were told apart: {names:listing,column,columns}.",
    "note.widths":
        "Left out: {rows:whole} {rows|row|rows} that {rows|does|do} not have {width} values (the "
        "first, line {line}, has {values}).",
    "note.left-empty": "Left out, without a value: {columns:quotes,column,columns}.",
    "note.left-unanswered":
        "Left out, without a value in any row that is used: {columns:quotes,column,columns}.",
    "note.left-constant": "Left out, the same in every row: {columns:quotes,column,columns}.",
    "note.left-text":
        "Left out, more than {most} different texts: {columns:quotes,column,columns}.",
    "note.left-identifier":
        "Left out, another in every row, as names and numbers of rows are: "
        "{columns:quotes,column,columns}.",
    "note.left-date": "Left out, dates: {columns:quotes,column,columns}.",
    "note.left-ignored":
        "Left out, not for learning as the file says: {columns:quotes,column,columns}.",
    "note.left-same":
        "Left out, the same as the target {target:quote} in other words: "
        "{columns:quotes,column,columns}.",
    "note.left-group":
        "Left out, to whom or what a row belongs: {columns:quotes,column,columns}.",
    "note.left-parts":
        "Left out, what tells rows for training and for testing apart: "
        "{columns:quotes,column,columns}.",
    "note.left-copy":
        "Left out, the same as another column in every row: {columns:quotes,column,columns}.",
    "note.left-answer":
        "Left out, one answer together with {target:quote}: {columns:quotes,column,columns}.",
    "note.no-numbers":
        "In {column:quote}, {cells:whole} {cells|cell|cells} without a number, the first "
        "{example:quote} in row {row:whole}, counted as missing.",
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
        "In the target {name:quote}, {rows:whole} {rows|cell|cells} without a number, the first "
        "{example:quote} in row {row:whole}, counted as missing.",
    "note.rare-classes":
        "Left out, as classes of fewer than {fewest} examples: {classes:listing,class,classes}.",
    "counted.class": "{name:quote} ({count:whole})",
    "note.unequal-classes":
        "Only {count:whole} of {rows:whole} examples {count|is|are} {name:quote}; always answering "
        "{common:quote} is right for {share:percent}.",
    "note.target-guessed":
        "{name:quote} is predicted, as the last column that can be; that is a guess.",
    "note.guessed-classification":
        "The {count} whole numbers of {name:quote} are taken for classes; they might be amounts.",
    "note.guessed-regression":
        "{name:quote} is predicted as a number; its {count} whole numbers might be classes.",
    "note.decides":
        "{column:quote} alone decides {target:quote} in every row: is it known beforehand?",
    "note.spellings": "In {column:quote}, names differ in spelling only: {groups:clauses}.",
    "note.spellings-merged": "In {column:quote}, spellings were made one: {groups:clauses}.",
    "counted.spellings": "{name:quote}, also {others:list}",
    "change.classification": "Take as classes",
    "change.regression": "Take as numbers",
    "change.keep-rare": "Keep them",
    "change.predict-together": "Predict all as one",
    "change.split-groups": "Split by {column:quote}",
    "change.use": "Use {count|it|them}",
    "change.leave-out": "Leave it out",
    "change.merge-spellings": "Make them one",
    "change.keep-spellings": "Keep them apart",
}
"""Templates by code."""
