// See text_tokens.h.
//
// The text is cut into *atoms*, runs of letters and digits, with what stands between them. Atoms that
// a single inner mark holds together are a *token*. Spans that can be no reference (the creditor's
// own account, payment slip lines) are taken first, spans that read as something else (phone numbers,
// amounts) are remembered as weak; then tokens, their parts and joins of neighbours are noted.

#include "engine/evidence/text_tokens.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "engine/evidence/number_shapes.h"
#include "engine/evidence/text_words.h"
#include "engine/reference/kid.h"
#include "engine/reference/normal_reference.h"
#include "engine/reference/rf.h"
#include "engine/reference/scheme.h"
#include "engine/value/concat.h"
#include "kvitt/reference.h"

namespace kvitt {
namespace {

using reference::IsDigit;
using reference::IsDigits;
using reference::WithoutLeadingZeros;

constexpr size_t kShortest = 4;
constexpr size_t kLongest = 36;
// With the marks and blanks that people put between.
constexpr size_t kLongestWritten = 80;
// A number in groups has at most six; the longest reference has 28 digits.
constexpr size_t kGroupsMax = 6;
constexpr size_t kGroupDigitsMax = 28;
// More groups in a row are a list of numbers, not numbers in groups.
constexpr size_t kGroupRunMax = 12;
// FAKT.NR:INV-1001
constexpr int kLabelsMax = 3;
// Phone numbers and amounts of one text; more of them are no remittance text.
constexpr size_t kSpansMax = 1024;

enum class Sign : uint8_t { kDigit, kLetter, kBlank, kLine, kDash, kMark };

struct Symbol {
  Sign sign;
  uint8_t size;
};

// What begins with a byte beyond ASCII. Letters are taken byte by byte: nothing is said about them,
// so broken UTF-8 does no harm. REQUIRES: at < text.size().
Symbol WideSymbol(std::string_view text, size_t at) {
  const std::string_view two = text.substr(at, 2);
  const std::string_view three = text.substr(at, 3);
  if (two == "\xC2\xA0") return {Sign::kBlank, 2};
  if (two.size() == 2 && two[0] == '\xC2') return {Sign::kMark, 2};
  if (three == "\xEF\xBB\xBF" || three == "\xE2\x80\xAF" || three == "\xE2\x81\x9F") {
    return {Sign::kBlank, 3};
  }
  if (three == "\xE2\x88\x92") return {Sign::kDash, 3};
  if (three.size() < 3 || three[0] != '\xE2') return {Sign::kLetter, 1};
  const auto last = static_cast<unsigned char>(three[2]);
  if (three[1] == '\x80' && last <= 0x8A) return {Sign::kBlank, 3};
  if (three[1] == '\x80' && last >= 0x90 && last <= 0x95) return {Sign::kDash, 3};
  if (three[1] == '\x80' || three[1] == '\x81' || three[1] == '\x82') return {Sign::kMark, 3};
  return {Sign::kLetter, 1};
}

Symbol ReadSymbol(std::string_view text, size_t at) {
  const char c = text[at];
  if (static_cast<unsigned char>(c) >= 0x80) return WideSymbol(text, at);
  if (IsDigit(c)) return {Sign::kDigit, 1};
  if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) return {Sign::kLetter, 1};
  if (c == ' ' || c == '\t' || c == '\r') return {Sign::kBlank, 1};
  if (c == '\n') return {Sign::kLine, 1};
  return {c == '-' ? Sign::kDash : Sign::kMark, 1};
}

enum class Gap : uint8_t {
  kEnd,    // nothing follows
  kMark,   // one mark
  kBlank,  // blanks
  kLine,   // a line border, and blanks
  kBreak,  // anything else
};

struct Atom {
  size_t begin = 0;
  size_t end = 0;
  bool has_digit = false;
  bool has_letter = false;
  TextWord word = TextWord::kOther;
  Gap gap = Gap::kEnd;  // to the next atom
  char mark = 0;        // '-' for every dash

  bool is_digits() const { return has_digit && !has_letter; }

  bool is_word() const { return has_letter && !has_digit; }
};

// Atoms [first, last) as one token.
struct Token {
  size_t first = 0;
  size_t last = 0;
  size_t begin = 0;
  size_t end = 0;
  bool has_digit = false;
  bool is_labelled = false;  // it stands in a list that a label began
};

struct Span {
  size_t begin;
  size_t end;
  WeakReason weak;  // kNone: no reference at all

  bool Overlaps(size_t other_begin, size_t other_end) const {
    return begin < other_end && other_begin < end;
  }
};

TextWord WordOf(std::string_view letters) {
  std::array<char, 24> upper;
  if (letters.size() > upper.size()) return TextWord::kOther;
  const size_t size = reference::FoldReference(letters, upper.data());
  return ClassifyTextWord(std::string_view(upper.data(), size));
}

bool IsOneOf(char c, std::string_view set) {
  return set.find(c) != std::string_view::npos;
}

}  // namespace

OwnNumbers::OwnNumbers(std::string_view creditor_account) {
  const std::string normal = NormalAccount(creditor_account);
  if (const size_t colon = normal.find(':'); colon != std::string::npos) {
    Add(std::string_view(normal).substr(colon + 1));
  }
  const std::string alias = AccountAlias(normal);
  if (!CheckNumber(NumberScheme::kIban, alias).ok) return;
  const std::string_view iban = alias;
  const std::string_view country = iban.substr(0, 2);
  const std::string_view national = iban.substr(4);
  Add(iban);
  Add(national);
  // The account without bank or branch, as people write it.
  if (country == "DK") Add(national.substr(4));
  if (country == "SE") Add(national.substr(3));
  // Six digits, a dash, and the rest without the zeros that fill it up.
  if (country == "FI") Add(Concat(national.substr(0, 6), WithoutLeadingZeros(national.substr(6))));
}

void OwnNumbers::Add(std::string_view number) {
  number = WithoutLeadingZeros(number);
  if (number.size() < kShortest || number.size() >= 64) return;
  numbers_.emplace_back(number);
  sizes_ |= uint64_t{1} << number.size();
}

bool OwnNumbers::Has(std::string_view normal) const {
  return std::find(numbers_.begin(), numbers_.end(), normal) != numbers_.end();
}

class TextScan {
 public:
  TextScan(const PaymentText& payment, TextCandidates* found) : payment_(payment), found_(found) {}

  void Run() {
    JoinLines();
    ReadAtoms();
    ReadTokens();
    TakeOwnNumbers();
    TakeSlipLines();
    FindPhones();
    FindAmounts();
    // Each candidate is compared with each span.
    if (spans_.size() > kSpansMax) found_->is_cut_ = true;
    for (const Token& token : tokens_) {
      if (token.has_digit) NoteToken(token, token.begin, token.first, token.last);
    }
    NoteGroups();
    NoteSplitTokens();
    NoteRf();
    std::sort(found_->candidates_.begin(), found_->candidates_.end(),
              [](const TextCandidate& a, const TextCandidate& b) {
                return std::tie(b.normal_size, a.begin, a.end) <
                       std::tie(a.normal_size, b.begin, b.end);
              });
  }

 private:
  std::string_view text() const { return found_->text_; }

  std::string_view Slice(size_t begin, size_t end) const {
    return text().substr(begin, end - begin);
  }

  void JoinLines() {
    found_->text_.clear();
    found_->normals_.clear();
    found_->candidates_.clear();
    found_->is_cut_ = false;
    for (size_t i = 0; i < payment_.lines.size(); ++i) {
      if (i > 0) found_->text_.push_back('\n');
      found_->text_.append(payment_.lines[i]);
    }
  }

  // Cutting.

  void ReadAtoms() {
    size_t at = 0;
    while (at < text().size()) {
      Atom atom;
      atom.begin = at;
      for (; at < text().size(); ++at) {
        const Symbol symbol = ReadSymbol(text(), at);
        if (symbol.sign != Sign::kDigit && symbol.sign != Sign::kLetter) break;
        (symbol.sign == Sign::kDigit ? atom.has_digit : atom.has_letter) = true;
      }
      atom.end = at;
      if (atom.is_word()) atom.word = WordOf(Slice(atom.begin, atom.end));
      const bool is_empty = atom.end == atom.begin;
      ReadGap(&at, &atom);
      if (!is_empty) atoms_.push_back(atom);
    }
    if (!atoms_.empty()) atoms_.back().gap = Gap::kEnd;
  }

  void ReadGap(size_t* at, Atom* atom) const {
    size_t marks = 0;
    size_t blanks = 0;
    bool has_line = false;
    while (*at < text().size()) {
      const Symbol symbol = ReadSymbol(text(), *at);
      if (symbol.sign == Sign::kDigit || symbol.sign == Sign::kLetter) break;
      if (symbol.sign == Sign::kBlank) {
        ++blanks;
      } else if (symbol.sign == Sign::kLine) {
        has_line = true;
      } else {
        ++marks;
        atom->mark = symbol.sign == Sign::kDash ? '-' : symbol.size == 1 ? text()[*at] : '\0';
      }
      *at += symbol.size;
    }
    if (marks == 0) {
      atom->gap = has_line ? Gap::kLine : Gap::kBlank;
    } else {
      atom->gap = marks == 1 && blanks == 0 && !has_line ? Gap::kMark : Gap::kBreak;
    }
  }

  // Whether the mark between `a` and the next atom `b` stands inside a token.
  bool Holds(const Atom& a, const Atom& b) const {
    if (a.gap != Gap::kMark) return false;
    if (IsOneOf(a.mark, "-/_")) return true;
    const bool between_digits = IsDigit(text()[a.end - 1]) && IsDigit(text()[b.begin]);
    if (IsOneOf(a.mark, ".:'")) return between_digits || a.word == TextWord::kLabel;
    return false;
  }

  void ReadTokens() {
    bool is_labelled = false;
    for (size_t first = 0; first < atoms_.size();) {
      Token token;
      token.first = first;
      token.begin = atoms_[first].begin;
      size_t last = first + 1;
      while (last < atoms_.size() && Holds(atoms_[last - 1], atoms_[last])) ++last;
      token.last = last;
      token.end = atoms_[last - 1].end;
      for (size_t i = first; i < last; ++i) {
        token.has_digit |= atoms_[i].has_digit;
        is_labelled |= atoms_[i].word == TextWord::kLabel;
      }
      if (!token.has_digit) {
        const TextWord word = atoms_[last - 1].word;
        is_labelled &= word == TextWord::kLabel || word == TextWord::kConjunction;
      }
      token.is_labelled = is_labelled;
      tokens_.push_back(token);
      first = last;
    }
  }

  Gap GapBehind(const Token& token) const { return atoms_[token.last - 1].gap; }

  // What is no reference.

  bool IsOwn(size_t begin, size_t end) const {
    if (end - begin > kLongestWritten) return false;
    std::array<char, kLongestWritten> normal;
    const size_t size = NormalReferenceTo(Slice(begin, end), normal.data());
    return payment_.own->Has(std::string_view(normal.data(), size));
  }

  // Each token, and each token with the groups behind it: NO93 8601 1117 947.
  void TakeOwnNumbers() {
    constexpr size_t kIbanGroupsMax = 9;
    if (payment_.own == nullptr) return;
    for (size_t i = 0; i < tokens_.size(); ++i) {
      const size_t begin = tokens_[i].begin;
      const bool has_zeros = text()[begin] == '0';
      size_t size = 0;
      for (size_t j = i; j < tokens_.size() && j < i + kIbanGroupsMax; ++j) {
        if (tokens_[j].end - begin > kLongest + kIbanGroupsMax) break;
        for (size_t atom = tokens_[j].first; atom < tokens_[j].last; ++atom) {
          size += atoms_[atom].end - atoms_[atom].begin;
        }
        // Leading zeros do not count.
        const bool fits = has_zeros || payment_.own->HasSize(size);
        if (fits && tokens_[j].has_digit && IsOwn(begin, tokens_[j].end)) {
          spans_.push_back({begin, tokens_[j].end, WeakReason::kNone});
        }
        if (GapBehind(tokens_[j]) != Gap::kBlank && GapBehind(tokens_[j]) != Gap::kLine) break;
      }
    }
  }

  void TakeSlipLines() {
    if (text().find('+') == std::string_view::npos) return;
    // Lines of the bank's width may cut a slip line.
    std::string one_line(text());
    std::replace(one_line.begin(), one_line.end(), '\n', ' ');
    FikLine line;
    for (size_t from = 0; FindFikLine(one_line, from, &line); from = line.end) {
      if (!line.id.empty()) Note(line.begin, line.end, line.id, true);
      spans_.push_back({line.begin, line.end, WeakReason::kNone});
      if (found_->is_cut_ || spans_.size() > kSpansMax) return;
    }
  }

  void FindPhones() {
    for (size_t i = 0; i < atoms_.size(); ++i) {
      const Atom& atom = atoms_[i];
      if (!IsDigit(text()[atom.begin])) continue;
      const bool plus = atom.begin > 0 && text()[atom.begin - 1] == '+' &&
                        (i == 0 || atoms_[i - 1].end + 1 < atom.begin);
      const bool named =
          i > 0 && atoms_[i - 1].word == TextWord::kPhone && atom.begin - atoms_[i - 1].end <= 4;
      if (!plus && !named) continue;
      const size_t end = plus ? InternationalPhoneEnd(atom.begin)
                              : PhoneEnd(atom.begin, text()[atom.begin] == '0' ? 9 : 8, 5);
      if (end > atom.begin) spans_.push_back({atom.begin, end, WeakReason::kPhone});
    }
  }

  size_t InternationalPhoneEnd(size_t begin) const {
    struct Prefix {
      std::string_view digits;
      size_t number;
    };

    static constexpr Prefix kPrefixes[] = {{"47", 8}, {"46", 9}, {"45", 8}, {"358", 9}};
    for (const Prefix& prefix : kPrefixes) {
      if (text().substr(begin, prefix.digits.size()) != prefix.digits) continue;
      return PhoneEnd(begin, prefix.digits.size() + prefix.number, prefix.digits.size() + 6);
    }
    return begin;
  }

  // The end of a number of about `target` digits, in groups; `begin` when it has less than `least`.
  size_t PhoneEnd(size_t begin, size_t target, size_t least) const {
    size_t digits = 0;
    size_t end = begin;
    for (size_t at = begin; at < text().size(); ++at) {
      if (IsDigit(text()[at])) {
        ++digits;
        end = at + 1;
      } else if (digits >= target || at - end >= 2 || !IsOneOf(text()[at], " -()/")) {
        break;
      }
    }
    return digits >= least && digits <= target + 3 ? end : begin;
  }

  bool IsSignBefore(size_t begin) const {
    while (begin > 0 && text()[begin - 1] == ' ') --begin;
    const std::string_view before = text().substr(0, begin);
    const auto ends_in = [before](std::string_view sign) {
      return before.size() >= sign.size() && before.substr(before.size() - sign.size()) == sign;
    };
    return ends_in("$") || ends_in("\xE2\x82\xAC") || ends_in("\xC2\xA3");
  }

  // Whether a currency stands behind `at` that does not name the number after it instead.
  bool IsCurrencyBehind(size_t at) const {
    const auto is_blank = [this](size_t i) { return i < text().size() && text()[i] == ' '; };
    if (is_blank(at)) ++at;
    size_t end = at;
    while (end < text().size() && ReadSymbol(text(), end).sign == Sign::kLetter) ++end;
    if (end == at || WordOf(Slice(at, end)) != TextWord::kCurrency) return false;
    while (end < text().size() && IsOneOf(text()[end], " .:")) ++end;
    return end == text().size() || !IsDigit(text()[end]);
  }

  void FindAmounts() {
    size_t done = 0;
    for (size_t i = 0; i < atoms_.size(); ++i) {
      const size_t begin = atoms_[i].begin;
      if (begin < done || !IsDigit(text()[begin])) continue;
      bool is_named = IsSignBefore(begin);
      if (i > 0) {
        // Inside 8601.11.17947 no amount begins.
        if (Holds(atoms_[i - 1], atoms_[i]) && atoms_[i - 1].has_digit) continue;
        const TextWord word = atoms_[i - 1].word;
        is_named |= (word == TextWord::kCurrency || word == TextWord::kSum) &&
                    begin - atoms_[i - 1].end <= 3;
      }
      is_named = is_named || IsCurrencyBehind(AmountEnd(text(), begin, true));
      const size_t end = AmountEnd(text(), begin, is_named);
      if (end == begin) continue;
      spans_.push_back({begin, end, WeakReason::kAmount});
      done = end;
    }
  }

  // What may be one.

  // The parts of one token, atoms [first, last), of which the first begins at `begin`.
  void NoteToken(const Token& token, size_t begin, size_t first, size_t last, int labels = 0) {
    Note(begin, atoms_[last - 1].end, {}, token.is_labelled);
    NoteMinus(token, begin, first, last);
    NoteSlashed(token, begin, first, last);
    NoteEqualParts(token, begin, first, last);
    const Atom& atom = atoms_[first];
    if (labels == kLabelsMax) return;
    if (atom.word == TextWord::kLabel && first + 1 < last) {
      NoteToken(token, atoms_[first + 1].begin, first + 1, last, labels + 1);
    } else if (const size_t label = LabelSize(atom); begin == atom.begin && label > 0) {
      NoteToken(token, begin + label, first, last, kLabelsMax);
    }
  }

  // How many letters of FAKT1001 are a label. One letter is too little to be one.
  size_t LabelSize(const Atom& atom) const {
    if (!atom.has_digit || !atom.has_letter) return 0;
    size_t letters = 0;
    const std::string_view word = Slice(atom.begin, atom.end);
    while (!IsDigit(word[letters])) ++letters;
    if (letters < 2 || !IsDigits(word.substr(letters))) return 0;
    return WordOf(word.substr(0, letters)) == TextWord::kLabel ? letters : 0;
  }

  // The minus that is the check digit of a KID.
  void NoteMinus(const Token& token, size_t begin, size_t first, size_t last) {
    const size_t end = atoms_[last - 1].end;
    if (first + 1 != last || last != token.last || end >= text().size() || text()[end] != '-')
      return;
    if (!IsDigits(Slice(begin, end))) return;
    if (end + 1 < text().size() && ReadSymbol(text(), end + 1).sign == Sign::kDigit) return;
    if (reference::PassesKidMod11(Slice(begin, end + 1))) {
      Note(begin, end + 1, {}, token.is_labelled);
    }
  }

  // 1001/1002, INV-1001/INV-1002; not 1001/2 nor F/2026/17.
  void NoteSlashed(const Token& token, size_t begin, size_t first, size_t last) {
    size_t parts = 0;
    size_t size = 0;
    for (size_t i = first; i < last; ++i) {
      size += atoms_[i].end - (i == first ? begin : atoms_[i].begin);
      if (i + 1 < last && atoms_[i].mark != '/') continue;
      if (size < kShortest) return;
      size = 0;
      ++parts;
    }
    if (parts < 2) return;
    for (size_t i = first, part = first; i < last; ++i) {
      if (i + 1 < last && atoms_[i].mark != '/') continue;
      NoteToken(token, part == first ? begin : atoms_[part].begin, part, i + 1);
      part = i + 1;
    }
  }

  // 1001-1003: both ends, when they are equally long.
  void NoteEqualParts(const Token& token, size_t begin, size_t first, size_t last) {
    if (last - first < 2) return;
    const size_t size = atoms_[first].end - begin;
    for (size_t i = first; i < last; ++i) {
      const size_t part = i == first ? begin : atoms_[i].begin;
      if (!IsDigits(Slice(part, atoms_[i].end)) || atoms_[i].end - part != size) return;
      if (i + 1 < last && atoms_[i].mark != '-') return;
    }
    for (size_t i = first; i < last; ++i) {
      Note(i == first ? begin : atoms_[i].begin, atoms_[i].end, {}, token.is_labelled);
    }
  }

  // Where the digits of a token begin that may be a group of a number: of 1234, and of FAKT.NR:1234
  // when it is the first. The end when there are none.
  size_t GroupBegin(const Token& token, bool is_first) const {
    const Atom& atom = atoms_[token.last - 1];
    if (token.first + 1 == token.last && atom.is_digits()) return token.begin;
    if (!is_first) return token.end;
    for (size_t i = token.first; i + 1 < token.last; ++i) {
      if (atoms_[i].word != TextWord::kLabel) return token.end;
    }
    if (atom.is_digits()) return atom.begin;
    const size_t label = LabelSize(atom);
    return label > 0 ? atom.begin + label : token.end;
  }

  void NoteGroups() {
    for (size_t first = 0; first < tokens_.size();) {
      if (GroupBegin(tokens_[first], true) == tokens_[first].end) {
        ++first;
        continue;
      }
      size_t last = first + 1;
      while (last < tokens_.size() && IsJoint(tokens_[last - 1]) &&
             GroupBegin(tokens_[last], false) != tokens_[last].end) {
        ++last;
      }
      NoteJoins(first, last);
      first = last;
    }
  }

  bool IsJoint(const Token& token) const {
    return GapBehind(token) == Gap::kBlank || GapBehind(token) == Gap::kLine;
  }

  void NoteJoins(size_t first, size_t last) {
    const bool is_list = last - first > kGroupRunMax;
    for (size_t i = first; i < last; ++i) {
      const size_t begin = GroupBegin(tokens_[i], true);
      size_t digits = tokens_[i].end - begin;
      // In a list only a line border can have cut a number.
      const size_t groups = !is_list ? kGroupsMax : GapBehind(tokens_[i]) == Gap::kLine ? 2 : 1;
      for (size_t j = i + 1; j < last && j < i + groups; ++j) {
        digits += tokens_[j].end - tokens_[j].begin;
        if (digits > kGroupDigitsMax) break;
        Note(begin, tokens_[j].end, {}, tokens_[i].is_labelled);
      }
    }
  }

  // A token that a line border cut: nothing, or its own dash, stands before the border.
  void NoteSplitTokens() {
    for (size_t i = 0; i + 1 < tokens_.size(); ++i) {
      const Token& a = tokens_[i];
      const Token& b = tokens_[i + 1];
      const std::string_view gap = Slice(a.end, b.begin);
      if (gap != "\n" && gap != "-\n") continue;
      if (!a.has_digit && !b.has_digit) continue;
      // Groups of digits are joined already.
      const bool are_groups = GroupBegin(a, false) != a.end && GroupBegin(b, false) != b.end;
      if (are_groups && gap == "\n") continue;
      Note(a.begin, b.end, {}, a.is_labelled);
      const Atom& atom = atoms_[a.first];
      if (atom.word == TextWord::kLabel && a.first + 1 < a.last) {
        Note(atoms_[a.first + 1].begin, b.end, {}, true);
      }
    }
  }

  // RF18 5390 0754 7034
  void NoteRf() {
    constexpr size_t kRfMax = 25;
    for (size_t i = 0; i < tokens_.size(); ++i) {
      const std::string_view start = Slice(tokens_[i].begin, tokens_[i].end);
      if (start.size() < 2 || (start[0] != 'R' && start[0] != 'r') ||
          (start[1] != 'F' && start[1] != 'f')) {
        continue;
      }
      for (size_t j = i + 1; j < tokens_.size() && IsJoint(tokens_[j - 1]); ++j) {
        const std::string_view printed = Slice(tokens_[i].begin, tokens_[j].end);
        std::array<char, kLongestWritten> compact;
        if (printed.size() > compact.size()) break;
        const size_t size = reference::FoldReference(printed, compact.data());
        if (size > kRfMax) break;
        if (reference::PassesRf(std::string_view(compact.data(), size))) {
          Note(tokens_[i].begin, tokens_[j].end, {}, true);
        }
      }
    }
  }

  // Adds the candidate that stands in [begin, end), or `value` found there.
  void Note(size_t begin, size_t end, std::string_view value, bool is_labelled) {
    const std::string_view written = value.empty() ? Slice(begin, end) : value;
    if (found_->is_cut_ || written.size() < kShortest || written.size() > kLongestWritten) return;
    WeakReason weak = WeakReason::kNone;
    for (const Span& span : spans_) {
      if (!span.Overlaps(begin, end)) continue;
      if (span.weak == WeakReason::kNone) return;
      weak = span.weak;
    }
    for (const TextCandidate& other : found_->candidates_) {
      if (other.begin == begin && other.end == end) return;
    }
    std::string& normals = found_->normals_;
    const size_t normal_begin = normals.size();
    normals.resize(normal_begin + written.size());
    const size_t size = NormalReferenceTo(written, normals.data() + normal_begin);
    normals.resize(normal_begin + size);
    const std::string_view normal = std::string_view(normals).substr(normal_begin);
    if (size < kShortest || size > kLongest ||
        std::none_of(normal.begin(), normal.end(), IsDigit)) {
      normals.resize(normal_begin);
      return;
    }
    if (found_->candidates_.size() == kTextCandidatesMax) {
      found_->is_cut_ = true;
      return;
    }
    if (value.empty()) weak = Weakness(begin, end, normal, weak, is_labelled);
    found_->candidates_.push_back({MakeReferenceKey(normal, payment_.account),
                                   static_cast<uint32_t>(begin), static_cast<uint32_t>(end),
                                   static_cast<uint32_t>(normal_begin), static_cast<uint8_t>(size),
                                   weak});
  }

  WeakReason Weakness(size_t begin,
                      size_t end,
                      std::string_view normal,
                      WeakReason by_span,
                      bool is_labelled) const {
    const std::string_view written = Slice(begin, end);
    if (by_span == WeakReason::kPhone) return by_span;
    if (LooksLikeDate(written)) return WeakReason::kDate;
    if (by_span != WeakReason::kNone || IsPaidAmount(normal)) {
      return by_span == WeakReason::kNone ? WeakReason::kAmount : by_span;
    }
    // A number that is called one is no year and no postcode: "faktura 2021".
    if (is_labelled) return WeakReason::kNone;
    if (LooksLikeYear(written)) return WeakReason::kYear;
    return IsPostcode(written, end) ? WeakReason::kPostcode : WeakReason::kNone;
  }

  bool IsPaidAmount(std::string_view normal) const {
    if (payment_.amount_minor <= 0) return false;
    const std::string minor = Concat(payment_.amount_minor);
    if (normal == minor) return true;
    const auto decimals = static_cast<size_t>(payment_.decimals);
    if (decimals == 0 || minor.size() <= decimals) return false;
    const std::string_view major = std::string_view(minor).substr(0, minor.size() - decimals);
    const std::string_view cents = std::string_view(minor).substr(minor.size() - decimals);
    return WithoutLeadingZeros(cents).empty() && normal == major;
  }

  // Four or five digits (111 22 in Sweden) before a word with a capital letter.
  bool IsPostcode(std::string_view written, size_t end) const {
    const bool in_groups = written.size() == 6 && written[3] == ' ' &&
                           IsDigits(written.substr(0, 3)) && IsDigits(written.substr(4));
    const bool together = (written.size() == 4 || written.size() == 5) && IsDigits(written);
    if (!in_groups && !together) return false;
    const size_t town = text().find_first_not_of(' ', end);
    if (town == end || town == std::string_view::npos || town + 2 > text().size()) return false;
    const char first = text()[town];
    if (first >= 'A' && first <= 'Z') return ReadSymbol(text(), town + 1).sign == Sign::kLetter;
    return first == '\xC3' && static_cast<unsigned char>(text()[town + 1]) <= 0x9E;
  }

  const PaymentText& payment_;
  TextCandidates* found_;
  std::vector<Atom> atoms_;
  std::vector<Token> tokens_;
  std::vector<Span> spans_;
};

void FindTextCandidates(const PaymentText& payment, TextCandidates* found) {
  TextScan(payment, found).Run();
}

std::string_view Name(WeakReason reason) {
  static constexpr std::string_view kNames[] = {"",       "date",     "phone number",
                                                "amount", "postcode", "year"};
  return kNames[static_cast<size_t>(reason)];
}

}  // namespace kvitt
