/* Registers of the STM32L4R5 that the test firmwares use (RM0432), and their start-up. */
#include <stdint.h>

#define R(address) (*(volatile uint32_t *)(address))
#define RCC_CR R(0x40021000)
#define RCC_CFGR R(0x40021008)
#define RCC_PLLCFGR R(0x4002100C)
#define RCC_BDCR R(0x40021090)
#define RCC_CSR R(0x40021094)
#define PWR_CR1 R(0x40007000)
#define PWR_CR5 R(0x40007080)
#define FLASH_ACR R(0x40022000)
#define TIM3(offset) R(0x40000400 + (offset))
#define LPUART1(offset) R(0x40008000 + (offset))
#define RTC(offset) R(0x40002800 + (offset))
#define EXTI(offset) R(0x40010400 + (offset))
#define IWDG(offset) R(0x40003000 + (offset))
#define NVIC_ISER(n) R(0xE000E100 + 4 * (n))
#define SCR R(0xE000ED10)

extern volatile uint32_t results[16];
extern void (*volatile handler)(void);

void finish(void) __attribute__((noreturn));
void clock_to_120_mhz(void);
