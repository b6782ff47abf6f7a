/* Registers of the RP2350 (pico-sdk, src/rp2350, addressmap.h and the headers of the blocks). */
#include <stdint.h>

#define R32(address) (*(volatile uint32_t *)(address))
#define CLEAR 0x3000u
#define RESETS 0x40020000u
#define CLOCKS 0x40010000u
#define XOSC 0x40048000u
#define PLL_SYS 0x40050000u
#define TIMER0 0x400B0000u
#define TICKS 0x40108000u
#define IO_BANK0 0x40028000u
#define PADS_BANK0 0x40038000u
#define UART0 0x40070000u
#define BOOTRAM 0x400E0000u
#define TRNG 0x400F0000u
#define ADC 0x400A0000u
#define PWM 0x400A8000u
#define DMA 0x50000000u
#define SIO 0xD0000000u
#define FIFO_ST R32(SIO + 0x50)
#define FIFO_WR R32(SIO + 0x54)
#define FIFO_RD R32(SIO + 0x58)
#define BELL_OUT_SET R32(SIO + 0x180)
#define BELL_IN_CLEAR R32(SIO + 0x18C)
#define CPACR R32(0xE000ED88u)
#define ISER(n) R32(0xE000E100u + 4 * (n))

extern volatile uint32_t results[16];
extern void (*volatile handler)(void);
void finish(void);
void clock_to_150_mhz(void);
/* The boot ROM's launch of core 1. */
void launch(void (*entry)(void));

static inline void release(uint32_t blocks) {
  R32(RESETS + CLEAR) = blocks;
  while ((R32(RESETS + 8) & blocks) != blocks) continue;
}

static inline void *rom_function(uint32_t code) {
  void *(*lookup)(uint32_t, uint32_t) = (void *(*)(uint32_t, uint32_t))(uint32_t)*(uint16_t *)0x16;
  return lookup(code, 4);
}
