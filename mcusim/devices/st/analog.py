"""Voltages inside an STM32 that its ADC can convert, and what the factory measured of them."""

from __future__ import annotations

from dataclasses import dataclass

TEMPERATURE_C = 25.0
"""Of the chip, in all runs."""
CALIBRATED_C = 30.0


@dataclass(frozen=True, slots=True)
class Analog:
    """Typical values of a series (datasheets, electrical characteristics of VREFINT and sensor).

    Calibration values are what an ideal ADC gives at `calibrated_v`, so firmware that uses them
    finds supply and temperature whatever these voltages are (stm32xxxx_ll_adc.h).
    """

    reference_v: float
    sensor_30_v: float
    slope_v: float
    """Per degree."""
    calibrated_v: float
    bits: int
    hot_c: float

    def sensor_v(self, celsius: float = TEMPERATURE_C) -> float:
        """The temperature sensor's voltage."""
        return self.sensor_30_v + (celsius - CALIBRATED_C) * self.slope_v

    def _code(self, volts: float) -> int:
        return round(volts / self.calibrated_v * (1 << self.bits))

    @property
    def vrefint_cal(self) -> int:
        return self._code(self.reference_v)

    @property
    def ts_cal1(self) -> int:
        return self._code(self.sensor_30_v)

    @property
    def ts_cal2(self) -> int:
        return self._code(self.sensor_v(self.hot_c))


STM32L4 = Analog(1.212, 0.76, 2.5e-3, 3.0, 12, 130.0)
STM32G0 = STM32L4
STM32H7 = Analog(1.216, 0.62, 2.0e-3, 3.3, 16, 130.0)
STM32U5 = Analog(1.215, 0.752, 2.5e-3, 3.0, 14, 130.0)
STM32F4 = Analog(1.21, 0.76 + 5 * 2.5e-3, 2.5e-3, 3.3, 12, 110.0)
"""The datasheets of STM32F4 and STM32F7 give the sensor at 25 degrees."""
