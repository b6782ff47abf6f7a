#include "micro_interpreter.h"

namespace tflite {

MicroInterpreter::MicroInterpreter() : input_{}, output_(0) {
  for (int i = 0; i < kInputs; ++i) {
    weights_[i] = static_cast<int8_t>(i - kInputs / 2);
  }
}

int MicroInterpreter::Invoke() {
  int32_t sum = 0;
  for (int i = 0; i < kInputs; ++i) {
    sum += input_[i] * weights_[i];
  }
  output_ = sum;
  return 0;
}

} // namespace tflite
