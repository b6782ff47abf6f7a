"""What is told of firmware that waits for ever, or that takes an exception without a handler."""

from __future__ import annotations

from pathlib import Path

import pytest
from assembly import firmware
from rig import BOARDS, sample

import mcusim
from mcusim import Result

POLLING = """
start:
    ldr r0, =0x40002000
    bl wait
wait:
    ldr r1, [r0, #0x108]
    cmp r1, #0
    beq wait
    bx lr
    .ltorg
"""
"""Waits for a byte that the UART never gets (RXDRDY, nRF52840 PS 6.34.9)."""

SPINNING_HANDLER = """
start:
    ldr r0, =0xE000ED08
    ldr r1, =table
    str r1, [r0]
    ldr r0, =0xE000ED04
    mov r1, #0x10000000
    str r1, [r0]
    dsb
    isb
    b .
    .ltorg
    .thumb_func
pendsv:
    nop
1:  b 1b
    .balign 512
table:
    .space 56
    .word pendsv
"""


def run(source: str, tmp_path: Path) -> Result:
    path = tmp_path / "hang.bin"
    path.write_bytes(firmware(source))
    return mcusim.run(path, board="nrf52840", base=0, max_time_s=0.001)


def test_register_that_a_loop_waits_for_is_named(tmp_path: Path) -> None:
    result = run(POLLING, tmp_path)
    assert result.hot_loop is not None
    assert result.hot_loop.polls == ["uart0+0x108 (0x40002108)"]
    assert result.hot_loop.handler == ""
    assert "It reads uart0+0x108 (0x40002108) over and over" in str(result)


def test_handler_that_spins_is_named_with_its_exception(tmp_path: Path) -> None:
    result = run(SPINNING_HANDLER, tmp_path)
    assert result.hot_loop is not None
    assert result.hot_loop.handler == "PendSV"
    assert "serving PendSV" in str(result)


@pytest.mark.parametrize("board", BOARDS)
def test_loop_has_its_call_stack(board: str) -> None:
    result = mcusim.run(sample("hang", board), board=board, max_time_s=0.001)
    assert result.hot_loop is not None
    calls = [frame.function for frame in result.hot_loop.call_stack]
    assert calls == ["trigger", "main", "Reset_Handler"]


@pytest.mark.parametrize("board", BOARDS)
def test_missing_handler_is_named(board: str) -> None:
    result = mcusim.run(sample("fault-svc", board), board=board)
    assert result.fault is not None
    assert "leads to Default_Handler, which only branches to itself" in result.fault.message
    assert "define SVC_Handler," in result.fault.message


@pytest.mark.parametrize(
    ("board", "irq", "name"), [("nrf52840", 8, "timer0"), ("nucleo-l4r5zi", 28, "tim2")]
)
def test_interrupt_has_its_devices_name(board: str, irq: int, name: str, tmp_path: Path) -> None:
    source = (
        f"start:\nldr r0, =0xE000E100\nmovs r1, #1\nlsl r1, #{irq}\nstr r1, [r0]\n"
        "str r1, [r0, #0x100]\ndsb\nisb\nb .\n.ltorg\n"
    )
    base = 0 if board == "nrf52840" else 0x08000000
    path = tmp_path / "interrupt.bin"
    path.write_bytes(firmware(source, base))
    result = mcusim.run(path, board=board, base=base, max_time_s=0.001)
    assert result.fault is not None
    assert result.fault.kind == f"IRQ {irq} ({name})"
