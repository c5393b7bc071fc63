// See name_fold.h.

#include "engine/evidence/name_fold.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace kvitt {
namespace {

// Plain letters for U+00C0 to U+00FF; '\1' is th, '\2' is ss, blank is no letter.
constexpr std::string_view kLatin1 =
    "aaaaaaaceeeeiiii"
    "dnooooo ouuuuy\1\2"
    "aaaaaaaceeeeiiii"
    "dnooooo ouuuuy\1y";

// Plain letters for U+0100 to U+017F.
constexpr std::string_view kExtended =
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkkllllllllll"
    "nnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

static_assert(kLatin1.size() == 64);
static_assert(kExtended.size() == 128);

// Company forms and small words, lower case, sorted.
constexpr std::string_view kStopWords[] = {
    "ab",
    "ag",
    "aksjeselskap",
    "aksjeselskapet",
    "aktiebolag",
    "aktiebolaget",
    "aktieselskab",
    "aktieselskabet",
    "allmennaksjeselskap",
    "amba",
    "and",
    "anpartsselskab",
    "anpartsselskabet",
    "ans",
    "aps",
    "as",
    "asa",
    "att",
    "ba",
    "bv",
    "c",
    "co",
    "company",
    "corp",
    "corporation",
    "da",
    "dba",
    "ehf",
    "ek",
    "enk",
    "et",
    "filial",
    "gmbh",
    "handelsbolag",
    "handelsbolaget",
    "hb",
    "hf",
    "inc",
    "is",
    "ivs",
    "ja",
    "kb",
    "kg",
    "kommanditbolag",
    "kommanditbolaget",
    "ks",
    "ky",
    "limited",
    "llc",
    "llp",
    "ltd",
    "nuf",
    "nv",
    "o",
    "och",
    "og",
    "ohf",
    "osakeyhtio",
    "oy",
    "oyj",
    "plc",
    "ps",
    "publ",
    "sa",
    "sarl",
    "smba",
    "srl",
    "tmi",
    "toiminimi",
    "und",
    "v",
    "ved",
};

static_assert(std::is_sorted(std::begin(kStopWords), std::end(kStopWords)));

// Where the stop words with each first letter begin; they end where those of the next letter do.
constexpr std::array<uint8_t, 27> kStopWordsFrom = [] {
  std::array<uint8_t, 27> from{};
  for (const std::string_view word : kStopWords) {
    for (size_t letter = static_cast<size_t>(word[0] - 'a') + 1; letter < from.size(); ++letter) {
      ++from[letter];
    }
  }
  return from;
}();

bool IsStopWord(std::string_view word) {
  if (word.empty() || word[0] < 'a' || word[0] > 'z') return false;
  const size_t letter = static_cast<size_t>(word[0] - 'a');
  return std::find(std::begin(kStopWords) + kStopWordsFrom[letter],
                   std::begin(kStopWords) + kStopWordsFrom[letter + 1],
                   word) != std::begin(kStopWords) + kStopWordsFrom[letter + 1];
}

// What a piece of text is to a word.
enum class Piece : uint8_t { kLetters, kJoin, kNothing, kGap };

// One word while it is read. `plain` is what was written, without marks; `folded` also without the
// second letters of two-letter spellings.
struct Word {
  std::string plain;
  std::string folded;
  bool has_marked_letter = false;
  char last = 0;  // the letter before in the text

  void Add(char c) {
    plain += c;
    // Both the a of `aa` and the e of `ae`, also where such letters follow one another: Pääkkö is
    // PAEAEKKOE.
    const bool is_spelling = (c == 'e' && (last == 'a' || last == 'o' || last == 'u')) ||
                             (c == 'a' && !folded.empty() && folded.back() == 'a');
    if (!is_spelling) folded += c;
    last = c;
  }
};

class NameReader {
 public:
  explicit NameReader(std::string_view name) : name_(name) {}

  std::vector<std::string> Read() {
    while (at_ < name_.size()) {
      switch (Take()) {
        case Piece::kLetters:
        case Piece::kNothing:
          break;
        case Piece::kJoin:
          EndWord();
          break;
        case Piece::kGap:
          EndWord();
          EndInitials();
          break;
      }
    }
    EndWord();
    EndInitials();
    return std::move(words_);
  }

 private:
  // Reads one character into the word.
  Piece Take() {
    const auto c = static_cast<unsigned char>(name_[at_]);
    if (c >= 0x80) return TakeWide(c);
    ++at_;
    if (c >= 'A' && c <= 'Z') {
      word_.Add(static_cast<char>(c - 'A' + 'a'));
      return Piece::kLetters;
    }
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      word_.Add(static_cast<char>(c));
      return Piece::kLetters;
    }
    if (c == '\'' || c == '`') return Piece::kNothing;  // O'Brien
    return c == '/' || c == '.' ? Piece::kJoin : Piece::kGap;
  }

  Piece TakeWide(unsigned char c) {
    const auto next =
        at_ + 1 < name_.size() ? static_cast<unsigned char>(name_[at_ + 1]) : uint8_t{0};
    if ((next & 0xC0U) != 0x80) return TakeUnknown(1);
    const size_t low = next & 0x3FU;
    if (c == 0xC2) return TakeSilent(2, next == 0xB4 ? Piece::kNothing : Piece::kGap);
    if (c == 0xC3) return TakeLetter(kLatin1[low]);
    if (c == 0xC4 || c == 0xC5) return TakeLetter(kExtended[low + (c == 0xC5 ? 64 : 0)]);
    // The marks of decomposed letters.
    if (c == 0xCC || (c == 0xCD && next <= 0xAF)) {
      word_.has_marked_letter = true;
      return TakeSilent(2, Piece::kNothing);
    }
    if (c == 0xE2 && next == 0x80 && at_ + 2 < name_.size()) {
      const auto last = static_cast<unsigned char>(name_[at_ + 2]);
      return TakeSilent(3, last == 0x98 || last == 0x99 ? Piece::kNothing : Piece::kGap);
    }
    return TakeUnknown(2);
  }

  Piece TakeLetter(char letter) {
    at_ += 2;
    if (letter == ' ') return Piece::kGap;
    word_.has_marked_letter = true;
    if (letter == '\1') {
      word_.Add('t');
      word_.Add('h');
    } else if (letter == '\2') {
      word_.Add('s');
      word_.Add('s');
    } else {
      word_.Add(letter);
    }
    return Piece::kLetters;
  }

  Piece TakeSilent(size_t size, Piece piece) {
    at_ += size;
    return piece;
  }

  Piece TakeUnknown(size_t size) {
    for (size_t i = 0; i < size; ++i) word_.Add(name_[at_++]);
    word_.has_marked_letter = true;
    return Piece::kLetters;
  }

  // Ends the word. Single letters wait: A/S and A.S. are one word, J.P. are two.
  void EndWord() {
    if (word_.plain.empty()) {
      word_ = {};
      return;
    }
    if (word_.plain.size() == 1 && !word_.has_marked_letter) {
      initials_ += word_.plain;
    } else {
      EndInitials();
      // Ås is a name and AS is not.
      const bool is_short_name = word_.has_marked_letter && word_.plain.size() <= 3;
      if (is_short_name || !IsStopWord(word_.plain)) {
        words_.push_back(word_.folded);
      }
    }
    word_ = {};
  }

  void EndInitials() {
    if (!IsStopWord(initials_)) {
      for (const char initial : initials_) {
        if (!IsStopWord(std::string_view(&initial, 1))) words_.emplace_back(1, initial);
      }
    }
    initials_.clear();
  }

  std::string_view name_;
  size_t at_ = 0;
  Word word_;
  std::string initials_;
  std::vector<std::string> words_;
};

}  // namespace

std::vector<std::string> FoldName(std::string_view name) {
  return NameReader(name).Read();
}

}  // namespace kvitt
