#pragma once

#include <cstdint>

namespace merkit::neural {

/// Which values dropout keeps, by a hash of seed and position (the finaliser of MurmurHash3, with two words of seed):
/// any part of a mask can be made at any time, many values at once, and again on the way back.
struct DropoutMask {
  std::uint32_t low = 0, high = 0;  ///< seed
  std::uint32_t threshold = 0;      ///< share dropped, of 2^32; 0 keeps all
  float scale = 1;                  ///< of what is kept

  bool keeps(std::uint32_t position) const {
    std::uint32_t hash = position * 0x9e3779b1u + low;
    hash = (hash ^ (hash >> 16)) * 0x85ebca6bu + high;
    hash = (hash ^ (hash >> 13)) * 0xc2b2ae35u;
    return (hash ^ (hash >> 16)) >= threshold;
  }
};

}  // namespace merkit::neural
