"""Armv6-M: what the exception model of a Cortex-M0+ does (DDI0419, by section or register)."""

from __future__ import annotations

from case import Case

HARD = "WITH_FRAME(HardFault_Handler) { note(MRS(ipsr)); note(CFSR); note(HFSR); SKIP(2); }\n"
PRIORITIES = """
#define SHPR1 REG(0xE000ED18)
#define SHPR2 REG(0xE000ED1C)
#define SHPR3 REG(0xE000ED20)
#define IPR(n) REG(0xE000E400 + ((n) & ~3))
#define PUT(reg, byte, value) \\
  (reg = ((reg) & ~(255u << 8 * (byte))) | (uint32_t)(value) << 8 * (byte))
#define PRIORITY(n, value) PUT(IPR(n), (n) & 3, value)
"""
TO_PROCESS = "MSR(psp, process_stack + 256); MSR(control, 2);"
NOT_A_CORE_OF_M0 = "its Cortex-M0 has no unprivileged level, no VTOR of this size and no MPU"
RUNS_ANYWHERE = "its Cortex-M0 runs code from any address"
TAKES_BYTES = "takes narrow accesses, which are UNPREDICTABLE"

ENTRY = [
    Case(
        "supervisor call",
        "B1.5, exception numbers: SVCall is 11; the frame's PC is behind the SVC",
        """WITH_FRAME(SVC_Handler) { note(MRS(ipsr)); note(*(uint8_t *)(frame[6] - 2)); }
int main(void) { SVC(42); note(1); }""",
        (11, 42, 1),
    ),
    Case(
        "return to thread on MSP",
        "B1.5, EXC_RETURN: 0xFFFFFFF9",
        "WITH_FRAME(SVC_Handler) { note(exc_return); } int main(void) { SVC(0); }",
        (0xFFFFFFF9,),
    ),
    Case(
        "return to thread on PSP",
        "B1.5, EXC_RETURN: 0xFFFFFFFD; CONTROL.SPSEL reads as 0 in the handler",
        "WITH_FRAME(SVC_Handler) { note(exc_return); note(MRS(control)); }\n"
        "int main(void) { " + TO_PROCESS + " SVC(0); note(MRS(control)); MSR(control, 0); }",
        (0xFFFFFFFD, 0, 2),
    ),
    Case(
        "return to handler",
        "B1.5, EXC_RETURN: 0xFFFFFFF1 from an exception that preempted another",
        PRIORITIES
        + """WITH_FRAME(IRQ0_Handler) { note(exc_return); }
void SVC_Handler(void) { ENABLE(0); PEND(0); SYNC(); note(MRS(ipsr)); }
int main(void) { PUT(SHPR2, 3, 0xC0); SVC(0); }""",
        (0xFFFFFFF1, 11),
    ),
    Case(
        "frame",
        "B1.5, exception entry: r0 to r3, r12, LR, PC and xPSR are stacked in this order",
        """WITH_FRAME(SVC_Handler) { for (int i = 0; i < 6; ++i) note(frame[i]);
  note(*(uint16_t *)frame[6]); note(frame[7] >> 24 & 1); }
int main(void) { __asm volatile("movs r0, #0\\n mov r12, r0\\n movs r0, #5\\n mov lr, r0\\n"
"movs r0, #1\\n movs r1, #2\\n movs r2, #3\\n movs r3, #4\\n svc 0\\n adds r0, #9" ::: "r0", "r1",
"r2", "r3", "r12", "lr"); }""",
        (1, 2, 3, 4, 0, 5, 0x3009, 1),
    ),
    Case(
        "registers come back",
        "B1.5, exception return: the frame is loaded back, flags included",
        """void SVC_Handler(void) { __asm volatile("movs r0, #0\\n movs r1, #0\\n movs r2, #0\\n"
"movs r3, #0\\n mov r12, r0\\n cmp r0, r1" ::: "r0", "r1", "r2", "r3", "r12"); }
int main(void) { uint32_t a, b, c; __asm volatile("movs r1, #9\\n mov r12, r1\\n movs r3, #7\\n"
"movs r2, #1\\n cmp r2, #2\\n svc 0\\n mrs %2, apsr\\n mov %0, r12\\n mov %1, r3" : "=r"(a),
"=r"(b),
"=r"(c) :: "r1", "r2", "r3", "r12"); note(a); note(b); note(c >> 28); }""",
        (9, 7, 8),
    ),
    Case(
        "frame is aligned",
        "B1.5, stack alignment on exception entry: always to 8 bytes, told by xPSR bit 9",
        """WITH_FRAME(SVC_Handler) { note((uint32_t)frame & 7); note(frame[7] >> 9 & 1); }
int main(void) { uint32_t before, after; SVC(0);
__asm volatile("mov %0, sp\\n sub sp, #4\\n svc 0\\n"
"add sp, #4\\n mov %1, sp" : "=r"(before), "=r"(after) :: "memory"); note(after - before); }""",
        (0, 0, 0, 1, 0),
    ),
    Case(
        "two stacks",
        "B1.4, MSP and PSP: MSR and MRS reach each, whichever is in use",
        "int main(void) { MSR(psp, 0x20000800); note(MRS(psp)); uint32_t main_sp = MRS(msp);\n"
        "MSR(control, 2); note(SP()); note(main_sp - MRS(msp)); MSR(control, 0);\n"
        "note(SP() == main_sp); }",
        (0x20000800, 0x20000800, 0, 1),
    ),
    Case(
        "handler uses MSP",
        "B1.5, exception entry: Handler mode is always on the main stack",
        "void SVC_Handler(void) { note((SP() ^ MRS(msp))); note(MRS(control)); }\n"
        "int main(void) { " + TO_PROCESS + " SVC(0); MSR(control, 0); }",
        (0, 0),
    ),
    Case(
        "SPSEL in a handler",
        "B1.4, CONTROL: a write of SPSEL in Handler mode is ignored",
        "void SVC_Handler(void) { MSR(control, 2); note(MRS(control)); }\n"
        "int main(void) { SVC(0); note(MRS(control)); }",
        (0, 0),
    ),
    Case(
        "EXC_RETURN in thread mode",
        "B1.5, EXC_RETURN: in Thread mode it is an address, of space that never executes",
        """WITH_FRAME(HardFault_Handler) { note(MRS(ipsr)); frame[6] = frame[5] & ~1u;
  frame[7] |= 1u << 24; }
int main(void) { ((void (*)(void))0xFFFFFFF9)(); note(1); }""",
        (3, 1),
        qemu=RUNS_ANYWHERE,
    ),
    Case(
        "return by POP",
        "B1.5, EXC_RETURN: POP with PC returns as BX does",
        """__attribute__((naked)) void SVC_Handler(void) { __asm volatile("push {r4, lr}\\n"
"movs r0, #1\\n pop {r4, pc}"); }
int main(void) { SVC(0); SVC(0); note(7); }""",
        (7,),
    ),
    Case(
        "tail-chaining",
        "B1.5, tail-chaining: what waits runs next with the same EXC_RETURN",
        PRIORITIES
        + """WITH_FRAME(PendSV_Handler) { note(exc_return); note(MRS(ipsr)); }
WITH_FRAME(SVC_Handler) { ICSR = PENDSVSET; SYNC(); note(exc_return); }
int main(void) { PUT(SHPR3, 2, 0xC0); SVC(0); note(1); }""",
        (0xFFFFFFF9, 0xFFFFFFF9, 14, 1),
    ),
]

PRIORITY = [
    Case(
        "two bits of priority",
        "B1.5, priorities: four levels, in bits 7 and 6 of each field",
        PRIORITIES + "int main(void) { IPR(0) = 0xFFFFFFFF; note(IPR(0)); IPR(28) = 0x3F7FBFFF;\n"
        "note(IPR(28)); }",
        (0xC0C0C0C0, 0x004080C0),
    ),
    Case(
        "system handler priorities",
        "B3.2, SHPR2 and SHPR3: SVCall, PendSV and SysTick alone",
        PRIORITIES + "int main(void) { SHPR2 = SHPR3 = 0xFFFFFFFF; note(SHPR2); note(SHPR3); }",
        (0xC0000000, 0xC0C00000),
        qemu="keeps priorities of exceptions that Armv6-M lacks",
    ),
    Case(
        "no SHPR1",
        "B3.2: without configurable faults there is no SHPR1",
        PRIORITIES + "int main(void) { SHPR1 = 0xFFFFFFFF; note(SHPR1); }",
        (0,),
        qemu="has SHPR1",
    ),
    Case(
        "narrow accesses",
        "B3.1: priorities are accessed by words; others are UNPREDICTABLE, here ignored",
        PRIORITIES + "int main(void) { BYTE(0xE000E400) = 0xC0; note(IPR(0));\n"
        "IPR(0) = 0xC0; note(BYTE(0xE000E400)); }",
        (0, 0),
        qemu=TAKES_BYTES,
    ),
    Case(
        "preemption",
        "B1.5, priorities: the smaller number preempts, an equal one waits",
        PRIORITIES
        + """void IRQ1_Handler(void) { note(1); }
void IRQ2_Handler(void) { note(2); }
void IRQ0_Handler(void) { PEND(1); PEND(2); SYNC(); note(0); }
int main(void) { PRIORITY(0, 0x80); PRIORITY(1, 0x40); PRIORITY(2, 0x80); ISER = 7; PEND(0); SYNC();
note(9); }""",
        (1, 0, 2, 9),
    ),
    Case(
        "equal priorities",
        "B1.5, priorities: of equal ones the lower number comes first",
        """void IRQ0_Handler(void) { note(0); }
void IRQ1_Handler(void) { note(1); }
void IRQ3_Handler(void) { note(3); }
int main(void) { ISER = 15; CPSID(); PEND(3); PEND(1); PEND(0); CPSIE(); note(9); }""",
        (0, 1, 3, 9),
    ),
    Case(
        "priority before number",
        "B1.5, priorities: the more urgent one comes first, whatever its number",
        PRIORITIES
        + """void IRQ0_Handler(void) { note(0); }
void IRQ3_Handler(void) { note(3); }
int main(void) { PRIORITY(0, 0xC0); PRIORITY(3, 0x40); ISER = 9; CPSID(); PEND(0); PEND(3); CPSIE();
}""",
        (3, 0),
    ),
    Case(
        "PRIMASK",
        "B1.4, PRIMASK: raises the priority to 0; what waits runs as it is cleared",
        """void IRQ0_Handler(void) { note(0); }
int main(void) { ENABLE(0); CPSID(); note(MRS(primask)); PEND(0); SYNC(); note(1); CPSIE();
note(MRS(primask)); }""",
        (1, 1, 0, 0),
    ),
    Case(
        "PRIMASK by MSR",
        "B1.4, PRIMASK: MSR writes it as CPS does",
        """void PendSV_Handler(void) { note(14); }
int main(void) { MSR(primask, 1); ICSR = PENDSVSET; SYNC(); note(1); MSR(primask, 0); note(2); }""",
        (1, 14, 2),
    ),
    Case(
        "NMI is not masked",
        "B1.5, priorities: NMI is at -2, beyond PRIMASK",
        """void NMI_Handler(void) { note(MRS(ipsr)); }
int main(void) { CPSID(); ICSR = NMIPENDSET; SYNC(); note(1); }""",
        (2, 1),
    ),
    Case(
        "PRIMASK and SVC",
        "B1.5, escalation: an SVC that PRIMASK keeps out becomes a HardFault",
        """WITH_FRAME(HardFault_Handler) { note(MRS(ipsr)); note(*(uint8_t *)(frame[6] - 2)); }
void SVC_Handler(void) { note(0xBAD); }
int main(void) { CPSID(); SVC(3); note(1); }""",
        (3, 3, 1),
    ),
    Case(
        "SVC in an equal priority",
        "B1.5, escalation: an SVC at the handler's own priority becomes a HardFault",
        """WITH_FRAME(HardFault_Handler) { note(exc_return); }
void SVC_Handler(void) { note(0xBAD); }
void IRQ0_Handler(void) { SVC(0); note(MRS(ipsr)); }
int main(void) { ENABLE(0); PEND(0); SYNC(); }""",
        (0xFFFFFFF1, 16),
    ),
    Case(
        "no group priorities",
        "B3.2, AIRCR: there is no PRIGROUP; both bits preempt",
        PRIORITIES
        + """void IRQ1_Handler(void) { note(1); }
void IRQ0_Handler(void) { PEND(1); SYNC(); note(0); }
int main(void) { AIRCR = 0x05FA0700; note(AIRCR >> 8 & 7); PRIORITY(0, 0xC0); PRIORITY(1, 0x80);
ISER = 3; PEND(0); SYNC(); }""",
        (0, 1, 0),
    ),
    Case(
        "32 interrupts",
        "B3.4: ISER, ICER, ISPR and ICPR are one word each",
        """int main(void) { CPSID(); ISER = 0xFFFFFFFF; note(ISER); REG(0xE000E104) = 1;
note(REG(0xE000E104)); ICER = 0xFFFF0000; note(ISER); ISPR = 0x81; note(ICPR); ICPR = 0x80;
note(ISPR); }""",
        (0xFFFFFFFF, 0, 0xFFFF, 0x81, 1),
    ),
    Case(
        "the last interrupt",
        "B1.5, exception numbers: interrupt 31 is exception 47",
        """void Default_Handler(void);
int main(void) { ISER = 1u << 31; ISPR = 1u << 31; SYNC(); note(1); }""",
        (0xDEAD0000 | 47,),
    ),
    Case(
        "disabled interrupt",
        "B3.4: a disabled interrupt pends, and runs once enabled",
        """void IRQ2_Handler(void) { note(2); }
int main(void) { PEND(2); SYNC(); note(ISPR); ENABLE(2); SYNC(); note(ISPR); }""",
        (4, 2, 0),
    ),
    Case(
        "cleared interrupt",
        "B3.4, ICPR: a pending interrupt is taken back",
        """void IRQ2_Handler(void) { note(2); }
int main(void) { PEND(2); ICPR = 4; ENABLE(2); SYNC(); note(1); }""",
        (1,),
    ),
    Case(
        "PendSV",
        "B3.2, ICSR: PENDSVSET pends and PENDSVCLR takes back",
        """void PendSV_Handler(void) { note(MRS(ipsr)); }
int main(void) { CPSID(); ICSR = PENDSVSET; note(ICSR >> 28 & 1); ICSR = PENDSVCLR;
note(ICSR >> 28 & 1); CPSIE(); note(1); ICSR = PENDSVSET; SYNC(); note(2); }""",
        (1, 0, 1, 14, 2),
    ),
    Case(
        "ICSR",
        "B3.2, ICSR: VECTACTIVE, VECTPENDING and ISRPENDING; no RETTOBASE",
        """void IRQ0_Handler(void) { note(ICSR); }
int main(void) { ENABLE(0); ENABLE(3); CPSID(); PEND(3); note(ICSR); ICER = 8; PEND(0); CPSIE();
}""",
        (1 << 22 | 19 << 12, 16),
        qemu="has RETTOBASE, which is Armv7-M's, and keeps ISRPENDING for a disabled interrupt",
    ),
    Case(
        "no software trigger",
        "B3.4: there is no STIR",
        "int main(void) { STIR = 1; SYNC(); note(ISPR); }",
        (0,),
        qemu="has STIR",
    ),
    Case(
        "no active bits",
        "B3.4: there is no IABR",
        "void IRQ0_Handler(void) { note(IABR); } int main(void) { ENABLE(0); PEND(0); SYNC(); }",
        (0,),
        qemu="has IABR",
    ),
    Case(
        "SysTick",
        "B3.3: counts down, pends exception 15, COUNTFLAG is read once",
        """void SysTick_Handler(void) { note(MRS(ipsr)); SYST_CSR = 0; }
int main(void) { SYST_RVR = 999; SYST_CVR = 1; SYST_CSR = 7; while (SYST_CSR & 1); note(1);
SYST_CVR = 0; SYST_CSR = 5; while (!(SYST_CSR & 1u << 16)); note(SYST_CSR >> 16); }""",
        (15, 1, 0),
    ),
    Case(
        "SysTick by ICSR",
        "B3.2, ICSR: PENDSTSET and PENDSTCLR",
        """void SysTick_Handler(void) { note(15); }
int main(void) { CPSID(); ICSR = 1u << 26; note(ICSR >> 26 & 1); ICSR = 1u << 25;
note(ICSR >> 26 & 1); ICSR = 1u << 26; CPSIE(); }""",
        (1, 0, 15),
    ),
]

FAULTS = [
    Case(
        "undefined instruction",
        "B1.5, fault behaviour: each fault is a HardFault without a status",
        HARD + "int main(void) { UNDEFINED note(1); }",
        (3, 0, 0, 1),
        qemu="has CFSR and HFSR",
    ),
    Case(
        "read of nothing",
        "B1.5, fault behaviour: a bus error of a load; its address is the frame's",
        """WITH_FRAME(HardFault_Handler) { note(*(uint16_t *)frame[6] >> 11); note(BFAR); SKIP(2); }
int main(void) { LOAD note(1); }""",
        (0b01101, 0, 1),
        qemu="has BFAR",
    ),
    Case(
        "write to nothing",
        "B1.5, fault behaviour: a bus error of a store is precise",
        """WITH_FRAME(HardFault_Handler) { note(MRS(ipsr)); note(*(uint16_t *)frame[6]); SKIP(2); }
int main(void) { uint32_t a; __asm volatile("movs r0, #3\\n lsls r0, r0, #28\\n str r0, [r0]\\n"
"movs %0, #1" : "=l"(a) :: "r0", "memory"); note(a); }""",
        (3, 0x6000, 1),
    ),
    Case(
        "jump to nothing",
        "B1.5, fault behaviour: a bus error of a fetch; the frame's PC is the target",
        """WITH_FRAME(HardFault_Handler) { note(frame[6]); frame[6] = frame[5] & ~1u; }
int main(void) { ((void (*)(void))(UNMAPPED + 1))(); note(1); }""",
        (0x30000000, 1),
    ),
    Case(
        "jump to peripherals",
        "B3.1, memory map: peripheral space never executes",
        """WITH_FRAME(HardFault_Handler) { note(frame[6]); frame[6] = frame[5] & ~1u; }
int main(void) { ((void (*)(void))0x50000001)(); note(1); }""",
        (0x50000000, 1),
        qemu=RUNS_ANYWHERE,
    ),
    Case(
        "no Thumb bit",
        "A4.1: a jump to an even address faults",
        """WITH_FRAME(HardFault_Handler) { note(MRS(ipsr)); frame[6] = frame[5] & ~1u;
  frame[7] |= 1u << 24; }
void target(void) { note(0xBAD); }
int main(void) { ((void (*)(void))((uint32_t)target & ~1u))(); note(1); }""",
        (3, 1),
    ),
    *(
        Case(
            f"unaligned {name}",
            "A3.2: each unaligned access faults, and changes nothing",
            """WITH_FRAME(HardFault_Handler) { note(MRS(ipsr)); SKIP(2); }
int main(void) { uint32_t a; REG(region) = 0x11223344; __asm volatile("movs r3, #7\\n mov r0, %1\\n"
"adds r0, #OFFSET\\n WHAT\\n mov %0, r3" : "=r"(a) : "r"(region) : "r0", "r1", "r2", "r3",
"memory");
note(a); note(REG(region)); }""".replace("WHAT", what).replace("OFFSET", str(offset)),
            (3, 7, 0x11223344),
        )
        for name, what, offset in (
            ("LDR", "ldr r3, [r0]", 2),
            ("LDRH", "ldrh r3, [r0]", 1),
            ("STR", "str r3, [r0]", 2),
            ("STRH", "strh r3, [r0]", 1),
            ("LDM", "ldmia r0!, {r1, r2}", 2),
            ("STM", "stmia r0!, {r1, r2}", 1),
        )
    ),
    *(
        Case(
            f"no {name}",
            "A5, instruction set: Armv6-M has no such instruction",
            "WITH_FRAME(HardFault_Handler) { note(MRS(ipsr)); note(*(uint16_t *)frame[6]);\n"
            f"  SKIP({size}); }}\n"
            'int main(void) { __asm volatile(".balign 4\\n movs r0, #0\\n movs r1, #0\\n'
            f'{code}\\n nop" ::: "r0", "r1"); note(1); }}',
            (3, half, 1),
            qemu=qemu,
        )
        for name, code, half, size, qemu in (
            ("UDIV", ".inst.w 0xfbb0f0f1", 0xFBB0, 4, ""),
            ("LDREX", ".inst.w 0xe8500f00", 0xE850, 4, ""),
            ("MOVW", ".inst.w 0xf2400000", 0xF240, 4, ""),
            ("wide LDR", ".inst.w 0xf8d10000", 0xF8D1, 4, ""),
            ("BFI", ".inst.w 0xf3600007", 0xF360, 4, ""),
            ("CLREX", ".inst.w 0xf3bf8f2f", 0xF3BF, 4, ""),
            ("FPU", ".inst.w 0xee300a00", 0xEE30, 4, ""),
            ("IT", ".inst.n 0xbf08", 0xBF08, 2, "takes IT, CBZ and CPSID f"),
            ("CBZ", ".inst.n 0xb100", 0xB100, 2, "takes IT, CBZ and CPSID f"),
            ("CPSID f", ".inst.n 0xb671", 0xB671, 2, "takes IT, CBZ and CPSID f"),
        )
    ),
    Case(
        "breakpoint without debugger",
        "B1.5, fault behaviour: BKPT is a HardFault",
        "WITH_FRAME(HardFault_Handler) { note(*(uint16_t *)frame[6]); SKIP(2); }\n"
        'int main(void) { __asm volatile("bkpt 1"); note(1); }',
        (0xBE01, 1),
    ),
    Case(
        "stack of nothing",
        "B1.5, exceptions on exception entry: a frame that can't be stored is a HardFault",
        """void SVC_Handler(void) { note(0xBAD); }
void HardFault_Handler(void) { note(MRS(ipsr)); note(MRS(psp) >> 28); finish(); }
int main(void) { MSR(psp, 0x30000100); MSR(control, 2); SVC(0); note(0xBAD); }""",
        (3, 3),
        qemu="has no fault on this memory",
    ),
    Case(
        "fault in a handler",
        "B1.5, escalation: HardFault preempts any handler but NMI",
        """WITH_FRAME(HardFault_Handler) { note(exc_return); SKIP(2); }
void IRQ0_Handler(void) { UNDEFINED note(MRS(ipsr)); }
int main(void) { ENABLE(0); PEND(0); SYNC(); }""",
        (0xFFFFFFF1, 16),
    ),
    Case(
        "lock-up of a fault in HardFault",
        "B1.5, unrecoverable exceptions: a fault at priority -1 locks up",
        "void HardFault_Handler(void) { note(1); UNDEFINED note(0xBAD); finish(); }\n"
        "int main(void) { UNDEFINED note(0xBAD); }",
        (),
        qemu="stops with an error",
        outcome="fault",
    ),
    Case(
        "lock-up of an SVC in HardFault",
        "B1.5, unrecoverable exceptions: so does an SVC",
        "void HardFault_Handler(void) { SVC(0); note(0xBAD); finish(); }\n"
        "int main(void) { UNDEFINED note(0xBAD); }",
        (),
        qemu="stops with an error",
        outcome="fault",
    ),
    Case(
        "NMI in HardFault",
        "B1.5, priorities: NMI preempts HardFault",
        """void NMI_Handler(void) { note(2); }
WITH_FRAME(HardFault_Handler) { ICSR = NMIPENDSET; SYNC(); note(3); SKIP(2); }
int main(void) { UNDEFINED note(1); }""",
        (2, 3, 1),
    ),
]

REGISTERS = [
    Case(
        "CCR",
        "B3.2, CCR: STKALIGN and UNALIGN_TRP read as one, and nothing can be written",
        "int main(void) { note(CCR); CCR = 0; note(CCR); CCR = 0xFFFFFFFF; note(CCR); }",
        (0x208, 0x208, 0x208),
        qemu="can be written",
    ),
    Case(
        "AIRCR",
        "B3.2, AIRCR: VECTKEY reads as 0xFA05, as in Armv7-M; little-endian",
        "int main(void) { note(AIRCR); }",
        (0xFA050000,),
    ),
    Case(
        "SCR",
        "B3.2, SCR: SLEEPONEXIT, SLEEPDEEP and SEVONPEND",
        "int main(void) { SCR = 0xFFFFFFFF; note(SCR); SCR = 0; }",
        (0x16,),
        qemu="its Cortex-M0 has no SCR",
    ),
    Case(
        "CPUID",
        "DDI0484C, CPUID: Armv6-M (architecture 0xC), part 0xC60",
        "int main(void) { note(REG(0xE000ED00)); }",
        (0x410CC601,),
        qemu="is a Cortex-M0",
    ),
    Case(
        "no fault status",
        "B3.2: CFSR, HFSR, MMFAR, BFAR, SHCSR, CPACR and the feature registers read as zero",
        """int main(void) { static const uint16_t at[] = {0xD24, 0xD28, 0xD2C, 0xD34, 0xD38, 0xD40,
0xD48, 0xD60, 0xD88, 0xF34, 0xF40}; uint32_t all = 0; for (int i = 0; i < 11; ++i) {
REG(0xE000E000 + at[i]) = 0xFFFFFFFF; all |= REG(0xE000E000 + at[i]); } note(all); }""",
        (0,),
        qemu="has some of them",
    ),
    Case(
        "VTOR",
        "B3.2, VTOR: an option; the table may lie in RAM",
        """extern void *const vectors[64]; static void *copy[64] __attribute__((aligned(256)));
static void other(void) { note(0x77); }
int main(void) { for (int i = 0; i < 48; ++i) copy[i] = vectors[i]; copy[11] = other;
VTOR = (uint32_t)copy; SYNC(); note(VTOR == (uint32_t)copy); SVC(0); VTOR = 0xFF; note(VTOR); }""",
        (1, 0x77, 0),
        qemu=NOT_A_CORE_OF_M0,
    ),
    Case(
        "system reset request",
        "B3.2, AIRCR: a write without the key is ignored",
        "int main(void) { AIRCR = 4; SYNC(); note(1); }",
        (1,),
    ),
]

PRIVILEGE = [
    Case(
        "unprivileged thread",
        "B1.4, CONTROL.nPRIV: an option; MSR can't give the privilege back, nor mask",
        """void SVC_Handler(void) { note(MRS(control)); MSR(control, 0); }
int main(void) { MSR(control, 1); note(MRS(control)); MSR(control, 0); note(MRS(control)); CPSID();
MSR(primask, 1); note(MRS(primask)); SVC(0); note(MRS(control)); note(MRS(primask)); }""",
        (1, 1, 0, 1, 0, 0),
        qemu=NOT_A_CORE_OF_M0,
    ),
    Case(
        "unprivileged access of the SCS",
        "B3.1, system control space: unprivileged access faults",
        """WITH_FRAME(HardFault_Handler) { note(MRS(ipsr)); MSR(control, 0); SKIP(2); }
int main(void) { MSR(control, 1); __asm volatile("ldr r0, =0xE000ED00\\n ldr r0, [r0]" ::: "r0");
note(REG(0xE000ED00) >> 24); }""",
        (3, 0x41),
        qemu=NOT_A_CORE_OF_M0,
    ),
    Case(
        "unprivileged on PSP",
        "B1.5: a handler is privileged, and its return is not",
        "WITH_FRAME(SVC_Handler) { note(exc_return); note(ICSR & 0x1FF); }\n"
        "static void rest(void) { SVC(0); note(MRS(control)); finish(); }\n"
        "int main(void) { on_process_stack(rest, 3); }",
        (0xFFFFFFFD, 11, 3),
        qemu=NOT_A_CORE_OF_M0,
    ),
    Case(
        "MPU registers",
        "B3.5: eight regions of 256 bytes and more, without TEX",
        """int main(void) { note(MPU_TYPE); MPU_RNR = 5; MPU_RBAR = 0x200001E5; note(MPU_RBAR);
MPU_RASR = 0xFFFFFFFE; note(MPU_RASR); MPU_RASR = 0; }""",
        (0x800, 0x20000105, 0x1707FF3E),
        qemu=NOT_A_CORE_OF_M0,
    ),
    Case(
        "MPU: no access",
        "B3.5: what a region forbids is a HardFault",
        """WITH_FRAME(HardFault_Handler) { note(*(uint16_t *)frame[6] >> 11); SKIP(2); }
int main(void) { MPU_RBAR = (uint32_t)region | 1 << 4; MPU_RASR = NONE | 11 << 1 | 1; MPU_CTRL = 5;
SYNC(); uint32_t at = (uint32_t)region; __asm volatile("ldr r0, [%0]\\n str r0, [%0]" :: "l"(at) :
"r0", "memory"); MPU_CTRL = 0; SYNC(); note(REG(at)); }""",
        (0b01101, 0b01100, 0),
        qemu=NOT_A_CORE_OF_M0,
    ),
    Case(
        "MPU: background",
        "B3.5, PRIVDEFENA: without it, what no region covers is forbidden",
        """WITH_FRAME(HardFault_Handler) { note(MRS(ipsr)); SKIP(2); }
int main(void) { MPU_RBAR = 0 | 1 << 4; MPU_RASR = FULL | 15 << 1 | 1;
MPU_RBAR = 0x20000000 | 1 << 4 | 1; MPU_RASR = FULL | 11 << 1 | 1;
MPU_RBAR = 0x20003000 | 1 << 4 | 2; MPU_RASR = FULL | 11 << 1 | 1; MPU_CTRL = 1; SYNC();
uint32_t at = 0x20002800; __asm volatile("ldr r0, [%0]" :: "l"(at) : "r0"); MPU_CTRL = 0;
note(1); }""",
        (3, 1),
        qemu=NOT_A_CORE_OF_M0,
    ),
    Case(
        "MPU: execute never",
        "B3.5, XN",
        """WITH_FRAME(HardFault_Handler) { note(frame[6] == (uint32_t)region);
frame[6] = frame[5] & ~1u; }
int main(void) { *(uint16_t *)region = 0x4770; SYNC(); ((void (*)(void))((uint32_t)region + 1))();
note(2); MPU_RBAR = (uint32_t)region | 1 << 4; MPU_RASR = 1u << 28 | FULL | 11 << 1 | 1;
MPU_CTRL = 5;
SYNC(); ((void (*)(void))((uint32_t)region + 1))(); note(3); }""",
        (2, 1, 3),
        qemu=NOT_A_CORE_OF_M0,
    ),
]

SLEEP = [
    Case(
        "WFI wakes behind PRIMASK",
        "B1.5, WFI: ends for what would preempt were PRIMASK clear",
        """void SysTick_Handler(void) { note(15); SYST_CSR = 0; }
int main(void) { CPSID(); SYST_RVR = 500; SYST_CVR = 0; SYST_CSR = 7; __asm volatile("wfi");
note(1);
CPSIE(); }""",
        (1, 15),
    ),
    Case(
        "WFE and SEV",
        "B1.5, WFE: an event that has come already ends it at once",
        'int main(void) { __asm volatile("sev\\n wfe"); note(1); }',
        (1,),
    ),
    Case(
        "SLEEPONEXIT",
        "B3.2, SCR: on return to Thread mode the core sleeps",
        """static volatile int count;
void SysTick_Handler(void) { if (++count == 3) { SCR = 0; SYST_CSR = 0; } }
int main(void) { SYST_RVR = 300; SYST_CVR = 0; SCR = 2; SYST_CSR = 7; __asm volatile("wfi");
note(count); }""",
        (3,),
        qemu="its Cortex-M0 has no SCR",
    ),
]

CASES = [*ENTRY, *PRIORITY, *FAULTS, *REGISTERS, *PRIVILEGE, *SLEEP]
