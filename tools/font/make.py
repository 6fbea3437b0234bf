"""Makes pkg/plot/hangul/hangul.ttf of NanumGothic.ttf, of Debian's fonts-nanum: make.py NANUM.ttf. Needs fonttools, see requirements.txt.

It keeps all 11,172 syllables, single letters, Latin and punctuation, without hints and tables for setting; the licence asks
for another name than Nanum.
"""
import os
import sys

from fontTools import subset
from fontTools.ttLib import TTFont

out = os.path.join(os.path.dirname(__file__), "..", "..", "pkg", "plot", "hangul", "hangul.ttf")


options = subset.Options(hinting=False, layout_features=[], name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14], notdef_outline=True, recalc_timestamp=False)
font = TTFont(sys.argv[1], recalcTimestamp=False)
maker = subset.Subsetter(options)
maker.populate(unicodes=[*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x2010, 0x2040), *range(0x3131, 0x318F), *range(0x3001, 0x3012), *range(0xAC00, 0xD7A4)])
maker.subset(font)
for record in font["name"].names:
    if record.nameID in (1, 3, 4, 6):
        record.string = "adlab-Hangul" if record.nameID == 6 else "adlab Hangul"
font.save(out)
print(os.path.getsize(out), "bytes")
