#define RCC 0x46020C00u
#define USART_CLOCK_HZ 160000000u /* APB2 */
#include "stm32u.c"
