/* Vector table, results by semihosting, end of the run. */
#include "nrf.h"

extern uint32_t stack_end, bss_start, bss_end, data_start, data_end, data_load;

static uint32_t semihosting(uint32_t operation, const void *parameter) {
  register uint32_t r0 __asm("r0") = operation;
  register const void *r1 __asm("r1") = parameter;
  __asm volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

void report(const char *name, uint32_t value) {
  char text[12];
  for (int i = 0; i < 8; i++) text[i + 1] = "0123456789abcdef"[value >> (28 - 4 * i) & 15];
  text[0] = '=';
  text[9] = '\n';
  text[10] = 0;
  semihosting(4, name);
  semihosting(4, text);
}

void enable_irq(unsigned number) { NVIC_ISER(number / 32) = 1u << (number % 32); }

uint32_t cycles(void) { return DWT_CYCCNT; }

__attribute__((weak)) void irq_handler(unsigned number) { report("irq", number); }

static void on_interrupt(void) {
  uint32_t number;
  __asm volatile("mrs %0, ipsr" : "=r"(number));
  irq_handler(number - 16);
}

static void reset(void) {
  REG(0xE000EDFCu) |= 1u << 24; /* DEMCR.TRCENA */
  REG(0xE0001000u) |= 1;        /* DWT.CYCCNTENA */
  for (uint32_t *to = &data_start, *from = &data_load; to < &data_end;) *to++ = *from++;
  for (uint32_t *to = &bss_start; to < &bss_end;) *to++ = 0;
  int status = main();
  uint32_t block[2] = {0x20026, (uint32_t)status};
  semihosting(0x20, block);
  for (;;) {}
}

__attribute__((section(".vectors"), used)) void *const vectors[16 + 48] = {
    &stack_end,
    reset,
    [16 ... 63] = on_interrupt,
};
