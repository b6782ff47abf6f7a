#define RESETS 0x4000C000u
#define RESET_IO_BANK0 (1u << 5)
#define RESET_PADS_BANK0 (1u << 8)
#define RESET_PLL_SYS (1u << 12)
#define XOSC 0x40024000u
#define PLL_SYS 0x40028000u
#define CLOCKS 0x40008000u
#define PLL_FIRST_DIVIDER 6u /* to 125 MHz */
#include "raspberrypi.c"
