#include "media/decode_picture.h"
#include "media/exif.h"

#include <array>
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <string>

// jpeglib.h needs the two before it.
#include <jerror.h>
#include <jpeglib.h>

namespace merkit::media {
namespace {

/// libjpeg reports by callbacks, and an error must not return: it jumps back to the call that is under way.
struct Decoder {
  jpeg_decompress_struct info{};
  jpeg_error_mgr errors{};
  jpeg_source_mgr source{};
  std::jmp_buf back;
  bool in_scan = false;    ///< past the header: the data are those of pixels
  bool truncated = false;  ///< libjpeg asked for bytes after the last
  std::array<char, JMSG_LENGTH_MAX> message{};

  explicit Decoder(const Bytes& bytes);
  ~Decoder() { jpeg_destroy_decompress(&info); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  /// False if libjpeg gave up. `step` must not own anything: nothing is destroyed on the way back.
  template <class Step>
  bool succeeds(Step step) {
    if (setjmp(back)) return false;
    step(info);
    return true;
  }

  [[noreturn]] void fail() const;
};

Decoder& decoder_of(j_common_ptr info) { return *static_cast<Decoder*>(info->client_data); }

[[noreturn]] void jump_back(j_common_ptr info) {
  Decoder& decoder = decoder_of(info);
  decoder.errors.format_message(info, decoder.message.data());
  std::longjmp(decoder.back, 1);
}

/// libjpeg's warnings are about data that it can only guess at: a picture with grey or shifted blocks. Not so odd
/// version numbers, what stands between the segments of the header, and zeros that fill a frame up to its end marker
/// (webcams write such).
bool is_harmless(const Decoder& decoder) {
  const jpeg_error_mgr& errors = decoder.errors;
  if (errors.msg_code == JWRN_ADOBE_XFORM || errors.msg_code == JWRN_JFIF_MAJOR) return true;
  if (errors.msg_code != JWRN_EXTRANEOUS_DATA) return false;
  if (!decoder.in_scan) return true;
  constexpr int kEndOfImage = 0xD9;
  if (errors.msg_parm.i[1] != kEndOfImage) return false;
  const JOCTET* const end = decoder.source.next_input_byte;
  for (const JOCTET* byte = end - errors.msg_parm.i[0]; byte != end; ++byte)
    if (*byte != 0) return false;
  return true;
}

void hear(j_common_ptr info, int level) {
  if (level < 0 && !is_harmless(decoder_of(info))) jump_back(info);
}

void say_nothing(j_common_ptr) {}
void do_nothing(j_decompress_ptr) {}

boolean run_dry(j_decompress_ptr info) {
  decoder_of(reinterpret_cast<j_common_ptr>(info)).truncated = true;
  jump_back(reinterpret_cast<j_common_ptr>(info));
}

void skip(j_decompress_ptr info, long count) {
  if (count <= 0) return;
  jpeg_source_mgr& source = *info->src;
  if (static_cast<std::size_t>(count) > source.bytes_in_buffer) run_dry(info);
  source.next_input_byte += count;
  source.bytes_in_buffer -= static_cast<std::size_t>(count);
}

Decoder::Decoder(const Bytes& bytes) {
  info.err = jpeg_std_error(&errors);
  info.client_data = this;
  errors.error_exit = jump_back;
  errors.emit_message = hear;
  errors.output_message = say_nothing;
  source.next_input_byte = bytes.data();
  source.bytes_in_buffer = bytes.size();
  source.init_source = source.term_source = do_nothing;
  source.fill_input_buffer = run_dry;
  source.skip_input_data = skip;
  source.resync_to_restart = jpeg_resync_to_restart;
  if (!succeeds([](jpeg_decompress_struct& info) { jpeg_create_decompress(&info); })) fail();
  info.src = &source;
}

void Decoder::fail() const {
  if (truncated) throw PictureFault("is truncated: the end marker of JPEG is missing");
  const std::string said(message.data());
  switch (errors.msg_code) {
    case JERR_NO_IMAGE:
      throw PictureFault("holds no picture data");
    case JERR_BAD_PRECISION:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_SOF_UNSUPPORTED:
      throw PictureFault("is of a variant of JPEG that cannot be decoded: " + said);
    default:
      throw PictureFault("is damaged: " + said);
  }
}

constexpr std::size_t kExifMark = 6;  // "Exif", two zeros, then the TIFF header

int orientation_of(const jpeg_decompress_struct& info) {
  for (const jpeg_marker_struct* marker = info.marker_list; marker; marker = marker->next)
    if (marker->data_length > kExifMark && std::memcmp(marker->data, "Exif\0\0", kExifMark) == 0)
      return exif_orientation(marker->data + kExifMark, marker->data_length - kExifMark);
  return 1;
}

/// A Huffman-coded block takes a bit at the least; an arithmetic-coded one may take less.
void require_enough_data(const jpeg_decompress_struct& info, std::size_t size) {
  require_sane_size(info.image_width, info.image_height);
  std::uint64_t blocks = 0;
  for (int i = 0; i < info.num_components; ++i)
    blocks += std::uint64_t{info.comp_info[i].width_in_blocks} * info.comp_info[i].height_in_blocks;
  if (!info.arith_code && blocks > 8 * std::uint64_t{size})
    throw PictureFault("is truncated: it is too small to hold " + std::to_string(info.image_width) + "x" +
                       std::to_string(info.image_height) + " pixels");
}

/// Four channels are taken for inverted CMYK, as Adobe's programs write it and OpenCV reads it.
cv::Mat bgr_of_cmyk(const cv::Mat& cmyk) {
  cv::Mat bgr(cmyk.size(), CV_8UC3);
  for (int y = 0; y < cmyk.rows; ++y) {
    const std::uint8_t* from = cmyk.ptr(y);
    std::uint8_t* to = bgr.ptr(y);
    for (int x = 0; x < cmyk.cols; ++x, from += 4, to += 3)
      for (int i = 0; i < 3; ++i) to[2 - i] = static_cast<std::uint8_t>(from[3] - ((255 - from[i]) * from[3] >> 8));
  }
  return bgr;
}

}  // namespace

cv::Mat decode_jpeg(const Bytes& bytes) {
  Decoder decoder(bytes);
  const auto read_header = [](jpeg_decompress_struct& info) {
    jpeg_save_markers(&info, JPEG_APP0 + 1, 0xFFFF);
    jpeg_read_header(&info, TRUE);
    info.out_color_space = info.num_components == 4 ? JCS_CMYK : JCS_EXT_BGR;
  };
  if (!decoder.succeeds(read_header)) decoder.fail();
  const jpeg_decompress_struct& info = decoder.info;
  require_enough_data(info, bytes.size());
  const int orientation = orientation_of(info);

  decoder.in_scan = true;
  cv::Mat picture(static_cast<int>(info.image_height), static_cast<int>(info.image_width),
                  info.num_components == 4 ? CV_8UC4 : CV_8UC3);
  std::vector<std::uint8_t*> rows;
  for (int y = 0; y < picture.rows; ++y) rows.push_back(picture.ptr(y));
  std::uint8_t** const first = rows.data();
  const auto read_pixels = [first](jpeg_decompress_struct& info) {
    jpeg_start_decompress(&info);
    while (info.output_scanline < info.output_height)
      jpeg_read_scanlines(&info, first + info.output_scanline, info.output_height - info.output_scanline);
    jpeg_finish_decompress(&info);
  };
  if (!decoder.succeeds(read_pixels)) decoder.fail();
  return upright(info.num_components == 4 ? bgr_of_cmyk(picture) : picture, orientation);
}

}  // namespace merkit::media
