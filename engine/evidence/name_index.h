// Which customers have a name like this one: what rule 11 (payer_name) asks.
//
// Two names are close when, folded (name_fold.h) and in any order, their words
//
//   are the same                                            100
//   are the same but for one small typo in a word of         90
//     five letters or more
//   are all in the other name, at least two of them          80, less 5 for each word more, least 60
//   are one word, the whole of the shorter name, of five     55
//     letters or more, that no other customer has
//
// A word that more than kCommonNames names have is no evidence alone: there are many Hansens. A company
// form is none at all. A name alone never settles anything, so being close is cheap and being wrong is
// told: everybody who is close is returned, also when several have the same name.
//
//   NameIndex names;
//   names.Add("Bjørn Åsen", 17);
//   names.Seal();
//   names.Closest("AASEN BJOERN", 3)   // {{.id = 17, .score = 100, .words = {"asen", "bjorn"}}}
//
// Flat arrays: about 100 bytes a name. A lookup looks at no more than kCommonNames names for each word. Who
// knows beforehand what will be asked says so (Expect): then only names that can be found are kept.

#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/types/span.h"

namespace kvitt {

enum class NameCloseness : uint8_t { kSame, kTypo, kContained, kRareWord };

struct CloseName {
  uint32_t id = 0;
  int score = 0;
  NameCloseness closeness = NameCloseness::kSame;
  std::vector<std::string> words;  // those in common, folded, sorted
};

// Lists of names under hashes: added in any order, sealed, then looked up. Equal hashes are one list.
class HashLists {
 public:
  using Pair = std::pair<uint64_t, uint32_t>;

  void Add(uint64_t hash, uint32_t name) { added_.emplace_back(hash, name); }

  void Seal();
  // The names under a hash, ascending. REQUIRES: sealed.
  absl::Span<const uint32_t> Find(uint64_t hash) const;

 private:
  std::vector<Pair> added_;  // empty when sealed
  std::vector<uint64_t> hashes_;
  std::vector<uint32_t> starts_;  // one more than there are hashes
  std::vector<uint32_t> names_;
};

// Filled by one thread, then sealed; after that const methods may run in parallel. Owns what it holds.
class NameIndex {
 public:
  static constexpr size_t kCommonNames = 1000;
  // Further words of a name are not looked at.
  static constexpr size_t kWordsMax = 12;

  // `id` is the caller's number of the customer; one customer may have several names. A name without
  // words (a company form alone) is left out.
  void Add(std::string_view name, uint32_t id);
  // Adds each name with its place as id.
  void AddAll(absl::Span<const std::string_view> names, int threads);
  // A name that will be asked for; before the first Add. With one or more of them, no others may be asked
  // for.
  void Expect(std::string_view name);
  // REQUIRES: called once, before the first lookup and after the last Add().
  void Seal();

  size_t size() const { return ids_.size(); }

  // At most `max` customers whose name is close, each once with its best name: the highest score first,
  // then the smallest id. Who needs to know whether there is exactly one asks for two. REQUIRES: sealed.
  std::vector<CloseName> Closest(std::string_view name, size_t max) const;

 private:
  struct Question;

  static constexpr size_t kHalves = size_t{1} << 20;

  // What is expected to be asked for.
  struct Expected {
    absl::flat_hash_set<uint64_t> words;
    absl::flat_hash_set<uint64_t> all_words;
    absl::flat_hash_set<uint64_t> remainders;  // of names of one word
    // Hashes of the front and back halves of those names: of a word one typo away, one of both is the
    // same.
    std::bitset<kHalves> fronts;
    std::bitset<kHalves> backs;
  };

  // Names that were read; they are numbered from the first of them.
  struct Piece {
    std::string text;
    std::vector<uint64_t> ends;
    std::vector<uint32_t> ids;
    std::vector<HashLists::Pair> words;
    std::vector<HashLists::Pair> all_words;
    std::vector<HashLists::Pair> remainders;
  };

  void Read(std::string_view name, uint32_t id, Piece* piece) const;
  void Take(const Piece& piece);
  bool IsExpected(std::string_view word, uint64_t hash) const;
  bool MayBeTypoOfExpected(std::string_view word) const;

  // What two names have in common, and one of the words that only one of them has.
  struct Likeness {
    int shared = 0;
    int lacking = 0;  // words asked for that the name has not
    int more = 0;     // words of the name that were not asked for
    std::string_view shared_word;
    std::string_view only_asked;
    std::string_view only_here;
  };

  // The words of a name, sorted, a blank between.
  std::string_view TextOf(uint32_t name) const;
  Likeness LikenessTo(const Question& question, uint32_t name) const;
  std::vector<std::string> WordsInCommon(const Question& question, uint32_t name) const;
  // How close name `name` is to the words of a question, by score alone; 0 when it is not.
  CloseName Compare(const Question& question, uint32_t name) const;
  bool IsRare(std::string_view word) const;
  std::vector<uint32_t> Candidates(const Question& question) const;
  void AddTypoOfOnlyWord(const Question& question, std::vector<CloseName>* close) const;

  std::unique_ptr<Expected> expected_;  // null: anything may be asked for
  // Of each hash when something is expected: further names beyond kCommonNames change no answer.
  absl::flat_hash_map<uint64_t, uint32_t> taken_[3];
  std::string text_;  // the words of all names, sorted, a blank between
  std::vector<uint64_t> starts_ = {0};
  std::vector<uint32_t> ids_;
  HashLists by_word_;
  HashLists by_all_words_;
  // Names of one word, under that word and all that remains of it when one letter goes: two words one
  // typo apart have such a remainder in common.
  HashLists by_remainder_;
  bool is_sealed_ = false;
};

}  // namespace kvitt
