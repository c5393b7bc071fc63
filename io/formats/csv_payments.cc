// Payments as CSV: `payments-csv`.
//
//   file   = header *row
//   header = names of fields, in any order, with `,` `;` or tab between them
//   row    = as many cells, RFC 4180; LF or CRLF; a byte order mark is ignored
//
// Fields: payment_id, creditor_account, kind, direction, amount, currency, booking_date,
// value_date, references, text, payer_name, payer_account, payer_org_no, customer_id,
// bank_reference, end_to_end_id, reverses, statement_account, entry_reference, entry_amount,
// entry_transactions, charges, origin, copy, status, details_missing, statement. References are
// joined by `;` (in a file separated by `;` the cell is quoted, or they are joined by `|`), or are a
// JSON array of strings or of
// {"value","scheme","amount"}. Text is one string; line breaks in its quoted cell divide its lines,
// but for a JSON array of strings: each is a line, whatever breaks it has.
// Source: RFC 4180; docs/records.md.

#include "io/formats/csv_mapped_reader.h"
#include "io/formats/csv_stream.h"
#include "io/formats/csv_writer.h"
#include "io/formats/format_writer.h"
#include "io/formats/origin_words.h"
#include "kvitt/check.h"

namespace kvitt {
namespace {

using PaymentRun = csv::Run<PaymentBatch, Payment>;

void ReferencesPass(const PaymentRun& run, uint32_t column) {
  csv::ForEachElement<&Payment::reference_count>(
      run, column, [&run](Payment* payment, const csv::Element& element) {
        PaymentReference reference;
        reference.value = element.value;
        reference.scheme = element.scheme;
        if (!element.amount.empty()) {
          reference.has_amount = true;
          if (ParseAmount(element.amount, payment->currency.decimals(), &reference.amount_minor) !=
              AmountError::kOk) {
            return false;
          }
        }
        run.batch->AddReference(payment, reference);
        return true;
      });
}

void TextLinesPass(const PaymentRun& run, uint32_t column) {
  const auto none = [](Payment* payment) { payment->text_count = 0; };
  std::vector<std::string_view> lines;
  csv::ForEachCell<false>(run, column, none, [&](Payment* payment, std::string_view text) {
    payment->text_count = 0;
    if (text.front() == '[' && csv::SplitJsonLines(text, run.arena, &lines)) {
      for (const std::string_view line : lines) {
        if (!line.empty()) run.batch->AddText(payment, line);
      }
      return true;
    }
    for (;;) {
      const size_t end = text.find('\n');
      std::string_view line = text.substr(0, end);
      if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
      if (!line.empty()) run.batch->AddText(payment, line);
      if (end == std::string_view::npos) return true;
      text.remove_prefix(end + 1);
    }
  });
}

void StatusPass(const PaymentRun& run, uint32_t column) {
  csv::ForEachMember<&Payment::is_pending, false>(run, column,
                                                  [](Payment* payment, std::string_view text) {
                                                    payment->is_pending = text == "pending";
                                                    return payment->is_pending || text == "booked";
                                                  });
}

template <auto kMember>
void FlagPass(const PaymentRun& run, uint32_t column) {
  csv::ForEachMember<kMember, false>(run, column, [](Payment* payment, std::string_view text) {
    payment->*kMember = text == "true";
    return payment->*kMember || text == "false";
  });
}

void CountPass(const PaymentRun& run, uint32_t column) {
  csv::ForEachMember<&Payment::entry_transactions, false>(
      run, column, [](Payment* payment, std::string_view text) {
        return csv::ReadCount(text, &payment->entry_transactions);
      });
}

using csv::CellKind;
template <auto kMember, bool kRequired = false>
constexpr auto kTextPass = csv::TextPass<kMember, kRequired, PaymentRun>;

constexpr csv::Field<PaymentRun> kFields[] = {
    {"payment_id", CellKind::kText, false, 0, "", kTextPass<&Payment::payment_id>},
    {"creditor_account", CellKind::kText, true, 0, "", kTextPass<&Payment::creditor_account, true>},
    {"kind", CellKind::kWord, false, 0,
     "payment, direct_debit, reversal, direct_debit_return, fee, interest, transfer",
     csv::WordPass<&Payment::kind, PaymentRun>},
    {"direction", CellKind::kWord, false, 0, "credit, debit",
     csv::WordPass<&Payment::direction, PaymentRun>},
    {"amount", CellKind::kAmount, true, 1, "",
     csv::AmountPass<&Payment::amount_minor, 1, true, PaymentRun>},
    {"currency", CellKind::kCurrency, true, 0, "",
     csv::CurrencyPass<&Payment::currency, true, PaymentRun>},
    {"booking_date", CellKind::kDate, false, 0, "",
     csv::DatePass<&Payment::booking_date, PaymentRun>},
    {"value_date", CellKind::kDate, false, 0, "", csv::DatePass<&Payment::value_date, PaymentRun>},
    {"references", CellKind::kArray, false, 0, "", ReferencesPass},
    {"text", CellKind::kLines, false, 0, "", TextLinesPass},
    {"payer_name", CellKind::kText, false, 0, "", kTextPass<&Payment::payer_name>},
    {"payer_account", CellKind::kText, false, 0, "", kTextPass<&Payment::payer_account>},
    {"payer_org_no", CellKind::kText, false, 0, "", kTextPass<&Payment::payer_org_no>},
    {"customer_id", CellKind::kText, false, 0, "", kTextPass<&Payment::customer_id>},
    {"bank_reference", CellKind::kText, false, 0, "", kTextPass<&Payment::bank_reference>},
    {"end_to_end_id", CellKind::kText, false, 0, "", kTextPass<&Payment::end_to_end_id>},
    {"reverses", CellKind::kText, false, 0, "", kTextPass<&Payment::reverses>},
    {"origin", CellKind::kWord, false, 0, "native, statement, notification, report",
     csv::WordPass<&Payment::origin, PaymentRun>},
    {"status", CellKind::kWord, false, 0, "booked, pending", StatusPass},
    {"copy", CellKind::kWord, false, 0, "true, false", FlagPass<&Payment::is_copy>},
    {"details_missing", CellKind::kWord, false, 0, "true, false",
     FlagPass<&Payment::details_missing>},
    {"charges", CellKind::kAmount, false, 0, "",
     csv::AmountPass<&Payment::charges_minor, 0, false, PaymentRun>},
    {"statement_account", CellKind::kText, false, 0, "", kTextPass<&Payment::statement_account>},
    {"entry_reference", CellKind::kText, false, 0, "", kTextPass<&Payment::entry_reference>},
    {"entry_amount", CellKind::kAmount, false, 0, "",
     csv::AmountPass<&Payment::entry_amount_minor, 0, false, PaymentRun>},
    {"entry_transactions", CellKind::kCount, false, 0, "", CountPass},
    {"statement", CellKind::kText, false, 0, "", kTextPass<&Payment::statement_id>},
};

struct PaymentTraits {
  using Record = Payment;
  using Batch = PaymentBatch;
  static constexpr std::string_view kName = "payments-csv";
  static constexpr FileKind kKind = FileKind::kPayments;

  static absl::Span<const csv::Field<PaymentRun>> Fields() { return kFields; }

  static std::vector<Payment>& Records(PaymentBatch& batch) { return batch.payments; }

  static void ClearArrays(PaymentBatch* batch) {
    batch->references.clear();
    batch->text.clear();
  }

  static Payment Blank() { return {}; }

  static void Prepare(Payment*) {}

  static void Complete(Payment*) {}

  static void Count(const Payment& payment, RecordTally* tally) {
    if (payment.direction == Direction::kCredit) {
      tally->AddCredit(payment.currency, payment.amount_minor);
    } else {
      tally->AddDebit(payment.currency, payment.amount_minor);
    }
    tally->AddDate(payment.booking_date);
    tally->AddAccount(payment.creditor_account);
  }

  static void Hand(const PaymentBatch& batch, BlockSink* sink) { sink->Payments(batch); }
};

// Surer than any header of our own names: every cell that identifies an export was found.
constexpr int kMappedSure = 97;

int SniffBySettings(const FormatSettings& settings, std::string_view head) {
  const int sure = csv::SniffStream<PaymentTraits>(head);
  if (sure > 50) return sure;  // all that payments require
  return csv::FindLayoutOfHead(head, settings).has_value() ? kMappedSure : sure;
}

int Sniff(std::string_view head) {
  static const FormatSettings* settings = new FormatSettings();
  return SniffBySettings(*settings, head);
}

// Payments by our own names, or the export of a bank or a wallet by a mapping.
std::unique_ptr<FormatReader> MakeReader(const ReadOptions& options, std::string_view head) {
  if (csv::SniffStream<PaymentTraits>(head) <= 50) {
    std::optional<csv::Layout> layout = csv::FindLayoutOfHead(head, options.settings);
    if (layout.has_value()) {
      return csv::MakeMappedReader(PaymentTraits::kName, true, std::move(*layout), options);
    }
  }
  return csv::MakeStreamReader<PaymentTraits>(options, head);
}

}  // namespace

extern const Format kPaymentsCsv;
const Format kPaymentsCsv = {PaymentTraits::kName,
                             PaymentTraits::kKind,
                             "payments as CSV, and CSV exports of banks and wallets by mapping",
                             Sniff,
                             MakeReader,
                             csv::MakePaymentWriter,
                             SniffBySettings};

}  // namespace kvitt
