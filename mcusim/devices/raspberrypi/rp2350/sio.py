"""SIO of the RP2350 (pico-sdk, src/rp2350, regs/sio.h), and the coprocessor that writes its pins.

Like the RP2040's, without divider, with doorbells beside the mailboxes, and with interrupts of the
same numbers on both cores. TMDS encoding and RISC-V's timer are remembered only.
"""

from __future__ import annotations

from mcusim.devices.device import Host
from mcusim.devices.raspberrypi.sio import CORES, PinRegister, Rp2040Sio, pin_registers

BELL_OUT_SET, BELL_OUT_CLEAR, BELL_IN_SET, BELL_IN_CLEAR = 0x180, 0x184, 0x188, 0x18C
BELLS = 0xFF
GPIO_COPROCESSOR, DOUBLE_COPROCESSOR, REDUNDANCY_COPROCESSOR = 0, 4, 7
SALT = 0x243F6A8885A308D3
"""Of the redundancy coprocessor: random on the chip, the same in each run here."""
NMI = -14
"""Its number among interrupts."""
OUT, ENABLE, INPUT = 0, 4, 8
"""CRm of the coprocessor's instructions, for the low half of the pins; the high half's is one more
in MCR and MRC."""
WRITE, XOR, SET, CLEAR = range(4)
"""opc1 of a write of all pins; 4 to 7: of one pin; 8 to 11: of the half that Rt2 names."""
ACTIONS = {WRITE: 0, SET: 1, CLEAR: 2, XOR: 3}


class Rp2350Sio(Rp2040Sio):
    """One core's interrupt lines: FIFO and doorbell."""

    pin_registers = pin_registers(0x10, 0x30, 0x04, 8)
    bank_bits = (0xFFFFFFFF, 0xFF00FFFF)
    has_divider = False
    rotates = True

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._bells = [0] * CORES
        host.set_coprocessor(GPIO_COPROCESSOR, self._execute)
        host.add_double_coprocessor(DOUBLE_COPROCESSOR)
        host.add_redundancy_coprocessor(REDUNDANCY_COPROCESSOR, SALT, self._check_failed)

    def _check_failed(self, stalls: bool) -> None:
        """Both cores get an NMI until a reset; after that the coprocessor stalls."""
        if stalls:
            self.host.end(
                "an instruction of the redundancy coprocessor stalls its core for good, as a check "
                "failed before",
                failure="redundancy coprocessor",
            )
            return
        self.host.warn("a check of the redundancy coprocessor failed: both cores get an NMI")
        self.host.set_interrupt(NMI, True)

    def load(self, register: int, core: int) -> int:
        if BELL_OUT_SET <= register <= BELL_IN_CLEAR:
            return self._bells[core if register >= BELL_IN_SET else core ^ 1]
        return super().load(register, core)

    def store(self, register: int, value: int, core: int) -> None:
        if not BELL_OUT_SET <= register <= BELL_IN_CLEAR:
            super().store(register, value, core)
            return
        whose = core if register >= BELL_IN_SET else core ^ 1
        if register in (BELL_OUT_SET, BELL_IN_SET):
            self._bells[whose] |= value & BELLS
        else:
            self._bells[whose] &= ~value
        self._interrupts()

    def _interrupts(self) -> None:
        for core in range(CORES):
            levels = self._mailboxes.interrupts(core), bool(self._bells[core])
            for number, level in zip(self.interrupts, levels, strict=False):
                self.host.set_interrupt(number, level, core)

    # --- coprocessor 0 (pico-sdk, hardware/gpio_coproc.h) ---

    def _execute(self, instruction: int, first: int, second: int) -> int | None:
        """MCR, MCRR, MRC and MRRC; None for what is none of the SDK's."""
        two = instruction >> 21 & 0x77F == 0x762
        reads = bool(instruction >> 20 & 1)
        action = instruction >> 4 & 0xF if two else instruction >> 21 & 7
        place = instruction & 0xF
        bank, kind = (0, place) if two else (place & 1, place & ~1)
        if kind not in (OUT, ENABLE, INPUT):
            return None
        if reads:
            low, high = self._levels(kind)
            return low | high << 32 if two else (low, high)[bank]
        if kind == INPUT:
            return None
        if action < 4:
            self._drive(PinRegister(bank, kind == ENABLE, ACTIONS[action]), first)
            if two:
                self._drive(PinRegister(1, kind == ENABLE, ACTIONS[action]), second)
            return 0
        if two and 8 <= action < 12 and second < 2:
            self._drive(PinRegister(second, kind == ENABLE, ACTIONS[action - 8]), first)
            return 0
        return self._one_pin(action, kind == ENABLE, first, second if two else None)

    def _levels(self, kind: int) -> tuple[int, int]:
        if kind == INPUT:
            low, high = (self._pins.inputs(b) & self.bank_bits[b] for b in range(2))
            return low, high
        state = self._pins.out if kind == OUT else self._pins.enabled
        return state[0], state[1]

    def _one_pin(self, action: int, enables: bool, pin: int, value: int | None) -> int | None:
        """A pin by its number: with a value (MCRR), or flipped, set or cleared (MCR)."""
        bank, bit = divmod(pin, 32)
        if bank > 1:
            return None
        if value is not None:
            # Opcodes 4 to 7: put, flip if, set if, clear if the value is not 0.
            if action != 4 and not value:
                return 0
            done = {4: SET if value else CLEAR, 5: XOR, 6: SET, 7: CLEAR}.get(action & 7)
        else:
            done = {5: XOR, 6: SET, 7: CLEAR}.get(action)
        if done is None:
            return None
        self._drive(PinRegister(bank, enables, ACTIONS[done]), 1 << bit)
        return 0
