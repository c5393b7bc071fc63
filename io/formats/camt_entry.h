// The meaning of a camt message: from the scanner's events to payments and control sums.

#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/bytes/record_tally.h"
#include "io/bytes/text_arena.h"
#include "io/bytes/xml_scanner.h"
#include "io/formats/camt_controls.h"
#include "io/formats/camt_grammar.h"
#include "io/formats/format.h"
#include "io/formats/verdict.h"

namespace kvitt {

// What a block of a camt file held.
struct CamtBlockSummary : BlockSummary {
  std::vector<CamtStatement> statements;
  // Set when the file is damaged here; nothing behind it counts.
  bool is_damaged = false;
  RecordProblem damage;
  // Controls of single entries that failed (record numbers count in the block, from 0), and how
  // many held.
  std::vector<RecordProblem> failed_controls;
  uint64_t held_controls = 0;
  // Figures in another currency than their entry, which nothing can be held against.
  uint64_t foreign_figures = 0;
  uint64_t first_foreign_figure = 0;  // the entry of the first one
  Warnings warnings;
  uint64_t statements_seen = 0;
};

// How the reader of a file reads its blocks.
struct CamtReading {
  CamtKind kind = CamtKind::kStatement;
  bool report_is_payments = false;
  // Where the first statement lies in the file: all others must lie at the same path. Empty: not
  // known beforehand, the first one met decides.
  std::string home_path;
};

// Longest entry that is believed.
inline constexpr size_t kCamtEntryBytesMax = size_t{256} << 20;

// Whose namespace `uri` is, for the reader of one kind of message.
XmlFamily ClassifyCamt(CamtKind kind, std::string_view uri, std::string* why);

// Turns the events of one block into payments. Used by one thread, for one block.
class CamtEntries : public XmlConsumer {
 public:
  CamtEntries(const CamtReading& reading, BlockSink* sink, CamtBlockSummary* summary);
  CamtEntries(const CamtEntries&) = delete;
  CamtEntries& operator=(const CamtEntries&) = delete;

  // What is being scanned next: the header of a statement that was opened in an earlier block, or
  // the block itself, which begins at `offset` of the file.
  void BeginHeader(std::string_view bytes);
  void BeginBlock(std::string_view bytes, uint64_t offset, bool is_transcoded);

  void set_scanner(XmlScanner* scanner) { scanner_ = scanner; }

  bool OnEvents(absl::Span<const XmlEvent> events) override;
  XmlFamily Classify(std::string_view uri, std::string* why) override;

  // Hands over what is left. REQUIRES: the block has been scanned to its end.
  void End();
  // What the scanner found wrong.
  void Damage(const XmlFault& fault);

 private:
  struct Money {
    std::string_view text;
    Currency currency;
    bool is_there = false;
  };

  struct Charge {
    Money amount;
    bool is_credit = false;
    bool is_included = false;
  };

  // Charges of an entry or of a transaction, record by record.
  struct Charges {
    std::vector<Charge> records;
    Money total;

    void Clear() {
      records.clear();
      total = {};
    }
  };

  struct Code {
    std::string_view domain;
    std::string_view family;
    std::string_view sub_family;
  };

  struct Party {
    std::string_view name;
    std::string_view ultimate_name;
    std::string_view organisation;
    std::string_view iban;
    std::string_view number;
    std::string_view scheme;

    bool HasAccount() const { return !iban.empty() || !number.empty(); }

    bool IsKnown() const { return HasAccount() || !name.empty() || !ultimate_name.empty(); }
  };

  // One Strd block.
  struct Structured {
    Money remitted;
    Money credit_note;
    uint32_t creditor_references = 0;
    uint32_t documents = 0;
    bool is_credit_note = false;
  };

  struct QuotedReference {
    std::string_view value;
    uint32_t structured = 0;
    bool is_document = false;
  };

  struct Batch {
    Money count;
    Money sum;
    std::string_view sign;
    size_t first_part = 0;
    bool is_there = false;
  };

  struct Entry {
    const char* begin = nullptr;
    std::string_view reference;
    Money amount;
    std::string_view sign;
    std::string_view reversal;
    std::string_view status;
    std::string_view booking_date;
    std::string_view value_date;
    std::string_view bank_reference;
    std::string_view text;
    Code code;
    bool is_opened = false;  // the facts before its details have been checked
    int64_t amount_minor = 0;
    Direction direction = Direction::kCredit;
    bool is_reversal = false;
    bool is_booked = false;
    Date booked_on;
    Date valued_on;
  };

  struct Transaction {
    std::string_view bank_reference;
    std::string_view end_to_end_id;
    std::string_view transaction_id;
    std::string_view instruction_id;
    std::string_view mandate_id;
    Money amount;
    Money transferred;
    Money instructed;
    std::string_view sign;
    Code code;
    Party debtor;
    Party creditor;
    std::string_view text;
    bool is_return = false;
  };

  // What the end of an entry must know of each of its transactions.
  struct Part {
    int64_t amount_minor = 0;
    int64_t charges_minor = 0;           // all that the file states
    int64_t included_charges_minor = 0;  // those already taken out
    int64_t fee_minor = 0;               // to be booked apart
    bool has_amount = false;
    bool is_own_amount = false;  // stated for this transaction as moved, not as ordered
    Direction direction = Direction::kCredit;
  };

  bool Begin(const XmlEvent& event);
  bool EndOf(const XmlEvent& event);
  bool Text(const XmlEvent& event);
  bool HeaderText(const XmlEvent& event);
  bool EntryText(const XmlEvent& event);
  bool TransactionText(const XmlEvent& event);
  bool RemittanceText(const XmlEvent& event);

  bool BeginStatement(const XmlEvent& event);
  void EndStatement();
  bool BeginEntries(const XmlEvent& event);
  bool EndBalance(const XmlEvent& event);
  bool ReadPage(std::string_view text, int64_t* page, const XmlEvent& event);
  bool ReadFigure(const XmlEvent& event, Int128* figure);
  bool ReadCount(const XmlEvent& event, CamtDeclared* declared);
  bool ReadSum(const XmlEvent& event, CamtDeclared* declared);

  bool BeginEntry(const XmlEvent& event);
  bool OpenEntry();
  bool EndEntry(const XmlEvent& event);
  bool EndBatches(uint64_t* stated);
  void AddEntrySums();
  bool EntryWithoutDetails(uint64_t stated);
  bool EntryWithDetails(uint64_t stated);
  bool SettleAmounts();
  static Payment FeeOf(const Payment& payment, int64_t minor);

  bool BeginTransaction();
  bool EndTransaction();
  Payment& NewPayment();
  bool PartAmount(Part* part);
  void AddKind(Payment* payment);
  void AddPayer(Payment* payment);
  std::string_view PayerNumber(const Party& payer);
  void AddCreditorNumber(Payment* payment);
  void AddReferences(Payment* payment, const Part& part);
  bool SplitAmounts(const Part& part);
  bool ReadCharges(const Charges& charges, Part* part);
  void FlushPayments();

  bool OnceMoney(Money* field, const XmlEvent& event, std::string_view name);
  Currency CurrencyOf(const XmlEvent& event);
  bool ReadMinor(const Money& money, std::string_view name, int64_t* minor);
  bool ReadDate(std::string_view text, std::string_view name, Date* date);
  uint64_t OffsetOf(const char* at) const;
  bool Fail(std::string text, const char* at, DeviationCode code = DeviationCode::kRecordMalformed);
  void FailControl(std::string text);
  void NoteForeignFigure();

  std::string_view Keep(std::string_view text) { return arena_.Store(text); }

  // Where the text of a node goes when that is all there is to it; null for others.
  struct Field {
    std::string_view* text = nullptr;
    Money* money = nullptr;
    std::string_view
        once;  // its name, when a second one is a fault; else the first that is not empty
  };

  void PlaceFields();
  bool Store(const Field& field, const XmlEvent& event);
  int DecimalsOf(Currency currency);

  const CamtReading& reading_;
  BlockSink* sink_;
  CamtBlockSummary* summary_;
  XmlScanner* scanner_ = nullptr;

  std::string_view bytes_;
  uint64_t offset_ = 0;
  bool is_transcoded_ = false;
  bool in_header_ = false;
  bool wants_release_ = false;

  // Group and statement.
  bool has_group_ = false;
  int64_t group_page_ = 0;
  bool is_last_group_page_ = true;
  bool has_statement_ = false;
  bool has_entries_ = false;
  std::string home_path_;
  CamtStatement statement_;
  std::string_view account_;  // in arena_
  std::string account_iban_;
  std::string account_number_;
  std::string account_scheme_;
  std::string account_country_;
  std::string created_;
  bool is_copy_ = false;
  std::string balance_code_;
  std::string balance_sign_;
  Money balance_amount_;
  std::string net_sign_;

  Entry entry_;
  Charges entry_charges_;
  std::vector<Batch> batches_;
  std::vector<Part> parts_;
  size_t first_payment_ = 0;  // of this entry

  Transaction transaction_;
  Charges charges_;
  std::vector<Structured> structured_;
  std::vector<QuotedReference> quoted_;
  std::vector<std::string_view> unstructured_;
  std::vector<std::string_view> additional_;
  std::vector<int64_t> amounts_;  // by Strd block

  PaymentBatch batch_;
  TextArena arena_;
  RecordTally tally_;
  uint64_t entries_ = 0;       // all, whatever their status
  uint32_t transactions_ = 0;  // all of the block, for numbering
  std::array<Field, 256> fields_{};
  Currency decimals_of_;
  int decimals_ = 2;
  Int128 scale_ = 1000;
  uint32_t attribute_ = 0;  // the currency looked up last
  Currency currency_;
  Date date_;
  char date_bytes_[10] = {};
};

}  // namespace kvitt
