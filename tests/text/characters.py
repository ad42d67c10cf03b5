"""All the characters that Unicode has or may come to have, without its empty planes."""

from typing import Final

EVERY_CHARACTER: Final = [
    chr(code)
    for plane in range(0x11)
    for code in range(plane << 16, (plane + 1) << 16)
    if plane < 4 or (plane == 0xE and code < 0xE2000) or code & 0xFFFF > 0xFFF0
]
