/* The STM32F746 at 216 MHz with over-drive, from the board's 25 MHz crystal. */
#include "board.h"
#include "caches.h"
#include "registers.h"

#define FLASH_ACR REG32(0x40023C00u)
#define ACR_7WS 7u

#define RCC_CR REG32(0x40023800u)
#define RCC_PLLCFGR REG32(0x40023804u)
#define RCC_CFGR REG32(0x40023808u)
#define RCC_APB1ENR REG32(0x40023840u)
#define CR_HSEON (1u << 16)
#define CR_HSERDY (1u << 17)
#define CR_PLLON (1u << 24)
#define CR_PLLRDY (1u << 25)
#define CFGR_SW_PLL 2u
#define CFGR_SWS (3u << 2)
#define CFGR_SWS_PLL (2u << 2)

#define PWR_CR1 REG32(0x40007000u)
#define PWR_CSR1 REG32(0x40007004u)
#define CR1_ODEN (1u << 16)
#define CR1_ODSWEN (1u << 17)

static void wait_until(volatile uint32_t *at, uint32_t mask, uint32_t value) {
  while ((*at & mask) != value) {
  }
}

void SystemInit(void) {
  RCC_CR |= CR_HSEON;
  wait_until(&RCC_CR, CR_HSERDY, CR_HSERDY);
  RCC_PLLCFGR = 25u | 432u << 6 | 1u << 22 | 9u << 24; /* HSE / 25 * 432 / 2 */
  RCC_CR |= CR_PLLON;
  RCC_APB1ENR |= 1u << 28; /* PWR */
  PWR_CR1 |= CR1_ODEN;
  wait_until(&PWR_CSR1, CR1_ODEN, CR1_ODEN);
  PWR_CR1 |= CR1_ODSWEN;
  wait_until(&PWR_CSR1, CR1_ODSWEN, CR1_ODSWEN);
  wait_until(&RCC_CR, CR_PLLRDY, CR_PLLRDY);
  FLASH_ACR = ACR_7WS;
  RCC_CFGR = CFGR_SW_PLL | 5u << 10 | 4u << 13; /* APB1 at a quarter, APB2 at a half */
  wait_until(&RCC_CFGR, CFGR_SWS, CFGR_SWS_PLL);
  caches_enable();
}
