/* The digits classifier: conv 3x3 (16), conv 3x3 (16), max pool 2x2, fully connected (10). */
#pragma once

#include <stdint.h>

#define DIGITS_CLASSES 10

/* image: 8x8 int8 pixels; logits: DIGITS_CLASSES int8 values. */
void digits_invoke(const int8_t *image, int8_t *logits);
