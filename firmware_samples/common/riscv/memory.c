/* What the compiler calls for assignments of structures and the like. */
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict target, const void *restrict source, size_t size);
void *memset(void *target, int value, size_t size);

void *memcpy(void *restrict target, const void *restrict source, size_t size) {
  uint8_t *to = target;
  const uint8_t *from = source;
  while (size-- > 0) {
    *to++ = *from++;
  }
  return target;
}

void *memset(void *target, int value, size_t size) {
  uint8_t *to = target;
  while (size-- > 0) {
    *to++ = (uint8_t)value;
  }
  return target;
}
