#include "io/sinks/row_buffer.h"

#include <array>
#include <string>

#include "engine/value/digits.h"
#include "io/bytes/json_text.h"
#include "io/bytes/separated_cell.h"

namespace kvitt {
namespace {

// Bit i is set when byte i is a control character or one of the two marks.
uint32_t SpecialBytes(__m128i bytes, char mark, char other) {
  const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
  const __m128i marked = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(mark)),
                                      _mm_cmpeq_epi8(bytes, _mm_set1_epi8(other)));
  return static_cast<uint32_t>(_mm_movemask_epi8(_mm_or_si128(control, marked)));
}

// Whether every byte of the text is a plain one: no control character and neither of the two marks.
bool AllPlain(std::string_view text, char mark, char other) {
  if (text.size() <= 16) {
    // Bytes before a short text are zero in the register and do not count.
    const __m128i bytes = LoadTail16(text.data(), text.size());
    return (SpecialBytes(bytes, mark, other) >> (16 - text.size())) == 0;
  }
  constexpr uint64_t kOnes = 0x0101010101010101u;
  constexpr uint64_t kHighs = 0x8080808080808080u;
  const uint64_t marks = kOnes * static_cast<unsigned char>(mark);
  const uint64_t others = kOnes * static_cast<unsigned char>(other);
  size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    uint64_t word;
    std::memcpy(&word, text.data() + i, 8);
    const uint64_t is_mark = word ^ marks;
    const uint64_t is_other = word ^ others;
    // A byte below 32, or one that is zero after the xor, borrows into its high bit.
    const uint64_t hit = ((word - kOnes * 0x20) & ~word) | ((is_mark - kOnes) & ~is_mark) |
                         ((is_other - kOnes) & ~is_other);
    if ((hit & kHighs) != 0) return false;
  }
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (static_cast<unsigned char>(c) < 0x20 || c == mark || c == other) return false;
  }
  return true;
}

// Whether a cell that begins with this byte can need no guard against spreadsheets.
constexpr std::array<bool, 256> kSafeStart = [] {
  std::array<bool, 256> safe{};
  for (size_t c = '0'; c <= '9'; ++c) safe[c] = true;
  for (size_t c = 'A'; c <= 'Z'; ++c) safe[c] = true;
  for (size_t c = 'a'; c <= 'z'; ++c) safe[c] = true;
  return safe;
}();

// Whether a cell needs neither quotes nor a guard, told by its first character and a scan.
bool IsPlainCell(std::string_view text) {
  if (text.empty()) return true;
  return kSafeStart[static_cast<unsigned char>(text.front())] && AllPlain(text, '"', ',') &&
         text.back() != ' ';
}

}  // namespace

void RowBuffer::Grow(size_t more) {
  size_t wanted = capacity_ == 0 ? size_t{1} << 16 : capacity_ * 2;
  while (wanted - size_ < more) wanted *= 2;
  std::unique_ptr<char[]> larger(new char[wanted]);
  if (size_ != 0) std::memcpy(larger.get(), bytes_.get(), size_);
  bytes_ = std::move(larger);
  capacity_ = wanted;
}

void RowBuffer::JsonInside(std::string_view text) {
  if (AllPlain(text, '"', '\\')) {
    Text(text);
    return;
  }
  std::string escaped;
  AppendJsonString(text, &escaped);
  Text(std::string_view(escaped).substr(1, escaped.size() - 2));
}

void RowBuffer::Cell(std::string_view text) {
  if (text.size() - 1 < 16) [[likely]] {
    // Looked at and written in one register.
    const __m128i bytes = LoadTail16(text.data(), text.size());
    const uint32_t unused = 16 - static_cast<uint32_t>(text.size());
    if ((SpecialBytes(bytes, '"', ',') >> unused) == 0 && text.back() != ' ' &&
        kSafeStart[static_cast<unsigned char>(text.front())]) {
      Reserve(16);
      const __m128i cell = DropFront(bytes, unused);
      std::memcpy(bytes_.get() + size_, &cell, 16);
      size_ += text.size();
      return;
    }
  }
  if (text.size() - 17 < 16) {
    // The same with two registers that overlap.
    __m128i head;
    __m128i tail;
    std::memcpy(&head, text.data(), 16);
    std::memcpy(&tail, text.data() + text.size() - 16, 16);
    if ((SpecialBytes(head, '"', ',') | SpecialBytes(tail, '"', ',')) == 0 && text.back() != ' ' &&
        kSafeStart[static_cast<unsigned char>(text.front())]) {
      Reserve(32);
      std::memcpy(bytes_.get() + size_, &head, 16);
      std::memcpy(bytes_.get() + size_ + text.size() - 16, &tail, 16);
      size_ += text.size();
      return;
    }
  }
  if (IsPlainCell(text)) {
    Text(text);
  } else {
    OddCell(text);
  }
}

// A cell that may need quotes or a guard.
void RowBuffer::OddCell(std::string_view text) {
  if (AllPlain(text, '"', ',') && !IsFormula(text)) {
    Text(text);
    return;
  }
  odd_cell_.clear();
  AppendTextCell(text, ',', &odd_cell_);
  Text(odd_cell_);
}

void RowBuffer::Number(uint64_t number) {
  char digits[20];
  size_t count = 0;
  do {
    digits[count++] = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0);
  Reserve(count);
  while (count > 0) bytes_[size_++] = digits[--count];
}

}  // namespace kvitt
