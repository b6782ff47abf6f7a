"""Peripherals: one small class each, named in a chip file by its `type`."""

from __future__ import annotations

from mcusim.devices.device import Device, Host
from mcusim.devices.registry import core_devices, create, create_npu, device_types, takes_image

__all__ = ["Device", "Host", "core_devices", "create", "create_npu", "device_types", "takes_image"]
