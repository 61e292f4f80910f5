"""The bytes of a stranger's file: unpacked (gz, zip) and as UTF-8, whatever they were.

UTF-8 with or without a mark, UTF-16 and UTF-32 with one, UTF-16 without one by its zero bytes;
what is none of these and has no zero bytes is cp1252, as Windows writes it. Checked by
``tests/unit/test_store_histories.py``.
"""

import codecs
import gzip
import io
import pathlib
import zipfile
import zlib
from typing import NamedTuple

from sim.errors import InputError

# A megabyte: reading is as fast as with more.
_CHUNK = 1 << 20
# A packed file that grows beyond is taken for a trap: ten million rows have half of it.
MOST_BYTES = 4 << 30
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip


class Content(NamedTuple):
    """A file's bytes, unpacked.

    Attributes
    ----------
    data : bytes
        Text as UTF-8 without a mark, or whatever it is.
    name : str
        Of the file, or of the member of a zip.
    notes : tuple of str
        What was done to it.
    """

    data: bytes
    name: str
    notes: tuple[str, ...] = ()


def read_content(path: pathlib.Path) -> Content:
    """Read a file whole; gz and zip are unpacked.

    Raises
    ------
    InputError
        Not readable, empty, or a zip with several tables.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    if data.startswith(b"\x1f\x8b"):
        return Content(_gunzip(path, data), path.stem, ("unpacked (gzip)",))
    if data.startswith(b"PK\x03\x04"):
        return _unzip(path, data)
    return Content(data, path.name)


def _gunzip(path: pathlib.Path, data: bytes) -> bytes:
    try:
        with gzip.open(io.BytesIO(data)) as file:
            found = file.read(MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{path}: cannot be unpacked ({error})") from error
    if len(found) > MOST_BYTES:
        raise InputError(f"{path}: unpacks to more than {MOST_BYTES >> 30} GB; split it")
    return found


def _unzip(path: pathlib.Path, data: bytes) -> Content:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            names = [member.filename for member in members]
            if "xl/workbook.xml" in names or "[Content_Types].xml" in names:
                return Content(data, path.name)
            tables = [m for m in members if not m.filename.startswith(("__MACOSX", "."))]
            if len(tables) != 1:
                raise InputError(
                    f"{path}: holds {len(tables)} files; allowed: one; take out what is meant ("
                    f"{', '.join(m.filename for m in tables[:5])})"
                )
            if tables[0].file_size > MOST_BYTES:
                raise InputError(f"{path}: unpacks to more than {MOST_BYTES >> 30} GB; split it")
            found = archive.read(tables[0])
    except (zipfile.BadZipFile, RuntimeError, zlib.error, OSError) as error:
        raise InputError(f"{path}: cannot be unpacked ({error})") from error
    return Content(found, tables[0].filename, (f"unpacked {tables[0].filename}",))


def to_utf8(path: pathlib.Path, content: Content) -> Content:
    """Text as UTF-8 without a mark.

    Raises
    ------
    InputError
        Zero bytes, or bytes that the encoding does not have.
    """
    data = content.data
    if data.startswith(codecs.BOM_UTF8):
        data = data[len(codecs.BOM_UTF8) :]
    name = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    name = name or _guess_wide(data[:_CHUNK])
    if name is None and _is_utf8(data):
        if b"\x00" in data:
            raise InputError(f"{path}: is not text (it holds zero bytes)")
        return content._replace(data=data)
    if name is None and b"\x00" in data:
        raise InputError(f"{path}: is not text (it holds zero bytes)")
    try:
        text = data.decode(name or "cp1252")
    except UnicodeDecodeError as error:
        why = f"about byte {error.start}"
        raise InputError(f"{path}: is neither UTF-8 nor {name or 'cp1252'} ({why})") from error
    if "\x00" in text:
        raise InputError(f"{path}: is not text (it holds zero bytes)")
    told = "cp1252, for it is not UTF-8" if name is None else name.upper()
    return content._replace(data=text.encode(), notes=(*content.notes, f"read as {told}"))


def _is_utf8(data: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    view = memoryview(data)
    try:
        for first in range(0, len(data), _CHUNK):
            decoder.decode(view[first : first + _CHUNK])
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True


def _guess_wide(start: bytes) -> str | None:
    """UTF-16 without a mark: a text of mostly Latin letters has a zero in every second byte."""
    start = start[: len(start) // 2 * 2]
    if len(start) < 4 or start.count(0) < 0.4 * len(start):
        return None
    even, odd = start[::2].count(0), start[1::2].count(0)
    if odd > 20 * even:
        return "utf-16-le"
    return "utf-16-be" if even > 20 * odd else None
