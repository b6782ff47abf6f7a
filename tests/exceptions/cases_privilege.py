"""Privilege, the MPU, the FPU's context and sleep."""

from __future__ import annotations

from case import Case

USER = "int main(void) { SHCSR = FAULTS_ON; on_process_stack(rest, 1); }"
MPU = """
static void protect(uint32_t n, uint32_t base, uint32_t bits, uint32_t attributes) {
  MPU_RNR = n; MPU_RBAR = base; MPU_RASR = attributes | (bits - 1) << 1 | 1; }
WITH_FRAME(MemManage_Handler) { note(CFSR); note(MMFAR - (uint32_t)region); CFSR = CFSR; SKIP(2); }
static void load(void *at) { __asm volatile("ldr r0, [%0]" :: "l"(at) : "r0"); }
static void store(void *at) { __asm volatile("str r0, [%0]" :: "l"(at) : "memory"); }
"""

CASES = [
    Case(
        "unprivileged MSR",
        "B5.2.3: writes to the masks, MSP and CONTROL are ignored",
        """void rest(void) { uint32_t msp; MSR(primask, 1); MSR(basepri, 0x40); MSR(faultmask, 1);
MSR(control, 2); note(MRS(control) & 3); note(MRS(primask)); SVC(0);
__asm volatile("mrs %0, msp" : "=r"(msp)); note(msp); finish(); }
void SVC_Handler(void) { note(MRS(primask)); note(MRS(basepri)); }
"""
        + USER,
        (3, 0, 0, 0, 0),
    ),
    Case(
        "unprivileged CPS",
        "B5.2.1: CPS does nothing",
        """void rest(void) { __asm volatile("cpsid i\\n cpsid f"); SVC(0); finish(); }
void SVC_Handler(void) { note(MRS(primask)); note(MRS(faultmask)); }
"""
        + USER,
        (0, 0),
    ),
    Case(
        "CPS in the handler of an unprivileged thread",
        "B1.3.1: handler mode is always privileged",
        """void rest(void) { SVC(0); note(1); finish(); }
void SVC_Handler(void) { __asm volatile("cpsid i"); note(MRS(primask)); __asm volatile("cpsie i");
note(MRS(control)); }
"""
        + USER,
        (1, 1, 1),
    ),
    Case(
        "unprivileged registers",
        "B3.1: unprivileged access to the system control space is a BusFault",
        """void rest(void) { note(1);
__asm volatile("ldr r3, =0xE000ED00\\n ldr r0, [r3]\\n str r0, [r3, #16]" ::: "r0", "r3");
note(2); finish(); }
WITH_FRAME(BusFault_Handler) { note(CFSR); note(BFAR); CFSR = CFSR; SKIP(2); }
"""
        + USER,
        (1, 0x8200, 0xE000ED00, 0x8200, 0xE000ED10, 2),
    ),
    Case(
        "unprivileged SysTick",
        "B3.3: SysTick's registers are privileged as well; the timer runs on",
        """static volatile uint32_t n; void SysTick_Handler(void) { ++n; }
void rest(void) { while (n < 3) {} note(MRS(control) & 1); note(1); finish(); }
int main(void) { SYST_RVR = 2000; SYST_CVR = 0; SYST_CSR = 7; on_process_stack(rest, 1); }""",
        (1, 1),
    ),
    Case(
        "USERSETMPEND",
        "B3.2.8: lets unprivileged code write STIR",
        """void rest(void) { STIR = 1; SYNC(); note(1); finish(); }
void IRQ1_Handler(void) { note(MRS(ipsr)); }
int main(void) { SHCSR = FAULTS_ON; CCR |= 2; ENABLE(1); on_process_stack(rest, 1); }""",
        (17, 1),
    ),
    Case(
        "privilege by SVC",
        "B1.4.4: a handler gives the thread its privilege by CONTROL",
        """void rest(void) { SVC(0); note(MRS(control) & 3); note(SHCSR >> 16); finish(); }
void SVC_Handler(void) { MSR(control, MRS(control) & ~1u); }
"""
        + USER,
        (2, 7),
    ),
    Case(
        "PRIMASK holds in an unprivileged thread",
        "B1.3.1: masks set before privilege was given up hold",
        """void IRQ0_Handler(void) { note(0xBAD); }
void rest(void) { for (volatile int i = 0; i < 100; ++i) {} note(MRS(control) & 1); finish(); }
int main(void) { CPSID(); ENABLE(0); PEND(0); on_process_stack(rest, 1); }""",
        (1,),
    ),
    Case(
        "SPSEL in a handler",
        "B1.4.4: CONTROL.SPSEL reads 0 in handler mode and can't be set there",
        """void SVC_Handler(void) { note(MRS(control) & 2); MSR(control, 2);
note(MRS(control) & 2); }
void rest(void) { SVC(0); note(MRS(control) & 2); finish(); }
int main(void) { on_process_stack(rest, 0); }""",
        (0, 0, 2),
    ),
    Case(
        "MPU registers",
        "B3.5.4 to B3.5.9: eight regions; RBAR.VALID selects one",
        """int main(void) { note(MPU_TYPE); MPU_RBAR = 0x20000000 | 1u << 4 | 5; note(MPU_RNR);
note(MPU_RBAR); MPU_RASR = 3u << 24 | 9u << 1; note(MPU_RASR); note(MPU_CTRL); }""",
        (0x800, 5, 0x20000005, 0x03000012, 0),
    ),
    Case(
        "MPU: no access",
        "B3.5.9, B3.2.15: DACCVIOL, MMARVALID and MMFAR",
        MPU
        + """int main(void) { SHCSR = FAULTS_ON; protect(0, (uint32_t)region, 10, NONE);
MPU_CTRL = 5; SYNC(); load(region + 8); store(region + 12); load(region + 1024); note(1); }""",
        (0x82, 8, 0x82, 12, 1),
    ),
    Case(
        "MPU: devices above a region",
        "B3.5: a region concerns no other addresses",
        MPU
        + """int main(void) { REG(0x40008540) = 0x1234; protect(0, 0x40002000, 12, NONE);
MPU_CTRL = 5; SYNC(); note(REG(0x40008540)); REG(0x40008544) = 0x5678;
MPU_CTRL = 0; SYNC(); note(REG(0x40008544)); }""",
        (0x1234, 0x5678),
        qemu="its machine has other devices",
    ),
    Case(
        "MPU: read only",
        "B3.5.9: reads pass, writes fault, and nothing is written",
        MPU
        + """int main(void) { SHCSR = FAULTS_ON; REG(region) = 7;
protect(0, (uint32_t)region, 12, READ_ONLY);
MPU_CTRL = 5; SYNC(); note(REG(region)); store(region); note(REG(region)); }""",
        (7, 0x82, 0, 7),
    ),
    Case(
        "MPU: small region",
        "B3.5.8: a guard of 32 bytes between words that may be written",
        MPU
        + """int main(void) { SHCSR = FAULTS_ON; protect(0, (uint32_t)region + 64, 5, READ_ONLY);
MPU_CTRL = 5; SYNC(); REG(region + 60) = 1; REG(region + 96) = 2; store(region + 64);
note(REG(region + 60)); note(REG(region + 96)); store(region + 92); }""",
        (0x82, 64, 1, 2, 0x82, 92),
    ),
    Case(
        "MPU: subregion",
        "B3.5.9: a disabled eighth is not the region's",
        MPU
        + """int main(void) { SHCSR = FAULTS_ON; protect(0, (uint32_t)region, 12, NONE | 2u << 8);
MPU_CTRL = 5; SYNC(); store(region + 512); store(region + 1024); store(region + 508); }""",
        (0x82, 1024, 0x82, 508),
        qemu="lets an access pass that shares a page with one that it allowed",
    ),
    Case(
        "MPU: the higher number decides",
        "B3.5.3: of regions that overlap, the highest number counts",
        MPU
        + """int main(void) { SHCSR = FAULTS_ON; protect(1, (uint32_t)region, 12, NONE);
protect(2, (uint32_t)region + 1024, 10, FULL); MPU_CTRL = 5; SYNC(); store(region + 1024);
store(region); note(1); }""",
        (0x82, 0, 1),
    ),
    Case(
        "MPU: unprivileged",
        "B3.5.9: permissions of privileged and unprivileged code differ",
        MPU
        + """void SVC_Handler(void) { REG(region + 1024) = 3; note(REG(region + 1024)); }
void rest(void) { load(region + 1024); load(region); store(region); SVC(0); load(region + 1028);
finish(); }
int main(void) { SHCSR = FAULTS_ON; protect(0, 0, 29, FULL); protect(1, 0x20000000, 29, FULL);
protect(2, (uint32_t)region + 1024, 10, PRIVILEGED); protect(3, (uint32_t)region, 10, READ_USER);
MPU_CTRL = 5; SYNC(); on_process_stack(rest, 1); }""",
        (0x82, 1024, 0x82, 0, 3, 0x82, 1028),
    ),
    Case(
        "MPU: background",
        "B3.5.5: without PRIVDEFENA there is nothing outside of the regions",
        MPU
        + """int main(void) { SHCSR = FAULTS_ON; protect(0, 0, 29, FULL);
protect(1, 0x20000000, 29, FULL); MPU_CTRL = 1; SYNC();
__asm volatile("ldr r3, =0x50000000\\n ldr r0, [r3]" ::: "r0", "r3"); note(1); note(MPU_CTRL); }""",
        (0x82, None, 1, 1),
    ),
    Case(
        "MPU: execute never",
        "B3.5.9: XN makes a fetch IACCVIOL",
        MPU.replace("SKIP(2);", "frame[6] = frame[5] & ~1u;")
        + """__attribute__((section(".ram.f"), noinline, aligned(32))) void code(void) {
note(0xBAD); }
int main(void) { SHCSR = FAULTS_ON; protect(0, 0x20000000, 29, FULL | 1u << 28); MPU_CTRL = 5;
SYNC(); ((void (*)(void))code)(); note(1); }""",
        (1, None, 1),
    ),
    Case(
        "MPU: off in HardFault",
        "B3.5.5: without HFNMIENA HardFault and NMI do without the MPU",
        MPU
        + """void HardFault_Handler(void) { store(region); note(CFSR); CFSR = CFSR;
uint32_t *frame = (uint32_t *)(MRS(psp)); frame[6] += 2; }
void rest(void) { store(region); note(2); finish(); }
int main(void) { protect(0, (uint32_t)region, 12, NONE); MPU_CTRL = 5; SYNC();
on_process_stack(rest, 0); }""",
        (0x82, 2),
    ),
    Case(
        "MPU: stack guard",
        "B3.2.15: a frame that the MPU forbids is MSTKERR",
        MPU.split("WITH_FRAME", 1)[0]
        + """void MemManage_Handler(void) { note(CFSR); CFSR = CFSR; finish(); }
void rest(void) { __asm volatile("mov sp, %0\\n svc #0" :: "r"(region + 1024 + 16)); }
int main(void) { SHCSR = FAULTS_ON; SVC_PRIORITY = 0x40;
protect(0, (uint32_t)region, 10, READ_ONLY);
MPU_CTRL = 5; SYNC(); on_process_stack(rest, 0); }""",
        (1 << 4,),
    ),
    Case(
        "MPU: off again",
        "B3.5.5: with CTRL.ENABLE cleared the default map is back",
        MPU
        + """int main(void) { SHCSR = FAULTS_ON; protect(0, (uint32_t)region, 12, NONE);
MPU_CTRL = 5;
SYNC(); store(region); MPU_CTRL = 0; SYNC(); REG(region) = 5; note(REG(region)); }""",
        (0x82, 0, 5),
    ),
    Case(
        "FPCA",
        "B1.4.4, B1.5.7: an FPU instruction sets CONTROL.FPCA; a handler starts without",
        """WITH_FRAME(SVC_Handler) { note(MRS(control) & 4); note(exc_return); }
int main(void) { note(MRS(control) & 4); FLOAT note(MRS(control) & 4); SVC(0);
note(MRS(control) & 4); }""",
        (0, 4, 0, 0xFFFFFFE9, 4),
    ),
    Case(
        "FPU frame on PSP",
        "B1.5.7, table B1-9: EXC_RETURN 0xFFFFFFED; the frame has 26 words",
        """static uint32_t before; WITH_FRAME(SVC_Handler) { note(exc_return);
note(before - (uint32_t)frame); }
void rest(void) { FLOAT before = SP() & ~7u; SVC(0); note(SP() - before < 8); finish(); }
int main(void) { on_process_stack(rest, 0); }""",
        (0xFFFFFFED, 0x68, 1),
    ),
    Case(
        "FPU frame of a handler",
        "B1.5.7, table B1-9: EXC_RETURN 0xFFFFFFE1",
        """WITH_FRAME(IRQ0_Handler) { note(exc_return); __asm volatile("vmov.f32 s0, #3.0"); }
void SVC_Handler(void) { uint32_t x; __asm volatile("vmov.f32 s0, #2.0"); PEND(0); SYNC();
__asm volatile("vmov %0, s0" : "=r"(x)); note(x); }
int main(void) { uint32_t x; FLOAT SVC_PRIORITY = 0x80; ENABLE(0); SVC(0);
__asm volatile("vmov %0, s0" : "=r"(x)); note(x); }""",
        (0xFFFFFFE1, 0x40000000, 0x3F800000),
    ),
    Case(
        "FPU registers come back",
        "B1.5.7: s0 to s15 and FPSCR survive a handler that uses the FPU",
        """void SVC_Handler(void) { __asm volatile("vmov.f32 s0, #3.0\\n vmov.f32 s15, #3.0\\n"
"mov r0, #0\\n vmsr fpscr, r0" ::: "r0", "s0", "s15"); }
int main(void) { uint32_t a, b, c; __asm volatile("vmov.f32 s0, #1.0\\n vmov.f32 s15, #2.0\\n"
"ldr r0, =0xA0C00000\\n vmsr fpscr, r0\\n svc #0\\n vmov %0, s0\\n vmov %1, s15\\n vmrs %2, fpscr"
: "=r"(a), "=r"(b), "=r"(c) :: "r0", "s0", "s15"); note(a); note(b); note(c); }""",
        (0x3F800000, 0x40000000, 0xA0C00000),
    ),
    Case(
        "lazy stacking",
        "B1.5.7: with LSPEN the space is reserved; it is filled when the handler uses the FPU",
        """WITH_FRAME(SVC_Handler) { note(FPCCR & 1); note(FPCAR - (uint32_t)frame); note(frame[8]);
__asm volatile("vmov.f32 s0, #3.0" ::: "s0"); note(FPCCR & 1); note(frame[8]); }
int main(void) { note(FPCCR >> 30); FLOAT
uint32_t *below = (uint32_t *)(SP() - 0x200); for (int i = 0; i < 0x80 - 8; ++i) below[i] = 0x5A;
SVC(0); uint32_t x; __asm volatile("vmov %0, s0" : "=r"(x)); note(x); note(FPCCR & 1); }""",
        (3, 1, 0x20, 0x5A, 0, 0x3F800000, 0x3F800000, 0),
    ),
    Case(
        "lazy stacking unused",
        "B1.5.7: a return before any use drops the reservation",
        """WITH_FRAME(SVC_Handler) { note(FPCCR & 1); }
int main(void) { FLOAT SVC(0); note(FPCCR & 1); uint32_t x;
__asm volatile("vmov %0, s0" : "=r"(x)); note(x); }""",
        (1, 0, 0x3F800000),
    ),
    Case(
        "eager stacking",
        "B1.5.7: without LSPEN s0 to s15 are stacked at entry",
        """WITH_FRAME(SVC_Handler) { note(FPCCR & 1); note(frame[8]); frame[8] = 0x40400000; }
int main(void) { FPCCR = 1u << 31; SYNC(); FLOAT SVC(0); uint32_t x;
__asm volatile("vmov %0, s0" : "=r"(x)); note(x); }""",
        (0, 0x3F800000, 0x40400000),
    ),
    Case(
        "no automatic FPU context",
        "B1.5.7: without ASPEN the FPU is left out of the frame",
        """WITH_FRAME(SVC_Handler) { note(exc_return); }
int main(void) { FPCCR = 0; SYNC(); FLOAT SVC(0); }""",
        (0xFFFFFFF9,),
    ),
    Case(
        "WFI",
        "B1.5.19: an interrupt ends the sleep and is taken",
        """static volatile uint32_t n; void SysTick_Handler(void) { ++n; }
int main(void) { SYST_RVR = 20000; SYST_CVR = 0; SYST_CSR = 7;
for (int i = 0; i < 5; ++i) __asm volatile("wfi"); note(n); }""",
        (5,),
    ),
    Case(
        "WFI under PRIMASK",
        "B1.5.19: PRIMASK keeps the handler out, not the wake-up",
        """void SysTick_Handler(void) { note(2); SYST_CSR = 0; }
int main(void) { SYST_RVR = 20000; SYST_CVR = 0; CPSID(); SYST_CSR = 7; __asm volatile("wfi");
note(1); note(ICSR >> 26 & 1); CPSIE(); note(3); }""",
        (1, 1, 2, 3),
    ),
    Case(
        "WFI under BASEPRI",
        "B1.5.19: an exception that BASEPRI keeps out does not wake",
        """void IRQ0_Handler(void) {} void SysTick_Handler(void) { note(2); SYST_CSR = 0; }
int main(void) { SYSTICK_PRIORITY = 0x40; IRQ_PRIORITY(0) = 0xC0; ENABLE(0); MSR(basepri, 0x80);
PEND(0); SYST_RVR = 20000; SYST_CVR = 0; SYST_CSR = 7; __asm volatile("wfi"); note(3);
MSR(basepri, 0); }""",
        (2, 3),
        qemu="wakes up for it, as the manual allows WFI to",
    ),
    Case(
        "WFE after SEV",
        "B1.5.18: SEV sets the event register, which WFE clears and passes",
        """int main(void) { __asm volatile("sev\\n wfe"); note(1); }""",
        (1,),
    ),
    Case(
        "WFE after an exception",
        "B1.5.18: entry and return set the event register",
        """void SVC_Handler(void) {}
int main(void) { SYST_RVR = 0xFFFFFF; SYST_CVR = 0; SYST_CSR = 7; SVC(0); __asm volatile("wfe");
uint32_t left = SYST_CVR; note(left == 0 || left > 0x800000); }""",
        (1,),
    ),
    Case(
        "WFE waits",
        "B1.5.18: without an event WFE sleeps until an exception",
        """static volatile uint32_t n; void SysTick_Handler(void) { ++n; }
int main(void) { SYST_RVR = 200000; SYST_CVR = 0; SYST_CSR = 7; __asm volatile("sev\\n wfe\\n wfe");
note(n); }""",
        (1,),
        qemu="its WFE is a hint that does nothing",
    ),
    Case(
        "SEVONPEND",
        "B1.5.18: with SCR.SEVONPEND a masked exception that becomes pending is an event",
        """void SysTick_Handler(void) { note(2); }
int main(void) { SCR = 16; SYST_RVR = 200000; SYST_CVR = 0; CPSID(); SYST_CSR = 7;
__asm volatile("sev\\n wfe\\n wfe"); note(ICSR >> 26 & 1); SYST_CSR = 0; CPSIE(); }""",
        (1, 2),
        qemu="its WFE is a hint that does nothing",
    ),
    Case(
        "SLEEPONEXIT",
        "B1.5.17: return to thread mode sleeps again",
        """static uint32_t n; void SysTick_Handler(void) { if (++n == 4) SCR = 0; }
int main(void) { SCR = 2; SYST_RVR = 20000; SYST_CVR = 0; SYST_CSR = 7; __asm volatile("wfi");
SYST_CSR = 0; note(n); }""",
        (4,),
        qemu="does not model SLEEPONEXIT",
    ),
    Case(
        "identification",
        "B3.2.3: CPUID of a Cortex-M4",
        "int main(void) { note(REG(0xE000ED00) & 0xFF0FFFF0); }",
        (0x410FC240,),
    ),
]
