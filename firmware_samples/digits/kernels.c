#include "kernels.h"

/* The high half of 2ab, rounded (gemmlowp's SaturatingRoundingDoublingHighMul). */
static int32_t saturating_rounding_doubling_high_mul(int32_t a, int32_t b) {
  if (a == INT32_MIN && b == INT32_MIN) {
    return INT32_MAX;
  }
  int64_t product = (int64_t)a * b;
  int32_t nudge = product >= 0 ? 1 << 30 : 1 - (1 << 30);
  return (int32_t)((product + nudge) / (1ll << 31));
}

/* x / 2^exponent, rounded to nearest, ties away from zero (gemmlowp's RoundingDivideByPOT). */
static int32_t rounding_divide_by_pot(int32_t x, int exponent) {
  int32_t mask = (int32_t)((1u << exponent) - 1u);
  int32_t threshold = (mask >> 1) + (x < 0 ? 1 : 0);
  return (x >> exponent) + ((x & mask) > threshold ? 1 : 0);
}

static int32_t multiply_by_quantized_multiplier(int32_t x, int32_t multiplier, int shift) {
  int left = shift > 0 ? shift : 0;
  int right = shift > 0 ? 0 : -shift;
  return rounding_divide_by_pot(saturating_rounding_doubling_high_mul(x * (1 << left), multiplier),
                                right);
}

static int8_t requantise(const struct quantisation *quantisation, int channel, int32_t sum) {
  int32_t value = multiply_by_quantized_multiplier(sum, quantisation->multiplier[channel],
                                                   quantisation->shift[channel]);
  value += quantisation->output_offset;
  value = value < quantisation->activation_min ? quantisation->activation_min : value;
  value = value > quantisation->activation_max ? quantisation->activation_max : value;
  return (int8_t)value;
}

static int32_t dot(const int8_t *input, int32_t input_offset, const int8_t *weights, int count) {
  int32_t sum = 0;
  for (int i = 0; i < count; ++i) {
    sum += (input[i] + input_offset) * weights[i];
  }
  return sum;
}

/* One output value: the 3x3 taps around (y, x) that lie inside the input. Those outside hold the
 * zero point and would add nothing. */
static int32_t conv2d_sum(struct shape shape, const int8_t *input, int32_t input_offset,
                          const int8_t *weights, int y, int x) {
  int first = x > 0 ? x - 1 : 0;
  int last = x < shape.width - 1 ? x + 1 : x;
  int run = (last - first + 1) * shape.channels; /* neighbours in a row are contiguous */
  int skipped = first - (x - 1);
  int32_t sum = 0;
  for (int tap_y = 0; tap_y < 3; ++tap_y) {
    int row = y + tap_y - 1;
    if (row >= 0 && row < shape.height) {
      sum += dot(input + (row * shape.width + first) * shape.channels, input_offset,
                 weights + (tap_y * 3 + skipped) * shape.channels, run);
    }
  }
  return sum;
}

void conv2d_3x3(const struct quantisation *quantisation, struct shape input_shape,
                const int8_t *input, const int8_t *weights, const int32_t *bias,
                int output_channels, int8_t *output) {
  int weights_per_channel = 9 * input_shape.channels;
  for (int y = 0; y < input_shape.height; ++y) {
    for (int x = 0; x < input_shape.width; ++x) {
      for (int channel = 0; channel < output_channels; ++channel) {
        int32_t sum = conv2d_sum(input_shape, input, quantisation->input_offset,
                                 weights + channel * weights_per_channel, y, x);
        *output++ = requantise(quantisation, channel, sum + bias[channel]);
      }
    }
  }
}

static int8_t max(int8_t a, int8_t b) { return a > b ? a : b; }

void max_pool_2x2(struct shape input_shape, const int8_t *input, int8_t *output) {
  int step = input_shape.channels;
  int row = input_shape.width * step;
  for (int y = 0; y < input_shape.height; y += 2) {
    for (int x = 0; x < input_shape.width; x += 2) {
      const int8_t *corner = input + y * row + x * step;
      for (int channel = 0; channel < step; ++channel, ++corner) {
        *output++ = max(max(corner[0], corner[step]), max(corner[row], corner[row + step]));
      }
    }
  }
}

void fully_connected(const struct quantisation *quantisation, int input_size, const int8_t *input,
                     const int8_t *weights, const int32_t *bias, int output_size, int8_t *output) {
  for (int unit = 0; unit < output_size; ++unit) {
    int32_t sum = dot(input, quantisation->input_offset, weights + unit * input_size, input_size);
    output[unit] = requantise(quantisation, unit, sum + bias[unit]);
  }
}

int argmax(const int8_t *values, int count) {
  int best = 0;
  for (int i = 1; i < count; ++i) {
    best = values[i] > values[best] ? i : best;
  }
  return best;
}
