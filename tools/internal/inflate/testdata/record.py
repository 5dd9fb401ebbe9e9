#!/usr/bin/env python3
"""Records what several encoders make of one file, as raw DEFLATE data.

    record.py FOLDER

writes FOLDER/plain and FOLDER/ENCODER-SETTINGS.deflate. zlib is Python's own;
zopfli, libdeflate-gzip and igzip (Debian's packages zopfli, libdeflate-tools
and isal) are taken from PATH.
"""

import pathlib
import random
import subprocess
import sys
import zlib


def plain():
    """48 KiB: words, records of numbers, zeros, noise, and repeats from afar."""
    chance = random.Random(1951)
    words = [bytes(chance.choices(b"etaoinshrdlu", k=chance.randint(2, 9))) for _ in range(200)]
    parts = [b" ".join(chance.choices(words, k=1500))]
    parts.append(b"".join(i.to_bytes(4, "little") + b"\0\0\x48\x8b" for i in range(700)))
    parts.append(bytes(5000))
    parts.append(chance.randbytes(1500))
    parts.append(b"".join(words) * 3)
    parts.append(b"abc" * 300 + b"z" * 600)
    whole = b"".join(parts)
    return (whole + whole)[: 48 << 10]


def raw(gz):
    """The DEFLATE data of a gzip file whose header has at most a name."""
    assert gz[:3] == b"\x1f\x8b\x08" and gz[3] & ~8 == 0, gz[:10]
    return gz[gz.index(b"\0", 10) + 1 if gz[3] else 10 : -8]


def main(folder):
    data = plain()
    streams = {}
    for level in (1, 3, 6, 9):
        streams[f"zlib-{level}"] = dict(level=level)
    strategies = dict(filtered=zlib.Z_FILTERED, huffman=zlib.Z_HUFFMAN_ONLY, rle=zlib.Z_RLE, fixed=zlib.Z_FIXED)
    for name, strategy in strategies.items():
        streams[f"zlib-{name}"] = dict(level=9, strategy=strategy)
    streams["zlib-smallest-window"] = dict(level=9, wbits=-9)
    streams["zlib-least-memory"] = dict(level=9, memLevel=1)
    for name, settings in streams.items():
        c = zlib.compressobj(method=zlib.DEFLATED, **{"wbits": -15, **settings})
        streams[name] = c.compress(data) + c.flush()
    for name, mode in dict(sync=zlib.Z_SYNC_FLUSH, full=zlib.Z_FULL_FLUSH, partial=zlib.Z_PARTIAL_FLUSH, block=zlib.Z_BLOCK).items():
        c = zlib.compressobj(6, zlib.DEFLATED, -15)
        pieces = [c.compress(data[i : i + 5000]) + c.flush(mode) for i in range(0, len(data), 5000)]
        streams[f"zlib-flush-{name}"] = b"".join(pieces) + c.flush()

    folder = pathlib.Path(folder)
    file = folder / "plain"
    file.write_bytes(data)
    calls = {"zopfli": ["zopfli", "-c", "--i15"]}
    calls |= {f"libdeflate-{level}": ["libdeflate-gzip", "-c", f"-{level}"] for level in (1, 3, 6, 9, 12)}
    calls |= {f"igzip-{level}": ["igzip", "-c", f"-{level}"] for level in range(4)}
    for name, call in calls.items():
        streams[name] = raw(subprocess.run([*call, str(file)], stdout=subprocess.PIPE, check=True).stdout)
    for name, stream in streams.items():
        assert zlib.decompress(stream, -15) == data, name
        (folder / f"{name}.deflate").write_bytes(stream)


main(*sys.argv[1:])
