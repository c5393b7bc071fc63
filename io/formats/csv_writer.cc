// Record streams as CSV: UTF-8 without a byte order mark, `,` between cells, LF, cells quoted only
// where they must be (RFC 4180), text that a spreadsheet would run as a formula made safe
// (io/bytes/separated_cell.h).
//
// References are joined by `;`; when one has an amount or a scheme, or holds a `;` or a blank at an
// end, all are written as JSON. Lines of text are divided by line breaks in one cell, or, where one has
// a break of its own or what follows would look like JSON, are a JSON array. A field that
// has its default value is left empty, except amounts and currency.

#include "io/formats/csv_writer.h"

#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "io/bytes/json_text.h"
#include "io/bytes/separated_cell.h"
#include "io/formats/origin_words.h"
#include "kvitt/amount.h"
#include "kvitt/date.h"

namespace kvitt::csv {
namespace {

constexpr char kSeparator = ',';

void AppendText(std::string_view text, std::string* out) {
  AppendTextCell(text, kSeparator, out);
}

void AppendAmount(int64_t minor, Currency currency, std::string* out) {
  char buffer[28];
  out->append(buffer, WriteAmount(buffer, minor, currency.decimals()));
}

void AppendDate(Date date, std::string* out) {
  if (!date.has_value()) return;
  char buffer[10];
  out->append(buffer, WriteDate(buffer, date));
}

template <typename Word>
void AppendWord(Word word, Word usual, std::string* out) {
  if (word != usual) out->append(Name(word));
}

// Whether a reader that splits at `;` gets `element` back.
bool CanBeJoined(std::string_view element) {
  return !element.empty() && element.front() != '[' && element.front() != ' ' &&
         element.back() != ' ' && element.find(';') == std::string_view::npos;
}

void AppendArray(absl::Span<const std::string_view> elements, std::string* out) {
  std::string cell;
  bool join = true;
  for (const std::string_view element : elements) join &= CanBeJoined(element);
  for (const std::string_view element : elements) {
    if (!cell.empty()) cell.push_back(join ? ';' : ',');
    if (join) {
      cell.append(element);
    } else {
      AppendJsonString(element, &cell);
    }
  }
  AppendText(join ? cell : "[" + cell + "]", out);
}

void AppendReferences(absl::Span<const PaymentReference> references,
                      Currency currency,
                      std::string* out) {
  std::vector<std::string_view> values;
  bool plain = true;
  for (const PaymentReference& reference : references) {
    values.push_back(reference.value);
    plain &= !reference.has_amount && reference.scheme == ReferenceScheme::kUnknown;
  }
  if (plain) {
    AppendArray(values, out);
    return;
  }
  std::string cell = "[";
  for (const PaymentReference& reference : references) {
    if (cell.size() > 1) cell.push_back(',');
    cell.append("{\"value\":");
    AppendJsonString(reference.value, &cell);
    if (reference.scheme != ReferenceScheme::kUnknown) {
      cell.append(",\"scheme\":\"").append(Name(reference.scheme)).push_back('"');
    }
    if (reference.has_amount) {
      cell.append(",\"amount\":\"");
      AppendAmount(reference.amount_minor, currency, &cell);
      cell.push_back('"');
    }
    cell.push_back('}');
  }
  cell.push_back(']');
  AppendText(cell, out);
}

// Whether a reader that splits at line breaks gets `line` back.
bool IsWholeLine(std::string_view line) {
  return !line.empty() && line.find('\n') == std::string_view::npos && line.back() != '\r';
}

void AppendLines(absl::Span<const std::string_view> lines, std::string* out) {
  std::string cell;
  bool join = lines.empty() || lines.front().empty() || lines.front().front() != '[';
  for (const std::string_view line : lines) join &= IsWholeLine(line);
  if (!join) {
    for (const std::string_view line : lines) {
      cell.push_back(cell.empty() ? '[' : ',');
      AppendJsonString(line, &cell);
    }
    cell.push_back(']');
    AppendText(cell, out);
    return;
  }
  for (const std::string_view line : lines) {
    if (!cell.empty()) cell.push_back('\n');
    cell.append(line);
  }
  AppendText(cell, out);
}

// One column: its name and how its cell is written.
template <typename Batch, typename Record>
struct Column {
  std::string_view name;
  void (*append)(const Batch& batch, const Record& record, std::string* out);
};

template <auto kMember, typename Batch, typename Record>
void TextColumn(const Batch&, const Record& record, std::string* out) {
  AppendText(record.*kMember, out);
}

template <auto kMember, typename Batch, typename Record>
void DateColumn(const Batch&, const Record& record, std::string* out) {
  AppendDate(record.*kMember, out);
}

template <auto kMember, typename Batch, typename Record>
void FlagColumn(const Batch&, const Record& record, std::string* out) {
  if (record.*kMember) out->append("true");
}

using ItemColumn = Column<OpenItemBatch, OpenItem>;
using B = OpenItemBatch;
using I = OpenItem;
constexpr ItemColumn kItemColumns[] = {
    {"item_id", TextColumn<&I::item_id, B, I>},
    {"kind", [](const B&, const I& i, std::string* out) { AppendWord(i.kind, I{}.kind, out); }},
    {"customer_id", TextColumn<&I::customer_id, B, I>},
    {"creditor_account", TextColumn<&I::creditor_account, B, I>},
    {"references",
     [](const B& batch, const I& i, std::string* out) {
       AppendArray(absl::MakeSpan(batch.references).subspan(i.reference_first, i.reference_count),
                   out);
     }},
    {"amount",
     [](const B&, const I& i, std::string* out) { AppendAmount(i.amount_minor, i.currency, out); }},
    {"open_amount",
     [](const B&, const I& i, std::string* out) {
       AppendAmount(i.open_amount_minor, i.currency, out);
     }},
    {"currency", [](const B&, const I& i, std::string* out) { out->append(i.currency.code()); }},
    {"issue_date", DateColumn<&I::issue_date, B, I>},
    {"due_date", DateColumn<&I::due_date, B, I>},
    {"discount_amount",
     [](const B&, const I& i, std::string* out) {
       if (i.discount_minor != 0) AppendAmount(i.discount_minor, i.currency, out);
     }},
    {"discount_date", DateColumn<&I::discount_date, B, I>},
    {"status",
     [](const B&, const I& i, std::string* out) { AppendWord(i.status, I{}.status, out); }},
    {"customer_name", TextColumn<&I::customer_name, B, I>},
    {"customer_org_no", TextColumn<&I::customer_org_no, B, I>},
};

using PaymentColumn = Column<PaymentBatch, Payment>;
using PB = PaymentBatch;
using P = Payment;
constexpr PaymentColumn kPaymentColumns[] = {
    {"payment_id", TextColumn<&P::payment_id, PB, P>},
    {"creditor_account", TextColumn<&P::creditor_account, PB, P>},
    {"kind", [](const PB&, const P& p, std::string* out) { AppendWord(p.kind, P{}.kind, out); }},
    {"direction",
     [](const PB&, const P& p, std::string* out) { AppendWord(p.direction, P{}.direction, out); }},
    {"amount",
     [](const PB&, const P& p, std::string* out) {
       AppendAmount(p.amount_minor, p.currency, out);
     }},
    {"currency", [](const PB&, const P& p, std::string* out) { out->append(p.currency.code()); }},
    {"booking_date", DateColumn<&P::booking_date, PB, P>},
    {"value_date", DateColumn<&P::value_date, PB, P>},
    {"references",
     [](const PB& batch, const P& p, std::string* out) {
       AppendReferences(
           absl::MakeSpan(batch.references).subspan(p.reference_first, p.reference_count),
           p.currency, out);
     }},
    {"text",
     [](const PB& batch, const P& p, std::string* out) {
       AppendLines(absl::MakeSpan(batch.text).subspan(p.text_first, p.text_count), out);
     }},
    {"payer_name", TextColumn<&P::payer_name, PB, P>},
    {"payer_account", TextColumn<&P::payer_account, PB, P>},
    {"payer_org_no", TextColumn<&P::payer_org_no, PB, P>},
    {"customer_id", TextColumn<&P::customer_id, PB, P>},
    {"bank_reference", TextColumn<&P::bank_reference, PB, P>},
    {"end_to_end_id", TextColumn<&P::end_to_end_id, PB, P>},
    {"reverses", TextColumn<&P::reverses, PB, P>},
    {"statement_account", TextColumn<&P::statement_account, PB, P>},
    {"entry_reference", TextColumn<&P::entry_reference, PB, P>},
    {"entry_amount",
     [](const PB&, const P& p, std::string* out) {
       if (p.entry_amount_minor != 0) AppendAmount(p.entry_amount_minor, p.currency, out);
     }},
    {"entry_transactions",
     [](const PB&, const P& p, std::string* out) {
       if (p.entry_transactions != 0) out->append(std::to_string(p.entry_transactions));
     }},
    {"charges",
     [](const PB&, const P& p, std::string* out) {
       if (p.charges_minor != 0) AppendAmount(p.charges_minor, p.currency, out);
     }},
    {"origin",
     [](const PB&, const P& p, std::string* out) { AppendWord(p.origin, P{}.origin, out); }},
    {"copy", FlagColumn<&P::is_copy, PB, P>},
    {"status",
     [](const PB&, const P& p, std::string* out) { out->append(p.is_pending ? "pending" : ""); }},
    {"details_missing", FlagColumn<&P::details_missing, PB, P>},
    {"statement", TextColumn<&P::statement_id, PB, P>},
};

using CustomerColumn = Column<CustomerBatch, Customer>;
using CB = CustomerBatch;
using C = Customer;
constexpr CustomerColumn kCustomerColumns[] = {
    {"customer_id", TextColumn<&C::customer_id, CB, C>},
    {"name", TextColumn<&C::name, CB, C>},
    {"org_no", TextColumn<&C::org_no, CB, C>},
    {"country", TextColumn<&C::country, CB, C>},
    {"accounts",
     [](const CB& batch, const C& c, std::string* out) {
       AppendArray(absl::MakeSpan(batch.accounts).subspan(c.account_first, c.account_count), out);
     }},
    {"credit_limit",
     [](const CB&, const C& c, std::string* out) {
       if (c.credit_limit_minor >= 0) AppendAmount(c.credit_limit_minor, c.currency, out);
     }},
    {"currency", [](const CB&, const C& c, std::string* out) { out->append(c.currency.code()); }},
    {"status",
     [](const CB&, const C& c, std::string* out) { AppendWord(c.status, C{}.status, out); }},
    {"email", TextColumn<&C::email, CB, C>},
    {"dunning",
     [](const CB&, const C& c, std::string* out) { AppendWord(c.dunning, C{}.dunning, out); }},
    {"pays_for", TextColumn<&C::pays_for, CB, C>},
    {"group", TextColumn<&C::group, CB, C>},
};

// Writes the columns that the header asks for, or all.
template <typename Batch, typename Record>
class StreamWriter : public FormatWriter {
 public:
  explicit StreamWriter(absl::Span<const Column<Batch, Record>> columns) : all_(columns) {}

  void Begin(const WriterHeader& header, std::string* out) override {
    chosen_.clear();
    if (header.columns.empty()) chosen_.assign(all_.begin(), all_.end());
    for (const std::string_view name : header.columns) {
      for (const Column<Batch, Record>& column : all_) {
        if (column.name == name) chosen_.push_back(column);
      }
    }
    for (size_t i = 0; i < chosen_.size(); ++i) {
      if (i != 0) out->push_back(kSeparator);
      out->append(chosen_[i].name);
    }
    out->push_back('\n');
  }

  void BeginSection(std::string_view, Currency, Date, std::string*) override {}

  using FormatWriter::Write;

  bool Write(const Batch& batch, const Record& record, std::string* out) override {
    for (size_t i = 0; i < chosen_.size(); ++i) {
      if (i != 0) out->push_back(kSeparator);
      chosen_[i].append(batch, record, out);
    }
    // A lone empty cell would read as a blank line; there is always more than one column.
    out->push_back('\n');
    return true;
  }

  void EndSection(std::string*) override {}

  void End(std::string*) override {}

 private:
  const absl::Span<const Column<Batch, Record>> all_;
  std::vector<Column<Batch, Record>> chosen_;
};

}  // namespace

std::unique_ptr<FormatWriter> MakeItemWriter() {
  return std::make_unique<StreamWriter<B, I>>(kItemColumns);
}

std::unique_ptr<FormatWriter> MakePaymentWriter() {
  return std::make_unique<StreamWriter<PB, P>>(kPaymentColumns);
}

std::unique_ptr<FormatWriter> MakeCustomerWriter() {
  return std::make_unique<StreamWriter<CB, C>>(kCustomerColumns);
}

}  // namespace kvitt::csv
