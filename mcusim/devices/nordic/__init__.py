"""Peripherals of the nRF52 series."""
