/* A firmware that lies in RAM alone: its loader starts it here. */
#include "pico.h"

int main(void);
volatile uint32_t results[16] __attribute__((section(".bss.results")));
void (*volatile handler)(void);

__attribute__((section(".vectors"))) void entry(void) {
  main();
  register uint32_t operation __asm("r0") = 0x18;
  register uint32_t reason __asm("r1") = 0x20026;
  for (;;) __asm volatile("bkpt 0xAB" : "+r"(operation) : "r"(reason) : "memory");
}
