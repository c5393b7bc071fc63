#include "io/bytes/json_stream.h"

#include <algorithm>
#include <cstring>

#include "engine/value/concat.h"
#include "kvitt/check.h"
#include "simdjson.h"

namespace kvitt {
namespace {

constexpr size_t kIgnoredSlot = kJsonFieldsMax - 1;  // values of fields that nobody knows
constexpr size_t kSlotsMax = 104;                    // of a template
constexpr size_t kTemplateBytesMax = 4096;
constexpr size_t kShapesMax = 12;
// Streams whose lines never repeat are not learned line by line.
constexpr uint32_t kMissesMax = 64;
constexpr uint32_t kLearnEvery = 32;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

constexpr std::string_view kTrueText = "true";  // what a flag's slot holds

constexpr std::string_view kReferenceParts[] = {"value", "scheme", "amount"};

// Equality that does not call the library for texts that differ in length.
bool SameText(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size()) == 0;
}

bool IsBlank(std::string_view line) {
  return line.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

// At most `max` bytes of `text`, cut between characters, fit for a message.
std::string Quoted(std::string_view text, size_t max = 40) {
  if (text.size() > max) {
    while (max > 0 && (static_cast<unsigned char>(text[max]) & 0xC0) == 0x80) --max;
    return Concat("`", text.substr(0, max), "...`");
  }
  return Concat("`", text, "`");
}

}  // namespace

// A template with the slots that it fills.
struct JsonStream::Shape {
  Shape(std::string_view line, absl::Span<const JsonSlotSource> sources) : pattern(line, sources) {}

  JsonTemplate pattern;
  std::vector<std::string_view> slots;
  std::vector<JsonElement> elements;
  uint32_t unknown = 0;
};

JsonStream::JsonStream(absl::Span<const JsonField> schema,
                       JsonRecordBuilder* builder,
                       BlockSink* sink,
                       Mode mode)
    : schema_(schema), builder_(builder), sink_(sink), mode_(mode) {
  KVITT_CHECK(schema.size() < kJsonFieldsMax);
}

JsonStream::~JsonStream() = default;

JsonStreamTotals JsonStream::Read(std::string_view bytes, uint64_t offset) {
  totals_ = {};
  const char* p = bytes.data();
  const char* const begin = p;
  const char* const end = p + bytes.size();
  if (offset == 0 && bytes.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    p += kByteOrderMark.size();
  }
  may_match_ = mode_ != Mode::kStrictOnly && simdjson::validate_utf8(bytes.data(), bytes.size());
  while (p < end) {
    const char* next = may_match_ ? MatchAny(p, end) : nullptr;
    if (next == nullptr) next = ReadStrictly(p, end, offset + static_cast<uint64_t>(p - begin));
    p = next;
    ++totals_.lines;
    FlushIfFull();
  }
  builder_->Flush();
  unescaped_.clear();
  return std::move(totals_);
}

void JsonStream::FlushIfFull() {
  if (totals_.records % kFlushRecords != 0 && unescaped_.size() < kFlushRecords * 16) return;
  builder_->Flush();
  unescaped_.clear();
}

// The end of the record at `p` when a template recognises it and the builder takes it.
const char* JsonStream::MatchAny(const char* p, const char* end) {
  for (size_t i = 0; i < shapes_.size(); ++i) {
    Shape& shape = *shapes_[i];
    const char* next = shape.pattern.Match(p, end, shape.slots.data());
    if (next == nullptr) continue;
    JsonRecord record;
    record.slots = shape.slots.data();
    record.elements = shape.elements;
    record.record = totals_.records;
    // A value that the builder refuses is read again, strictly, and refused with its reason there.
    if (static_cast<size_t>(next - p) > kLineBytesMax || builder_->Add(record)) return nullptr;
    ++totals_.records;
    ++totals_.templated;
    totals_.unknown_fields += shape.unknown;
    if (i != 0) {
      std::rotate(shapes_.begin(), shapes_.begin() + static_cast<ptrdiff_t>(i),
                  shapes_.begin() + static_cast<ptrdiff_t>(i) + 1);
    }
    misses_ = 0;
    return next;
  }
  return nullptr;
}

const char* JsonStream::ReadStrictly(const char* p, const char* end, uint64_t offset) {
  const char* stop = static_cast<const char*>(std::memchr(p, '\n', static_cast<size_t>(end - p)));
  const char* const next = stop == nullptr ? end : stop + 1;
  if (stop == nullptr) stop = end;
  std::string_view line(p, static_cast<size_t>(stop - p));
  if (IsBlank(line)) return next;

  RecordProblem problem;
  problem.record = totals_.lines;
  problem.byte_offset = offset;
  if (line.size() > kStreamLineBytesMax) {
    problem.text = RecordTooLong(kStreamLineBytesMax);
    if (!totals_.endless.has_value()) totals_.endless = problem;
    return next;
  }
  if (line.size() > kLineBytesMax) {
    problem.text =
        Concat("expected a line of at most ", kLineBytesMax, " bytes, found ", line.size());
    Refused(problem);
    return next;
  }
  if (next == stop) {
    // What follows the last line is not part of the file and must not look like JSON.
    last_line_.assign(line);
    last_line_.append(JsonTokenizer::kPadding, ' ');
    line = std::string_view(last_line_).substr(0, line.size());
  }
  if (tokenizer_ == nullptr) tokenizer_ = std::make_unique<JsonTokenizer>();
  if (!tokenizer_->Tokenize(line)) {
    problem.text = Concat("expected ", tokenizer_->expected(), ", found ", tokenizer_->found());
    Refused(problem);
    return next;
  }
  if (!Resolve(line)) {
    problem.text = Concat("field ", schema_[bad_field_].name, ": expected ", bad_expected_,
                          ", found ", bad_found_);
    Refused(problem);
    return next;
  }
  JsonRecord record;
  record.slots = slots_.data();
  record.elements = elements_;
  record.record = totals_.records;
  if (const JsonRefusal refusal = builder_->Add(record)) {
    problem.code = refusal.code;
    problem.text =
        Concat("field ", schema_[refusal.field].name, ": expected ", refusal.expected, ", found ",
               refusal.found.empty() ? std::string("nothing") : Quoted(refusal.found));
    Refused(problem);
    return next;
  }
  ++totals_.records;
  totals_.unknown_fields += unknown_;
  if (may_match_ && next != stop) Learn(std::string_view(p, static_cast<size_t>(next - p)));
  return next;
}

void JsonStream::Refused(const RecordProblem& problem) {
  ++totals_.bad_lines;
  if (totals_.problems.size() < kProblemsMax) totals_.problems.push_back(problem);
  sink_->Problem(problem);
}

// Puts the values of the line's tokens into slots. False when a field holds what it must not.
bool JsonStream::Resolve(std::string_view line) {
  slots_.assign(kJsonFieldsMax, {});
  elements_.clear();
  sources_.clear();
  unknown_ = 0;
  const absl::Span<const JsonToken> tokens = tokenizer_->tokens();
  size_t i = 1;  // after the opening brace
  while (tokens[i].kind == JsonTokenKind::kKey) {
    const std::string_view key = tokens[i].text;
    size_t field = 0;
    while (field < schema_.size() && !SameText(schema_[field].name, key)) ++field;
    ++i;
    if (field == schema_.size()) {
      ++unknown_;
      SkipUnknown(&i);
    } else if (!ResolveMember(&i, field)) {
      return false;
    }
  }
  KVITT_CHECK(tokens[i].kind == JsonTokenKind::kEndObject && i + 1 == tokens.size());
  // Decoded text lives in the tokenizer, and the last line in a copy: both end before the batch
  // does.
  const char* const line_end = line.data() + line.size();
  const bool is_copy = line.data() == last_line_.data();
  for (std::string_view& slot : slots_) {
    const bool in_line = slot.data() >= line.data() && slot.data() + slot.size() <= line_end;
    if (slot.empty() || (in_line && !is_copy) || slot.data() == kTrueText.data()) continue;
    slot = unescaped_.emplace_back(slot);
  }
  return true;
}

bool JsonStream::Mistyped(size_t field, std::string_view expected, size_t token) {
  bad_field_ = field;
  bad_expected_.assign(expected);
  bad_found_.assign(Describe(tokenizer_->tokens()[token].kind));
  return false;
}

bool JsonStream::SetSlot(size_t token, size_t slot) {
  const JsonToken& from = tokenizer_->tokens()[token];
  if (slot != kIgnoredSlot) slots_[slot] = from.text;
  sources_.push_back(
      {from.source, static_cast<uint16_t>(slot), from.kind == JsonTokenKind::kNumber});
  return true;
}

bool JsonStream::ResolveMember(size_t* token, size_t field) {
  const JsonTokenKind kind = tokenizer_->tokens()[*token].kind;
  const JsonFieldType type = schema_[field].type;
  if (kind == JsonTokenKind::kNull) {
    ++*token;
    return true;
  }
  const bool takes_text = type == JsonFieldType::kText || type == JsonFieldType::kAmount ||
                          type == JsonFieldType::kTextOrTexts;
  if (kind == JsonTokenKind::kString && takes_text) {
    if (type == JsonFieldType::kTextOrTexts) {
      AddElement(*token, {static_cast<uint8_t>(field), JsonElement::Part::kWhole, 0, 0});
    } else {
      SetSlot(*token, field);
    }
    ++*token;
    return true;
  }
  if (kind == JsonTokenKind::kNumber && type == JsonFieldType::kAmount) {
    SetSlot(*token, field);
    ++*token;
    return true;
  }
  switch (type) {
    case JsonFieldType::kFlag:
      // No source: the word is a literal of the line's template, and Learn keeps the slot with it.
      if (kind != JsonTokenKind::kTrue && kind != JsonTokenKind::kFalse) {
        return Mistyped(field, "true or false", *token);
      }
      slots_[field] = kind == JsonTokenKind::kTrue ? kTrueText : std::string_view();
      ++*token;
      return true;
    case JsonFieldType::kText:
      return Mistyped(field, "a string", *token);
    case JsonFieldType::kAmount:
      return Mistyped(field, "a decimal string or a number", *token);
    case JsonFieldType::kTexts:
    case JsonFieldType::kReferences:
      if (kind != JsonTokenKind::kBeginArray) return Mistyped(field, "an array", *token);
      break;
    case JsonFieldType::kTextOrTexts:
      if (kind != JsonTokenKind::kBeginArray) {
        return Mistyped(field, "a string or an array of strings", *token);
      }
      break;
  }
  return ResolveArray(token, field);
}

void JsonStream::AddElement(size_t token, const JsonElement& element) {
  JsonElement& added = elements_.emplace_back(element);
  const size_t slot = slots_.size();
  // Slots beyond what a template can hold are numbered all the same: such a line is not learned.
  added.slot = static_cast<uint16_t>(std::min<size_t>(slot, UINT16_MAX));
  slots_.emplace_back();
  SetSlot(token, slot);
}

bool JsonStream::ResolveArray(size_t* token, size_t field) {
  constexpr size_t kElementsMax = 10000;
  const bool objects = schema_[field].type == JsonFieldType::kReferences;
  const absl::Span<const JsonToken> tokens = tokenizer_->tokens();
  uint32_t group = 0;
  for (++*token; tokens[*token].kind != JsonTokenKind::kEndArray; ++group) {
    if (slots_.size() >= kElementsMax) {
      bad_field_ = field;
      bad_expected_ = Concat("at most ", kElementsMax, " values");
      bad_found_ = "more";
      return false;
    }
    if (tokens[*token].kind == JsonTokenKind::kString) {
      AddElement(*token, {static_cast<uint8_t>(field), JsonElement::Part::kWhole, 0, group});
      ++*token;
    } else if (objects && tokens[*token].kind == JsonTokenKind::kBeginObject) {
      if (!ResolveReference(token, field, group)) return false;
    } else {
      return Mistyped(field,
                      objects ? "strings or objects with value, scheme, amount" : "strings only",
                      *token);
    }
  }
  ++*token;
  return true;
}

bool JsonStream::ResolveReference(size_t* token, size_t field, uint32_t group) {
  const absl::Span<const JsonToken> tokens = tokenizer_->tokens();
  bool has_value = false;
  for (++*token; tokens[*token].kind == JsonTokenKind::kKey;) {
    const std::string_view key = tokens[*token].text;
    ++*token;
    size_t part = 0;
    while (part < std::size(kReferenceParts) && kReferenceParts[part] != key) ++part;
    if (part == std::size(kReferenceParts)) {
      ++unknown_;
      SkipUnknown(token);
      continue;
    }
    const JsonTokenKind kind = tokens[*token].kind;
    const bool fits = kind == JsonTokenKind::kString || kind == JsonTokenKind::kNull ||
                      (kind == JsonTokenKind::kNumber && key == "amount");
    if (!fits) {
      return Mistyped(field, Concat(key, " to be a string"), *token);
    }
    if (kind != JsonTokenKind::kNull) {
      has_value = has_value || part == 0;
      AddElement(*token,
                 {static_cast<uint8_t>(field), static_cast<JsonElement::Part>(part + 1), 0, group});
    }
    ++*token;
  }
  if (!has_value) return Mistyped(field, "objects with a value", *token);
  ++*token;
  return true;
}

// Steps over the value of a field that nobody knows. Its scalars vary, its structure is literal.
void JsonStream::SkipUnknown(size_t* token) {
  const absl::Span<const JsonToken> tokens = tokenizer_->tokens();
  int depth = 0;
  do {
    switch (tokens[*token].kind) {
      case JsonTokenKind::kBeginObject:
      case JsonTokenKind::kBeginArray:
        ++depth;
        break;
      case JsonTokenKind::kEndObject:
      case JsonTokenKind::kEndArray:
        --depth;
        break;
      case JsonTokenKind::kString:
      case JsonTokenKind::kNumber:
        SetSlot(*token, kIgnoredSlot);
        break;
      case JsonTokenKind::kKey:
      case JsonTokenKind::kTrue:
      case JsonTokenKind::kFalse:
      case JsonTokenKind::kNull:
        break;
    }
    ++*token;
  } while (depth > 0);
}

void JsonStream::Learn(std::string_view line) {
  ++misses_;
  if (misses_ > kMissesMax && misses_ % kLearnEvery != 0) return;
  if (line.size() > kTemplateBytesMax || slots_.size() > kSlotsMax || sources_.size() > kSlotsMax) {
    return;
  }
  auto shape = std::make_unique<Shape>(line, sources_);
  if (mode_ == Mode::kPortable) shape->pattern.UsePortable();
  for (const std::unique_ptr<Shape>& known : shapes_) {
    if (known->pattern == shape->pattern) return;
  }
  shape->slots.assign(slots_.size(), {});
  for (size_t field = 0; field < schema_.size(); ++field) {
    if (schema_[field].type == JsonFieldType::kFlag) shape->slots[field] = slots_[field];
  }
  shape->elements = elements_;
  shape->unknown = unknown_;
  if (shapes_.size() == kShapesMax) shapes_.pop_back();
  shapes_.insert(shapes_.begin(), std::move(shape));
}

void ReadJsonBlock(JsonStream* stream, const Block& block, RecordStreamSummary* summary) {
  JsonStreamTotals totals = stream->Read(block.bytes, block.offset);
  summary->tally.lines = totals.lines;
  summary->tally.entries = totals.records;
  summary->tally.transactions = totals.records;
  summary->bad_records = totals.bad_lines;
  summary->unknown_fields = totals.unknown_fields;
  summary->bad_lines = std::move(totals.problems);
  summary->endless = std::move(totals.endless);
}

namespace {

// The keys of the outermost object of one line, as far as it can be followed.
void AddKeys(std::string_view line, std::string* keys) {
  int depth = 0;
  size_t i = 0;
  while (i < line.size()) {
    const char c = line[i++];
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    if (c != '"') continue;
    const size_t begin = i;
    while (i < line.size() && line[i] != '"') i += line[i] == '\\' ? size_t{2} : size_t{1};
    if (i >= line.size()) return;
    const std::string_view text = line.substr(begin, i - begin);
    ++i;
    const size_t next = line.find_first_not_of(" \t\r", i);
    if (depth != 1 || next == std::string_view::npos || line[next] != ':') continue;
    const std::string entry = Concat("\n", text, "\n");
    if (keys->find(entry) == std::string::npos) keys->append(entry);
  }
}

}  // namespace

std::string JsonStreamKeys(std::string_view head) {
  constexpr int kLinesMax = 20;
  std::string keys;
  int lines = 0;
  int objects = 0;
  while (!head.empty() && lines < kLinesMax) {
    const size_t stop = std::min(head.find('\n'), head.size());
    const std::string_view line = head.substr(0, stop);
    head.remove_prefix(std::min(stop + 1, head.size()));
    const size_t first = line.find_first_not_of(" \t\r");
    if (first == std::string_view::npos) continue;
    ++lines;
    if (line[first] != '{') continue;
    ++objects;
    AddKeys(line.substr(first), &keys);
  }
  if (objects * 2 <= lines) keys.clear();
  return keys;
}

bool HasJsonKey(std::string_view keys, std::string_view key) {
  return keys.find(Concat("\n", key, "\n")) != std::string_view::npos;
}

}  // namespace kvitt
