// `payments`: every payment once, as read and as decided.

#include "io/sinks/payments.h"

#include "io/sinks/sink.h"

namespace kvitt {

extern const Sink kPaymentsSink;

namespace {

void TextMember(std::string_view key, std::string_view value, RowBuffer* out) {
  if (value.empty()) return;
  out->Text(key);
  out->JsonString(value);
}

void DateMember(std::string_view key, Date date, RowBuffer* out) {
  if (!date.has_value()) return;
  out->Text(key);
  out->Char('"');
  out->Day(date);
  out->Char('"');
}

void AmountMember(std::string_view key, int64_t minor, int decimals, RowBuffer* out) {
  out->Text(key);
  out->Char('"');
  out->Amount(minor, decimals);
  out->Char('"');
}

void WriteReferences(const PaymentRow& row, int decimals, RowBuffer* out) {
  out->Char('[');
  for (size_t i = 0; i < row.references.size(); ++i) {
    const PaymentReference& reference = row.references[i];
    if (i > 0) out->Char(',');
    if (reference.scheme == ReferenceScheme::kUnknown && !reference.has_amount) {
      out->JsonString(reference.value);
      continue;
    }
    out->Text("{\"value\":");
    out->JsonString(reference.value);
    if (reference.scheme != ReferenceScheme::kUnknown) {
      TextMember(",\"scheme\":", Name(reference.scheme), out);
    }
    if (reference.has_amount) {
      AmountMember(",\"amount\":", reference.amount_minor, decimals, out);
    }
    out->Char('}');
  }
  out->Char(']');
}

void WriteText(const PaymentRow& row, RowBuffer* out) {
  out->Char('[');
  for (size_t i = 0; i < row.text.size(); ++i) {
    if (i > 0) out->Char(',');
    out->JsonString(row.text[i]);
  }
  out->Char(']');
}

void WriteSource(const PaymentRow& row, RowBuffer* out) {
  out->Text("{\"file\":");
  out->JsonString(row.file);
  out->Text(",\"record\":");
  out->Number(row.record);
  out->Char('}');
}

void WriteTrials(const PaymentRow& row, RowBuffer* out) {
  out->Char('[');
  for (size_t i = 0; i < row.trials.size(); ++i) {
    const RuleTrial& trial = row.trials[i];
    out->Text(i == 0 ? "{\"rule\":\"" : ",{\"rule\":\"");
    out->Text(Name(trial.rule));
    out->Text("\",\"found\":\"");
    out->Text(Name(trial.result));
    out->Text("\",\"count\":");
    out->Number(trial.count);
    out->Char('}');
  }
  out->Char(']');
}

// What the decision says of itself; nothing for most payments.
void WriteEvidence(const PaymentRow& row, RowBuffer* out) {
  TextMember(",\"uniqueness\":", Name(row.uniqueness), out);
  if (row.uniqueness == Uniqueness::kSeveral) {
    out->Text(",\"alternatives\":");
    out->Number(row.alternatives);
  }
  TextMember(",\"evidence\":", row.evidence, out);
  if (!row.trials.empty()) {
    out->Text(",\"tried\":");
    WriteTrials(row, out);
  }
}

class PaymentWriter : public PageWriter {
 public:
  explicit PaymentWriter(OutputFormat format) : format_(format) {}

  void Write(const Reconciliation& run, size_t page, RowBuffer* out) override {
    run.ReadPayments(page, &page_);
    for (const PaymentRow& row : page_.rows) {
      if (format_ == OutputFormat::kCsv) {
        csv_.Write(row, out);
      } else {
        WritePaymentJson(row, out);
      }
    }
  }

 private:
  OutputFormat format_;
  PaymentPage page_;
  PaymentCsv csv_;
};

}  // namespace

void WritePaymentJson(const PaymentRow& row, RowBuffer* out) {
  const Payment& payment = row.payment;
  const int decimals = payment.currency.decimals();
  out->Text("{\"payment_id\":");
  out->JsonString(payment.payment_id);
  out->Text(",\"creditor_account\":");
  out->JsonString(payment.creditor_account);
  out->Text(",\"kind\":\"");
  out->Text(Name(payment.kind));
  out->Text("\",\"direction\":\"");
  out->Text(Name(payment.direction));
  out->Char('"');
  AmountMember(",\"amount\":", payment.amount_minor, decimals, out);
  TextMember(",\"currency\":", payment.currency.code(), out);
  DateMember(",\"booking_date\":", payment.booking_date, out);
  DateMember(",\"value_date\":", payment.value_date, out);
  if (!row.references.empty()) {
    out->Text(",\"references\":");
    WriteReferences(row, decimals, out);
  }
  if (!row.text.empty()) {
    out->Text(",\"text\":");
    WriteText(row, out);
  }
  TextMember(",\"payer_name\":", payment.payer_name, out);
  TextMember(",\"payer_account\":", payment.payer_account, out);
  TextMember(",\"payer_org_no\":", payment.payer_org_no, out);
  TextMember(",\"customer_id\":", payment.customer_id, out);
  TextMember(",\"bank_reference\":", payment.bank_reference, out);
  TextMember(",\"end_to_end_id\":", payment.end_to_end_id, out);
  TextMember(",\"reverses\":", payment.reverses, out);
  out->Text(",\"source\":");
  WriteSource(row, out);
  out->Text(",\"outcome\":\"");
  out->Text(Name(row.outcome));
  out->Char('"');
  TextMember(",\"rule\":", Name(row.rule), out);
  TextMember(",\"confidence\":", Name(row.confidence), out);
  AmountMember(",\"allocated\":", row.allocated_minor, decimals, out);
  AmountMember(",\"on_account\":", row.on_account_minor, decimals, out);
  AmountMember(",\"unallocated\":", row.unallocated_minor, decimals, out);
  WriteEvidence(row, out);
  out->Text("}\n");
}

void PaymentCsv::Write(const PaymentRow& row, RowBuffer* out) {
  const Payment& payment = row.payment;
  const int decimals = payment.currency.decimals();
  const auto cell = [out](std::string_view text) {
    out->Cell(text);
    out->Char(',');
  };
  cell(payment.payment_id);
  cell(payment.creditor_account);
  cell(Name(payment.kind));
  cell(Name(payment.direction));
  out->Amount(payment.amount_minor, decimals);
  out->Char(',');
  cell(payment.currency.code());
  out->Day(payment.booking_date);
  out->Char(',');
  out->Day(payment.value_date);
  out->Char(',');
  cell_.Clear();
  if (!row.references.empty()) WriteReferences(row, decimals, &cell_);
  cell(cell_.view());
  cell_.Clear();
  if (!row.text.empty()) WriteText(row, &cell_);
  cell(cell_.view());
  cell(payment.payer_name);
  cell(payment.payer_account);
  cell(payment.payer_org_no);
  cell(payment.customer_id);
  cell(payment.bank_reference);
  cell(payment.end_to_end_id);
  cell(payment.reverses);
  cell_.Clear();
  WriteSource(row, &cell_);
  cell(cell_.view());
  cell(Name(row.outcome));
  cell(Name(row.rule));
  cell(Name(row.confidence));
  out->Amount(row.allocated_minor, decimals);
  out->Char(',');
  out->Amount(row.on_account_minor, decimals);
  out->Char(',');
  out->Amount(row.unallocated_minor, decimals);
  out->Char(',');
  cell(Name(row.uniqueness));
  if (row.uniqueness == Uniqueness::kSeveral) out->Number(row.alternatives);
  out->Char(',');
  cell(row.evidence);
  if (!row.trials.empty()) {
    cell_.Clear();
    WriteTrials(row, &cell_);
    out->Cell(cell_.view());
  }
  out->Char('\n');
}

const Sink kPaymentsSink = {
    .name = "payments",
    .pages = [](const Reconciliation& run) { return run.pages(); },
    .begin =
        [](const Reconciliation&, OutputFormat format, RowBuffer* out) {
          if (format != OutputFormat::kCsv) return;
          out->Text(
              "payment_id,creditor_account,kind,direction,amount,currency,booking_date,value_date,"
              "references,text,payer_name,payer_account,payer_org_no,customer_id,bank_reference,"
              "end_to_end_id,reverses,source,outcome,rule,confidence,allocated,on_account,"
              "unallocated,uniqueness,alternatives,evidence,tried\n");
        },
    .make_writer = [](OutputFormat format) -> std::unique_ptr<PageWriter> {
      return std::make_unique<PaymentWriter>(format);
    },
};

}  // namespace kvitt
