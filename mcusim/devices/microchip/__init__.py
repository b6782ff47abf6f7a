"""Peripherals of the SAM D21, by their names in chip files."""

from __future__ import annotations

from mcusim.devices.device import Device
from mcusim.devices.microchip.adc import SamAdc
from mcusim.devices.microchip.eic import SamEic
from mcusim.devices.microchip.gclk import SamGclk
from mcusim.devices.microchip.identity import SamCalibration, SamDsu, SamPac
from mcusim.devices.microchip.nvmctrl import SamNvmctrl
from mcusim.devices.microchip.pm import SamPm
from mcusim.devices.microchip.port import SamPort
from mcusim.devices.microchip.rtc import SamRtc
from mcusim.devices.microchip.sercom import SamSercom
from mcusim.devices.microchip.sysctrl import SamSysctrl
from mcusim.devices.microchip.tc import SamTc
from mcusim.devices.microchip.wdt import SamWdt

DEVICES: dict[str, type[Device]] = {
    "sam-adc": SamAdc,
    "sam-calibration": SamCalibration,
    "sam-dsu": SamDsu,
    "sam-eic": SamEic,
    "sam-gclk": SamGclk,
    "sam-nvmctrl": SamNvmctrl,
    "sam-pac": SamPac,
    "sam-pm": SamPm,
    "sam-port": SamPort,
    "sam-rtc": SamRtc,
    "sam-sercom": SamSercom,
    "sam-sysctrl": SamSysctrl,
    "sam-tc": SamTc,
    "sam-wdt": SamWdt,
}

__all__ = ["DEVICES"]
