#pragma once

#include "neural/dropout_mask.h"

#include <cstdint>

namespace merkit::neural::stem {

/// Filters are padded to a multiple of this: the floats of the widest vector.
inline constexpr int kLanes = 16;

/// Convolution (stride 1), ReLU, normalisation, maximum over windows that touch, dropout, mean over windows that touch.
struct Shape {
  int channels, height, width;   ///< of the image; 1 to 3 channels
  int filters, kernel, padding;  ///< of the convolution
  int pool, pool_padding;        ///< side of the maximum's windows
  int average;                   ///< side of the mean's windows, 1 for none

  int row_floats() const { return (width + 2 * padding) * channels; }
  int image_floats() const { return (height + 2 * padding) * row_floats() + kLanes; }
  int map_height() const { return height + 2 * padding - kernel + 1; }
  int map_width() const { return width + 2 * padding - kernel + 1; }
  int pooled_height() const { return (map_height() + 2 * pool_padding - pool) / pool + 1; }
  int pooled_width() const { return (map_width() + 2 * pool_padding - pool) / pool + 1; }
  int pooled() const { return pooled_height() * pooled_width(); }
  int averaged() const { return (pooled_height() / average) * (pooled_width() / average); }
  int lanes() const { return (filters + kLanes - 1) / kLanes * kLanes; }
  int tap_row() const { return kernel * channels; }  ///< taps of a filter that lie side by side in an image row
  int taps() const { return kernel * tap_row(); }
  int gathered_row() const { return (tap_row() + kLanes - 1) / kLanes * kLanes; }
};

/// [channels][height][width] -> rows of pixels with their channels together, zeros around them.
void pack_image(const Shape& shape, const float* planes, float* image);

/// What one sample adds to the batch's statistics; all arrays are [..][lanes]. With z the maps after the ReLU and x the
/// image under a filter's tap: the sums over all positions of z, z^2, 1 where z > 0, x where z > 0, and x z.
struct Sums {
  float *values, *squares, *active, *active_taps, *value_taps;
};

/// Convolution, ReLU and maximum of one packed image. `weights` is [taps][lanes], `bias` [lanes]. Where `sign` [lanes]
/// is -1 the minimum is taken. Writes to `pooled` [pooled][lanes] the value times its sign, and when `sums` is given,
/// to `places` [pooled][lanes] where in the image the filter lay.
void convolve_and_pool(const Shape& shape, const float* image, const float* weights, const float* bias,
                       const float* sign, float* pooled, std::int32_t* places, const Sums* sums);

/// Normalisation (value * factor + shift, each [lanes]), dropout and mean of one sample: `features` is
/// [filters][averaged]. `sample` is its position in the batch; element (sample, filter, place) of the maximum's maps
/// has position (sample * filters + filter) * pooled + place in the mask.
void finish(const Shape& shape, const float* pooled, const float* factor, const float* shift, const DropoutMask& mask,
            int sample, float* features);

/// The way back through mean and dropout: [filters][averaged] -> [pooled][lanes].
void unfinish(const Shape& shape, const float* gradient, const DropoutMask& mask, int sample, float* of_pooled);

/// Adds gradient times image under the filter, at all places where the maximum was taken and is above 0, to `gathered`
/// [filters][kernel][gathered_row], and gradients alone to `active` [filters]. `pooled` and `places` are those of
/// convolve_and_pool(); `sign` as there.
void gather(const Shape& shape, const float* image, const float* pooled, const std::int32_t* places, const float* sign,
            const float* of_pooled, float* gathered, float* active);

}  // namespace merkit::neural::stem
