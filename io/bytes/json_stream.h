// A block of JSON Lines as records of named fields.
//
// The caller names its fields (a schema) and gets one JsonRecord for each line. Lines are
// recognised by templates learned from earlier lines of the block (io/bytes/json_template.h); every
// other line goes through the strict tokenizer (io/bytes/json_tokens.h), which alone decides that a
// line is bad. Both ways fill the same JsonRecord, so both give the same answers.
//
// A bad line is set aside alone: Problem() of the sink gets its line, its byte, what was expected
// and what was found. Blank lines are skipped, a byte order mark before the first line too.

#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "io/bytes/json_template.h"
#include "io/bytes/json_tokens.h"
#include "io/bytes/record_stream.h"
#include "kvitt/amount.h"
#include "kvitt/date.h"
#include "kvitt/record_sink.h"

namespace kvitt {

// What may stand in a field. Null and absent are the same everywhere.
enum class JsonFieldType : uint8_t {
  kText,         // a string
  kAmount,       // a string or a number
  kTexts,        // an array of strings
  kTextOrTexts,  // a string or an array of strings
  kReferences,   // an array of strings or of {"value","scheme","amount"}
  kFlag,         // true or false; the slot of true holds "true", that of false nothing
};

struct JsonField {
  std::string_view name;
  JsonFieldType type = JsonFieldType::kText;
};

// One value inside an array field.
struct JsonElement {
  enum class Part : uint8_t { kWhole, kValue, kScheme, kAmount };
  uint8_t field = 0;
  Part part = Part::kWhole;
  uint16_t slot = 0;
  uint32_t group = 0;  // elements of the same group are parts of one object
};

inline constexpr size_t kJsonFieldsMax = 32;

// The fields of one line. Views are good until Flush.
struct JsonRecord {
  const std::string_view* slots = nullptr;  // by field number, then the elements
  absl::Span<const JsonElement> elements;   // in the order of the line
  uint64_t record = 0;                      // ordinal among the good records of the block

  std::string_view text(size_t field) const { return slots[field]; }
};

// Why a record was refused, in words that outlive the call. `expected` empty: it was not.
struct JsonRefusal {
  std::string_view expected;
  std::string_view found;
  uint8_t field = 0;
  DeviationCode code = DeviationCode::kRecordMalformed;

  explicit operator bool() const { return !expected.empty(); }
};

// Turns records into batches.
class JsonRecordBuilder {
 public:
  virtual ~JsonRecordBuilder() = default;
  // Adds one record, or refuses it and keeps nothing of it.
  virtual JsonRefusal Add(const JsonRecord& record) = 0;
  // Hands over what was added; views of earlier records may end after it.
  virtual void Flush() = 0;
};

struct JsonStreamTotals {
  uint64_t lines = 0;    // physical lines, blank ones too
  uint64_t records = 0;  // good ones
  uint64_t bad_lines = 0;
  uint64_t unknown_fields = 0;
  uint64_t templated = 0;               // records that a template recognised
  std::vector<RecordProblem> problems;  // the first kProblemsMax
  std::optional<RecordProblem>
      endless;  // the first line above kStreamLineBytesMax: it costs the file
};

class JsonStream {
 public:
  static constexpr size_t kLineBytesMax = size_t{1} << 20;
  static constexpr size_t kProblemsMax = 100;
  static constexpr uint64_t kFlushRecords = 256;

  // How lines are read; only tests choose anything but kFast.
  enum class Mode : uint8_t { kFast, kPortable, kStrictOnly };

  // REQUIRES: at most kJsonFieldsMax - 1 fields.
  JsonStream(absl::Span<const JsonField> schema,
             JsonRecordBuilder* builder,
             BlockSink* sink,
             Mode mode = Mode::kFast);
  ~JsonStream();
  JsonStream(const JsonStream&) = delete;
  JsonStream& operator=(const JsonStream&) = delete;

  // Reads every line of `bytes`, which begin at `offset` of the file. At least
  // JsonTemplate::kPadding bytes after them must be readable.
  JsonStreamTotals Read(std::string_view bytes, uint64_t offset);

 private:
  struct Shape;

  const char* MatchAny(const char* p, const char* end);
  const char* ReadStrictly(const char* p, const char* end, uint64_t offset);
  bool Resolve(std::string_view line);
  bool ResolveMember(size_t* token, size_t field);
  bool ResolveArray(size_t* token, size_t field);
  bool ResolveReference(size_t* token, size_t field, uint32_t group);
  void SkipUnknown(size_t* token);
  bool SetSlot(size_t token, size_t slot);
  bool Mistyped(size_t field, std::string_view expected, size_t token);
  void AddElement(size_t token, const JsonElement& element);
  void Learn(std::string_view line);
  void Refused(const RecordProblem& problem);
  void FlushIfFull();

  absl::Span<const JsonField> schema_;
  JsonRecordBuilder* builder_;
  BlockSink* sink_;
  Mode mode_;
  bool may_match_ = false;  // templates may be used on this block
  JsonStreamTotals totals_;

  // Most recently used first.
  std::vector<std::unique_ptr<Shape>> shapes_;
  uint32_t misses_ = 0;  // lines in a row that no template recognised

  // Of the line that is being read strictly.
  std::unique_ptr<JsonTokenizer> tokenizer_;
  std::vector<std::string_view> slots_;
  std::vector<JsonElement> elements_;
  std::vector<JsonSlotSource> sources_;
  uint32_t unknown_ = 0;
  size_t bad_field_ = 0;
  std::string bad_expected_;
  std::string bad_found_;

  std::deque<std::string> unescaped_;  // of records that are not handed over yet
  std::string last_line_;              // a copy with padding, when no line end follows
};

// Reads a block into its summary: all but the sums, which the builder knows.
void ReadJsonBlock(JsonStream* stream, const Block& block, RecordStreamSummary* summary);

// The keys of the outermost objects in the first lines of `head`, joined by line breaks with one
// before and one after each; empty when these are not lines of JSON objects. What sniffing goes by:
// tolerant, since a damaged line must not hide what the stream is.
std::string JsonStreamKeys(std::string_view head);
// Whether `keys` (as returned by JsonStreamKeys) holds `key`.
bool HasJsonKey(std::string_view keys, std::string_view key);

}  // namespace kvitt
