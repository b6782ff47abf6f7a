"""What RISC-V chips share: the core-local interruptor and the platform interrupt controller."""

from __future__ import annotations

from mcusim.devices.device import Device
from mcusim.devices.riscv.clint import Clint, SifiveClint
from mcusim.devices.riscv.plic import Plic

DEVICES: dict[str, type[Device]] = {
    "riscv-clint": Clint,
    "riscv-plic": Plic,
    "sifive-clint": SifiveClint,
}

__all__ = ["DEVICES"]
