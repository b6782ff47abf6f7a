#define RESETS 0x40020000u
#define RESET_IO_BANK0 (1u << 6)
#define RESET_PADS_BANK0 (1u << 9)
#define RESET_PLL_SYS (1u << 14)
#define XOSC 0x40048000u
#define PLL_SYS 0x40050000u
#define CLOCKS 0x40010000u
#define PLL_FIRST_DIVIDER 5u /* to 150 MHz */
#include "raspberrypi.c"

/* What the boot ROM looks for in the first 4 kB, so behind the vectors: an executable for the Arm
 * cores, Secure (pico-sdk, boot/picobin.h). */
__attribute__((section(".isr_vector"), used)) static const uint32_t image_def[] = {
    0xFFFFDED3u, 0x10210142u, 0x000001FFu, 0, 0xAB123579u};
