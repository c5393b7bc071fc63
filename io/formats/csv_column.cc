// The careful side of CSV columns: arrays, and the words for what is wrong with a cell.
// RFC 4180 for cells; the fields are those of docs/records.md.

#include "io/formats/csv_column.h"

#include <limits>

#include "engine/value/concat.h"
#include "simdjson.h"

namespace kvitt::csv {
namespace {

bool ReadJsonElement(simdjson::dom::element json, TextArena* arena, Element* element) {
  std::string_view text;
  if (json.get_string().get(text) == simdjson::SUCCESS) {
    element->value = arena->Store(TrimBlanks(text));
    return true;
  }
  simdjson::dom::object object;
  if (json.get_object().get(object) != simdjson::SUCCESS) return false;
  if (object["value"].get_string().get(text) != simdjson::SUCCESS) return false;
  element->value = arena->Store(TrimBlanks(text));
  simdjson::dom::element member;
  if (object["scheme"].get(member) == simdjson::SUCCESS && !member.is_null()) {
    if (member.get_string().get(text) != simdjson::SUCCESS) return false;
    if (!FromName(text, &element->scheme)) return false;
  }
  if (object["amount"].get(member) == simdjson::SUCCESS && !member.is_null()) {
    if (member.get_string().get(text) != simdjson::SUCCESS || text.empty()) return false;
    element->amount = arena->Store(text);
  }
  return true;
}

bool SplitJsonArray(std::string_view text, TextArena* arena, std::vector<Element>* elements) {
  simdjson::dom::parser parser;
  simdjson::dom::array array;
  if (parser.parse(text.data(), text.size()).get_array().get(array) != simdjson::SUCCESS) {
    return false;
  }
  for (const simdjson::dom::element json : array) {
    Element element;
    if (!ReadJsonElement(json, arena, &element)) return false;
    if (!element.value.empty()) elements->push_back(element);
  }
  return true;
}

void AppendEscapedByte(unsigned char byte, std::string* out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out->append("\\x");
  out->push_back(kHex[byte >> 4]);
  out->push_back(kHex[byte & 15]);
}

bool IsWord(std::string_view words, std::string_view text) {
  while (!words.empty()) {
    const size_t comma = words.find(", ");
    if (words.substr(0, comma) == text) return true;
    if (comma == std::string_view::npos) return false;
    words.remove_prefix(comma + 2);
  }
  return false;
}

std::string DecimalShape(Currency currency, char mark) {
  const int decimals = currency.decimals();
  if (decimals == 0) return Concat("an amount of ", currency.code(), " without decimals");
  return Concat("an amount of ", currency.code(), " with '", std::string_view(&mark, 1),
                "' and at most ", decimals, " decimals");
}

Complaint ExplainAmount(std::string_view text, int64_t least, Currency currency, char mark) {
  int64_t minor = 0;
  switch (ParseAmount(text, currency.decimals(), &minor, mark)) {
    case AmountError::kOk:
      break;
    case AmountError::kTooManyDecimals:
      return {DeviationCode::kPrecisionLost, DecimalShape(currency, mark)};
    case AmountError::kTooLarge:
      return {DeviationCode::kRecordMalformed, "an amount of at most 18 digits of minor units"};
    case AmountError::kEmpty:
    case AmountError::kMalformed:
      return {DeviationCode::kRecordMalformed, DecimalShape(currency, mark)};
  }
  if (minor >= least) return {};
  return {DeviationCode::kRecordMalformed,
          least > 0 ? "an amount above zero" : "an amount that is not negative"};
}

Complaint ExplainArray(std::string_view text, Currency currency, const Dialect& dialect) {
  const Complaint malformed = {DeviationCode::kRecordMalformed,
                               "elements joined by ';' or a JSON array of them"};
  TextArena arena;
  std::vector<Element> elements;
  if (!SplitArray(text, dialect.separator, &arena, &elements)) return malformed;
  for (const Element& element : elements) {
    int64_t minor = 0;
    if (element.amount.empty()) continue;
    switch (ParseAmount(element.amount, currency.decimals(), &minor)) {
      case AmountError::kOk:
        break;
      case AmountError::kTooManyDecimals:
        return {DeviationCode::kPrecisionLost, DecimalShape(currency, '.')};
      case AmountError::kTooLarge:
      case AmountError::kEmpty:
      case AmountError::kMalformed:
        return malformed;
    }
  }
  return {};
}

}  // namespace

bool ReadCount(std::string_view text, uint32_t* count) {
  uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    value = value * 10 + static_cast<uint64_t>(c - '0');
    if (value > std::numeric_limits<uint32_t>::max()) return false;
  }
  *count = static_cast<uint32_t>(value);
  return !text.empty();
}

bool SplitArray(std::string_view text,
                char separator,
                TextArena* arena,
                std::vector<Element>* elements) {
  elements->clear();
  text = TrimBlanks(text);
  if (!text.empty() && text.front() == '[') return SplitJsonArray(text, arena, elements);
  const std::string_view joiners = separator == ';' ? ";|" : ";";
  for (;;) {
    const size_t end = text.find_first_of(joiners);
    Element element;
    element.value = TrimBlanks(text.substr(0, end));
    if (!element.value.empty()) elements->push_back(element);
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

bool SplitJsonLines(std::string_view text, TextArena* arena, std::vector<std::string_view>* lines) {
  lines->clear();
  simdjson::dom::parser parser;
  simdjson::dom::array array;
  if (parser.parse(text.data(), text.size()).get_array().get(array) != simdjson::SUCCESS) {
    return false;
  }
  for (const simdjson::dom::element json : array) {
    std::string_view line;
    if (json.get_string().get(line) != simdjson::SUCCESS) return false;
    lines->push_back(arena->Store(line));
  }
  return true;
}

Complaint ExplainCell(CellKind kind,
                      bool required,
                      int64_t least,
                      std::string_view words,
                      std::string_view raw,
                      Currency currency,
                      const Dialect& dialect) {
  TextArena arena;
  std::string_view text;
  const auto malformed = [](std::string expected) {
    return Complaint{DeviationCode::kRecordMalformed, std::move(expected)};
  };
  if (!ReadCell(raw, &arena, &text)) {
    return malformed("a quote that ends the cell, with quotes inside it doubled");
  }
  if (text.empty()) return required ? malformed("a value") : Complaint{};
  switch (kind) {
    case CellKind::kText:
    case CellKind::kLines:
      return {};
    case CellKind::kAmount:
      return ExplainAmount(text, least, currency, dialect.decimal_mark);
    case CellKind::kCount: {
      uint32_t count = 0;
      return ReadCount(text, &count) ? Complaint{} : malformed("digits, below 4294967296");
    }
    case CellKind::kDate: {
      Date date;
      return ParseDate(text, &date) ? Complaint{}
                                    : malformed("a date YYYY-MM-DD from 1900 to 2199");
    }
    case CellKind::kCurrency:
      return Currency::FromCode(text).is_none() ? malformed("an ISO 4217 currency code")
                                                : Complaint{};
    case CellKind::kWord:
      return IsWord(words, text) ? Complaint{} : malformed(Concat("one of ", words));
    case CellKind::kArray:
      return ExplainArray(text, currency, dialect);
  }
  return {};
}

std::string Quoted(std::string_view raw) {
  constexpr size_t kShown = 40;
  std::string out = "`";
  const bool cut = raw.size() > kShown;
  raw = raw.substr(0, kShown);
  // A letter that the cut divides is left out.
  if (cut) {
    while (!raw.empty() && (static_cast<unsigned char>(raw.back()) & 0xc0) == 0x80)
      raw.remove_suffix(1);
    if (!raw.empty() && static_cast<unsigned char>(raw.back()) >= 0xc0) raw.remove_suffix(1);
  }
  const bool utf8 = simdjson::validate_utf8(raw.data(), raw.size());
  for (const char c : raw) {
    const unsigned char byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !utf8)) {
      AppendEscapedByte(byte, &out);
    } else {
      out.push_back(c);
    }
  }
  out.append(cut ? "…`" : "`");
  return out;
}

}  // namespace kvitt::csv
