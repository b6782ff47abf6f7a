"""Peripherals of Arm's SSE-300 subsystem and of the MPS3 board, by their names in chip files."""

from __future__ import annotations

from mcusim.devices.arm.sse300.fpgaio import Mps3Fpgaio
from mcusim.devices.arm.sse300.gpio import CmsdkGpio
from mcusim.devices.arm.sse300.memory_protection import Sse300Mpc
from mcusim.devices.arm.sse300.registers import Remembered
from mcusim.devices.arm.sse300.secure_config import Sse300NonSecureConfig, Sse300SecureConfig
from mcusim.devices.arm.sse300.slow_clock import CmsdkTimer, CmsdkWatchdog
from mcusim.devices.arm.sse300.system import (
    Mps3Scc,
    Sse300CpuIdentity,
    Sse300SystemControl,
    Sse300SystemInfo,
)
from mcusim.devices.arm.sse300.system_counter import Sse300CounterControl, Sse300CounterStatus
from mcusim.devices.arm.sse300.system_timer import Sse300Timer
from mcusim.devices.arm.sse300.system_watchdog import Sse300NonSecureWatchdog, Sse300Watchdog
from mcusim.devices.arm.sse300.uart import CmsdkUart
from mcusim.devices.device import Device

DEVICES: dict[str, type[Device]] = {
    "cmsdk-gpio": CmsdkGpio,
    "cmsdk-timer": CmsdkTimer,
    "cmsdk-uart": CmsdkUart,
    "cmsdk-watchdog": CmsdkWatchdog,
    "mps3-fpgaio": Mps3Fpgaio,
    "mps3-scc": Mps3Scc,
    "sse300-counter-control": Sse300CounterControl,
    "sse300-counter-status": Sse300CounterStatus,
    "sse300-cpu-identity": Sse300CpuIdentity,
    "sse300-mpc": Sse300Mpc,
    "sse300-non-secure-config": Sse300NonSecureConfig,
    "sse300-non-secure-watchdog": Sse300NonSecureWatchdog,
    "sse300-registers": Remembered,
    "sse300-secure-config": Sse300SecureConfig,
    "sse300-system-control": Sse300SystemControl,
    "sse300-system-info": Sse300SystemInfo,
    "sse300-timer": Sse300Timer,
    "sse300-watchdog": Sse300Watchdog,
}

__all__ = ["DEVICES"]
