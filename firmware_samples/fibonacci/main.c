/* Fibonacci numbers by recursion, checked by iteration. Prints through newlib's printf, so it also
 * shows stdio over the _write system call. */
#include <stdint.h>
#include <stdio.h>

#define N 22

uint32_t fibonacci(uint32_t n);

static uint32_t fibonacci_iterative(uint32_t n) {
  uint32_t current = 0;
  uint32_t next = 1;
  while (n-- > 0) {
    uint32_t sum = current + next;
    current = next;
    next = sum;
  }
  return current;
}

int main(void) {
  uint32_t result = fibonacci(N);
  printf("fibonacci(%d) = %lu\n", N, (unsigned long)result);
  return result == fibonacci_iterative(N) ? 0 : 1;
}
