/* USART2 on PA2, the ST-LINK's virtual COM port. */
#include "registers.h"
#include "uart.h"

#define RCC_IOPENR REG32(0x40021034u)
#define RCC_APBENR1 REG32(0x4002103Cu)
#define GPIOA_MODER REG32(0x50000000u)
#define GPIOA_AFRL REG32(0x50000020u)

#define USART2 0x40004400u
#define USART_CR1 REG32(USART2 + 0x00u)
#define USART_BRR REG32(USART2 + 0x0Cu)
#define USART_ISR REG32(USART2 + 0x1Cu)
#define USART_TDR REG32(USART2 + 0x28u)

#define CR1_UE (1u << 0)
#define CR1_TE (1u << 3)
#define ISR_TXE (1u << 7)
#define AF1 1u

#define USART_CLOCK_HZ 64000000u /* APB */

void uart_init(void) {
  RCC_IOPENR |= 1u << 0;   /* GPIOA */
  RCC_APBENR1 |= 1u << 17; /* USART2 */
  GPIOA_AFRL = (GPIOA_AFRL & ~0xF00u) | AF1 << 8;
  GPIOA_MODER = (GPIOA_MODER & ~(3u << 4)) | 2u << 4;
  USART_BRR = USART_CLOCK_HZ / 115200u;
  USART_CR1 = CR1_UE | CR1_TE;
}

void uart_putc(char character) {
  while ((USART_ISR & ISR_TXE) == 0) {
  }
  USART_TDR = (uint8_t)character;
}
