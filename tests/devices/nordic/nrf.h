/* What the test firmware needs of the chip; offsets by the nRF52840 Product Specification. */
#pragma once
#include <stdint.h>

#define REG(address) (*(volatile uint32_t *)(address))
#define CLOCK 0x40000000u
#define POWER 0x40000000u
#define RADIO 0x40001000u
#define UART0 0x40002000u
#define GPIOTE 0x40006000u
#define TIMER0 0x40008000u
#define TIMER3 0x4001A000u
#define RTC1 0x40011000u
#define TEMP 0x4000C000u
#define RNG 0x4000D000u
#define WDT 0x40010000u
#define EGU0 0x40014000u
#define NVMC 0x4001E000u
#define PPI 0x4001F000u
#define P0 0x50000000u
#define FICR 0x10000000u
#define UICR 0x10001000u
#define NVIC_ISER(n) REG(0xE000E100u + 4u * (n))
#define DWT_CYCCNT REG(0xE0001004u)

#define TASK(base, offset) (REG((base) + (offset)) = 1)
#define WAIT(base, offset)                  \
  do {                                      \
    while (REG((base) + (offset)) == 0) {}  \
    REG((base) + (offset)) = 0;             \
    (void)REG((base) + (offset));           \
  } while (0)

void report(const char *name, uint32_t value);
void enable_irq(unsigned number);
uint32_t cycles(void);
int main(void);
void irq_handler(unsigned number);
