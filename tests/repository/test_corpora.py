"""Corpora: found on the machine, cut from each other, and fetched with interruptions from a server of this test."""

from __future__ import annotations

import hashlib
import http.server
import io
import lzma
import re
import threading
import zipfile
from contextlib import contextmanager

import pytest
from samples import random_bytes, synthetic_text

import corpora
from corpora import is_at_hand, load_prefix
from corpora.fetching import FetchError, download, fetch

TEXT = synthetic_text(300_000)


class Server(http.server.BaseHTTPRequestHandler):
    """Serves `content`; breaks the connection after `most` bytes; knows ranges, or not."""

    content = b""
    most = 1 << 30
    knows_ranges = True
    asked: list[str | None]

    def do_GET(self):
        asked = self.headers.get("Range")
        self.asked.append(asked)
        start = int(re.fullmatch(r"bytes=(\d+)-", asked)[1]) if asked and self.knows_ranges else 0
        if start and start >= len(self.content):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(self.content)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(self.content) - 1}/{len(self.content)}")
        self.send_header("Content-Length", str(len(self.content) - start))
        self.end_headers()
        self.wfile.write(self.content[start : start + self.most])

    def log_message(self, *arguments):
        pass


@contextmanager
def serving(content: bytes, **settings):
    handler = type("Handler", (Server,), {"content": content, "asked": [], **settings})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", handler.asked
        finally:
            server.shutdown()
            thread.join()


def zipped(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("text", content)
    return out.getvalue()


def entry_of(content: bytes, url: str) -> dict:
    digests = {kind: hashlib.new(kind, content).hexdigest() for kind in ("sha256", "sha1")}
    return {"bytes": len(content), **digests, "url": f"{url}/text.zip", "member": "text"}


def test_a_broken_connection_is_gone_on_from(tmp_path):
    content = random_bytes(1000)
    with serving(content, most=300) as (url, asked):
        download(url, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == content
    assert asked == [None, "bytes=300-", "bytes=600-", "bytes=900-"]


def test_an_interrupted_download_is_gone_on_from(tmp_path):
    content = random_bytes(1000)
    (tmp_path / "file.part").write_bytes(content[:400])
    with serving(content) as (url, asked):
        download(url, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == content
    assert asked == ["bytes=400-"]
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("there", [1000, 1200])
def test_what_is_complete_or_too_long_is_noticed(tmp_path, there):
    content = random_bytes(1000)
    (tmp_path / "file.part").write_bytes(random_bytes(there))
    with serving(content) as (url, _):
        download(url, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == content


def test_a_server_without_ranges_sends_all_again(tmp_path):
    content = random_bytes(1000)
    (tmp_path / "file.part").write_bytes(content[:400])
    with serving(content, knows_ranges=False) as (url, _):
        download(url, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == content


def test_nothing_comes(tmp_path):
    with serving(b"content", most=0) as (url, asked), pytest.raises(FetchError, match="broke 5 times in a row"):
        download(url, tmp_path / "file")
    assert len(asked) == 5


def test_what_is_fetched_is_unpacked_and_checked(tmp_path):
    reports = []
    with serving(zipped(TEXT), most=200_000) as (url, _):
        path = fetch("text", entry_of(TEXT, url), tmp_path, reports.append)
    assert path.read_bytes() == TEXT
    assert [left.name for left in tmp_path.iterdir()] == ["text"]
    assert reports[0].startswith("text.packed: 200,000 bytes of 300,")


@pytest.mark.parametrize(
    ("served", "message"),
    [
        (zipped(TEXT[:-1]), "299,999 bytes, not 300,000"),
        (zipped(TEXT[:-1] + b"?"), "sha256 [0-9a-f]{64}, not"),
        (zipped(TEXT)[:-1], "not a zip file|Truncated|Bad"),
        (b"<html>not found</html>", "not a zip file"),
    ],
)
def test_what_is_not_as_described_is_not_kept(tmp_path, served, message):
    with serving(served) as (url, _), pytest.raises(FetchError, match=message):
        fetch("text", entry_of(TEXT, url), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_corpus_is_cut_from_its_family(tmp_path, monkeypatch):
    monkeypatch.setattr(corpora, "folders", lambda: [tmp_path])
    monkeypatch.setattr(
        corpora,
        "MANIFEST",
        {"long": {"bytes": 100}, "middle": {"bytes": 50, "prefix_of": "long"}, "short": {"bytes": 10, "prefix_of": "middle"}},
    )
    assert not is_at_hand("short")
    (tmp_path / "middle.xz").write_bytes(lzma.compress(TEXT[:50]))
    assert load_prefix("long", 30) == load_prefix("middle", 30) == TEXT[:30]
    assert load_prefix("short", 30) == TEXT[:10]
    assert load_prefix("long", 60) is None
    assert is_at_hand("long", 50)
    assert not is_at_hand("long")


def test_the_manifest_says_how_to_check_what_it_fetches():
    for entry in corpora.MANIFEST.values():
        assert "url" not in entry or len(entry["sha256"]) == 64
