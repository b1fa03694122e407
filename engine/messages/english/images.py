"""Words about images that are brought."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry, Fault

_FOLDERS = "a folder of images for each class, or a table with their names and classes"

WORDS: Mapping[str, Entry] = {
    "images.empty": "it is empty",
    "images.no-image": "it is no image, whatever its name says",
    "images.huge": "it declares more pixels than fit into memory",
    "images.pixels":
        "it declares {width:whole} x {height:whole} pixels, and {most:whole} are unpacked at most",
    "images.no-pixels": "it has no pixels",
    "images.truncated": "it ends too early",
    "images.damaged": "it is damaged ({reason})",
    "images.numbers":
        "its pixels go from {low:general} to {high:general}, and nothing says how bright that is; "
        "save it with 8 or 16 bits",
    "images.too-large": "it has {size:whole} bytes, and {most:whole} are read at most",
    "images.unreadable": "it cannot be read ({reason})",
    "images.packed": "it is packed in a way that is not read; pack the archive with Deflate",
    "images.no-class": "it lies in no folder of a class",
    "images.foreign": "{suffix} is not read; save it as PNG or JPEG",

    "images.no-file": "no image of this name is there",
    "images.no-label": "the table says nothing of it",
    "images.named-twice": "the table names it twice; the first time counts",

    "images.no-table": Fault(
        "{place}", "there is no table", "a file such as labels.csv beside the images",
        "Put it into the folder, or leave the columns open"),
    "images.no-column": Fault(
        "{place}", "there is no column {column:quote}", "one of {known:quotes,column,columns}",
        "Choose another column, or leave it open"),
    "images.no-file-column": Fault(
        "{place}", "no column names images that are there", "file names, with or without suffix, "
        "in one of {known:quotes,column,columns}", "Put table and images into one folder"),
    "images.no-label-column": Fault(
        "{place}", "no column is left to be predicted among {known:quotes,column,columns}",
        "one beside that of the file names", "Add a column with the classes"),

    "images.zip-damaged": Fault(
        "{place}", "the archive is damaged or incomplete", "a whole zip archive",
        "Pack or download it again"),
    "images.zip-outside": Fault(
        "{place}", "it names a place outside itself: {name:quote}", "names of files within it",
        "Do not trust this archive; pack the images anew"),
    "images.zip-password": Fault(
        "{place}", "it is protected by a password", "an archive that is open",
        "Unpack it, and choose the folder"),
    "images.zip-bomb": Fault(
        "{place}", "{packed:whole} bytes claim to hold {size:whole}", "images",
        "Do not trust this archive; pack the images anew"),
    "images.many-files": Fault(
        "{place}", "there are more than {most:whole} files in it", "fewer",
        "Choose a folder that holds the images alone"),

    "images.no-collection": Fault(
        "{place}", "this is one file, and none of many images",
        "a folder, a zip archive, or a file of MNIST, CIFAR or NumPy (.npz)",
        "Choose the folder that the images lie in"),
    "images.none": Fault(
        "{place}", "there is no image among {count:whole} {count|file|files}",
        "files such as PNG or JPEG", "Choose the folder that the images lie in"),
    "images.none-readable": Fault(
        "{place}", "none of {count:whole} {count|image|images} can be read; of {name}: {reason}",
        "images", "Save them again as PNG or JPEG"),
    "images.too-few": Fault(
        "{place}", "{count:whole} {count|image|images}", "at least {fewest:whole}",
        "Add images"),
    "images.no-classes": Fault(
        "{place}", "{count:whole} {count|image|images} in one folder, and nothing says what each "
        "shows", _FOLDERS, "Sort them into folders, or choose to reconstruct them"),
    "images.one-class": Fault(
        "{place}", "all {count:whole} images belong to one class, {name:quote}",
        "at least two classes", "Add a folder with others, or choose the folder above"),
    "images.many-classes": Fault(
        "{place}", "{classes:whole} classes of {count:whole} images",
        "at most {most:whole} for so many", "Choose a folder with fewer classes"),
    "images.undivided": Fault(
        "{place}", "the images do not come divided",
        "folders train and test, or a column split", "Divide them at random"),
    "images.numbers-each": Fault(
        "{place}", "{height} x {width} pixels would be {numbers:whole} numbers for each image",
        "at most {most:whole}", "Choose a smaller size"),
    "images.unlike": Fault(
        "{place}", "its images have other targets than those of {first}", "the same",
        "Open it by itself"),

    "images.idx-no-labels": Fault(
        "{place}", "no file with its labels lies beside it",
        "one of the same name with labels in place of images",
        "Put the file with the labels into the same folder"),
    "images.idx-none": Fault(
        "{place}", "no file with images lies beside these labels",
        "one of the same name with images in place of labels",
        "Put the file with the images into the same folder"),
    "images.idx-several": Fault(
        "{place}", "several collections lie here: {names:list}", "one",
        "Choose one of the files instead of the folder"),
    "images.idx-labels": Fault(
        "{place}", "{count:whole} images in {images}, and {found:whole} labels in {labels}",
        "as many labels as images", "Download both files again"),
    "images.idx-sizes": Fault(
        "{place}", "images of different sizes in {names:list}", "the same size",
        "Open the files one by one"),
    "images.idx-shape": Fault(
        "{place}", "an array of shape {shape:shape} that holds no images",
        "bytes with the axes number, row and column", "Choose a file of images"),
    "images.array-unreadable": Fault(
        "{place}", "{reason}", "a file of images", "Choose another file"),
    "images.idx-head": Fault(
        "{place}", "it does not begin as an IDX file does, or is damaged",
        "two zeros, a type and a number of axes", "Download it again"),
    "images.idx-too-large": Fault(
        "{place}", "its array would have {size:whole} bytes", "at most {most:whole}",
        "Choose a part of it"),
    "images.idx-bomb": Fault(
        "{place}", "{packed:whole} bytes claim to hold an array of {size:whole}", "images",
        "Do not trust this file; download it again"),
    "images.idx-truncated": Fault(
        "{place}", "it declares {shape:shape} numbers in {size:whole} bytes and ends after "
        "{found:whole}", "a whole file", "Download it again"),

    "images.pickle": Fault(
        "{place}", "a pickle that holds more than arrays of bytes, lists and texts ({what})",
        "CIFAR's own batches", "Choose the binary version, whose files end in .bin"),
    "images.cifar-parts": Fault(
        "{place}", "it holds no images of CIFAR",
        "data with 3,072 bytes for each image, and as many labels", "Download it again"),
    "images.npz-parts": Fault(
        "{place}", "nothing tells images and labels among its arrays: "
        "{arrays:listing,array,arrays}",
        "images of one size, as number x height x width with 1 or 3 channels, and as many labels",
        "Save them as images and labels, or as x_train, y_train, x_test and y_test"),
    "images.npz-array": Fault(
        "{place}", "it is damaged, or holds Python objects", "an array of numbers or texts",
        "Save it anew with numpy.savez"),
    "images.npz-range": Fault(
        "{place}", "its numbers go from {low:general} to {high:general}, and nothing says how "
        "bright that is", "0 to 1, 0 to 255, or whole numbers up to 65,535",
        "Scale it before saving"),

    "note.images-table":
        "{file} names {count:whole} {count|image|images} in {files:quote}, and {target:quote} is "
        "to be predicted.",
    "note.images-unnamed":
        "Not named in {file}, and left alone: {count:whole} {count|image|images} "
        "({names:listing,image,images,3}).",
    "note.images-sizes":
        "Every image is brought to {height} x {width} pixels; {sizes:whole} sizes were found "
        "among {count:whole} of {all:whole} images, from {smallest:shape} to {largest:shape} "
        "(width x height).",
    "note.images-smaller":
        "The images have {found:shape} pixels (width x height) and are made smaller, to {height} "
        "x {width}.",
    "note.images-test":
        "{count:whole} {count|image|images} of the folder for a last test {count|is|are} left "
        "alone: there is another one for validation.",
    "note.images-left-out":
        "Left out: {count:whole} {count|image|images} that cannot be used: "
        "{named:listing,image,images,3}.",
    "note.images-others":
        "No images, and left alone: {count:whole} {count|file|files} "
        "({names:listing,file,files,3}).",
}
"""Templates by code."""
