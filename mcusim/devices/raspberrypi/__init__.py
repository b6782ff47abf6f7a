"""Peripherals of the RP2040, by their names in chip files."""

from __future__ import annotations

from mcusim.devices.device import Device
from mcusim.devices.raspberrypi.sio import Rp2040Sio

DEVICES: dict[str, type[Device]] = {
    "rp2040-sio": Rp2040Sio,
}

__all__ = ["DEVICES"]
