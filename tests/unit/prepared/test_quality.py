import pytest

import quality
from percept import paths
from percept.errors import UserError
from percept.prepared.quality import AffectedRows, Drift, Quality

NONE = AffectedRows(count=0, of=9)


def drift(name: str, flagged: bool = False) -> Drift:
    return Drift(name=name, kind="number", missing_train=0, missing_test=0.125, drift=0.25, flagged=flagged)


@pytest.fixture
def shown(tmp_path, monkeypatch, capsys):
    """What the script prints, line by line."""
    monkeypatch.chdir(tmp_path)
    paths.PREPARED.mkdir(parents=True)

    def show(found: Quality) -> list[str]:
        found.save(paths.PREPARED)
        assert Quality.load() == found
        quality.main()
        return capsys.readouterr().out.splitlines()

    return show


def test_the_table_lists_columns_and_the_lines_below_say_what_to_look_at(shown):
    columns = (drift("größe (cm)", flagged=True), drift("a"))
    repeated = AffectedRows(count=4, of=9, first=(17, 40, 99))
    found = Quality(unit="line", test=repeated, contradicting=NONE, drift=columns)
    assert shown(found) == [
        "column      kind      missing train    missing test    drift    flagged",
        "größe (cm)  number             0.0%           12.5%    0.250        yes",
        "a           number             0.0%           12.5%    0.250",
        "",
        "4 of 9 test rows also stand in the training rows (first: lines 17, 40, 99); drop them, or split by a group",
        "train and test differ by more than chance in größe (cm); `python src/quality.py` shows by how much",
    ]


def test_where_nothing_is_odd_it_says_so(shown):
    found = Quality(unit="picture", contradicting=NONE)
    assert shown(found) == ["no copies in two parts, no contradicting labels, no drift beyond chance"]


def test_of_many_columns_the_first_twenty_are_shown(shown):
    found = Quality(unit="line", contradicting=NONE, drift=tuple(drift(f"c{at}") for at in range(23)))
    lines = shown(found)
    assert lines[20].startswith("c19 ") and lines[21].startswith("and 3 columns that differ less")


def test_before_preprocess_it_says_what_to_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=r"quality\.json: there is no such file(.|\n)*dvc repro"):
        quality.main()
