// Writes the plan of a nordic world: items and customers by country, payments by channel, account,
// day and currency, each pass building the scenes that it needs anew.

#include "io/generate/nordic_world.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <system_error>

#include "absl/status/status.h"
#include "engine/value/concat.h"
#include "io/generate/record_file.h"
#include "io/generate/set_writer.h"
#include "io/generate/truth.h"
#include "kvitt/check.h"

namespace kvitt {
namespace {

constexpr std::string_view kPartsFormat = "camt.054";

WriterHeader HeaderFor(std::string_view name) {
  WriterHeader header;
  header.sender = "KVITTBANK";
  header.recipient = "Nordlys Handel";
  header.created = WorldDay(kWorldDays - 1);
  for (const char c : name)
    header.message_number = header.message_number * 31 % 99'991 + static_cast<unsigned char>(c);
  return header;
}

// A scene's records as batches, whose views point into the scene.
void FillItem(const SceneItem& source,
              std::string_view customer_name,
              Currency currency,
              OpenItemBatch* batch) {
  batch->Clear();
  OpenItem& item = batch->items.emplace_back();
  item.item_id = source.item_id;
  item.customer_id = source.customer_id;
  item.creditor_account = source.creditor_account;
  item.customer_name = customer_name;
  item.amount_minor = item.open_amount_minor = source.amount_minor;
  if (source.status == ItemStatus::kClosed) item.open_amount_minor = 0;
  item.discount_minor = source.discount_minor;
  item.issue_date = source.issue_date;
  item.due_date = source.due_date;
  item.discount_date = source.discount_date;
  item.currency = currency;
  item.kind = source.kind;
  item.status = source.status;
  for (const std::string& reference : source.references) batch->AddReference(&item, reference);
}

void FillCustomer(const SceneCustomer& source, Country country, CustomerBatch* batch) {
  batch->Clear();
  Customer& customer = batch->customers.emplace_back();
  customer.customer_id = source.customer_id;
  customer.name = source.name;
  customer.org_no = source.org_no;
  customer.country = CountryCode(country);
  customer.pays_for = source.pays_for;
  customer.currency = Currency::FromCode(HomeCurrency(country));
  customer.status = source.status;
  for (const std::string& account : source.accounts) batch->AddAccount(&customer, account);
}

ReferenceScheme SchemeOf(Country country, std::string_view reference) {
  if (reference.starts_with("RF")) return ReferenceScheme::kRf;
  switch (country) {
    case Country::kNorway:
      return ReferenceScheme::kKid;
    case Country::kSweden:
      return ReferenceScheme::kOcr;
    case Country::kDenmark:
      return ReferenceScheme::kFik;
    case Country::kFinland:
      return ReferenceScheme::kViite;
  }
  return ReferenceScheme::kUnknown;
}

void FillPayment(const ScenePayment& source,
                 const Channel& channel,
                 std::string_view account,
                 PaymentBatch* batch) {
  batch->Clear();
  Payment& payment = batch->payments.emplace_back();
  payment.payment_id = source.payment_id;
  payment.creditor_account = account;
  payment.payer_name = source.payer_name;
  payment.payer_account = source.payer_account;
  payment.payer_org_no = source.payer_org_no;
  payment.customer_id = source.customer_id;
  payment.bank_reference = source.bank_reference;
  payment.end_to_end_id = source.end_to_end_id;
  payment.reverses = source.reverses;
  payment.amount_minor = source.amount_minor;
  payment.charges_minor = source.charges_minor;
  payment.booking_date = payment.value_date = WorldDay(source.day);
  payment.currency = source.currency;
  payment.kind = source.kind;
  payment.direction = source.direction;
  for (const std::string& value : source.references) {
    PaymentReference reference;
    reference.value = value;
    // A table of payments names no schemes.
    if (channel.format != "payments-csv") reference.scheme = SchemeOf(channel.country, value);
    batch->AddReference(&payment, reference);
  }
  for (const std::string& line : source.text) batch->AddText(&payment, line);
}

// Where two streams of items (or customers) are asked for, the western countries take the first.
bool TakesCountry(Country country, size_t stream, size_t streams) {
  const bool western = country == Country::kNorway || country == Country::kDenmark;
  return streams < 2 || stream >= 2 || western == (stream == 0);
}

// Changes a digit of the last place where the amount stands, behind the writer's back. False when it
// does not stand there: the bytes were flushed before.
bool SpoilAmount(int64_t amount_minor, std::string* buffer) {
  const std::string with_dot = FormatAmount(amount_minor, 2);
  std::string with_comma = with_dot;
  std::replace(with_comma.begin(), with_comma.end(), '.', ',');
  for (const std::string& written : {with_dot, with_comma, Concat("0", amount_minor)}) {
    const size_t begin = buffer->rfind(written);
    if (begin == std::string::npos) continue;
    char& last = (*buffer)[begin + written.size() - 1];
    last = last == '9' ? '0' : static_cast<char>(last + 1);
    return true;
  }
  return false;
}

// What the creditor asked the bank to collect, and the channel whose payments answer it.
struct ClaimChannel {
  std::string_view format;
  std::string_view name;  // of the file
  std::string_view payments;
};

constexpr ClaimChannel kClaimChannels[] = {
    {"avtalegiro", "no-avtalegiro", "no-ocr-giro"},
    {"autogiro", "se-autogiro", "se-bgmax"},
    {"bs601", "dk-bs601", "dk-bs602"},
};

std::string_view BadLineOf(std::string_view format) {
  return format == "payments-csv" ? "P-DAMAGED,12.3x.4\n"
                                  : "{\"payment_id\":\"P-DAMAGED\",\"amount\":\"12.3\n";
}

class NordicWriter {
 public:
  NordicWriter(const NordicPlan* plan, SetWriter* set) : plan_(plan), set_(set) {}

  absl::Status WriteStreams(FileKind kind) {
    std::vector<const Format*> streams;
    for (const Format* format : set_->formats()) {
      if (format->kind == kind) streams.push_back(format);
    }
    for (size_t stream = 0; stream < streams.size() && stream < 2; ++stream) {
      if (absl::Status status = WriteStream(*streams[stream], stream, streams.size()); !status.ok())
        return status;
    }
    return absl::OkStatus();
  }

  // The open items of the accounts that a channel's payments come in on, as far as the format can say
  // them. Customers are known by their numbers alone.
  absl::Status WriteClaims(const ClaimChannel& claims) {
    size_t channel = 0;
    while (plan_->channels()[channel]->name != claims.payments) ++channel;
    const Country country = plan_->channels()[channel]->country;
    const Currency currency = Currency::FromCode(HomeCurrency(country));
    absl::StatusOr<RecordFile> file =
        set_->Open(*FindFormat(claims.format), claims.name, HeaderFor(claims.name));
    if (!file.ok()) return file.status();
    absl::Status status;
    for (uint32_t account = 0; account < NordicPlan::kAccountsPerChannel && status.ok();
         ++account) {
      status = file->BeginSection(plan_->Account(channel, account), currency, WorldDay(0));
      for (uint64_t scene = 0; scene < plan_->scene_count() && status.ok(); ++scene) {
        const NordicPlan::Place place = plan_->PlaceOf(scene);
        if (place.channel != channel || place.account != account) continue;
        plan_->Build(scene, place, &scene_);
        status = OfferItems(currency, &*file);
      }
      if (status.ok()) status = file->EndSection();
    }
    if (status.ok()) status = file->Close();
    if (status.ok()) set_->Record(*file, {});
    return status;
  }

  absl::Status WriteChannels() {
    const uint32_t deliveries = UsedDeliveries();
    for (size_t channel = 0; channel < plan_->channels().size(); ++channel) {
      for (const FilePart& part : kFileParts) {
        if ((deliveries & part.deliveries) == 0) continue;
        if (absl::Status status = WriteFile(channel, part); !status.ok()) return status;
      }
    }
    for (const auto& [situation, count] : counts_) set_->SetSituationCount(situation, count);
    return absl::OkStatus();
  }

 private:
  // The files of a channel, by what they bring.
  struct FilePart {
    std::string_view suffix;
    uint32_t deliveries;
    std::string_view situation;
    std::string_view code;
    bool set_aside;
  };

  static constexpr FilePart kFileParts[] = {
      {"", kMainFile | DeliveryBit(Delivery::kMainAndOverlap) | DeliveryBit(Delivery::kPart),
       "whole", "", false},
      {"-details", DeliveryBit(Delivery::kPart), "details", "", false},
      {"-overlap", DeliveryBit(Delivery::kMainAndOverlap) | DeliveryBit(Delivery::kOverlap),
       "overlap", "", false},
      {"-evening", DeliveryBit(Delivery::kRepeated), "whole", "", false},
      {"-cut", DeliveryBit(Delivery::kTruncated), "truncated", "file_truncated", true},
      {"-spoiled", DeliveryBit(Delivery::kMismatched), "mismatched", "control_total_mismatch",
       true},
  };

  // One walk over the scenes of a section.
  struct Section {
    size_t channel;
    uint32_t account;
    uint32_t day;
    Currency currency;
    bool foreign;
  };

  uint32_t UsedDeliveries() const {
    uint32_t used = 0;
    for (uint64_t scene = 0; scene < plan_->scene_count(); ++scene)
      used |= plan_->PlaceOf(scene).situation->deliveries;
    return used;
  }

  absl::Status WriteStream(const Format& format, size_t stream, size_t streams) {
    absl::StatusOr<RecordFile> file = set_->Open(format, "", HeaderFor(format.name));
    if (!file.ok()) return file.status();
    absl::Status status = file->BeginSection("", Currency(), WorldDay(0));
    for (uint64_t scene = 0; scene < plan_->scene_count() && status.ok(); ++scene) {
      const NordicPlan::Place place = plan_->PlaceOf(scene);
      const Country country = plan_->channels()[place.channel]->country;
      if (!TakesCountry(country, stream, streams)) continue;
      plan_->Build(scene, place, &scene_);
      status = format.kind == FileKind::kItems ? WriteItems(country, &*file)
                                               : WriteCustomers(country, &*file);
    }
    if (status.ok()) status = file->EndSection();
    if (status.ok()) status = file->Close();
    if (status.ok()) set_->Record(*file, {});
    return status;
  }

  absl::Status OfferItems(Currency currency, RecordFile* file) {
    for (const SceneItem& source : scene_.items) {
      FillItem(source, NameOf(source), currency, &items_);
      OpenItem& item = items_.items.front();
      item.customer_id.remove_prefix(
          std::min(item.customer_id.size(), item.customer_id.find_first_of("0123456789")));
      if (absl::Status status = file->Offer(items_, item); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  std::string_view NameOf(const SceneItem& item) const {
    for (const SceneCustomer& customer : scene_.customers) {
      if (customer.customer_id == item.customer_id) return customer.name;
    }
    return {};
  }

  absl::Status WriteItems(Country country, RecordFile* file) {
    const Currency currency = Currency::FromCode(HomeCurrency(country));
    for (const SceneItem& item : scene_.items) {
      FillItem(item, NameOf(item), currency, &items_);
      if (absl::Status status = file->Write(items_, items_.items.front()); !status.ok())
        return status;
    }
    return absl::OkStatus();
  }

  absl::Status WriteCustomers(Country country, RecordFile* file) {
    for (const SceneCustomer& customer : scene_.customers) {
      FillCustomer(customer, country, &customers_);
      if (absl::Status status = file->Write(customers_, customers_.customers.front()); !status.ok())
        return status;
    }
    return absl::OkStatus();
  }

  absl::Status WriteFile(size_t channel_index, const FilePart& part) {
    const Channel& channel = *plan_->channels()[channel_index];
    const Format& format = *FindFormat(part.situation == "details" ? kPartsFormat : channel.format);
    const std::string name = Concat(channel.name, part.suffix);
    WriterHeader header = HeaderFor(name);
    // A bank numbers the statements of an account on from file to file, each kind of message by itself.
    header.statements = &statements_[format.name];
    absl::StatusOr<RecordFile> file = set_->Open(format, name, header);
    if (!file.ok()) return file.status();
    part_ = &part;
    bad_lines_ = 0;
    is_spoiled_ = false;
    const Currency home = Currency::FromCode(HomeCurrency(channel.country));
    const Currency foreign =
        Currency::FromCode(channel.country == Country::kFinland ? "SEK" : "EUR");
    const bool has_foreign = (channel.abilities & kForeignCurrency) != 0;
    absl::Status status;
    for (uint32_t account = 0; account < NordicPlan::kAccountsPerChannel; ++account) {
      for (uint32_t day = 0; day < kWorldDays && status.ok(); ++day) {
        status = WriteSection({channel_index, account, day, home, false}, &*file);
        if (status.ok() && has_foreign) {
          status = WriteSection({channel_index, account, day, foreign, true}, &*file);
        }
      }
    }
    if (status.ok()) status = file->Close();
    if (!status.ok()) return status;
    return FinishFile(*file);
  }

  absl::Status WriteSection(const Section& section, RecordFile* file) {
    is_open_ = false;
    for (uint64_t scene = 0; scene < plan_->scene_count(); ++scene) {
      const NordicPlan::Place place = plan_->PlaceOf(scene);
      if (place.channel != section.channel || place.account != section.account) continue;
      if (section.day < place.first_day ||
          section.day > place.first_day + place.situation->day_span)
        continue;
      if ((place.situation->deliveries & part_->deliveries) == 0) continue;
      if (((place.situation->needs & kForeignCurrency) != 0) != section.foreign) continue;
      plan_->Build(scene, place, &scene_);
      if (absl::Status status = WritePayments(section, *place.situation, file); !status.ok())
        return status;
    }
    return is_open_ ? CloseSection(file) : absl::OkStatus();
  }

  // Some writers hold a section back until its end: only then is its first record there to be spoiled.
  absl::Status CloseSection(RecordFile* file) {
    if (absl::Status status = file->EndSection(); !status.ok()) return status;
    if (part_->situation == "mismatched" && !is_spoiled_) {
      is_spoiled_ = SpoilAmount(last_amount_minor_, file->buffer());
    }
    return absl::OkStatus();
  }

  absl::Status WritePayments(const Section& section, const Situation& situation, RecordFile* file) {
    const Channel& channel = *plan_->channels()[section.channel];
    const std::string& account = plan_->Account(section.channel, section.account);
    for (const ScenePayment& source : scene_.payments) {
      if (source.day != section.day || (DeliveryBit(source.delivery) & part_->deliveries) == 0)
        continue;
      KVITT_CHECK(source.currency == section.currency);
      if (absl::Status status = OpenSection(section, account, file); !status.ok()) return status;
      FillPayment(source, channel, account, &payments_);
      if (source.delivery == Delivery::kPart) {
        if (absl::Status status = WritePart(source, channel, account, file); !status.ok()) {
          return status;
        }
        if (part_->situation != "details") continue;
      } else if (absl::Status status = file->Write(payments_, payments_.payments.front());
                 !status.ok()) {
        return status;
      }
      last_amount_minor_ = source.amount_minor;
      if (absl::Status status = WriteTruth(source, situation, *file); !status.ok()) return status;
    }
    if (!scene_.bad_line) return absl::OkStatus();
    ++bad_lines_;
    if (absl::Status status = OpenSection(section, account, file); !status.ok()) return status;
    return file->WriteRaw(BadLineOf(channel.format));
  }

  // A part in the file of the details; in the statement, the batch in the place of its first part.
  absl::Status WritePart(const ScenePayment& source,
                         const Channel& channel,
                         const std::string& account,
                         RecordFile* file) {
    const ScenePayment& first = scene_.payments.front();
    const std::string batch_reference = Concat("B", first.bank_reference);
    int64_t sum = 0;
    for (const ScenePayment& part : scene_.payments) sum += part.amount_minor;
    Payment& payment = payments_.payments.front();
    payment.entry_transactions = static_cast<uint32_t>(scene_.payments.size());
    if (part_->situation == "details") {
      payment.entry_reference = batch_reference;
      payment.entry_amount_minor = sum;
      return file->Write(payments_, payment);
    }
    if (&source != &first) return absl::OkStatus();
    ScenePayment batch;
    batch.day = first.day;
    batch.bank_reference = batch_reference;
    batch.amount_minor = sum;
    batch.currency = first.currency;
    batch.IsLeft(Outcome::kDuplicate, Rule::kDuplicate)
        .Reports({DeviationCode::kDuplicateDelivery});
    FillPayment(batch, channel, account, &payments_);
    payments_.payments.front().details_missing = true;
    payments_.payments.front().entry_transactions = static_cast<uint32_t>(scene_.payments.size());
    if (absl::Status status = file->Write(payments_, payments_.payments.front()); !status.ok()) {
      return status;
    }
    return AppendTruthOf(batch, "batch", *file);
  }

  absl::Status OpenSection(const Section& section, std::string_view account, RecordFile* file) {
    if (is_open_) return absl::OkStatus();
    is_open_ = true;
    return file->BeginSection(account, section.currency, WorldDay(section.day));
  }

  absl::Status WriteTruth(const ScenePayment& payment,
                          const Situation& situation,
                          const RecordFile& file) {
    // A payment that is delivered again is counted once.
    const bool again = payment.delivery == Delivery::kMainAndOverlap && part_->suffix == "-overlap";
    if (!again) ++counts_[situation.name];
    return AppendTruthOf(payment, situation.name, file);
  }

  absl::Status AppendTruthOf(const ScenePayment& payment,
                             std::string_view situation,
                             const RecordFile& file) {
    if (set_->truth() == nullptr) return absl::OkStatus();
    TruthLine line;
    line.file = file.name();
    line.record = file.records();
    line.payment_id = payment.payment_id;
    line.situation = situation;
    if (payment.delivery == Delivery::kMainAndOverlap) line.delivery = payment.bank_reference;
    line.amount_minor = payment.amount_minor;
    line.currency = payment.currency;
    line.expected = &payment.truth;
    AppendTruth(line, set_->truth()->buffer());
    return set_->truth()->FlushIfLarge();
  }

  // Files without a record are taken away again; damage that needs the whole file is done.
  absl::Status FinishFile(const RecordFile& file) {
    const std::string path = set_->Path(file.name());
    std::error_code error;
    if (file.records() == 0 && bad_lines_ == 0) {
      std::filesystem::remove(path, error);
      return error ? absl::ErrnoToStatus(error.value(), Concat("cannot remove ", path))
                   : absl::OkStatus();
    }
    FileTruth truth;
    truth.situation = part_->situation;
    truth.code = part_->code;
    // The one control of a statement by SWIFT.
    if (part_->situation == "mismatched" && file.format_name() == "mt940") {
      truth.code = Name(DeviationCode::kBalanceMismatch);
    }
    truth.set_aside = part_->set_aside;
    truth.bad_records = bad_lines_;
    set_->Record(file, truth);
    if (part_->situation == "truncated") {
      std::filesystem::resize_file(path, file.bytes() * 2 / 3, error);
    } else if (part_->suffix == "-evening") {
      const std::string again = AgainName(file.name());
      std::filesystem::copy_file(path, set_->Path(again),
                                 std::filesystem::copy_options::overwrite_existing, error);
      if (!error) set_->RecordCopy(file, again);
    }
    return error ? absl::ErrnoToStatus(error.value(), Concat("cannot change ", path))
                 : absl::OkStatus();
  }

  // "payments/se-bgmax-evening.txt" -> "payments/se-bgmax-evening-again.txt"
  static std::string AgainName(std::string_view name) {
    const size_t dot = name.rfind('.');
    return Concat(name.substr(0, dot), "-again", name.substr(dot));
  }

  const NordicPlan* plan_;
  SetWriter* set_;
  const FilePart* part_ = nullptr;
  bool is_open_ = false;
  int64_t last_amount_minor_ = 0;  // of the payment written last
  bool is_spoiled_ = false;
  uint64_t bad_lines_ = 0;
  std::map<std::string_view, uint64_t> counts_;           // payments by situation
  std::map<std::string_view, StatementBook> statements_;  // by format
  Scene scene_;
  OpenItemBatch items_;
  CustomerBatch customers_;
  PaymentBatch payments_;
};

}  // namespace

absl::Status WriteNordicWorld(const GenerateRequest& request,
                              const std::vector<uint32_t>& weights) {
  absl::StatusOr<SetWriter> set = SetWriter::Create(request);
  if (!set.ok()) return set.status();
  std::vector<const Channel*> channels;
  for (const Channel& channel : NordicChannels()) {
    // Booked batches need a second file for their parts.
    const bool has_parts = (channel.abilities & kParts) == 0 || set->Has(kPartsFormat);
    if (set->Has(channel.format) && has_parts) channels.push_back(&channel);
  }
  if (channels.empty()) {
    return absl::InvalidArgumentError(
        "the nordic world needs at least one of its payment formats; the bench world writes every "
        "format that has a writer");
  }
  std::vector<ClaimChannel> claims;
  for (const ClaimChannel& each : kClaimChannels) {
    if (!set->Has(each.format)) continue;
    const auto answers = [&each](const Channel* channel) { return channel->name == each.payments; };
    const auto channel = std::find_if(channels.begin(), channels.end(), answers);
    if (channel == channels.end()) {
      return absl::InvalidArgumentError(
          Concat("the nordic world claims by ", each.format, " what is paid by ",
                 each.payments.substr(each.payments.find('-') + 1), ": ask for both"));
    }
    claims.push_back(each);
  }
  const NordicPlan plan(request, weights, std::move(channels));
  NordicWriter writer(&plan, &*set);
  absl::Status status = writer.WriteStreams(FileKind::kItems);
  if (status.ok()) status = writer.WriteStreams(FileKind::kCustomers);
  for (const ClaimChannel& each : claims) {
    if (status.ok()) status = writer.WriteClaims(each);
  }
  if (status.ok()) status = writer.WriteChannels();
  if (status.ok()) status = set->Close();
  return status;
}

}  // namespace kvitt
