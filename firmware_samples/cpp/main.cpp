/* C++ on the start-up code: a global object with a constructor, and a qualified method name to
 * select a region by. */
#include "micro_interpreter.h"
#include "print.h"

namespace {

/* Constructed before main, through .init_array. */
tflite::MicroInterpreter interpreter;

constexpr int kRuns = 3;

} // namespace

int main() {
  for (int run = 1; run <= kRuns; ++run) {
    for (int i = 0; i < tflite::MicroInterpreter::kInputs; ++i) {
      interpreter.input()[i] = static_cast<int8_t>(i * run);
    }
    if (interpreter.Invoke() != 0) {
      return 1;
    }
    print("run %d: %d\n", run, static_cast<int>(interpreter.output()));
  }
  return 0;
}
