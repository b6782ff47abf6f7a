/* The kernels of kernels.c in vector instructions (Helium): the same numbers, bit for bit. */
#include <arm_mve.h>

#include "kernels.h"

#define BYTES 16
#define WORDS 4
#define MOST_CHANNELS 16

/* x / 2^-exponent, rounded to nearest, ties away from zero; exponent <= 0. */
static int32x4_t rounding_divide_by_pot(int32x4_t x, int32x4_t exponent) {
  /* VRSHL rounds ties upwards: one less for a negative x that is divided at all. */
  int32x4_t fixup = vshrq_n_s32(vandq_s32(x, exponent), 31);
  return vrshlq_s32(vqaddq_s32(x, fixup), exponent);
}

/* `count` sums of consecutive channels from `channel` on into int8 outputs. VQRDMULH is gemmlowp's
 * SaturatingRoundingDoublingHighMul. */
static void requantise(const struct quantisation *quantisation, int channel, const int32_t *sums,
                       int count, int8_t *output) {
  for (int i = 0; i < count; i += WORDS) {
    mve_pred16_t lanes = vctp32q((uint32_t)(count - i));
    int32x4_t shift = vldrwq_z_s32(quantisation->shift + channel + i, lanes);
    int32x4_t multiplier = vldrwq_z_s32(quantisation->multiplier + channel + i, lanes);
    int32x4_t zero = vdupq_n_s32(0);
    int32x4_t x = vshlq_s32(vldrwq_z_s32(sums + i, lanes), vmaxq_s32(shift, zero));
    x = rounding_divide_by_pot(vqrdmulhq_s32(x, multiplier), vminq_s32(shift, zero));
    x = vaddq_n_s32(x, quantisation->output_offset);
    x = vmaxq_s32(x, vdupq_n_s32(quantisation->activation_min));
    x = vminq_s32(x, vdupq_n_s32(quantisation->activation_max));
    vstrbq_p_s32(output + i, x, lanes);
  }
}

static int32_t dot(const int8_t *input, int32_t input_offset, const int8_t *weights, int count) {
  int32_t products = 0;
  int32_t sum_of_weights = 0;
  for (int i = 0; i < count; i += BYTES) {
    mve_pred16_t lanes = vctp8q((uint32_t)(count - i));
    int8x16_t x = vldrbq_z_s8(input + i, lanes);
    int8x16_t w = vldrbq_z_s8(weights + i, lanes);
    products = vmladavaq_p_s8(products, x, w, lanes);
    sum_of_weights = vaddvaq_p_s8(sum_of_weights, w, lanes);
  }
  return products + input_offset * sum_of_weights;
}

/* As in kernels.c. */
static int32_t conv2d_sum(struct shape shape, const int8_t *input, int32_t input_offset,
                          const int8_t *weights, int y, int x) {
  int first = x > 0 ? x - 1 : 0;
  int last = x < shape.width - 1 ? x + 1 : x;
  int run = (last - first + 1) * shape.channels;
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
      for (int first = 0; first < output_channels; first += MOST_CHANNELS) {
        int32_t sums[MOST_CHANNELS];
        int count = output_channels - first;
        count = count < MOST_CHANNELS ? count : MOST_CHANNELS;
        for (int i = 0; i < count; ++i) {
          sums[i] = bias[first + i] +
                    conv2d_sum(input_shape, input, quantisation->input_offset,
                               weights + (first + i) * weights_per_channel, y, x);
        }
        requantise(quantisation, first, sums, count, output);
        output += count;
      }
    }
  }
}

void max_pool_2x2(struct shape input_shape, const int8_t *input, int8_t *output) {
  int step = input_shape.channels;
  int row = input_shape.width * step;
  for (int y = 0; y < input_shape.height; y += 2) {
    for (int x = 0; x < input_shape.width; x += 2) {
      const int8_t *corner = input + y * row + x * step;
      for (int channel = 0; channel < step; channel += BYTES) {
        mve_pred16_t lanes = vctp8q((uint32_t)(step - channel));
        const int8_t *from = corner + channel;
        int8x16_t upper =
            vmaxq_s8(vldrbq_z_s8(from, lanes), vldrbq_z_s8(from + step, lanes));
        int8x16_t lower =
            vmaxq_s8(vldrbq_z_s8(from + row, lanes), vldrbq_z_s8(from + row + step, lanes));
        vstrbq_p_s8(output + channel, vmaxq_s8(upper, lower), lanes);
      }
      output += step;
    }
  }
}

void fully_connected(const struct quantisation *quantisation, int input_size, const int8_t *input,
                     const int8_t *weights, const int32_t *bias, int output_size, int8_t *output) {
  for (int first = 0; first < output_size; first += MOST_CHANNELS) {
    int32_t sums[MOST_CHANNELS];
    int count = output_size - first;
    count = count < MOST_CHANNELS ? count : MOST_CHANNELS;
    for (int i = 0; i < count; ++i) {
      sums[i] = bias[first + i] + dot(input, quantisation->input_offset,
                                      weights + (first + i) * input_size, input_size);
    }
    requantise(quantisation, first, sums, count, output + first);
  }
}

int argmax(const int8_t *values, int count) {
  int best = 0;
  for (int i = 1; i < count; ++i) {
    best = values[i] > values[best] ? i : best;
  }
  return best;
}
