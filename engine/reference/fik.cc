// The Danish common payment slip (Fælles Indbetalingskort, FIK): a line of card type, payment id
// and creditor number,
//
//   line     = [ "+" | ">" ] card [ "<" ] [ id ] "+" creditor [ "<" ]
//   card     = "01" | "04" | "15" | "71" | "73" | "75"
//   id       = 15 digits (71), 16 digits (75, 04, 15), none (01, 73); the last one by Luhn
//   creditor = 7 or 8 digits
//
// with blanks anywhere. Public writers leave out the first plus, write ">" for it, or drop either
// "<". Ids are filled with zeros on the left; shortened ones are read and filled.
//
// In running text only what cannot well be something else is taken for a line: an unknown card, an
// id on a card that has none, or too long an id is no line, and a line without any of "+", ">", "<"
// before the id must pass Luhn ("75 1234 + 12345678" may be a sum).
//
// Sources: Microsoft's FIKManagement (MIT); giro-kort.dk on cards 71, 73 and 75; docs.upodi.com.
// The id of card 15 is unconfirmed: it is read as card 04's is.

#include "engine/reference/fik.h"

#include "engine/reference/luhn.h"

namespace kvitt {
namespace reference {
namespace {

NumberCheck CheckFik(std::string_view id, size_t length, std::string_view card) {
  // A whole line names its card itself.
  if (id.find_first_of("+<>") != std::string_view::npos) {
    FikLine line;
    if (!FindFikLine(id, 0, &line)) return Bad("it is not a payment slip line");
    if (card != std::string_view(line.card, 2)) {
      return Bad(
          Joined({"its card type is ", std::string_view(line.card, 2), ", expected ", card}));
    }
    return CheckFik(line.id, length, card);
  }
  if (std::string reason = NotDigitsReason(id, 2, length); !reason.empty()) {
    return Bad(std::move(reason));
  }
  const std::string padded = std::string(length - id.size(), '0') + std::string(id);
  if (WithoutLeadingZeros(padded).empty()) return Bad("it is all zeros");
  if (std::string reason = LuhnReason(padded); !reason.empty()) return Bad(std::move(reason));
  return Good(padded, Joined({"+", card, "<", padded}));
}

std::string MakeFik(std::string_view base, size_t length, std::string* reason) {
  *reason = NotDigitsReason(base, 1, length - 1);
  if (reason->empty() && WithoutLeadingZeros(base).empty()) *reason = "it is all zeros";
  if (!reason->empty()) return {};
  return std::string(length - 1 - base.size(), '0') + std::string(base) + LuhnDigit(base);
}

constexpr size_t kId71 = 15;
constexpr size_t kId75 = 16;
constexpr size_t kId04 = 16;

NumberCheck Check71(std::string_view id) {
  return CheckFik(id, kId71, "71");
}

NumberCheck Check75(std::string_view id) {
  return CheckFik(id, kId75, "75");
}

NumberCheck Check04(std::string_view id) {
  return CheckFik(id, kId04, "04");
}

std::string Make71(std::string_view base, std::string* reason) {
  return MakeFik(base, kId71, reason);
}

std::string Make75(std::string_view base, std::string* reason) {
  return MakeFik(base, kId75, reason);
}

std::string Make04(std::string_view base, std::string* reason) {
  return MakeFik(base, kId04, reason);
}

// The length of the id of a card; -1 for what is no card.
int IdLength(std::string_view card) {
  if (card == "71") return static_cast<int>(kId71);
  if (card == "75" || card == "04" || card == "15") return static_cast<int>(kId75);
  if (card == "01" || card == "73") return 0;
  return -1;
}

// Walks over text, passing blanks.
class Scanner {
 public:
  Scanner(std::string_view text, size_t at) : text_(text), at_(at) {}

  size_t at() const { return at_; }

  bool Take(char c) {
    const size_t next = AfterBlanks();
    if (next >= text_.size() || text_[next] != c) return false;
    at_ = next + 1;
    return true;
  }

  // Digits that stand together, up to `max`.
  std::string DigitRun(size_t max) {
    const size_t begin = AfterBlanks();
    size_t end = begin;
    while (end < text_.size() && end - begin < max && IsDigit(text_[end])) ++end;
    if (end > begin) at_ = end;
    return std::string(text_.substr(begin, end - begin));
  }

  // Digits up to `max`, blanks between them passed; those behind the last digit stay.
  std::string Digits(size_t max) {
    std::string digits;
    while (digits.size() < max) {
      const size_t next = AfterBlanks();
      if (next >= text_.size() || !IsDigit(text_[next])) break;
      digits.push_back(text_[next]);
      at_ = next + 1;
    }
    return digits;
  }

  bool AtDigit() const { return at_ < text_.size() && IsDigit(text_[at_]); }

 private:
  size_t AfterBlanks() const {
    size_t next = at_;
    while (next < text_.size() && text_[next] == ' ') ++next;
    return next;
  }

  std::string_view text_;
  size_t at_;
};

bool IsAlphanumeric(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// The creditor's digits behind the plus. People write `+8123 4567` as well as `+81234567 2026`:
// seven or eight digits that stand together are the number, else eight with blanks between.
bool TakeCreditor(Scanner* scanner, FikLine* line) {
  std::string digits = scanner->DigitRun(8);
  if (digits.size() < 7) digits += scanner->Digits(8 - digits.size());
  if (digits.size() < 7 || scanner->AtDigit()) return false;
  line->creditor = std::string(8 - digits.size(), '0') + digits;
  return true;
}

// A line that begins at `start`, at a "+", a ">" or the card.
bool ParseAt(std::string_view text, size_t start, FikLine* line) {
  Scanner scanner(text, start);
  bool is_marked = scanner.Take('+') || scanner.Take('>');
  if (!is_marked && start > 0 && (IsAlphanumeric(text[start - 1]) || text[start - 1] == '+')) {
    return false;
  }
  const std::string card = scanner.Digits(2);
  const int id_length = card.size() == 2 ? IdLength(card) : -1;
  if (id_length < 0) return false;
  is_marked = scanner.Take('<') || is_marked;
  const std::string id = scanner.Digits(static_cast<size_t>(id_length));
  if (scanner.AtDigit() || !scanner.Take('+')) return false;
  if ((id_length == 0) != id.empty()) return false;
  FikLine found;
  if (!TakeCreditor(&scanner, &found)) return false;
  scanner.Take('<');
  found.card[0] = card[0];
  found.card[1] = card[1];
  if (!id.empty()) {
    found.id = std::string(static_cast<size_t>(id_length) - id.size(), '0') + id;
  }
  found.id_passes = id.empty() || PassesLuhn(found.id);
  if (!is_marked && (id.empty() || !found.id_passes)) return false;
  found.begin = start;
  found.end = scanner.at();
  *line = std::move(found);
  return true;
}

}  // namespace

const Scheme kFik71Scheme = {
    "fik71", "Danish FIK payment id, card 71, 15 digits", "", false, Check71, Make71};
const Scheme kFik75Scheme = {
    "fik75", "Danish FIK payment id, card 75, 16 digits", "", false, Check75, Make75};
const Scheme kFik04Scheme = {
    "fik04", "Danish giro payment id, card 04, 16 digits", "", false, Check04, Make04};

}  // namespace reference

bool FindFikLine(std::string_view text, size_t from, FikLine* line) {
  // Every line has a plus before its creditor. Without one there is nothing to look for.
  if (from >= text.size() || text.find('+', from) == std::string_view::npos) return false;
  for (size_t start = from; start < text.size(); ++start) {
    const char c = text[start];
    if (c != '+' && c != '>' && !reference::IsDigit(c)) continue;
    if (reference::ParseAt(text, start, line)) return true;
  }
  return false;
}

bool ParseFikLine(std::string_view text, FikLine* line) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  FikLine found;
  if (!FindFikLine(text, 0, &found) || found.begin != 0 || found.end != text.size()) return false;
  *line = std::move(found);
  return true;
}

std::string FormatFikLine(const FikLine& line) {
  return reference::Joined(
      {"+", std::string_view(line.card, 2), "<", line.id, "+", line.creditor, "<"});
}

}  // namespace kvitt
