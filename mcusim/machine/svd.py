"""Names of registers from a CMSIS-SVD file, for addresses that no device answers."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from os import PathLike
from xml.etree.ElementTree import Element

from mcusim.errors import UsageError

LONGEST_ARRAY = 1024


class Svd:
    """Registers and peripherals by address."""

    def __init__(self, path: str | PathLike[str]) -> None:
        try:
            root = ElementTree.parse(path).getroot()
        except OSError as error:
            raise UsageError(f"--svd {path}: {error.strerror}") from None
        except ElementTree.ParseError as error:
            raise UsageError(f"--svd {path}: not an SVD file: {error}") from None
        peripherals = list(root.iter("peripheral"))
        if not peripherals:
            raise UsageError(f"--svd {path}: has no peripherals; give the chip's CMSIS-SVD file")
        self._registers: dict[int, str] = {}
        by_name = {_text(node, "name"): node for node in peripherals}
        for node in peripherals:
            base = _number(_text(node, "baseAddress"))
            registers = node.find("registers")
            if registers is None:
                original = by_name.get(node.get("derivedFrom", ""))
                registers = original.find("registers") if original is not None else None
            if registers is not None:
                for offset, name in _registers(registers, 0, ""):
                    self._registers.setdefault(base + offset, f"{_text(node, 'name')}.{name}")

    def name(self, address: int) -> str:
        """PERIPHERAL.REGISTER; empty where the file has none."""
        return self._registers.get(address & ~3, "")


def _registers(parent: Element, base: int, prefix: str) -> Iterator[tuple[int, str]]:
    for node in parent:
        if node.tag not in ("register", "cluster"):
            continue
        step = _number(_text(node, "dimIncrement"))
        indices = _text(node, "dimIndex").split(",") if node.find("dimIndex") is not None else []
        for i in range(min(_number(_text(node, "dim")) or 1, LONGEST_ARRAY)):
            index = indices[i] if i < len(indices) else str(i)
            name = prefix + _text(node, "name").replace("[%s]", f"[{i}]").replace("%s", index)
            offset = base + _number(_text(node, "addressOffset")) + i * step
            if node.tag == "register":
                yield offset, name
            else:
                yield from _registers(node, offset, f"{name}.")


def _text(node: Element, tag: str) -> str:
    return (node.findtext(tag) or "").strip()


def _number(text: str) -> int:
    try:
        return int(text.replace("#", "0b"), 0)
    except ValueError:
        return 0
