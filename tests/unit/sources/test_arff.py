"""arff: numeric and nominal columns as text, the publisher's test rows told apart, or the line that is wrong."""

import hashlib
import math
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from percept.errors import UserError
from percept.features.prepare import Preparation, prepare
from percept.features.split import Split
from percept.features.table import TableFeatures
from percept.files.limits import SourceLimits
from percept.objective import Multiclass
from percept.params import Params
from percept.sources import Source
from percept.sources.arff import Arff, Relation, read_arff

HEADER = """% Two flowers.
@relation flowers

@attribute width numeric
@ATTRIBUTE 'leaf colour' {green, 'dark red',blue}
@attribute height REAL

@data
"""
ROWS = "1.5,green,2\n?,'dark red',-3e2\n% a remark\n\n0.1, ?, NaN\n"


@pytest.fixture
def read(tmp_path):
    """Read text or bytes as an ARFF file."""

    def write_and_read(content: str | bytes, **options) -> Relation:
        path = tmp_path / "table.arff"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_arff(path, **options)

    return write_and_read


@pytest.fixture
def source(tmp_path, alone):
    """An arff source whose files lie on this machine."""

    def published(**contents: str) -> Arff:
        files = {}
        for name, content in contents.items():
            (tmp_path / f"{name}.arff").write_text(content, encoding="utf-8")
            digest = hashlib.sha256(content.encode()).hexdigest()
            files[name] = {"path": f"set/{name}.arff", "urls": [str(tmp_path / f"{name}.arff")], "sha256": digest}
        return Arff(kind="arff", files=files)

    return published


def fetched(source: Arff, tmp_path):
    source.fetch(tmp_path / "raw", None)
    return source.read(tmp_path / "raw")


def cells(table) -> dict[str, list[str]]:
    return {name: column.tolist() for name, column in table.columns.items()}


def test_numbers_and_nominal_values_become_text_and_missing_ones_empty(read):
    found = read(HEADER + ROWS)
    values = frozenset({"green", "dark red", "blue"})
    assert found.attributes == {"width": None, "leaf colour": values, "height": None}
    assert found.cells.tolist() == [["1.5", "green", "2.0"], ["", "dark red", "-300.0"], ["0.1", "", ""]]
    assert found.lines.tolist() == [9, 10, 13]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_of_any_system_are_read_alike(read, end):
    found = read((HEADER + ROWS).replace("\n", end))
    assert found.cells.shape == (3, 3) and found.lines.tolist() == [9, 10, 13]


@pytest.mark.parametrize("row", ["1,'dark red',2", '1,"dark red",2', "1 , 'dark red' ,2 ", "1,dark red,2"])
def test_cells_may_stand_in_either_quotes_wherever_the_first_quote_is(read, row):
    found = read(f"{HEADER}1,green,2\n{row}\n")
    assert found.cells.tolist()[1] == ["1.0", "dark red", "2.0"]


def test_one_file_gives_a_table_without_test_rows(source, tmp_path):
    table = fetched(source(train=HEADER + ROWS), tmp_path)
    assert cells(table)["leaf colour"] == ["green", "dark red", ""]
    assert table.is_test is None
    assert table.file.endswith("raw/set/train.arff")


def test_two_files_are_joined_and_the_test_rows_told_apart(source, tmp_path):
    reordered = HEADER.replace("green, 'dark red',blue", "blue,green,'dark red'")
    table = fetched(source(train=HEADER + ROWS, test=reordered + "7,blue,8\n"), tmp_path)
    assert cells(table)["width"] == ["1.5", "", "0.1", "7.0"]
    assert table.is_test.tolist() == [False, False, False, True]
    assert table.lines.tolist() == [9, 10, 13, 9]
    assert "train.arff and " in table.file and table.file.endswith("test.arff")


@pytest.mark.parametrize(
    ("former", "other", "match"),
    [
        ("width", "breadth", r"test\.arff: attribute 1 is 'breadth' \(numeric\)\n.*'width' \(numeric\), as in .*train"),
        ("height REAL", "height {2}", r"attribute 3 is 'height' \(2\)\n.*'height' \(numeric\)"),
        ("green, ", "", r"attribute 2 is 'leaf colour' \(blue, dark red\)\n.*\(blue, dark red, green\)"),
        ("@attribute height REAL\n", "", r"attribute 3 is missing\n.*'height' \(numeric\)"),
        ("REAL\n", "REAL\n@attribute depth real\n", r"attribute 4 is 'depth' \(numeric\)\n.*: missing, as in"),
    ],
)
def test_files_with_other_attributes_are_refused_with_the_first_that_differs(source, tmp_path, former, other, match):
    row = ",".join(["?"] * HEADER.replace(former, other).lower().count("@attribute"))
    with pytest.raises(UserError, match=match):
        fetched(source(train=HEADER + ROWS, test=HEADER.replace(former, other) + row), tmp_path)


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (HEADER.replace("REAL", "string"), r"line 6: attribute height is of type string\n.*\n.*to CSV"),
        (HEADER.replace("REAL", "DATE 'yyyy'"), "line 6: attribute height is of type date"),
        (HEADER.replace("width numeric", "'my string' relational"), "attribute 'my string' is of type relational"),
        (HEADER + "1,green,2\n{0 1, 1 green}\n", r"line 10 is a sparse row \(\{0 1, 1 green\}\)\n.*\n.*to CSV"),
        (HEADER + "1,'it\\'s',2\n", r"line 9 holds a backslash[^\n]*\n.*\n.*to CSV"),
        (HEADER.replace("blue", "'it\\'s'"), "line 5 holds a backslash"),
    ],
    ids=["string", "date", "relational", "sparse", "escape in a row", "escape in the header"],
)
def test_what_weka_alone_reads_is_refused_in_words(read, content, match):
    with pytest.raises(UserError, match=match):
        read(content)


@pytest.mark.parametrize(
    ("content", "match"),
    [
        ("", "no line @data"),
        (HEADER.replace("@data", ""), "no line @data"),
        ("@relation a\n@data\n1\n", "no line @attribute"),
        (HEADER.replace("REAL", "number"), "line 6: attribute height is of type number\n.*numeric, real"),
        (HEADER.replace(",blue}", ",blue"), "line 5: 'blue' among the values\n?.*\n.*up to a closing }"),
        (HEADER.replace(",blue}", ",'blue}"), 'line 5: "\'blue}" among the values'),
        (HEADER.replace("{green, 'dark red',blue}", "{}"), "line 5: '}' among the values"),
        (HEADER.replace("width numeric", "width"), "line 4: @attribute width\n"),
        (HEADER.replace("@relation", "@relatoin"), "line 2 of the header: @relatoin flowers"),
        (HEADER.replace("height", "width"), "line 6 names 'width' again"),
        (HEADER, "no rows"),
        (HEADER + "1,green\n", "line 9 has 2 cells\n.*3 in each"),
        (HEADER + "1,green,2\n\n1,green,2,3\n", "line 11 has 4 cells"),
        (HEADER + "1,green,2\n1;green;2\n", "line 10 has 1 cells\n.*parted by commas"),
        (HEADER + "1,green,two\n", r"line 9, attribute 'height': 'two' is no number\n.*or \? where"),
        (HEADER + "1,green,\n", "line 9, attribute 'height': '' is no number"),
        (HEADER + "1?2,green,2\n", r"attribute 'width': '1\?2' is no number"),
        (HEADER + "1_000,green,2\n", "attribute 'width': '1_000' is no number"),
        (
            HEADER + "1,red,2\n",
            "line 9, attribute 'leaf colour': 'red' is not one of its values\n.*blue, dark red, green",
        ),
        (HEADER.encode() + b"1,gr\xfcn,2\n", "line 9 is not utf-8-sig"),
        (HEADER + "1,green\0,2\n", "line 9 holds a NUL character"),
    ],
)
def test_a_broken_file_is_refused_with_the_line(read, content, match):
    with pytest.raises(UserError, match=match) as raised:
        read(content)
    assert "table.arff" in str(raised.value)


def test_an_older_encoding_is_read_when_named(read):
    content = HEADER.replace("green", "grün").encode("cp1252") + "1,grün,2\n".encode("cp1252")
    assert read(content, encoding="cp1252").cells.tolist() == [["1.0", "grün", "2.0"]]


def test_the_publishers_test_rows_are_the_test_part_of_a_table(source, tmp_path):
    train, test = HEADER + "1,green,2\n2,?,3\n3,blue,4\n", HEADER + "4,green,5\n5,?,6\n6,blue,7\n"
    table = fetched(source(train=train, test=test), tmp_path)
    split = Split(test={"kind": "given"}, validation={"kind": "none"})
    features = TableFeatures(kind="table", numeric="rest", scaling="none")
    objective = Multiclass(kind="multiclass", target="leaf colour")
    found = prepare(table, Preparation("task", features, split, objective, 0))
    assert found.spec.rows.dropped == {"leaf colour is missing": 2}
    assert found.examples["train"].x.tolist() == [[1, 2], [3, 4]]
    assert found.raw_inputs("test")["width"].tolist() == [[4], [6]]
    table = fetched(source(train=train), tmp_path)
    with pytest.raises(UserError, match=r"split\.test: kind: given\n.*a source with a test set of its own"):
        prepare(table, Preparation("task", features, split, objective, 0))


VALUE = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="\\'?"), min_size=1)
NOMINAL = st.lists(VALUE | st.just("two words, parted"), min_size=1, max_size=4, unique=True)
NUMBER = st.none() | st.floats(allow_nan=False)


@st.composite
def tables(draw) -> tuple[list, list]:
    """Kinds, None or the nominal values of each column, and rows of values; None is a missing one."""
    kinds = draw(st.lists(st.none() | NOMINAL, min_size=1, max_size=4))
    columns = [NUMBER if values is None else st.sampled_from([None, *values]) for values in kinds]
    return kinds, draw(st.lists(st.tuples(*columns), min_size=1, max_size=6))


@given(tables())
def test_any_numbers_and_nominal_values_that_are_written_are_read_back(tmp_path_factory, table):
    kinds, rows = table
    lines = ["@relation any"]
    for index, values in enumerate(kinds):
        kind = "numeric" if values is None else "{" + ",".join(f"'{value}'" for value in values) + "}"
        lines.append(f"@attribute column{index} {kind}")
    lines.append("@data")
    for row in rows:
        texts = ["?" if v is None else f"'{v}'" if isinstance(v, str) else repr(v) for v in row]
        lines.append(",".join(texts))
    path = tmp_path_factory.getbasetemp() / "any.arff"
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    found = read_arff(path)
    assert found.lines.tolist() == [index + len(kinds) + 3 for index in range(len(rows))]
    for row, read in zip(rows, found.cells.tolist(), strict=True):
        for value, cell in zip(row, read, strict=True):
            assert cell == "" if value is None else (cell if isinstance(value, str) else float(cell)) == value


def test_the_discriminated_union_of_sources_knows_arff():
    class Fetching(Params):
        source: Source

    files = {"train": {"path": "a.arff", "sha256": "0" * 64}, "test": None}
    assert isinstance(Fetching(source={"kind": "arff", "files": files}).source, Arff)


@pytest.mark.skipif(
    not (Path(os.environ.get("DATA_MIRROR", "").strip() or "nowhere") / "emotions").is_dir(),
    reason="DATA_MIRROR names no folder with emotions/ and yeast/ in it",
)
@pytest.mark.parametrize("name", ["emotions", "yeast"])
def test_published_files_are_read_as_scipy_reads_them(name):
    from scipy.io import arff

    for part in ("train", "test"):
        path = Path(os.environ["DATA_MIRROR"].strip()) / name / f"{name}-{part}.arff"
        found, (wanted, meta) = read_arff(path), arff.loadarff(path)
        assert list(found.attributes) == meta.names()
        for column, (attribute, values) in zip(found.cells.T, found.attributes.items(), strict=True):
            if values is None:
                np.testing.assert_array_equal(column.astype(np.float64), wanted[attribute])
                assert not any(math.isnan(float(cell)) for cell in column)
            else:
                assert column.tolist() == [value.decode() for value in wanted[attribute]]


@pytest.mark.parametrize(
    "values",
    ["{green, 'dark red',blue} % {first, last}", "{green,'dark red', blue}% 'x", '{ "green" ,dark red,blue } \\ }'],
)
def test_the_first_bracket_outside_of_quotes_ends_the_values(read, values):
    found = read(HEADER.replace("{green, 'dark red',blue}", values) + ROWS)
    assert found.attributes["leaf colour"] == frozenset({"green", "dark red", "blue"})
    found = read("@relation r\n@attribute a {'x}', \"y,{\"} % }\n@attribute b real % {c}\n@data\n'x}',1\n")
    assert found.attributes == {"a": frozenset({"x}", "y,{"}), "b": None}


def test_a_long_line_of_quotes_and_commas_is_read_in_linear_time(read):
    line = "','," * 300_000  # guessing the quotes from it took hours
    with pytest.raises(UserError, match="line 2"):
        read("@relation r\n@attribute a {" + line + "\n@data\n1\n")


def test_a_cell_beyond_the_bound_is_refused_with_its_line(read):
    with pytest.raises(UserError, match="line 9: field larger than field limit"):
        read(HEADER + "1,green," + "2" * 200_000 + "\n")


def test_the_bounds_of_the_source_hold(source, tmp_path):
    given = source(train=HEADER + ROWS)
    bounded = given.model_copy(update={"limits": SourceLimits(cells=5)})
    with pytest.raises(UserError, match=r"6 cells up to line 10 or more[\s\S]*source\.limits\.cells="):
        fetched(bounded, tmp_path)
