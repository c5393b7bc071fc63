#include "io/generate/bench_world.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "engine/value/concat.h"
#include "io/formats/format.h"
#include "io/generate/invented.h"
#include "io/generate/record_file.h"
#include "io/generate/set_writer.h"
#include "kvitt/check.h"
#include "kvitt/record_batch.h"
#include "kvitt/reference.h"

namespace kvitt {
namespace {

// One number for each independent kind of draw.
enum Stream : uint64_t {
  kSlotStream,
  kShuffleStream,
  kItemStream,
  kKindStream,
  kPaymentStream,
  kOrdinalStream,
  kAccountStream,
};

constexpr uint64_t kAccountsMax = 1000;
constexpr uint64_t kItemsPerAccountMin = 1000;

// Items take the nine-digit numbers from 100 million on, unknown references those below.
constexpr uint64_t kKnownFirst = 100'000'000;
constexpr uint64_t kKnownCount = 900'000'000;
constexpr uint64_t kKnownStep = 387'420'499;  // a prime that does not divide kKnownCount

constexpr std::string_view kItemColumns[] = {"item_id",    "customer_id", "creditor_account",
                                             "references", "amount",      "currency",
                                             "issue_date", "due_date"};
constexpr std::string_view kPaymentColumns[] = {"payment_id", "creditor_account", "references",
                                                "amount",     "currency",         "booking_date",
                                                "payer_name", "bank_reference"};
constexpr std::string_view kMixedPaymentColumns[] = {
    "payment_id",   "creditor_account", "references",     "amount",      "currency",
    "booking_date", "payer_name",       "bank_reference", "customer_id", "text"};

std::string Digits(uint64_t value, size_t width) {
  std::string text(width, '0');
  for (size_t at = width; at > 0; --at) {
    text[at - 1] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  return text;
}

// A reference of 10 to 25 digits whose nine digits before the check digit are `number`, so that
// different numbers never give the same reference.
std::string MakeLuhnReference(uint64_t number, uint64_t prefix_digits, CounterRandom* random) {
  std::string base;
  for (uint64_t digit = 0; digit < prefix_digits; ++digit) {
    base.push_back(
        static_cast<char>('0' + (digit == 0 ? 1 + random->Below(9) : random->Below(10))));
  }
  base += Digits(number, 9);
  std::string reason;
  std::string reference = MakeNumber(NumberScheme::kOcr, base, &reason);
  KVITT_CHECK(!reference.empty());
  return reference;
}

uint64_t AccountsFor(uint64_t items) {
  return std::clamp<uint64_t>(items / kItemsPerAccountMin, 1, kAccountsMax);
}

// A day of the month before the night.
Date BookingDate() {
  return Date::FromCivil(2026, 3, 2);
}

// What a format asks of the world; formats that are not here can say anything.
struct Demand {
  std::string_view format;
  BenchHome home;
  uint64_t reference_digits_max;
};

constexpr Demand kDemands[] = {
    {"bgmax", BenchHome::kSweden, 25},    {"autogiro", BenchHome::kSweden, 16},
    {"ocr-giro", BenchHome::kNorway, 25}, {"avtalegiro", BenchHome::kNorway, 25},
    {"bs601", BenchHome::kDenmark, 25},   {"bs602", BenchHome::kDenmark, 25},
    {"ktl", BenchHome::kFinland, 20},
};

std::string_view CurrencyCode(BenchHome home) {
  switch (home) {
    case BenchHome::kSweden:
      return "SEK";
    case BenchHome::kNorway:
      return "NOK";
    case BenchHome::kDenmark:
      return "DKK";
    case BenchHome::kFinland:
      return "EUR";
  }
  return "";
}

// Seven digits with a first digit above zero and the check digit make a bankgiro number; distinct by
// construction.
std::string BankgiroAccount(uint64_t seed, uint64_t account) {
  const uint64_t base =
      1'000'000 + (account * 8831 + MixBits(seed, kAccountStream) % 1000) % 9'000'000;
  std::string reason;
  const std::string number = MakeNumber(NumberScheme::kBankgiro, Digits(base, 7), &reason);
  KVITT_CHECK(!number.empty());
  return Concat("bankgiro:", number);
}

// The account on which payments arrive, as the readers of the home's formats write it.
std::string AccountAt(BenchHome home, uint64_t seed, uint64_t account) {
  switch (home) {
    case BenchHome::kSweden:
      return BankgiroAccount(seed, account);
    case BenchHome::kNorway:
      return Concat("bban-no:", NationalAccount(InventIban(Country::kNorway, account)));
    case BenchHome::kDenmark:
      return Concat("pbs:", 12'000'000 + account);
    case BenchHome::kFinland:
      return InventIban(Country::kFinland, account);
  }
  return {};
}

}  // namespace

absl::StatusOr<BenchTerms> TermsOf(absl::Span<const Format* const> formats) {
  BenchTerms terms;
  const Demand* first = nullptr;
  for (const Format* format : formats) {
    for (const Demand& demand : kDemands) {
      if (format->name != demand.format) continue;
      if (first != nullptr && first->home != demand.home) {
        return absl::InvalidArgumentError(
            Concat("the bench world holds one set in one currency: ", first->format, " is in ",
                   CurrencyCode(first->home), ", ", demand.format, " in ",
                   CurrencyCode(demand.home), "; ask for them one after the other"));
      }
      first = &demand;
      terms.home = demand.home;
      terms.reference_digits_max =
          std::min(terms.reference_digits_max, demand.reference_digits_max);
    }
  }
  return terms;
}

BenchWorld::BenchWorld(uint64_t seed,
                       uint64_t items,
                       std::vector<uint32_t> weights,
                       const BenchTerms& terms)
    : seed_(seed),
      items_(items),
      account_count_(AccountsFor(items)),
      currency_(Currency::FromCode(CurrencyCode(terms.home))),
      // Nine digits are the number, one is the check digit.
      prefix_digits_(terms.reference_digits_max - 10),
      weights_(std::move(weights)),
      slots_(items, MixBits(seed, kSlotStream)),
      shuffle_(items, MixBits(seed, kShuffleStream)) {
  KVITT_CHECK(items > 0 && items <= kItemsMax);
  KVITT_CHECK(weights_.size() == static_cast<size_t>(BenchKind::kCount));
  for (const uint32_t weight : weights_) weight_sum_ += weight;
  KVITT_CHECK(weight_sum_ > 0);
  for (uint64_t account = 0; account < account_count_; ++account) {
    accounts_.push_back(AccountAt(terms.home, seed, account));
  }
}

uint64_t BenchWorld::ItemsOf(uint64_t account) const {
  return items_ / account_count_ + (account < items_ % account_count_ ? 1 : 0);
}

uint64_t BenchWorld::ItemIndexOf(uint64_t account, uint64_t ordinal) const {
  const Permutation order(ItemsOf(account), MixBits(seed_, kOrdinalStream) + account);
  return slots_.Invert(order.Apply(ordinal) * account_count_ + account);
}

BenchItem BenchWorld::Item(uint64_t index) const {
  CounterRandom random(seed_, kItemStream, index);
  BenchItem item;
  item.index = index;
  item.account = slots_.Apply(index) % account_count_;
  item.customer = random.Below(customer_count());
  // 100.00 to 99,999.99, small amounts more often than large ones.
  item.amount_minor =
      random.Chance(1, 2) ? random.Between(10'000, 999'999) : random.Between(100'000, 9'999'999);
  item.issue_date =
      Date::FromDays(Date::FromCivil(2026, 1, 5).days() + static_cast<int32_t>(random.Below(40)));
  item.due_date = Date::FromDays(item.issue_date.days() + 30);
  const uint64_t number = kKnownFirst + (index * kKnownStep + seed_ % kKnownCount) % kKnownCount;
  const uint64_t prefix_digits = random.Below(prefix_digits_ + 1);
  item.reference = MakeLuhnReference(number, prefix_digits, &random);
  return item;
}

BenchKind BenchWorld::DrawnKind(uint64_t account, uint64_t ordinal) const {
  CounterRandom random(seed_, kKindStream, account * kItemsMax + ordinal);
  uint64_t left = random.Below(weight_sum_);
  size_t kind = 0;
  while (left >= weights_[kind]) left -= weights_[kind++];
  return static_cast<BenchKind>(kind);
}

uint64_t BenchWorld::FirstOf(uint64_t account, uint64_t ordinal) const {
  const uint64_t earlier = std::min(ordinal, ItemsOf(account));
  if (earlier == 0) return ordinal;
  CounterRandom random(seed_, kPaymentStream, account * kItemsMax + ordinal);
  for (int attempt = 0; attempt < 64; ++attempt) {
    const uint64_t first = random.Below(earlier);
    if (DrawnKind(account, first) == BenchKind::kExact) return first;
  }
  return ordinal;
}

BenchPayment BenchWorld::PaymentAt(uint64_t index) const {
  const uint64_t section = index / kSectionPayments;
  const uint64_t account = section % account_count_;
  const uint64_t ordinal = section / account_count_ * kSectionPayments + index % kSectionPayments;
  BenchPayment payment;
  payment.account = account;
  payment.kind = DrawnKind(account, ordinal);
  // When every item of the account has had its payment, what still comes is paid for the second
  // time.
  const bool all_paid = ordinal >= ItemsOf(account);
  if (all_paid && payment.kind != BenchKind::kUnknown) payment.kind = BenchKind::kSecond;
  uint64_t source = ordinal;
  if (payment.kind == BenchKind::kSecond) {
    source = FirstOf(account, ordinal);
    if (source == ordinal) payment.kind = all_paid ? BenchKind::kUnknown : BenchKind::kExact;
  }
  payment.has_item = payment.kind != BenchKind::kUnknown;
  if (payment.has_item) payment.item = Item(ItemIndexOf(account, source));
  Quote(index, &payment);
  return payment;
}

void BenchWorld::Quote(uint64_t index, BenchPayment* payment) const {
  CounterRandom random(seed_, kPaymentStream, ~index);
  payment->amount_minor = payment->item.amount_minor;
  payment->reference = payment->item.reference;
  switch (payment->kind) {
    case BenchKind::kOther: {
      // Beyond every tolerance, and never the whole amount.
      const int64_t change = random.Between(100, payment->amount_minor / 2);
      payment->amount_minor += random.Chance(7, 10) ? -change : change;
      break;
    }
    case BenchKind::kUnknown:
      payment->reference =
          MakeLuhnReference(random.Below(kKnownFirst), 1 + random.Below(prefix_digits_), &random);
      payment->amount_minor = random.Between(10'000, 9'999'999);
      break;
    case BenchKind::kRepaired: {
      char& digit = payment->reference[random.Below(payment->reference.size() - 1)];
      digit =
          static_cast<char>('0' + (static_cast<uint64_t>(digit - '0') + 1 + random.Below(9)) % 10);
      break;
    }
    case BenchKind::kExact:
    case BenchKind::kSecond:
    case BenchKind::kText:
    case BenchKind::kPayer:
    case BenchKind::kCount:
      break;
  }
}

ExpectedDecision BenchWorld::Truth(const BenchPayment& payment) const {
  ExpectedDecision truth;
  const std::string id = payment.has_item ? ItemId(payment.item.index) : std::string();
  const int64_t open = payment.item.amount_minor;
  const int64_t amount = payment.amount_minor;
  if (payment.has_item) truth.rows = {{id, std::min(open, amount), AllocationKind::kPayment}};
  switch (payment.kind) {
    case BenchKind::kExact:
      break;
    case BenchKind::kOther:
      truth.outcome = amount < open ? Outcome::kPartial : Outcome::kOverpaid;
      truth.codes = {amount < open ? DeviationCode::kAmountShort : DeviationCode::kAmountOver};
      if (amount > open) truth.rows.push_back({"", amount - open, AllocationKind::kOnAccount});
      break;
    case BenchKind::kUnknown:
      truth.outcome = Outcome::kUnmatched;
      truth.rule = Rule::kNone;
      truth.codes = {DeviationCode::kReferenceUnknown};
      // Some item of the account may have this amount by chance.
      truth.outcome_may = {Outcome::kSuggested};
      break;
    case BenchKind::kSecond:
      truth.outcome = Outcome::kOnAccount;
      truth.rows = {{"", amount, AllocationKind::kOnAccount}};
      truth.codes = {DeviationCode::kItemAlreadySettled};
      truth.codes_may = {DeviationCode::kPossibleDoublePayment};
      break;
    case BenchKind::kRepaired:
      truth.rule = Rule::kReferenceRepaired;
      truth.codes = {DeviationCode::kReferenceRepaired};
      truth.needs_later_rule = true;
      break;
    case BenchKind::kText:
      truth.rule = Rule::kTextReference;
      truth.needs_later_rule = true;
      break;
    case BenchKind::kPayer:
      truth.rule = Rule::kPayerAmount;
      truth.needs_later_rule = true;
      break;
    case BenchKind::kCount:
      break;
  }
  return truth;
}

std::string BenchWorld::ItemId(uint64_t index) {
  return Concat("I", Digits(index, 9));
}

std::string BenchWorld::CustomerId(uint64_t customer) {
  return Concat("C", Digits(customer, 9));
}

namespace {

constexpr size_t kKinds = static_cast<size_t>(BenchKind::kCount);
constexpr std::array<std::string_view, kKinds> kKindNames = {
    "exact", "other", "unknown", "second", "repaired", "text", "payer"};

// Writes the items of a bench world, reusing one batch: a stream in the order of their ids, claims
// in a section for each account.
class BenchItemWriter {
 public:
  BenchItemWriter(const BenchWorld* world, bool as_claims) : world_(world), as_claims_(as_claims) {}

  absl::Status WriteAll(uint64_t count, bool shuffle, RecordFile* file) {
    absl::Status status = as_claims_ ? WriteClaims(file) : WriteStream(count, shuffle, file);
    if (status.ok()) status = file->Close();
    return status;
  }

 private:
  absl::Status WriteStream(uint64_t count, bool shuffle, RecordFile* file) {
    absl::Status status = file->BeginSection("", world_->currency(), BookingDate());
    for (uint64_t place = 0; place < count && status.ok(); ++place) {
      status = WriteOne(world_->Item(shuffle ? world_->ShuffledIndex(place) : place), file);
    }
    return status.ok() ? file->EndSection() : status;
  }

  absl::Status WriteClaims(RecordFile* file) {
    absl::Status status;
    for (uint64_t account = 0; account < world_->account_count() && status.ok(); ++account) {
      status = file->BeginSection(world_->account(account), world_->currency(), BookingDate());
      for (uint64_t place = 0; place < world_->ItemsOf(account) && status.ok(); ++place) {
        status = WriteOne(world_->Item(world_->ItemIndexOf(account, place)), file);
      }
      if (status.ok()) status = file->EndSection();
    }
    return status;
  }

  absl::Status WriteOne(const BenchItem& source, RecordFile* file) {
    const std::string id = BenchWorld::ItemId(source.index);
    // Agreements to collect are numbered from 1, without letters.
    const std::string customer =
        as_claims_ ? Digits(source.customer + 1, 9) : BenchWorld::CustomerId(source.customer);
    batch_.Clear();
    OpenItem& item = batch_.items.emplace_back();
    item.item_id = id;
    item.customer_id = customer;
    item.creditor_account = world_->account(source.account);
    item.amount_minor = item.open_amount_minor = source.amount_minor;
    item.currency = world_->currency();
    item.issue_date = source.issue_date;
    item.due_date = source.due_date;
    batch_.AddReference(&item, source.reference);
    return file->Write(batch_, item);
  }

  const BenchWorld* world_;
  const bool as_claims_;
  OpenItemBatch batch_;
};

absl::Status WriteBenchCustomers(const BenchWorld& world, RecordFile* file) {
  absl::Status status = file->BeginSection("", world.currency(), BookingDate());
  CustomerBatch batch;
  for (uint64_t index = 0; index < world.customer_count() && status.ok(); ++index) {
    const std::string id = BenchWorld::CustomerId(index);
    const std::string name = Concat("Kund ", Digits(index, 9));
    batch.Clear();
    Customer& customer = batch.customers.emplace_back();
    customer.customer_id = id;
    customer.name = name;
    status = file->Write(batch, customer);
  }
  if (status.ok()) status = file->EndSection();
  if (status.ok()) status = file->Close();
  return status;
}

class BenchPaymentWriter {
 public:
  BenchPaymentWriter(const BenchWorld* world, const Format& format, StreamedFile* truth)
      : world_(world),
        has_ids_(HasPaymentIds(format)),
        has_text_(format.name != "ocr-giro" && format.name != "ktl" && format.name != "bs602"),
        is_debit_(format.name == "bs602"),
        truth_(truth) {}

  absl::Status WriteAll(uint64_t count, RecordFile* file) {
    absl::Status status;
    for (uint64_t index = 0; index < count && status.ok(); ++index) {
      const BenchPayment payment = world_->PaymentAt(index);
      if (index % BenchWorld::kSectionPayments == 0) {
        if (index != 0) status = file->EndSection();
        if (status.ok()) {
          status = file->BeginSection(world_->account(payment.account), world_->currency(),
                                      BookingDate());
        }
      }
      if (status.ok()) status = WriteOne(index, payment, file);
    }
    if (status.ok() && count != 0) status = file->EndSection();
    if (status.ok()) status = file->Close();
    return status;
  }

  // Payments written so far, by kind.
  const std::array<uint64_t, kKinds>& counts() const { return counts_; }

 private:
  absl::Status WriteOne(uint64_t index, const BenchPayment& source, RecordFile* file) {
    const std::string number = Digits(index, 9);
    const std::string id = Concat("P", number);
    const std::string bank_reference = Concat("2603021", number);
    const std::string payer =
        source.has_item ? Concat("Kund ", Digits(source.item.customer, 9)) : "Kontant";
    const std::string customer =
        source.kind == BenchKind::kPayer ? BenchWorld::CustomerId(source.item.customer) : "";
    const std::string text = Concat("Betalning ", source.reference);
    batch_.Clear();
    Payment& payment = batch_.payments.emplace_back();
    payment.payment_id = id;
    payment.creditor_account = world_->account(source.account);
    payment.payer_name = payer;
    payment.customer_id = customer;
    payment.bank_reference = bank_reference;
    payment.amount_minor = source.amount_minor;
    payment.currency = world_->currency();
    payment.booking_date = payment.value_date = BookingDate();
    // Payment slips have no room for every reference; direct debits do.
    if (is_debit_) payment.kind = PaymentKind::kDirectDebit;
    if (source.kind == BenchKind::kText) {
      batch_.AddText(&payment, text);
    } else if (source.kind != BenchKind::kPayer) {
      PaymentReference reference;
      reference.value = source.reference;
      batch_.AddReference(&payment, reference);
      // Bank files say more than a narrow stream does.
      if (!has_ids_ && has_text_) batch_.AddText(&payment, "Betalning enligt avtal");
    }
    if (absl::Status status = file->Write(batch_, payment); !status.ok()) return status;
    ++counts_[static_cast<size_t>(source.kind)];
    return truth_ == nullptr ? absl::OkStatus() : WriteTruth(source, payment, *file);
  }

  absl::Status WriteTruth(const BenchPayment& source,
                          const Payment& payment,
                          const RecordFile& file) {
    const ExpectedDecision expected = world_->Truth(source);
    TruthLine line;
    line.file = file.name();
    line.record = file.records();
    if (has_ids_) line.payment_id = payment.payment_id;
    line.situation = kKindNames[static_cast<size_t>(source.kind)];
    line.amount_minor = payment.amount_minor;
    line.currency = payment.currency;
    line.expected = &expected;
    AppendTruth(line, truth_->buffer());
    return truth_->FlushIfLarge();
  }

  const BenchWorld* world_;
  const bool has_ids_;
  const bool has_text_;  // besides the reference
  const bool is_debit_;
  StreamedFile* truth_;
  std::array<uint64_t, kKinds> counts_{};
  PaymentBatch batch_;
};

}  // namespace

absl::Status WriteBenchWorld(const GenerateRequest& request, const std::vector<uint32_t>& weights) {
  const bool needs_more_columns = weights[static_cast<size_t>(BenchKind::kText)] > 0 ||
                                  weights[static_cast<size_t>(BenchKind::kPayer)] > 0;
  absl::StatusOr<SetWriter> set = SetWriter::Create(request);
  if (!set.ok()) return set.status();
  const absl::StatusOr<BenchTerms> terms = TermsOf(set->formats());
  if (!terms.ok()) return terms.status();
  const BenchWorld world(request.seed, request.items, weights, *terms);
  absl::Status status;
  for (const Format* format : set->formats()) {
    WriterHeader header;
    header.sender = "KVITTBANK";
    header.recipient = "Nordlys Handel";
    header.created = BookingDate();
    if (format->kind == FileKind::kItems) header.columns = kItemColumns;
    if (format->kind == FileKind::kPayments) {
      header.columns = needs_more_columns ? absl::Span<const std::string_view>(kMixedPaymentColumns)
                                          : absl::Span<const std::string_view>(kPaymentColumns);
    }
    absl::StatusOr<RecordFile> file = set->Open(*format, "", header);
    if (!file.ok()) return file.status();
    const FileKind written = WrittenKind(*format);
    if (written == FileKind::kItems || written == FileKind::kClaims) {
      BenchItemWriter writer(&world, written == FileKind::kClaims);
      status = writer.WriteAll(request.items, request.shuffle, &*file);
    } else if (written == FileKind::kCustomers) {
      status = WriteBenchCustomers(world, &*file);
    } else {
      BenchPaymentWriter writer(&world, *format, set->truth());
      status = writer.WriteAll(request.payments, &*file);
      for (size_t kind = 0; kind < kKinds; ++kind) {
        set->SetSituationCount(kKindNames[kind], writer.counts()[kind]);
      }
    }
    if (!status.ok()) return status;
    set->Record(*file, {});
  }
  return set->Close();
}

}  // namespace kvitt
