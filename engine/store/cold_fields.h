// Fields that most decisions never look at, as a run of tagged values beside the 64-byte record.
//
//   fields := ( tag:1  size:1  bytes | tag:1  255  size:4  bytes )*  0
//
// Only fields that are there cost memory.

#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "engine/store/packed_text.h"
#include "engine/value/copy_text.h"

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

// Writes the fields of one record where they stay: at the free end of a lane of the arena. Bytes put
// together elsewhere would have to be copied, and copying bytes that were just stored in narrower
// pieces stalls the processor.
class ColdWriter {
 public:
  // `lane` outlives the writer and is used by nobody else until Finish().
  explicit ColdWriter(TextArena::Lane* lane)
      : lane_(lane),
        place_(lane->Room(kSlack)),
        out_(place_.at),
        limit_(place_.at + place_.bytes - kSlack) {}

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
    Reserve(0);
    out_[0] = static_cast<char>(tag);
    if (size < 255) {
      out_[1] = static_cast<char>(size);
      out_ += 2;
      return;
    }
    out_[1] = static_cast<char>(255);
    const uint32_t wide = static_cast<uint32_t>(size);
    std::memcpy(out_ + 2, &wide, 4);
    out_ += 6;
  }

  void Append(std::string_view bytes) {
    Reserve(bytes.size());
    out_ = CopyText(bytes, out_);
  }

  // Ends the run of fields and returns its handle; 0 when there is none.
  uint32_t Finish() {
    if (out_ == place_.at) return 0;
    *out_++ = '\0';
    lane_->Take(place_, static_cast<size_t>(out_ - place_.at));
    return place_.handle;
  }

 private:
  // Kept free behind what is written: room for a head and for the end.
  static constexpr size_t kSlack = 16;

  void Reserve(size_t more) {
    if (out_ <= limit_ && static_cast<size_t>(limit_ - out_) >= more) [[likely]]
      return;
    Move(more);
  }

  // Goes on at a larger place. Rare: at the end of a lane's memory, and for records of megabytes.
  void Move(size_t more) {
    const size_t size = static_cast<size_t>(out_ - place_.at);
    const size_t needed = size + more + kSlack;
    const TextArena::Place larger =
        lane_->Room(std::max(needed, std::min(2 * needed, TextArena::kPlaceBytesMax)));
    std::memcpy(larger.at, place_.at, size);
    place_ = larger;
    out_ = larger.at + size;
    limit_ = larger.at + larger.bytes - kSlack;
  }

  TextArena::Lane* lane_;
  TextArena::Place place_;
  char* out_;
  char* limit_;
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
