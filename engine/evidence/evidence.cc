#include "engine/evidence/evidence.h"

#include <algorithm>
#include <string>
#include <utility>

#include "engine/evidence/payer_book.h"
#include "engine/evidence/text_leads.h"
#include "engine/evidence/why_undecided.h"
#include "engine/parallel.h"
#include "engine/store/scan.h"
#include "kvitt/check.h"
#include "kvitt/reference.h"

namespace kvitt {
namespace {

constexpr size_t kCasesPerTask = 256;
// Open items one slip away that are looked at; more are noise.
constexpr size_t kSlipLeadsMax = 64;

// What one case says of its payer, while that is being found out.
struct PayerDraft {
  AccountPrint account;
  NumberPrint org_no;
  CustomerNumber by_field = kNobody;
  std::vector<std::string> in_text;  // tokens that may be customer numbers
};

// A slip that may lead somewhere, of the case with that number.
struct SlipWish {
  size_t search;
  SlipKind kind;
  ReferenceKey key;
};

// A case that quotes what leads nowhere.
struct Mistyped {
  size_t search;
  std::string_view quoted;
};

// One thread's, for the cases of one task. What slips of many cases lead to is looked up together, so
// that memory need not be waited for case by case.
struct SlipScratch {
  std::vector<PaymentReference> references;
  std::vector<ReferenceKey> keys;
  SlipList slips;
  std::vector<Mistyped> mistyped;
  std::vector<SlipWish> wishes;
  std::vector<ItemHandle> found;
  std::vector<ItemHandle> second;
  std::vector<TwoReferences> pairs;
  std::vector<std::string_view> lines;
  std::vector<ContinuedReference> continued;
};

// The payments that are cases, by handle.
std::vector<PaymentHandle> CollectPayments(const Books& books) {
  std::vector<std::vector<PaymentHandle>> found(WorkersOf(books.threads));
  ScanPayments(books.payments, books.threads,
               [&](PaymentHandle handle, const PaymentRecord& payment, size_t worker) {
                 if (payment.decided == PaymentCase::kUndecided && payment.amount_minor > 0 &&
                     payment.has(PaymentRecord::kClaims) && !payment.has(PaymentRecord::kDead) &&
                     !payment.has(PaymentRecord::kReversed)) {
                   found[worker].push_back(handle);
                 }
               });
  std::vector<PaymentHandle> handles;
  for (const std::vector<PaymentHandle>& list : found) {
    handles.insert(handles.end(), list.begin(), list.end());
  }
  std::sort(handles.begin(), handles.end());
  return handles;
}

class Gatherer {
 public:
  Gatherer(const Books& books, Evidence* evidence)
      : books_(books),
        evidence_(*evidence),
        cases_(evidence->cases),
        drafts_(evidence->cases.size()) {}

  void Gather() {
    ReadPayers();
    const bool any_text = std::any_of(cases_.begin(), cases_.end(),
                                      [](const SearchCase& search) { return search.has_text; });
    ScanItemsOnce(any_text);
    std::vector<SlipScratch> scratch(WorkersOf(books_.threads));
    ParallelFor(cases_.size(), kCasesPerTask, books_.threads,
                [&](size_t begin, size_t end, int worker) {
                  FollowAll(begin, end, &scratch[static_cast<size_t>(worker)]);
                });
    NameCustomers();
    evidence_.items_of.Build(books_, &evidence_.directory);
    ForEachCase([&](size_t i) { FindPayer(&cases_[i], drafts_[i]); });
    for (size_t i = 0; i < cases_.size(); ++i) {
      if (!cases_[i].is_obstructed) evidence_.left.push_back(i);
    }
  }

 private:
  template <typename Fn>
  void ForEachCase(Fn fn) {
    ParallelFor(cases_.size(), kCasesPerTask, books_.threads, [&](size_t begin, size_t end, int) {
      for (size_t i = begin; i < end; ++i) fn(i);
    });
  }

  // Items are many and far: one walk serves the index and what texts may name.
  void ScanItemsOnce(bool any_text) {
    evidence_.index.Start(books_);
    if (any_text) evidence_.directory.StartExistence(books_.threads);
    ScanItems(books_.items, books_.threads,
              [&](ItemHandle handle, const ItemRecord& item, size_t worker) {
                evidence_.index.Note(handle, item, worker);
                if (any_text) evidence_.directory.NoteExistence(item, worker);
              });
    evidence_.index.Finish();
    if (any_text) evidence_.directory.FinishExistence();
  }

  void FollowAll(size_t begin, size_t end, SlipScratch* scratch) {
    for (size_t i = begin; i < end; ++i) {
      PrefetchCold(i);
      FollowReferences(i, scratch);
    }
    FollowSlips(scratch);
    for (size_t i = begin; i < end; ++i) {
      if (!cases_[i].has_text) continue;
      FollowText(books_, evidence_.index, evidence_.directory, &cases_[i], &drafts_[i].in_text);
    }
  }

  // Asks for the payments of the cases that come soon.
  void PrefetchCold(size_t i) const {
    constexpr size_t kRecordAhead = 16;
    constexpr size_t kTextAhead = 8;
    if (i + kRecordAhead < cases_.size()) {
      __builtin_prefetch(&books_.payments.At(evidence_.payments[i + kRecordAhead]));
    }
    if (i + kTextAhead >= cases_.size()) return;
    const PaymentRecord& soon = books_.payments.At(evidence_.payments[i + kTextAhead]);
    if (soon.cold != 0) __builtin_prefetch(books_.payments.Cold(soon));
  }

  void ReadPayers() {
    ForEachCase([&](size_t i) {
      PrefetchCold(i);
      const PaymentRecord& payment = books_.payments.At(evidence_.payments[i]);
      cases_[i].payment = evidence_.payments[i];
      cases_[i].account = payment.account;
      cases_[i].currency = payment.currency;
      if (payment.cold == 0) return;
      ColdReader reader(books_.payments.Cold(payment));
      std::string_view bytes;
      for (ColdTag tag = reader.Next(&bytes); tag != ColdTag::kEnd; tag = reader.Next(&bytes)) {
        if (tag == ColdTag::kPayerAccount) drafts_[i].account = PrintAccount(bytes);
        if (tag == ColdTag::kPayerOrgNo) drafts_[i].org_no = PrintOrgNo(bytes);
        const bool text_reference = tag == ColdTag::kReference && !bytes.empty() &&
                                    bytes[0] == static_cast<char>(ReferenceScheme::kText);
        if (tag == ColdTag::kText || text_reference) cases_[i].has_text = true;
      }
    });
    for (const PayerDraft& draft : drafts_) {
      payers_.WantAccount(draft.account);
      payers_.WantOrgNo(draft.org_no);
    }
    payers_.Build(books_, &evidence_.directory);
  }

  // --- References that led nowhere, or to more than one item.

  void FollowReferences(size_t i, SlipScratch* scratch) {
    SearchCase* search = &cases_[i];
    const PaymentRecord& payment = books_.payments.At(search->payment);
    scratch->references.clear();
    books_.payments.References(payment, &scratch->references);
    std::vector<ReferenceKey>& keys = scratch->keys;
    keys.clear();
    bool well_formed = false;
    for (const PaymentReference& reference : scratch->references) {
      const ReferenceKey key = MakeReferenceKey(reference.value, kAnyAccount);
      if (key.is_none()) continue;
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
      if (reference.scheme == ReferenceScheme::kText) continue;
      well_formed = well_formed || CountsAsWellFormed(reference);
    }
    if (keys.empty()) return;
    search->is_several = keys.size() > 1;
    const ComposedDecision* composed = books_.decisions.Find(search->payment);
    search->is_obstructed =
        composed != nullptr &&
        std::any_of(composed->findings.begin(), composed->findings.end(), [](const Finding& f) {
          return f.code == DeviationCode::kItemBlocked ||
                 f.code == DeviationCode::kCurrencyMismatch ||
                 f.code == DeviationCode::kAmountShort;
        });
    const bool crowded =
        composed != nullptr &&
        std::any_of(composed->findings.begin(), composed->findings.end(),
                    [](const Finding& f) { return f.code == DeviationCode::kSearchLimit; });
    if (crowded) return;
    if (payment.has(PaymentRecord::kOtherAccountReference)) {
      search->objection = Objection::kReferenceElsewhere;
      return;
    }
    std::vector<ItemHandle> named;
    if (composed != nullptr) {
      for (ItemHandle item : composed->named) {
        if (IsEligible(*search, books_.items.At(item))) named.push_back(item);
      }
    }
    if (keys.size() == 1 && !named.empty()) {
      search->named = std::move(named);
      return;
    }
    if (keys.size() == 1 && composed != nullptr && !composed->named.empty()) {
      // What it names cannot be paid by this payment: closed, or in another currency.
      search->objection = Objection::kReferenceClosed;
      return;
    }
    search->quoted = std::move(named);
    if (composed != nullptr && CountPayable(*search, keys) < composed->found_references) {
      search->objection = Objection::kReferenceClosed;
    } else if (composed == nullptr ? well_formed : composed->quotes_unknown) {
      search->objection = Objection::kReferenceUnknown;
    }
    if (keys.size() == 1 && search->quoted.empty()) MakeSlips(i, scratch);
  }

  // How many of the references lead to an item that the payment can pay.
  size_t CountPayable(const SearchCase& search, const std::vector<ReferenceKey>& keys) {
    std::vector<ItemHandle> found;
    return static_cast<size_t>(std::count_if(keys.begin(), keys.end(), [&](ReferenceKey key) {
      found.clear();
      evidence_.index.Find(key.On(search.account), search.account, {}, &found);
      return std::any_of(found.begin(), found.end(), [&](ItemHandle item) {
        return IsEligible(search, books_.items.At(item));
      });
    }));
  }

  void MakeSlips(size_t i, SlipScratch* scratch) const {
    const auto quoted =
        std::find_if(scratch->references.begin(), scratch->references.end(),
                     [](const PaymentReference& reference) {
                       return !MakeReferenceKey(reference.value, kAnyAccount).is_none();
                     });
    scratch->mistyped.push_back({i, quoted->value});
    SlipList& slips = scratch->slips;
    FindSlips(quoted->value, cases_[i].account, evidence_.index.forms(), &slips);
    for (const ReferenceKey key : slips.keys()) evidence_.index.Prefetch(key);
    for (size_t s = 0; s < slips.size(); ++s) {
      // Hardly any slip leads to an item.
      if (!evidence_.index.MayFind(slips.key(s))) continue;
      scratch->wishes.push_back({i, slips.kind(s), slips.key(s)});
    }
  }

  // Looks up what the cases of a task have made.
  void FollowSlips(SlipScratch* scratch) {
    const OpenItemIndex& index = evidence_.index;
    for (const SlipWish& wish : scratch->wishes) index.PrefetchSlot(wish.key);
    for (const SlipWish& wish : scratch->wishes) index.PrefetchEntry(wish.key);
    for (const SlipWish& wish : scratch->wishes) index.PrefetchItem(wish.key);
    auto wish = scratch->wishes.begin();
    std::vector<ItemHandle>& found = scratch->found;
    for (const Mistyped& each : scratch->mistyped) {
      SearchCase* search = &cases_[each.search];
      for (; wish != scratch->wishes.end() && wish->search == each.search; ++wish) {
        FindEligible(*search, wish->key, &found);
        if (wish->key.kind() == ReferenceKey::Kind::kHashed) {
          std::erase_if(found, [&](ItemHandle item) { return !LiesNear(each.quoted, item); });
        }
        for (ItemHandle item : found) AddSlip(search, {item, kNoItem, wish->kind});
      }
      FollowCuts(each.quoted, search, scratch);
    }
    scratch->wishes.clear();
    scratch->mistyped.clear();
  }

  // Two references written as one, and one that the text continues.
  void FollowCuts(std::string_view quoted, SearchCase* search, SlipScratch* scratch) {
    RunTogether(quoted, search->account, evidence_.index.forms(), &scratch->pairs);
    for (const TwoReferences& pair : scratch->pairs) {
      FindEligible(*search, pair.first, &scratch->found);
      if (scratch->found.size() != 1) continue;
      FindEligible(*search, pair.second, &scratch->second);
      if (scratch->second.size() == 1 && scratch->second[0] != scratch->found[0]) {
        AddSlip(search, {scratch->found[0], scratch->second[0], SlipKind::kRunTogether});
      }
    }
    if (!search->has_text) return;
    scratch->lines.clear();
    books_.payments.Text(books_.payments.At(search->payment), &scratch->lines);
    if (scratch->lines.empty()) return;
    Continued(quoted, scratch->lines, search->account, &scratch->continued);
    for (const ContinuedReference& whole : scratch->continued) {
      FindEligible(*search, whole.key, &scratch->found);
      for (ItemHandle item : scratch->found) {
        AddSlip(search, {item, kNoItem, SlipKind::kContinued});
      }
    }
  }

  // Whether a hash that says so is right: some reference of the item differs little from the quoted
  // one.
  bool LiesNear(std::string_view quoted, ItemHandle handle) const {
    OpenItem row;
    std::vector<std::string_view> references;
    std::string scratch;
    scratch.reserve(ItemStore::kItemTextBytesMax);
    books_.items.Read(books_.items.At(handle), &row, &references, &scratch);
    references.push_back(row.item_id);
    const std::string normal = NormalReference(quoted);
    return std::any_of(references.begin(), references.end(), [&](std::string_view reference) {
      return SharesEnds(normal, NormalReference(reference));
    });
  }

  // Whether two texts are the same but for a few characters in one place.
  static bool SharesEnds(std::string_view a, std::string_view b) {
    constexpr size_t kDifferentMax = 3;
    size_t front = 0;
    while (front < a.size() && front < b.size() && a[front] == b[front]) ++front;
    size_t back = 0;
    while (back < a.size() - front && back < b.size() - front &&
           a[a.size() - 1 - back] == b[b.size() - 1 - back]) {
      ++back;
    }
    return a.size() - front - back <= kDifferentMax && b.size() - front - back <= kDifferentMax;
  }

  // Invoices only: nothing can be paid on a credit note.
  void FindEligible(const SearchCase& search, ReferenceKey key, std::vector<ItemHandle>* found) {
    found->clear();
    evidence_.index.Find(key, search.account, {}, found);
    std::erase_if(*found, [&](ItemHandle item) {
      const ItemRecord& record = books_.items.At(item);
      return !IsEligible(search, record) || record.kind() == ItemKind::kCreditNote;
    });
  }

  void AddSlip(SearchCase* search, SlipLead lead) {
    const bool known =
        std::any_of(search->slips.begin(), search->slips.end(), [&](const SlipLead& s) {
          return (s.item == lead.item && s.second == lead.second) ||
                 (s.item == lead.second && s.second == lead.item);
        });
    if (!known && search->slips.size() < kSlipLeadsMax) search->slips.push_back(lead);
  }

  // --- Who paid.

  void NameCustomers() {
    CustomerDirectory& directory = evidence_.directory;
    for (size_t i = 0; i < cases_.size(); ++i) {
      PrefetchCold(i);
      const std::string_view id =
          books_.payments.ColdText(books_.payments.At(cases_[i].payment), ColdTag::kCustomerId);
      if (!id.empty()) drafts_[i].by_field = directory.Number(id);
      for (const std::string& token : drafts_[i].in_text) directory.Number(token);
      char scratch[kPackedTextBytesMax];
      for (ItemHandle item : cases_[i].named) {
        directory.Number(books_.items.CustomerId(books_.items.At(item), scratch));
      }
    }
    NamePaidFor(&evidence_);
  }

  bool PaysFor(CustomerNumber payer, CustomerNumber other) const {
    const std::vector<CustomerNumber>& list = evidence_.pays_for[payer];
    return std::binary_search(list.begin(), list.end(), other);
  }

  // Adds one piece of evidence: it names the payer, confirms it, or disagrees.
  void Agree(CustomerNumber customer, PayerBy by, SearchCase* search) const {
    if (customer == kNobody || !evidence_.directory.exists(customer)) return;
    if (search->objection == Objection::kPayersDisagree && search->payer == kNobody) return;
    if (search->payer == kNobody) {
      search->payer = customer;
      search->payer_by = by;
    } else if (search->payer == customer || PaysFor(search->payer, customer)) {
      return;
    } else if (PaysFor(customer, search->payer)) {
      search->payer = customer;
      search->payer_by = by;
    } else {
      search->payer = kNobody;
      search->payer_by = PayerBy::kNothing;
      search->objection = Objection::kPayersDisagree;
    }
  }

  void FindPayer(SearchCase* search, const PayerDraft& draft) {
    CustomerNumber owner = kNobody;  // of all items that a fixed reference names
    bool one_owner = !search->named.empty();
    for (ItemHandle item : search->named) {
      const CustomerNumber customer = evidence_.directory.OfItem(books_.items.At(item));
      one_owner = one_owner && (owner == kNobody || owner == customer);
      owner = customer;
    }
    if (one_owner) {
      search->payer = owner;
      search->payer_by = PayerBy::kFixedReference;
      return;
    }
    Agree(draft.by_field, PayerBy::kCustomerNumber, search);
    Agree(payers_.OfOrgNo(draft.org_no), PayerBy::kOrgNo, search);
    PayerBy by = PayerBy::kAccount;
    const CustomerNumber of_account = payers_.OfAccount(draft.account.print, &by);
    if (by == PayerBy::kAccount) Agree(of_account, by, search);
    for (const std::string& token : draft.in_text) {
      Agree(evidence_.directory.Find(token), PayerBy::kNumberInText, search);
    }
    if (by == PayerBy::kAccountSeen) Agree(of_account, by, search);
    if (search->named.empty() || search->payer == kNobody) return;
    // The reference stands on items of several customers: those of the payer, if there are any.
    std::vector<ItemHandle> of_payer;
    for (ItemHandle item : search->named) {
      const CustomerNumber customer = evidence_.directory.OfItem(books_.items.At(item));
      if (customer == search->payer || PaysFor(search->payer, customer)) of_payer.push_back(item);
    }
    if (of_payer.empty()) search->objection = Objection::kReferenceOfAnother;
    search->named = std::move(of_payer);
  }

  const Books& books_;
  Evidence& evidence_;
  std::vector<SearchCase>& cases_;
  std::vector<PayerDraft> drafts_;
  PayerBook payers_;
};

}  // namespace

absl::InlinedVector<CustomerNumber, 4> Evidence::PaidBy(CustomerNumber payer) const {
  absl::InlinedVector<CustomerNumber, 4> customers;
  if (payer == kNobody) return customers;
  customers.push_back(payer);
  const std::vector<CustomerNumber>& others = pays_for[payer];
  customers.insert(customers.end(), others.begin(), others.end());
  return customers;
}

void NamePaidFor(Evidence* evidence) {
  CustomerDirectory& directory = evidence->directory;
  // The directory grows meanwhile.
  for (size_t c = evidence->pays_for.size(); c < directory.size(); ++c) {
    std::vector<CustomerNumber> list;
    const CustomerNumber customer = static_cast<CustomerNumber>(c);
    const CustomerRecord* record = directory.Record(customer);
    const std::string_view all = record == nullptr ? std::string_view() : record->pays_for;
    for (size_t begin = 0; begin < all.size();) {
      const size_t end = std::min(all.find(';', begin), all.size());
      if (end > begin) list.push_back(directory.Number(all.substr(begin, end - begin)));
      begin = end + 1;
    }
    std::erase(list, customer);
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
    evidence->pays_for.push_back(std::move(list));
  }
}

const SearchCase* Evidence::Find(PaymentHandle payment) const {
  const auto found = std::lower_bound(payments.begin(), payments.end(), payment);
  if (found == payments.end() || *found != payment) return nullptr;
  return &cases[static_cast<size_t>(found - payments.begin())];
}

RuleMode ModeOf(const Books& books, const Evidence& evidence, const SearchCase& search, Rule rule) {
  GroupNumber group = kNoGroup;
  if (books.policies.has_groups() && search.payer != kNobody) {
    const CustomerRecord* record = evidence.directory.Record(search.payer);
    if (record != nullptr) group = books.policies.GroupNumberOf(record->group);
  }
  return books.policies.ModeOf(rule, search.account, group);
}

std::shared_ptr<Evidence> GatherEvidence(const Books& books) {
  auto evidence = std::make_shared<Evidence>(books);
  evidence->payments = CollectPayments(books);
  if (evidence->payments.empty()) return nullptr;
  evidence->cases.resize(evidence->payments.size());
  Gatherer(books, evidence.get()).Gather();
  return evidence;
}

}  // namespace kvitt
