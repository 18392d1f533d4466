#include "methods/method_list.h"

extern "C" __attribute__((visibility("default"))) const std::vector<merkit::Method>* merkit_neural_methods() {
  static const std::vector<merkit::Method> list = {
#define MERKIT_METHOD(name) merkit::catalog::name(),
#include "neural_methods.inc"
#undef MERKIT_METHOD
  };
  return &list;
}
