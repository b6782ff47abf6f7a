"""Peripherals of the ESP32-C3, by their names in chip files."""

from __future__ import annotations

from mcusim.devices.device import Device
from mcusim.devices.espressif.analog_i2c import EspAnalogI2c
from mcusim.devices.espressif.cache import EspCache, EspMmu
from mcusim.devices.espressif.efuse import EspEfuse
from mcusim.devices.espressif.gdma import EspGdma
from mcusim.devices.espressif.gpio import EspGpio
from mcusim.devices.espressif.i2c import EspI2c
from mcusim.devices.espressif.interrupt_matrix import EspInterruptMatrix
from mcusim.devices.espressif.ledc import EspLedc
from mcusim.devices.espressif.peripheral import EspPeripheral
from mcusim.devices.espressif.rmt import EspRmt
from mcusim.devices.espressif.rom_services import EspRomServices
from mcusim.devices.espressif.rtc_cntl import EspRtcCntl
from mcusim.devices.espressif.saradc import EspSarAdc
from mcusim.devices.espressif.spi import EspSpi
from mcusim.devices.espressif.spi_mem import EspSpiMem
from mcusim.devices.espressif.syscon import EspSyscon
from mcusim.devices.espressif.system import EspSystem
from mcusim.devices.espressif.systimer import EspSystimer
from mcusim.devices.espressif.timer_group import EspTimerGroup
from mcusim.devices.espressif.uart import EspUart
from mcusim.devices.espressif.usb_serial_jtag import EspUsbSerialJtag

DEVICES: dict[str, type[Device]] = {
    "esp-analog-i2c": EspAnalogI2c,
    "esp-cache": EspCache,
    "esp-efuse": EspEfuse,
    "esp-gdma": EspGdma,
    "esp-gpio": EspGpio,
    "esp-i2c": EspI2c,
    "esp-interrupt-matrix": EspInterruptMatrix,
    "esp-ledc": EspLedc,
    "esp-mmu": EspMmu,
    "esp-remembered": EspPeripheral,
    "esp-rmt": EspRmt,
    "esp-rom-services": EspRomServices,
    "esp-rtc-cntl": EspRtcCntl,
    "esp-saradc": EspSarAdc,
    "esp-spi": EspSpi,
    "esp-spi-mem": EspSpiMem,
    "esp-syscon": EspSyscon,
    "esp-system": EspSystem,
    "esp-systimer": EspSystimer,
    "esp-timer-group": EspTimerGroup,
    "esp-uart": EspUart,
    "esp-usb-serial-jtag": EspUsbSerialJtag,
}

__all__ = ["DEVICES"]
