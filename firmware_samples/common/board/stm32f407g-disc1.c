/* The STM32F407 at 168 MHz from the board's 8 MHz crystal, with the accelerator (ART). */
#include "board.h"
#include "registers.h"

#define FLASH_ACR REG32(0x40023C00u)
#define ACR_5WS 5u
#define ACR_ACCELERATOR (7u << 8) /* prefetch, instruction and data cache */

#define RCC_CR REG32(0x40023800u)
#define RCC_PLLCFGR REG32(0x40023804u)
#define RCC_CFGR REG32(0x40023808u)
#define CR_HSEON (1u << 16)
#define CR_HSERDY (1u << 17)
#define CR_PLLON (1u << 24)
#define CR_PLLRDY (1u << 25)
#define CFGR_SW_PLL 2u
#define CFGR_SWS (3u << 2)
#define CFGR_SWS_PLL (2u << 2)

static void wait_until(volatile uint32_t *at, uint32_t mask, uint32_t value) {
  while ((*at & mask) != value) {
  }
}

void SystemInit(void) {
  RCC_CR |= CR_HSEON;
  wait_until(&RCC_CR, CR_HSERDY, CR_HSERDY);
  RCC_PLLCFGR = 8u | 336u << 6 | 1u << 22 | 7u << 24; /* HSE / 8 * 336 / 2 */
  RCC_CR |= CR_PLLON;
  wait_until(&RCC_CR, CR_PLLRDY, CR_PLLRDY);
  FLASH_ACR = ACR_5WS | ACR_ACCELERATOR;
  wait_until(&FLASH_ACR, 7u, ACR_5WS);
  RCC_CFGR = CFGR_SW_PLL | 5u << 10 | 4u << 13; /* APB1 at a quarter, APB2 at a half */
  wait_until(&RCC_CFGR, CFGR_SWS, CFGR_SWS_PLL);
}
