"""Peripherals: one small class each, named in a chip file by its `type`."""

from __future__ import annotations

from mcusim.devices.device import Device, Host
from mcusim.devices.registry import CORE_DEVICES, create, device_types

__all__ = ["CORE_DEVICES", "Device", "Host", "create", "device_types"]
