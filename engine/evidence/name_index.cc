// See name_index.h.

#include "engine/evidence/name_index.h"

#include <xxhash.h>

#include <algorithm>

#include "engine/evidence/name_fold.h"
#include "engine/parallel.h"
#include "kvitt/check.h"

namespace kvitt {
namespace {

// Shorter words are too much alike.
constexpr size_t kTypoLettersMin = 5;
constexpr size_t kRareLettersMin = 5;
// Longer words are not looked at for typos.
constexpr size_t kTypoLettersMax = 40;

uint64_t HashOf(std::string_view text) {
  return XXH3_64bits(text.data(), text.size());
}

// Whether one letter changed, lost or added, or two neighbours swapped make one word of the other.
bool IsTypo(std::string_view a, std::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > 1) return false;
  size_t front = 0;
  while (front < a.size() && a[front] == b[front]) ++front;
  size_t back = 0;
  while (back < a.size() - front && a[a.size() - 1 - back] == b[b.size() - 1 - back]) ++back;
  const size_t left = a.size() - front - back;
  if (a.size() < b.size()) return left == 0;
  if (left == 2) return a[front] == b[front + 1] && a[front + 1] == b[front];
  return left == 1;
}

bool MayHaveTypo(std::string_view word) {
  return word.size() >= kTypoLettersMin && word.size() <= kTypoLettersMax;
}

// How many letters of the front or of the back of a word remain when there is one typo between it and a
// word that is not shorter.
size_t HalfOf(size_t letters) {
  constexpr size_t kHalfMin = 2;
  constexpr size_t kHalfMax = 8;
  return std::clamp((letters - 1) / 2, kHalfMin, kHalfMax);
}

// Calls visit(front, back) with hashes of the halves of the word, for other words that are longer by up to
// one letter, and shorter.
template <typename Visit>
void VisitHalves(std::string_view word, Visit visit) {
  const auto hash = [](std::string_view half) {
    uint64_t letters = half.size();
    for (const char letter : half) letters = letters * 257 + static_cast<unsigned char>(letter);
    return (letters * 0x9e3779b97f4a7c15u) >> 44;
  };
  size_t last = 0;
  for (const size_t shorter : {word.size(), word.size() - 1}) {
    const size_t half = HalfOf(shorter);
    if (half == last) continue;
    last = half;
    visit(hash(word.substr(0, half)), hash(word.substr(word.size() - half)));
  }
}

// Calls visit(hash) for the word and for each remainder of it.
template <typename Visit>
void VisitRemainders(std::string_view word, Visit visit) {
  visit(HashOf(word));
  for (size_t i = 0; i < word.size(); ++i) {
    // Of equal neighbours it is the same which goes.
    if (i > 0 && word[i] == word[i - 1]) continue;
    std::string remainder(word);
    remainder.erase(i, 1);
    visit(HashOf(remainder));
  }
}

// The words of a name, sorted, each once.
std::vector<std::string> SortedWords(std::string_view name) {
  std::vector<std::string> words = FoldName(name);
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  if (words.size() > NameIndex::kWordsMax) words.resize(NameIndex::kWordsMax);
  return words;
}

std::string Joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += ' ';
    text += word;
  }
  return text;
}

}  // namespace

void HashLists::Seal() {
  std::sort(added_.begin(), added_.end());
  added_.erase(std::unique(added_.begin(), added_.end()), added_.end());
  names_.reserve(added_.size());
  for (const auto& [hash, name] : added_) {
    if (hashes_.empty() || hashes_.back() != hash) {
      hashes_.push_back(hash);
      starts_.push_back(static_cast<uint32_t>(names_.size()));
    }
    names_.push_back(name);
  }
  starts_.push_back(static_cast<uint32_t>(names_.size()));
  added_ = {};
}

absl::Span<const uint32_t> HashLists::Find(uint64_t hash) const {
  const auto found = std::lower_bound(hashes_.begin(), hashes_.end(), hash);
  if (found == hashes_.end() || *found != hash) return {};
  const auto i = static_cast<size_t>(found - hashes_.begin());
  return absl::MakeConstSpan(names_).subspan(starts_[i], starts_[i + 1] - starts_[i]);
}

void NameIndex::Expect(std::string_view name) {
  KVITT_CHECK(!is_sealed_ && ids_.empty());
  if (expected_ == nullptr) expected_ = std::make_unique<Expected>();
  const std::vector<std::string> words = SortedWords(name);
  if (words.empty()) return;
  for (const std::string& word : words) expected_->words.insert(HashOf(word));
  expected_->all_words.insert(HashOf(Joined(words)));
  const std::string& word = words[0];
  if (words.size() != 1 || !MayHaveTypo(word)) return;
  VisitRemainders(word, [&](uint64_t hash) { expected_->remainders.insert(hash); });
  VisitHalves(word, [&](uint64_t front, uint64_t back) {
    expected_->fronts.set(front);
    expected_->backs.set(back);
  });
}

bool NameIndex::MayBeTypoOfExpected(std::string_view word) const {
  if (!MayHaveTypo(word)) return false;
  bool may_be = false;
  VisitHalves(word, [&](uint64_t front, uint64_t back) {
    may_be = may_be || expected_->fronts.test(front) || expected_->backs.test(back);
  });
  return may_be;
}

// Whether the word is asked for, or its being rare is: that of a typo of the only word asked for.
bool NameIndex::IsExpected(std::string_view word, uint64_t hash) const {
  if (expected_->words.contains(hash)) return true;
  if (!MayBeTypoOfExpected(word)) return false;
  bool is_near = false;
  VisitRemainders(word, [&](uint64_t remainder) {
    is_near = is_near || expected_->remainders.contains(remainder);
  });
  return is_near;
}

void NameIndex::Read(std::string_view name, uint32_t id, Piece* piece) const {
  const std::vector<std::string> words = SortedWords(name);
  if (words.empty()) return;
  const auto number = static_cast<uint32_t>(piece->ids.size());
  const size_t before = piece->words.size() + piece->all_words.size() + piece->remainders.size();
  const bool all = expected_ == nullptr;
  for (const std::string& word : words) {
    const uint64_t hash = HashOf(word);
    if (all || IsExpected(word, hash)) piece->words.emplace_back(hash, number);
  }
  const std::string joined = Joined(words);
  const uint64_t hash = HashOf(joined);
  if (all || expected_->all_words.contains(hash)) piece->all_words.emplace_back(hash, number);
  if (words.size() == 1 && MayHaveTypo(joined)) {
    VisitRemainders(joined, [&](uint64_t remainder) {
      if (all || expected_->remainders.contains(remainder)) {
        piece->remainders.emplace_back(remainder, number);
      }
    });
  }
  if (piece->words.size() + piece->all_words.size() + piece->remainders.size() == before) return;
  piece->ids.push_back(id);
  piece->text += joined;
  piece->ends.push_back(piece->text.size());
}

void NameIndex::Take(const Piece& piece) {
  const auto first = static_cast<uint32_t>(ids_.size());
  const auto take = [&](const std::vector<HashLists::Pair>& pairs,
                        absl::flat_hash_map<uint64_t, uint32_t>* taken, HashLists* lists) {
    for (const auto& [hash, name] : pairs) {
      if (expected_ != nullptr && ++(*taken)[hash] > kCommonNames + 1) continue;
      lists->Add(hash, first + name);
    }
  };
  take(piece.words, &taken_[0], &by_word_);
  take(piece.all_words, &taken_[1], &by_all_words_);
  take(piece.remainders, &taken_[2], &by_remainder_);
  ids_.insert(ids_.end(), piece.ids.begin(), piece.ids.end());
  for (uint64_t end : piece.ends) starts_.push_back(text_.size() + end);
  text_ += piece.text;
}

void NameIndex::Add(std::string_view name, uint32_t id) {
  KVITT_CHECK(!is_sealed_);
  Piece piece;
  Read(name, id, &piece);
  Take(piece);
}

void NameIndex::AddAll(absl::Span<const std::string_view> names, int threads) {
  KVITT_CHECK(!is_sealed_);
  constexpr size_t kNamesPerTask = 4096;
  std::vector<Piece> pieces((names.size() + kNamesPerTask - 1) / kNamesPerTask);
  ParallelFor(names.size(), kNamesPerTask, threads, [&](size_t begin, size_t end, int) {
    Piece* piece = &pieces[begin / kNamesPerTask];
    for (size_t i = begin; i < end; ++i) Read(names[i], static_cast<uint32_t>(i), piece);
  });
  for (Piece& piece : pieces) {
    Take(piece);
    piece = {};
  }
}

void NameIndex::Seal() {
  KVITT_CHECK(!is_sealed_);
  by_word_.Seal();
  by_all_words_.Seal();
  by_remainder_.Seal();
  for (auto& taken : taken_) taken = {};
  is_sealed_ = true;
}

struct NameIndex::Question {
  std::vector<std::string> words;  // sorted
};

std::string_view NameIndex::TextOf(uint32_t name) const {
  return std::string_view(text_).substr(starts_[name], starts_[name + 1] - starts_[name]);
}

bool NameIndex::IsRare(std::string_view word) const {
  const absl::Span<const uint32_t> names = by_word_.Find(HashOf(word));
  if (names.size() > kCommonNames) return false;
  return std::all_of(names.begin(), names.end(),
                     [&](uint32_t name) { return ids_[name] == ids_[names.front()]; });
}

NameIndex::Likeness NameIndex::LikenessTo(const Question& question, uint32_t name) const {
  Likeness like;
  std::string_view text = TextOf(name);
  size_t asked = 0;
  const auto lacking = [&] {
    like.only_asked = question.words[asked++];
    ++like.lacking;
  };
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    while (asked < question.words.size() && question.words[asked] < word) lacking();
    if (asked < question.words.size() && question.words[asked] == word) {
      like.shared_word = word;
      ++like.shared;
      ++asked;
    } else {
      like.only_here = word;
      ++like.more;
    }
  }
  while (asked < question.words.size()) lacking();
  return like;
}

// All but the id and the words.
CloseName NameIndex::Compare(const Question& question, uint32_t name) const {
  const Likeness like = LikenessTo(question, name);
  const bool is_inside = like.lacking == 0 || like.more == 0;
  CloseName close;
  if (like.lacking == 0 && like.more == 0) {
    close.score = 100;
  } else if (like.shared > 0 && like.lacking == 1 && like.more == 1 &&
             MayHaveTypo(like.only_asked) && MayHaveTypo(like.only_here) &&
             IsTypo(like.only_asked, like.only_here)) {
    close.score = 90;
    close.closeness = NameCloseness::kTypo;
  } else if (is_inside && like.shared >= 2) {
    close.score = std::max(60, 85 - 5 * (like.lacking + like.more));
    close.closeness = NameCloseness::kContained;
  } else if (is_inside && like.shared == 1 && like.shared_word.size() >= kRareLettersMin &&
             IsRare(like.shared_word)) {
    close.score = 55;
    close.closeness = NameCloseness::kRareWord;
  }
  return close;
}

std::vector<std::string> NameIndex::WordsInCommon(const Question& question, uint32_t name) const {
  std::vector<std::string> words;
  for (std::string_view text = TextOf(name); !text.empty();) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (std::binary_search(question.words.begin(), question.words.end(), word)) {
      words.emplace_back(word);
    }
  }
  return words;
}

std::vector<uint32_t> NameIndex::Candidates(const Question& question) const {
  std::vector<uint32_t> names;
  const auto add = [&](absl::Span<const uint32_t> more) {
    if (more.size() > kCommonNames) more = more.subspan(0, kCommonNames);
    names.insert(names.end(), more.begin(), more.end());
  };
  // The same words are found also when each of them is common.
  add(by_all_words_.Find(HashOf(Joined(question.words))));
  for (const std::string& word : question.words) {
    const absl::Span<const uint32_t> with = by_word_.Find(HashOf(word));
    if (with.size() <= kCommonNames) add(with);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

// A name of one word has no other word that says who is meant, so there must be no other like it.
void NameIndex::AddTypoOfOnlyWord(const Question& question, std::vector<CloseName>* close) const {
  if (question.words.size() != 1 || !MayHaveTypo(question.words[0])) return;
  const std::string& word = question.words[0];
  std::vector<uint32_t> names;
  bool is_common = false;
  VisitRemainders(word, [&](uint64_t hash) {
    const absl::Span<const uint32_t> like = by_remainder_.Find(hash);
    is_common |= like.size() > kCommonNames;
    if (!is_common) names.insert(names.end(), like.begin(), like.end());
  });
  if (is_common) return;
  std::vector<CloseName> found;
  for (const uint32_t name : names) {
    const std::string_view like = TextOf(name);
    if (like == word || !IsTypo(like, word)) continue;
    if (!IsRare(like) || (!found.empty() && found.front().id != ids_[name])) return;
    found.push_back(
        {.id = ids_[name], .score = 90, .closeness = NameCloseness::kTypo, .words = {}});
  }
  close->insert(close->end(), found.begin(), found.end());
}

std::vector<CloseName> NameIndex::Closest(std::string_view name, size_t max) const {
  KVITT_CHECK(is_sealed_);
  const Question question = {SortedWords(name)};
  std::vector<CloseName> close;
  if (question.words.empty()) return close;
  const std::vector<uint32_t> candidates = Candidates(question);
  // Names lie anywhere in a large memory: all are asked for before the first is waited for.
  for (const uint32_t candidate : candidates) __builtin_prefetch(&starts_[candidate]);
  for (const uint32_t candidate : candidates) __builtin_prefetch(&text_[starts_[candidate]]);
  for (const uint32_t candidate : candidates) {
    CloseName found = Compare(question, candidate);
    if (found.score == 0) continue;
    found.id = ids_[candidate];
    found.words = WordsInCommon(question, candidate);
    close.push_back(std::move(found));
  }
  AddTypoOfOnlyWord(question, &close);
  // Each customer once, by its best name.
  std::stable_sort(close.begin(), close.end(), [](const CloseName& a, const CloseName& b) {
    return a.id != b.id ? a.id < b.id : a.score > b.score;
  });
  close.erase(std::unique(close.begin(), close.end(),
                          [](const CloseName& a, const CloseName& b) { return a.id == b.id; }),
              close.end());
  std::stable_sort(close.begin(), close.end(),
                   [](const CloseName& a, const CloseName& b) { return a.score > b.score; });
  if (close.size() > max) close.resize(max);
  return close;
}

}  // namespace kvitt
