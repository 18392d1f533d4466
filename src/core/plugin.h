#pragma once

#include <string>

namespace merkit {

/// A shared library of merkit's own that is loaded when it is first needed, because what it links takes long to load.
struct Plugin {
  const char* file;   ///< name below lib/merkit: "merkit_neural.so"
  const char* entry;  ///< its one function, declared extern "C"
  const char* what;   ///< what it holds, in the plural: "the neural methods"
  const char* needs;  ///< the libraries that it links, for hints: "LibTorch"
};

/// The entry point of a plug-in that lies beside the program: in a build tree, under any prefix, under /usr on Debian.
/// Once loaded it stays. Throws MachineError when it is missing (naming every place searched) or cannot be loaded.
void* load_plugin(const Plugin& plugin);

}  // namespace merkit
