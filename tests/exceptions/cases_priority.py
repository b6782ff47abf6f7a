"""Priorities, masks, the NVIC's registers and SysTick."""

from __future__ import annotations

from case import Case

ORDER = """
void IRQ0_Handler(void) { note(0); } void IRQ1_Handler(void) { note(1); }
void IRQ2_Handler(void) { note(2); } void IRQ3_Handler(void) { note(3); }
static void all(void) { ISER = 15; CPSID(); ISPR = 15; CPSIE(); }
"""
NESTED = """
void IRQ1_Handler(void) { note(0x10 | IABR); }
void IRQ0_Handler(void) { note(1); PEND(1); SYNC(); note(2); }
"""

CASES = [
    Case(
        "priority order",
        "B1.5.4: the lowest value is taken first",
        ORDER
        + """int main(void) { IRQ_PRIORITY(0) = 0x60; IRQ_PRIORITY(1) = 0x20;
IRQ_PRIORITY(2) = 0xE0; IRQ_PRIORITY(3) = 0x40; all(); }""",
        (1, 3, 0, 2),
    ),
    Case(
        "equal priorities",
        "B1.5.4: of equal priorities, the lowest number is taken first",
        ORDER + "int main(void) { all(); }",
        (0, 1, 2, 3),
    ),
    Case(
        "preemption",
        "B1.5.4: a more urgent exception preempts a handler",
        NESTED
        + """int main(void) { IRQ_PRIORITY(0) = 0x80; IRQ_PRIORITY(1) = 0x40; ISER = 3; PEND(0);
SYNC(); note(3); }""",
        (1, 0x13, 2, 3),
    ),
    Case(
        "no preemption by equals",
        "B1.5.4: an equal priority waits for the handler's end",
        NESTED
        + """int main(void) { IRQ_PRIORITY(0) = 0x80; IRQ_PRIORITY(1) = 0x80; ISER = 3; PEND(0);
SYNC(); note(3); }""",
        (1, 2, 0x12, 3),
    ),
    Case(
        "grouping",
        "B1.5.4: the subpriority orders, but does not preempt",
        ORDER
        + """int main(void) { AIRCR = 0x05FA0600; note(AIRCR); IRQ_PRIORITY(0) = 0xE0;
IRQ_PRIORITY(1) = 0xC0; IRQ_PRIORITY(2) = 0x80; IRQ_PRIORITY(3) = 0x60; all(); }""",
        (0xFA050600, 3, 2, 1, 0),
    ),
    Case(
        "grouping and preemption",
        "B1.5.4: within a group there is no preemption",
        NESTED
        + """int main(void) { AIRCR = 0x05FA0600; IRQ_PRIORITY(0) = 0xC0; IRQ_PRIORITY(1) = 0x80;
ISER = 3; PEND(0); SYNC(); note(3); }""",
        (1, 2, 0x12, 3),
    ),
    Case(
        "AIRCR key",
        "B3.2.6: a write without VECTKEY is ignored",
        "int main(void) { AIRCR = 0x05FB0700; note(AIRCR); }",
        (0xFA050000,),
    ),
    Case(
        "PRIMASK",
        "B1.4.3, B1.5.4: CPSIE lets a pending exception in before what follows",
        """void IRQ0_Handler(void) { note(2); }
int main(void) { ENABLE(0); CPSID(); PEND(0); SYNC(); note(1); note(MRS(primask)); CPSIE();
note(3); note(MRS(primask)); }""",
        (1, 1, 2, 3, 0),
    ),
    Case(
        "PRIMASK in a long loop",
        "B1.4.3: what became pending long ago is taken at CPSIE",
        """static volatile uint32_t n; void SysTick_Handler(void) { ++n; }
int main(void) { CPSID(); SYST_RVR = 1000; SYST_CVR = 0; SYST_CSR = 7;
for (volatile int i = 0; i < 20000; ++i) {} SYST_CSR = 5; note(n); CPSIE(); note(n); }""",
        (0, 1),
    ),
    Case(
        "PRIMASK by MSR",
        "B5.2.3: MSR PRIMASK acts as CPS does",
        """void IRQ0_Handler(void) { note(2); }
int main(void) { ENABLE(0); MSR(primask, 1); PEND(0); SYNC(); note(1); MSR(primask, 0); note(3);
}""",
        (1, 2, 3),
    ),
    Case(
        "PRIMASK and NMI",
        "B1.5.4: PRIMASK raises to priority 0; NMI and HardFault are above",
        """void NMI_Handler(void) { note(MRS(ipsr)); }
int main(void) { CPSID(); ICSR = NMIPENDSET; SYNC(); note(1); }""",
        (2, 1),
    ),
    Case(
        "FAULTMASK",
        "B1.4.3: FAULTMASK raises to -1: only NMI gets through",
        """void IRQ0_Handler(void) { note(0); } void NMI_Handler(void) { note(2); }
int main(void) { ENABLE(0); __asm volatile("cpsid f"); PEND(0); SYNC(); note(MRS(faultmask));
ICSR = NMIPENDSET; SYNC(); note(3); note(MRS(faultmask)); __asm volatile("cpsie f\\n isb"); note(4);
}""",
        (1, 2, 3, 1, 0, 4),
    ),
    Case(
        "FAULTMASK falls on return",
        "B1.5.8, DeActivate(): return from all but NMI clears FAULTMASK",
        """void IRQ0_Handler(void) { __asm volatile("cpsid f"); note(MRS(faultmask)); }
int main(void) { ENABLE(0); PEND(0); SYNC(); note(MRS(faultmask)); }""",
        (1, 0),
    ),
    Case(
        "BASEPRI",
        "B1.4.3: BASEPRI keeps out its own value and all above",
        ORDER
        + """int main(void) { IRQ_PRIORITY(0) = 0x20; IRQ_PRIORITY(1) = 0x40;
IRQ_PRIORITY(2) = 0x60;
IRQ_PRIORITY(3) = 0x80; MSR(basepri, 0x60); all(); note(9); MSR(basepri, 0x80); note(8);
MSR(basepri, 0); }""",
        (0, 1, 9, 2, 8, 3),
    ),
    Case(
        "BASEPRI_MAX",
        "B5.2.3: MSR BASEPRI_MAX only raises the mask",
        """int main(void) { MSR(basepri_max, 0x80); note(MRS(basepri)); MSR(basepri_max, 0xC0);
note(MRS(basepri)); MSR(basepri_max, 0x40); note(MRS(basepri)); MSR(basepri_max, 0);
note(MRS(basepri)); MSR(basepri, 0xE0); note(MRS(basepri_max)); }""",
        (0x80, 0x80, 0x40, 0x40, 0xE0),
    ),
    Case(
        "unimplemented priority bits",
        "B1.4.3, B3.4.9: three bits on the nRF52840; the others read as zero and mask nothing",
        """void IRQ0_Handler(void) { note(1); }
int main(void) { IRQ_PRIORITY(0) = 0xFF; note(IRQ_PRIORITY(0)); MSR(basepri, 0x1F);
note(MRS(basepri)); ENABLE(0); PEND(0); SYNC(); }""",
        (0xE0, 0, 1),
        qemu="its MPS2 implements eight bits, as the manual allows",
    ),
    Case(
        "pending and enabled",
        "B3.4.3 to B3.4.7: ISER, ICER, ISPR, ICPR show and change their bits",
        """void IRQ0_Handler(void) { note(IABR); note(ISPR); }
int main(void) { PEND(0); PEND(2); note(ISPR); note(ICPR); note(ISER); ICPR = 4; note(ISPR);
ENABLE(0); SYNC(); note(ISER); ICER = 1; note(ICER); PEND(0); SYNC(); note(ISPR); note(IABR); }""",
        (5, 5, 0, 1, 1, 0, 1, 0, 1, 0),
    ),
    Case(
        "software trigger",
        "B3.2.26: STIR pends the interrupt of its number",
        """void IRQ3_Handler(void) { note(MRS(ipsr)); }
int main(void) { ENABLE(3); STIR = 3; SYNC(); note(1); }""",
        (19, 1),
    ),
    Case(
        "priority bytes",
        "B3.4.9: priorities are bytes, halfwords or words",
        """int main(void) { REG(0xE000E404) = 0xE0C0A080; note(IRQ_PRIORITY(5));
*(volatile uint16_t *)0xE000E406 = 0x2040; note(REG(0xE000E404)); IRQ_PRIORITY(4) = 0x60;
note(REG(0xE000E404)); SVC_PRIORITY = 0x40; note(REG(0xE000ED1C)); }""",
        (0xA0, 0x2040A080, 0x2040A060, 0x40000000),
    ),
    Case(
        "ICSR of an interrupt",
        "B3.2.4: VECTACTIVE, RETTOBASE, VECTPENDING, ISRPENDING",
        """void IRQ1_Handler(void) { note(ICSR & 0xFFF); }
void IRQ0_Handler(void) { note(ICSR & 0x7FFFFF); PEND(2); SYNC(); note(ICSR & 0x7FFFFF);
PEND(1); SYNC(); }
int main(void) { IRQ_PRIORITY(0) = 0x80; IRQ_PRIORITY(1) = 0x40; IRQ_PRIORITY(2) = 0xC0;
ISER = 7; ICER = 0; note(ICSR & 0x1FF); MSR(basepri, 0xC0); PEND(0);
SYNC(); }""",
        (0, 0x810, 0x412810, 0x011),
    ),
    Case(
        "pending bits of ICSR",
        "B3.2.4: PENDSVSET, PENDSVCLR, PENDSTSET, PENDSTCLR",
        """int main(void) { CPSID(); ICSR = PENDSVSET | 1u << 26; note(ICSR >> 25 & 15);
ICSR = PENDSVCLR; note(ICSR >> 25 & 15); ICSR = 1u << 25; note(ICSR >> 25 & 15); CPSIE(); }""",
        (10, 2, 0),
    ),
    Case(
        "handler that masks itself",
        "B1.5.4: BASEPRI set in a handler keeps others out until it is lowered",
        """void IRQ1_Handler(void) { note(1); }
void IRQ0_Handler(void) { MSR(basepri, 0x20); PEND(1); SYNC(); note(2); MSR(basepri, 0); note(3); }
int main(void) { IRQ_PRIORITY(0) = 0x80; IRQ_PRIORITY(1) = 0x40; ISER = 3; PEND(0); SYNC(); }""",
        (2, 1, 3),
    ),
    Case(
        "NMI in a handler",
        "B1.5.4: NMI preempts everything",
        """void NMI_Handler(void) { note(MRS(ipsr)); }
void SVC_Handler(void) { ICSR = NMIPENDSET; SYNC(); note(1); }
int main(void) { SVC_PRIORITY = 0; SVC(0); note(3); }""",
        (2, 1, 3),
    ),
    Case(
        "SysTick counts",
        "B3.3.3: CVR counts down, COUNTFLAG is set at zero and cleared by a read",
        """int main(void) { SYST_RVR = 50000; SYST_CVR = 5; SYST_CSR = 5;
uint32_t a = SYST_CVR, b = SYST_CVR, flag = 0; note(a == 0 || a > b); note(b <= 50000);
for (int i = 0; i < 2000000 && !flag; ++i) flag = SYST_CSR & 1u << 16;
note(flag); note(SYST_CSR); }""",
        (1, 1, 1 << 16, 5),
    ),
    Case(
        "COUNTFLAG within straight code",
        "B3.3.3: it is set at zero, and a read clears it, whatever the core executes",
        """static void __attribute__((noinline, aligned(1024))) straight(void) { uint32_t a, b, c;
__asm volatile("movs r3, #5\\n str r3, [%3]\\n .rept 120\\n nop\\n .endr\\n ldr %0, [%3]\\n"
"ldr %1, [%3]\\n isb\\n ldr %2, [%3]" : "=&l"(a), "=&l"(b), "=&l"(c) : "l"(&SYST_CSR) : "r3",
"memory"); note(a >> 16); note(b >> 16); note(c >> 16); }
int main(void) { SYST_CSR = 0; SYST_RVR = 90; SYST_CVR = 0; straight(); }""",
        (1, 0, 0),
        qemu="its time is the host's",
    ),
    Case(
        "SysTick at zero within straight code",
        "B3.3.1: its exception is pending from zero on, whatever is written to the timer then",
        """static volatile uint32_t n; void SysTick_Handler(void) { ++n; SYST_CSR = 4; }
#define STRAIGHT(last) SYST_CSR = 4; SYST_RVR = 90; SYST_CVR = 0; __asm volatile( \
"movs r3, #7\\n str r3, [%0]\\n .rept 120\\n nop\\n .endr\\n" last : : "l"(&SYST_CSR) : "r3", \
"memory"); SYNC(); SYST_CSR = 4; note(n)
static void __attribute__((noinline, aligned(1024))) cleared(void) { STRAIGHT("str r3, [%0, #8]"); }
static void __attribute__((noinline, aligned(1024))) off(void) {
STRAIGHT("movs r3, #5\\n str r3, [%0]"); }
static void __attribute__((noinline, aligned(1024))) masked(void) {
CPSID(); STRAIGHT("ldr r3, [%0, #4]\\n str r3, [%0, #8]"); note(ICSR >> 26 & 1); CPSIE(); note(n); }
int main(void) { cleared(); off(); masked(); }""",
        (1, 2, 2, 1, 3),
        qemu="its time is the host's",
    ),
    Case(
        "SysTick write to CVR",
        "B3.3.5: any write clears CVR and COUNTFLAG, and pends nothing",
        """int main(void) { SYST_RVR = 200; SYST_CVR = 0; SYST_CSR = 5;
for (volatile int i = 0; i < 5000; ++i) {} SYST_CVR = 123; note(SYST_CSR >> 16 & 1); SYST_CSR = 4;
SYST_CVR = 9; note(SYST_CVR); note(ICSR >> 26 & 1); }""",
        (0, 0, 0),
    ),
    Case(
        "SysTick reload",
        "B3.3.4: a new RVR counts from the next reload on",
        """static volatile uint32_t n; void SysTick_Handler(void) { ++n; }
int main(void) { SYST_RVR = 5000; SYST_CVR = 0; SYST_CSR = 7; while (SYST_CVR == 0) {}
SYST_RVR = 0xFFFFFF; note(SYST_CVR <= 5000); while (n == 0) {} note(SYST_CVR > 0xF00000); }""",
        (1, 1),
    ),
    Case(
        "SysTick off at reload 0",
        "B3.3.1: with RVR 0 the counter stops at zero",
        """static volatile uint32_t n; void SysTick_Handler(void) { ++n; SYST_RVR = 0; }
int main(void) { SYST_RVR = 1000; SYST_CVR = 0; SYST_CSR = 7;
for (volatile int i = 0; i < 100000; ++i) {} note(n <= 2 && n >= 1); note(SYST_CVR); }""",
        (1, 0),
    ),
    Case(
        "SysTick reload after 0",
        "B3.3.1: held at zero with RVR 0, the counter loads a new RVR with the next tick",
        """static volatile uint32_t n; void SysTick_Handler(void) { ++n; }
static uint32_t counts(void) { n = 0; for (volatile int i = 0; i < 20000; ++i) {} return n > 1; }
int main(void) { SYST_RVR = 0; SYST_CVR = 0; SYST_CSR = 7; note(counts()); note(SYST_CVR);
SYST_RVR = 1000; note(counts()); SYST_RVR = 0; counts(); note(counts()); SYST_RVR = 1000;
note(counts()); }""",
        (0, 0, 1, 0, 1),
        qemu="its timer stays disabled",
    ),
    Case(
        "SysTick without TICKINT",
        "B3.3.3: no exception, but COUNTFLAG",
        """void SysTick_Handler(void) { note(0xBAD); }
int main(void) { SYST_RVR = 1000; SYST_CVR = 0; SYST_CSR = 5;
for (volatile int i = 0; i < 100000; ++i) {} note(SYST_CSR >> 16); }""",
        (1,),
    ),
]
