"""What other libraries need to read and write .qcz files; each is imported only by the function that is called for it.

| Library | What it takes |
|---|---|
| fsspec, and dask and datasets through it | `register_fsspec()`, in each process |
| smart_open | `register_smart_open()` |
| shutil | `register_shutil()` |
| tarfile | `open_tar(...)`, or `tarfile.open(fileobj=quasicryth.open(...))` |
| pandas, and all that take a file object | nothing: `pandas.read_csv(quasicryth.open(...))` |
| numcodecs, and zarr through it | nothing: an entry point names `quasicryth.integrations.numcodecs.Qcz` |
"""

from .libraries import SHUTIL_FORMAT, TAR_SUFFIX, open_tar, register_fsspec, register_shutil, register_smart_open

__all__ = ["SHUTIL_FORMAT", "TAR_SUFFIX", "open_tar", "register_fsspec", "register_shutil", "register_smart_open"]
