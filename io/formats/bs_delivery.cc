// See bs_delivery.h.

#include "io/formats/bs_delivery.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "kvitt/check.h"

namespace kvitt::bs {
namespace {

constexpr Field kSupplier{6, 13};
constexpr Field kSubsystem{14, 16};
constexpr Field kDeliveryType{17, 20};
constexpr Field kDeliveryId{21, 30};
constexpr Field kDate{50, 55};
constexpr Field kSectionCount{21, 31};
constexpr Field kTransactionCount{32, 42};
constexpr Field kAmount{43, 57};
constexpr Field kTextCount{58, 68};
constexpr Field kNameCount{84, 94};
constexpr int kDecimals = 2;

// The data supplier of a written delivery: a number that passes the check of a CVR.
constexpr std::string_view kInventedSupplier = "12345674";

Int128 Absolute(Int128 value) {
  return value < 0 ? -value : value;
}

// Walks over the envelope records of a file and judges each against what stands between them.
class Judge {
 public:
  Judge(const DeliveryRules& rules, Verdict* verdict) : rules_(rules), verdict_(verdict) {}

  void Block(const Summary& summary) {
    for (const Envelope& envelope : summary.envelopes) {
      Carry(envelope.before);
      TakeRun();
      TakeEnvelope(envelope);
    }
    Carry(summary.tail);
    base_ += summary.tally.lines;
  }

  void End() {
    TakeRun();
    if (in_delivery_) {
      Problem(DeviationCode::kFileTruncated, delivery_place_, 0,
              "the delivery that begins here has no end: expected a record 992, found the end of "
              "the file");
    } else if (own_deliveries_ == 0) {
      verdict_->Problem(DeviationCode::kFileTruncated, 0, 0,
                        Concat("expected a delivery of type ", rules_.type, ", found none"));
    }
  }

 private:
  void Problem(DeviationCode code, const Place& place, uint64_t base, std::string text) {
    verdict_->Problem(code, base + place.line + 1, place.offset, std::move(text));
  }

  void Malformed(const Place& place, std::string text) {
    Problem(DeviationCode::kRecordMalformed, place, base_, std::move(text));
  }

  void MalformedRun(const Place& place, std::string text) {
    Problem(DeviationCode::kRecordMalformed, place, 0, std::move(text));
  }

  uint32_t OwnCodes() const {
    uint32_t codes = 0;
    for (const SectionRule& rule : rules_.sections) codes |= rule.codes;
    return codes;
  }

  // A run can reach over several blocks; it is judged whole, so that the answer does not depend on
  // where blocks end.
  void Carry(Run run) {
    run.first.line += base_;
    run.first_foreign.line += base_;
    run_.Add(run);
  }

  void TakeRun() {
    const Run run = std::exchange(run_, Run());
    if (!run.any()) return;
    if (!in_delivery_) {
      MalformedRun(run.first, "a record outside a delivery: expected a record 002 before it");
      return;
    }
    if (!own_) {
      if ((run.codes & OwnCodes()) != 0) {
        MalformedRun(run.first, Concat("records of a delivery of type ", rules_.type,
                                       " in one of type ", FieldOf(delivery_, kDeliveryType)));
      }
      return;
    }
    if (!in_section_) {
      MalformedRun(run.first, "a record outside a section: expected a record 012 before it");
      return;
    }
    CheckRun(run);
    section_run_.Add(run);
  }

  void CheckRun(const Run& run) {
    if ((run.codes & ~section_codes_) != 0) {
      const Place& place = (run.codes & kForeignCode) != 0 ? run.first_foreign : run.first;
      MalformedRun(place, Concat("transaction code: expected one of section ",
                                 FieldOf(section_, kCode), ", found one of another"));
    }
    if (run.transactions == 0) return;
    uint64_t creditor;
    std::memcpy(&creditor, section_.data() + kCreditor.offset(), sizeof(creditor));
    if (run.creditors_differ || run.creditor != creditor) {
      MalformedRun(run.first,
                   Concat("a transaction of another creditor than the section's: expected ",
                          FieldOf(section_, kCreditor)));
    }
  }

  void TakeEnvelope(const Envelope& envelope) {
    switch (envelope.type) {
      case RecordType::kDeliveryStart:
        return StartDelivery(envelope);
      case RecordType::kSectionStart:
        return StartSection(envelope);
      case RecordType::kSectionEnd:
        return EndSection(envelope);
      case RecordType::kDeliveryEnd:
        return EndDelivery(envelope);
      case RecordType::kNoise:
      case RecordType::kUnknown:
      case RecordType::kName:
      case RecordType::kTransaction:
      case RecordType::kText:
        break;
    }
    if (!in_delivery_ || own_) {
      Malformed(envelope.place, ExpectedFound("record type", "002, 012, 022, 042, 052, 092 or 992",
                                              std::string_view(envelope.cells).substr(2, 3)));
    }
  }

  void StartDelivery(const Envelope& envelope) {
    if (in_delivery_) {
      Malformed(envelope.place, "a delivery begins inside another: expected a record 992 first");
    }
    in_delivery_ = true;
    in_section_ = false;
    delivery_ = envelope.cells;
    delivery_place_ = {base_ + envelope.place.line, envelope.place.offset};
    delivery_run_ = Run();
    sections_ = 0;
    own_ = FieldOf(delivery_, kDeliveryType) == rules_.type;
    if (!own_) {
      verdict_->warnings().Note("a delivery of another type was passed over", delivery_place_.line);
      return;
    }
    ++own_deliveries_;
    Date date;
    if (!ParseDateDDMMYY(FieldOf(delivery_, kDate), &date)) {
      Malformed(envelope.place,
                ExpectedFound("date of the delivery", "DDMMYY", FieldOf(delivery_, kDate)));
    }
    const bool is_first =
        deliveries_
            .emplace(FieldOf(delivery_, kSupplier), FieldOf(delivery_, kDeliveryType),
                     FieldOf(delivery_, kDeliveryId))
            .second;
    if (!is_first) {
      verdict_->warnings().Note("a delivery with the number of an earlier one in this file",
                                delivery_place_.line);
    }
  }

  void StartSection(const Envelope& envelope) {
    if (!in_delivery_) {
      Malformed(envelope.place, "a section outside a delivery: expected a record 002 before it");
      return;
    }
    if (in_section_) {
      Malformed(envelope.place, "a section begins inside another: expected a record 092 first");
    }
    in_section_ = true;
    section_ = envelope.cells;
    section_run_ = Run();
    if (!own_) return;
    const std::string_view code = FieldOf(section_, kCode);
    const auto rule =
        std::find_if(rules_.sections.begin(), rules_.sections.end(),
                     [code](const SectionRule& each) { return each.section == code; });
    section_codes_ = rule == rules_.sections.end() ? 0 : rule->codes;
    if (rule == rules_.sections.end()) {
      std::string known;
      for (const SectionRule& each : rules_.sections) {
        if (!known.empty()) known += " or ";
        known += each.section;
      }
      Malformed(envelope.place, ExpectedFound("section", known, code));
    }
  }

  void EndSection(const Envelope& envelope) {
    if (!in_section_) {
      Malformed(envelope.place, "a section ends that has not begun: expected a record 012 first");
      return;
    }
    in_section_ = false;
    if (!own_) return;
    ++sections_;
    delivery_run_.Add(section_run_);
    CheckName(envelope, section_, kCreditor, "creditor of the section end");
    CheckName(envelope, section_, kCode, "section of the section end");
    CheckName(envelope, section_, rules_.group, "debtor group of the section end");
    CheckTotals(envelope, section_run_, "section");
  }

  void EndDelivery(const Envelope& envelope) {
    if (!in_delivery_) {
      Malformed(envelope.place, "a delivery ends that has not begun: expected a record 002 first");
      return;
    }
    if (in_section_ && own_) {
      Malformed(envelope.place, "a delivery ends inside a section: expected a record 092 first");
    }
    in_delivery_ = false;
    in_section_ = false;
    if (!own_) return;
    CheckName(envelope, delivery_, kSupplier, "data supplier of the delivery end");
    CheckName(envelope, delivery_, kSubsystem, "subsystem of the delivery end");
    CheckName(envelope, delivery_, kDeliveryType, "delivery type of the delivery end");
    uint64_t sections = 0;
    if (ReadCount(envelope, kSectionCount, &sections)) {
      verdict_->Control("number of sections in the delivery", sections, sections_,
                        RecordOf(envelope), envelope.place.offset);
    }
    CheckTotals(envelope, delivery_run_, "delivery");
  }

  void CheckName(const Envelope& envelope,
                 const std::string& opening,
                 Field field,
                 std::string_view what) {
    if (FieldOf(envelope.cells, field) == FieldOf(opening, field)) return;
    Malformed(envelope.place,
              ExpectedFound(what, FieldOf(opening, field), FieldOf(envelope.cells, field)));
  }

  void CheckTotals(const Envelope& envelope, const Run& run, std::string_view whole) {
    CheckCount(envelope, kTransactionCount, run.transactions, "transactions", whole);
    CheckCount(envelope, kTextCount, run.texts, "text records", whole);
    CheckCount(envelope, kNameCount, run.names, "name records", whole);
    uint64_t declared = 0;
    if (!ReadCount(envelope, kAmount, &declared)) return;
    // Whether returns are added or subtracted no public source says: both are accepted.
    Int128 computed = Absolute(run.amount - run.returned);
    if (run.returned != 0) {
      if (Int128{declared} == Absolute(run.amount + run.returned)) {
        computed = Absolute(run.amount + run.returned);
      }
      verdict_->warnings().Note("returned payments in a total, whose sign there is unconfirmed",
                                RecordOf(envelope) - 1);
    }
    verdict_->ControlAmount(Concat("amount of the ", whole), declared, computed, kDecimals,
                            RecordOf(envelope), envelope.place.offset);
  }

  void CheckCount(const Envelope& envelope,
                  Field field,
                  uint64_t computed,
                  std::string_view what,
                  std::string_view whole) {
    uint64_t declared = 0;
    if (!ReadCount(envelope, field, &declared)) return;
    verdict_->Control(Concat("number of ", what, " in the ", whole), declared, computed,
                      RecordOf(envelope), envelope.place.offset);
  }

  bool ReadCount(const Envelope& envelope, Field field, uint64_t* number) {
    const std::string_view digits = FieldOf(envelope.cells, field);
    if (ReadDigits(digits, number)) return true;
    Malformed(envelope.place, ExpectedFound("a total", "digits", digits));
    return false;
  }

  uint64_t RecordOf(const Envelope& envelope) const { return base_ + envelope.place.line + 1; }

  static std::string_view FieldOf(const std::string& cells, Field field) {
    return Cells(cells.data(), field);
  }

  const DeliveryRules& rules_;
  Verdict* verdict_;
  uint64_t base_ = 0;  // records of the blocks before
  uint64_t own_deliveries_ = 0;
  uint64_t sections_ = 0;
  bool in_delivery_ = false;
  bool in_section_ = false;
  bool own_ = false;
  uint32_t section_codes_ = 0;
  std::string delivery_;
  std::string section_;
  Place delivery_place_;  // its line counts in the file
  Run run_;               // since the last envelope record; its places count in the file
  Run section_run_;
  Run delivery_run_;
  std::set<std::tuple<std::string, std::string, std::string>> deliveries_;
};

}  // namespace

RecordType TypeOf(const char* cells) {
  if (cells[0] != 'B' || cells[1] != 'S') return RecordType::kNoise;
  if (cells[4] != '2') return RecordType::kUnknown;
  if (cells[2] == '9') {
    return cells[3] == '9' ? RecordType::kDeliveryEnd : RecordType::kUnknown;
  }
  if (cells[2] != '0') return RecordType::kUnknown;
  switch (cells[3]) {
    case '0':
      return RecordType::kDeliveryStart;
    case '1':
      return RecordType::kSectionStart;
    case '2':
      return RecordType::kName;
    case '4':
      return RecordType::kTransaction;
    case '5':
      return RecordType::kText;
    case '9':
      return RecordType::kSectionEnd;
    default:
      return RecordType::kUnknown;
  }
}

void Run::Add(const Run& later) {
  if (!later.any()) return;
  if (!any()) first = later.first;
  if ((codes & kForeignCode) == 0) first_foreign = later.first_foreign;
  if (creditor == 0) creditor = later.creditor;
  creditors_differ |= later.creditors_differ || (later.creditor != 0 && later.creditor != creditor);
  transactions += later.transactions;
  names += later.names;
  texts += later.texts;
  amount += later.amount;
  returned += later.returned;
  codes |= later.codes;
}

void AddEnvelope(RecordType type, const FixedRecord& record, uint64_t offset, Summary* summary) {
  Envelope& envelope = summary->envelopes.emplace_back();
  envelope.type = type;
  envelope.place = {record.line, offset};
  envelope.cells.assign(record.cells, kRecordWidth);
  envelope.before = summary->tail;
  summary->tail = Run();
}

void JudgeDeliveries(const DeliveryRules& rules,
                     absl::Span<const std::unique_ptr<BlockSummary>> summaries,
                     Verdict* verdict) {
  Judge judge(rules, verdict);
  uint64_t base = 0;
  uint64_t noise = 0;
  for (const std::unique_ptr<BlockSummary>& each : summaries) {
    const auto* summary = dynamic_cast<const Summary*>(each.get());
    KVITT_CHECK(summary != nullptr);
    judge.Block(*summary);
    verdict->warnings().Join(summary->warnings, base);
    base += summary->tally.lines;
    noise += summary->noise;
  }
  judge.End();
  verdict->warnings().Add("a line that is none of Betalingsservice was passed over", noise, 0);
}

std::string_view WithoutZeros(std::string_view number) {
  const size_t first = number.find_first_not_of('0');
  return first == std::string_view::npos ? std::string_view() : number.substr(first);
}

bool HoldsDelivery(std::string_view head, std::string_view type) {
  constexpr size_t kTypeAt = 16;
  size_t at = 0;
  while (at < head.size()) {
    const size_t end = std::min(head.find_first_of("\r\n", at), head.size());
    const std::string_view line = head.substr(at, end - at);
    if (line.substr(0, 5) == "BS002" && line.size() >= kTypeAt + 4 &&
        line.substr(kTypeAt, 4) == type) {
      return true;
    }
    at = end + 1;
  }
  return false;
}

void Written::Add(const Written& section) {
  sections += 1;
  transactions += section.transactions;
  names += section.names;
  texts += section.texts;
  amount += section.amount;
}

RecordImage RecordOfType(std::string_view type) {
  RecordImage record(kRecordWidth, kCharset);
  record.SetText({1, 2}, "BS");
  record.SetText({3, 5}, type);
  return record;
}

void SetDate(Field field, Date date, RecordImage* record) {
  if (!date.has_value()) return record->Fill(field, '0');
  const CivilDate civil = ToCivil(date);
  record->SetDigits(
      field, static_cast<uint64_t>(civil.day * 10000 + civil.month * 100 + civil.year % 100));
}

bool SetZeroFilled(Field field, std::string_view text, RecordImage* record) {
  record->Fill(field, '0');
  if (text.size() > field.size() || text != TrimBlanks(text)) return false;
  return text.empty() || record->SetText({field.last - text.size() + 1, field.last}, text);
}

void AppendRecord(const RecordImage& record, std::string* out) {
  record.AppendTo(out, "\r\n");
}

void AppendDeliveryStart(std::string_view type, const WriterHeader& header, std::string* out) {
  RecordImage record = RecordOfType("002");
  record.SetText(kSupplier, kInventedSupplier);
  record.SetText(kSubsystem, "BS1");
  record.SetText(kDeliveryType, type);
  record.SetDigits(kDeliveryId, header.message_number % 10000000000);
  SetDate(kDate, header.created, &record);
  AppendRecord(record, out);
}

void AppendDeliveryEnd(std::string_view type, const Written& written, std::string* out) {
  RecordImage record = RecordOfType("992");
  record.Fill({21, kRecordWidth}, '0');
  record.SetText(kSupplier, kInventedSupplier);
  record.SetText(kSubsystem, "BS1");
  record.SetText(kDeliveryType, type);
  record.SetDigits(kSectionCount, written.sections);
  SetTotals(written, &record);
  AppendRecord(record, out);
}

void SetTotals(const Written& written, RecordImage* record) {
  record->SetDigits(kTransactionCount, written.transactions);
  record->SetDigits(kAmount, static_cast<uint64_t>(Absolute(written.amount)));
  record->SetDigits(kTextCount, written.texts);
  record->SetDigits(kNameCount, written.names);
}

std::string_view CreditorOf(std::string_view account) {
  constexpr std::string_view kPrefix = "pbs:";
  if (account.substr(0, kPrefix.size()) != kPrefix) return {};
  account.remove_prefix(kPrefix.size());
  uint64_t number = 0;
  return account.size() == kCreditor.size() && ReadDigits(account, &number) ? account
                                                                            : std::string_view();
}

}  // namespace kvitt::bs
