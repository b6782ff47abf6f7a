"""Peripheral protection controllers of the SSE-300, as its configuration registers drive them.

SSE-300 TRM 101773, Secure and Non-secure access configuration; QEMU 7.2 hw/misc/tz-ppc.c. Which
peripheral has which port: TF-M platform/ext/target/arm/mps3/corstone300 (platform_regs.h), AN547.
"""

from __future__ import annotations

from mcusim.devices.device import Host
from mcusim.devices.keeps import Keeps

MAIN_EXPANSION, PERIPHERAL, PERIPHERAL_EXPANSION = 0x60, 0x70, 0x80
"""Offsets of MAINNSPPCEXP0, PERIPHNSPPC0 and PERIPHNSPPCEXP0; each has four registers."""
UNPRIVILEGED = 0x40
"""From one of these to the register for unprivileged accesses of the same ports."""
PORTS: dict[int, dict[int, str]] = {
    MAIN_EXPANSION: {port: f"gpio{port}" for port in range(4)},
    PERIPHERAL: {0: "timer0", 1: "timer1", 2: "timer2", 5: "timer3"},
    PERIPHERAL + 4: {0: "slow-timer"},
    PERIPHERAL_EXPANSION: {4: "ethos-u55", 13: "mpc-bram", 14: "mpc-qspi", 15: "mpc-ddr"},
    PERIPHERAL_EXPANSION + 8: {
        0: "scc", 2: "fpgaio", **{3 + n: f"uart{n}" for n in range(6)}, 10: "lcd",
    },
}  # fmt: skip
"""By controller (the offset of its register for Non-secure accesses), peripherals by port."""
PLACES = {name: (ppc, port) for ppc, ports in PORTS.items() for port, name in ports.items()}
IMPLEMENTED = {
    **{MAIN_EXPANSION + 4 * n: 0xFFFF for n in range(4)},
    **{PERIPHERAL_EXPANSION + 4 * n: 0xFFFF for n in range(4)},
    PERIPHERAL: 0x7F,
    PERIPHERAL + 4: 0x01,
}
"""Ports of each controller, as bits."""


def interrupt_bit(ppc: int) -> int:
    """The bit of a controller in SECPPCINTSTAT and its neighbours."""
    if ppc < PERIPHERAL:
        return 20 + (ppc - MAIN_EXPANSION) // 4
    return (ppc - PERIPHERAL) // 4


class PeripheralProtection:
    """A port is open to Secure or to Non-secure accesses, and to privileged or to all of them.

    After reset that is Secure and privileged. The others read as zero and write nothing, or are a
    bus error (SECRESPCFG).
    """

    def __init__(self) -> None:
        self.with_fault = False
        self.non_secure = dict.fromkeys(IMPLEMENTED, 0)
        self.secure_user = dict.fromkeys(IMPLEMENTED, 0)
        self.non_secure_user = dict.fromkeys(IMPLEMENTED, 0)

    def apply(self, host: Host, ppc: int) -> None:
        """Has the ports of a controller as the registers say."""
        for port, name in PORTS.get(ppc, {}).items():
            host.filter_device(name, self._keeps(ppc, port))

    def apply_all(self, host: Host) -> None:
        """The same of all."""
        for ppc in PORTS:
            self.apply(host, ppc)

    def _keeps(self, ppc: int, port: int) -> Keeps:
        fault = Keeps.WITH_FAULT if self.with_fault else Keeps.NOTHING
        if self.non_secure[ppc] >> port & 1:
            all_users = self.non_secure_user[ppc] >> port & 1
            user = Keeps.NOTHING if all_users else Keeps.NON_SECURE_USER
            return Keeps.SECURE_DATA | user | fault
        user = Keeps.NOTHING if self.secure_user[ppc] >> port & 1 else Keeps.SECURE_USER
        return Keeps.NON_SECURE | user | fault
