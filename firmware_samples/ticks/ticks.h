/* A timer that interrupts once a millisecond; the board's handler counts. */
#pragma once

extern volatile unsigned ticks;

void ticks_start(void);
void ticks_wait(void);
