/* The board's pin that marks regions for a logic analyser or power analyser. */
#pragma once

#include "registers.h"

#if defined(BOARD_NRF52840)
/* P0.13, LED1 of the development kit */
#define PIN (1u << 13)
#define GPIO_OUTSET REG32(0x50000508u)
#define GPIO_OUTCLR REG32(0x5000050Cu)
#define GPIO_DIRSET REG32(0x50000518u)

static inline void pin_init(void) { GPIO_DIRSET = PIN; }
static inline void pin_high(void) { GPIO_OUTSET = PIN; }
static inline void pin_low(void) { GPIO_OUTCLR = PIN; }

#elif defined(BOARD_NUCLEO_L4R5ZI)
/* PA5, D13 of the board */
#define PIN 5u
#define RCC_AHB2ENR REG32(0x4002104Cu)
#define GPIOAEN (1u << 0)
#define GPIOA_MODER REG32(0x48000000u)
#define GPIOA_BSRR REG32(0x48000018u)
#define MODE_OUTPUT 1u

static inline void pin_init(void) {
  RCC_AHB2ENR |= GPIOAEN;
  GPIOA_MODER = (GPIOA_MODER & ~(3u << (2 * PIN))) | (MODE_OUTPUT << (2 * PIN));
}
static inline void pin_high(void) { GPIOA_BSRR = 1u << PIN; }
static inline void pin_low(void) { GPIOA_BSRR = 1u << (PIN + 16u); }
#endif
