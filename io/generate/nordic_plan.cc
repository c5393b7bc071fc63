#include <algorithm>
#include <utility>

#include "engine/value/concat.h"
#include "io/generate/nordic_world.h"
#include "kvitt/check.h"
#include "kvitt/reference.h"

namespace kvitt {
namespace {

constexpr uint64_t kDrawStream = 0xd3a3;
constexpr uint64_t kChannelStream = 0xc4a2;
constexpr uint64_t kAccountStream = 0xacc0;
constexpr uint64_t kDayStream = 0xda75;

// Creditor accounts in the index space of InventIban, above customers and strangers.
constexpr uint64_t kCreditorFirst = 999'000'000;

// What a stream of our own can say, and what a bank's XML notification can.
constexpr uint32_t kStreamAbilities =
    kSeveralReferences | kNoReferenceField | kLettersInReference | kRemittanceText | kPayerName |
    kPayerAccount | kPayerOrgNo | kCustomerNumber | kForeignCurrency | kMoneyBack | kOtherKinds |
    kBadLines | kSelfMade | kBadReferences | kLastingNumbers | kFormedReferences;
constexpr uint32_t kNotificationAbilities =
    kSeveralReferences | kNoReferenceField | kLettersInReference | kRemittanceText | kPayerName |
    kPayerAccount | kControlTotals | kBadReferences | kStatedCharges | kMoneyBack | kOtherKinds |
    kLastingNumbers | kFormedReferences;

constexpr Channel kChannels[] = {
    {"no-ocr-giro", "ocr-giro", Country::kNorway,
     kControlTotals | kBadReferences | kFormedReferences},
    {"se-bgmax", "bgmax", Country::kSweden,
     kNoReferenceField | kRemittanceText | kPayerName | kControlTotals | kBadReferences |
         kLastingNumbers | kFormedReferences},
    {"fi-ktl", "ktl", Country::kFinland,
     kNoReferenceField | kControlTotals | kBadReferences | kLastingNumbers | kFormedReferences |
         kZeroFilledReference},
    {"dk-bs602", "bs602", Country::kDenmark, kControlTotals | kLastingNumbers | kFormedReferences},
    {"fi-camt053", "camt.053", Country::kFinland, kNotificationAbilities},
    {"fi-batches", "camt.053", Country::kFinland, kNotificationAbilities | kParts},
    {"dk-camt054", "camt.054", Country::kDenmark, kNotificationAbilities},
    {"no-camt054", "camt.054", Country::kNorway, kNotificationAbilities},
    {"se-payments", "payments-csv", Country::kSweden, kStreamAbilities},
    {"fi-payments", "payments-csv", Country::kFinland, kStreamAbilities},
    {"no-payments", "payments-jsonl", Country::kNorway, kStreamAbilities},
    {"dk-payments", "payments-jsonl", Country::kDenmark, kStreamAbilities},
    // Its entries hold one reference, of digits and at most 16 characters.
    {"dk-mt940", "mt940", Country::kDenmark,
     kNoReferenceField | kRemittanceText | kPayerName | kPayerAccount | kControlTotals |
         kBadReferences | kMoneyBack | kLastingNumbers},
};

constexpr std::string_view kDefaultFormats[] = {
    "items-jsonl", "items-csv", "customers-jsonl", "ocr-giro",     "bgmax",         "ktl",
    "bs602",       "camt.053",  "camt.054",        "payments-csv", "payments-jsonl"};

// The account on which a channel's payments arrive, as the format's reader writes it.
std::string CreditorAccount(const Channel& channel, uint64_t index) {
  std::string reason;
  if (channel.format == "bgmax") {
    const std::string number =
        MakeNumber(NumberScheme::kBankgiro, Concat(5'000'100 + index), &reason);
    return Concat("bankgiro:", number);
  }
  if (channel.format == "bs602") return Concat("pbs:", 12'345'600 + index);
  const std::string iban = InventIban(channel.country, kCreditorFirst + index);
  if (channel.format == "ocr-giro") return Concat("bban-no:", NationalAccount(iban));
  return iban;
}

const Situation* FindSituation(std::string_view name) {
  for (const Situation& situation : NordicSituations()) {
    if (situation.name == name) return &situation;
  }
  KVITT_CHECK(false && "the table has this situation");
  return nullptr;
}

}  // namespace

absl::Span<const Channel> NordicChannels() {
  return kChannels;
}

absl::Span<const std::string_view> NordicFormats() {
  return kDefaultFormats;
}

NordicPlan::NordicPlan(const GenerateRequest& request,
                       std::vector<uint32_t> weights,
                       std::vector<const Channel*> channels)
    : seed_(request.seed), channels_(std::move(channels)) {
  KVITT_CHECK(!channels_.empty() && weights.size() == NordicSituations().size());
  for (size_t channel = 0; channel < channels_.size(); ++channel) {
    for (uint64_t account = 0; account < kAccountsPerChannel; ++account) {
      // By the place in the whole table, so that another choice of formats keeps the accounts.
      const auto place = static_cast<uint64_t>(channels_[channel] - std::begin(kChannels));
      accounts_.push_back(
          CreditorAccount(*channels_[channel], place * kAccountsPerChannel + account));
    }
  }
  const auto row_for = [&](const Situation& situation) {
    Row row{&situation, 0, {}};
    for (size_t channel = 0; channel < channels_.size(); ++channel) {
      if ((channels_[channel]->abilities & situation.needs) == situation.needs) {
        row.channels.push_back(channel);
      }
    }
    return row;
  };
  for (size_t at = 0; at < weights.size(); ++at) {
    const Situation& situation = NordicSituations()[at];
    Row row = row_for(situation);
    if (weights[at] == 0 || row.channels.empty()) continue;
    weight_sum_ += weights[at];
    row.weight_end = weight_sum_;
    rows_.push_back(std::move(row));
  }
  for (const std::string_view name : {"exact", "unpaid", "reference_unknown"}) {
    fillers_.push_back(row_for(*FindSituation(name)));
  }
  CountScenes(request.items, request.payments);
}

void NordicPlan::CountScenes(uint64_t items, uint64_t payments) {
  // Every scene of a row makes an item or a payment, so this ends.
  while (!rows_.empty()) {
    const Situation& next = *DrawnRow(drawn_end_).situation;
    if (next.items > items || next.payments > payments) break;
    items -= next.items;
    payments -= next.payments;
    ++drawn_end_;
  }
  const uint64_t exact = std::min(items, payments);
  exact_end_ = drawn_end_ + exact;
  unpaid_end_ = exact_end_ + (items - exact);
  scene_count_ = unpaid_end_ + (payments - exact);
}

const NordicPlan::Row& NordicPlan::DrawnRow(uint64_t scene) const {
  // The first scenes show each situation once, so that small worlds have them all.
  if (scene < rows_.size()) return rows_[scene];
  const uint64_t draw = CounterRandom(seed_, kDrawStream, scene).Below(weight_sum_);
  return *std::upper_bound(rows_.begin(), rows_.end(), draw,
                           [](uint64_t value, const Row& row) { return value < row.weight_end; });
}

const NordicPlan::Row& NordicPlan::RowOf(uint64_t scene) const {
  if (scene < drawn_end_) return DrawnRow(scene);
  if (scene < exact_end_) return fillers_[0];
  return scene < unpaid_end_ ? fillers_[1] : fillers_[2];
}

NordicPlan::Place NordicPlan::PlaceOf(uint64_t scene) const {
  KVITT_CHECK(scene < scene_count_);
  const Row& row = RowOf(scene);
  Place place;
  place.situation = row.situation;
  const uint64_t bits = MixBits(MixBits(seed_, kChannelStream), scene);
  place.channel = row.channels[ScaleBits(bits, row.channels.size())];
  place.account =
      static_cast<uint32_t>(ScaleBits(MixBits(bits, kAccountStream), kAccountsPerChannel));
  place.first_day = static_cast<uint32_t>(
      ScaleBits(MixBits(bits, kDayStream), kWorldDays - row.situation->day_span));
  return place;
}

void NordicPlan::Build(uint64_t scene, const Place& place, Scene* out) const {
  SceneBuilder::Place at;
  at.seed = seed_;
  at.scene = scene;
  at.scene_count = scene_count_;
  at.channel = channels_[place.channel];
  at.account = Account(place.channel, place.account);
  at.other_account = Account(place.channel, (place.account + 1) % kAccountsPerChannel);
  at.first_day = place.first_day;
  SceneBuilder builder(at, out);
  place.situation->build(&builder);
  KVITT_CHECK(out->items.size() == place.situation->items &&
              out->payments.size() == place.situation->payments);
}

}  // namespace kvitt
