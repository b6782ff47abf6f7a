/* USART3 on PD8, the ST-LINK's virtual COM port of the NUCLEO-144 boards with an STM32H7. */
#include "board/stm32h7.h"
#include "uart.h"

#define GPIOD_MODER REG32(0x58020C00u)
#define GPIOD_AFRH REG32(0x58020C24u)

#define USART3 0x40004800u
#define USART_CR1 REG32(USART3 + 0x00u)
#define USART_BRR REG32(USART3 + 0x0Cu)
#define USART_ISR REG32(USART3 + 0x1Cu)
#define USART_TDR REG32(USART3 + 0x28u)

#define CR1_UE (1u << 0)
#define CR1_TE (1u << 3)
#define ISR_TXE (1u << 7)
#define AF7 7u

void uart_init(void) {
  RCC_AHB4ENR |= 1u << 3;   /* GPIOD */
  RCC_APB1LENR |= 1u << 18; /* USART3 */
  GPIOD_AFRH = (GPIOD_AFRH & ~0xFu) | AF7;
  GPIOD_MODER = (GPIOD_MODER & ~(3u << 16)) | 2u << 16;
  USART_BRR = USART_CLOCK_HZ / 115200u;
  USART_CR1 = CR1_UE | CR1_TE;
}

void uart_putc(char character) {
  while ((USART_ISR & ISR_TXE) == 0) {
  }
  USART_TDR = (uint8_t)character;
}
