#include "media/decode_picture.h"
#include "media/exif.h"

#include <csetjmp>
#include <cstring>
#include <string>

#include <png.h>

namespace merkit::media {
namespace {

/// libpng reports by callbacks, and an error must not return: it jumps back to the call that is under way.
struct Decoder {
  png_structp png = nullptr;
  png_infop info = nullptr;
  const std::uint8_t* at;
  std::size_t left;
  std::jmp_buf back;
  bool truncated = false;  ///< libpng asked for bytes after the last
  char message[128] = "";

  explicit Decoder(const Bytes& bytes);
  ~Decoder() { png_destroy_read_struct(&png, &info, nullptr); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  /// Throws PictureFault if libpng gave up. `step` must not own anything: nothing is destroyed on the way back.
  template <class Step>
  void run(Step step) {
    if (setjmp(back)) fail();
    step(png, info);
  }

  [[noreturn]] void fail() const;
};

[[noreturn]] void jump_back(png_structp png, png_const_charp message) {
  Decoder& decoder = *static_cast<Decoder*>(png_get_error_ptr(png));
  std::strncpy(decoder.message, message, sizeof decoder.message - 1);
  std::longjmp(decoder.back, 1);
}

/// Warnings are about chunks that have no say in the pixels, such as colour profiles.
void say_nothing(png_structp, png_const_charp) {}

void read(png_structp png, png_bytep to, std::size_t size) {
  Decoder& decoder = *static_cast<Decoder*>(png_get_io_ptr(png));
  if (size > decoder.left) {
    decoder.truncated = true;
    jump_back(png, "");
  }
  std::memcpy(to, decoder.at, size);
  decoder.at += size;
  decoder.left -= size;
}

Decoder::Decoder(const Bytes& bytes) : at(bytes.data()), left(bytes.size()) {
  png = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, jump_back, say_nothing);
  info = png ? png_create_info_struct(png) : nullptr;
  if (!info) throw std::bad_alloc();
  png_set_read_fn(png, this, read);
}

void Decoder::fail() const {
  if (truncated) throw PictureFault("is truncated: the IEND chunk of PNG is missing");
  const std::string said(message), checksum = ": CRC error";
  const std::size_t chunk = said.size() - std::min(said.size(), checksum.size());
  if (said.substr(chunk) == checksum)
    throw PictureFault("is damaged: the checksum of its " + said.substr(0, chunk) + " chunk is wrong");
  throw PictureFault("is damaged: " + said);
}

int orientation_of(png_structp png, png_infop info) {
#ifdef PNG_eXIf_SUPPORTED
  png_uint_32 size = 0;
  png_bytep exif = nullptr;
  if (png_get_eXIf_1(png, info, &size, &exif) && exif) return exif_orientation(exif, size);
#endif
  return 1;
}

}  // namespace

cv::Mat decode_png(const Bytes& bytes) {
  Decoder decoder(bytes);
  decoder.run([](png_structp png, png_infop info) { png_read_info(png, info); });
  const png_uint_32 width = png_get_image_width(decoder.png, decoder.info);
  const png_uint_32 height = png_get_image_height(decoder.png, decoder.info);
  require_sane_size(width, height);
  constexpr std::uint64_t kBestDeflation = 1032;
  if (png_get_rowbytes(decoder.png, decoder.info) * std::uint64_t{height} > kBestDeflation * bytes.size())
    throw PictureFault("is truncated: it is too small to hold " + std::to_string(width) + "x" + std::to_string(height) +
                       " pixels");
  const bool deep = png_get_bit_depth(decoder.png, decoder.info) == 16;
  cv::Mat picture(static_cast<int>(height), static_cast<int>(width), deep ? CV_16UC3 : CV_8UC3);
  std::vector<std::uint8_t*> rows;
  for (int y = 0; y < picture.rows; ++y) rows.push_back(picture.ptr(y));
  std::uint8_t** const first = rows.data();
  const auto read_pixels = [first](png_structp png, png_infop info) {
    const int kind = png_get_color_type(png, info);
    if (kind == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
    if (kind == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(png);
    if ((kind & PNG_COLOR_MASK_COLOR) == 0) png_set_gray_to_rgb(png);
    png_set_strip_alpha(png);
    png_set_swap(png);  // 16 bits: most significant byte first in the file
    png_set_bgr(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, info);
    png_read_image(png, first);
    png_read_end(png, info);
  };
  decoder.run(read_pixels);
  return upright(picture, orientation_of(decoder.png, decoder.info));
}

}  // namespace merkit::media
