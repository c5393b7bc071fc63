// How a statement is written: see the grammar in mt940.cc. Each account starts from a balance of
// zero and keeps its own over the sections of the file, and over files that share a book, so that the
// statements of an account lead to each other. A reference that the 16 characters of the entry cannot hold stands in the purpose
// (SVWZ+).

#include "io/formats/mt940_writer.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "engine/value/concat.h"
#include "io/bytes/swift_details.h"

namespace kvitt {
namespace {

// Writes statements: one message for each section, numbered and balanced by account.
class StatementWriter : public FormatWriter {
 public:
  using FormatWriter::Write;

  void Begin(const WriterHeader& header, std::string*) override {
    message_ = header.message_number;
    own_ = StatementBook();
    book_ = header.statements != nullptr ? header.statements : &own_;
  }

  void BeginSection(std::string_view creditor_account,
                    Currency currency,
                    Date booking_date,
                    std::string* out) override {
    account_ = &book_->Of(creditor_account, currency);
    currency_ = currency;
    date_ = booking_date;
    ++account_->number;
    out->append(Concat(":20:KVITT", message_++, "\r\n:25:", Written(creditor_account),
                       "\r\n:28C:", account_->number, "/1\r\n"));
    WriteBalance(":60F:", out);
  }

  bool Write(const PaymentBatch& batch, const Payment& payment, std::string* out) override;

  void EndSection(std::string* out) override {
    WriteBalance(":62F:", out);
    out->append("-\r\n");
  }

  void End(std::string*) override {}

 private:
  // `bban-no:15064512345` is written as the number alone.
  static std::string_view Written(std::string_view account) {
    const size_t colon = account.find(':');
    return colon == std::string_view::npos ? account : account.substr(colon + 1);
  }

  static void AppendDate(Date date, bool with_year, std::string* out) {
    const CivilDate civil = ToCivil(date);
    const int parts[] = {civil.year % 100, civil.month, civil.day};
    for (size_t i = with_year ? 0 : 1; i < std::size(parts); ++i) {
      out->push_back(static_cast<char>('0' + parts[i] / 10));
      out->push_back(static_cast<char>('0' + parts[i] % 10));
    }
  }

  // `1250,50`, and `300,` where the currency has no decimals.
  static void AppendAmount(Int128 minor, int decimals, std::string* out) {
    std::string text = FormatSum(minor, decimals);
    std::replace(text.begin(), text.end(), '.', ',');
    if (decimals == 0) text.push_back(',');
    out->append(text);
  }

  void WriteBalance(std::string_view tag, std::string* out) const {
    const Int128 minor = account_->balance_minor;
    out->append(tag);
    out->push_back(minor < 0 ? 'D' : 'C');
    AppendDate(date_, true, out);
    out->append(currency_.code());
    AppendAmount(minor < 0 ? -minor : minor, currency_.decimals(), out);
    out->append("\r\n");
  }

  std::string Details(const PaymentBatch& batch, const Payment& payment) const;

  uint64_t message_ = 1;
  StatementBook own_;
  StatementBook* book_ = &own_;
  StatementBook::Account* account_ = nullptr;
  Currency currency_;
  Date date_;
};

std::string_view TypeOf(const Payment& payment) {
  switch (payment.kind) {
    case PaymentKind::kFee:
      return "NCHG";
    case PaymentKind::kInterest:
      return "NINT";
    case PaymentKind::kDirectDebit:
      return "NDDT";
    case PaymentKind::kDirectDebitReturn:
      return "NRTI";
    case PaymentKind::kPayment:
    case PaymentKind::kReversal:
    case PaymentKind::kTransfer:
      return "NTRF";
  }
  return "NTRF";
}

std::string_view TransactionCodeOf(const Payment& payment) {
  switch (payment.kind) {
    case PaymentKind::kDirectDebitReturn:
      return "109";
    case PaymentKind::kDirectDebit:
      return "171";
    case PaymentKind::kFee:
      return "808";
    case PaymentKind::kInterest:
      return "814";
    case PaymentKind::kReversal:
      return payment.direction == Direction::kCredit ? "159" : "166";
    case PaymentKind::kPayment:
    case PaymentKind::kTransfer:
      return payment.direction == Direction::kCredit ? "166" : "116";
  }
  return "166";
}

// A reference that the 16 characters of the entry can hold as they are.
bool FitsEntry(std::string_view reference) {
  return reference.size() <= 16 && reference.find('/') == std::string_view::npos &&
         !IsSwiftFiller(reference);
}

// Text without what would be read as structure.
std::string Plain(std::string_view text) {
  std::string plain(text);
  for (char& c : plain) {
    if (c == '?' || c == '+' || static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  return plain;
}

// A subfield for each 27 characters of the purpose, characters kept whole; at most 14 of them.
void AppendPurpose(std::string_view purpose, std::string* details) {
  constexpr size_t kPart = 27;
  constexpr int kCodes[] = {20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 60, 61, 62, 63};
  for (const int code : kCodes) {
    if (purpose.empty()) return;
    size_t size = std::min(purpose.size(), kPart);
    while (size < purpose.size() && (static_cast<unsigned char>(purpose[size]) & 0xC0) == 0x80)
      --size;
    // A blank at the end of a subfield is lost on the way; it begins the next one instead.
    size_t blanks = size;
    while (size < purpose.size() && blanks > 1 && purpose[blanks - 1] == ' ') --blanks;
    size = blanks;
    details->append(Concat("?", static_cast<uint64_t>(code), purpose.substr(0, size)));
    purpose.remove_prefix(size);
  }
}

std::string StatementWriter::Details(const PaymentBatch& batch, const Payment& payment) const {
  std::string purpose;
  // What a reversal takes back is named by the number of what it takes back.
  const std::string_view end_to_end =
      payment.end_to_end_id.empty() ? payment.reverses : payment.end_to_end_id;
  if (!end_to_end.empty()) purpose = Concat("EREF+", Plain(end_to_end));
  std::string text;
  for (uint32_t i = 0; i < payment.reference_count; ++i) {
    const std::string_view value = batch.references[payment.reference_first + i].value;
    if (i == 0 && FitsEntry(value)) continue;
    text.append(text.empty() ? "" : " ").append(Plain(value));
  }
  for (uint32_t i = 0; i < payment.text_count; ++i) {
    text.append(text.empty() ? "" : " ").append(Plain(batch.text[payment.text_first + i]));
  }
  if (!text.empty()) purpose.append("SVWZ+").append(text);
  std::string details(TransactionCodeOf(payment));
  AppendPurpose(purpose, &details);
  if (!payment.payer_account.empty()) {
    details.append(Concat("?31", Plain(Written(payment.payer_account))));
  }
  if (!payment.payer_name.empty()) details.append(Concat("?32", Plain(payment.payer_name)));
  return details;
}

bool StatementWriter::Write(const PaymentBatch& batch, const Payment& payment, std::string* out) {
  constexpr int64_t kAmountMax = 99999999999999;  // 15 characters with the comma
  if (payment.amount_minor <= 0 || payment.amount_minor > kAmountMax) return false;
  if (!(payment.currency == currency_) || account_ == nullptr) return false;
  const bool credit = payment.direction == Direction::kCredit;
  const bool reversal = payment.kind == PaymentKind::kReversal;
  const Date value_date = payment.value_date.has_value() ? payment.value_date : date_;
  const int year = ToCivil(value_date).year;
  if (year < 1980 || year > 2079) return false;
  out->append(":61:");
  AppendDate(value_date, true, out);
  AppendDate(payment.booking_date.has_value() ? payment.booking_date : date_, false, out);
  // A reversal of a debit adds, one of a credit reduces.
  out->append(reversal ? (credit ? "RD" : "RC") : (credit ? "C" : "D"));
  AppendAmount(payment.amount_minor, currency_.decimals(), out);
  out->append(TypeOf(payment));
  const std::string_view reference = payment.reference_count == 0
                                         ? std::string_view()
                                         : batch.references[payment.reference_first].value;
  out->append(FitsEntry(reference) ? reference : "NONREF");
  if (!payment.bank_reference.empty()) out->append(Concat("//", payment.bank_reference));
  // The field is 6 lines of 65; longer purposes take more, which readers join all the same.
  constexpr size_t kLine = 65;
  const std::string details = Details(batch, payment);
  out->append("\r\n:86:");
  for (std::string_view rest = details; !rest.empty();) {
    size_t size = std::min(rest.size(), kLine);
    while (size < rest.size() && (static_cast<unsigned char>(rest[size]) & 0xC0) == 0x80) --size;
    out->append(rest.substr(0, size));
    rest.remove_prefix(size);
    if (!rest.empty()) out->append("\r\n");
  }
  out->append("\r\n");
  account_->balance_minor += credit ? payment.amount_minor : -payment.amount_minor;
  return true;
}

}  // namespace

std::unique_ptr<FormatWriter> MakeMt940Writer() {
  return std::make_unique<StatementWriter>();
}

}  // namespace kvitt
