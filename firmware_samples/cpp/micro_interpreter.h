/* A stand-in for TensorFlow Lite Micro's interpreter: the same qualified name, none of its code. */
#pragma once

#include <cstdint>

namespace tflite {

class MicroInterpreter {
public:
  static constexpr int kInputs = 32;

  MicroInterpreter();

  int8_t *input() { return input_; }
  int32_t output() const { return output_; }

  /* A dot product of the input with fixed weights; 0 means success. */
  int Invoke();

private:
  int8_t input_[kInputs];
  int8_t weights_[kInputs];
  int32_t output_;
};

} // namespace tflite
