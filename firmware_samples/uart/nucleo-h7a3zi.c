#define USART_CLOCK_HZ 140000000u /* APB1 */
#include "stm32h7.c"
