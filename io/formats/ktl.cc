// ktl: Finnish reference payments (viitesiirrot, .KTL, .SVM), what a creditor receives of transfers
// and direct debits that carry a reference number.
//
//   file  = batch+
//   batch = 0 ( 3 | 5 | 7 )* 9
//
// Records of 90 characters, the type first:
//
//   0 batch    2-7 date YYMMDD, 8-11 time, 12-13 bank group, 14-22 service id, 23 currency code
//   3 payment, 5 direct debit, 7 withdrawal
//              2-15 account (domestic machine form), 16-21 booking date, 22-27 payment date,
//              28-43 archive id, 44-63 reference N20, 64-75 name of the payer, 76 currency code,
//              77 source of the name, 78-87 amount N10, 88 correction 0/1, 89 delivery, 90 return
//              code
//   9 sum      2-7 count, 8-18 sum, 19-24 count and 25-35 sum of corrections,
//              36-41 count and 42-52 sum of failed debits
//
// Dates are YYMMDD. Amounts are euro cents; a correction prints its amount positive and takes money
// back. The account stands on each line, and is written as the IBAN whose account part it is.
//
// Sources: public readers (kajala/django-jbank, nnarhinen/corporate.js,
// ZeiP/viiteaineistomuunnin, judetta/payment-file-generator); Finance Finland, "Incoming reference
// payments". The sums agree on a bank's public demo file.
//
// What is not confirmed, and how it is read here:
// - Type 7 ("reference withdrawal"): never posted; a `not_booked` deviation. Its effect on the
// first
//   count and sum is unknown: both with and without it are accepted, with a warning.
// - Corrections make the second count and sum; no public file has one to prove it. If a bank did
//   otherwise the file would be set aside, not posted wrongly.
// - Return codes of type 5: blank or 0 is money, everything else is a failed debit and no money: a
//   `direct_debit_returned` deviation. On types 3 and 7 no other code is known, and sets the file
//   aside.
// - An RF reference does not fit the field; letters in it are read as they stand.
//
// Character set: seven-bit SFS 4017, where [ \ ] { | } are Ä Ö Å ä ö å; a line with other bytes, or
// of a file that begins with such lines, is ISO-8859-1.

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "io/bytes/charset.h"
#include "io/bytes/date_memory.h"
#include "io/bytes/fixed_width.h"
#include "io/bytes/record_image.h"
#include "io/formats/format.h"
#include "io/formats/format_writer.h"
#include "io/formats/verdict.h"
#include "kvitt/check.h"
#include "kvitt/reference.h"

namespace kvitt {
namespace {

constexpr std::string_view kName = "ktl";
constexpr size_t kWidth = 90;
constexpr int kDecimals = 2;
constexpr size_t kAccountsMax = 100;

constexpr Field kBatchDate{2, 7};
constexpr Field kBatchTime{8, 11};
constexpr Field kBatchCurrency{23, 23};

constexpr Field kAccount{2, 15};
constexpr Field kBookingDate{16, 21};
constexpr Field kPaymentDate{22, 27};
constexpr Field kArchiveId{28, 43};
constexpr Field kReference{44, 63};
constexpr Field kPayerName{64, 75};
constexpr Field kCurrencyCode{76, 76};
constexpr Field kNameSource{77, 77};
constexpr Field kAmount{78, 87};
constexpr Field kCorrection{88, 88};
constexpr Field kDelivery{89, 89};
constexpr Field kReturnCode{90, 90};

constexpr Field kCount{2, 7};
constexpr Field kSum{8, 18};
constexpr Field kCorrectionCount{19, 24};
constexpr Field kCorrectionSum{25, 35};
constexpr Field kFailedCount{36, 41};
constexpr Field kFailedSum{42, 52};

struct Place {
  uint64_t line = 0;    // from 0, in the block
  uint64_t offset = 0;  // in the file
};

struct CountAndSum {
  uint64_t count = 0;
  Int128 minor = 0;

  void Add(int64_t amount) {
    ++count;
    minor += amount;
  }

  void Add(const CountAndSum& other) {
    count += other.count;
    minor += other.minor;
  }
};

// Records between two of types 0 and 9.
struct Run {
  CountAndSum paid;
  CountAndSum corrected;
  CountAndSum failed;
  CountAndSum withdrawn;  // type 7
  bool any = false;
  Place first;

  void Add(const Run& later) {
    if (!any) first = later.first;
    any |= later.any;
    paid.Add(later.paid);
    corrected.Add(later.corrected);
    failed.Add(later.failed);
    withdrawn.Add(later.withdrawn);
  }
};

// A record of type 0 or 9, and the run that it ends.
struct Mark {
  Place place;
  std::string cells;
  Run before;
};

struct KtlSummary : BlockSummary {
  std::vector<Mark> marks;
  Run tail;
  Warnings warnings;
  uint64_t notices = 0;  // records that are no money, told to the sink
  // Accounts whose check digit is wrong, and the record that names each first: told once for the
  // file, whatever blocks it was read in.
  std::map<std::string, uint64_t, std::less<>> odd_accounts;
};

class BlockParser {
 public:
  BlockParser(const Block& block, Charset charset, BlockSink* sink)
      : block_(block), charset_(charset), sink_(sink), summary_(std::make_unique<KtlSummary>()) {
    batch_.payments.reserve(kBatchMax);
    batch_.references.reserve(kBatchMax);
  }

  std::unique_ptr<BlockSummary> Parse() {
    FixedWidthLines<kWidth> lines(block_.bytes, Framing::kLines, &arena_);
    FixedRecord record;
    while (lines.Next(&record)) TakeRecord(record);
    Flush();
    BlockTally& tally = summary_->tally;
    tally.lines = lines.lines();
    tally.statements_opened = statement_;
    tally.entries = tally.transactions;
    if (credit_ != 0) tally.credit_minor[eur_] = credit_;
    if (debit_ != 0) tally.debit_minor[eur_] = debit_;
    NoteRepairs(lines.repairs(), &summary_->warnings);
    return std::move(summary_);
  }

 private:
  static constexpr size_t kBatchMax = 256;

  struct Line {
    int64_t amount_minor = 0;
    Date booking_date;
    Date payment_date;
    bool is_correction = false;
    bool is_refused = false;  // a return code that means no money
  };

  uint64_t OffsetOf(const FixedRecord& record) const { return block_.offset + record.offset; }

  void Malformed(const FixedRecord& record, std::string text) {
    AddProblem(summary_.get(), DeviationCode::kRecordMalformed, record.line, OffsetOf(record),
               std::move(text));
  }

  void Malformed(const FixedRecord& record,
                 std::string_view what,
                 std::string_view expected,
                 Field field) {
    Malformed(record, ExpectedFound(what, expected, Cells(record.cells, field)));
  }

  void TakeRecord(const FixedRecord& record) {
    if (record.flaw != LineFlaw::kNone) [[unlikely]] {
      return Malformed(record,
                       Concat("a record of 90 characters: expected no more, found one that is ",
                              Describe(record.flaw)));
    }
    switch (record.cells[0]) {
      case '3':
      case '5':
      case '7':
        return TakeLine(record);
      case '0':
        ++statement_;
        [[fallthrough]];
      case '9': {
        Mark& mark = summary_->marks.emplace_back();
        mark.place = {record.line, OffsetOf(record)};
        mark.cells.assign(record.cells, kWidth);
        mark.before = std::exchange(summary_->tail, Run());
        return;
      }
      default:
        return Malformed(record, "record type", "0, 3, 5, 7 or 9", {1, 1});
    }
  }

  void TakeLine(const FixedRecord& record) {
    Line line;
    if (!ReadLine(record, &line)) [[unlikely]]
      return;
    Run& run = summary_->tail;
    if (!run.any) run.first = {record.line, OffsetOf(record)};
    run.any = true;
    const char type = record.cells[0];
    if (type == '5' && line.is_refused) {
      run.failed.Add(line.amount_minor);
      return Notice(record, line, DeviationCode::kDirectDebitReturned, "a direct debit failed");
    }
    if (line.is_refused) {
      return Malformed(record, "return code of a payment", "a blank or 0", kReturnCode);
    }
    if (type == '7') {
      run.withdrawn.Add(line.amount_minor);
      return Notice(record, line, DeviationCode::kNotBooked,
                    "a record of type 7, which is not known to be money");
    }
    (line.is_correction ? run.corrected : run.paid).Add(line.amount_minor);
    if (line.amount_minor == 0) {
      summary_->warnings.Note("a payment of zero was passed over", record.line);
      return;
    }
    Emit(record, line, type == '5');
  }

  bool ReadLine(const FixedRecord& record, Line* line) {
    const char* cells = record.cells;
    uint64_t amount = 0;
    if (!ReadDigits<kAmount>(cells, &amount)) [[unlikely]] {
      Malformed(record, "amount", "digits", kAmount);
      return false;
    }
    line->amount_minor = static_cast<int64_t>(amount);
    if (cells[kCurrencyCode.offset()] != '1') [[unlikely]] {
      Malformed(record, "currency code", "1 (euro)", kCurrencyCode);
      return false;
    }
    const char correction = cells[kCorrection.offset()];
    if (correction != '0' && correction != '1') [[unlikely]] {
      Malformed(record, "correction", "0 or 1", kCorrection);
      return false;
    }
    line->is_correction = correction == '1';
    const char code = cells[kReturnCode.offset()];
    line->is_refused = code != ' ' && code != '0';
    if (!booking_date_.Read(cells + kBookingDate.offset(), &line->booking_date) ||
        !line->booking_date.has_value()) [[unlikely]] {
      Malformed(record, "booking date", "YYMMDD", kBookingDate);
      return false;
    }
    if (!payment_date_.Read(cells + kPaymentDate.offset(), &line->payment_date)) [[unlikely]] {
      Malformed(record, "payment date", "YYMMDD or zeros", kPaymentDate);
      return false;
    }
    return true;
  }

  void Notice(const FixedRecord& record,
              const Line& line,
              DeviationCode code,
              std::string_view what) {
    ++summary_->notices;
    RecordProblem notice;
    notice.code = code;
    notice.record = record.line;
    notice.byte_offset = OffsetOf(record);
    notice.text =
        Concat(what, ": ", FormatAmount(line.amount_minor, kDecimals), " EUR with the reference \"",
               ReferenceOf(record), "\", return code \"", Cells(record.cells, kReturnCode),
               "\"; expected a payment, nothing was posted");
    sink_->Problem(notice);
  }

  void Emit(const FixedRecord& record, const Line& line, bool is_debit) {
    if (batch_.payments.size() == kBatchMax) [[unlikely]]
      Flush();
    Payment& payment = batch_.payments.emplace_back();
    payment.creditor_account = AccountOf(record);
    payment.payer_name = NameOf(record);
    payment.bank_reference = ArchiveIdOf(record);
    payment.amount_minor = line.amount_minor;
    payment.currency = eur_;
    payment.booking_date = line.booking_date;
    payment.value_date = line.payment_date;
    payment.statement = statement_;
    payment.record = static_cast<uint32_t>(summary_->tally.transactions++);
    if (line.is_correction) {
      payment.kind = is_debit ? PaymentKind::kDirectDebitReturn : PaymentKind::kReversal;
      payment.direction = Direction::kDebit;
      debit_ += line.amount_minor;
    } else {
      payment.kind = is_debit ? PaymentKind::kDirectDebit : PaymentKind::kPayment;
      credit_ += line.amount_minor;
    }
    const std::string_view reference = ReferenceOf(record);
    if (!reference.empty()) {
      batch_.AddReference(
          &payment,
          {reference, AreDigits(record.cells) ? ReferenceScheme::kViite : ReferenceScheme::kUnknown,
           false, 0});
    }
    BlockTally& tally = summary_->tally;
    if (line.booking_date > tally.last_date) tally.last_date = line.booking_date;
    if (!tally.first_date.has_value() || line.booking_date < tally.first_date) {
      tally.first_date = line.booking_date;
    }
  }

  // The reference without the zeros that fill it; empty when it is all zeros.
  std::string_view ReferenceOf(const FixedRecord& record) {
    const char* cells = record.cells + kReference.offset();
    if (!AreDigits(record.cells)) [[unlikely]] {
      const std::string_view text = TextField(record, kReference, charset_, &arena_);
      const size_t first = text.find_first_not_of('0');
      return first == std::string_view::npos ? std::string_view() : text.substr(first);
    }
    size_t zeros = 0;
    constexpr uint64_t kZeros = 0x3030303030303030;
    while (zeros + 8 <= kReference.size()) {
      uint64_t word;
      std::memcpy(&word, cells + zeros, sizeof(word));
      if (word != kZeros) {
        zeros += static_cast<size_t>(__builtin_ctzll(word ^ kZeros)) / 8;
        break;
      }
      zeros += 8;
    }
    while (zeros < kReference.size() && cells[zeros] == '0') ++zeros;
    return std::string_view(cells + zeros, kReference.size() - zeros);
  }

  // Whether the reference of this record is digits alone.
  static bool AreDigits(const char* cells) {
    uint64_t ignored = 0;
    return ReadDigits<Field{44, 51}>(cells, &ignored) & ReadDigits<Field{52, 59}>(cells, &ignored) &
           ReadDigits<Field{60, 63}>(cells, &ignored);
  }

  std::string_view ArchiveIdOf(const FixedRecord& record) {
    if (record.ascii) [[likely]]
      return TrimmedCells<kArchiveId>(record.cells);
    return TextField(record, kArchiveId, charset_, &arena_);
  }

  std::string_view NameOf(const FixedRecord& record) {
    if (record.ascii && (charset_ != Charset::kIso646SeFi || !MayHoldLetters(record.cells)))
        [[likely]] {
      return TrimmedCells<kPayerName>(record.cells);
    }
    // What has eight-bit letters of its own does not spell them with brackets.
    return TextField(record, kPayerName, record.ascii ? charset_ : Charset::kIso8859_1, &arena_);
  }

  // False only when no cell of the name is one of [ \ ] { | }. Setting bit 5 makes the first three
  // the last three, and adding 5 carries those, and little else, into bit 7.
  static bool MayHoldLetters(const char* cells) {
    constexpr uint64_t kBit5 = 0x2020202020202020;
    constexpr uint64_t kFives = 0x0505050505050505;
    constexpr uint64_t kBit7 = 0x8080808080808080;
    uint64_t head;
    uint64_t tail;
    std::memcpy(&head, cells + kPayerName.offset(), sizeof(head));
    std::memcpy(&tail, cells + kPayerName.last - sizeof(tail), sizeof(tail));
    return ((((head | kBit5) + kFives) | ((tail | kBit5) + kFives)) & kBit7) != 0;
  }

  std::string_view AccountOf(const FixedRecord& record) {
    const std::string_view digits = Cells(record.cells, kAccount);
    if (digits == account_digits_) [[likely]]
      return account_;
    const auto known = accounts_.find(digits);
    if (known != accounts_.end()) {
      account_digits_ = known->first;
      return account_ = known->second;
    }
    uint64_t number = 0;
    if (!ReadDigits<kAccount>(record.cells, &number) || number == 0) {
      Malformed(record, "account", "14 digits", kAccount);
      return {};
    }
    if (!CheckNumber(NumberScheme::kOcr, digits).ok) {
      summary_->odd_accounts.emplace(digits, record.line);
    }
    account_digits_ = arena_.Copy(digits);
    account_ = arena_.Copy(AccountAlias(Concat("bban-fi:", digits)));
    accounts_.emplace(account_digits_, account_);
    if (summary_->tally.accounts.size() < kAccountsMax) {
      summary_->tally.accounts.emplace_back(account_);
    }
    return account_;
  }

  void Flush() {
    if (!batch_.payments.empty()) sink_->Payments(batch_);
    batch_.Clear();
  }

  const Block& block_;
  Charset charset_;
  BlockSink* sink_;
  std::unique_ptr<KtlSummary> summary_;
  TextArena arena_;
  PaymentBatch batch_;
  const Currency eur_ = Currency::FromCode("EUR");
  Int128 credit_ = 0;
  Int128 debit_ = 0;
  uint32_t statement_ = 0;
  DateMemory<ParseDateYYMMDD> booking_date_;
  DateMemory<ParseDateYYMMDD> payment_date_;
  std::string_view account_digits_;
  std::string_view account_;
  std::map<std::string_view, std::string_view> accounts_;  // machine form to IBAN
};

// Walks over the batches of the file.
class Judge {
 public:
  explicit Judge(Verdict* verdict) : verdict_(verdict) {}

  void TakeBlock(const KtlSummary& summary) {
    for (const Mark& mark : summary.marks) {
      Carry(mark.before);
      TakeRun();
      if (mark.cells[0] == '0') {
        Open(mark);
      } else {
        Close(mark);
      }
    }
    Carry(summary.tail);
    verdict_->warnings().Join(summary.warnings, base_);
    for (const auto& [digits, line] : summary.odd_accounts) {
      if (!odd_accounts_.insert(digits).second) continue;
      verdict_->warnings().Note("an account number whose check digit is wrong", base_ + line);
    }
    base_ += summary.tally.lines;
  }

  void End() {
    TakeRun();
    if (is_open_) {
      verdict_->Problem(DeviationCode::kFileTruncated, opened_.line + 1, opened_.offset,
                        "the batch that begins here has no end: expected a sum record 9, found the "
                        "end of the file");
    } else if (batches_ == 0) {
      verdict_->Problem(DeviationCode::kFileTruncated, 0, 0,
                        "expected a batch record 0, found none");
    }
  }

 private:
  void Carry(Run run) {
    run.first.line += base_;
    if (run.any) run_.Add(run);
  }

  void TakeRun() {
    if (!is_open_ && run_.any) {
      verdict_->Problem(
          DeviationCode::kRecordMalformed, run_.first.line + 1, run_.first.offset,
          "a payment outside a batch: expected a batch record 0 before it, found none");
      run_ = Run();
    }
  }

  void Open(const Mark& mark) {
    if (is_open_) {
      Malformed(mark,
                "a batch begins inside another: expected a sum record 9 first, found a "
                "batch record 0");
    }
    ++batches_;
    is_open_ = true;
    run_ = Run();
    opened_ = {base_ + mark.place.line, mark.place.offset};
    const char* cells = mark.cells.data();
    Date date;
    if (!ParseDateYYMMDD(Cells(cells, kBatchDate), &date) || !date.has_value()) {
      Malformed(mark, ExpectedFound("date of the batch", "YYMMDD", Cells(cells, kBatchDate)));
    }
    uint64_t time = 0;
    if (!ReadDigits(Cells(cells, kBatchTime), &time) || time >= 2400 || time % 100 >= 60) {
      Malformed(mark, ExpectedFound("time of the batch", "hhmm", Cells(cells, kBatchTime)));
    }
    const char currency = cells[kBatchCurrency.offset()];
    if (currency != '1' && currency != ' ') {
      Malformed(mark, ExpectedFound("currency code of the batch", "1 (euro)",
                                    Cells(cells, kBatchCurrency)));
    }
  }

  void Close(const Mark& mark) {
    if (!is_open_) {
      return Malformed(mark,
                       "a sum record outside a batch: expected a batch record 0 before it, "
                       "found none");
    }
    is_open_ = false;
    const Run run = std::exchange(run_, Run());
    CountAndSum declared;
    if (!Read(mark, kCount, kSum, &declared)) return;
    CountAndSum computed = run.paid;
    if (run.withdrawn.count > 0) {
      CountAndSum all = run.paid;
      all.Add(run.withdrawn);
      if (declared.count == all.count && declared.minor == all.minor) computed = all;
      verdict_->warnings().Note("records of type 7, whose place in the totals is unconfirmed",
                                base_ + mark.place.line);
    }
    Check(mark, "payments", declared, computed);
    if (Read(mark, kCorrectionCount, kCorrectionSum, &declared)) {
      Check(mark, "corrections", declared, run.corrected);
    }
    if (Read(mark, kFailedCount, kFailedSum, &declared)) {
      Check(mark, "failed debits", declared, run.failed);
    }
  }

  bool Read(const Mark& mark, Field count, Field sum, CountAndSum* declared) {
    const std::string_view count_cells = Cells(mark.cells.data(), count);
    const std::string_view sum_cells = Cells(mark.cells.data(), sum);
    uint64_t minor = 0;
    // A bank that knows of no corrections or debits may leave their totals blank.
    if (AllCells(count_cells, ' ') && AllCells(sum_cells, ' ') && count.first != kCount.first) {
      *declared = CountAndSum();
      return true;
    }
    if (!ReadDigits(count_cells, &declared->count) || !ReadDigits(sum_cells, &minor)) {
      Malformed(mark, Concat(ExpectedFound("totals of the batch", "digits", count_cells), " and \"",
                             Shown(sum_cells), "\""));
      return false;
    }
    declared->minor = minor;
    return true;
  }

  void Check(const Mark& mark,
             std::string_view what,
             const CountAndSum& declared,
             const CountAndSum& computed) {
    const uint64_t record = base_ + mark.place.line + 1;
    verdict_->Control(Concat("number of ", what, " in the batch"), declared.count, computed.count,
                      record, mark.place.offset);
    verdict_->ControlAmount(Concat("sum of ", what, " in the batch"), declared.minor,
                            computed.minor, kDecimals, record, mark.place.offset);
  }

  void Malformed(const Mark& mark, std::string text) {
    verdict_->Problem(DeviationCode::kRecordMalformed, base_ + mark.place.line + 1,
                      mark.place.offset, std::move(text));
  }

  Verdict* verdict_;
  std::set<std::string, std::less<>> odd_accounts_;
  uint64_t base_ = 0;  // records of the blocks before
  uint64_t batches_ = 0;
  bool is_open_ = false;
  Place opened_;  // its line counts in the file
  Run run_;       // since the last mark; its places count in the file
};

class KtlReader : public FormatReader {
 public:
  KtlReader(const ReadOptions& options, std::string_view head)
      : allow_empty_(options.settings.allow_empty),
        charset_(HasHighByte(head) ? Charset::kIso8859_1 : Charset::kIso646SeFi) {}

  bool parallel() const override { return true; }

  std::unique_ptr<BlockSummary> ParseBlock(const Block& block,
                                           std::string_view,
                                           BlockSink* sink) const override {
    return BlockParser(block, charset_, sink).Parse();
  }

  FinishResult Finish(absl::Span<const std::unique_ptr<BlockSummary>> summaries) const override {
    FinishResult result;
    result.report = JoinTallies(kName, "", FileKind::kPayments, summaries);
    Verdict verdict(&result.report);
    Judge judge(&verdict);
    uint64_t notices = 0;
    for (const std::unique_ptr<BlockSummary>& each : summaries) {
      const auto* summary = dynamic_cast<const KtlSummary*>(each.get());
      KVITT_CHECK(summary != nullptr);
      judge.TakeBlock(*summary);
      notices += summary->notices;
    }
    judge.End();
    verdict.Close(allow_empty_ || notices > 0);
    return result;
  }

 private:
  bool allow_empty_;
  Charset charset_;
};

std::string_view TakeLineOf(std::string_view* text) {
  const size_t end = std::min(text->find_first_of("\r\n"), text->size());
  const std::string_view line = text->substr(0, end);
  const size_t next = text->find_first_not_of("\r\n", end);
  text->remove_prefix(next == std::string_view::npos ? text->size() : next);
  return line;
}

bool HoldsDigits(std::string_view line, size_t first, size_t count) {
  if (line.size() < first - 1 + count) return false;
  const std::string_view cells = line.substr(first - 1, count);
  return std::all_of(cells.begin(), cells.end(), [](char c) { return c >= '0' && c <= '9'; });
}

int Sniff(std::string_view head) {
  const size_t start = head.find_first_not_of("\r\n ");
  if (start == std::string_view::npos) return 0;
  head.remove_prefix(start);
  const std::string_view batch = TakeLineOf(&head);
  const std::string_view next = TakeLineOf(&head);
  Date date;
  if (batch.empty() || batch[0] != '0' || batch.size() > kWidth + 8 || !HoldsDigits(batch, 2, 10) ||
      !ParseDateYYMMDD(batch.substr(1, 6), &date) || !date.has_value()) {
    return 0;
  }
  if (next.empty()) return 0;
  const bool is_line = (next[0] == '3' || next[0] == '5' || next[0] == '7') &&
                       HoldsDigits(next, 2, 26) && next.size() >= kCorrection.last;
  const bool is_sum = next[0] == '9' && HoldsDigits(next, 2, 17);
  return is_line || is_sum ? 90 : 0;
}

// Writes one batch for each section. Fields without a place (text, several references) are refused;
// a long name is cut as the format has always cut it.
class KtlWriter : public FormatWriter {
 public:
  using FormatWriter::Write;

  void Begin(const WriterHeader& header, std::string*) override { created_ = header.created; }

  void BeginSection(std::string_view creditor_account,
                    Currency currency,
                    Date booking_date,
                    std::string* out) override {
    account_ = MachineForm(creditor_account);
    is_euro_ = currency == eur_;
    booking_date_ = booking_date;
    paid_ = corrected_ = CountAndSum();
    image_.Clear();
    image_.SetText({1, 1}, "0");
    SetDate(kBatchDate, created_.has_value() ? created_ : booking_date);
    image_.SetText(kBatchTime, "0600");
    image_.SetText(kBatchCurrency, "1");
    image_.AppendTo(out, "\r\n");
  }

  bool Write(const PaymentBatch& batch, const Payment& payment, std::string* out) override;

  void EndSection(std::string* out) override {
    image_.Clear();
    image_.SetText({1, 1}, "9");
    image_.SetDigits(kCount, paid_.count);
    image_.SetDigits(kSum, static_cast<uint64_t>(paid_.minor));
    image_.SetDigits(kCorrectionCount, corrected_.count);
    image_.SetDigits(kCorrectionSum, static_cast<uint64_t>(corrected_.minor));
    image_.Fill(kFailedCount, '0');
    image_.Fill(kFailedSum, '0');
    image_.Fill({kFailedSum.last + 1, kWidth}, '0');
    image_.AppendTo(out, "\r\n");
  }

  void End(std::string*) override {}

 private:
  // The 14 digits of a Finnish IBAN; "" for other accounts.
  static std::string MachineForm(std::string_view account) {
    const bool is_finnish =
        account.substr(0, 2) == "FI" && CheckNumber(NumberScheme::kIban, account).ok;
    return is_finnish ? std::string(account.substr(4)) : std::string();
  }

  void SetDate(Field field, Date date) {
    if (!date.has_value()) return image_.Fill(field, '0');
    const CivilDate civil = ToCivil(date);
    image_.SetDigits(
        field, static_cast<uint64_t>(civil.year % 100 * 10000 + civil.month * 100 + civil.day));
  }

  bool CanSay(const Payment& payment) const;

  // The sums have eleven digits, the counts six.
  static bool HasRoom(const CountAndSum& total, int64_t minor) {
    return total.count < 999999 && total.minor + minor <= 99999999999;
  }

  const Currency eur_ = Currency::FromCode("EUR");
  RecordImage image_{kWidth, Charset::kIso646SeFi};
  Date created_;
  Date booking_date_;
  std::string account_;
  bool is_euro_ = false;
  CountAndSum paid_;
  CountAndSum corrected_;
};

bool KtlWriter::CanSay(const Payment& payment) const {
  const bool is_debit = payment.direction == Direction::kDebit;
  switch (payment.kind) {
    case PaymentKind::kPayment:
    case PaymentKind::kDirectDebit:
      if (is_debit) return false;
      break;
    case PaymentKind::kReversal:
    case PaymentKind::kDirectDebitReturn:
      if (!is_debit) return false;
      break;
    case PaymentKind::kFee:
    case PaymentKind::kInterest:
    case PaymentKind::kTransfer:
      return false;
  }
  return !account_.empty() && is_euro_ && payment.currency == eur_ && payment.amount_minor > 0 &&
         payment.booking_date.has_value() && payment.booking_date == booking_date_ &&
         payment.text_count == 0 && payment.reference_count <= 1 && !payment.is_pending &&
         HasRoom(is_debit ? corrected_ : paid_, payment.amount_minor);
}

bool KtlWriter::Write(const PaymentBatch& batch, const Payment& payment, std::string* out) {
  if (!CanSay(payment)) return false;
  const bool is_debit =
      payment.kind == PaymentKind::kDirectDebit || payment.kind == PaymentKind::kDirectDebitReturn;
  const bool is_correction = payment.direction == Direction::kDebit;
  // An RF reference goes as the national reference inside it. Anything else that is no plain number
  // would come back as another reference.
  std::string reference;
  if (payment.reference_count > 0) {
    const std::string_view value = batch.references[payment.reference_first].value;
    reference = value.substr(0, 2) == "RF" ? NormalReference(value) : std::string(value);
  }
  image_.Clear();
  image_.SetText({1, 1}, is_debit ? "5" : "3");
  image_.SetText(kAccount, account_);
  SetDate(kBookingDate, payment.booking_date);
  SetDate(kPaymentDate, payment.value_date);
  image_.Fill(kReference, '0');
  const bool is_number =
      std::all_of(reference.begin(), reference.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!is_number || reference.size() > kReference.size()) return false;
  if (!reference.empty()) {
    image_.SetText({kReference.last - reference.size() + 1, kReference.last}, reference);
  }
  if (!image_.SetText(kArchiveId, payment.bank_reference) ||
      !image_.SetDigits(kAmount, static_cast<uint64_t>(payment.amount_minor))) {
    return false;
  }
  image_.SetText(kPayerName, payment.payer_name);
  image_.SetText(kCurrencyCode, "1");
  image_.SetText(kNameSource, "A");
  image_.SetDigits(kCorrection, is_correction ? 1 : 0);
  image_.SetText(kDelivery, "A");
  image_.AppendTo(out, "\r\n");
  (is_correction ? corrected_ : paid_).Add(payment.amount_minor);
  return true;
}

std::unique_ptr<FormatReader> MakeReader(const ReadOptions& options, std::string_view head) {
  return std::make_unique<KtlReader>(options, head);
}

std::unique_ptr<FormatWriter> MakeWriter() {
  return std::make_unique<KtlWriter>();
}

}  // namespace

extern const Format kKtl;
const Format kKtl = {kName, FileKind::kPayments, "Finnish reference payments (KTL, SVM)",
                     Sniff, MakeReader,          MakeWriter};

}  // namespace kvitt
