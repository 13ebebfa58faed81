"""Keeps only the rows at the top of a PNG: python3 crop.py FILE.png ROWS. Of those without interlacing, as browsers write them."""

import struct
import sys
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Bytes of a pixel of 8 bits a channel, by the type of colour.
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


def chunks(data):
    """The kinds of a PNG's chunks with what is in them (https://www.w3.org/TR/png-3/#5Chunk-layout)."""
    at = len(SIGNATURE)
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        yield kind, data[at + 8 : at + 8 + length]
        at += length + 12


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def main():
    path, rows = sys.argv[1], int(sys.argv[2])
    with open(path, "rb") as file:
        data = file.read()
    all_chunks = list(chunks(data))
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", all_chunks[0][1])
    if not data.startswith(SIGNATURE) or depth != 8 or interlaced or rows > height:
        sys.exit(f"{path} cannot be cut to {rows} rows")
    row = 1 + width * CHANNELS[colour]
    pixels = zlib.decompress(b"".join(content for kind, content in all_chunks if kind == b"IDAT"))[: row * rows]
    header = struct.pack(">II", width, rows) + all_chunks[0][1][8:]
    others = b"".join(chunk(*other) for other in all_chunks[1:] if other[0] not in (b"IDAT", b"IEND"))
    with open(path, "wb") as file:
        file.write(SIGNATURE + chunk(b"IHDR", header) + others + chunk(b"IDAT", zlib.compress(pixels, 9)) + chunk(b"IEND", b""))


if __name__ == "__main__":
    main()
