#pragma once

#include <stdint.h>

/* Takes time in proportion to the count. */
uint32_t process(uint32_t count);

/* A fixed amount of other work. */
uint32_t summarise(const uint32_t *values, int count);
