#include "engine/evidence/payer_book.h"

#include <xxhash.h>

#include <algorithm>
#include <string>

#include "engine/allocate/posting.h"
#include "engine/evidence/hash_filter.h"
#include "engine/parallel.h"
#include "engine/store/scan.h"
#include "engine/value/concat.h"
#include "kvitt/reference.h"

namespace kvitt {
namespace {

NumberPrint PrintOf(std::string_view text) {
  const XXH128_hash_t hash = XXH3_128bits(text.data(), text.size());
  return {hash.low64, hash.high64 | 1};
}

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

uint64_t TailHash(std::string_view account) {
  uint64_t tail = 1;
  int digits = 0;
  for (size_t i = account.size(); i > 0 && digits < 8; --i) {
    if (!IsDigit(account[i - 1])) continue;
    tail = tail * 10 + static_cast<uint64_t>(account[i - 1] - '0');
    ++digits;
  }
  return tail * 0x9e3779b97f4a7c15u;
}

// Whether rule 3 settled something with it, so that its payer's account becomes known.
bool IsSettlement(const PaymentRecord& payment) {
  if (payment.rule != Rule::kReferenceExact || payment.cold == 0 ||
      payment.has(PaymentRecord::kDead) || payment.has(PaymentRecord::kReversed)) {
    return false;
  }
  return payment.outcome == Outcome::kSettled ||
         payment.outcome == Outcome::kSettledWithDifference ||
         payment.outcome == Outcome::kPartial || payment.outcome == Outcome::kOverpaid;
}

}  // namespace

AccountPrint PrintAccount(std::string_view account) {
  const std::string normal = NormalAccount(account);
  constexpr size_t kShortest = 5;
  if (normal.size() < kShortest) return {};
  const uint64_t tail = TailHash(account);
  const bool bare = std::all_of(normal.begin(), normal.end(), IsDigit);
  // Norwegian banks write their customers' accounts without saying that they are Norwegian.
  if (bare && normal.size() == 11 && CheckNumber(NumberScheme::kAccountNo, normal).ok) {
    return {PrintOf(AccountAlias(Concat("bban-no:", normal))), tail};
  }
  return {PrintOf(AccountAlias(normal)), tail};
}

NumberPrint PrintOrgNo(std::string_view org_no) {
  std::string digits;
  for (char c : org_no) {
    if (IsDigit(c)) digits.push_back(c);
  }
  // Sweden: with the century-like prefix of legal persons, or without.
  if (digits.size() == 12 && digits.compare(0, 2, "16") == 0) digits.erase(0, 2);
  constexpr size_t kShortest = 6;
  return digits.size() < kShortest ? NumberPrint() : PrintOf(digits);
}

void PayerBook::WantAccount(const AccountPrint& account) {
  if (account.print.is_none()) return;
  tails_.push_back(account.tail);
  accounts_.try_emplace(account.print);
}

void PayerBook::WantOrgNo(NumberPrint org_no) {
  if (!org_no.is_none()) org_nos_.try_emplace(org_no);
}

void PayerBook::Build(const Books& books, CustomerDirectory* directory) {
  if (accounts_.empty() && org_nos_.empty()) return;
  FindInStream(books, directory);
  if (!org_nos_.empty()) FindInItems(books, directory);
  if (!accounts_.empty()) FindInSettlements(books, directory);
}

CustomerNumber PayerBook::OfOrgNo(NumberPrint org_no) const {
  const auto found = org_nos_.find(org_no);
  if (found == org_nos_.end() || found->second.listed.shared) return kNobody;
  return found->second.listed.customer;
}

CustomerNumber PayerBook::OfAccount(NumberPrint account, PayerBy* by) const {
  const auto found = accounts_.find(account);
  if (found == accounts_.end()) return kNobody;
  const Owners& owners = found->second;
  // What the ledger says of an account outweighs what was seen.
  const bool listed = owners.listed.customer != kNobody;
  const Owner& owner = listed ? owners.listed : owners.seen;
  *by = listed ? PayerBy::kAccount : PayerBy::kAccountSeen;
  return owner.shared ? kNobody : owner.customer;
}

void PayerBook::FindInStream(const Books& books, CustomerDirectory* directory) {
  const std::vector<CustomerRecord>& customers = books.customers.customers();

  struct Hit {
    size_t customer;
    Owners* owners;
  };

  HashFilter tails(tails_.size());
  for (uint64_t tail : tails_) tails.Add(tail);
  std::vector<std::vector<Hit>> hits(WorkersOf(books.threads));
  ParallelFor(customers.size(), 1024, books.threads, [&](size_t begin, size_t end, int worker) {
    std::vector<Hit>& mine = hits[static_cast<size_t>(worker)];
    for (size_t c = begin; c < end; ++c) {
      const CustomerRecord& customer = customers[c];
      for (const std::string& account : customer.accounts) {
        if (!tails.MayHold(TailHash(account))) continue;
        const auto wanted = accounts_.find(PrintAccount(account).print);
        if (wanted != accounts_.end()) mine.push_back({c, &wanted->second});
      }
      if (customer.org_no.empty() || org_nos_.empty()) continue;
      const auto wanted = org_nos_.find(PrintOrgNo(customer.org_no));
      if (wanted != org_nos_.end()) mine.push_back({c, &wanted->second});
    }
  });
  for (const std::vector<Hit>& list : hits) {
    for (const Hit& hit : list) {
      hit.owners->listed.Add(directory->Number(customers[hit.customer].customer_id));
    }
  }
}

void PayerBook::FindInItems(const Books& books, CustomerDirectory* directory) {
  const ItemStore& items = books.items;

  struct Hit {
    ItemHandle item;
    Owners* owners;
  };

  std::vector<std::vector<Hit>> hits(WorkersOf(books.threads));
  ScanItems(items, books.threads, [&](ItemHandle handle, const ItemRecord& item, size_t worker) {
    if (item.cold == 0 || item.has(ItemRecord::kDead)) return;
    const std::string_view org_no = ColdFind(items.Cold(item), ColdTag::kCustomerOrgNo);
    if (org_no.empty()) return;
    const auto wanted = org_nos_.find(PrintOrgNo(org_no));
    if (wanted != org_nos_.end()) hits[worker].push_back({handle, &wanted->second});
  });
  char scratch[kPackedTextBytesMax];
  for (const std::vector<Hit>& list : hits) {
    for (const Hit& hit : list) {
      hit.owners->listed.Add(directory->Number(items.CustomerId(items.At(hit.item), scratch)));
    }
  }
}

void PayerBook::FindInSettlements(const Books& books, CustomerDirectory* directory) {
  HashFilter tails(tails_.size());
  for (uint64_t tail : tails_) tails.Add(tail);
  const PaymentStore& payments = books.payments;

  struct Seen {
    ItemHandle item = kNoItem;  // one of the customer's
    bool shared = false;
  };

  using SeenMap = absl::flat_hash_map<Owners*, Seen>;
  std::vector<SeenMap> seen(WorkersOf(books.threads));
  const ItemStore& items = books.items;
  const auto same_customer = [&](ItemHandle a, ItemHandle b) {
    const PackedText x = items.At(a).customer_id;
    const PackedText y = items.At(b).customer_id;
    if (x == y) return true;
    if (!x.in_arena() || !y.in_arena()) return false;
    char scratch[2][kPackedTextBytesMax];
    return items.CustomerId(items.At(a), scratch[0]) == items.CustomerId(items.At(b), scratch[1]);
  };
  const auto look = [&](PaymentHandle handle, const PaymentRecord& payment, size_t worker) {
    if (!IsSettlement(payment)) return;
    const std::string_view account = payments.ColdText(payment, ColdTag::kPayerAccount);
    if (account.empty() || !tails.MayHold(TailHash(account))) return;
    const auto wanted = accounts_.find(PrintAccount(account).print);
    if (wanted == accounts_.end() || wanted->second.listed.customer != kNobody) return;
    Seen& mine = seen[worker][&wanted->second];
    const auto add = [&](ItemHandle item) {
      mine.shared = mine.shared || (mine.item != kNoItem && !same_customer(mine.item, item));
      mine.item = item;
    };
    if (payment.decided != PaymentCase::kComposed) {
      add(payment.item);
      return;
    }
    for (const Posting& posting : books.decisions.Find(handle)->postings) {
      if (posting.item != kNoItem) add(posting.item);
    }
  };
  ScanPayments(payments, books.threads, look);
  char scratch[kPackedTextBytesMax];
  for (const SeenMap& map : seen) {
    for (const auto& [owners, found] : map) {
      Owner& owner = owners->seen;
      owner.Add(directory->Number(items.CustomerId(items.At(found.item), scratch)));
      owner.shared = owner.shared || found.shared;
    }
  }
}

}  // namespace kvitt
