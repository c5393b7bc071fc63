// Fields that most decisions never look at, as a run of tagged values beside the 64-byte record.
//
//   fields := ( tag:1  size:1  bytes | tag:1  255  size:4  bytes )*  0
//
// Only fields that are there cost memory.

#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

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

// Appends fields to a buffer that the caller keeps between records.
class ColdWriter {
 public:
  explicit ColdWriter(std::string* buffer) : buffer_(buffer) { buffer_->clear(); }

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
    buffer_->append(bytes);
  }

  // The tag and size of a field whose bytes the caller appends.
  void Head(ColdTag tag, size_t size) {
    buffer_->push_back(static_cast<char>(tag));
    if (size < 255) {
      buffer_->push_back(static_cast<char>(size));
      return;
    }
    buffer_->push_back(static_cast<char>(255));
    const uint32_t wide = static_cast<uint32_t>(size);
    char bytes[4];
    std::memcpy(bytes, &wide, 4);
    buffer_->append(bytes, 4);
  }

  bool empty() const { return buffer_->empty(); }

  // Ends the run; the buffer then holds all of it.
  void Finish() { buffer_->push_back('\0'); }

 private:
  std::string* buffer_;
};

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
