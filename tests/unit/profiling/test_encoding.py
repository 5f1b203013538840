"""The encoding of a text is told from its bytes; what is no text is refused with a way out."""

import gzip
from zipfile import ZipFile

import pytest

from percept.errors import UserError
from percept.profiling.encoding import check_is_file, guess_encoding, read_ends
from percept.profiling.overview import overview
from percept.profiling.task import propose_task
from percept.profiling.task_options import TaskOptions

POLISH = "imię,miasto\nŁukasz,Łódź\nMałgorzata,Kraków\nStanisław,Gdańsk\n"
CZECH = "jméno,město\nJiří,Plzeň\nLukáš,Třebíč\nTomáš,Ústí\nŠtěpán,Děčín\n"
CROATIAN = "ime,grad\nIvan,Šibenik\nMarko,Čakovec\nĐuro,Požega\nMiloš,Varaždin\n"
WESTERN = {
    "Portuguese": "nome,cidade\nJoão,São Paulo\nAntônio,Brasília\nConceição,Goiânia\nMª,1º\n",
    "Danish": "navn,by\nSøren,Ålborg\nJørgen,Århus\nÆgir,Næstved\n",
    "Spanish": "nombre,dice\nJosé,¿Qué?\nIñigo,¡Sí!\nÁngel,1ª vez\n",
    "French": "prénom,cœur\nHélène,Œuvre\nFrançois,à Nîmes\n",
    "units": "t,unit\n20,°C\n21,m²\n22,µm\n",
}
TEXTS = {
    "cp949": "이름,도시\n김철수,서울\n이영희,부산\n박민수,대구\n",
    "cp1252": "Prénom,Ville\nJosé,Orléans\nZoë,Besançon\nJürgen,Köln\n",
    "cp932": "名前,都市\nたなか,東京\nさとう,大阪\nすずき,名古屋\n",
    "cp1251": "имя,город\nИван,Москва\nЮлия,Казань\nДмитрий,Пермь\n" * 3,  # noqa: RUF001
    "gb18030": "姓名,城市\n张伟,北京市朝阳区\n王芳,上海市浦东新区\n李娜,广州市天河区\n" * 3,
}


@pytest.mark.parametrize("encoding", TEXTS)
def test_texts_of_the_world_are_read_as_they_were_written(tmp_path, encoding):
    content = TEXTS[encoding].encode(encoding)
    found, remark = guess_encoding(tmp_path, content)
    assert content.decode(found) == TEXTS[encoding]
    assert remark.startswith("a guess from the bytes: is '")


@pytest.mark.parametrize("text", [POLISH, CZECH, CZECH + "Vít,Neť\n", CROATIAN], ids=["pl", "cs", "cs_with_t", "hr"])
def test_letters_of_central_europe_are_told_from_western_ones(tmp_path, text):
    found, remark = guess_encoding(tmp_path, text.encode("cp1250"))
    assert found == "cp1250" and "right? As cp1252 it is '" in remark


@pytest.mark.parametrize("language", WESTERN)
def test_western_letters_stay_western(tmp_path, language):
    assert guess_encoding(tmp_path, WESTERN[language].encode("cp1252"))[0] == "cp1252"


def test_where_the_bytes_leave_it_open_a_word_is_shown_both_ways(reading):
    found = reading(
        "név,város,x\nGyörgy,Győr,1\nJános,Szeged,2\nLászló,Pécs,3\n".encode("cp1250") + b"Anna,Pest,4\n" * 9
    )
    doubt = "a guess from the bytes: is 'Gyõr' right? As cp1250 it is 'Győr'"
    assert found.remarks["encoding"] == doubt
    said = overview(propose_task(found, TaskOptions("x")))
    assert f"The encoding cp1252 is {doubt}; --encoding names another." in said


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_utf_8_with_or_without_a_mark_is_beyond_doubt(tmp_path, encoding):
    assert guess_encoding(tmp_path, "이름,é\n".encode(encoding)) == ("utf-8-sig", "")


@pytest.mark.parametrize("mark", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_known_by_its_first_bytes(tmp_path, mark):
    content = "\ufeffname,é\n".encode(mark)
    assert guess_encoding(tmp_path, content) == ("utf-16", "as its first bytes say")
    assert content.decode("utf-16") == "name,é\n"


@pytest.mark.parametrize(
    ("start", "reason"),
    [
        (b"PK\x03\x04", r"a zip file(.|\n)*unpack it"),
        (b"<stata_dta><header>", r"a Stata file(.|\n)*read_stata"),
        (b"\x1f\x8b", r"broken \((.|\n)*a whole gzip file"),
        (gzip.compress(b"PK\x03\x04", mtime=0), r"a zip file"),
        (gzip.compress(b"", mtime=0), r"the file is empty"),
        (b"SQLite format 3", r"a database"),
        (b"<!DOCTYPE html><table>", "a page of HTML or XML"),
        (b'<?xml version="1.0"?>', "a page of HTML or XML"),
        (b'[\n {"a": 1}]', r"JSON(.|\n)*read_json\('table.bin'\)"),
        (b'{"a": 1}\n{"a": 2}', r"JSON(.|\n)*read_json\('table.bin', lines=True\)"),
        (b"", "the file is empty"),
        (b" \r\n\n", "the file is empty"),
    ],
)
def test_what_is_no_text_is_refused_with_a_way_out(tmp_path, start, reason):
    path = tmp_path / "table.bin"
    path.write_bytes(start)
    with pytest.raises(UserError, match=reason):
        read_ends(path)


@pytest.mark.parametrize(
    ("member", "reason"),
    [
        ("[Content_Types].xml", r"a table of a spreadsheet program(.|\n)*read_excel(.|\n)*openpyxl"),
        ("rows.csv", r"a zip file(.|\n)*unpack it \(there is rows.csv in it\)"),
    ],
)
def test_a_zip_file_is_told_from_a_spreadsheet_by_what_is_in_it(tmp_path, member, reason):
    path = tmp_path / "table.zip"
    with ZipFile(path, "w") as archive:
        archive.writestr(member, "a,b\n")
    with pytest.raises(UserError, match=reason):
        read_ends(path)


def test_a_binary_file_is_known_by_the_zeros_of_its_first_line(tmp_path):
    with pytest.raises(UserError, match=r"a binary file(.|\n)*--encoding utf-16-le"):
        guess_encoding(tmp_path, "name,é\n".encode("utf-16-le"))
    assert guess_encoding(tmp_path, b"a,b\n1,\0\n") == ("utf-8-sig", "")


def test_a_folder_and_a_missing_file_are_told_apart(tmp_path):
    (tmp_path / "customers.csv").write_text("a,b\n")
    with pytest.raises(UserError, match=r"a folder(.|\n)*--images"):
        check_is_file(tmp_path)
    with pytest.raises(UserError, match=r"no such file; beside it: customers\.csv"):
        check_is_file(tmp_path / "customer.csv")
