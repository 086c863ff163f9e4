"""Lets other libraries read and write .qcz files. Each is imported only by the function that is called for it."""

from __future__ import annotations

import os
import shutil
import tarfile
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, cast

from ..files.file_object import QczFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Unpack

    from ..files.file_object import FileOptions
    from ..files.names import Name

TAR_SUFFIX = ".tar.qcz"
SHUTIL_FORMAT = "qcztar"

# The options of QczFile that each direction takes.
_FOR_BOTH = ("threads", "progress")
_FOR_READING = ("max_length", "memlimit", *_FOR_BOTH)
_FOR_WRITING = ("level", "engine", "tiling", "block_size", *_FOR_BOTH)

# ---- libraries that open files by their names ------------------------------------------------------------------------------


class _OwningFile(QczFile):
    """A QczFile that closes the file object below it, which libraries give to it for good."""

    def __init__(self, file: BinaryIO, mode: str, **options: Unpack[FileOptions]) -> None:
        super().__init__(file, mode, **options)
        self._below = file

    def close(self) -> None:
        """Finish the file and close both."""
        try:
            super().close()
        finally:
            self._below.close()

    def discard(self) -> None:
        """Close both without finishing the file."""
        try:
            super().discard()
        finally:
            self._below.close()


def register_fsspec(**options: Unpack[FileOptions]) -> None:
    """Let fsspec open .qcz files: `fsspec.open(url, compression="qcz")`, and "infer" takes it for names that end with `.qcz`.

    *options* are those of `QczFile`, for all files that are opened in this way; what is for writing only, as `level`, does not
    disturb reading, nor the other way round. fsspec finds compressions only in the process that registered them: worker processes
    have to call this too, for dask `compute(scheduler="processes", initializer=register_fsspec)`. Calling it again changes the
    options.

    `OpenFile` of fsspec closes a file also when the body of its `with` raises, which makes what was written a whole .qcz file.

    Raises ImportError if fsspec is not installed.
    """
    make_file = _file_maker(options)
    from fsspec.compression import register_compression

    register_compression("qcz", make_file, "qcz", force=True)


def register_smart_open(**options: Unpack[FileOptions]) -> None:
    """Let `smart_open.open` read and write files whose names end with `.qcz`.

    *options* are as for `register_fsspec`; `smart_open.open(..., compression_kwargs={...})` overrides them for one file.

    Raises ImportError if smart_open is not installed.
    """
    make_file = _file_maker(options)
    from smart_open import register_compressor

    register_compressor(".qcz", make_file)


def _split_options(options: FileOptions) -> tuple[FileOptions, FileOptions]:
    """Return those of *options* that are for reading, and those that are for writing."""
    unknown = options.keys() - {*_FOR_READING, *_FOR_WRITING}
    if unknown:
        raise TypeError(f"QczFile has no option {', '.join(sorted(unknown))}")
    reading, writing = ({name: options[name] for name in names if name in options} for names in (_FOR_READING, _FOR_WRITING))  # type: ignore[literal-required]
    return cast("FileOptions", reading), cast("FileOptions", writing)


def _file_maker(defaults: FileOptions) -> Callable[..., QczFile]:
    """Return what opens a file object in a file object, with *defaults* for the options."""
    reading, writing = _split_options(defaults)

    def make(file: BinaryIO, mode: str = "rb", **options: Unpack[FileOptions]) -> QczFile:
        known = reading if "r" in mode else writing
        return _OwningFile(file, mode, **cast("FileOptions", {**known, **options}))

    return make


# ---- archives --------------------------------------------------------------------------------------------------------------


class _QczTarFile(tarfile.TarFile):
    """A tar archive that finishes or discards the .qcz file it is in."""

    _packed: QczFile

    def close(self) -> None:
        """Write the end of the archive, if it was being written, and finish the .qcz file."""
        if self.closed:
            return
        try:
            super().close()
        except BaseException:
            self._packed.discard()
            raise
        self._packed.close()

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        if kind is None:
            self.close()
        else:
            self.closed = True
            self._packed.discard()


def open_tar(
    file: Name | BinaryIO,
    mode: Literal["r", "w", "x"] = "r",
    *,
    tar_options: dict[str, Any] | None = None,
    **options: Unpack[FileOptions],
) -> tarfile.TarFile:
    """Open a tar archive in a .qcz file, by its usual name a `.tar.qcz`, as `tarfile.open` does.

    *file*, *mode* and *options* are those of `QczFile`; *tar_options* are arguments of `tarfile.TarFile`, for example
    `{"format": tarfile.GNU_FORMAT}`. Members are read in any order; those behind one another take the least work. An archive that
    is written appears when it is closed, and not if the body of the `with` raises.

    Raises `tarfile.ReadError` for what is no tar archive, else what `QczFile` raises.
    """
    if mode not in ("r", "w", "x"):
        raise ValueError(f"the mode {mode!r} is not r, w or x: nothing can be appended to a compressed archive")
    packed = QczFile(file, mode, **options)
    try:
        archive = _QczTarFile(fileobj=cast("Any", packed), mode="r" if mode == "r" else "w", **(tar_options or {}))
    except BaseException:
        packed.discard()
        raise
    archive._packed = packed
    return archive


def _set_owner(owner: str | None, group: str | None) -> Callable[[tarfile.TarInfo], tarfile.TarInfo]:
    """Return a filter that gives members the *owner* and *group* of these names, as the formats that shutil has."""
    import grp
    import pwd

    user_id = None if owner is None else pwd.getpwnam(owner).pw_uid
    group_id = None if group is None else grp.getgrnam(group).gr_gid

    def change(member: tarfile.TarInfo) -> tarfile.TarInfo:
        if owner is not None and user_id is not None:
            member.uid, member.uname = user_id, owner
        if group is not None and group_id is not None:
            member.gid, member.gname = group_id, group
        return member

    return change


def _make_archive(
    base_name: str,
    base_dir: str,
    *,
    root_dir: str | None = None,
    dry_run: bool = False,
    owner: str | None = None,
    group: str | None = None,
    logger: Any = None,
    **options: Unpack[FileOptions],
) -> str:
    """What `shutil.make_archive` calls."""
    name = base_name + TAR_SUFFIX
    if logger is not None:
        logger.info("creating %s", name)
    if not dry_run:
        os.makedirs(os.path.dirname(name) or os.curdir, exist_ok=True)
        change = None if owner is None and group is None else _set_owner(owner, group)
        with open_tar(name, "w", **options) as archive:
            archive.add(os.path.join(root_dir or "", base_dir), base_dir, filter=change)
    return name if root_dir is None else os.path.abspath(name)


_make_archive.supports_root_dir = True  # type: ignore[attr-defined]  # shutil need not change the working folder


def _unpack_archive(name: str, folder: str, *, filter: Any = "data", **options: Unpack[FileOptions]) -> None:  # noqa: A002
    """What `shutil.unpack_archive` calls; nothing gets outside of *folder* unless another *filter* is asked for."""
    try:
        with open_tar(name, **options) as archive:
            archive.extractall(folder, filter=filter)  # noqa: S202  # the filter is what this rule asks for
    except tarfile.ReadError as error:
        raise shutil.ReadError(f"{name} is not a tar archive in a .qcz file: {error}") from error


def register_shutil(**options: Unpack[FileOptions]) -> None:
    """Let `shutil.make_archive(name, "qcztar", folder)` write, and `shutil.unpack_archive("name.tar.qcz")` read.

    *options* are as for `register_fsspec`. Unpacking uses the filter "data" of tarfile unless told otherwise, which takes Python
    3.11.4 or newer.
    """
    reading, writing = _split_options(options)
    for registered, unregister in (
        (shutil.get_archive_formats(), shutil.unregister_archive_format),
        (shutil.get_unpack_formats(), shutil.unregister_unpack_format),
    ):
        if SHUTIL_FORMAT in (entry[0] for entry in registered):
            unregister(SHUTIL_FORMAT)
    shutil.register_archive_format(SHUTIL_FORMAT, _make_archive, list(writing.items()), "qcz'ed tar-file")
    shutil.register_unpack_format(SHUTIL_FORMAT, [TAR_SUFFIX], _unpack_archive, list(reading.items()), "qcz'ed tar-file")
