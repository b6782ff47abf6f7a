"""Peripherals of the FE310-G002, by their names in chip files."""

from __future__ import annotations

from mcusim.devices.device import Device
from mcusim.devices.sifive.aon import SifiveAon
from mcusim.devices.sifive.gpio import SifiveGpio
from mcusim.devices.sifive.i2c import SifiveI2c
from mcusim.devices.sifive.otp import SifiveOtp, SifiveOtpMemory
from mcusim.devices.sifive.prci import SifivePrci
from mcusim.devices.sifive.pwm import SifivePwm, SifivePwm8
from mcusim.devices.sifive.qspi import SifiveQspi
from mcusim.devices.sifive.spi import SifiveSpi
from mcusim.devices.sifive.uart import SifiveUart

DEVICES: dict[str, type[Device]] = {
    "sifive-aon": SifiveAon,
    "sifive-gpio": SifiveGpio,
    "sifive-i2c": SifiveI2c,
    "sifive-otp": SifiveOtp,
    "sifive-otp-memory": SifiveOtpMemory,
    "sifive-prci": SifivePrci,
    "sifive-pwm": SifivePwm,
    "sifive-pwm8": SifivePwm8,
    "sifive-qspi": SifiveQspi,
    "sifive-spi": SifiveSpi,
    "sifive-uart": SifiveUart,
}

__all__ = ["DEVICES"]
