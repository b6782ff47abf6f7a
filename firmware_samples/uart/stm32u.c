/* USART1 on PA9, the ST-LINK's virtual COM port of the boards with an STM32U3 or STM32U5. */
#include "registers.h"
#include "uart.h"

#define RCC_AHB2ENR1 REG32(RCC + 0x8Cu)
#define RCC_APB2ENR REG32(RCC + 0xA4u)
#define GPIOA_MODER REG32(0x42020000u)
#define GPIOA_AFRH REG32(0x42020024u)

#define USART1 0x40013800u
#define USART_CR1 REG32(USART1 + 0x00u)
#define USART_BRR REG32(USART1 + 0x0Cu)
#define USART_ISR REG32(USART1 + 0x1Cu)
#define USART_TDR REG32(USART1 + 0x28u)

#define CR1_UE (1u << 0)
#define CR1_TE (1u << 3)
#define ISR_TXE (1u << 7)
#define AF7 7u

void uart_init(void) {
  RCC_AHB2ENR1 |= 1u << 0; /* GPIOA */
  RCC_APB2ENR |= 1u << 14; /* USART1 */
  GPIOA_AFRH = (GPIOA_AFRH & ~0xF0u) | AF7 << 4;
  GPIOA_MODER = (GPIOA_MODER & ~(3u << 18)) | 2u << 18;
  USART_BRR = USART_CLOCK_HZ / 115200u;
  USART_CR1 = CR1_UE | CR1_TE;
}

void uart_putc(char character) {
  while ((USART_ISR & ISR_TXE) == 0) {
  }
  USART_TDR = (uint8_t)character;
}
