/* Registers of the SAM D21 by offset, and what the test firmwares share. */
#include <stdint.h>

#define R8(a) (*(volatile uint8_t *)(a))
#define R16(a) (*(volatile uint16_t *)(a))
#define R32(a) (*(volatile uint32_t *)(a))
#define PM 0x40000400u
#define SYSCTRL 0x40000800u
#define GCLK 0x40000C00u
#define WDT 0x40001000u
#define RTC 0x40001400u
#define EIC 0x40001800u
#define NVMCTRL 0x41004000u
#define PORT 0x41004400u
#define IOBUS 0x60000000u
#define SERCOM5 0x42001C00u
#define TC3 0x42002C00u
#define TC4 0x42003000u
#define CLKCTRL(id, generator) (R16(GCLK + 2) = 1u << 14 | (generator) << 8 | (id))
#define ENABLE_INTERRUPT(n) (R32(0xE000E100u) = 1u << (n))
#define SCB_SCR R32(0xE000ED10u)

extern volatile uint32_t results[16];
extern void (*volatile handler)(void);
void clock_to_48_mhz(void);

static inline void wfi(void) { __asm volatile("dsb\n\twfi" ::: "memory"); }
