#include "io/bytes/decompress.h"

#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <string>
#include <utility>

#include "engine/value/concat.h"

namespace kvitt {
namespace {

constexpr size_t kCompressedBytes = size_t{256} << 10;
// 128 MiB: what zstd itself accepts without --long. A larger window is a memory bomb.
constexpr int kWindowLogMax = 27;

// The compressed side of a decompressor: a refillable run of input bytes.
class CompressedInput {
 public:
  explicit CompressedInput(std::unique_ptr<ByteStream> stream)
      : stream_(std::move(stream)), buffer_(kCompressedBytes, '\0') {}

  // Makes left() non-empty unless the end is reached. True: there are bytes.
  absl::StatusOr<bool> Fill() {
    if (begin_ < end_) return true;
    if (ended_) return false;
    absl::StatusOr<size_t> count = stream_->Read(buffer_.data(), buffer_.size());
    if (!count.ok()) return count.status();
    begin_ = 0;
    end_ = *count;
    ended_ = *count == 0;
    return !ended_;
  }

  std::string_view left() const { return {buffer_.data() + begin_, end_ - begin_}; }

  void Take(size_t count) {
    begin_ += count;
    taken_ += count;
  }

  uint64_t taken() const { return taken_; }

 private:
  std::unique_ptr<ByteStream> stream_;
  std::string buffer_;
  size_t begin_ = 0;
  size_t end_ = 0;
  uint64_t taken_ = 0;
  bool ended_ = false;
};

absl::Status EndsTooEarly(std::string_view what, uint64_t in, uint64_t out) {
  return absl::OutOfRangeError(Concat(what,
                                      " data ends too early: expected more after compressed byte ",
                                      in, " (", out, " bytes decompressed), found the end"));
}

class Gunzip : public ByteStream {
 public:
  Gunzip(std::unique_ptr<ByteStream> compressed, const ExpansionLimits& limits)
      : input_(std::move(compressed)), limits_(limits) {}

  ~Gunzip() override {
    if (initialized_) inflateEnd(&state_);
  }

  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;

  absl::StatusOr<size_t> Read(char* to, size_t size) override {
    if (!initialized_) {
      // 16: gzip wrapping alone, with its checksum and length verified.
      if (inflateInit2(&state_, MAX_WBITS + 16) != Z_OK) {
        return absl::ResourceExhaustedError("no memory for a gzip decompressor");
      }
      initialized_ = true;
    }
    const auto wanted = static_cast<uInt>(std::min<size_t>(size, size_t{1} << 30));
    if (!damage_.ok()) return damage_;
    state_.next_out = reinterpret_cast<Bytef*>(to);
    state_.avail_out = wanted;
    while (state_.avail_out == wanted) {
      absl::StatusOr<bool> more = input_.Fill();
      if (!more.ok()) return more.status();
      if (!*more) {
        if (between_members_) return size_t{0};
        return EndsTooEarly("gzip", input_.taken(), out_);
      }
      damage_ = Step();
      // What stands before the damage is given first, so that it does not depend on `size`.
      if (!damage_.ok() && state_.avail_out == wanted) return damage_;
      if (!damage_.ok()) break;
    }
    out_ += wanted - state_.avail_out;
    if (absl::Status status = CheckExpansion(input_.taken(), out_, limits_); !status.ok())
      return status;
    return size_t{wanted - state_.avail_out};
  }

 private:
  absl::Status Step() {
    const std::string_view left = input_.left();
    if (between_members_ && members_ > 0) {
      if (left[0] != '\x1f') {
        return absl::DataLossError(
            Concat("gzip: bytes that are no gzip member after the end of member ", members_,
                   ", at compressed byte ", input_.taken()));
      }
      inflateReset(&state_);
    }
    between_members_ = false;
    state_.next_in = reinterpret_cast<z_const Bytef*>(const_cast<char*>(left.data()));
    state_.avail_in = static_cast<uInt>(left.size());
    const int code = inflate(&state_, Z_NO_FLUSH);
    input_.Take(left.size() - state_.avail_in);
    if (code == Z_STREAM_END) {
      ++members_;
      between_members_ = true;
      return absl::OkStatus();
    }
    if (code == Z_OK || code == Z_BUF_ERROR) return absl::OkStatus();
    if (code == Z_MEM_ERROR)
      return absl::ResourceExhaustedError("no memory for a gzip decompressor");
    return absl::DataLossError(Concat("gzip data is damaged at compressed byte ", input_.taken(),
                                      ": ", state_.msg != nullptr ? state_.msg : "unknown reason"));
  }

  CompressedInput input_;
  ExpansionLimits limits_;
  z_stream state_{};
  absl::Status damage_;
  bool initialized_ = false;
  bool between_members_ = true;
  uint64_t members_ = 0;
  uint64_t out_ = 0;
};

class Unzstd : public ByteStream {
 public:
  Unzstd(std::unique_ptr<ByteStream> compressed, const ExpansionLimits& limits)
      : input_(std::move(compressed)), limits_(limits), state_(ZSTD_createDCtx(), ZSTD_freeDCtx) {
    if (state_ != nullptr) ZSTD_DCtx_setParameter(state_.get(), ZSTD_d_windowLogMax, kWindowLogMax);
  }

  absl::StatusOr<size_t> Read(char* to, size_t size) override {
    if (state_ == nullptr) return absl::ResourceExhaustedError("no memory for a zstd decompressor");
    ZSTD_outBuffer out{to, size, 0};
    while (out.pos == 0) {
      absl::StatusOr<bool> more = input_.Fill();
      if (!more.ok()) return more.status();
      // At the end the decompressor may still hold bytes that it had no room for.
      const std::string_view left = input_.left();
      ZSTD_inBuffer in{left.data(), left.size(), 0};
      if (!*more && hint_ == 0) return size_t{0};
      const size_t code = ZSTD_decompressStream(state_.get(), &out, &in);
      input_.Take(in.pos);
      if (ZSTD_isError(code) != 0) return Refusal(code);
      if (!*more && out.pos == 0) return EndsTooEarly("zstd", input_.taken(), out_);
      hint_ = code;
    }
    out_ += out.pos;
    if (absl::Status status = CheckExpansion(input_.taken(), out_, limits_); !status.ok())
      return status;
    return out.pos;
  }

 private:
  absl::Status Refusal(size_t code) const {
    if (ZSTD_getErrorCode(code) == ZSTD_error_frameParameter_windowTooLarge) {
      return absl::ResourceExhaustedError(
          "zstd: expected a window of at most 128 MiB, found a larger one");
    }
    if (ZSTD_getErrorCode(code) == ZSTD_error_memory_allocation) {
      return absl::ResourceExhaustedError("no memory for a zstd decompressor");
    }
    return absl::DataLossError(Concat("zstd data is damaged at compressed byte ", input_.taken(),
                                      ": ", ZSTD_getErrorName(code)));
  }

  CompressedInput input_;
  ExpansionLimits limits_;
  std::unique_ptr<ZSTD_DCtx, size_t (*)(ZSTD_DCtx*)> state_;
  size_t hint_ = 0;  // 0: a frame is complete and flushed
  uint64_t out_ = 0;
};

}  // namespace

Container DetectContainer(std::string_view head) {
  using namespace std::string_view_literals;
  if (head.starts_with("\x1f\x8b"sv)) return Container::kGzip;
  if (head.starts_with("\x28\xb5\x2f\xfd"sv)) return Container::kZstd;
  // A skippable frame, with which some compressors begin.
  if (head.size() >= 4 && head.substr(1, 3) == "\x2a\x4d\x18"sv &&
      (static_cast<unsigned char>(head[0]) & 0xf0U) == 0x50U) {
    return Container::kZstd;
  }
  if (head.starts_with("PK\x03\x04"sv) || head.starts_with("PK\x05\x06"sv)) return Container::kZip;
  return Container::kNone;
}

std::string_view Name(Container container) {
  switch (container) {
    case Container::kNone:
      return "";
    case Container::kGzip:
      return "gzip";
    case Container::kZstd:
      return "zstd";
    case Container::kZip:
      return "zip";
  }
  return "";
}

absl::Status CheckExpansion(uint64_t in, uint64_t out, const ExpansionLimits& limits) {
  if (out > limits.max_bytes) {
    return absl::ResourceExhaustedError(Concat(
        "more than ", limits.max_bytes, " bytes after decompression (the limit is max_bytes)"));
  }
  if (out > kExpansionFree && out / std::max(limits.max_expansion, 1U) > in) {
    return absl::ResourceExhaustedError(Concat("expands to more than ", limits.max_expansion,
                                               " times its size: ", in, " compressed bytes gave ",
                                               out));
  }
  return absl::OkStatus();
}

std::unique_ptr<ByteStream> GunzipStream(std::unique_ptr<ByteStream> compressed,
                                         const ExpansionLimits& limits) {
  return std::make_unique<Gunzip>(std::move(compressed), limits);
}

std::unique_ptr<ByteStream> UnzstdStream(std::unique_ptr<ByteStream> compressed,
                                         const ExpansionLimits& limits) {
  return std::make_unique<Unzstd>(std::move(compressed), limits);
}

}  // namespace kvitt
