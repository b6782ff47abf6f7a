/* Registers of the RP2040, and what the test firmwares share. */
#include <stdint.h>

#define R32(a) (*(volatile uint32_t *)(a))
#define R16(a) (*(volatile uint16_t *)(a))
#define R8(a) (*(volatile uint8_t *)(a))
#define SET(a) R32((a) + 0x2000u)
#define CLEAR(a) R32((a) + 0x3000u)
#define FLIP(a) R32((a) + 0x1000u)
#define CLOCKS 0x40008000u
#define RESETS 0x4000C000u
#define IO_BANK0 0x40014000u
#define PADS_BANK0 0x4001C000u
#define XOSC 0x40024000u
#define PLL_SYS 0x40028000u
#define UART0 0x40034000u
#define PWM 0x40050000u
#define TIMER 0x40054000u
#define WATCHDOG 0x40058000u
#define DMA 0x50000000u
#define XIP_CTRL 0x14000000u
#define SIO 0xD0000000u
#define ENABLE_INTERRUPT(n) (R32(0xE000E100u) = 1u << (n))

extern volatile uint32_t results[16];
extern void (*volatile handler)(void);
void clock_to_125_mhz(void);
void tick_each_microsecond(void);
void release(uint32_t blocks);

static inline void wfi(void) { __asm volatile("dsb\n\twfi" ::: "memory"); }

/* A function of the boot ROM by its two letters (RP2040 datasheet 2.8.3). */
static inline void *rom_function(char a, char b) {
  uint32_t (*look_up)(uint32_t, uint32_t) = (uint32_t (*)(uint32_t, uint32_t))(uint32_t)R16(0x18);
  return (void *)look_up(R16(0x14), (uint32_t)a | (uint32_t)b << 8);
}
