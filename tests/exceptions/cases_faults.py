"""Faults: their status, escalation, lock-up, and errors of entry and return themselves."""

from __future__ import annotations

from case import Case

USAGE = "WITH_FRAME(UsageFault_Handler) { SHOW SKIP(2); }\n"
HARD = "WITH_FRAME(HardFault_Handler) { SHOW SKIP(2); }\n"
FORCED = 1 << 30

CASES = [
    Case(
        "undefined instruction",
        "B1.5.14, B3.2.15: UNDEFINSTR; the return address is that of the instruction",
        USAGE.replace("SKIP(2)", "note(*(uint16_t *)frame[6]); SKIP(2)")
        + "int main(void) { SHCSR = FAULTS_ON; UNDEFINED note(1); }",
        (6, 1 << 16, 0, 0xDE00, 1),
    ),
    Case(
        "disabled fault",
        "B1.5.11: a fault that is not enabled becomes a HardFault, HFSR.FORCED",
        HARD + "int main(void) { UNDEFINED note(1); }",
        (3, 1 << 16, FORCED, 1),
    ),
    Case(
        "masked fault",
        "B1.5.11: a fault that BASEPRI keeps out becomes a HardFault",
        HARD
        + """int main(void) { SHCSR = FAULTS_ON; USAGE_PRIORITY = 0x80; MSR(basepri, 0x40);
UNDEFINED note(1);
}""",
        (3, 1 << 16, FORCED, 1),
    ),
    Case(
        "read of nothing",
        "B3.2.15, B3.2.18: PRECISERR, BFARVALID, BFAR",
        "WITH_FRAME(BusFault_Handler) { note(BFAR); SHOW SKIP(2); }\n"
        + "int main(void) { SHCSR = FAULTS_ON; LOAD note(1); }",
        (0x30000000, 5, 0x8200, 0, 1),
    ),
    Case(
        "read of nothing, disabled",
        "B1.5.11: escalated, the status stays that of the BusFault",
        HARD + "int main(void) { LOAD note(BFAR); }",
        (3, 0x8200, FORCED, 0x30000000),
    ),
    Case(
        "precise registers",
        "B1.5.14: at a precise fault nothing behind the instruction has happened",
        """WITH_FRAME(BusFault_Handler) { note(frame[1]); note(frame[2]); note(frame[7] >> 30);
  SKIP(2); }
int main(void) { SHCSR = FAULTS_ON; uint32_t a, b; __asm volatile(
  "mov r1, #1\\n mov r2, #2\\n ldr r3, =0x30000000\\n cmp r1, #1\\n str r1, [r3]\\n add r1, #5\\n"
  "add r2, #5\\n cmp r1, #1\\n mov %0, r1\\n mov %1, r2" : "=r"(a), "=r"(b) :: "r1", "r2", "r3");
note(a); note(b); }""",
        (1, 2, 1, 6, 7),
    ),
    Case(
        "load multiple of nothing",
        "B1.5.14: a load that fails leaves its base register",
        """WITH_FRAME(BusFault_Handler) { note(frame[0]); note(BFAR); SKIP(2); }
int main(void) { SHCSR = FAULTS_ON; __asm volatile("ldr r0, =0x30000000\\n ldmia r0!, {r1, r2}"
::: "r0", "r1", "r2"); }""",
        (0x30000000, 0x30000000),
    ),
    Case(
        "jump to nothing",
        "B3.2.15: IBUSERR; the stacked address is the target",
        """WITH_FRAME(BusFault_Handler) { note(frame[6]); SHOW frame[6] = frame[5] & ~1u; }
int main(void) { SHCSR = FAULTS_ON; ((void (*)(void))(UNMAPPED + 1))(); note(1); }""",
        (0x30000000, 5, 1 << 8, 0, 1),
    ),
    Case(
        "jump to peripherals",
        "B3.1, table B3-1: peripheral space never executes: MemManage, IACCVIOL",
        """WITH_FRAME(MemManage_Handler) { note(frame[6]); SHOW frame[6] = frame[5] & ~1u; }
int main(void) { SHCSR = FAULTS_ON; ((void (*)(void))0x50000001)(); note(1); }""",
        (0x50000000, 4, 1, 0, 1),
    ),
    Case(
        "EXC_RETURN in thread mode",
        "B1.5.8: in thread mode it is an address, of space that never executes",
        """WITH_FRAME(MemManage_Handler) { SHOW frame[6] = frame[5] & ~1u; }
int main(void) { SHCSR = FAULTS_ON; ((void (*)(void))0xFFFFFFF9)(); note(1); }""",
        (4, 1, 0, 1),
    ),
    Case(
        "no Thumb bit",
        "B1.5.14: a jump to an even address is INVSTATE",
        """WITH_FRAME(UsageFault_Handler) { SHOW frame[6] = frame[5] & ~1u; frame[7] |= 1u << 24; }
void target(void) { note(0xBAD); }
int main(void) { SHCSR = FAULTS_ON; ((void (*)(void))((uint32_t)target & ~1u))(); note(1); }""",
        (6, 1 << 17, 0, 1),
    ),
    Case(
        "FPU off",
        "B3.2.20, B1.5.14: NOCP",
        """WITH_FRAME(UsageFault_Handler) { SHOW CPACR = 0xFu << 20; SYNC(); }
int main(void) { SHCSR = FAULTS_ON; CPACR = 0; SYNC(); uint32_t x;
__asm volatile("mov r0, #7\\n vmov s0, r0\\n vmov %0, s0" : "=r"(x) :: "r0"); note(x); }""",
        (6, 1 << 19, 0, 7),
    ),
    Case(
        "division by zero traps",
        "B3.2.8: with CCR.DIV_0_TRP it is DIVBYZERO",
        """WITH_FRAME(UsageFault_Handler) { SHOW note(frame[0]); SKIP(4); }
int main(void) { SHCSR = FAULTS_ON; CCR |= 1u << 4; SYNC(); uint32_t r;
__asm volatile("mov r0, #9\\n mov r1, #0\\n udiv r0, r0, r1\\n mov %0, r0" : "=r"(r) ::
"r0", "r1"); note(r); __asm volatile("mov r0, #9\\n mov r1, #0\\n sdiv r0, r0, r1" ::: "r0", "r1");
}""",
        (6, 1 << 25, 0, 9, 9, 6, 1 << 25, 0, 9),
        qemu="takes the trap with registers that are out of date",
    ),
    Case(
        "a trap behind the store to CCR",
        "B3.2.8: DIV_0_TRP and UNALIGN_TRP act from the next instruction on",
        """WITH_FRAME(UsageFault_Handler) { SHOW SKIP(4); }
int main(void) { SHCSR = FAULTS_ON; uint32_t on = CCR | 3u << 3, off = CCR, r = 7;
__asm volatile("mov r1, #0\\n str %1, [%2]\\n udiv r0, r1, r1\\n ldr.w %0, [%2, #1]\\n str %3, [%2]"
: "+r"(r) : "r"(on), "r"(&CCR), "r"(off) : "r0", "r1", "memory"); note(r); }""",
        (6, 1 << 25, 0, 6, 1 << 24, 0, 7),
        qemu="takes the trap with registers that are out of date",
    ),
    Case(
        "division by zero",
        "A7.7.125, B3.2.8: without the trap the quotient is 0",
        """int main(void) { uint32_t r; __asm volatile("mov r0, #9\\n mov r1, #0\\n"
"udiv %0, r0, r1" : "=r"(r) :: "r0", "r1"); note(r); }""",
        (0,),
    ),
    Case(
        "division by zero in an IT block",
        "B3.2.8: the return address is that of the division; nothing behind it has happened",
        """WITH_FRAME(UsageFault_Handler) { note(frame[0]); note(frame[1]); note(CFSR);
frame[1] = 3; }
int main(void) { SHCSR = FAULTS_ON; CCR |= 1u << 4; SYNC(); uint32_t r;
__asm volatile("mov r0, #9\\n mov r1, #0\\n cmp r1, #0\\n itt eq\\n udiveq r0, r0, r1\\n"
"addeq r0, #1\\n mov %0, r0" : "=r"(r) :: "r0", "r1"); note(r); }""",
        (9, 0, 1 << 25, 4),
        qemu="takes the trap with registers that are out of date",
    ),
    Case(
        "unaligned traps",
        "B3.2.8: with CCR.UNALIGN_TRP a word at an odd address is UNALIGNED",
        """WITH_FRAME(UsageFault_Handler) { SHOW SKIP(2); }
int main(void) { SHCSR = FAULTS_ON; CCR |= 1u << 3; SYNC();
__asm volatile("ldr r0, [%0]" :: "l"(region + 1) : "r0");
__asm volatile("strh r0, [%0]" :: "l"(region + 3));
__asm volatile("ldr r0, [%0]" :: "l"(region + 4) : "r0"); note(1); }""",
        (6, 1 << 24, 0, 6, 1 << 24, 0, 1),
    ),
    Case(
        "unaligned",
        "A3.2.1: without the trap LDR, LDRH, STR and STRH work at any address",
        """int main(void) { REG(region) = 0x44332211; REG(region + 4) = 0x88776655;
note(REG(region + 1)); note(*(volatile uint16_t *)(region + 3)); REG(region + 2) = 0xAABBCCDD;
note(REG(region)); }""",
        (0x55443322, 0x5544, 0xCCDD2211),
    ),
    Case(
        "unaligned LDM",
        "A3.2.1: LDM needs an aligned address whatever CCR says",
        """WITH_FRAME(UsageFault_Handler) { SHOW SKIP(2); }
int main(void) { SHCSR = FAULTS_ON;
__asm volatile("ldmia %0, {r0, r1}" :: "l"(region + 2) : "r0", "r1"); note(1); }""",
        (6, 1 << 24, 0, 1),
    ),
    Case(
        "unaligned LDRD and STRD",
        "A3.2.1: LDRD and STRD need an aligned address whatever CCR says",
        """WITH_FRAME(UsageFault_Handler) { SHOW SKIP(4); }
int main(void) { SHCSR = FAULTS_ON;
__asm volatile("ldrd r0, r1, [%0]" :: "l"(region + 2) : "r0", "r1");
__asm volatile("strd r0, r1, [%0]" :: "l"(region + 1) : "r0", "r1"); note(1); }""",
        (6, 1 << 24, 0, 6, 1 << 24, 0, 1),
    ),
    Case(
        "fault in a handler",
        "B1.5.11: a fault of the handler's own priority becomes a HardFault",
        HARD
        + """void SVC_Handler(void) { UNDEFINED note(1); }
int main(void) { SHCSR = FAULTS_ON; SVC(0); note(2); }""",
        (3, 1 << 16, FORCED, 1, 2),
    ),
    Case(
        "fault above a handler",
        "B1.5.4: a fault more urgent than the handler preempts it",
        USAGE
        + """void SVC_Handler(void) { UNDEFINED note(1); }
int main(void) { SHCSR = FAULTS_ON; SVC_PRIORITY = 0x40; SVC(0); note(2); }""",
        (6, 1 << 16, 0, 1, 2),
    ),
    Case(
        "SVC under PRIMASK",
        "B1.5.11: an SVC that can't be taken becomes a HardFault",
        "void HardFault_Handler(void) { SHOW }\n" + "int main(void) { CPSID(); SVC(0); note(1); }",
        (3, 0, FORCED, 1),
    ),
    Case(
        "SVC in its own handler",
        "B1.5.11: likewise within a handler of the same priority",
        """static int depth; void HardFault_Handler(void) { SHOW }
void SVC_Handler(void) { note(1); if (!depth++) SVC(0); note(2); }
int main(void) { SVC(0); note(3); }""",
        (1, 3, 0, FORCED, 2, 3),
    ),
    Case(
        "SVC while others pend",
        "B1.5.4: a more urgent pending interrupt does not keep SVC from being taken",
        """void SVC_Handler(void) { note(11); } void IRQ0_Handler(void) { note(16); }
int main(void) { SVC_PRIORITY = 0x80; ENABLE(0); CPSID(); PEND(0); CPSIE(); SVC(0); note(1); }""",
        (16, 11, 1),
    ),
    Case(
        "BKPT without a debugger",
        "B1.5.11, C1.6.1: HardFault with HFSR.DEBUGEVT",
        HARD + 'int main(void) { __asm volatile("bkpt #1"); note(1); }',
        (3, 0, 1 << 31, 1),
        qemu="sets FORCED instead",
    ),
    Case(
        "lock-up",
        "B1.5.15: a fault in the HardFault handler locks the core up",
        "void HardFault_Handler(void) { UNDEFINED }\nint main(void) { UNDEFINED }",
        (),
        qemu="ends with an error of its own at lock-up",
        outcome="fault",
    ),
    Case(
        "lock-up by SVC",
        "B1.5.15: SVC in HardFault locks the core up",
        "void HardFault_Handler(void) { SVC(0); note(1); }\nint main(void) { UNDEFINED }",
        (),
        qemu="ends with an error of its own at lock-up",
        outcome="fault",
    ),
    Case(
        "fault in NMI",
        "B1.5.15: a fault in the NMI handler locks the core up",
        "void NMI_Handler(void) { UNDEFINED }\nint main(void) { ICSR = NMIPENDSET; SYNC(); }",
        (),
        qemu="ends with an error of its own at lock-up",
        outcome="fault",
    ),
    Case(
        "write one to clear",
        "B3.2.15: CFSR is cleared by ones, also by bytes and halfwords",
        """WITH_FRAME(HardFault_Handler) { SKIP(2); }
int main(void) { UNDEFINED LOAD note(CFSR); *(volatile uint16_t *)0xE000ED2A = 0xFFFF; note(CFSR);
BYTE(0xE000ED29) = 2; note(CFSR); CFSR = 0xFFFFFFFF; note(CFSR); HFSR = 0xFFFFFFFF; note(HFSR);
}""",
        (0x00018200, 0x8200, 0x8000, 0, 0),
    ),
    Case(
        "SHCSR shows",
        "B3.2.13: active and pending bits of the system's handlers",
        """void PendSV_Handler(void) {} void SVC_Handler(void) { note(SHCSR); ICSR = PENDSVSET; }
WITH_FRAME(UsageFault_Handler) { note(SHCSR); SKIP(2); }
int main(void) { SHCSR = FAULTS_ON; note(SHCSR); SVC(0); UNDEFINED note(SHCSR); }""",
        (7 << 16, 7 << 16 | 1 << 7, 7 << 16 | 1 << 3, 7 << 16),
    ),
    Case(
        "SHCSR pends",
        "B3.2.13: writing a pending bit pends the exception",
        """void UsageFault_Handler(void) { note(MRS(ipsr)); }
int main(void) { SHCSR = FAULTS_ON | 1u << 12; SYNC(); note(1); }""",
        (6, 1),
    ),
    Case(
        "INVPC: no such value",
        "B1.5.8: a reserved EXC_RETURN is a UsageFault, tail-chained over the frame",
        """WITH_FRAME(UsageFault_Handler) { note(CFSR); note(exc_return); finish(); }
"""
        + """__attribute__((naked)) void SVC_Handler(void) {
__asm volatile("mvn r0, #10\\n bx r0"); }
int main(void) { SHCSR = FAULTS_ON; SVC(0); note(0xBAD); }""",
        (1 << 18, 0xFFFFFFF5),
    ),
    Case(
        "INVPC: thread with others active",
        "B1.5.8: a return to thread mode needs all other exceptions to be over",
        """static uint32_t thread;
WITH_FRAME(UsageFault_Handler) { note(CFSR); CFSR = CFSR; note(SHCSR >> 7 & 1); finish(); }
__attribute__((naked)) void PendSV_Handler(void) { __asm volatile("mvn r0, #6\\n bx r0"); }
void SVC_Handler(void) { ICSR = PENDSVSET; SYNC(); note(0xBAD); }
int main(void) { SHCSR = FAULTS_ON; SVC_PRIORITY = 0x80; PENDSV_PRIORITY = 0x40;
USAGE_PRIORITY = 0; SVC(0); (void)thread; }""",
        (1 << 18, 1),
    ),
    Case(
        "NONBASETHRDENA",
        "B3.2.8: lets a nested handler return to thread mode",
        """WITH_FRAME(PendSV_Handler) { note(SHCSR >> 7 & 1); }
void thread(void) { note(MRS(ipsr)); note(SHCSR >> 7 & 1); finish(); }
__attribute__((naked)) void IRQ0_Handler(void) {
  uint32_t *frame = process_stack + 200; frame[6] = (uint32_t)thread; frame[7] = 1u << 24;
  __asm volatile("msr psp, %0\\n mvn r0, #2\\n bx r0" :: "r"(frame)); }
void SVC_Handler(void) { PEND(0); SYNC(); note(0xBAD); }
int main(void) { CCR |= 1; SVC_PRIORITY = 0x80; IRQ_PRIORITY(0) = 0x40; ENABLE(0); SVC(0); }""",
        (0, 1),
    ),
    Case(
        "INVPC: frame of another mode",
        "B1.5.8: a stacked exception number on return to thread mode is INVPC",
        """WITH_FRAME(UsageFault_Handler) { note(CFSR); note(frame[7] & 0x1FF); finish(); }
WITH_FRAME(SVC_Handler) { frame[7] |= 14; }
int main(void) { SHCSR = FAULTS_ON; SVC(0); note(0xBAD); }""",
        (1 << 18, 14),
    ),
    Case(
        "stack of nothing",
        "B1.5.6, B3.2.15: a frame that can't be stored is STKERR; the first exception waits",
        """WITH_FRAME(BusFault_Handler) { note(CFSR); CFSR = CFSR; note(exc_return); }
void SVC_Handler(void) { note(11); finish(); }
void rest(void) { __asm volatile("ldr r0, =0x30000100\\n mov sp, r0\\n svc #0"); }
int main(void) { SHCSR = FAULTS_ON; SVC_PRIORITY = 0x40; on_process_stack(rest, 0); }""",
        (1 << 12, 0xFFFFFFFD, 11),
    ),
    Case(
        "stack of nothing, disabled",
        "B1.5.11: STKERR escalates",
        """void HardFault_Handler(void) { note(CFSR); note(HFSR); finish(); }
void SVC_Handler(void) { note(0xBAD); }
void rest(void) { __asm volatile("ldr r0, =0x30000100\\n mov sp, r0\\n svc #0"); }
int main(void) { on_process_stack(rest, 0); }""",
        (1 << 12, FORCED),
    ),
    Case(
        "frame of nothing",
        "B1.5.8, B3.2.15: a frame that can't be loaded is UNSTKERR",
        """void BusFault_Handler(void) { note(CFSR); finish(); }
void SVC_Handler(void) { MSR(psp, 0x30000000); }
void rest(void) { SVC(0); note(0xBAD); }
int main(void) { SHCSR = FAULTS_ON; on_process_stack(rest, 0); }""",
        (1 << 11,),
    ),
    Case(
        "vector of nothing",
        "B1.5.14, B3.2.16: a vector that can't be read is a HardFault with VECTTBL",
        """extern void *const vectors[64];
void HardFault_Handler(void) { note(HFSR); finish(); }
int main(void) { REG(region) = 0; uint32_t *end = (uint32_t *)0x2003FFC0;
for (int i = 0; i < 16; ++i) end[i] = (uint32_t)vectors[i]; VTOR = 0x2003FFC0 & ~0x7Fu;
uint32_t *low = (uint32_t *)0x2003FF80; for (int i = 0; i < 16; ++i) low[i] = (uint32_t)vectors[i];
VTOR = 0x2003FF80; SYNC(); ENABLE(31); PEND(31); SYNC(); note(0xBAD); }""",
        (2,),
        qemu="its RAM ends elsewhere",
    ),
    Case(
        "vector without Thumb bit",
        "B1.5.3: bit 0 of a vector is the Thumb bit: INVSTATE at the handler's first instruction",
        """extern void *const vectors[64]; static uint32_t table[64] __attribute__((aligned(256)));
void UsageFault_Handler(void) { note(CFSR); finish(); }
void SVC_Handler(void) { note(0xBAD); }
int main(void) { for (int i = 0; i < 64; ++i) table[i] = (uint32_t)vectors[i]; table[11] &= ~1u;
VTOR = (uint32_t)table; SHCSR = FAULTS_ON; SVC_PRIORITY = 0x40; SYNC(); SVC(0); }""",
        (1 << 17,),
        qemu="reports UNALIGNED",
    ),
    Case(
        "reset request",
        "B3.2.6, B1.5.5: AIRCR.SYSRESETREQ resets the core, RAM keeps its content",
        """#define COUNT REG(0x20020000)
void SVC_Handler(void) { AIRCR = 0x05FA0004; SYNC(); for (;;) {} }
int main(void) {
  if (COUNT != 0x5E7 && COUNT != 0x5E8) COUNT = 0x5E7;
  if (COUNT == 0x5E7) {
    COUNT = 0x5E8; SHCSR = FAULTS_ON; SYST_RVR = 0xFFFFFF; SYST_CSR = 5; SVC_PRIORITY = 0x40;
    CPACR = 0xF00000; SYNC(); FLOAT; IRQ_PRIORITY(3) = 0xC0; MSR(basepri, 0x80); ENABLE(3);
    PEND(3); SVC(0);
  }
  COUNT = 0;
  note(MRS(ipsr)); note(MRS(basepri)); note(MRS(control)); note(SHCSR); note(SYST_CSR);
  note(SVC_PRIORITY); note(ISER); note(ISPR); note(VTOR);
}""",
        (0, 0, 0, 0, 0, 0, 0, 0, 0),
    ),
]
