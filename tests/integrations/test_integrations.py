"""Other libraries read and write .qcz files: each test uses the library itself, and is skipped without it (libraries.py)."""

from __future__ import annotations

import io
import json
import pickle
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from conftest import ROOT
from libraries import need
from samples import english

import quasicryth
from quasicryth import integrations

# What the libraries warn of among themselves is no fault of the package; a file that is left open would be.
pytestmark = [pytest.mark.filterwarnings("default"), pytest.mark.filterwarnings("error::ResourceWarning")]

LINES = [f"line {number} of many, and what it says\n" for number in range(3000)]
CONTENT = "".join(LINES).encode()


@pytest.fixture
def packed(tmp_path) -> Path:
    path = tmp_path / "words.txt.qcz"
    path.write_bytes(quasicryth.compress(CONTENT, 1, block_size=20_000))
    return path


def test_nothing_is_imported_that_is_not_asked_for():
    program = "import sys; from quasicryth import integrations; integrations.register_shutil(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert not set(loaded) & {"fsspec", "smart_open", "numcodecs", "numpy", "pandas", "dask", "datasets"}


@pytest.mark.parametrize("register", [integrations.register_fsspec, integrations.register_smart_open, integrations.register_shutil])
def test_options_that_there_are_not_are_refused_at_once(register):
    with pytest.raises(TypeError, match="no option speed"):
        register(speed=9)


# ---- fsspec, and what is built on it ---------------------------------------------------------------------------------------


@pytest.fixture
def fsspec():
    module = need("fsspec")
    integrations.register_fsspec(level=1, block_size=50_000, threads=1)
    return module


@pytest.mark.parametrize("compression", ["qcz", "infer"])
def test_fsspec_writes_and_reads(fsspec, tmp_path, compression):
    path = tmp_path / "new.qcz"
    with fsspec.open(f"file://{path}", "wb", compression=compression) as file:
        file.write(CONTENT)
    assert quasicryth.decompress(path.read_bytes()) == CONTENT
    assert quasicryth.get_frame_info(path.read_bytes()).block_count == -(-len(CONTENT) // 50_000)
    with fsspec.open(str(path), "rt", compression=compression, encoding="utf-8") as file:
        assert list(file) == LINES
    with fsspec.open(str(path), compression=compression) as file:
        file.seek(-len(LINES[-1]), io.SEEK_END)
        assert file.readline() == LINES[-1].encode()


def test_fsspec_file_systems_open_it_too(fsspec, tmp_path):
    files, path = fsspec.filesystem("file"), str(tmp_path / "new.qcz")
    with files.open(path, "wb", compression="qcz") as file:
        file.write(CONTENT)
    assert quasicryth.decompress(Path(path).read_bytes()) == CONTENT  # also the file below was closed
    memory = fsspec.filesystem("memory")
    memory.pipe("/in memory.qcz", Path(path).read_bytes())
    with memory.open("/in memory.qcz", "rb", compression="infer") as file:
        assert file.read() == CONTENT


def test_fsspec_reports_damage(fsspec, packed):
    damaged = packed.read_bytes()[:-1]
    packed.write_bytes(damaged)
    with fsspec.open(str(packed), compression="qcz") as file, pytest.raises(quasicryth.QczTruncatedError):
        file.read()


def test_a_body_that_raises_leaves_no_whole_file_with_a_file_system(fsspec, tmp_path):
    path = tmp_path / "torn.qcz"
    with pytest.raises(KeyError), fsspec.filesystem("file").open(str(path), "wb", compression="qcz") as file:
        file.write(CONTENT)
        raise KeyError
    with pytest.raises(quasicryth.QczError):
        quasicryth.decompress(path.read_bytes())


@pytest.mark.slow
@pytest.mark.parametrize("scheduler", ["synchronous", "threads", "processes"])
def test_dask_bag_reads_many_files(fsspec, tmp_path, scheduler):
    bag = need("dask.bag")
    for number in range(4):
        (tmp_path / f"part{number}.qcz").write_bytes(quasicryth.compress(CONTENT, 1))
    lines = bag.read_text(str(tmp_path / "*.qcz"), compression="qcz")
    assert lines.npartitions == 4
    more = {"num_workers": 2, "initializer": integrations.register_fsspec} if scheduler == "processes" else {}
    assert lines.map(len).sum().compute(scheduler=scheduler, **more) == 4 * len(CONTENT)


def test_dask_gives_the_lines_unchanged(fsspec, packed):
    bag = need("dask.bag")
    assert bag.read_text(str(packed), compression="infer").compute(scheduler="synchronous") == LINES


@pytest.mark.slow
def test_datasets_are_made_of_lines(fsspec, packed, tmp_path):
    datasets = need("datasets")

    def rows(paths):
        for path in paths:
            with fsspec.open(path, "rt", compression="infer", encoding="utf-8") as file:
                for line in file:
                    yield {"text": line.rstrip("\n")}

    stream = datasets.IterableDataset.from_generator(rows, gen_kwargs={"paths": [str(packed)] * 2})
    assert [row["text"] + "\n" for row in stream] == LINES * 2
    table = datasets.Dataset.from_generator(rows, gen_kwargs={"paths": [str(packed)]}, cache_dir=str(tmp_path / "cache"))
    assert table["text"][:] == [line.rstrip("\n") for line in LINES]


# ---- libraries that take a name or a file object ---------------------------------------------------------------------------


def test_smart_open_by_the_suffix(tmp_path):
    smart_open = need("smart_open")
    integrations.register_smart_open(level=1)
    path = str(tmp_path / "new.qcz")
    with smart_open.open(path, "w", encoding="utf-8", compression_kwargs={"level": 2}) as file:
        file.writelines(LINES)
    assert quasicryth.decompress(Path(path).read_bytes()) == CONTENT
    with smart_open.open(path, encoding="utf-8") as file:
        assert list(file) == LINES
    with smart_open.open(path, "rb") as file:
        assert list(file) == [line.encode() for line in LINES]


def test_pandas_takes_the_file_object(tmp_path):
    pandas = need("pandas")
    frame = pandas.DataFrame({"number": range(2000), "word": [f"word, {number}" for number in range(2000)]})
    path = tmp_path / "table.csv.qcz"
    with quasicryth.open(path, "wb", level=1) as file:
        frame.to_csv(file, index=False)
    for mode in ("rb", "rt"):
        with quasicryth.open(path, mode) as file:
            pandas.testing.assert_frame_equal(pandas.read_csv(file), frame)
    with quasicryth.open(path, "wt", level=1) as file:
        frame.to_csv(file, index=False)
    assert quasicryth.decompress(path.read_bytes()).decode().splitlines()[1] == '0,"word, 0"'


def test_pandas_reads_json_lines(tmp_path):
    pandas = need("pandas")
    path = tmp_path / "table.jsonl.qcz"
    with quasicryth.open(path, "wt", level=1) as file:
        for number in range(2000):
            print(json.dumps({"number": number, "word": f"word {number}"}), file=file)
    with quasicryth.open(path) as file:
        frame = pandas.read_json(file, lines=True)
    assert frame["number"].tolist() == list(range(2000))
    with quasicryth.open(path) as file:
        chunks = list(pandas.read_json(file, lines=True, chunksize=300))
    assert [len(chunk) for chunk in chunks] == [300] * 6 + [200]


# ---- numcodecs -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def numcodecs():
    return need("numcodecs")


def test_numcodecs_finds_the_codec_without_an_import(numcodecs):
    program = "import numcodecs; codec = numcodecs.get_codec({'id': 'qcz', 'level': 2}); print(codec)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout == "Qcz(block_size=None, engine=None, level=2)\n"


def test_numcodecs_codec_keeps_its_contract(numcodecs):
    numpy = need("numpy")
    codec = numcodecs.get_codec({"id": "qcz", "level": 1, "block_size": 1000})
    assert numcodecs.get_codec(json.loads(json.dumps(codec.get_config()))) == codec
    assert pickle.loads(pickle.dumps(codec)) == codec
    for content in (CONTENT, b"", bytearray(b"ab"), memoryview(CONTENT), numpy.arange(1000, dtype="i8").reshape(10, 100)):
        packed = codec.encode(content)
        expected = bytes(content) if not isinstance(content, numpy.ndarray) else content.tobytes()
        assert bytes(codec.decode(packed)) == quasicryth.decompress(packed) == expected
    array = numpy.arange(1000, dtype="f4")
    target = numpy.empty_like(array)
    assert codec.decode(codec.encode(array), out=target) is target
    assert (target == array).all()


def test_numcodecs_codec_refuses(numcodecs):
    with pytest.raises(ValueError, match="level 10"):
        numcodecs.get_codec({"id": "qcz", "level": 10})
    codec = numcodecs.get_codec({"id": "qcz"})
    packed = codec.encode(b"some bytes")
    with pytest.raises(quasicryth.QczLimitError):
        codec.decode(packed, out=bytearray(9))
    with pytest.raises(ValueError, match="10 bytes, and out has 11"):
        codec.decode(packed, out=bytearray(11))
    with pytest.raises(quasicryth.QczError):
        codec.decode(packed[:-1])


# ---- archives --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def tree(tmp_path) -> Path:
    """The sources of the package, with what archives have beside plain files."""
    folder = tmp_path / "tree"
    shutil.copytree(ROOT / "quasicryth", folder / "package", ignore=shutil.ignore_patterns("*.so", "*.pyd", "__pycache__", "_*.c"))
    (folder / "empty folder").mkdir()
    (folder / "empty").touch()
    (folder / "näme with späces").write_text("ok", encoding="utf-8")
    (folder / "package" / "errors.py").chmod(0o755)
    return folder


def files_in(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_mode, path.read_bytes() if path.is_file() else b"")
        for path in folder.rglob("*")
    }


@pytest.fixture
def shutil_format():
    integrations.register_shutil(level=1, threads=1)
    yield
    shutil.unregister_archive_format(integrations.SHUTIL_FORMAT)
    shutil.unregister_unpack_format(integrations.SHUTIL_FORMAT)


def command(*arguments: str | Path) -> None:
    subprocess.run([sys.executable, "-m", "quasicryth", *map(str, arguments)], check=True)


def make_by_shutil(tree: Path, name: Path) -> None:
    assert shutil.make_archive(str(name).removesuffix(".tar.qcz"), "qcztar", tree) == str(name)


def make_by_tarfile(tree: Path, name: Path) -> None:
    with quasicryth.open(name, "wb", level=1) as file, tarfile.open(fileobj=file, mode="w") as archive:
        archive.add(tree, ".")


def make_by_open_tar(tree: Path, name: Path) -> None:
    with integrations.open_tar(name, "w", level=1) as archive:
        archive.add(tree, ".")


def make_by_the_command(tree: Path, name: Path) -> None:
    command("-1", shutil.make_archive(str(name).removesuffix(".tar.qcz"), "tar", tree))


def unpack_by_tarfile(name: Path, folder: Path) -> None:
    with quasicryth.open(name) as file, tarfile.open(fileobj=file) as archive:
        archive.extractall(folder, filter="data")


def unpack_by_open_tar(name: Path, folder: Path) -> None:
    with integrations.open_tar(name) as archive:
        archive.extractall(folder, filter="data")


def unpack_by_the_command(name: Path, folder: Path) -> None:
    command("-d", name, "-o", f"{folder}.tar")
    shutil.unpack_archive(f"{folder}.tar", folder, filter="data")


@pytest.mark.slow
@pytest.mark.usefixtures("shutil_format")
@pytest.mark.parametrize("make", [make_by_shutil, make_by_tarfile, make_by_open_tar, make_by_the_command])
def test_a_source_tree_goes_through_shutil_tarfile_and_the_command(make, tree, tmp_path):
    """Each reads what the others make."""
    expected, name = files_in(tree), tmp_path / "made" / "tree.tar.qcz"
    name.parent.mkdir()
    make(tree, name)
    for unpack in (shutil.unpack_archive, unpack_by_tarfile, unpack_by_open_tar, unpack_by_the_command):
        folder = tmp_path / unpack.__name__
        unpack(name, folder)
        assert files_in(folder) == expected, unpack.__name__


@pytest.mark.usefixtures("shutil_format")
def test_shutil_lists_the_format_and_registering_again_is_no_error():
    integrations.register_shutil()
    assert "qcztar" in [name for name, _ in shutil.get_archive_formats()]
    assert [".tar.qcz"] in [suffixes for name, suffixes, _ in shutil.get_unpack_formats() if name == "qcztar"]


@pytest.mark.usefixtures("shutil_format")
@pytest.mark.skipif(sys.platform == "win32", reason="owners have names on other systems only")
def test_shutil_sets_the_owner(tree, tmp_path):
    name = shutil.make_archive(str(tmp_path / "tree"), "qcztar", tree, "package", owner="root")
    with integrations.open_tar(name) as archive:
        assert {(member.uid, member.uname) for member in archive} == {(0, "root")}
        assert all(member.name.startswith("package") for member in archive)


@pytest.mark.usefixtures("shutil_format")
def test_shutil_says_what_is_no_archive(packed, tmp_path):
    named = packed.rename(tmp_path / "words.tar.qcz")
    with pytest.raises(shutil.ReadError, match="not a tar archive"):
        shutil.unpack_archive(named, tmp_path / "out")


@pytest.mark.usefixtures("shutil_format")
def test_unpacking_stays_inside_of_the_folder(tmp_path):
    with integrations.open_tar(tmp_path / "bad.tar.qcz", "w", level=1) as archive:
        member = tarfile.TarInfo("../outside")
        member.size = 3
        archive.addfile(member, io.BytesIO(b"bad"))
    with pytest.raises(tarfile.OutsideDestinationError):
        shutil.unpack_archive(tmp_path / "bad.tar.qcz", tmp_path / "inside")
    assert not (tmp_path / "outside").exists()


def test_an_archive_that_is_not_finished_does_not_appear(tree, tmp_path):
    with pytest.raises(KeyError), integrations.open_tar(tmp_path / "new.tar.qcz", "w", level=1) as archive:
        archive.add(tree)
        raise KeyError
    assert [path.name for path in tmp_path.iterdir()] == ["tree"]
    with pytest.raises(ValueError, match="appended"):
        integrations.open_tar(tmp_path / "new.tar.qcz", "a")


def test_members_are_read_in_any_order(tmp_path):
    texts = {f"{number}.txt": english()[number * 9000 :][:9000] for number in range(20)}
    with integrations.open_tar(tmp_path / "new.tar.qcz", "w", level=1, block_size=16_384) as archive:
        for name, text in texts.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text))
    with integrations.open_tar(tmp_path / "new.tar.qcz") as archive:
        for name in reversed(texts):
            assert archive.extractfile(name).read() == texts[name]
