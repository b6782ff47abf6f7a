"""Entry to and return from exceptions: frames, stacks, EXC_RETURN, tail-chaining, code in RAM."""

from __future__ import annotations

from case import Case

CASES = [
    Case(
        "svc",
        "B1.5.2, table B1-4: SVCall is exception 11",
        "void SVC_Handler(void) { note(MRS(ipsr)); } int main(void) { SVC(0); note(MRS(ipsr)); }",
        (11, 0),
    ),
    Case(
        "frame",
        "B1.5.6: r0 to r3, r12, LR, return address and xPSR are stacked in this order",
        """
WITH_FRAME(SVC_Handler) {
  for (int i = 0; i < 5; ++i) note(frame[i]);
  note(frame[5]); note(*(uint16_t *)(frame[6] - 2)); note(frame[7] & 0x010001FF);
  frame[0] = 0x77;
}
int main(void) {
  uint32_t result;
  __asm volatile("mov r0, #1\\n mov r1, #2\\n mov r2, #3\\n mov r3, #4\\n mov r12, #5\\n"
                 "mov lr, #6\\n svc #9\\n mov %0, r0" : "=r"(result)
                 :: "r0", "r1", "r2", "r3", "r12", "lr");
  note(result);
}""",
        (1, 2, 3, 4, 5, 6, 0xDF09, 0x01000000, 0x77),
    ),
    Case(
        "flags",
        "B1.5.6, B1.5.8: APSR is stacked and comes back",
        """
WITH_FRAME(SVC_Handler) { note(frame[7] >> 27); MSR(apsr_nzcvq, 0); }
int main(void) {
  uint32_t flags;
  __asm volatile("msr apsr_nzcvq, %1\\n svc #0\\n mrs %0, apsr" : "=r"(flags)
                 : "r"(0xA8000000) : "cc");
  note(flags >> 27);
}""",
        (0x15, 0x15),
    ),
    Case(
        "stack aligned",
        "B1.5.7: with CCR.STKALIGN the frame is at a multiple of 8 and xPSR[9] remembers",
        """
WITH_FRAME(SVC_Handler) { note((uint32_t)frame & 7); note(frame[7] >> 9 & 1); }
int main(void) {
  uint32_t before = SP(), after;
  note(CCR >> 9 & 1);
  __asm volatile("sub sp, #4\\n svc #0\\n add sp, #4\\n mov %0, sp" : "=r"(after));
  note(after - before);
}""",
        (1, 0, 1, 0),
    ),
    Case(
        "stack already aligned",
        "B1.5.7: no padding where there is no need",
        """
WITH_FRAME(SVC_Handler) { note((uint32_t)frame & 7); note(frame[7] >> 9 & 1); }
int main(void) { SVC(0); }""",
        (0, 0),
    ),
    Case(
        "stack not aligned",
        "B1.5.7: without CCR.STKALIGN the frame is at a multiple of 4",
        """
WITH_FRAME(SVC_Handler) { note((uint32_t)frame & 7); note(frame[7] >> 9 & 1); }
int main(void) {
  CCR &= ~(1u << 9); SYNC();
  __asm volatile("sub sp, #4\\n svc #0\\n add sp, #4");
}""",
        (4, 0),
    ),
    Case(
        "return to thread on MSP",
        "B1.5.8, table B1-8: EXC_RETURN 0xFFFFFFF9",
        "WITH_FRAME(SVC_Handler) { note(exc_return); } int main(void) { SVC(0); }",
        (0xFFFFFFF9,),
    ),
    Case(
        "return to thread on PSP",
        "B1.5.8, table B1-8: EXC_RETURN 0xFFFFFFFD; the frame is on PSP, the handler on MSP",
        """
WITH_FRAME(SVC_Handler) {
  note(exc_return); note(frame >= process_stack && frame < process_stack + 256);
  note(SP() > (uint32_t)(process_stack + 256)); note(MRS(control) & 2);
}
void rest(void) { uint32_t before = SP(); SVC(0); note(SP() - before);
  note(MRS(control) & 2); note(MRS(psp) == SP()); finish(); }
int main(void) { on_process_stack(rest, 0); }""",
        (0xFFFFFFFD, 1, 1, 0, 0, 2, 1),
    ),
    Case(
        "return to handler",
        "B1.5.8, table B1-8: EXC_RETURN 0xFFFFFFF1 of a nested exception",
        """
WITH_FRAME(IRQ0_Handler) { note(exc_return); note(frame[7] & 0x1FF); }
void SVC_Handler(void) { ENABLE(0); PEND(0); SYNC(); note(MRS(ipsr)); }
int main(void) { SVC_PRIORITY = 0x80; IRQ_PRIORITY(0) = 0x40; SVC(0); }""",
        (0xFFFFFFF1, 11, 11),
    ),
    Case(
        "fabricated frame",
        "B1.5.8: a handler starts a thread on PSP by a frame of its own making",
        """
void thread(uint32_t a, uint32_t b) { note(a); note(b); note(MRS(control) & 3); finish(); }
__attribute__((naked)) void SVC_Handler(void) {
  uint32_t *frame = process_stack + 200;
  __asm volatile("mov r4, %0\\n msr psp, r4\\n mvn lr, #2\\n" :: "r"(frame));
  __asm volatile("str %0, [r4, #24]\\n mov r0, #0x11\\n str r0, [r4]\\n mov r0, #0x22\\n"
                 "str r0, [r4, #4]\\n mov r0, #0x01000000\\n str r0, [r4, #28]\\n bx lr" ::
                 "r"(thread) : "r0");
}
int main(void) { SVC(0); note(0xBAD); }""",
        (0x11, 0x22, 2),
    ),
    Case(
        "return by POP",
        "B1.5.8: POP {PC} with EXC_RETURN returns, as LDR and LDM do",
        """
__attribute__((naked)) void SVC_Handler(void) { __asm volatile("push {r4, lr}\\n pop {r4, pc}"); }
__attribute__((naked)) void PendSV_Handler(void) {
  __asm volatile("str lr, [sp, #-8]!\\n ldr pc, [sp], #8"); }
int main(void) { SVC(0); note(1); ICSR = PENDSVSET; SYNC(); note(2); }""",
        (1, 2),
    ),
    Case(
        "tail-chain",
        "B1.5.9: a pending exception follows on return without unstacking",
        """
static uint32_t first;
void IRQ0_Handler(void) { first = SP(); note(1); }
void IRQ1_Handler(void) { note(SP() == first); note(2); }
int main(void) { CPSID(); ENABLE(0); ENABLE(1); PEND(1); PEND(0); CPSIE(); note(3); }""",
        (1, 1, 2, 3),
    ),
    Case(
        "tail-chain keeps the return",
        "B1.5.9: the next handler gets the EXC_RETURN and frame of the first",
        """
static uint32_t *first;
WITH_FRAME(IRQ0_Handler) { first = frame; note(exc_return); frame[0] = 5; }
WITH_FRAME(IRQ1_Handler) { note(frame == first); note(exc_return); note(frame[0]); }
int main(void) { CPSID(); ENABLE(0); ENABLE(1); PEND(1); PEND(0); CPSIE(); }""",
        (0xFFFFFFF9, 1, 0xFFFFFFF9, 5),
    ),
    Case(
        "pended by a handler",
        "B1.5.9: PendSV requested in SVC at the same priority follows it",
        """
void SVC_Handler(void) { ICSR = PENDSVSET; SYNC(); note(1); }
void PendSV_Handler(void) { note(MRS(ipsr)); }
int main(void) { SVC(0); note(3); }""",
        (1, 14, 3),
    ),
    Case(
        "pended again while active",
        "B3.4.1: an interrupt that becomes pending while active is taken again",
        """
static int runs;
void IRQ0_Handler(void) { note(IABR & 1); if (++runs < 3) PEND(0); note(ISPR & 1); }
int main(void) { ENABLE(0); PEND(0); SYNC(); note(runs); }""",
        (1, 1, 1, 1, 1, 0, 3),
    ),
    Case(
        "vector table moved",
        "B1.5.3, B3.2.5: VTOR moves the table",
        """
extern void *const vectors[64];
static void *table[64] __attribute__((aligned(256)));
static void other(void) { note(MRS(ipsr)); }
void SVC_Handler(void) { note(0xBAD); }
int main(void) {
  for (int i = 0; i < 64; ++i) table[i] = vectors[i];
  table[11] = (void *)other; VTOR = (uint32_t)table; SYNC(); note(VTOR == (uint32_t)table); SVC(0);
}""",
        (1, 11),
    ),
    Case(
        "handler and thread in RAM",
        "B1.5: code in RAM takes and returns from exceptions as any other",
        """
__attribute__((section(".ram.a"), noinline, long_call)) void IRQ0_Handler(void) {
  REG(region) += 1; }
__attribute__((section(".ram.b"), noinline, long_call)) void loop(void) {
  for (int i = 0; i < 10; ++i) { PEND(0); SYNC(); } }
int main(void) { ENABLE(0); loop(); note(REG(region)); note((uint32_t)loop >> 28); }""",
        (10, 2),
    ),
    Case(
        "interrupted loop",
        "B1.5.6: an interrupt at any place leaves a loop's result as it is",
        """
static volatile uint32_t ticks;
void SysTick_Handler(void) { ++ticks; __asm volatile("msr apsr_nzcvq, %0" :: "r"(0xF8000000)); }
int main(void) {
  uint32_t sum = 0, i = 0;
  SYST_RVR = 396; SYST_CVR = 0; SYST_CSR = 7;
  do { sum = sum * 31 + (i & 7 ? i : 3 * i); } while (++i != 100000);
  SYST_CSR = 0; note(sum); note(ticks > 100);
}""",
        (0xB63D1170, 1),
    ),
    Case(
        "interrupted IT blocks",
        "B1.5.6: ITSTATE is stacked: an IT block over the end of a page goes on rightly",
        """
static volatile uint32_t ticks;
void SysTick_Handler(void) { ++ticks; }
__attribute__((naked, noinline, aligned(1024))) static uint32_t loop(uint32_t n) {
  __asm volatile(
      "mov r1, #0\\n b 2f\\n .balign 1024\\n .space 1018\\n"
      "2: tst r0, #1\\n ittee eq\\n addeq r1, r1, #3\\n addeq r1, r1, #4\\n"
      "addne r1, r1, #1\\n subne r1, r1, #2\\n subs r0, #1\\n bne 2b\\n mov r0, r1\\n bx lr");
}
int main(void) {
  SYST_RVR = 196; SYST_CVR = 0; SYST_CSR = 7;
  note(loop(100000)); SYST_CSR = 0; note(ticks > 100);
}""",
        (50000 * 7 - 50000, 1),
    ),
    Case(
        "event order",
        "B1.5.12: several at once: the most urgent first, over one frame (late arrival)",
        """
static uint32_t sp[3], n;
void IRQ0_Handler(void) { sp[n++] = SP(); note(0x10); }
void IRQ1_Handler(void) { sp[n++] = SP(); note(0x11); }
void NMI_Handler(void) { sp[n++] = SP(); note(0x2); }
int main(void) {
  IRQ_PRIORITY(0) = 0xC0; IRQ_PRIORITY(1) = 0x40; CPSID(); ENABLE(0); ENABLE(1);
  PEND(0); PEND(1); CPSIE(); note(sp[0] == sp[1]); ICSR = NMIPENDSET; SYNC(); note(3);
}""",
        (0x11, 0x10, 1, 2, 3),
    ),
]
