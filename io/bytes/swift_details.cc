#include "io/bytes/swift_details.h"

#include <algorithm>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace kvitt {
namespace {

// A line that is full is broken by the program, not by the writer.
constexpr size_t kFullLine = 65;

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

bool IsUpper(char c) {
  return c >= 'A' && c <= 'Z';
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// As text.find(c, from), for distances so short that a call into the library costs more than the
// search. Reads up to 15 bytes behind the text.
size_t Find(std::string_view text, char c, size_t from) {
#if defined(__SSE2__)
  const __m128i wanted = _mm_set1_epi8(c);
  for (size_t at = from; at < text.size(); at += 16) {
    __m128i bytes;
    std::memcpy(&bytes, text.data() + at, sizeof(bytes));
    const auto equal = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, wanted)));
    if (equal == 0) continue;
    const size_t found = at + static_cast<size_t>(__builtin_ctz(equal));
    return found < text.size() ? found : std::string_view::npos;
  }
  return std::string_view::npos;
#else
  return text.find(c, from);
#endif
}

// Up to four letters as one number.
constexpr uint32_t Pack(std::string_view code) {
  uint32_t packed = 0;
  for (const char c : code) packed = packed << 8 | static_cast<unsigned char>(c);
  return packed;
}

constexpr std::string_view kFillers[] = {"NOTPROVIDED", "NONREF", "NOREF", "NOT PROVIDED"};

std::string_view WithoutFiller(std::string_view text) {
  text = Trim(text);
  for (const std::string_view filler : kFillers) {
    if (text == filler) return {};
  }
  return text;
}

void AddText(std::string_view text, SwiftDetails* details) {
  text = Trim(text);
  if (!text.empty()) details->text.push_back(text);
}

std::string_view JoinAll(absl::Span<const std::string_view> parts, TextArena* arena) {
  if (parts.size() == 1) return parts[0];
  size_t size = 0;
  for (const std::string_view part : parts) size += part.size();
  char* const out = arena->Allocate(size);
  char* next = out;
  for (const std::string_view part : parts) next = std::copy(part.begin(), part.end(), next);
  return {out, size};
}

// A stretch of text behind a code word.
struct Section {
  uint32_t code = 0;
  std::string_view value;
};

// ---- Germany
// ------------------------------------------------------------------------------------------

bool IsKeyword(uint32_t code) {
  switch (code) {
    case Pack("EREF"):
    case Pack("KREF"):
    case Pack("MREF"):
    case Pack("CRED"):
    case Pack("DEBT"):
    case Pack("SVWZ"):
    case Pack("ABWA"):
    case Pack("ABWE"):
    case Pack("IBAN"):
    case Pack("PURP"):
    case Pack("COAM"):
    case Pack("OAMT"):
      return true;
    default:
      return false;
  }
}

// Where the keyword that ends before the plus sign at `plus` begins, or npos.
size_t KeywordBegin(std::string_view text, size_t plus, uint32_t* code) {
  if (plus >= 4) {
    *code = Pack(text.substr(plus - 4, 4));
    if (IsKeyword(*code)) return plus - 4;
  }
  if (plus >= 3 && text.substr(plus - 3, 3) == "BIC" && (plus == 3 || !IsUpper(text[plus - 4]))) {
    *code = Pack("BIC");
    return plus - 3;
  }
  return std::string_view::npos;
}

void ReadKeyword(uint32_t code, std::string_view value, SwiftDetails* details) {
  switch (code) {
    case 0:
    case Pack("SVWZ"):
      AddText(value, details);
      return;
    case Pack("EREF"):
      details->end_to_end_id = WithoutFiller(value);
      return;
    case Pack("IBAN"):
      if (details->payer_account.empty()) details->payer_account = Trim(value);
      return;
    case Pack("BIC"):
      if (details->payer_bank.empty()) details->payer_bank = Trim(value);
      return;
    case Pack("COAM"):
      details->charges = Trim(value);
      return;
    default:
      return;  // the creditor's own ids, mandates, purposes, other parties
  }
}

// The purpose, its parts already joined: text with keywords in it.
void ReadPurpose(std::string_view purpose, SwiftDetails* details) {
  uint32_t open = 0;
  size_t begin = 0;
  for (size_t plus = Find(purpose, '+', 0); plus != std::string_view::npos;
       plus = Find(purpose, '+', plus + 1)) {
    uint32_t code = 0;
    const size_t keyword = KeywordBegin(purpose, plus, &code);
    if (keyword == std::string_view::npos || keyword < begin) continue;
    ReadKeyword(open, purpose.substr(begin, keyword - begin), details);
    open = code;
    begin = plus + 1;
  }
  ReadKeyword(open, purpose.substr(begin), details);
}

bool IsGerman(std::string_view text) {
  if (text.size() < 6 || !IsDigit(text[0]) || !IsDigit(text[1]) || !IsDigit(text[2])) return false;
  const char separator = text[3];
  const bool mark = separator > ' ' && separator < 0x7f && !IsDigit(separator) &&
                    !IsUpper(separator) && separator != '/' && separator != '-' &&
                    separator != '.' && separator != ',' && !(separator >= 'a' && separator <= 'z');
  return mark && IsDigit(text[4]) && IsDigit(text[5]);
}

void ReadGerman(std::string_view text, TextArena* arena, SwiftDetails* details) {
  details->transaction_code = (text[0] - '0') * 100 + (text[1] - '0') * 10 + (text[2] - '0');
  const char separator = text[3];
  const auto is_subfield = [&](size_t at) {
    return at + 3 <= text.size() && IsDigit(text[at + 1]) && IsDigit(text[at + 2]);
  };
  std::string_view purpose[14];
  size_t purposes = 0;
  std::string_view names[2];
  for (size_t at = 3; at < text.size();) {
    const int code = (text[at + 1] - '0') * 10 + (text[at + 2] - '0');
    size_t next = Find(text, separator, at + 3);
    while (next != std::string_view::npos && !is_subfield(next)) {
      next = Find(text, separator, next + 1);
    }
    next = std::min(next, text.size());
    const std::string_view value = text.substr(at + 3, next - at - 3);
    const bool is_purpose = (code >= 20 && code <= 29) || (code >= 60 && code <= 63);
    if (is_purpose && purposes < std::size(purpose)) purpose[purposes++] = value;
    if (code == 0) details->posting_text = Trim(value);
    if (code == 30) details->payer_bank = Trim(value);
    if (code == 31) details->payer_account = Trim(value);
    if (code == 32) names[0] = value;
    if (code == 33) names[1] = value;
    at = next;
  }
  details->payer_name = Trim(names[1].empty() ? names[0] : arena->Join(names[0], names[1]));
  if (purposes != 0) {
    ReadPurpose(JoinAll(absl::MakeSpan(purpose, purposes), arena), details);
  }
}

// ---- Slash codes
// --------------------------------------------------------------------------------------

bool IsSlashCode(uint32_t code) {
  switch (code) {
    case Pack("TRTP"):
    case Pack("TYPE"):
    case Pack("CSID"):
    case Pack("CNTP"):
    case Pack("MARF"):
    case Pack("EREF"):
    case Pack("PREF"):
    case Pack("IREF"):
    case Pack("RTRN"):
    case Pack("REMI"):
    case Pack("ORDP"):
    case Pack("BENM"):
    case Pack("NAME"):
    case Pack("IBAN"):
    case Pack("BIC"):
    case Pack("ACCW"):
    case Pack("ADDR"):
    case Pack("ISDT"):
    case Pack("CHGS"):
    case Pack("OCMT"):
    case Pack("NRTX"):
    case Pack("PURP"):
    case Pack("SVCL"):
    case Pack("KREF"):
    case Pack("ULTC"):
    case Pack("ULTD"):
    case Pack("ULTB"):
    case Pack("UDTR"):
    case Pack("UCRD"):
    case Pack("BUSP"):
    case Pack("CREF"):
    case Pack("EXCH"):
    case Pack("PT"):
    case Pack("PY"):
      return true;
    default:
      return false;
  }
}

// The code word between the slash at `at` and the next one; 0 when there is none that is known.
uint32_t SlashCode(std::string_view text, size_t at, size_t* end) {
  const size_t limit = std::min(text.size(), at + 6);
  for (size_t i = at + 1; i < limit; ++i) {
    if (text[i] != '/') continue;
    const uint32_t code = i == at + 1 ? 0 : Pack(text.substr(at + 1, i - at - 1));
    *end = i + 1;
    return IsSlashCode(code) ? code : 0;
  }
  return 0;
}

// Reads the section that begins at *at (a known code) and moves *at to the next known code.
Section TakeSection(std::string_view text, size_t* at) {
  Section section;
  size_t begin = 0;
  section.code = SlashCode(text, *at, &begin);
  size_t next = begin;
  // A code may share its slash with the end of the one before: `/ORDP//NAME/`.
  for (size_t i = Find(text, '/', begin); i != std::string_view::npos; i = Find(text, '/', i + 1)) {
    size_t unused = 0;
    if (SlashCode(text, i, &unused) != 0) {
      next = i;
      section.value = text.substr(begin, i - begin);
      *at = next;
      return section;
    }
  }
  section.value = text.substr(begin);
  *at = text.size();
  return section;
}

std::string_view WithoutSlashes(std::string_view text) {
  while (!text.empty() && text.front() == '/') text.remove_prefix(1);
  while (!text.empty() && text.back() == '/') text.remove_suffix(1);
  return Trim(text);
}

// `USTD//text` or `STRD/CUR/reference` or plain text.
void ReadRemittance(std::string_view value, SwiftDetails* details) {
  if (value.substr(0, 6) == "USTD//") {
    AddText(WithoutSlashes(value.substr(6)), details);
  } else if (value.substr(0, 5) == "STRD/") {
    value.remove_prefix(5);
    const size_t issuer = value.find('/');
    if (issuer != std::string_view::npos) value.remove_prefix(issuer + 1);
    details->structured = WithoutFiller(WithoutSlashes(value));
  } else {
    AddText(WithoutSlashes(value), details);
  }
}

// `account/bic/name/city` behind /CNTP/.
void ReadCounterparty(std::string_view value, SwiftDetails* details) {
  std::string_view* const parts[] = {&details->payer_account, &details->payer_bank,
                                     &details->payer_name};
  for (std::string_view* part : parts) {
    const size_t slash = std::min(value.find('/'), value.size());
    *part = Trim(value.substr(0, slash));
    value.remove_prefix(std::min(slash + 1, value.size()));
  }
}

uint32_t SmallNumber(std::string_view text) {
  uint32_t number = 0;
  for (const char c : text) {
    if (!IsDigit(c) || number > 100000000) return 0;
    number = number * 10 + static_cast<uint32_t>(c - '0');
  }
  return number;
}

void ReadCoded(std::string_view text, bool is_credit, SwiftDetails* details) {
  const uint32_t payer = is_credit ? Pack("ORDP") : Pack("BENM");
  uint32_t party = payer;  // whom names and accounts belong to
  for (size_t at = 0; at < text.size();) {
    const Section section = TakeSection(text, &at);
    const std::string_view value = WithoutSlashes(section.value);
    switch (section.code) {
      case Pack("ORDP"):
      case Pack("BENM"):
      case Pack("ULTC"):
      case Pack("ULTD"):
      case Pack("ULTB"):
        party = section.code;
        break;
      case Pack("NAME"):
        if (party == payer) details->payer_name = value;
        break;
      case Pack("IBAN"):
      case Pack("ACCW"):
        if (party == payer && details->payer_account.empty()) details->payer_account = value;
        break;
      case Pack("BIC"):
        if (party == payer && details->payer_bank.empty()) details->payer_bank = value;
        break;
      case Pack("CNTP"):
        ReadCounterparty(section.value, details);
        break;
      case Pack("EREF"):
        details->end_to_end_id = WithoutFiller(value);
        break;
      case Pack("REMI"):
        ReadRemittance(section.value, details);
        break;
      case Pack("PY"):
        AddText(value, details);
        break;
      case Pack("RTRN"):
        details->return_reason = value;
        break;
      case Pack("CHGS"):
        details->charges = value;
        break;
      case Pack("NRTX"):
        details->transactions = SmallNumber(value);
        break;
      default:
        break;
    }
  }
}

// ---- Text
// ---------------------------------------------------------------------------------------------

bool StartsWithNoCase(std::string_view text, std::string_view upper) {
  if (text.size() < upper.size()) return false;
  for (size_t i = 0; i < upper.size(); ++i) {
    const char c = text[i] >= 'a' && text[i] <= 'z' ? static_cast<char>(text[i] - 32) : text[i];
    if (c != upper[i]) return false;
  }
  return true;
}

// Sums of Nordic giro payments that were booked as one: the payments come in another file.
bool IsLump(std::string_view line) {
  return StartsWithNoCase(line, "SUMPOST OCR") || StartsWithNoCase(line, "BGGIRERING");
}

void ReadText(absl::Span<const std::string_view> lines, TextArena* arena, SwiftDetails* details) {
  const bool mechanical =
      lines.size() > 1 && std::all_of(lines.begin(), lines.end() - 1, [](std::string_view line) {
        return line.size() == kFullLine;
      });
  if (mechanical) {
    AddText(JoinAll(lines, arena), details);
  } else {
    for (const std::string_view line : lines) AddText(line, details);
  }
  details->lump = !lines.empty() && IsLump(Trim(lines.front()));
}

}  // namespace

// Member by member, each on its own: a copy of a view whose two words were just written waits until they
// have left the store buffer, which took a fifth of the whole parse.
void SwiftDetails::Clear() {
  transaction_code = 0;
  posting_text = {};
  end_to_end_id = {};
  payer_name = {};
  payer_account = {};
  payer_bank = {};
  structured = {};
  return_reason = {};
  charges = {};
  transactions = 0;
  lump = false;
  text.clear();
}

void ReadSwiftDetails(absl::Span<const std::string_view> lines,
                      bool is_credit,
                      TextArena* arena,
                      SwiftDetails* details) {
  if (lines.empty()) return;
  const std::string_view first = lines.front();
  size_t unused = 0;
  if (IsGerman(first)) {
    ReadGerman(JoinAll(lines, arena), arena, details);
  } else if (!first.empty() && first.front() == '/' && SlashCode(first, 0, &unused) != 0) {
    ReadCoded(JoinAll(lines, arena), is_credit, details);
  } else {
    ReadText(lines, arena, details);
  }
}

bool IsSwiftFiller(std::string_view reference) {
  constexpr std::string_view kBegins = "NEPKM0-.";
  if (reference.empty()) return true;
  if (kBegins.find(reference.front()) == std::string_view::npos) return false;
  // Some banks name the kind of reference that :86: holds: EREF, PREF, MARF.
  return reference == "NONREF" || reference == "NOREF" || reference == "NOTPROVIDED" ||
         reference == "EREF" || reference == "PREF" || reference == "KREF" || reference == "MARF" ||
         reference.find_first_not_of("0-.") == std::string_view::npos;
}

std::string_view SwiftCharges(std::string_view supplementary) {
  const size_t at = supplementary.find("/CHGS/");
  if (at == std::string_view::npos) return {};
  const std::string_view rest = supplementary.substr(at + 6);
  return rest.substr(0, rest.find('/'));
}

}  // namespace kvitt
