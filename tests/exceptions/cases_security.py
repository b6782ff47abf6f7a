"""The Security Extension of Armv8-M: two states on one core (DDI0553, by rule or register)."""

from __future__ import annotations

from case import Case

INVEP, INVIS, INVER, AUVIOL, INVTRAN, SFARVALID = 1, 2, 4, 8, 16, 64

FAULT = """WITH_FRAME(SecureFault_Handler) { note(MRS(ipsr)); note(SFSR); SFSR = SFSR; }
"""
LEAVE = """static void leave(void) { finish(); }
WITH_FRAME(SecureFault_Handler) { note(MRS(ipsr)); note(SFSR); note(exc_return); SFSR = SFSR;
leave(); }
"""
SETUP = "divide(); SHCSR = SECURE_FAULT_ON | FAULTS_ON; "
PAGE = "NS_DATA uint32_t shared[16];\n"

CALLS = [
    Case(
        "call and return",
        "BLXNS, SG, BXNS, FunctionReturn(): a Non-secure function calls a Secure one",
        """NS_CODE uint32_t twice(uint32_t x) { ns_note(x + 1); return x * 2; }
int main(void) { divide(); note(CALL_NS(twice, 20)); note(MRS(ipsr)); }""",
        (21, 40, 0),
    ),
    Case(
        "FNC_RETURN",
        "BLXNS: LR is FNC_RETURN, address and IPSR are on the Secure stack",
        """NS_CODE uint32_t link(uint32_t x) { return (uint32_t)__builtin_return_address(0); }
uint32_t before;
__attribute__((naked)) uint32_t call(uint32_t function) { __asm volatile("push {r4, lr}\\n"
"mov r4, sp\\n str r4, [r1]\\n blxns r0\\n mov r1, sp\\n sub r1, r1, r4\\n add r0, r0, r1\\n"
"pop {r4, pc}"); }
int main(void) { divide();
note(((uint32_t (*)(uint32_t, uint32_t *))call)((uint32_t)link & ~1u, &before)); }""",
        (0xFEFFFFFF,),
    ),
    Case(
        "stacks of the states",
        "MSP_NS, SP_NS, CONTROL_NS: each state has its own stack pointers",
        """NS_CODE uint32_t stack(uint32_t x) { return SP(); }
int main(void) { divide(); uint32_t top = (uint32_t)&__ns_stack_top; note(MRS(msp_ns) - top);
note(top - CALL_NS(stack, 0) < 64); MSR(psp_ns, top - 1024); MSR(control_ns, 2);
note(top - CALL_NS(stack, 0) - 1024 < 64); note(MRS(control)); note(MRS(control_ns));
note(SP() > 0x38000000); note(MRS(psp)); }""",
        (0, 1, 1, 0, 2, 1, 0),
    ),
    Case(
        "a gateway changes the return address",
        "SG: LR bit 0 is clear behind it",
        """__asm(".section .gateway, \\"ax\\"\\n.global link_gate\\n.thumb_func\\nlink_gate: sg\\n"
"mov r0, lr\\n and r0, #1\\n bxns lr\\n.text\\n");
uint32_t link_gate(void);
NS_CODE uint32_t rest(uint32_t x) { return link_gate() + 2; }
int main(void) { divide(); note(CALL_NS(rest, 0)); }""",
        (2,),
    ),
    Case(
        "Non-secure function of a handler",
        "BLXNS in handler mode: IPSR is 1 in the function, and is back behind it",
        """NS_CODE uint32_t number(uint32_t x) { return MRS(ipsr); }
void IRQ0_Handler(void) { note(MRS(ipsr)); note(CALL_NS(number, 0)); note(MRS(ipsr)); }
int main(void) { divide(); ENABLE(0); PEND(0); SYNC(); note(MRS(ipsr)); }""",
        (16, 1, 16, 0),
    ),
    Case(
        "no gateway",
        "SecureFault, INVEP: Non-secure code enters callable memory elsewhere than at an SG",
        LEAVE
        + """NS_CODE uint32_t rest(uint32_t x) { no_gateway(1); return 0; }
int main(void) { """
        + SETUP
        + "CALL_NS(rest, 0); }",
        (7, INVEP, 0xFFFFFFB9),
    ),
    Case(
        "jump to Secure code",
        "SecureFault, INVEP",
        LEAVE
        + """void secret(void) { note(0xBAD); finish(); }
NS_DATA void (*volatile target)(void);
NS_CODE uint32_t rest(uint32_t x) { target(); return 0; }
int main(void) { """
        + SETUP
        + "target = secret; CALL_NS(rest, 0); }",
        (7, INVEP, 0xFFFFFFB9),
    ),
    Case(
        "branch to Non-secure code",
        "SecureFault, INVTRAN: without BXNS or BLXNS",
        LEAVE
        + """NS_CODE void code(void) { ns_note(0xBAD); }
int main(void) { """
        + SETUP
        + "code(); }",
        (7, INVTRAN, 0xFFFFFFF9),
    ),
]

ACCESSES = [
    Case(
        "read of Secure data",
        "SecureFault, AUVIOL and SFAR",
        """uint32_t secret = 5;
WITH_FRAME(SecureFault_Handler) { note(SFSR); note(SFAR - (uint32_t)&secret); SFSR = SFSR;
note(exc_return); __asm volatile("msr msp_ns, %0" :: "r"(frame)); finish(); }
NS_DATA volatile uint32_t *where;
NS_CODE uint32_t rest(uint32_t x) { return *where; }
int main(void) { """
        + SETUP
        + "where = &secret; note(CALL_NS(rest, 0)); }",
        (AUVIOL | SFARVALID, 0, 0xFFFFFFB9),
        qemu="has no SFAR",
    ),
    Case(
        "write of Secure data",
        "SecureFault, AUVIOL; the store has no effect",
        """uint32_t secret = 5;
WITH_FRAME(SecureFault_Handler) { note(SFSR); note(secret); finish(); }
NS_DATA volatile uint32_t *where;
NS_CODE uint32_t rest(uint32_t x) { *where = 6; return 0; }
int main(void) { """
        + SETUP
        + "where = &secret; note(CALL_NS(rest, 0)); }",
        (AUVIOL | SFARVALID, 5),
        qemu="has no SFAR",
    ),
    Case(
        "SecureFault not enabled",
        "SHCSR.SECUREFAULTENA: else it is a HardFault, in Secure state",
        """uint32_t secret = 5;
void HardFault_Handler(void) { note(MRS(ipsr)); note(HFSR); note(SFSR); finish(); }
NS_DATA volatile uint32_t *where;
NS_CODE uint32_t rest(uint32_t x) { return *where; }
int main(void) { divide(); where = &secret; note(CALL_NS(rest, 0)); }""",
        (3, 1 << 30, AUVIOL | SFARVALID),
        qemu="has no SFAR",
    ),
    Case(
        "Secure code reads Non-secure data",
        "SecurityCheck(): Secure state may read and write what is Non-secure",
        PAGE
        + """NS_CODE uint32_t rest(uint32_t x) { shared[1] = x; return shared[0]; }
int main(void) { divide(); shared[0] = 7; note(CALL_NS(rest, 9)); note(shared[1]); }""",
        (7, 9),
    ),
    Case(
        "SAU registers",
        "SAU_CTRL, SAU_TYPE, SAU_RNR, SAU_RBAR, SAU_RLAR",
        """int main(void) { note(SAU_CTRL); note(SAU_TYPE); SAU_RNR = 3; SAU_RBAR = 0x1234567F;
SAU_RLAR = 0x2345679F; note(SAU_RNR); note(SAU_RBAR); note(SAU_RLAR); SAU_RNR = 4;
note(SAU_RBAR); }""",
        (0, 8, 3, 0x12345660, 0x23456783, 0),
    ),
    Case(
        "region twice",
        "SecurityCheck(): an address in two regions of the SAU is Secure",
        FAULT
        + PAGE
        + """NS_CODE uint32_t rest(uint32_t x) { return shared[0]; }
int main(void) { """
        + SETUP
        + """SAU_RNR = 5; SAU_RBAR = (uint32_t)shared & ~1023u;
SAU_RLAR = ((uint32_t)shared & ~1023u) + 992 | 1; SYNC(); note(SAU_CTRL);
uint32_t t; __asm("tt %0, %1" : "=r"(t) : "r"(shared)); note(t >> 22 & 1); note(t >> 17 & 1); }""",
        (1, 1, 0),
    ),
    Case(
        "TT and TTA",
        "TT: S, NSRW, NSR, SRVALID and SREGION by the SAU",
        PAGE
        + """static uint32_t tt(const void *at) { uint32_t t;
__asm volatile("tt %0, %1" : "=r"(t) : "r"(at)); return t & ~0xFF800000u; }
static uint32_t tta(const void *at) { uint32_t t;
__asm volatile("tta %0, %1" : "=r"(t) : "r"(at)); return t & ~0xFF800000u; }
uint32_t own;
int main(void) { divide(); note(tt(&own)); note(tt(shared)); note(tt(&__gateway_start));
note(tta(shared)); note(tta(&own)); }""",
        (0x4C0000, 0x3E0100, 0x4E0200, 0x3E0100, 0x4C0000),
    ),
    Case(
        "TT in Non-secure state",
        "TT: nothing of the SAU",
        PAGE
        + """NS_CODE uint32_t rest(uint32_t x) { uint32_t t;
__asm volatile("tt %0, %1" : "=r"(t) : "r"(shared)); return t; }
int main(void) { divide(); note(CALL_NS(rest, 0)); }""",
        (0xC0000,),
    ),
]

REGISTERS = [
    Case(
        "banked registers",
        "VTOR, CCR, SHPR3, MPU_CTRL and SysTick of each state; the alias of the Non-secure ones",
        """NS_CODE uint32_t rest(uint32_t x) { ns_note(VTOR - (uint32_t)ns_vectors);
ns_note(SYST_RVR); ns_note(PENDSV_PRIORITY); ns_note(MPU_CTRL); CCR |= 16; SYST_RVR = 77;
return REG(0xE002ED08); }
int main(void) { divide(); NS(0xE000E014) = 55; SYST_RVR = 44; PENDSV_PRIORITY = 0x20;
BYTE(0xE002ED22) = 0xE0; NS(0xE000ED94) = 5; note(CALL_NS(rest, 0)); note(SYST_RVR);
note(NS(0xE000E014)); note(PENDSV_PRIORITY); note(MPU_CTRL); note(CCR & 16);
note(NS(0xE000ED14) & 16); }""",
        (0, 55, 0xE0, 5, 0, 44, 77, 0x20, 0, 0, 16),
        qemu="blocks the Non-secure alias of SysTick as an access from within itself",
    ),
    Case(
        "registers of Secure code alone",
        "SAU, ITNS, NSACR, SFSR: what Non-secure code writes is ignored",
        """NS_CODE uint32_t rest(uint32_t x) { SAU_CTRL = 0; ITNS = 0xFF; NSACR = 0;
ns_note(SAU_CTRL);
ns_note(ITNS); ns_note(NSACR); return SFSR; }
int main(void) { divide(); ITNS = 2; note(CALL_NS(rest, 0)); note(SAU_CTRL); note(ITNS);
note(NSACR); }""",
        (0, 0, 0, 0, 1, 2, 0xC00),
    ),
    Case(
        "interrupts of the other state",
        "NVIC_ITNS: Non-secure code sees the interrupts that target it",
        """NS_CODE uint32_t rest(uint32_t x) { ISER = 3; IRQ_PRIORITY(0) = 0x20;
IRQ_PRIORITY(1) = 0x40;
ns_note(ISER); ns_note(IRQ_PRIORITY(0)); ns_note(IRQ_PRIORITY(1)); return ISPR; }
int main(void) { divide(); ITNS = 2; PEND(0); note(CALL_NS(rest, 0)); note(ISER);
note(IRQ_PRIORITY(0)); note(IRQ_PRIORITY(1)); }""",
        (2, 0, 0x40, 0, 2, 0, 0x40),
    ),
    Case(
        "CFSR of each state",
        "CFSR: UsageFault status is the state's own; BusFault status is Secure code's",
        """NS_CODE uint32_t rest(uint32_t x) { CFSR = 0xFFFFFFFF; return CFSR; }
WITH_FRAME(UsageFault_Handler) { SKIP(2); }
int main(void) { divide(); SHCSR = FAULTS_ON; UNDEFINED note(CFSR); note(CALL_NS(rest, 0));
note(CFSR); }""",
        (1 << 16, 0, 1 << 16),
    ),
    Case(
        "masks of the states",
        "PRIMASK_NS, BASEPRI_NS, FAULTMASK_NS",
        """NS_CODE uint32_t rest(uint32_t x) { MSR(primask, 1); MSR(basepri, 0x40);
return MRS(basepri); }
int main(void) { divide(); note(CALL_NS(rest, 0)); note(MRS(primask)); note(MRS(basepri));
note(MRS(primask_ns)); note(MRS(basepri_ns)); MSR(primask_ns, 0); note(MRS(primask_ns)); }""",
        (0x40, 0, 0, 1, 0x40, 0),
    ),
]

EXCEPTIONS = [
    Case(
        "SVC of Non-secure code",
        "ExceptionTaken(): by the Non-secure vector table; EXC_RETURN.ES and S are clear",
        """NS_CODE void NS_SVC_Handler(void) { ns_note(MRS(ipsr));
ns_note((uint32_t)__builtin_return_address(0)); }
void SVC_Handler(void) { note(0xBAD); }
NS_CODE uint32_t rest(uint32_t x) { SVC(1); return MRS(ipsr); }
int main(void) { divide(); note(CALL_NS(rest, 0)); }""",
        (11, 0xFFFFFFB8, 0),
    ),
    Case(
        "SVC of Secure code",
        "ExceptionTaken(): EXC_RETURN.ES and S are set",
        """NS_CODE void NS_SVC_Handler(void) { ns_note(0xBAD); }
WITH_FRAME(SVC_Handler) { note(MRS(ipsr)); note(exc_return); }
int main(void) { divide(); SVC(1); note(MRS(ipsr)); }""",
        (11, 0xFFFFFFF9, 0),
    ),
    Case(
        "Secure interrupt of Non-secure code",
        "EXC_RETURN: S clear, ES set; the frame is on the Non-secure stack",
        """WITH_FRAME(IRQ0_Handler) { note(exc_return); note(SP() > 0x38000000);
note(MRS(msp_ns) - 0x28008000 < 0x8000); }
NS_DATA volatile uint32_t word;
NS_CODE uint32_t rest(uint32_t x) { SVC(0); return x + 1; }
NS_CODE void NS_SVC_Handler(void) { ns_note(1); }
ENTRY void secure_pend(void) { PEND(0); SYNC(); }
__asm(".section .gateway, \\"ax\\"\\n.global ns_pend\\n.thumb_func\\n"
"ns_pend: sg\\n b.w __acle_se_secure_pend\\n.text\\n");
void ns_pend(void);
NS_CODE uint32_t masked(uint32_t x) { ns_pend(); return x + 1; }
int main(void) { divide(); ENABLE(0); SYST_RVR = 100; SYST_CVR = 0; note(CALL_NS(masked, 3));
note(CALL_NS(rest, 4)); }""",
        (0xFFFFFFF9, 1, 1, 4, 1, 5),
    ),
    Case(
        "Non-secure frame in Secure memory",
        "PushStack(), ValidateAddress(): SecureFault, AUVIOL, and nothing is written",
        """uint32_t secret[64];
static void leave(void) { finish(); }
WITH_FRAME(SecureFault_Handler) { note(MRS(ipsr)); note(SFSR & ~64u); note(exc_return);
for (int i = 40; i < 48; ++i) note(secret[i]); leave(); }
NS_CODE void NS_IRQ0_Handler(void) { ns_note(0xBAD); ns_finish(); }
NS_CODE uint32_t rest(uint32_t x) { __asm volatile("cpsie i\\n isb"); return x; }
int main(void) { """
        + SETUP
        + """ITNS = 1; ENABLE(0); MSR(primask_ns, 1); PEND(0);
MSR(msp_ns, (uint32_t)(secret + 48)); CALL_NS(rest, 0); note(0xBAD); }""",
        (7, AUVIOL, 0xFFFFFFB9, *[0] * 8),
    ),
    Case(
        "Non-secure frame that moved to Secure memory",
        "PopStack(), ValidateAddress(): SecureFault, AUVIOL",
        """uint32_t secret[64];
static void leave(void) { finish(); }
WITH_FRAME(SecureFault_Handler) { note(MRS(ipsr)); note(SFSR & ~64u); note(exc_return); leave(); }
__attribute__((naked)) NS_CODE void NS_IRQ0_Handler(void) {
__asm volatile("msr msp, r0\\n bx lr"); }
NS_CODE uint32_t rest(uint32_t x) { __asm volatile("cpsie i\\n isb" : "+r"(x)); return x; }
int main(void) { """
        + SETUP
        + """ITNS = 1; ENABLE(0); MSR(primask_ns, 1); PEND(0);
CALL_NS(rest, (uint32_t)(secret + 8)); note(0xBAD); }""",
        (7, AUVIOL, 0xFFFFFFB9),
    ),
    Case(
        "SysTick of Secure code in Non-secure code",
        "EXC_RETURN: S clear, ES set",
        """uint32_t seen;
WITH_FRAME(SysTick_Handler) { seen = exc_return; SYST_CSR = 0; *(uint32_t *)0x28008000 = 1; }
NS_CODE uint32_t spin(uint32_t x) { while (*(volatile uint32_t *)0x28008000 == 0) { } return x; }
int main(void) { divide(); *(uint32_t *)0x28008000 = 0; SYST_RVR = 2000; SYST_CVR = 0; SYST_CSR = 7;
note(CALL_NS(spin, 3)); note(seen); }""",
        (3, 0xFFFFFFB9),
    ),
    Case(
        "Non-secure interrupt of Secure code",
        "PushCalleeStack(): its handler sees zeros, and Secure code has its registers back",
        """NS_DATA uint32_t saw[14];
__attribute__((naked)) NS_CODE void NS_IRQ0_Handler(void) { __asm volatile(
"push {r4, lr}\\n movw lr, #:lower16:saw\\n movt lr, #:upper16:saw\\n stm lr, {r0-r12}\\n"
"ldr r0, [sp, #4]\\n str r0, [lr, #52]\\n mov r4, #0x44\\n mov r7, #0x77\\n mov r11, #0x11\\n"
"pop {r4, pc}"); }
int main(void) { divide(); ITNS = 1; ENABLE(0); uint32_t r4, r7, r11, r0;
__asm volatile("mov r0, #1\\n mov r4, #4\\n mov r7, #7\\n mov r8, #8\\n mov r11, #11\\n"
"mov r12, #12\\n"
"ldr r1, =0xE000E200\\n mov r2, #1\\n str r2, [r1]\\n dsb\\n isb\\n nop\\n"
"mov %0, r0\\n mov %1, r4\\n mov %2, r7\\n mov %3, r11"
: "=&r"(r0), "=&r"(r4), "=&r"(r7), "=&r"(r11)
:: "r0", "r1", "r2", "r4", "r7", "r8", "r11", "r12", "memory");
note(r0); note(r4); note(r7); note(r11); uint32_t any = 0;
for (int i = 0; i < 13; ++i) any |= saw[i]; note(any); note(saw[13]); }""",
        (1, 4, 7, 11, 0, 0xFFFFFFF8),
    ),
    Case(
        "additional state context",
        "the integrity signature and r4 to r11 lie below the frame",
        """NS_CODE void NS_IRQ0_Handler(void) { }
int main(void) { divide(); ITNS = 1; ENABLE(0); uint32_t *sp, *at = (uint32_t *)SP();
for (uint32_t i = 1; i < 64; ++i) at[-(int)i] = 0;
__asm volatile("mov r4, #0x40\\n mov r11, #0xB0\\n ldr r1, =0xE000E200\\n mov r2, #1\\n"
"mov %0, sp\\n"
"str r2, [r1]\\n dsb\\n isb\\n nop" : "=r"(sp) :: "r1", "r2", "r4", "r11", "memory");
sp = (uint32_t *)((uint32_t)sp & ~7u); note(sp[-18]); note(sp[-16]); note(sp[-9]); }""",
        (0xFEFA125B, 0x40, 0xB0),
    ),
    Case(
        "Secure interrupt of a Non-secure handler of Secure code",
        "nested: EXC_RETURN of each, and all registers come back",
        """NS_DATA uint32_t outer;
NS_CODE void NS_IRQ0_Handler(void) { outer = (uint32_t)__builtin_return_address(0); ns_pend1(); }
WITH_FRAME(IRQ1_Handler) { note(exc_return); note(MRS(ipsr)); }
int main(void) { divide(); ITNS = 1; IRQ_PRIORITY(0) = 0x80; IRQ_PRIORITY(1) = 0x20;
ISER = 3; uint32_t r4 = 0, r9 = 0; __asm volatile("mov r4, #4\\n mov r9, #9\\n mov r2, #1\\n"
"ldr r1, =0xE000E200\\n str r2, [r1]\\n dsb\\n isb\\n nop\\n mov %0, r4\\n mov %1, r9"
: "=r"(r4), "=r"(r9) :: "r1", "r2", "r4", "r9", "memory");
note(r4); note(r9); note(outer); }""",
        (0xFFFFFFF1, 17, 4, 9, 0xFFFFFFF8),
    ),
    Case(
        "tail-chaining from Non-secure to Secure",
        "the callee registers stay on the stack: EXC_RETURN.DCRS is clear",
        """NS_CODE void NS_IRQ0_Handler(void) { ns_note(1); ns_pend1(); ns_note(2); }
WITH_FRAME(IRQ1_Handler) { note(exc_return); }
int main(void) { divide(); ITNS = 1; ISER = 3; uint32_t r4 = 0, r9 = 0;
__asm volatile("mov r4, #4\\n mov r9, #9\\n mov r2, #1\\n"
"ldr r1, =0xE000E200\\n str r2, [r1]\\n dsb\\n isb\\n nop\\n mov %0, r4\\n mov %1, r9"
: "=r"(r4), "=r"(r9) :: "r1", "r2", "r4", "r9", "memory"); note(r4); note(r9); }""",
        (1, 2, 0xFFFFFFD9, 4, 9),
    ),
    Case(
        "tail-chaining from Secure to Non-secure",
        "the callee registers are pushed then",
        """NS_CODE void NS_IRQ1_Handler(void) { ns_note((uint32_t)__builtin_return_address(0)); }
WITH_FRAME(IRQ0_Handler) { note(exc_return); PEND(1); SYNC(); }
int main(void) { divide(); ITNS = 2; ISER = 3; uint32_t r4 = 0, r9 = 0;
__asm volatile("mov r4, #4\\n mov r9, #9\\n mov r2, #1\\n"
"ldr r1, =0xE000E200\\n str r2, [r1]\\n dsb\\n isb\\n nop\\n mov %0, r4\\n mov %1, r9"
: "=r"(r4), "=r"(r9) :: "r1", "r2", "r4", "r9", "memory"); note(r4); note(r9); }""",
        (0xFFFFFFF9, 0xFFFFFFF8, 4, 9),
    ),
    Case(
        "integrity signature",
        "SecureFault, INVIS: Non-secure code returns to a Secure frame that is none",
        LEAVE
        + """NS_CODE void NS_IRQ0_Handler(void) { secure_break(); }
int main(void) { """
        + SETUP
        + """ITNS = 1; ENABLE(0); PEND(0); SYNC(); note(0xBAD); }""",
        (7, INVIS, 0xFFFFFFD9),
    ),
    Case(
        "return as Secure",
        "SecureFault, INVER: Non-secure code can't end a Secure exception",
        LEAVE
        + """NS_CODE __attribute__((naked)) void NS_IRQ0_Handler(void) {
__asm volatile("ldr r0, =0xFFFFFFB9\\n bx r0\\n .ltorg"); }
NS_CODE uint32_t rest(uint32_t x) { ISPR = 1; SYNC(); return 1; }
int main(void) { """
        + SETUP
        + """ITNS = 1; ENABLE(0); note(CALL_NS(rest, 0)); }""",
        (7, INVER, 0xFFFFFFB9),
    ),
    Case(
        "BFHFNMINS clear",
        "AIRCR.BFHFNMINS: a HardFault of Non-secure code is Secure code's",
        """void HardFault_Handler(void) { note(MRS(ipsr)); note(NS(0xE000ED28)); note(HFSR);
finish(); }
NS_CODE uint32_t rest(uint32_t x) { UNDEFINED return 0; }
int main(void) { divide(); note(CALL_NS(rest, 0)); }""",
        (3, 1 << 16, 1 << 30),
    ),
    Case(
        "BFHFNMINS set",
        "AIRCR.BFHFNMINS: HardFault by the state of the code, BusFault is Non-secure",
        """NS_CODE void NS_HardFault_Handler(void) { ns_note(MRS(ipsr)); ns_note(CFSR);
ns_note(HFSR);
ns_finish(); }
void HardFault_Handler(void) { note(0xBAD); finish(); }
NS_CODE uint32_t rest(uint32_t x) { UNDEFINED return 0; }
int main(void) { divide(); AIRCR = 0x05FA2000; note(CALL_NS(rest, 0)); }""",
        (3, 1 << 16, 1 << 30),
    ),
    Case(
        "UsageFault of Non-secure code",
        "SHCSR of each state: the Non-secure handler, by the Non-secure enable",
        """NS_CODE void NS_UsageFault_Handler(void) { ns_note(MRS(ipsr)); ns_note(CFSR);
ns_finish(); }
void UsageFault_Handler(void) { note(0xBAD); finish(); }
NS_CODE uint32_t rest(uint32_t x) { SHCSR = FAULTS_ON; UNDEFINED return 0; }
int main(void) { divide(); SHCSR = FAULTS_ON; note(CALL_NS(rest, 0)); }""",
        (6, 1 << 16),
    ),
    Case(
        "PRIS",
        "AIRCR.PRIS: Non-secure priorities are in the lower half",
        """NS_CODE void NS_IRQ0_Handler(void) { ns_note(0); }
void IRQ1_Handler(void) { note(1); }
int main(void) { divide(); ITNS = 1; IRQ_PRIORITY(0) = 0x20; IRQ_PRIORITY(1) = 0x60; ISER = 3;
for (int i = 0; i < 2; ++i) { CPSID(); PEND(0); PEND(1); CPSIE(); AIRCR = 0x05FA4000; } }""",
        (0, 1, 1, 0),
    ),
    Case(
        "PRIMASK_NS and Secure interrupts",
        "ExecutionPriority(): with PRIS, PRIMASK_NS leaves the upper half to Secure interrupts",
        """void IRQ0_Handler(void) { note(10); }
NS_CODE uint32_t rest(uint32_t x) { MSR(primask, 1); ns_pend0(); ns_note(11); MSR(primask, 0);
ns_note(12); return 0; }
int main(void) { divide(); ENABLE(0); CALL_NS(rest, 0); AIRCR = 0x05FA4000; CALL_NS(rest, 0); }""",
        (11, 10, 12, 10, 11, 12),
    ),
    Case(
        "PRIMASK and Non-secure interrupts",
        "ExecutionPriority(): PRIMASK of Secure code masks both states'",
        """NS_CODE void NS_IRQ0_Handler(void) { ns_note(10); }
int main(void) { divide(); ITNS = 1; ENABLE(0); CPSID(); PEND(0); SYNC(); note(11); CPSIE();
note(12); }""",
        (11, 10, 12),
    ),
    Case(
        "PendSV of each state",
        "ICSR: PendSV and its priority are banked",
        """NS_CODE void NS_PendSV_Handler(void) { ns_note(2); }
void PendSV_Handler(void) { note(1); }
NS_CODE uint32_t rest(uint32_t x) { ICSR = PENDSVSET; SYNC(); return 3; }
int main(void) { divide(); ICSR = PENDSVSET; SYNC(); note(CALL_NS(rest, 0));
NS(0xE000ED04) = PENDSVSET; SYNC(); }""",
        (1, 2, 3, 2),
    ),
    Case(
        "SysTick of each state",
        "the Security Extension has two of them",
        """NS_DATA volatile uint32_t count;
NS_CODE void NS_SysTick_Handler(void) { ++count; }
uint32_t mine; void SysTick_Handler(void) { ++mine; }
NS_CODE uint32_t rest(uint32_t x) { count = 0; SYST_RVR = 999; SYST_CVR = 0; SYST_CSR = 7;
while (count < 3) { } SYST_CSR = 0; return count; }
int main(void) { divide(); SYST_RVR = 99999999; note(CALL_NS(rest, 0)); note(mine); }""",
        (3, 0),
    ),
    Case(
        "MPU of Non-secure code",
        "MPU_NS: MemManage of Non-secure state; Secure code is not bound by it",
        PAGE
        + """NS_CODE void NS_MemManage_Handler(void) { ns_note(CFSR);
ns_note(MMFAR - (uint32_t)shared);
ns_finish(); }
NS_CODE uint32_t rest(uint32_t x) { SHCSR = FAULTS_ON; shared[2] = 1; return 0; }
int main(void) { divide(); NS(0xE000ED98) = 0; NS(0xE000ED9C) = 0x28008000 | 6;
NS(0xE000EDA0) = 0x28008FE0 | 1; NS(0xE000ED94) = 5; SYNC(); shared[2] = 4; note(shared[2]);
CALL_NS(rest, 0); }""",
        (4, 0x82, 8),
    ),
    Case(
        "stack limit of Non-secure code",
        "MSPLIM_NS: UsageFault of Non-secure state",
        """NS_CODE void NS_UsageFault_Handler(void) { ns_note(CFSR); ns_finish(); }
NS_CODE uint32_t rest(uint32_t x) { SHCSR = FAULTS_ON; __asm volatile("sub sp, #256"); return 0; }
int main(void) { divide(); MSR(msplim_ns, (uint32_t)&__ns_stack_top - 128); CALL_NS(rest, 0); }""",
        (1 << 20,),
        qemu="takes it on the stack that has no room, and locks up",
    ),
]

FPU = [
    Case(
        "FPU in Non-secure code",
        "NSACR and CPACR_NS",
        """NS_CODE uint32_t rest(uint32_t x) { float f = x;
__asm volatile("vadd.f32 %0, %0, %0" : "+t"(f)); return f; }
int main(void) { divide(); note(CALL_NS(rest, 21)); note(MRS(control) & 12); }""",
        (42, 4),
    ),
    Case(
        "FPU forbidden by NSACR",
        "NSACR.CP10: UsageFault, NOCP, in Secure state",
        """void UsageFault_Handler(void) { note(CFSR); finish(); }
NS_CODE uint32_t rest(uint32_t x) { FLOAT return 0; }
int main(void) { """
        + SETUP
        + "NSACR = 0; SYNC(); CALL_NS(rest, 0); }",
        (1 << 19,),
    ),
    Case(
        "Secure FPU context",
        "CONTROL.SFPA: set by Secure code's FPU instruction, clear behind a gateway",
        """int main(void) { divide(); note(MRS(control) & 12); FLOAT note(MRS(control) & 12);
CALL_NS(ns_nothing, 0); }
NS_CODE uint32_t ns_nothing(uint32_t x) { return 0; }""".replace(
            "int main", "NS_CODE uint32_t ns_nothing(uint32_t x);\nint main", 1
        ),
        (0, 12),
    ),
    Case(
        "exception in a Secure FPU context",
        "the frame's xPSR keeps SFPA; FPCA and SFPA are clear in the handler",
        """WITH_FRAME(SVC_Handler) { note(MRS(control) & 12); note(frame[7] >> 20 & 1);
note(exc_return); }
int main(void) { divide(); FLOAT SVC(0); note(MRS(control) & 12); }""",
        (0, 1, 0xFFFFFFE9, 12),
    ),
]

HELPERS = """
ENTRY void secure_pend0(void) { PEND(0); SYNC(); }
ENTRY void secure_pend1_(void) { PEND(1); SYNC(); }
ENTRY void secure_break_(void) { uint32_t *at = (uint32_t *)SP();
while (*at != 0xFEFA125B) ++at; *at = 0; }
__asm(".section .gateway, \\"ax\\"\\n"
".global ns_pend0\\n.thumb_func\\nns_pend0: sg\\n b.w __acle_se_secure_pend0\\n"
".global ns_pend1\\n.thumb_func\\nns_pend1: sg\\n b.w __acle_se_secure_pend1_\\n"
".global secure_break\\n.thumb_func\\nsecure_break: sg\\n b.w __acle_se_secure_break_\\n.text\\n");
void ns_pend0(void);
void ns_pend1(void);
void secure_break(void);
"""
HELPED = ("ns_pend0", "ns_pend1", "secure_break")
CASES = [
    Case(c.name, c.rule, (HELPERS if any(name in c.code for name in HELPED) else "") + c.code,
         c.expected, c.qemu, c.outcome)
    for c in (*CALLS, *ACCESSES, *REGISTERS, *EXCEPTIONS, *FPU)
]  # fmt: skip
