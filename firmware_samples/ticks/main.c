/* Sleeps between the interrupts of a timer, one a millisecond. */
#include "print.h"
#include "ticks.h"

#define TICKS 10u

volatile unsigned ticks;

int main(void) {
  ticks_start();
  while (ticks < TICKS) {
    ticks_wait();
  }
  print("%u ticks\n", ticks);
  return 0;
}
