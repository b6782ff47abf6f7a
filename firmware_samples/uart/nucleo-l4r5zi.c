/* The STM32L4R5's LPUART1. The supply of port G (PWR) and the pins' alternate function are left out,
 * as they are not modelled; a real board needs them. */
#include "registers.h"
#include "uart.h"

#define RCC_APB1ENR2 REG32(0x4002105Cu)
#define LPUART1EN (1u << 0)
#define LPUART1 0x40008000u
#define LPUART_CR1 REG32(LPUART1 + 0x00u)
#define LPUART_BRR REG32(LPUART1 + 0x0Cu)
#define LPUART_ISR REG32(LPUART1 + 0x1Cu)
#define LPUART_TDR REG32(LPUART1 + 0x28u)

#define CR1_UE (1u << 0)
#define CR1_TE (1u << 3)
#define ISR_TXE (1u << 7)

/* 256 * 4 MHz / 115200, from the MSI reset clock */
#define BRR_115200 8889u

void uart_init(void) {
  RCC_APB1ENR2 |= LPUART1EN;
  LPUART_BRR = BRR_115200;
  LPUART_CR1 = CR1_UE | CR1_TE;
}

void uart_putc(char character) {
  while ((LPUART_ISR & ISR_TXE) == 0) {
  }
  LPUART_TDR = (uint8_t)character;
}
