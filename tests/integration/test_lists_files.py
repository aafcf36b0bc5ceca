"""Files of call lists: every usual form is read, and what is no list is refused with what to do."""

import zipfile
from pathlib import Path

import pytest

from callcenter.kernel.errors import Refused
from callcenter.store import list_encoding, list_files, list_workbooks
from tests.integration import workbooks

CHINESE = "姓名,手机,公司,城市\r\n" + "王小明,13800138000,北京华联有限公司,北京\r\n李娜,13900139000,上海第一百货,上海\r\n" * 5
GERMAN = "Vorname;Nachname;Telefon;Straße\r\n" + "Jörg;Müller;030 901820;Königstraße 7\r\nRenée;Weiß;030 901821;Am Öl 3\r\n" * 5
RUSSIAN = "Имя;Телефон;Город\r\n" + "Иван Петров;+7 495 123-45-67;Москва\r\nОльга Иванова;+7 495 123-45-68;Тула\r\n" * 5
POLISH = "Imię;Nazwisko;Telefon;Miasto\r\n" + "Łukasz;Żółć;22 123 45 67;Łódź\r\nŚwiętosława;Gęś;22 123 45 68;Gdańsk\r\n" * 5


def read(path: Path, **chosen: str) -> list[list[str]]:
    return [row.cells for row in list_files.rows(path, list_files.look(path, **chosen))]


def refused(path: Path, **chosen: str) -> Refused:
    with pytest.raises(Refused) as caught:
        read(path, **chosen)
    return caught.value


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (CHINESE, "utf-8"), (CHINESE, "utf-8-sig"), (CHINESE, "utf-16"), (CHINESE, "utf-16-le"), (CHINESE, "utf-16-be"),
        (CHINESE, "gb18030"), (CHINESE, "gbk"), (GERMAN, "windows-1252"), (GERMAN, "latin-1"), (GERMAN, "utf-8"),
        (RUSSIAN, "windows-1251"), (POLISH, "windows-1250"),
    ],
)  # fmt: skip
def test_encoding_and_separator_are_found(tmp_path: Path, text: str, encoding: str):
    path = tmp_path / "list.csv"
    path.write_bytes(text.encode(encoding))
    separator = "," if text is CHINESE else ";"
    assert read(path) == [line.split(separator) for line in text.splitlines()]


def test_the_first_foreign_letter_may_be_far_down(tmp_path: Path):
    path = tmp_path / "list.csv"
    plain = b"Name,Phone\n" + b"Ann Smith,2025550143\n" * 60_000
    path.write_bytes(plain + "王小明,13800138000\n李娜,13900139000\n".encode("gb18030"))
    assert path.stat().st_size > list_encoding.CHUNK
    assert read(path)[-2:] == [["王小明", "13800138000"], ["李娜", "13900139000"]]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators(tmp_path: Path, separator: str):
    path = tmp_path / "list.csv"
    rows = [["Name", "Phone", "Note"], ["Ann", "2025550143", '"a, b; c | d\n2nd line"']]
    path.write_text("".join(separator.join(row) + "\n" for row in rows))
    assert read(path) == [["Name", "Phone", "Note"], ["Ann", "2025550143", "a, b; c | d\n2nd line"]]


def test_excels_line_about_its_separator_is_no_row(tmp_path: Path):
    path = tmp_path / "list.csv"
    path.write_text("sep=|\r\nName|Phone\r\nAnn, Jr.|2025550143\r\n")
    assert read(path) == [["Name", "Phone"], ["Ann, Jr.", "2025550143"]]


def test_a_person_may_choose_otherwise(tmp_path: Path):
    path = tmp_path / "list.csv"
    path.write_bytes("Имя;Телефон\nИван;1\n".encode("koi8-r"))
    assert read(path, encoding="koi8-r", separator=";")[1] == ["Иван", "1"]
    assert refused(path, encoding="utf-8").code == "wrong_encoding"
    assert refused(path, encoding="no such thing").code == "wrong_encoding"
    assert refused(path, encoding="zip").code == "wrong_encoding"
    assert refused(path, encoding="koi8-r", separator="::").code == "bad_separator"


@pytest.mark.parametrize(
    ("content", "code", "advice"),
    [
        (b"", "empty_file", "export the list again"),
        (b"%PDF-1.7 ...", "no_list", "XLSX or CSV"),
        (b"\x89PNG\r\n\x1a\n", "no_list", "XLSX or CSV"),
        (b"\x1f\x8b\x08\x00", "no_list", "unpack it"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "old_workbook", "save it as .xlsx"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "encrypted", "without one"),
        (bytes(range(256)) * 20, "no_list", "XLSX or CSV"),
        (b"\x7fELF\x02\x01\x01" + b"\0" * 200, "no_list", "XLSX or CSV"),
        (b"PK\x03\x04 and then nothing", "broken_file", "save it again"),
        (b'Name,Phone\n"Ann,2025550143\n' + b"x,y\n" * 400_000, "unclosed_quote", "close it"),
        (b"," * 300 + b"x\n", "too_many_columns", "separator"),
        (b"x" * (list_encoding.LONGEST_LINE + list_encoding.CHUNK), "no_list", "one person in each line"),
    ],
)
def test_what_is_no_list_is_refused_with_what_to_do(tmp_path: Path, content: bytes, code: str, advice: str):
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    error = refused(path)
    assert error.code == code, error.why
    assert advice in error.why


def test_more_rows_than_a_list_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "list.csv"
    path.write_text("1\n2\n3\n")
    monkeypatch.setattr(list_files, "MOST_ROWS", 2)
    assert refused(path).code == "too_many_rows"
    monkeypatch.setattr(list_files, "MOST_BYTES", 5)
    assert refused(path).code == "file_too_big"


# -- workbooks --------------------------------------------------------------------------------------------------------------

HEADS: list[object] = ["Name", "Phone", "Zip", "Score"]
ROWS: list[list[object]] = [HEADS, ["Ann", 2025550143, "02101", 1.5], ["王小明", "13800138000", None, True]]


def test_a_workbook(tmp_path: Path):
    content = workbooks.parts({"List": ROWS, "Notes": [["x"]], "Old": [["y"]]}, hidden=["Old"])
    path = workbooks.write(tmp_path / "list.xlsx", content)
    form = list_files.look(path)
    assert (form.kind, form.sheet, form.sheets) == ("xlsx", "List", ("List", "Notes"))
    heads, ann, wang = read(path)
    assert (heads, ann) == (ROWS[0], ["Ann", "2025550143", "02101", "1.5"])
    assert wang == ["王小明", "13800138000", "", "True"]
    assert read(path, sheet="Notes") == [["x"]]
    assert refused(path, sheet="Nothing").code == "no_such_sheet"


def test_rows_are_counted_as_the_spreadsheet_counts(tmp_path: Path):
    content = workbooks.parts({"List": []}) | {"xl/worksheets/sheet1.xml": workbooks.sheet(ROWS, first_row=4)}
    path = workbooks.write(tmp_path / "list.xlsx", content)
    assert [row.line for row in list_files.rows(path, list_files.look(path)) if row.cells] == [4, 5, 6]


def test_bombs_are_refused_before_they_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    huge = "<worksheet>" + " " * (3 << 20) + "</worksheet>"
    path = workbooks.write(tmp_path / "bomb.xlsx", workbooks.parts({"List": ROWS}) | {"xl/worksheets/sheet1.xml": huge})
    assert path.stat().st_size < 10_000
    monkeypatch.setattr(list_workbooks, "MOST_UNPACKED", 1 << 20)
    error = refused(path)
    assert error.code == "file_too_big"
    assert "CSV" in error.why


def test_a_size_that_lies_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "lies.xlsx"
    content = workbooks.parts({"List": ROWS}) | {"xl/worksheets/sheet1.xml": "<worksheet>" + " " * (3 << 20) + "</worksheet>"}
    workbooks.write(path, content)
    honest = path.read_bytes()
    size = len(content["xl/worksheets/sheet1.xml"]).to_bytes(4, "little")
    assert honest.count(size) == 2
    path.write_bytes(honest.replace(size, (100).to_bytes(4, "little")))
    monkeypatch.setattr(list_workbooks, "MOST_UNPACKED", 1 << 20)
    assert refused(path).code in ("file_too_big", "broken_file")


@pytest.mark.parametrize("at", ["XFD1048576", "AAAA1"])
def test_one_cell_far_outside_would_take_all_memory(tmp_path: Path, at: str):
    row = at.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    rows = f'<row r="1"><c r="A1"><v>1</v></c></row><row r="{row}"><c r="{at}"><v>1</v></c></row>'
    content = f"<worksheet><sheetData>{rows}</sheetData></worksheet>"
    path = workbooks.write(tmp_path / "far.xlsx", workbooks.parts({"List": []}) | {"xl/worksheets/sheet1.xml": content})
    if row == "1":
        assert refused(path).code in ("file_too_big", "too_many_columns", "broken_file")
    else:
        error = refused(path)
        assert error.code == "file_too_big"
        assert "delete what stands far outside" in error.why


def test_a_sheet_full_of_formulas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(list_workbooks, "MOST_FORMULAS", 3)
    cells = "".join(f'<row r="{n}"><c r="A{n}"><f>1+{n}</f><v>{n}</v></c></row>' for n in range(1, 6))
    content = f"<worksheet><sheetData>{cells}</sheetData></worksheet>"
    path = workbooks.write(tmp_path / "formulas.xlsx", workbooks.parts({"List": []}) | {"xl/worksheets/sheet1.xml": content})
    error = refused(path)
    assert error.code == "formulas"
    assert "paste it as values" in error.why


def test_broken_workbooks(tmp_path: Path):
    whole = workbooks.write(tmp_path / "list.xlsx", workbooks.parts({"List": ROWS})).read_bytes()
    path = tmp_path / "broken.xlsx"
    path.write_bytes(whole[: len(whole) // 2])
    assert refused(path).code == "broken_file"
    torn = workbooks.parts({"List": ROWS})
    workbooks.write(path, torn | {"xl/worksheets/sheet1.xml": torn["xl/worksheets/sheet1.xml"][:200]})
    assert refused(path).code == "broken_file"


def test_other_archives(tmp_path: Path):
    assert refused(workbooks.write(tmp_path / "a.zip", {"readme.txt": "x"})).code == "no_list"
    error = refused(workbooks.write(tmp_path / "a.ods", {"mimetype": "x", "content.xml": "<x/>"}))
    assert "OpenDocument" in error.why
    path = tmp_path / "locked.xlsx"
    workbooks.write(path, workbooks.parts({"List": ROWS}))
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        start = archive.start_dir
    content[start + 8] |= 1  # the flag of an encrypted part, in the directory
    path.write_bytes(bytes(content))
    assert refused(path).code == "encrypted"
