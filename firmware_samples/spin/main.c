/* The tightest loop there is, as vendors use for their `while(1)` current figures, but finite. */
#include <stdint.h>

#define ITERATIONS 200000u

void spin(uint32_t iterations) {
  do {
    __asm volatile(""); /* or the compiler would drop the loop */
  } while (--iterations != 0);
}

int main(void) {
  spin(ITERATIONS);
  return 0;
}
