"""Peripherals of the nRF52 and nRF53 series."""
