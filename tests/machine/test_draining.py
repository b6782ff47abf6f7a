"""What a firmware left in a transmitter when it ended still comes out, and costs nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from assembly import firmware

import mcusim

DEVICE = '''
"""A transmitter: each word written is a text of so many bytes, one each 0.1 ms; 0: without end."""
from mcusim.devices import Device


class Transmitter(Device):
    type_name = "transmitter"
    address = 0x40034000

    def __init__(self, name, host):
        super().__init__(name, host)
        self.line = host.serial(name)
        self.left = 0
        self.timer = host.add_timer(self.send)

    def write(self, offset, size, value):
        self.left = value or 1 << 30
        self.plan()

    def plan(self):
        if self.left:
            self.host.schedule(self.timer, self.host.cycle_in(1e-4))

    def send(self):
        self.left -= 1
        self.line.sent(ord("x"))
        self.host.emit(self.name, b"x")
        self.plan()
'''
EXITS = """
start:
    ldr r4, =0x40034000
    ldr r1, ={count}
    str r1, [r4]
    {end}
    b .
    .ltorg
"""
ENDS = {
    "exit": "ldr r1, =0x20026\n movs r0, #0x18\n bkpt #0xab",
    "fault": "bkpt #0",
    "asleep": "cpsid i\n wfi",
}


@pytest.mark.parametrize("end", ENDS)
def test_all_of_it_comes_out(end: str, tmp_path: Path) -> None:
    result = run(EXITS.format(count=40, end=ENDS[end]), tmp_path)
    assert result.outcome == ("fault" if end == "fault" else "exited")
    assert result.output == 40 * "x"
    if end != "asleep":
        assert result.time_s < 1e-4


def test_a_device_that_never_ends_is_left_after_a_second(tmp_path: Path) -> None:
    result = run(EXITS.format(count=0, end=ENDS["exit"]), tmp_path)
    assert result.time_s < 1e-4
    assert len(result.output) == pytest.approx(10_000, abs=100)


def test_a_run_that_meets_its_limit_ends_there(tmp_path: Path) -> None:
    result = run(EXITS.format(count=40, end="nop"), tmp_path, max_time_s=1.05e-3)
    assert result.outcome == "limit"
    assert result.output == 10 * "x"


def run(source: str, folder: Path, max_time_s: float = 0.1) -> mcusim.Result:
    path, device = folder / "program.bin", folder / "transmitter.py"
    path.write_bytes(firmware(source))
    device.write_text(DEVICE)
    return mcusim.run(path, board="nrf52840", base=0, devices=[device], max_time_s=max_time_s)
