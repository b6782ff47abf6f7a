/* Start-up, vector table, notes and semihosting of the exception cases. */
#include "harness.h"

extern uint32_t _sdata, _edata, _sidata, _sbss, _ebss, _estack;
int main(void);

uint32_t process_stack[256] __attribute__((aligned(1024)));
uint8_t region[4096] __attribute__((aligned(4096)));
static uint32_t notes[64], count;

static uint32_t semihost(uint32_t operation, const void *parameter) {
  register uint32_t r0 __asm("r0") = operation;
  register const void *r1 __asm("r1") = parameter;
  __asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

void note(uint32_t word) {
  if (count < 64) notes[count++] = word;
}

void finish(void) {
  static char text[64 * 9 + 1];
  char *at = text;
  for (uint32_t i = 0; i < count; ++i) {
    for (int shift = 28; shift >= 0; shift -= 4) *at++ = "0123456789abcdef"[notes[i] >> shift & 15];
    *at++ = '\n';
  }
  semihost(0x04, text);
  for (;;) semihost(0x18, (const void *)0x20026);
}

void on_process_stack(void (*rest)(void), uint32_t control) {
  __asm volatile(
      "msr psp, %0\n msr control, %1\n isb\n bx %2" ::"r"(process_stack + 256),
      "r"(control | 2), "r"(rest)
      : "memory");
  __builtin_unreachable();
}

void Default_Handler(void) {
  note(0xDEAD0000u | MRS(ipsr));
  finish();
}

void Reset_Handler(void) {
  for (uint32_t *from = &_sidata, *to = &_sdata; to < &_edata;) *to++ = *from++;
  for (uint32_t *at = &_sbss; at < &_ebss;) *at++ = 0;
#ifdef __ARM_FP
  CPACR = 0xFu << 20;
#endif
  SYNC();
  main();
  finish();
}

#define WEAK __attribute__((weak, alias("Default_Handler")))
void WEAK NMI_Handler(void);
void WEAK HardFault_Handler(void);
void WEAK MemManage_Handler(void);
void WEAK BusFault_Handler(void);
void WEAK UsageFault_Handler(void);
void WEAK SecureFault_Handler(void);
void WEAK SVC_Handler(void);
void WEAK PendSV_Handler(void);
void WEAK SysTick_Handler(void);
void WEAK IRQ0_Handler(void);
void WEAK IRQ1_Handler(void);
void WEAK IRQ2_Handler(void);
void WEAK IRQ3_Handler(void);

#define D Default_Handler
__attribute__((section(".vectors"), used)) void *const vectors[64] = {
    &_estack, Reset_Handler, NMI_Handler, HardFault_Handler, MemManage_Handler, BusFault_Handler,
    UsageFault_Handler, SecureFault_Handler, D, D, D, SVC_Handler, D, D, PendSV_Handler, SysTick_Handler,
    IRQ0_Handler, IRQ1_Handler, IRQ2_Handler, IRQ3_Handler, D, D, D, D, D, D, D, D, D, D, D, D,
    D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D};
