/* The parts of the mix. Each does a fixed amount of work on data derived from the seed and returns
 * a value that depends on all of it. */
#pragma once

#include <stdint.h>

uint32_t list_part(uint32_t seed);
uint32_t matrix_part(uint32_t seed);
uint32_t scan_part(uint32_t seed);
uint32_t crc_part(uint32_t seed);

/* Numerical Recipes' linear congruential generator. */
static inline uint32_t next_random(uint32_t *state) {
  *state = *state * 1664525u + 1013904223u;
  return *state >> 8;
}
