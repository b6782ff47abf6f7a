/* USART2 on PA2. */
#include "registers.h"
#include "uart.h"

#define RCC_AHB1ENR REG32(0x40023830u)
#define RCC_APB1ENR REG32(0x40023840u)
#define GPIOA_MODER REG32(0x40020000u)
#define GPIOA_AFRL REG32(0x40020020u)

#define USART2 0x40004400u
#define USART_SR REG32(USART2 + 0x00u)
#define USART_DR REG32(USART2 + 0x04u)
#define USART_BRR REG32(USART2 + 0x08u)
#define USART_CR1 REG32(USART2 + 0x0Cu)

#define CR1_TE (1u << 3)
#define CR1_UE (1u << 13)
#define SR_TXE (1u << 7)
#define AF7 7u

#define USART_CLOCK_HZ 42000000u /* APB1 */

void uart_init(void) {
  RCC_AHB1ENR |= 1u << 0;  /* GPIOA */
  RCC_APB1ENR |= 1u << 17; /* USART2 */
  GPIOA_AFRL = (GPIOA_AFRL & ~0xF00u) | AF7 << 8;
  GPIOA_MODER = (GPIOA_MODER & ~(3u << 4)) | 2u << 4;
  USART_BRR = USART_CLOCK_HZ / 115200u;
  USART_CR1 = CR1_UE | CR1_TE;
}

void uart_putc(char character) {
  while ((USART_SR & SR_TXE) == 0) {
  }
  USART_DR = (uint8_t)character;
}
