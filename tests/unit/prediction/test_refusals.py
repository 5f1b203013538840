"""What src/predict.py refuses, with what to do, and nothing is replaced."""

import re
import shutil

import onnx
from PIL import Image


def test_an_input_that_is_of_no_use_is_refused(binary, pictures):
    table = binary.table()
    header, *rows = table.splitlines()
    said = binary.refused("-", text=table.replace("income", "incom", 1))
    assert "no column 'income'; did you mean 'incom'?" in said and "age, income, spent" in said
    assert "names no column that the model reads" in binary.refused("-", text="\n".join(rows))
    assert "standard input: the file is empty" in binary.refused("-", text="")
    assert "no rows" in binary.refused("-", text=header + "\n")
    assert "names 'age' more than once" in binary.refused("-", text=table.replace("spent", "age", 1))
    assert "nix.csv: there is no such file" in binary.refused("nix.csv")
    assert "2 inputs" in binary.refused("-", "-", text=table)
    assert "no column 'nix'" in binary.refused("-", "--id", "nix", text=table)
    (binary.folder / "odd.csv").write_bytes(table.encode() + b"\xe4\n")
    said = binary.refused("odd.csv")
    assert "line 7 is not utf-8" in said and "save it in this encoding" in said
    (binary.folder / "odd.csv").write_text(table.replace("pro", "p\0o"), encoding="utf-8")
    assert re.search(r"line \d, column 'plan' holds a NUL", binary.refused("odd.csv"))
    Image.new("L", (8, 8)).save(binary.folder / "a.png")
    assert "a picture, and the model takes rows of a table" in binary.refused("a.png")
    assert "a folder, and the model takes rows of a table" in binary.refused(".")
    (pictures.folder / "new.csv").write_text(table, encoding="utf-8")
    assert "a table, and the model takes pictures" in pictures.refused("new.csv")
    assert "8 x 8" in pictures.refused("-", text=table)
    for name, kind in (("many.tar.gz", "gztar"), ("many.zip", "zip")):
        (pictures.folder / "few").mkdir(exist_ok=True)
        Image.new("L", (8, 8)).save(pictures.folder / "few/a.png")
        packed = shutil.make_archive(str(pictures.folder / "many"), kind, pictures.folder / "few")
        assert re.search(rf"{name}: an archive\n(.|\n)*unpack it, and name the folder", pictures.refused(name))
        shutil.copy(packed, binary.folder)
        assert re.search(rf"{name}: an archive(.|\n)*unpack it, or save the table as CSV", binary.refused(name))
    (pictures.folder / "empty").mkdir()
    assert "no pictures in this folder" in pictures.refused("empty")


def test_broken_csv_is_refused_with_its_line_and_replaces_nothing(binary):
    (binary.folder / "kept.csv").write_text("kept", encoding="utf-8")
    said = binary.refused("-", "-o", "kept.csv", text=binary.table() + '"open,1\n')
    assert "line 7: " in said
    assert (binary.folder / "kept.csv").read_text(encoding="utf-8") == "kept"


def test_an_output_that_cannot_be_is_refused_before_anything_is_read(binary):
    (binary.folder / "new.csv").write_text(binary.table(), encoding="utf-8")
    (binary.folder / "folder.csv").mkdir(exist_ok=True)
    assert "there is no folder nix" in binary.refused("new.csv", "-o", "nix/out.csv")
    assert "has no ending" in binary.refused("new.csv", "-o", "out")
    assert "ends in '.xlsx'" in binary.refused("new.csv", "-o", "out.xlsx")
    assert "folder.csv: a folder" in binary.refused("new.csv", "-o", "folder.csv")
    assert "this is an input" in binary.refused("new.csv", "-o", "./new.csv")


def test_a_file_that_is_no_model_of_ours_is_refused(binary, tmp_path):
    (tmp_path / "text.onnx").write_text("text", encoding="utf-8")
    model = onnx.load(binary.folder / "models/model.onnx")
    del model.metadata_props[:]
    onnx.save(model, tmp_path / "silent.onnx")
    model.metadata_props.add(key="inputs", value="{")
    onnx.save(model, tmp_path / "garbled.onnx")
    table = binary.table()
    said = binary.refused("-", "--model", tmp_path / "none.onnx", text=table)
    assert "there is no such file" in said and "dvc repro" in said
    assert "an ONNX file that train wrote" in binary.refused("-", "--model", tmp_path / "text.onnx", text=table)
    assert "does not say how to give it new rows (task, kind" in binary.refused(
        "-", "--model", tmp_path / "silent.onnx", text=table
    )
    assert "cannot be read" in binary.refused("-", "--model", tmp_path / "garbled.onnx", text=table)
