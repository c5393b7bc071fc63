#include "io/bytes/fixed_width.h"

#include <algorithm>

namespace kvitt {
namespace {

constexpr char kEndMark = 0x1A;  // DOS programs end a text file with it
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool IsLineEnd(char c) {
  return c == '\n' || c == '\r';
}

bool HasControl(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

// The line without the blanks, tabs, end marks and, in a stream without line ends, those that were
// put behind its last record.
std::string_view TrimEnd(std::string_view line) {
  while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == kEndMark ||
                           IsLineEnd(line.back()))) {
    line.remove_suffix(1);
  }
  return line;
}

}  // namespace

size_t ByteOrderMarkSize(std::string_view bytes) {
  return bytes.substr(0, kByteOrderMark.size()) == kByteOrderMark ? kByteOrderMark.size() : 0;
}

bool ReadDigits(std::string_view digits, uint64_t* value) {
  if (digits.empty() || digits.size() > 18) return false;
  uint64_t number = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return false;
    number = number * 10 + static_cast<uint64_t>(c - '0');
  }
  *value = number;
  return true;
}

std::string_view TrimBlanks(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

bool AllCells(std::string_view cells, char c) {
  return std::all_of(cells.begin(), cells.end(), [c](char each) { return each == c; });
}

std::string_view Describe(LineFlaw flaw) {
  switch (flaw) {
    case LineFlaw::kNone:
      return "a record";
    case LineFlaw::kTooLong:
      return "longer than a record";
    case LineFlaw::kControl:
      return "a control character inside the record";
  }
  return "not a record";
}

Framing DetectFraming(std::string_view head, size_t width) {
  head.remove_prefix(ByteOrderMarkSize(head));
  if (head.size() < 2 * width) return Framing::kLines;
  const std::string_view two = head.substr(0, 2 * width);
  return std::any_of(two.begin(), two.end(), IsLineEnd) ? Framing::kLines : Framing::kUnbroken;
}

FixedWidthCursor::FixedWidthCursor(std::string_view bytes,
                                   size_t width,
                                   Framing framing,
                                   TextArena* arena)
    : framing_(framing),
      begin_(bytes.data()),
      next_(bytes.data()),
      end_(bytes.data() + bytes.size()),
      width_(width),
      arena_(arena) {}

// The bytes of the next line without its end, or of the next record of an unbroken stream.
std::string_view FixedWidthCursor::TakeLine() {
  const char* start = next_;
  if (framing_ == Framing::kUnbroken) {
    next_ += std::min(width_, static_cast<size_t>(end_ - start));
    return std::string_view(start, static_cast<size_t>(next_ - start));
  }
  const char* stop = start;
  while (stop < end_ && !IsLineEnd(*stop)) ++stop;
  next_ = stop;
  if (next_ < end_ && *next_++ == '\r' && next_ < end_ && *next_ == '\n') ++next_;
  return std::string_view(start, static_cast<size_t>(stop - start));
}

// UTF-8 as one byte a character.
std::string_view FixedWidthCursor::ToCells(std::string_view utf8) {
  std::string cells;
  if (!AppendFromUtf8(Charset::kWindows1252, utf8, &cells)) repairs_.replaced.Note(line_ - 1);
  return arena_->Copy(cells);
}

void FixedWidthCursor::Fill(std::string_view line, FixedRecord* record) {
  std::string_view text = TrimEnd(line);
  if (text.find('\t') != std::string_view::npos) {
    repairs_.tabs.Note(record->line);
    std::string without(text);
    without.erase(std::remove(without.begin(), without.end(), '\t'), without.end());
    text = line = arena_->Copy(without);
  }
  record->ascii = !HasHighByte(text);
  if (!record->ascii) {
    if (IsUtf8(text)) {
      repairs_.utf8.Note(record->line);
      text = line = ToCells(text);
      record->ascii = !HasHighByte(text);
    } else {
      repairs_.eight_bit.Note(record->line);
    }
  }
  record->flaw = HasControl(text)       ? LineFlaw::kControl
                 : text.size() > width_ ? LineFlaw::kTooLong
                                        : LineFlaw::kNone;
  if (line.size() >= width_ &&
      (text.size() >= width_ || AllCells(line.substr(text.size(), width_ - text.size()), ' '))) {
    record->cells = line.data();
    return;
  }
  char* cells = arena_->Allocate(width_);
  std::copy(text.begin(), text.end(), cells);
  std::fill(cells + text.size(), cells + width_, ' ');
  record->cells = cells;
}

bool FixedWidthCursor::NextSlow(FixedRecord* record) {
  while (next_ < end_) {
    // Lines of files that were joined may each begin with a mark; a stream without line ends cannot
    // have one inside.
    if (framing_ == Framing::kLines || next_ == begin_) {
      next_ += ByteOrderMarkSize(std::string_view(next_, static_cast<size_t>(end_ - next_)));
    }
    record->offset = static_cast<size_t>(next_ - begin_);
    const std::string_view line = TakeLine();
    record->line = line_++;
    ++slow_;
    if (TrimEnd(line).empty()) continue;
    Fill(line, record);
    return true;
  }
  return false;
}

std::string_view TextField(const FixedRecord& record,
                           Field field,
                           Charset charset,
                           TextArena* arena) {
  const std::string_view text = TrimmedCells(record.cells, field);
  if (record.ascii && charset != Charset::kIso646No && charset != Charset::kIso646Dk &&
      charset != Charset::kIso646SeFi) {
    return text;
  }
  if (!NeedsDecoding(charset, text)) return text;
  std::string utf8;
  AppendAsUtf8(charset, text, &utf8);
  return arena->Copy(utf8);
}

}  // namespace kvitt
