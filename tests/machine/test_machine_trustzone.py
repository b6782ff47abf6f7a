"""A Secure and a Non-secure image on one chip: the sample pair on the boards that have it."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest
from rig import sample

import mcusim
from mcusim.boards import load_board
from mcusim.cli.app import main
from mcusim.errors import FirmwareError, UsageError

BOARDS = ("nucleo-u575zi", "nrf5340", "corstone-300")


def sum_of_seals() -> int:
    """What the images print: of 100 messages, each behind the Secure image's key."""
    message = bytearray(3 * i & 0xFF for i in range(64))
    total = 0
    for i in range(100):
        message[0] = i
        total += zlib.crc32(message, zlib.crc32(b"mcusim"))
    return total & 0xFFFFFFFF


def pair(board: str) -> tuple[Path, Path]:
    return sample("trustzone", board), sample("trustzone-secure", board)


@pytest.mark.parametrize("board", BOARDS)
@pytest.mark.parametrize("fidelity", ["accurate", "fast"])
def test_the_secure_image_serves_the_non_secure_one(board: str, fidelity: str) -> None:
    firmware, secure = pair(board)
    result = mcusim.run(firmware, secure=secure, board=board, fidelity=fidelity)  # type: ignore[arg-type]
    assert (result.outcome, result.exit_code) == ("exited", 0), result.fault
    assert result.output == f"sum {sum_of_seals():x} of 100\nof Secure memory: 0\n"
    assert result.warnings == []


@pytest.mark.parametrize("board", BOARDS)
def test_functions_of_both_images_are_known(board: str) -> None:
    firmware, secure = pair(board)
    result = mcusim.run(firmware, secure=secure, board=board, roi=["main", "crc32"])
    assert {"crc32", "main", "give_away"} <= {row.name for row in result.functions}
    [crc] = [region for region in result.regions if region.name == "crc32"]
    assert crc.calls == 200


@pytest.mark.parametrize("board", BOARDS)
def test_each_state_has_a_stack_of_its_own(board: str) -> None:
    firmware, secure = pair(board)
    stacks = mcusim.run(firmware, secure=secure, board=board).memory.stacks
    assert [stack.name for stack in stacks] == ["main", "process"]
    assert stacks[0].top < stacks[1].top or board != "nrf5340"
    assert all(0 < stack.peak_bytes < 1024 for stack in stacks)


@pytest.mark.parametrize("board", BOARDS)
def test_the_non_secure_image_alone_can_not_start(board: str) -> None:
    firmware, _ = pair(board)
    with pytest.raises(FirmwareError, match=r"no vector table at 0x.* \(--secure\)"):
        mcusim.run(firmware, board=board)


def test_the_secure_image_alone_finds_nothing_to_start() -> None:
    _, secure = pair("nrf5340")
    result = mcusim.run(secure, board="nrf5340")
    assert result.outcome == "fault"


def test_a_chip_without_the_extension_takes_no_secure_image() -> None:
    firmware, secure = pair("nrf5340")
    with pytest.raises(UsageError, match="without the Security Extension"):
        mcusim.run(firmware, secure=secure, board="nucleo-l4r5zi")


def test_images_that_overlap_are_refused() -> None:
    _, secure = pair("nrf5340")
    with pytest.raises(FirmwareError, match="overlap"):
        mcusim.run(secure, secure=secure, board="nrf5340")


def test_the_option_bit_moves_the_vector_table_and_adds_addresses() -> None:
    board = load_board("nucleo-u575zi")
    assert board.vector_table == 0x08000000
    secured = board.with_option_bytes({"tzen": 1})
    assert secured.vector_table == 0x0C000000
    assert [m.aliases for m in secured.chip.memory[:2]] == [[0x0C000000], [0x30000000]]
    assert secured.device("usart1").aliases == [0x50013800]
    assert secured.with_option_bytes({"tzen": 0}).chip.memory == board.chip.memory


def test_the_command_line_takes_both_images(capfd: pytest.CaptureFixture[str]) -> None:
    firmware, secure = pair("nrf5340")
    command = ["run", str(firmware), "--secure", str(secure), "--board", "nrf5340", "--quiet"]
    assert main(command) == 0
    assert "of Secure memory: 0" in capfd.readouterr().out
