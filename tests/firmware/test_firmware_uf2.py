"""UF2 files."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from uf2_blocks import RP2040, RP2350, block

from mcusim.errors import FirmwareError
from mcusim.firmware import load_firmware

FLASH = 0x10000000
NOT_FLASHED = 0x1


def message(path: Path, data: bytes, family: int | None = RP2040) -> str:
    """The error of a file; one line that starts with its name."""
    path.write_bytes(data)
    with pytest.raises(FirmwareError) as caught:
        load_firmware(path, None, family)
    text = str(caught.value)
    assert "\n" not in text
    assert text.startswith(f"{path}: ")
    return text


def test_touching_blocks_are_one_segment_in_any_order(tmp_path: Path) -> None:
    path = tmp_path / "a.uf2"
    far = block(FLASH + 0x1000, b"far", None)
    path.write_bytes(block(FLASH + 256, b"b" * 256) + far + block(FLASH, b"a" * 256))
    image = load_firmware(path, None, RP2040)
    assert image.format == "uf2"
    assert [(s.address, s.data) for s in image.segments] == [
        (FLASH, b"a" * 256 + b"b" * 256),
        (FLASH + 0x1000, b"far"),
    ]


def test_blocks_for_other_families_and_for_nobody_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.uf2"
    path.write_bytes(
        block(FLASH, b"ours")
        + block(FLASH, b"else", RP2350)
        + block(FLASH + 64, b"note", flags=NOT_FLASHED)
    )
    assert [s.data for s in load_firmware(path, None, RP2040).segments] == [b"ours"]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (block(FLASH, b"x", RP2350), "for family 0xE48BFF59, and the board's chip is of family"),
        (block(FLASH, b"x", flags=NOT_FLASHED), "for family none"),
        (block(FLASH, b"x") + b"tail", "4 B behind the last whole block"),
        (block(FLASH, b"x") + bytes(512), "block 1 has no magic"),
        (block(0xFFFFFFFF, b"xy"), "2 B at 0xFFFFFFFF in block 0"),
        (block(FLASH, b"abcd") + block(FLASH + 2, b"x", number=1), "block 1 at 0x10000002 lies"),
    ],
)
def test_what_is_wrong_with_a_file(tmp_path: Path, data: bytes, expected: str) -> None:
    assert expected in message(tmp_path / "a.uf2", data)


def test_a_payload_beyond_its_block_is_refused(tmp_path: Path) -> None:
    data = bytearray(block(FLASH, b"x"))
    data[16:20] = (477).to_bytes(4, "little")
    assert "477 B at 0x10000000 in block 0" in message(tmp_path / "a.uf2", bytes(data))


def test_a_chip_without_a_family_takes_none(tmp_path: Path) -> None:
    assert "UF2" in message(tmp_path / "a.uf2", block(FLASH, b"x"), None)


def test_a_base_address_makes_no_sense(tmp_path: Path) -> None:
    path = tmp_path / "a.uf2"
    path.write_bytes(block(FLASH, b"x"))
    with pytest.raises(FirmwareError, match="leave out --base"):
        load_firmware(path, 0, RP2040)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.binary(max_size=600), max_size=4), st.integers(0, 1100))
def test_any_file_loads_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes], cut: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.uf2"
    path.write_bytes((block(FLASH, b"x") + b"".join(pieces))[: cut + 8])
    problem = ""
    try:
        assert load_firmware(path, None, RP2040).segments
    except FirmwareError as error:
        problem = str(error)
    assert "\n" not in problem
