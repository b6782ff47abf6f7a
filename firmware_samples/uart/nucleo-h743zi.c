#define USART_CLOCK_HZ 120000000u /* APB1 */
#include "stm32h7.c"
