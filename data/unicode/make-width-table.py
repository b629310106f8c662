#!/usr/bin/env python3
"""Writes src/text/width_table.h: cells of every code point, from the Unicode character database inside python3.

Run by hand when the Unicode version moves, never at build:
    python3 data/unicode/make-width-table.py > src/text/width_table.h
The version is pinned to the one of the C library that ncurses asks (glibc 2.36: Unicode 14), because a character that
ncurses measures differently would shift its whole row.
"""
import sys
import textwrap
import unicodedata

PINNED = "14.0.0"
BLOCK = 256

# Format characters that are drawn: the prepended concatenation marks and the soft hyphen.
DRAWN_FORMATS = {*range(0x0600, 0x0606), 0x06DD, 0x070F, 0x0890, 0x0891, 0x08E2, 0x110BD, 0x110CD, 0x00AD}
# Vowels and final consonants of conjoining Hangul: they join the leading consonant's two cells.
JOINING_JAMO = {*range(0x1160, 0x1200), *range(0xD7B0, 0xD800)}
# Not wide by East_Asian_Width in this version, but drawn and counted wide (circled numbers, hexagrams; the latter are W from Unicode 16 on).
DRAWN_WIDE = {*range(0x3248, 0x3250), *range(0x4DC0, 0x4E00)}


def width(cp):
    """0, 1 or 2 cells; 3 stands for -1, not drawable."""
    char = chr(cp)
    category = unicodedata.category(char)
    if category in ("Cn", "Cs", "Cc", "Zl", "Zp"):
        return 3
    if category in ("Mn", "Me") or category == "Cf" and cp not in DRAWN_FORMATS or cp in JOINING_JAMO:
        return 0
    return 2 if cp in DRAWN_WIDE or unicodedata.east_asian_width(char) in "WF" else 1


def rows(values):
    for line in textwrap.wrap(", ".join(map(str, values)) + ",", 128):
        print("\t" + line)


def main():
    if unicodedata.unidata_version != PINNED:
        sys.exit(f"this python3 has Unicode {unicodedata.unidata_version}; the table is pinned to {PINNED}: use a python3 with that version")
    blocks = {}
    index = []
    for first in range(0, 0x110000, BLOCK):
        cells = [width(cp) for cp in range(first, first + BLOCK)]
        packed = tuple(sum(cells[i + j] << 2 * j for j in range(4)) for i in range(0, BLOCK, 4))
        index.append(blocks.setdefault(packed, len(blocks)))
    assert len(blocks) <= 256
    print("/* Written by data/unicode/make-width-table.py; do not edit. Cells of code points, two bits each (3: not drawable), in blocks of 256. */")
    print(f'#define WIDTH_UNICODE_VERSION "{PINNED}"\n')
    print(f"static const unsigned char width_block[{len(index)}] = {{")
    rows(index)
    print("};\n")
    print(f"static const unsigned char width_cells[{len(blocks)}][{BLOCK // 4}] = {{")
    for packed in blocks:
        print("\t{")
        rows(packed)
        print("\t},")
    print("};")


main()
