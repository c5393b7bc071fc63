// The envelope of Betalingsservice deliveries, which bs601, bs602 and bs603 share.
//
//   delivery = 002 section* 992
//   section  = 012 ( 022 | 042 | 052 )* 092
//
// Records are 128 characters, `BS` and a three-digit record type first; lines have often lost their
// trailing blanks. A mailbox download holds transfer lines, receipts and deliveries of other types
// around the wanted ones: lines that do not begin with BS are passed over, deliveries of another
// type too.
//
//   002  3-5 type, 6-13 data supplier, 14-16 subsystem, 17-20 delivery type, 21-30 delivery id,
//        50-55 date DDMMYY
//   012  6-13 creditor, 14-17 section, group
//   092  6-13, 14-17, group, 32-42 count of 042, 43-57 amount, 58-68 count of 052, 84-94 count of
//   022 992  6-13, 14-16, 17-20, 21-31 sections, 32-42, 43-57, 58-68, 84-94 as in 092
//
// Source: hafsjold/snvrepos (clsPbs601.cs, clsPbs602.cs, clsPbs603.cs), pajzo/Betalingsservice; all
// counts and sums agree on their public deliveries.
//
// A block of a file can begin anywhere in this. So parsing only tallies the runs of records between
// envelope records, and JudgeDeliveries walks over all of them when the file is through.

#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "io/bytes/charset.h"
#include "io/bytes/fixed_width.h"
#include "io/bytes/record_image.h"
#include "io/formats/format.h"
#include "io/formats/format_writer.h"
#include "io/formats/verdict.h"

namespace kvitt::bs {

inline constexpr size_t kRecordWidth = 128;
// Assumed: no public source says.
inline constexpr Charset kCharset = Charset::kWindows1252;

enum class RecordType : uint8_t {
  kNoise,          // not a BS line
  kUnknown,        // BS and something that is none of these
  kDeliveryStart,  // 002
  kSectionStart,   // 012
  kName,           // 022
  kTransaction,    // 042
  kText,           // 052
  kSectionEnd,     // 092
  kDeliveryEnd,    // 992
};

RecordType TypeOf(const char* cells);

// Every record but 002 and 992: who is paid, and the transaction code.
inline constexpr Field kCreditor{6, 13};
inline constexpr Field kCode{14, 17};

// The four digits of a transaction or section code as one word, for switching on.
constexpr uint32_t CodeWord(std::string_view code) {
  return static_cast<uint32_t>(static_cast<unsigned char>(code[0])) |
         static_cast<uint32_t>(static_cast<unsigned char>(code[1])) << 8 |
         static_cast<uint32_t>(static_cast<unsigned char>(code[2])) << 16 |
         static_cast<uint32_t>(static_cast<unsigned char>(code[3])) << 24;
}

inline uint32_t CodeOf(const char* cells) {
  uint32_t word;
  std::memcpy(&word, cells + kCode.offset(), sizeof(word));
  return word;
}

struct Place {
  uint64_t line = 0;    // ordinal of the record in its block, from 0
  uint64_t offset = 0;  // in the file
};

// Records between two envelope records.
struct Run {
  uint64_t transactions = 0;
  uint64_t names = 0;
  uint64_t texts = 0;
  Int128 amount = 0;    // as the totals count it, what the creditor gets as plus
  Int128 returned = 0;  // of returned payments, whose sign in the totals is unconfirmed
  uint32_t codes = 0;   // one bit for each transaction code of the format; kForeignCode for others
  uint64_t creditor = 0;  // the eight characters of the first transaction
  bool creditors_differ = false;
  Place first;          // of all records
  Place first_foreign;  // of a transaction with a foreign code

  bool any() const { return transactions + names + texts != 0; }

  void Add(const Run& later);
};

inline constexpr uint32_t kForeignCode = uint32_t{1} << 31;

struct Envelope {
  RecordType type = RecordType::kUnknown;
  Place place;
  std::string cells;
  Run before;  // the records since the envelope record before, in the same block
};

struct Summary : BlockSummary {
  std::vector<Envelope> envelopes;
  Run tail;
  Warnings warnings;
  uint64_t notices = 0;  // transactions that are no money, told to the sink
  uint64_t noise = 0;    // lines that are none of BS
};

// Ends a run with an envelope record.
void AddEnvelope(RecordType type, const FixedRecord& record, uint64_t offset, Summary* summary);

// Parsing a block of any delivery. Derived says what it makes of a record that has been counted:
//
//   uint32_t TakeTransaction(const FixedRecord&)   reads a 042; its code's bit, or kForeignCode
//   void TakeName(const FixedRecord&)              a 022
//   void TakeText(const FixedRecord&)              a 052
//   bool IsOwnSection(uint32_t code)               whether a section with this code is a statement
//   void Flush()                                   hands the last batch over
template <typename Derived>
class BlockParser {
 public:
  BlockParser(const Block& block, BlockSink* sink)
      : block_(block), sink_(sink), summary_(std::make_unique<Summary>()) {}

  std::unique_ptr<BlockSummary> Parse() {
    FixedWidthLines<kRecordWidth> lines(block_.bytes, Framing::kLines, &arena_);
    FixedRecord record;
    while (lines.Next(&record)) TakeRecord(record);
    derived()->Flush();
    BlockTally& tally = summary_->tally;
    tally.lines = lines.lines();
    tally.statements_opened = statement_;
    tally.entries = tally.transactions;
    if (credit_ != 0) tally.credit_minor[dkk_] = credit_;
    if (debit_ != 0) tally.debit_minor[dkk_] = debit_;
    NoteRepairs(lines.repairs(), &summary_->warnings);
    return std::move(summary_);
  }

 protected:
  uint64_t OffsetOf(const FixedRecord& record) const { return block_.offset + record.offset; }

  void Malformed(const FixedRecord& record, std::string text) {
    AddProblem(summary_.get(), DeviationCode::kRecordMalformed, record.line, OffsetOf(record),
               std::move(text));
  }

  std::string_view Text(const FixedRecord& record, Field field) {
    return TextField(record, field, kCharset, &arena_);
  }

  // `pbs:12345678` of the creditor of a transaction.
  std::string_view AccountOf(const FixedRecord& record) {
    uint64_t creditor;
    std::memcpy(&creditor, record.cells + kCreditor.offset(), sizeof(creditor));
    if (creditor != creditor_ || !is_named_) [[unlikely]] {
      creditor_ = creditor;
      is_named_ = NameAccount(record);
    }
    return account_;
  }

  const Block& block_;
  BlockSink* sink_;
  std::unique_ptr<Summary> summary_;
  TextArena arena_;
  const Currency dkk_ = Currency::FromCode("DKK");
  Int128 credit_ = 0;
  Int128 debit_ = 0;
  uint32_t statement_ = 0;  // sections opened in this block

 private:
  Derived* derived() { return static_cast<Derived*>(this); }

  void TakeRecord(const FixedRecord& record) {
    const RecordType type = TypeOf(record.cells);
    if (type == RecordType::kNoise) {
      ++summary_->noise;
      return;
    }
    if (record.flaw != LineFlaw::kNone) [[unlikely]] {
      Malformed(record, Concat("a record of 128 characters was expected, found one that is ",
                               Describe(record.flaw)));
      return;
    }
    switch (type) {
      case RecordType::kTransaction:
        return CountTransaction(record);
      case RecordType::kName:
        CountRecord(record, &summary_->tail.names);
        return derived()->TakeName(record);
      case RecordType::kText:
        CountRecord(record, &summary_->tail.texts);
        return derived()->TakeText(record);
      case RecordType::kSectionStart:
        if (derived()->IsOwnSection(CodeOf(record.cells))) ++statement_;
        [[fallthrough]];
      case RecordType::kDeliveryStart:
      case RecordType::kSectionEnd:
      case RecordType::kDeliveryEnd:
      case RecordType::kUnknown:
        return AddEnvelope(type, record, OffsetOf(record), summary_.get());
      case RecordType::kNoise:
        return;
    }
  }

  void CountRecord(const FixedRecord& record, uint64_t* counter) {
    if (!summary_->tail.any()) summary_->tail.first = {record.line, OffsetOf(record)};
    ++*counter;
  }

  void CountTransaction(const FixedRecord& record) {
    Run& run = summary_->tail;
    CountRecord(record, &run.transactions);
    uint64_t creditor;
    std::memcpy(&creditor, record.cells + kCreditor.offset(), sizeof(creditor));
    if (run.creditor == 0) run.creditor = creditor;
    run.creditors_differ |= run.creditor != creditor;
    const uint32_t code = derived()->TakeTransaction(record);
    if (code == kForeignCode && (run.codes & kForeignCode) == 0) [[unlikely]] {
      run.first_foreign = {record.line, OffsetOf(record)};
    }
    run.codes |= code;
  }

  // False, with a problem, when the record does not name its creditor by a number.
  bool NameAccount(const FixedRecord& record) {
    constexpr size_t kAccountsMax = 100;
    uint64_t number = 0;
    if (!ReadDigits<kCreditor>(record.cells, &number)) {
      Malformed(record, ExpectedFound("number of the creditor", "eight digits",
                                      Cells(record.cells, kCreditor)));
      account_ = {};
      return false;
    }
    account_ = arena_.Join("pbs:", Text(record, kCreditor));
    std::vector<std::string>& accounts = summary_->tally.accounts;
    if (accounts.size() < kAccountsMax &&
        std::find(accounts.begin(), accounts.end(), account_) == accounts.end()) {
      accounts.emplace_back(account_);
    }
    return true;
  }

  uint64_t creditor_ = 0;
  bool is_named_ = false;  // whether account_ is its name
  std::string_view account_;
};

struct SectionRule {
  std::string_view section;  // "0211"
  uint32_t codes;            // that occur in it
};

struct DeliveryRules {
  std::string_view type;  // "0602"
  absl::Span<const SectionRule> sections;
  Field group;  // in 012 and 092
};

// Checks order, names, counts and sums of every delivery, and notes warnings. Summaries are of type
// bs::Summary.
void JudgeDeliveries(const DeliveryRules& rules,
                     absl::Span<const std::unique_ptr<BlockSummary>> summaries,
                     Verdict* verdict);

// The digits of a field without the zeros that fill it: customer numbers, where letters may occur.
std::string_view WithoutZeros(std::string_view number);

// Whether `head` holds a delivery start of this type.
bool HoldsDelivery(std::string_view head, std::string_view type);

// Counts what was written, for the records that close it.
struct Written {
  uint64_t sections = 0;
  uint64_t transactions = 0;
  uint64_t names = 0;
  uint64_t texts = 0;
  Int128 amount = 0;

  void Add(const Written& section);
};

// A blank record of this type: "042".
RecordImage RecordOfType(std::string_view type);
// DDMMYY, or six zeros for no date.
void SetDate(Field field, Date date, RecordImage* record);
// Text in front of which the field is filled with zeros. False when it does not fit.
bool SetZeroFilled(Field field, std::string_view text, RecordImage* record);
void AppendRecord(const RecordImage& record, std::string* out);

// The records 002 and 992 of an invented delivery, and the totals of 092 and 992.
void AppendDeliveryStart(std::string_view type, const WriterHeader& header, std::string* out);
void AppendDeliveryEnd(std::string_view type, const Written& written, std::string* out);
void SetTotals(const Written& written, RecordImage* record);
// The eight digits of `pbs:12345678`; "" when it is no such account.
std::string_view CreditorOf(std::string_view account);

}  // namespace kvitt::bs
