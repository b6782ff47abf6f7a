/* What the firmware of these tests shares: text through semihosting, interrupts, an array of words. */
#pragma once
#include <stdint.h>

#define R32(address) (*(volatile uint32_t *)(address))
#define R16(address) (*(volatile uint16_t *)(address))
#define R8(address) (*(volatile uint8_t *)(address))
#define ISER(n) R32(0xE000E100u + 4 * ((n) / 32))
#define ENABLE(n) (ISER(n) = 1u << ((n) % 32))

extern void (*volatile handler)(void);
extern volatile uint32_t interrupts;
extern volatile uint32_t last;  /* exception number of the interrupt that came last */

void print(uint32_t word);
void finish(void);
