#include "work.h"

uint32_t process(uint32_t count) {
  uint32_t hash = 2166136261u; /* FNV-1a */
  for (uint32_t i = 0; i < count; ++i) {
    hash = (hash ^ (i & 0xFFu)) * 16777619u;
  }
  return hash;
}

uint32_t summarise(const uint32_t *values, int count) {
  uint32_t sum = 0;
  for (int i = 0; i < count; ++i) {
    sum = sum * 31u + values[i];
  }
  return sum;
}
