#include "network.h"

#include "kernels.h"
#include "model.h"

#define CHANNELS 16
#define FEATURE_MAP (8 * 8 * CHANNELS)
#define POOLED (4 * 4 * CHANNELS)

/* Two feature maps; the pooled one reuses the first's place. */
static int8_t arena[2 * FEATURE_MAP];

void digits_invoke(const int8_t *image, int8_t *logits) {
  const struct shape image_shape = {8, 8, 1};
  const struct shape feature_shape = {8, 8, CHANNELS};
  int8_t *first = arena;
  int8_t *second = arena + FEATURE_MAP;

  conv2d_3x3(&conv1_quantisation, image_shape, image, conv1_weights, conv1_bias, CHANNELS, first);
  conv2d_3x3(&conv2_quantisation, feature_shape, first, conv2_weights, conv2_bias, CHANNELS,
             second);
  max_pool_2x2(feature_shape, second, first);
  fully_connected(&fc_quantisation, POOLED, first, fc_weights, fc_bias, DIGITS_CLASSES, logits);
}
