"""Armv8-M Mainline: what a Cortex-M33 does otherwise than Armv7-M (DDI0553, by register or rule).

The cases of Armv7-M that hold in Armv8-M too are listed by name in `SHARED`; they run again here.
"""

from __future__ import annotations

import cases_entry
import cases_faults
import cases_priority
import cases_privilege
from case import Case

DIFFERENT = {
    "stack not aligned": "CCR.STKALIGN reads as one",
    "handler and thread in RAM": "CCR.NONBASETHRDENA reads as one",
    "NONBASETHRDENA": "CCR.NONBASETHRDENA reads as one",
    "SPSEL in a handler": "a write of CONTROL.SPSEL in a handler has effect behind it",
    "identification": "another core",
    "MPU registers": "PMSAv8",
    "reset request": "its vector table is elsewhere",
    "vector of nothing": "its vector table is elsewhere",
    "bits behind VTOR": "its vector table is elsewhere",
    # Addresses of nothing that this memory map has something at.
    "read of nothing": "memory map",
    "read of nothing, disabled": "memory map",
    "jump to nothing": "memory map",
}
"""Cases of Armv7-M that don't hold, with the reason."""

QEMU_DIFFERS = {
    "precise registers": "has memory at 0x30000000",
    "load multiple of nothing": "has memory at 0x30000000",
    "stack of nothing": "has memory at 0x30000000",
    "stack of nothing, disabled": "has memory at 0x30000000",
    "frame of nothing": "has memory at 0x30000000",
}

_ALL = [*cases_entry.CASES, *cases_priority.CASES, *cases_faults.CASES, *cases_privilege.CASES]
SHARED = [
    Case(c.name, c.rule, c.code, c.expected, c.qemu or QEMU_DIFFERS.get(c.name, ""), c.outcome)
    for c in _ALL
    if c.name not in DIFFERENT and not c.name.startswith("MPU: ")
]
"""Their rules are those of DDI0403E; DDI0553 keeps them."""

EXC_RETURNS = ("return to thread on MSP", "return to thread on PSP", "return to handler", "FPCA")
EXC_RETURNS += ("tail-chain keeps the return", "fabricated frame", "stack of nothing")
EXC_RETURNS += ("FPU frame on PSP", "FPU frame of a handler", "no automatic FPU context")
"""Shared cases that note or make an EXC_RETURN, which differs without the Security Extension."""

MPU = """
#define RLAR REG(0xE000EDA0)
#define RW 0u
#define RW_ANY 2u
#define RO 4u
#define RO_ANY 6u
#define XN 1u
static void protect(uint32_t n, uint32_t from, uint32_t to, uint32_t rights) {
  MPU_RNR = n; MPU_RBAR = from | rights; RLAR = (to & ~31u) | 1; }
WITH_FRAME(MemManage_Handler) { note(CFSR); note(MMFAR - (uint32_t)region); CFSR = CFSR; SKIP(2); }
static void __attribute__((noinline)) load(const void *at) {
  __asm volatile("ldr r0, [%0]" :: "l"(at) : "r0"); }
static void __attribute__((noinline)) store(void *at) {
  __asm volatile("str r0, [%0]" :: "l"(at) : "r0", "memory"); }
"""
USAGE = "WITH_FRAME(UsageFault_Handler) { SHOW "

STACK_LIMITS = [
    Case(
        "limits are multiples of 8",
        "MSPLIM and PSPLIM: bits 2 to 0 are zero",
        "int main(void) { MSR(psplim, 0x20000007); note(MRS(psplim)); MSR(psplim, 0);\n"
        "note(MRS(msplim)); }",
        (0x20000000, 0),
    ),
    Case(
        "PUSH below PSPLIM",
        "stack limit checks: UsageFault, STKOF; the instruction has no effect",
        USAGE
        + """note(*(uint16_t *)frame[6] >> 8); MSR(psplim, 0); }
static void rest(void) { uint32_t before = SP(), after; MSR(psplim, (before & ~7u) - 48);
__asm volatile("push {r0-r3}\\n push {r0-r7, lr}\\n mov %0, sp\\n add sp, #52" : "=r"(after) ::
"memory");
note(before - after); finish(); }
int main(void) { SHCSR = FAULTS_ON; on_process_stack(rest, 0); }""",
        (6, 1 << 20, 0, 0xB5, 52),
    ),
    Case(
        "SUB SP below PSPLIM",
        "stack limit checks: any instruction that lowers SP below its limit",
        USAGE
        + """MSR(psplim, 0); SKIP(2); }
static void rest(void) { MSR(psplim, (uint32_t)(process_stack + 200));
uint32_t before = SP(), after;
__asm volatile("sub sp, #504\\n mov %0, sp" : "=r"(after)); note(before - after); finish(); }
int main(void) { SHCSR = FAULTS_ON; on_process_stack(rest, 0); }""",
        (6, 1 << 20, 0, 0),
    ),
    Case(
        "STMDB below PSPLIM",
        "stack limit checks: nothing is stored below the limit",
        USAGE
        + """note(process_stack[99]); MSR(psplim, 0); SKIP(4); }
static void rest(void) { process_stack[99] = 7; MSR(psplim, (uint32_t)(process_stack + 100));
__asm volatile("mov r3, sp\\n mov sp, %0\\n stmdb sp!, {r0-r12}\\n mov sp, r3" ::
"r"(process_stack + 112) : "r3", "memory"); note(1); finish(); }
int main(void) { SHCSR = FAULTS_ON; on_process_stack(rest, 0); }""",
        (6, 1 << 20, 0, 7, 1),
    ),
    Case(
        "at the limit",
        "stack limit checks: SP may reach the limit",
        """static void rest(void) { MSR(psplim, (uint32_t)(process_stack + 100));
__asm volatile("mov r3, sp\\n mov sp, %0\\n push {r0}\\n mov sp, r3" :: "r"(process_stack + 101) :
"r3", "memory"); note(1); finish(); }
int main(void) { SHCSR = FAULTS_ON; on_process_stack(rest, 0); }""",
        (1,),
    ),
    Case(
        "overflow, disabled fault",
        "stack limit checks: STKOF escalates as other UsageFaults",
        """WITH_FRAME(HardFault_Handler) { SHOW MSR(psplim, 0); SKIP(2); }
static void rest(void) { MSR(psplim, (uint32_t)(process_stack + 200));
__asm volatile("sub sp, #504"); finish(); }
int main(void) { on_process_stack(rest, 0); }""",
        (3, 1 << 20, 1 << 30),
    ),
    Case(
        "frame below PSPLIM",
        "PushStack(): a frame that would fall below the limit is not stored; SP becomes the limit",
        """void UsageFault_Handler(void) { note(CFSR);
note(MRS(psp) - (uint32_t)(process_stack + 100));
note(process_stack[99]); finish(); }
void SVC_Handler(void) { note(0xBAD); }
static void rest(void) { process_stack[99] = 7; MSR(psplim, (uint32_t)(process_stack + 100));
__asm volatile("mov sp, %0\\n svc 0" :: "r"(process_stack + 104) : "memory"); }
int main(void) { SHCSR = FAULTS_ON; SVC_PRIORITY = 0x40; on_process_stack(rest, 0); }""",
        (1 << 20, 0, 7),
    ),
    Case(
        "frame below PSPLIM, disabled fault",
        "PushStack(): the derived UsageFault escalates",
        """void HardFault_Handler(void) { note(CFSR); note(HFSR); finish(); }
void SVC_Handler(void) { note(0xBAD); }
static void rest(void) { MSR(psplim, (uint32_t)(process_stack + 100));
__asm volatile("mov sp, %0\\n svc 0" :: "r"(process_stack + 104) : "memory"); }
int main(void) { on_process_stack(rest, 0); }""",
        (1 << 20, 1 << 30),
    ),
    Case(
        "the other stack",
        "MSPLIM limits the main stack alone, PSPLIM the process stack",
        """void SVC_Handler(void) { note(1); }
static void rest(void) { SVC(0); note(2); MSR(psplim, 0); finish(); }
int main(void) { SHCSR = FAULTS_ON; MSR(psplim, (uint32_t)(process_stack + 100));
on_process_stack(rest, 0); }""",
        (1, 2),
    ),
    Case(
        "main stack below MSPLIM",
        "MSPLIM: a handler's overflow at the handler's own priority escalates",
        """WITH_FRAME(HardFault_Handler) { note(CFSR); MSR(msplim, 0); SKIP(2); }
void UsageFault_Handler(void) { note(0xBAD); finish(); }
void SVC_Handler(void) { MSR(msplim, SP() - 128); __asm volatile("sub sp, #256");
note(1); }
int main(void) { SVC_PRIORITY = USAGE_PRIORITY = 0; SHCSR = FAULTS_ON; SVC(0); note(2); }""",
        (1 << 20, 1, 2),
    ),
    Case(
        "unprivileged limits",
        "MSPLIM and PSPLIM: unprivileged code neither reads nor writes them",
        """static void rest(void) { MSR(psplim, 0x38000000); note(MRS(psplim)); SVC(0); finish(); }
void SVC_Handler(void) { note(MRS(psplim)); }
int main(void) { MSR(psplim, (uint32_t)process_stack); MSR(psplim, 0); on_process_stack(rest, 1);
}""",
        (0, 0),
    ),
]

REGISTERS = [
    Case(
        "CCR",
        "CCR: STKALIGN and NONBASETHRDENA are one; and BFHFNMIGN, DIV_0_TRP, UNALIGN_TRP",
        "int main(void) { CCR = 0; note(CCR); CCR = 0xFFFFFFFF; note(CCR & 0xFBFF); CCR = 0; }",
        (0x201, 0x31B),
    ),
    Case(
        "nested to thread",
        "CCR.NONBASETHRDENA is one: a handler may return to Thread mode below other handlers",
        """static volatile int reached;
__attribute__((naked)) void SVC_Handler(void) { __asm volatile("push {r4, lr}\\n bl body\\n"
"pop {r4, pc}"); }
__attribute__((used)) void body(void) { note(MRS(ipsr)); ICSR = PENDSVSET; SYNC();
note(MRS(ipsr)); }
__attribute__((naked)) void PendSV_Handler(void) { __asm volatile("push {r4, lr}\\n bl other\\n"
"pop {r4, pc}"); }
__attribute__((used)) void other(void) { note(MRS(ipsr)); }
int main(void) { SVC_PRIORITY = 0x80; SVC(0); note(3); }""",
        (11, 14, 11, 3),
    ),
    Case(
        "SPSEL in a handler",
        "CONTROL.SPSEL: written in Handler mode, it has effect behind the return",
        "void SVC_Handler(void) { MSR(control, 2); note(MRS(control) & 2); }\n"
        "int main(void) { SVC(0); note(MRS(control) & 2); }",
        (2, 0),
    ),
    Case(
        "SHCSR",
        "SHCSR: HARDFAULTACT and NMIACT tell what is active",
        """void NMI_Handler(void) { note(SHCSR & 0x24); }
WITH_FRAME(HardFault_Handler) { note(SHCSR & 0x24); SKIP(2); }
int main(void) { ICSR = NMIPENDSET; SYNC(); UNDEFINED }""",
        (0x20, 4),
    ),
    Case(
        "PENDNMICLR",
        "ICSR.PENDNMICLR takes a pending NMI back",
        """void NMI_Handler(void) { ICSR = NMIPENDSET; SYNC(); note(ICSR >> 31); ICSR = 1u << 30;
note(ICSR >> 31); }
int main(void) { ICSR = NMIPENDSET; SYNC(); note(2); }""",
        (1, 0, 2),
    ),
    Case(
        "CPUID",
        "TRM 100230, CPUID: part 0xD21",
        "int main(void) { note(REG(0xE000ED00) & 0xFF0FFFF0); note(REG(0xE000ED60)); }",
        (0x410FD210, 0x01101110),
    ),
    Case(
        "FPU features",
        "MVFR0 to MVFR2 of FPv5 in single precision",
        "int main(void) { note(REG(0xE000EF40)); note(REG(0xE000EF44)); note(REG(0xE000EF48)); }",
        (0x10110021, 0x11000011, 0x40),
    ),
    Case(
        "CLRONRET",
        "FPCCR.CLRONRET: a return clears the caller-saved FPU registers of the handler",
        """static uint32_t left; void SVC_Handler(void) { __asm volatile("vmov.f32 s0, #1.0\\n"
"vmov.f32 s15, #2.0" ::: "s0", "s15"); }
int main(void) { FPCCR |= 1u << 28; SYNC(); SVC(0); uint32_t a, b; FPCCR = 0; SYNC();
__asm volatile("vmov %0, s0\\n vmov %1, s15" : "=r"(a), "=r"(b)); note(a); note(b); }""",
        (0, 0),
    ),
    Case(
        "no STIR of what is not there",
        "STIR: a number beyond the chip's interrupts does nothing",
        "int main(void) { STIR = 0x1FF; SYNC(); note(ICSR >> 12 & 0x1FF); }",
        (0,),
    ),
]

INSTRUCTIONS = [
    Case(
        "LDA and STL",
        "load-acquire and store-release of words, halfwords and bytes",
        """int main(void) { uint32_t a, b, c; REG(region) = 0x11223344; __asm volatile(
"lda %0, [%3]\\n ldah %1, [%3]\\n ldab %2, [%3]\\n stl %1, [%3]" : "=&r"(a), "=&r"(b), "=&r"(c) :
"r"(region) : "memory"); note(a); note(b); note(c); note(REG(region)); }""",
        (0x11223344, 0x3344, 0x44, 0x3344),
    ),
    Case(
        "LDAEX and STLEX",
        "exclusive load-acquire and store-release",
        """int main(void) { uint32_t a, done, again; REG(region) = 5; __asm volatile(
"ldaex %0, [%3]\\n stlex %1, %0, [%3]\\n stlex %2, %0, [%3]" : "=&r"(a), "=&r"(done), "=&r"(again) :
"r"(region) : "memory"); note(a); note(done); note(again); }""",
        (5, 0, 1),
    ),
    Case(
        "wide branches of Armv8-M Baseline",
        "CBZ, MOVW, UDIV and SDIV are there as in Armv7-M",
        """int main(void) { uint32_t a;
__asm volatile("movw %0, #1000\\n movs r1, #7\\n udiv %0, %0, r1\\n"
"cbz %0, 1f\\n adds %0, #1\\n 1:" : "=&l"(a) :: "r1"); note(a); }""",
        (143,),
    ),
    Case(
        "VSEL and VMAXNM",
        "FPv5: selection, maximum and rounding",
        """int main(void) { uint32_t a, b, c;
__asm volatile("vmov.f32 s0, #1.0\\n vmov.f32 s1, #2.5\\n"
"cmp r0, r0\\n vseleq.f32 s2, s0, s1\\n vmaxnm.f32 s3, s0, s1\\n vrintz.f32 s4, s1\\n vmov %0, s2"
"\\n"
"vmov %1, s3\\n vmov %2, s4" : "=r"(a), "=r"(b), "=r"(c) :: "s0", "s1", "s2", "s3", "s4");
note(a); note(b); note(c); }""",
        (0x3F800000, 0x40200000, 0x40000000),
    ),
    Case(
        "double precision",
        "the FPU of a Cortex-M33 has none: UNDEFINSTR or NOCP",
        """WITH_FRAME(UsageFault_Handler) { note(CFSR >> 16 != 0); SKIP(4); }
int main(void) { SHCSR = FAULTS_ON; __asm volatile(".inst.w 0xee300b00"); note(1); }""",
        (1, 1),
    ),
    Case(
        "unaligned LDA",
        "load-acquire faults at an unaligned address, whatever CCR says",
        """WITH_FRAME(UsageFault_Handler) { SHOW SKIP(4); }
int main(void) { SHCSR = FAULTS_ON; __asm volatile("lda r0, [%0]" :: "r"(region + 2) : "r0");
note(1); }""",
        (6, 1 << 24, 0, 1),
    ),
]

TT = (
    MPU
    + """
static uint32_t tt(const void *at) { uint32_t r; __asm volatile("tt %0, %1" : "=r"(r) : "r"(at));
  return r & 0x3FFFFF; } /* not the attribution unit of the chip, nor the state */
static uint32_t ttt(const void *at) { uint32_t r; __asm volatile("ttt %0, %1" : "=r"(r) : "r"(at));
  return r & 0x3FFFFF; }
"""
)
READ, WRITE, VALID = 1 << 18, 1 << 19, 1 << 16
PROTECTION = [
    Case(
        "MPU registers",
        "MPU_RBAR, MPU_RLAR, their aliases and MPU_MAIR",
        """int main(void) { note(REG(0xE000ED90) >> 8 != 0); MPU_RNR = 2; MPU_RBAR = 0xFFFFFFFF;
note(MPU_RBAR); REG(0xE000EDA0) = 0xFFFFFFEE; note(REG(0xE000EDA0)); MPU_RNR = 0;
note(REG(0xE000EDAC)); REG(0xE000EDC0) = 0x44FF0400; note(REG(0xE000EDC0)); MPU_RNR = 2;
note(REG(0xE000EDB4)); }""",
        (1, 0xFFFFFFFF, 0xFFFFFFEE, 0xFFFFFFFF, 0x44FF0400, 0),
    ),
    Case(
        "MPU: read only",
        "MPU_RBAR.AP: reads pass, writes are DACCVIOL",
        MPU
        + """int main(void) { SHCSR = FAULTS_ON; REG(region) = 7;
protect(0, (uint32_t)region, (uint32_t)region + 0xFFF, RO); MPU_CTRL = 5; SYNC(); note(REG(region));
store(region); note(REG(region)); }""",
        (7, 0x82, 0, 7),
    ),
    Case(
        "MPU: from base to limit",
        "MPU_RLAR: the limit is the region's last granule of 32 bytes",
        MPU
        + """int main(void) { SHCSR = FAULTS_ON;
protect(1, (uint32_t)region + 64, (uint32_t)region + 96, RO); MPU_CTRL = 5; SYNC();
REG(region + 60) = 1; REG(region + 128) = 2; store(region + 64); store(region + 124);
note(REG(region + 60)); note(REG(region + 128)); }""",
        (0x82, 64, 0x82, 124, 1, 2),
    ),
    Case(
        "MPU: overlap",
        "an address in two regions faults, even where both allow",
        MPU
        + """int main(void) { SHCSR = FAULTS_ON;
protect(0, (uint32_t)region, (uint32_t)region + 0x7FF, RW_ANY);
protect(1, (uint32_t)region + 0x400, (uint32_t)region + 0xFFF, RW_ANY); MPU_CTRL = 5; SYNC();
REG(region) = 1; REG(region + 0x800) = 2; store(region + 0x400); note(REG(region)); }""",
        (0x82, 0x400, 1),
    ),
    Case(
        "MPU: unprivileged",
        "MPU_RBAR.AP: bit 0 opens a region to unprivileged code",
        MPU
        + """void SVC_Handler(void) { REG(region + 1024) = 3; note(REG(region + 1024)); }
static void rest(void) { load(region + 1024); load(region); store(region); SVC(0);
load(region + 1028); finish(); }
int main(void) { SHCSR = FAULTS_ON; protect(0, 0x10000000, 0x1FFFFFFF, RO_ANY);
uint32_t at = (uint32_t)region; protect(1, 0x38000000, at - 1, RW_ANY);
protect(2, at + 1024, at + 2047, RW); protect(3, at, at + 1023, RO_ANY);
protect(4, at + 2048, 0x3FFFFFFF, RW_ANY); MPU_CTRL = 5; SYNC(); on_process_stack(rest, 1); }""",
        (0x82, 1024, 0x82, 0, 3, 0x82, 1028),
    ),
    Case(
        "MPU: background",
        "MPU_CTRL.PRIVDEFENA: without it there is nothing outside of the regions",
        MPU
        + """int main(void) { SHCSR = FAULTS_ON; protect(0, 0x10000000, 0x1FFFFFFF, RO_ANY);
protect(1, 0x38000000, 0x3800FFFF, RW_ANY); MPU_CTRL = 1; SYNC();
__asm volatile("ldr r3, =0x50000000\\n ldr r0, [r3]" ::: "r0", "r3"); note(1); note(MPU_CTRL); }""",
        (0x82, None, 1, 1),
    ),
    Case(
        "MPU: execute never",
        "MPU_RBAR.XN makes a fetch IACCVIOL",
        MPU.replace("SKIP(2);", "frame[6] = frame[5] & ~1u;")
        + """__attribute__((section(".ram.f"), noinline, aligned(32))) void code(void) {
note(0xBAD); }
int main(void) { SHCSR = FAULTS_ON; protect(0, 0x38000000, 0x3800FFFF, RW_ANY | XN); MPU_CTRL = 5;
SYNC(); ((void (*)(void))code)(); note(1); }""",
        (1, None, 1),
    ),
    Case(
        "MPU: off in HardFault",
        "MPU_CTRL.HFNMIENA: without it HardFault and NMI do without the MPU",
        MPU
        + """void HardFault_Handler(void) { REG(region) = 5; note(CFSR); CFSR = CFSR;
uint32_t *frame = (uint32_t *)MRS(psp); frame[6] += 2; }
static void rest(void) { store(region); note(2); finish(); }
int main(void) { protect(0, (uint32_t)region, (uint32_t)region + 0xFFF, RO); MPU_CTRL = 5; SYNC();
on_process_stack(rest, 0); }""",
        (0x82, 2),
    ),
    Case(
        "TT without MPU",
        "TT: with the MPU off everything is open and no region valid",
        TT + "int main(void) { note(tt(region)); note(ttt(region)); note(tt((void *)0xE000E000));\n"
        "}",
        (READ | WRITE, READ | WRITE, READ | WRITE),
    ),
    Case(
        "TT with MPU",
        "TT: MREGION and MRVALID name the region, R and RW its rights",
        TT
        + """int main(void) { uint32_t at = (uint32_t)region; protect(3, at, at + 1023, RO_ANY);
protect(4, at + 1024, at + 2047, RW); protect(5, 0x38000000, at - 1, RW_ANY); MPU_CTRL = 5; SYNC();
note(tt(region)); note(ttt(region)); note(tt(region + 1024)); note(ttt(region + 1024));
note(tt(region + 2048)); note(ttt(region + 2048)); }""",
        (READ | VALID | 3, READ | VALID | 3, READ | WRITE | VALID | 4, VALID | 4, READ | WRITE, 0),
    ),
    Case(
        "TT where regions overlap",
        "TT: no region is valid, and nothing allowed",
        TT
        + """int main(void) { uint32_t at = (uint32_t)region; protect(3, at, at + 1023, RW_ANY);
protect(4, at, at + 1023, RW_ANY); MPU_CTRL = 5; SYNC(); note(tt(region)); }""",
        (0,),
    ),
    Case(
        "TT in a loop",
        "TT: what is around it runs once each time",
        TT
        + """int main(void) { uint32_t n = 0, sum = 0; for (int i = 0; i < 50; ++i) { ++n;
sum += tt(region) >> 18; ++n; } note(n); note(sum); }""",
        (100, 150),
    ),
]

SECURE = [
    Case(
        "AIRCR",
        "AIRCR: PRIS, BFHFNMINS and SYSRESETREQS belong to Secure state",
        "int main(void) { AIRCR = 0x05FA4000; note(AIRCR); AIRCR = 0x05FA0000; note(AIRCR); }",
        (0xFA054000, 0xFA050000),
    ),
    Case(
        "SAU",
        "SAU_TYPE tells the regions, SAU_CTRL is off at reset",
        "int main(void) { note(REG(0xE000EDD4)); note(REG(0xE000EDD0)); }",
        (8, 0),
    ),
    Case(
        "ITNS",
        "NVIC_ITNS: all interrupts are Secure at reset",
        "int main(void) { note(REG(0xE000E380)); REG(0xE000E380) = 1; note(REG(0xE000E380)); }",
        (0, 1),
    ),
    Case(
        "Secure FPU context",
        "CONTROL.SFPA is set with FPCA in Secure state, and comes back with the frame",
        """void SVC_Handler(void) { note(MRS(control)); }
int main(void) { FLOAT note(MRS(control)); SVC(0); note(MRS(control)); }""",
        (12, 0, 12),
    ),
    Case(
        "TT in Secure state",
        "TT: what Secure state sees without an attribution unit is Secure",
        """int main(void) { uint32_t r; __asm volatile("tt %0, %1" : "=r"(r) : "r"(region));
note(r >> 22 & 1); }""",
        (1,),
    ),
]

WITHOUT_SECURITY = [
    *(
        Case(
            f"EXC_RETURN {value:#x}",
            "EXC_RETURN: S and ES are zero without the Security Extension, DCRS is one",
            code,
            (value,),
        )
        for value, code in (
            (
                0xFFFFFFB8,
                "WITH_FRAME(SVC_Handler) { note(exc_return); }\nint main(void) { SVC(0);\n}",
            ),
            (
                0xFFFFFFBC,
                "WITH_FRAME(SVC_Handler) { note(exc_return); }\n"
                "static void rest(void) { SVC(0); finish(); }\n"
                "int main(void) { on_process_stack(rest, 0); }",
            ),
            (
                0xFFFFFFB0,
                "WITH_FRAME(IRQ0_Handler) { note(exc_return); }\n"
                "void SVC_Handler(void) { ENABLE(0); PEND(0); SYNC(); }\n"
                "int main(void) { SVC_PRIORITY = 0xC0; SVC(0); }",
            ),
            (
                0xFFFFFFA8,
                "WITH_FRAME(SVC_Handler) { note(exc_return); }\nint main(void) { FLOAT SVC(0); }",
            ),
            (
                0xFFFFFFAC,
                "WITH_FRAME(SVC_Handler) { note(exc_return); }\n"
                "static void rest(void) { FLOAT SVC(0); finish(); }\n"
                "int main(void) { on_process_stack(rest, 0); }",
            ),
        )
    ),
    Case(
        "EXC_RETURN of a core with security",
        "EXC_RETURN: S and ES, which are RES0 without the Security Extension, are disregarded",
        """WITH_FRAME(UsageFault_Handler) { note(CFSR); note(exc_return); finish(); }
__attribute__((naked)) void SVC_Handler(void) { __asm volatile("mvn lr, #6\\n bx lr"); }
int main(void) { SHCSR = FAULTS_ON; SVC_PRIORITY = 0x40; SVC(0); note(1); }""",
        (1,),
        qemu="UNPREDICTABLE (R_XLCP): QEMU takes INVPC",
    ),
    Case(
        "no attribution unit",
        "SAU, SFSR, SFAR and NVIC_ITNS read as zero",
        """int main(void) {
static const uint16_t at[] = {0xDD0, 0xDD4, 0xDD8, 0xDDC, 0xDE0, 0xDE4, 0xDE8,
0x380}; uint32_t all = 0; for (int i = 0; i < 8; ++i) { REG(0xE000E000 + at[i]) = 0xFFFFFFFF;
all |= REG(0xE000E000 + at[i]); } note(all); }""",
        (0,),
    ),
    Case(
        "no SFPA",
        "CONTROL.SFPA reads as zero",
        "int main(void) { FLOAT note(MRS(control)); MSR(control, 8); note(MRS(control) & 8); }",
        (4, 0),
    ),
    *(
        Case(
            f"no {name}",
            "instructions of the Security Extension are UNDEFINED",
            "WITH_FRAME(UsageFault_Handler) { note(CFSR); CFSR = CFSR; "
            f"SKIP({size}); }}\n"
            f'int main(void) {{ SHCSR = FAULTS_ON; __asm volatile("{code}"); note(1); }}',
            (1 << 16, 1),
        )
        for name, code, size in (
            ("BXNS", ".inst.n 0x4704", 2),
            ("BLXNS", ".inst.n 0x4784", 2),
            ("TTA", ".inst.w 0xe840f180", 4),
            ("TTAT", ".inst.w 0xe840f1c0", 4),
        )
    ),
    Case(
        "TT without security",
        "TT: S, NSR, NSRW and the regions of the attribution units are zero",
        """int main(void) { uint32_t r; __asm volatile("tt %0, %1" : "=r"(r) : "r"(region));
note(r); }""",
        (READ | WRITE,),
    ),
    Case(
        "banked registers of Secure state",
        "MRS of MSP_NS is UNPREDICTABLE without the Security Extension, and reads as zero here",
        """int main(void) { note(MRS(msp_ns)); }""",
        (0,),
    ),
]

CASES = [*STACK_LIMITS, *REGISTERS, *INSTRUCTIONS, *PROTECTION]
