// avtalegiro: AvtaleGiro, Norwegian direct debit: claims and cancellations that a creditor sends to Nets,
// and the lists of agreements that Nets sends back.
//
// Records of 80 characters that begin with NY: 3-4 service, 5-6 type, 7-8 record type. ISO-8859-1. Also
// seen as one stream without line ends.
//
//   file          = transmission+
//   transmission  = 10 (claims | cancellations | agreements)* 89
//   claims        = 20 (30 31 49*)* 88          21/00; claim types 02 (the creditor notifies the payer)
//                                               and 21 (the bank does)
//   cancellations = 20 (30 31? 49*)* 88         21/36; type 93
//   agreements    = 20 70* 88                   21/24; type 94
//
//   10            9-16 sender, 17-23 transmission number, 24-31 recipient (00008080 is Nets)
//   20            18-24 assignment number, 25-35 creditor account
//   30            9-15 transaction number, 16-21 due date DDMMYY, 22-32 blanks, 33-49 amount,
//                 50-74 KID, right-aligned
//   31            9-15, 16-25 payer's short name, 51-75 external reference
//   49            9-15, 16 the digit 4, 17-19 line 001-042, 20 column 1 or 2, 21-60 text
//   70            9-15 serial number, 16 registration type 0 list, 1 new or changed, 2 deleted,
//                 17-41 KID, right-aligned, 42 J or N (the payer wants notice)
//   88            9-16 transactions, 17-24 records with 20 and 88, 25-41 sum, 42-47 first and
//                 48-53 last due date: one field earlier than in OCR giro; zeros for agreements
//   89            9-16 transactions, 17-24 records, 25-41 sum (cancellations are added), 42-47 first due
//                 date
//
// Source: the AvtaleGiro system specification of Nets, v3.3 (in otovo/python-netsgiro).
//
// Controls: all figures of 88 and 89; one transaction number on 30, 31 and 49; ascending numbers.
// A claim is refused as Nets refuses it: text in 22-32, a KID that does not end in position 74, a
// wrong line or column of text.
//
// A claim is read as an open item: what is claimed is open. The file knows no customer and no invoice: the
// item is named by KID and due date, its customer by the KID. A cancellation is read as a credit note
// of the same customer, without a reference that a payment could quote. Agreements are counted.
// Payments of claims come back as OCR giro; a file with them (service 09) is not for this format.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "io/bytes/fixed_width.h"
#include "io/bytes/record_image.h"
#include "io/formats/format.h"
#include "io/formats/format_writer.h"
#include "io/formats/verdict.h"

namespace kvitt {
namespace {

constexpr std::string_view kName = "avtalegiro";
constexpr size_t kWidth = 80;
constexpr size_t kBatchItems = 256;
constexpr Charset kCharset = Charset::kWindows1252;
constexpr std::string_view kNets = "00008080";

constexpr Field kNumber{9, 15};
constexpr Field kSender{9, 16};
constexpr Field kTransmission{17, 23};
constexpr Field kRecipient{24, 31};
constexpr Field kAssignmentNumber{18, 24};
constexpr Field kAccount{25, 35};
constexpr Field kDueDate{16, 21};
constexpr Field kFiller{22, 32};
constexpr Field kAmount{33, 49};
constexpr Field kKid{50, 74};
constexpr Field kShortName{16, 25};
constexpr Field kExternal{51, 75};
constexpr Field kLine{17, 19};
constexpr Field kRegistration{16, 16};
constexpr Field kAgreementKid{17, 41};
constexpr Field kNotice{42, 42};
constexpr Field kCount{9, 16};
constexpr Field kRecords{17, 24};
constexpr Field kSum{25, 41};
constexpr Field kFirstDue{42, 47};
constexpr Field kLastDue{48, 53};

// What an assignment or a transmission holds so far.
struct Content {
  uint64_t transactions = 0;
  uint64_t records = 0;
  Int128 sum_minor = 0;
  Date first_due;
  Date last_due;

  void AddDue(Date date) {
    if (!date.has_value()) return;
    if (!first_due.has_value() || date < first_due) first_due = date;
    last_due = std::max(last_due, date);
  }

  void Add(const Content& other) {
    transactions += other.transactions;
    records += other.records;
    sum_minor += other.sum_minor;
    AddDue(other.first_due);
    AddDue(other.last_due);
  }
};

struct Summary : WholeFileSummary {
  bool has_claims = false;
  bool has_agreements = false;
};

class FileParser {
 public:
  FileParser(const Block& block, Framing framing, BlockSink* sink)
      : block_(block), framing_(framing), sink_(sink) {}

  std::unique_ptr<BlockSummary> Run() {
    FixedWidthLines<kWidth> lines(block_.bytes, framing_, &arena_);
    FixedRecord record;
    while (lines.Next(&record)) Read(record);
    CloseClaim();
    if (place_ != Place::kOutside || transmissions_ == 0) {
      AddProblem(
          summary_.get(),
          transmissions_ == 0 ? DeviationCode::kRecordMalformed : DeviationCode::kFileTruncated,
          lines.lines(), block_.offset + block_.bytes.size(),
          Concat("end of the file: expected ",
                 transmissions_ == 0         ? "a transmission start (10)"
                 : place_ == Place::kBetween ? "a transmission end (89)"
                                             : "an assignment end (88)",
                 ", found none"));
    }
    if (!batch_.items.empty()) sink_->Items(batch_);
    BlockTally& tally = summary_->tally;
    tally.lines = lines.lines();
    tally.entries = tally.transactions;
    tally.statements_opened = transmissions_;
    if (claimed_minor_ != 0) tally.credit_minor[currency_] = claimed_minor_;
    if (cancelled_minor_ != 0) tally.debit_minor[currency_] = cancelled_minor_;
    NoteRepairs(lines.repairs(), &summary_->warnings);
    return std::move(summary_);
  }

 private:
  enum class Place : uint8_t { kOutside, kBetween, kClaims, kCancellations, kAgreements };

  // Item 1 of the claim at hand.
  struct Claim {
    FixedRecord record;
    bool open = false;
    bool has_item2 = false;
    uint64_t number = 0;
    int64_t amount_minor = 0;
    Date due;
    std::string_view kid;
    std::string_view name;
  };

  void Read(const FixedRecord& record);
  bool ReadFrame(const FixedRecord& record, std::string_view head);
  void ReadAssignment(const FixedRecord& record, Place place);
  void ReadAssignmentEnd(const FixedRecord& record);
  void ReadTransmissionEnd(const FixedRecord& record);
  void ReadTotals(const FixedRecord& record,
                  std::string_view what,
                  const Content& content,
                  bool has_sum);
  void ReadItem1(const FixedRecord& record);
  void ReadItem2(const FixedRecord& record);
  void ReadText(const FixedRecord& record);
  void ReadAgreement(const FixedRecord& record);
  bool Belongs(const FixedRecord& record);
  bool TakeNumber(const FixedRecord& record, uint64_t* number);
  void CheckDate(const FixedRecord& record, std::string_view what, Field field, Date computed);
  void CloseClaim();
  void Emit();

  bool Expect(const FixedRecord& record, bool holds, std::string_view expected) {
    if (!holds) {
      Malformed(record, ExpectedFound("order of records", expected, Cells(record.cells, {1, 8})));
    }
    return holds;
  }

  void Malformed(const FixedRecord& record, std::string text) {
    AddProblem(summary_.get(), DeviationCode::kRecordMalformed, record.line,
               block_.offset + record.offset, std::move(text));
  }

  const Block& block_;
  Framing framing_;
  BlockSink* sink_;
  TextArena arena_;
  std::unique_ptr<Summary> summary_ = std::make_unique<Summary>();
  OpenItemBatch batch_;
  const Currency currency_ = Currency::FromCode("NOK");
  Place place_ = Place::kOutside;
  uint32_t transmissions_ = 0;
  Content transmission_;
  Content assignment_;
  uint64_t last_number_ = 0;
  std::string_view account_;
  Claim claim_;
  Int128 claimed_minor_ = 0;
  Int128 cancelled_minor_ = 0;
};

void FileParser::Read(const FixedRecord& record) {
  if (record.flaw != LineFlaw::kNone) {
    return Malformed(record,
                     ExpectedFound("record", "80 characters of text", Describe(record.flaw)));
  }
  const std::string_view head = Cells(record.cells, {1, 8});
  ++assignment_.records;
  if (head.substr(0, 2) != "NY")
    return Malformed(record, ExpectedFound("record (1-2)", "NY", head));
  if (ReadFrame(record, head)) return;
  const std::string_view type = head.substr(4);
  const bool claims = place_ == Place::kClaims;
  const bool cancels = place_ == Place::kCancellations;
  if (head.substr(2, 2) == "21") {
    const std::string_view tt = type.substr(0, 2);
    const bool own_type = (claims && (tt == "02" || tt == "21")) || (cancels && tt == "93");
    if (own_type && type.substr(2) == "30") return ReadItem1(record);
    if (own_type && type.substr(2) == "31") return ReadItem2(record);
    if ((claims || cancels) && (own_type || tt == "21") && type.substr(2) == "49") {
      return ReadText(record);
    }
    if (place_ == Place::kAgreements && type == "9470") return ReadAgreement(record);
  }
  Malformed(record,
            ExpectedFound("service, type and record type (3-8)",
                          claims    ? "a claim (21/02 or 21/21 with 30, 31, 49)"
                          : cancels ? "a cancellation (21/93 with 30, 31, 49)"
                          : place_ == Place::kAgreements ? "an agreement (21/94/70)"
                                                         : "a record of the frame of service 21",
                          head.substr(2)));
}

// Whether it is a record of the frame, which is then read.
bool FileParser::ReadFrame(const FixedRecord& record, std::string_view head) {
  if (head == "NY000010") {
    CloseClaim();
    Expect(record, place_ == Place::kOutside, "a transmission end (89)");
    ++transmissions_;
    transmission_ = Content();
    transmission_.records = 1;
    place_ = Place::kBetween;
  } else if (head == "NY210020") {
    ReadAssignment(record, Place::kClaims);
  } else if (head == "NY213620") {
    ReadAssignment(record, Place::kCancellations);
  } else if (head == "NY212420") {
    ReadAssignment(record, Place::kAgreements);
  } else if (head == "NY210088" || head == "NY213688" || head == "NY212488") {
    ReadAssignmentEnd(record);
  } else if (head == "NY000089") {
    ReadTransmissionEnd(record);
  } else {
    return false;
  }
  return true;
}

void FileParser::ReadAssignment(const FixedRecord& record, Place place) {
  CloseClaim();
  Expect(record, place_ == Place::kBetween,
         place_ == Place::kOutside ? "a transmission start (10)" : "an assignment end (88)");
  place_ = place;
  assignment_ = Content();
  assignment_.records = 1;
  last_number_ = 0;
  (place == Place::kAgreements ? summary_->has_agreements : summary_->has_claims) = true;
  uint64_t number = 0;
  if (!ReadDigits<kAccount>(record.cells, &number) || number == 0) {
    return Malformed(record, ExpectedFound("creditor account (25-35)", "11 digits",
                                           Cells(record.cells, kAccount)));
  }
  account_ = arena_.Join("bban-no:", Cells(record.cells, kAccount));
  AddAccount(account_, &summary_->tally);
}

void FileParser::CheckDate(const FixedRecord& record,
                           std::string_view what,
                           Field field,
                           Date computed) {
  Date declared;
  if (!ParseDateDDMMYY(Cells(record.cells, field), &declared)) {
    return Malformed(record, ExpectedFound(what, "DDMMYY", Cells(record.cells, field)));
  }
  if (!declared.has_value() && !computed.has_value()) return;
  if (declared == computed) {
    ++summary_->controls_held;
    return;
  }
  AddProblem(summary_.get(), DeviationCode::kControlTotalMismatch, record.line,
             block_.offset + record.offset,
             Concat(what, ": expected ", declared.has_value() ? FormatDate(declared) : "none",
                    " as declared, found ", computed.has_value() ? FormatDate(computed) : "none"));
}

void FileParser::ReadTotals(const FixedRecord& record,
                            std::string_view what,
                            const Content& content,
                            bool has_sum) {
  const char* cells = record.cells;
  uint64_t count = 0;
  uint64_t records = 0;
  uint64_t sum = 0;
  const bool sum_absent = !has_sum && AllCells(Cells(cells, kSum), ' ');
  if (!ReadDigits<kCount>(cells, &count) || !ReadDigits<kRecords>(cells, &records) ||
      (!sum_absent && !ReadDigits<kSum>(cells, &sum))) {
    return Malformed(record, ExpectedFound(Concat(what, " (9-41)"), "counts and a sum in digits",
                                           Cells(cells, {9, 41})));
  }
  if (sum_absent) sum = 0;
  const uint64_t offset = block_.offset + record.offset;
  CheckControl(summary_.get(), Concat("number of transactions of the ", what, ", 9-16)"), count,
               content.transactions, 0, record.line, offset);
  CheckControl(summary_.get(), Concat("number of records of the ", what, ", 17-24)"), records,
               content.records, 0, record.line, offset);
  CheckControl(summary_.get(), Concat("sum of the ", what, ", 25-41)"), sum, content.sum_minor,
               currency_.decimals(), record.line, offset);
}

void FileParser::ReadAssignmentEnd(const FixedRecord& record) {
  CloseClaim();
  const std::string_view kind = Cells(record.cells, {5, 6});
  const Place own = kind == "00"   ? Place::kClaims
                    : kind == "36" ? Place::kCancellations
                                   : Place::kAgreements;
  if (Expect(record, place_ == own, "the end of an assignment that was begun")) {
    ReadTotals(record, "assignment (88", assignment_, own != Place::kAgreements);
    if (own != Place::kAgreements) {
      CheckDate(record, "first due date (88, 42-47)", kFirstDue, assignment_.first_due);
      CheckDate(record, "last due date (88, 48-53)", kLastDue, assignment_.last_due);
    }
  }
  transmission_.Add(assignment_);
  assignment_ = Content();
  place_ = Place::kBetween;
  account_ = {};
}

void FileParser::ReadTransmissionEnd(const FixedRecord& record) {
  CloseClaim();
  const bool in_place =
      Expect(record, place_ == Place::kBetween,
             place_ == Place::kOutside ? "a transmission start (10)" : "an assignment end (88)");
  transmission_.Add(assignment_);  // this record
  assignment_ = Content();
  place_ = Place::kOutside;
  if (!in_place) return;
  ReadTotals(record, "transmission (89", transmission_, true);
  CheckDate(record, "first due date (89, 42-47)", kFirstDue, transmission_.first_due);
}

// The number of a new transaction: above zero and above the one before.
bool FileParser::TakeNumber(const FixedRecord& record, uint64_t* number) {
  ++assignment_.transactions;
  if (!ReadDigits<kNumber>(record.cells, number) || *number <= last_number_) {
    Malformed(record, ExpectedFound("transaction number (9-15)",
                                    Concat("7 digits above ", std::to_string(last_number_)),
                                    Cells(record.cells, kNumber)));
    return false;
  }
  last_number_ = *number;
  return true;
}

// Digits, the last may be a dash.
bool IsKid(std::string_view kid) {
  if (kid.size() < 2) return false;
  if (kid.back() == '-') kid.remove_suffix(1);
  return std::all_of(kid.begin(), kid.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void FileParser::ReadItem1(const FixedRecord& record) {
  CloseClaim();
  const char* cells = record.cells;
  claim_ = Claim();
  claim_.record = record;
  uint64_t amount = 0;
  if (!TakeNumber(record, &claim_.number)) return;
  claim_.kid = TrimmedCells<kKid>(cells);
  const std::string_view due = Cells(cells, kDueDate);
  if (!ReadDigits<kAmount>(cells, &amount) || amount == 0) {
    return Malformed(
        record, ExpectedFound("amount (33-49)", "17 digits above zero", Cells(cells, kAmount)));
  }
  if (!ParseDateDDMMYY(due, &claim_.due) || !claim_.due.has_value()) {
    return Malformed(record, ExpectedFound("due date (16-21)", "DDMMYY", due));
  }
  if (!AllCells(Cells(cells, kFiller), ' ')) {
    return Malformed(record, ExpectedFound("filler (22-32)", "blanks", Cells(cells, kFiller)));
  }
  if (!IsKid(claim_.kid) || cells[kKid.last - 1] == ' ') {
    return Malformed(
        record, ExpectedFound("KID (50-74)", "2 to 25 digits, right-aligned", Cells(cells, kKid)));
  }
  claim_.amount_minor = static_cast<int64_t>(amount);
  claim_.open = true;
  assignment_.sum_minor += claim_.amount_minor;
  assignment_.AddDue(claim_.due);
}

bool FileParser::Belongs(const FixedRecord& record) {
  if (claim_.open && Cells(claim_.record.cells, kNumber) == Cells(record.cells, kNumber)) {
    return true;
  }
  Malformed(record, ExpectedFound("transaction number (9-15)",
                                  claim_.open ? Concat("that of item 1, ",
                                                       Shown(Cells(claim_.record.cells, kNumber)))
                                              : std::string("an item 1 (30) in front of it"),
                                  Cells(record.cells, kNumber)));
  return false;
}

void FileParser::ReadItem2(const FixedRecord& record) {
  if (!Belongs(record)) return;
  if (claim_.has_item2) return Malformed(record, "item 2 (31): expected one, found another");
  if (Cells(claim_.record.cells, {5, 6}) != Cells(record.cells, {5, 6})) {
    return Malformed(record,
                     ExpectedFound("type (5-6)", "that of item 1", Cells(record.cells, {5, 6})));
  }
  claim_.has_item2 = true;
  claim_.name = TextField(record, kShortName, kCharset, &arena_);
}

void FileParser::ReadText(const FixedRecord& record) {
  if (!Belongs(record)) return;
  const char* cells = record.cells;
  uint64_t line = 0;
  const bool in_place = cells[15] == '4' && ReadDigits<kLine>(cells, &line) && line >= 1 &&
                        line <= 42 && (cells[19] == '1' || cells[19] == '2');
  if (!in_place) {
    return Malformed(
        record, ExpectedFound("place of the text (16-20)", "4, a line 001 to 042, a column 1 or 2",
                              Cells(cells, {16, 20})));
  }
  if (Cells(claim_.record.cells, {5, 6}) != "21") {
    summary_->warnings.Note("text of a claim whose payer the bank does not notify", record.line);
  }
}

void FileParser::ReadAgreement(const FixedRecord& record) {
  const char* cells = record.cells;
  uint64_t number = 0;
  if (!TakeNumber(record, &number)) return;
  const char registration = cells[kRegistration.offset()];
  const char notice = cells[kNotice.offset()];
  const std::string_view kid = TrimmedCells<kAgreementKid>(cells);
  if (registration < '0' || registration > '2') {
    return Malformed(
        record, ExpectedFound("registration type (16)", "0, 1 or 2", Cells(cells, kRegistration)));
  }
  if (!IsKid(kid) || cells[kAgreementKid.last - 1] == ' ') {
    return Malformed(record, ExpectedFound("KID (17-41)", "2 to 25 digits, right-aligned",
                                           Cells(cells, kAgreementKid)));
  }
  if (notice != 'J' && notice != 'N') {
    return Malformed(record, ExpectedFound("notice (42)", "J or N", Cells(cells, kNotice)));
  }
  ++summary_->tally.transactions;
}

void FileParser::CloseClaim() {
  if (!claim_.open) return;
  if (!claim_.has_item2 && place_ == Place::kClaims) {
    Malformed(claim_.record, "item 1 (30): expected its item 2 (31) behind it, found none");
  }
  Emit();
  claim_.open = false;
}

void FileParser::Emit() {
  if (batch_.items.size() >= kBatchItems) {
    sink_->Items(batch_);
    batch_.Clear();
  }
  const bool cancelled = place_ == Place::kCancellations;
  OpenItem& item = batch_.items.emplace_back();
  const std::string due = FormatDate(claim_.due);
  item.item_id = arena_.Copy(Concat(cancelled ? "cancelled-" : "", claim_.kid, "-", due));
  item.customer_id = claim_.kid;
  item.customer_name = claim_.name;
  item.creditor_account = account_;
  item.amount_minor = item.open_amount_minor = claim_.amount_minor;
  item.currency = currency_;
  item.due_date = claim_.due;
  item.kind = cancelled ? ItemKind::kCreditNote : ItemKind::kInvoice;
  item.record = static_cast<uint32_t>(summary_->tally.transactions++);
  if (!cancelled) batch_.AddReference(&item, claim_.kid);
  (cancelled ? cancelled_minor_ : claimed_minor_) += claim_.amount_minor;
  AddDate(claim_.due, &summary_->tally);
}

class AvtaleGiroReader : public FormatReader {
 public:
  AvtaleGiroReader(const ReadOptions& options, std::string_view head)
      : allow_empty_(options.settings.allow_empty), framing_(DetectFraming(head, kWidth)) {}

  std::unique_ptr<BlockSummary> ParseBlock(const Block& block,
                                           std::string_view,
                                           BlockSink* sink) const override {
    return FileParser(block, framing_, sink).Run();
  }

  FinishResult Finish(absl::Span<const std::unique_ptr<BlockSummary>> summaries) const override {
    bool only_agreements = !summaries.empty();
    for (const std::unique_ptr<BlockSummary>& each : summaries) {
      const auto& summary = static_cast<const Summary&>(*each);
      only_agreements = only_agreements && summary.has_agreements && !summary.has_claims;
    }
    return FinishWholeFile(kName, "", only_agreements ? FileKind::kAgreements : FileKind::kClaims,
                           summaries, allow_empty_);
  }

 private:
  bool allow_empty_;
  Framing framing_;
};

int Sniff(std::string_view head) {
  const size_t first = head.find_first_not_of(" \r\n\t");
  if (first == std::string_view::npos || head.substr(first, 8) != "NY000010") return 0;
  head.remove_prefix(first);
  const size_t next = head.find("NY21");
  if (next != std::string_view::npos && next <= kWidth + 2) return 90;
  if (head.size() < kRecipient.offset()) return 0;
  return head.substr(kRecipient.offset(), kRecipient.size()) == kNets ? 30 : 0;
}

// --- writing ---

// Writes open items as claims of which the creditor notifies the payer (type 02), credit notes as
// cancellations, customers as new agreements. Each kind goes into an assignment of its own, which begins
// when the first of them comes.
class AvtaleGiroWriter : public FormatWriter {
 public:
  using FormatWriter::Write;

  void Begin(const WriterHeader& header, std::string* out) override {
    Start("NY000010");
    image_.SetText(kSender, "00000001");
    image_.SetDigits(kTransmission, header.message_number % 10000000);
    image_.SetText(kRecipient, kNets);
    image_.AppendTo(out, "\r\n");
    all_.records = 1;
  }

  // REQUIRES: the account is `bban-no:` with eleven digits and the currency NOK; otherwise every Write of
  // the section answers false.
  void BeginSection(std::string_view creditor_account,
                    Currency currency,
                    Date,
                    std::string*) override {
    constexpr std::string_view kScheme = "bban-no:";
    account_ = 0;
    valid_ = creditor_account.substr(0, kScheme.size()) == kScheme &&
             creditor_account.size() == kScheme.size() + kAccount.size() &&
             ReadDigits(creditor_account.substr(kScheme.size()), &account_) && account_ > 0 &&
             currency.code() == "NOK";
  }

  bool Write(const OpenItemBatch& batch, const OpenItem& item, std::string* out) override;
  bool Write(const CustomerBatch& batch, const Customer& customer, std::string* out) override;

  void EndSection(std::string* out) override { Close(out); }

  void End(std::string* out) override;

 private:
  void Start(std::string_view head) {
    image_.Clear();
    image_.SetText({1, 8}, head);
    image_.Fill({9, 80}, '0');
  }

  void Open(std::string_view kind, std::string* out);
  void Close(std::string* out);

  RecordImage image_{kWidth, Charset::kIso8859_1};
  bool valid_ = false;
  uint64_t account_ = 0;
  uint64_t assignments_ = 0;
  std::string kind_;  // of the open assignment: "00", "36", "24", or none
  Content assignment_;
  Content all_;
};

// "DDMMYY", zeros for no date.
std::string Digits(Date date) {
  if (!date.has_value()) return "000000";
  const std::string iso = FormatDate(date);
  return Concat(std::string_view(iso).substr(8, 2), std::string_view(iso).substr(5, 2),
                std::string_view(iso).substr(2, 2));
}

void AvtaleGiroWriter::Open(std::string_view kind, std::string* out) {
  if (kind_ == kind) return;
  Close(out);
  kind_ = std::string(kind);
  assignment_ = Content();
  assignment_.records = 1;
  Start(Concat("NY21", kind, "20"));
  image_.SetDigits(kAssignmentNumber, ++assignments_ % 10000000);
  image_.SetDigits(kAccount, account_);
  image_.AppendTo(out, "\r\n");
}

// A sum of more than 17 digits is written as nines, which no reader accepts.
void AvtaleGiroWriter::Close(std::string* out) {
  if (kind_.empty()) return;
  ++assignment_.records;
  Start(Concat("NY21", kind_, "88"));
  image_.SetDigits(kCount, assignment_.transactions);
  image_.SetDigits(kRecords, assignment_.records);
  image_.Fill(kSum, '9');
  image_.SetDigits(kSum, static_cast<uint64_t>(assignment_.sum_minor));
  image_.SetText(kFirstDue, Digits(assignment_.first_due));
  image_.SetText(kLastDue, Digits(assignment_.last_due));
  image_.AppendTo(out, "\r\n");
  all_.Add(assignment_);
  kind_.clear();
}

bool AvtaleGiroWriter::Write(const OpenItemBatch& batch, const OpenItem& item, std::string* out) {
  const bool cancels = item.kind == ItemKind::kCreditNote;
  const std::string_view kid =
      item.reference_count > 0 ? batch.references[item.reference_first] : item.customer_id;
  if (!valid_ || item.currency.code() != "NOK" || item.open_amount_minor <= 0 ||
      item.open_amount_minor > 99999999999999999 || !item.due_date.has_value() || !IsKid(kid) ||
      kid.size() > kKid.size()) {
    return false;
  }
  Open(cancels ? "36" : "00", out);
  ++assignment_.transactions;
  assignment_.records += 2;
  assignment_.sum_minor += item.open_amount_minor;
  assignment_.AddDue(item.due_date);
  const std::string type = cancels ? "93" : "02";
  Start(Concat("NY21", type, "30"));
  image_.SetDigits(kNumber, assignment_.transactions % 10000000);
  image_.SetText(kDueDate, Digits(item.due_date));
  image_.Fill(kFiller, ' ');
  image_.SetDigits(kAmount, static_cast<uint64_t>(item.open_amount_minor));
  image_.SetTextRight(kKid, kid);
  image_.AppendTo(out, "\r\n");
  Start(Concat("NY21", type, "31"));
  image_.SetDigits(kNumber, assignment_.transactions % 10000000);
  image_.SetText(kShortName, item.customer_name);
  image_.Fill({26, 75}, ' ');
  image_.SetText(kExternal, item.item_id);
  image_.AppendTo(out, "\r\n");
  return true;
}

bool AvtaleGiroWriter::Write(const CustomerBatch&, const Customer& customer, std::string* out) {
  if (!valid_ || !IsKid(customer.customer_id) ||
      customer.customer_id.size() > kAgreementKid.size()) {
    return false;
  }
  Open("24", out);
  ++assignment_.transactions;
  ++assignment_.records;
  Start("NY219470");
  image_.SetDigits(kNumber, assignment_.transactions % 10000000);
  image_.SetText(kRegistration, customer.status == CustomerStatus::kClosed ? "2" : "1");
  image_.SetTextRight(kAgreementKid, customer.customer_id);
  image_.SetText(kNotice, "N");
  image_.AppendTo(out, "\r\n");
  return true;
}

void AvtaleGiroWriter::End(std::string* out) {
  ++all_.records;
  Start("NY000089");
  image_.SetDigits(kCount, all_.transactions);
  image_.SetDigits(kRecords, all_.records);
  image_.Fill(kSum, '9');
  image_.SetDigits(kSum, static_cast<uint64_t>(all_.sum_minor));
  image_.SetText(kFirstDue, Digits(all_.first_due));
  image_.AppendTo(out, "\r\n");
}

std::unique_ptr<FormatReader> MakeReader(const ReadOptions& options, std::string_view head) {
  return std::make_unique<AvtaleGiroReader>(options, head);
}

std::unique_ptr<FormatWriter> MakeWriter() {
  return std::make_unique<AvtaleGiroWriter>();
}

}  // namespace

extern const Format kAvtaleGiro;
const Format kAvtaleGiro = {
    kName, FileKind::kClaims, "Norwegian AvtaleGiro: claims, cancellations, agreements",
    Sniff, MakeReader,        MakeWriter};

}  // namespace kvitt
