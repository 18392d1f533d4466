#pragma once

#include "merkit/learning/method.h"

#include <vector>

// One function a file of this folder, named like the file: that is all a method needs to be listed.
namespace merkit::catalog {

#define MERKIT_METHOD(name) Method name();
#include "neural_methods.inc"
#include "plain_methods.inc"
#undef MERKIT_METHOD

}  // namespace merkit::catalog

/// The plug-in's only entry point: its methods, in order of the file names. Lives as long as the program.
extern "C" const std::vector<merkit::Method>* merkit_neural_methods();
