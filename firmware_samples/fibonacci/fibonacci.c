#include <stdint.h>

uint32_t fibonacci(uint32_t n);

/* noipa: the compiler must not unfold the recursion. */
__attribute__((noipa)) uint32_t fibonacci(uint32_t n) {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}
