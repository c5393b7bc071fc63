// Fields that most decisions never look at, as a run of tagged values beside the 64-byte record.
//
//   fields := ( tag:1  size:1  bytes | tag:1  255  size:4  bytes )*  0
//
// Only fields that are there cost memory.

#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace kvitt {

enum class ColdTag : uint8_t {
  kEnd = 0,
  kReference,  // scheme:1 has_amount:1 [amount:8] text
  kText,
  kPayerName,
  kPayerAccount,
  kPayerOrgNo,
  kCustomerId,
  kBankReference,
  kEndToEndId,
  kReverses,
  kEntryReference,
  kStatementAccount,
  kEntryAmount,
  kEntryTransactions,
  kCharges,
  kBookingDate,
  kValueDate,
  kCustomerName,
  kCustomerOrgNo,
  kAmount,
  kDiscount,
  kDiscountDate,
  kIssueDate,
  kDueDate,
};

// Appends fields to memory that the caller keeps between records.
class ColdBuffer {
 public:
  std::string_view view() const { return {bytes_.get(), size_}; }

  bool empty() const { return size_ == 0; }

  void Clear() { size_ = 0; }

  void Text(ColdTag tag, std::string_view text) {
    if (!text.empty()) Bytes(tag, text);
  }

  template <typename T>
  void Number(ColdTag tag, T value) {
    char bytes[sizeof(T)];
    std::memcpy(bytes, &value, sizeof(T));
    Bytes(tag, {bytes, sizeof(T)});
  }

  void Bytes(ColdTag tag, std::string_view bytes) {
    Head(tag, bytes.size());
    Append(bytes);
  }

  // The tag and size of a field whose bytes the caller appends.
  void Head(ColdTag tag, size_t size) {
    Reserve(6);
    char* out = bytes_.get() + size_;
    out[0] = static_cast<char>(tag);
    if (size < 255) {
      out[1] = static_cast<char>(size);
      size_ += 2;
      return;
    }
    out[1] = static_cast<char>(255);
    const uint32_t wide = static_cast<uint32_t>(size);
    std::memcpy(out + 2, &wide, 4);
    size_ += 6;
  }

  void Append(std::string_view bytes) {
    Reserve(bytes.size() + 32);
    char* out = bytes_.get() + size_;
    const char* in = bytes.data();
    const size_t size = bytes.size();
    // Short texts by at most two overlapping moves: a library call costs more than they do.
    if (size > 32) {
      std::memcpy(out, in, size);
    } else if (size >= 16) {
      MoveEnds<16>(in, size, out);
    } else if (size >= 8) {
      MoveEnds<8>(in, size, out);
    } else if (size >= 4) {
      MoveEnds<4>(in, size, out);
    } else {
      for (size_t i = 0; i < size; ++i) out[i] = in[i];
    }
    size_ += size;
  }

  // Ends the run; view() then holds all of it.
  void Finish() {
    Reserve(16);
    bytes_[size_++] = '\0';
  }

 private:
  template <size_t kWidth>
  static void MoveEnds(const char* in, size_t size, char* out) {
    char first[kWidth];
    char last[kWidth];
    std::memcpy(first, in, kWidth);
    std::memcpy(last, in + size - kWidth, kWidth);
    std::memcpy(out, first, kWidth);
    std::memcpy(out + size - kWidth, last, kWidth);
  }

  void Reserve(size_t more) {
    if (capacity_ - size_ >= more) [[likely]]
      return;
    size_t wanted = capacity_ == 0 ? 4096 : capacity_ * 2;
    while (wanted - size_ < more) wanted *= 2;
    std::unique_ptr<char[]> larger(new char[wanted]());
    if (size_ != 0) std::memcpy(larger.get(), bytes_.get(), size_);
    bytes_ = std::move(larger);
    capacity_ = wanted;
  }

  std::unique_ptr<char[]> bytes_;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

// Copies whole units of 16 bytes, the last one with whatever stands behind the fields. REQUIRES: 15 bytes
// behind `fields` can be read (a ColdBuffer has them) and `out` has room for whole units (a TextArena
// gives nothing else).
inline void CopyUnits(std::string_view fields, char* out) {
  for (size_t i = 0; i < fields.size(); i += 16) std::memcpy(out + i, fields.data() + i, 16);
}

// Walks over the fields of one record.
class ColdReader {
 public:
  explicit ColdReader(const char* at) : at_(at) {}

  // The next field; kEnd when there is none.
  ColdTag Next(std::string_view* bytes) {
    const ColdTag tag = static_cast<ColdTag>(*at_);
    if (tag == ColdTag::kEnd) return tag;
    size_t size = static_cast<unsigned char>(at_[1]);
    at_ += 2;
    if (size == 255) {
      uint32_t wide;
      std::memcpy(&wide, at_, 4);
      size = wide;
      at_ += 4;
    }
    *bytes = {at_, size};
    at_ += size;
    return tag;
  }

 private:
  const char* at_;
};

template <typename T>
T ColdNumber(std::string_view bytes) {
  T value;
  std::memcpy(&value, bytes.data(), sizeof(T));
  return value;
}

// The first field with `tag`, or "" when there is none.
inline std::string_view ColdFind(const char* at, ColdTag tag) {
  ColdReader reader(at);
  std::string_view bytes;
  for (ColdTag each = reader.Next(&bytes); each != ColdTag::kEnd; each = reader.Next(&bytes)) {
    if (each == tag) return bytes;
  }
  return {};
}

}  // namespace kvitt
