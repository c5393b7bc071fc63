#include "engine/store/account_book.h"

#include <xxhash.h>

#include <cstring>

#include "engine/value/digits.h"
#include "kvitt/check.h"
#include "kvitt/reference.h"

namespace kvitt {

AccountBook::AccountBook() {
  accounts_.push_back({"", XXH3_64bits("*", 1)});
  by_spelling_[""] = kAnyAccount;
}

AccountNumber AccountBook::Number(std::string_view account) {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto known = by_spelling_.find(std::string(account));
  if (known != by_spelling_.end()) return known->second;
  std::string text = NormalAccount(account);
  const std::string alias = AccountAlias(text);
  const auto [entry, is_new] = by_alias_.try_emplace(alias, 0);
  if (is_new) {
    entry->second = static_cast<AccountNumber>(accounts_.size());
    KVITT_CHECK(entry->second <= kAccountsMax);
    accounts_.push_back({std::move(text), XXH3_64bits(alias.data(), alias.size())});
  } else if (std::string& written = accounts_[entry->second].text; text < written) {
    // Which of two spellings is written must not depend on which came first: the bytewise smaller
    // one, so an IBAN wins over `bban-no:`.
    written = std::move(text);
  }
  // Spellings beyond any sensible ledger are worked out anew each time.
  constexpr size_t kSpellingsMax = 4'000'000;
  if (by_spelling_.size() < kSpellingsMax) by_spelling_[std::string(account)] = entry->second;
  return entry->second;
}

AccountNumber AccountBook::Find(std::string_view account) const {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto known = by_alias_.find(AccountAlias(NormalAccount(account)));
  return known == by_alias_.end() ? kAnyAccount : known->second;
}

std::string_view AccountBook::Text(AccountNumber number) const {
  return accounts_[number].text;
}

uint64_t AccountBook::StableHash(AccountNumber number) const {
  std::lock_guard<std::mutex> lock(mutex_);
  return accounts_[number].stable_hash;
}

AccountNumber AccountBook::size() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return static_cast<AccountNumber>(accounts_.size());
}

AccountCache::AccountCache(AccountBook* book) : book_(book), slots_(kSlots), last_(slots_.data()) {}

AccountNumber AccountCache::Number(std::string_view account, uint64_t* stable_hash) {
  const size_t size = account.size();
  if (size == 0 || size > kTextMax) [[unlikely]]
    return NumberElsewhere(account, stable_hash);
  const __m128i tail = LoadTail16(account.data(), size);
  __m128i head = _mm_setzero_si128();
  if (size > 16) std::memcpy(&head, account.data(), 16);
  if (!Holds(*last_, account, tail, head)) {
    const __m128i both = _mm_xor_si128(tail, head);
    const uint64_t low = static_cast<uint64_t>(_mm_cvtsi128_si64(both));
    const uint64_t high = static_cast<uint64_t>(_mm_cvtsi128_si64(_mm_unpackhi_epi64(both, both)));
    const uint64_t mixed = (low ^ (high * 0x9e3779b97f4a7c15u)) * 0xd6e8feb86659fd93u;
    static_assert(kSlots == 8192);
    Slot* const ways = slots_.data() + ((mixed >> 51) & ~uint64_t{kWays - 1});
    size_t way = 0;
    while (way < kWays && !Holds(ways[way], account, tail, head)) ++way;
    if (way == kWays) [[unlikely]] {
      way = next_way_++ % kWays;
      Fill(&ways[way], account, tail, head);
    }
    last_ = &ways[way];
  }
  *stable_hash = last_->stable_hash;
  return last_->number;
}

AccountNumber AccountCache::NumberElsewhere(std::string_view account, uint64_t* stable_hash) {
  const AccountNumber number = account.empty() ? kAnyAccount : book_->Number(account);
  *stable_hash = book_->StableHash(number);
  return number;
}

void AccountCache::Fill(Slot* slot, std::string_view account, __m128i tail, __m128i head) {
  slot->tail = tail;
  slot->head = head;
  slot->number = book_->Number(account);
  slot->stable_hash = book_->StableHash(slot->number);
  slot->size = static_cast<uint8_t>(account.size());
  if (account.size() > 32) std::memcpy(slot->middle, account.data() + 16, account.size() - 32);
}

inline bool AccountCache::Holds(const Slot& slot,
                                std::string_view account,
                                __m128i tail,
                                __m128i head) {
  const size_t size = account.size();
  const __m128i same =
      _mm_and_si128(_mm_cmpeq_epi8(slot.tail, tail), _mm_cmpeq_epi8(slot.head, head));
  if (slot.size != size || _mm_movemask_epi8(same) != 0xffff) return false;
  return size <= 32 || std::memcmp(slot.middle, account.data() + 16, size - 32) == 0;
}

}  // namespace kvitt
