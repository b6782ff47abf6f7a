#define RCC 0x40030C00u
#define USART_CLOCK_HZ 96000000u /* APB2 */
#include "stm32u.c"
