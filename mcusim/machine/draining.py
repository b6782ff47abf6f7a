"""What is still in the UARTs when a run ends leaves them, as on a chip whose core has stopped.

Programs that return from main behind their last text would lose its end otherwise. The account of
the run is made before, and holds nothing of it.
"""

from __future__ import annotations

from mcusim.machine.machine import Machine

QUIET_S = 3e-3
"""Simulated time without a byte after which nothing more is expected: 3 characters at 9600 baud."""
_ANY_NUMBER = 1 << 62
"""Of instructions: none execute."""
LONGEST_S = 1.0
"""Simulated time that this may take, for devices that go on sending by themselves."""


def drain(machine: Machine) -> None:
    """Has time pass without the cores until the serial lines are quiet."""
    if machine.sleep.in_deep:
        return  # the clocks of the UARTs stand still as well
    for number in range(1, len(machine.cores.engines)):
        machine.hold_core(number)
    ends_s = machine.seconds + LONGEST_S
    before = -1
    while before != (sent := _sent_bytes(machine)) and machine.seconds < ends_s:
        before = sent
        machine.cores.first.set_limits(machine.cycle_in(QUIET_S), _ANY_NUMBER)
        machine.cores.first.idle()


def _sent_bytes(machine: Machine) -> int:
    return sum(line.sent_bytes for line in machine.lines.values())
