/* int8 neural network kernels with TFLite's arithmetic. Tensors are HWC, weights OHWI. */
#pragma once

#include <stdint.h>

/* Per layer; multiplier and shift have one entry per output channel (shift > 0: to the left). */
struct quantisation {
  int32_t input_offset;
  int32_t output_offset;
  int32_t activation_min;
  int32_t activation_max;
  const int32_t *multiplier;
  const int32_t *shift;
};

struct shape {
  int height;
  int width;
  int channels;
};

/* 3x3, stride 1, same padding. */
void conv2d_3x3(const struct quantisation *quantisation, struct shape input_shape,
                const int8_t *input, const int8_t *weights, const int32_t *bias,
                int output_channels, int8_t *output);

/* 2x2, stride 2; height and width are even. */
void max_pool_2x2(struct shape input_shape, const int8_t *input, int8_t *output);

void fully_connected(const struct quantisation *quantisation, int input_size, const int8_t *input,
                     const int8_t *weights, const int32_t *bias, int output_size, int8_t *output);

int argmax(const int8_t *values, int count);
