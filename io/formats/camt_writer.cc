#include "io/formats/camt_writer.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "engine/value/concat.h"
#include "kvitt/amount.h"
#include "kvitt/check.h"
#include "kvitt/date.h"

namespace kvitt {
namespace {

constexpr size_t kEntriesOfStatement = 1000;
constexpr size_t kLineMax = 140;
constexpr int kNewestVersion = 8;

// Appends text as XML has it. REQUIRES: IsWritable(text).
void AppendEscaped(std::string_view text, std::string* out) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out->append("&amp;");
        break;
      case '<':
        out->append("&lt;");
        break;
      case '>':
        out->append("&gt;");
        break;
      case '\r':
        out->append("&#13;");
        break;
      default:
        out->push_back(c);
    }
  }
}

// XML has no control characters.
bool IsWritable(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r') return false;
  }
  return true;
}

class CamtWriter : public FormatWriter {
 public:
  explicit CamtWriter(CamtKind kind) : kind_(kind) {}

  void Begin(const WriterHeader& header, std::string* out) override;
  void BeginSection(std::string_view creditor_account,
                    Currency currency,
                    Date booking_date,
                    std::string* out) override;
  using FormatWriter::Write;
  bool Write(const PaymentBatch& batch, const Payment& payment, std::string* out) override;
  void EndSection(std::string* out) override;
  void End(std::string* out) override;

 private:
  void Element(std::string_view name, std::string_view text);
  void Money(std::string_view name, int64_t minor, Currency currency);
  void AppendStatement(std::string* out);
  void AppendAccount(std::string* out) const;
  void AppendBalance(std::string_view code, Int128 minor, std::string* out) const;
  void AppendTotals(std::string* out) const;
  static bool IsPart(const Payment& payment);
  void OpenEntry(const Payment& payment, int64_t minor, std::string_view reference);
  void EntryHead(const Payment& payment, int64_t minor, std::string_view reference);
  void Details(const PaymentBatch& batch, const Payment& payment);
  void Party(const Payment& payment);
  void Remittance(const PaymentBatch& batch, const Payment& payment);

  std::string Created() const { return Concat(FormatDate(created_), "T20:00:00"); }

  CamtKind kind_;
  int version_ = kNewestVersion;
  std::string message_id_;
  Date created_;
  std::string recipient_;

  std::string account_;
  Currency currency_;
  Date booking_date_;
  std::string entries_;      // of the statement that is being filled
  uint32_t parts_left_ = 0;  // of the entry that is open
  uint64_t statements_ = 0;  // of this file
  uint64_t credits_ = 0;
  uint64_t debits_ = 0;
  Int128 credit_minor_ = 0;
  Int128 debit_minor_ = 0;
  Int128 booked_minor_ = 0;  // what the balance changes by
  StatementBook own_;
  StatementBook* book_ = &own_;
};

void CamtWriter::Begin(const WriterHeader& header, std::string* out) {
  if (header.version.size() == 6) {
    version_ = (header.version[4] - '0') * 10 + (header.version[5] - '0');
  }
  created_ = header.created.has_value() ? header.created : Date::FromCivil(2026, 1, 1);
  recipient_ = IsWritable(header.recipient) ? header.recipient : "";
  message_id_ = Concat("KVITT-", header.message_number);
  own_ = StatementBook();
  book_ = header.statements != nullptr ? header.statements : &own_;
  const std::string version = Concat(version_ < 10 ? "0" : "", version_);
  out->append(Concat(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document "
      "xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.05",
      kind_ == CamtKind::kStatement ? "3" : "4", ".001.", version, "\">\n<", CamtMessageName(kind_),
      ">\n<GrpHdr><MsgId>", message_id_, "</MsgId><CreDtTm>", Created(), "</CreDtTm></GrpHdr>\n"));
}

void CamtWriter::BeginSection(std::string_view creditor_account,
                              Currency currency,
                              Date booking_date,
                              std::string*) {
  account_ = creditor_account;
  currency_ = currency;
  booking_date_ = booking_date;
}

void CamtWriter::EndSection(std::string* out) {
  if (credits_ + debits_ > 0) AppendStatement(out);
}

void CamtWriter::End(std::string* out) {
  out->append(Concat("</", CamtMessageName(kind_), ">\n</Document>\n"));
}

bool CamtWriter::Write(const PaymentBatch& batch, const Payment& payment, std::string* out) {
  if (!(payment.currency == currency_) || payment.amount_minor <= 0) return false;
  for (const std::string_view text :
       {payment.payer_name, payment.payer_account, payment.payer_org_no, payment.bank_reference,
        payment.end_to_end_id, payment.reverses}) {
    if (!IsWritable(text)) return false;
  }
  for (uint32_t i = 0; i < payment.text_count; ++i) {
    if (!IsWritable(batch.text[payment.text_first + i])) return false;
  }
  for (uint32_t i = 0; i < payment.reference_count; ++i) {
    if (!IsWritable(batch.references[payment.reference_first + i].value)) return false;
  }
  if (IsPart(payment)) {
    // The parts of an entry come one after another; the first one opens it.
    if (parts_left_ == 0) {
      OpenEntry(payment, payment.entry_amount_minor, payment.entry_reference);
      parts_left_ = payment.entry_transactions;
    }
    --parts_left_;
    Details(batch, payment);
    if (parts_left_ > 0) return true;
  } else {
    OpenEntry(payment, payment.amount_minor, payment.bank_reference);
    if (payment.details_missing) {
      entries_.append(Concat("<Btch><NbOfTxs>", payment.entry_transactions, "</NbOfTxs></Btch>"));
    } else {
      Details(batch, payment);
    }
  }
  entries_.append("</NtryDtls></Ntry>\n");
  if (credits_ + debits_ >= kEntriesOfStatement) AppendStatement(out);
  return true;
}

bool CamtWriter::IsPart(const Payment& payment) {
  return payment.entry_transactions > 1 && !payment.details_missing &&
         !payment.entry_reference.empty();
}

// Begins an entry and counts it.
void CamtWriter::OpenEntry(const Payment& payment, int64_t minor, std::string_view reference) {
  EntryHead(payment, minor, reference);
  entries_.append("<NtryDtls>");
  const bool is_credit = payment.direction == Direction::kCredit;
  ++(is_credit ? credits_ : debits_);
  (is_credit ? credit_minor_ : debit_minor_) += minor;
  if (!payment.is_pending) booked_minor_ += is_credit ? minor : -minor;
}

// ---- Entries ------------------------------------------------------------------------------------

void CamtWriter::Element(std::string_view name, std::string_view text) {
  if (text.empty()) return;
  entries_.append("<").append(name).append(">");
  AppendEscaped(text, &entries_);
  entries_.append("</").append(name).append(">");
}

void CamtWriter::Money(std::string_view name, int64_t minor, Currency currency) {
  entries_.append("<").append(name).append(" Ccy=\"").append(currency.code()).append("\">");
  char digits[24];
  const char* end = WriteAmount(digits, minor, currency.decimals());
  entries_.append(digits, static_cast<size_t>(end - digits));
  entries_.append("</").append(name).append(">");
}

struct BankCode {
  std::string_view domain;
  std::string_view family;
  std::string_view sub_family;
};

BankCode CodeOf(const Payment& payment) {
  switch (payment.kind) {
    case PaymentKind::kFee:
      return {"ACMT", "MDOP", "CHRG"};
    case PaymentKind::kInterest:
      return {"ACMT", "MCOP", "INTR"};
    case PaymentKind::kTransfer:
      return {"CAMT", "CAPL", "ZABA"};
    case PaymentKind::kDirectDebit:
      return {"PMNT", "IDDT", "ESDD"};
    case PaymentKind::kDirectDebitReturn:
      return {"PMNT", "IDDT", "UPDD"};
    case PaymentKind::kReversal:
      return {"PMNT", "RCDT", "RRTN"};
    case PaymentKind::kPayment:
      return {"PMNT", "RCDT", "ESCT"};
  }
  return {"PMNT", "RCDT", "ESCT"};
}

void CamtWriter::EntryHead(const Payment& payment, int64_t minor, std::string_view reference) {
  const Date booked = payment.booking_date.has_value() ? payment.booking_date : booking_date_;
  entries_.append("<Ntry>");
  Money("Amt", minor, currency_);
  Element("CdtDbtInd", payment.direction == Direction::kCredit ? "CRDT" : "DBIT");
  const std::string_view status = payment.is_pending ? "PDNG" : "BOOK";
  entries_.append(version_ <= 6 ? Concat("<Sts>", status, "</Sts>")
                                : Concat("<Sts><Cd>", status, "</Cd></Sts>"));
  if (booked.has_value()) {
    entries_.append(Concat("<BookgDt><Dt>", FormatDate(booked), "</Dt></BookgDt>"));
  }
  if (payment.value_date.has_value()) {
    entries_.append(Concat("<ValDt><Dt>", FormatDate(payment.value_date), "</Dt></ValDt>"));
  }
  Element("AcctSvcrRef", reference);
  const BankCode code = CodeOf(payment);
  entries_.append(Concat("<BkTxCd><Domn><Cd>", code.domain, "</Cd><Fmly><Cd>", code.family,
                         "</Cd><SubFmlyCd>", code.sub_family,
                         "</SubFmlyCd></Fmly></Domn></BkTxCd>"));
}

void CamtWriter::Details(const PaymentBatch& batch, const Payment& payment) {
  const std::string_view end_to_end =
      payment.end_to_end_id.empty() ? payment.reverses : payment.end_to_end_id;
  entries_.append("<TxDtls><Refs>");
  if (IsPart(payment)) Element("AcctSvcrRef", payment.bank_reference);
  Element("EndToEndId", end_to_end.empty() ? "NOTPROVIDED" : end_to_end);
  entries_.append("</Refs>");
  // A transaction says what was sent; its entry, what was booked when the charges were gone.
  const int64_t sent = payment.amount_minor + payment.charges_minor;
  if (version_ == 2) {
    entries_.append("<AmtDtls><TxAmt>");
    Money("Amt", sent, currency_);
    entries_.append("</TxAmt></AmtDtls>");
  } else {
    Money("Amt", sent, currency_);
    Element("CdtDbtInd", payment.direction == Direction::kCredit ? "CRDT" : "DBIT");
  }
  if (payment.charges_minor > 0) {
    entries_.append(version_ == 2 ? "<Chrgs>" : "<Chrgs><Rcrd>");
    Money("Amt", payment.charges_minor, currency_);
    Element("CdtDbtInd", "DBIT");
    entries_.append(version_ == 2 ? "</Chrgs>" : "</Rcrd></Chrgs>");
  }
  Party(payment);
  Remittance(batch, payment);
  if (payment.kind == PaymentKind::kReversal || payment.kind == PaymentKind::kDirectDebitReturn) {
    entries_.append("<RtrInf><Rsn><Cd>MS03</Cd></Rsn></RtrInf>");
  }
  entries_.append("</TxDtls>");
}

// `scheme:number` as Othr, anything else as IBAN when it begins like one.
void AppendAccountId(std::string_view account, std::string* out) {
  const size_t colon = account.find(':');
  const bool is_iban = colon == std::string_view::npos && account.size() > 4 && account[0] >= 'A' &&
                       account[0] <= 'Z' && account[1] >= 'A' && account[1] <= 'Z';
  if (is_iban) {
    out->append("<Id><IBAN>");
    AppendEscaped(account, out);
    out->append("</IBAN></Id>");
    return;
  }
  const std::string_view scheme = colon == std::string_view::npos ? "" : account.substr(0, colon);
  out->append("<Id><Othr><Id>");
  AppendEscaped(colon == std::string_view::npos ? account : account.substr(colon + 1), out);
  out->append("</Id>");
  if (scheme == "bankgiro" || scheme == "plusgiro" || scheme == "fik") {
    out->append("<SchmeNm><Prtry>")
        .append(scheme == "bankgiro"   ? "BGNR"
                : scheme == "plusgiro" ? "PGNR"
                                       : "FIK")
        .append("</Prtry></SchmeNm>");
  } else if (scheme.substr(0, 4) == "bban") {
    out->append("<SchmeNm><Cd>BBAN</Cd></SchmeNm>");
  } else if (!scheme.empty()) {
    out->append("<SchmeNm><Prtry>");
    AppendEscaped(scheme, out);
    out->append("</Prtry></SchmeNm>");
  }
  out->append("</Othr></Id>");
}

void CamtWriter::Party(const Payment& payment) {
  if (payment.payer_name.empty() && payment.payer_account.empty() && payment.payer_org_no.empty())
    return;
  const bool is_credit = payment.direction == Direction::kCredit;
  const std::string_view role = is_credit ? "Dbtr" : "Cdtr";
  entries_.append("<RltdPties>");
  if (!payment.payer_name.empty() || !payment.payer_org_no.empty()) {
    entries_.append("<").append(role).append(version_ >= 7 ? "><Pty>" : ">");
    Element("Nm", payment.payer_name);
    if (!payment.payer_org_no.empty()) {
      entries_.append("<Id><OrgId><Othr>");
      Element("Id", payment.payer_org_no);
      entries_.append("</Othr></OrgId></Id>");
    }
    entries_.append(version_ >= 7 ? "</Pty></" : "</").append(role).append(">");
  }
  if (!payment.payer_account.empty()) {
    entries_.append("<").append(role).append("Acct>");
    AppendAccountId(payment.payer_account, &entries_);
    entries_.append("</").append(role).append("Acct>");
  }
  entries_.append("</RltdPties>");
}

void CamtWriter::Remittance(const PaymentBatch& batch, const Payment& payment) {
  if (payment.text_count == 0 && payment.reference_count == 0) return;
  entries_.append("<RmtInf>");
  for (uint32_t i = 0; i < payment.text_count; ++i) {
    std::string_view line = batch.text[payment.text_first + i];
    while (!line.empty()) {
      size_t length = std::min(line.size(), kLineMax);
      // Not inside a character.
      while (length < line.size() && length > 1 && (line[length] & '\xC0') == '\x80') --length;
      Element("Ustrd", line.substr(0, length));
      line.remove_prefix(length);
    }
  }
  for (uint32_t i = 0; i < payment.reference_count; ++i) {
    const PaymentReference& reference = batch.references[payment.reference_first + i];
    const bool is_credit_note = reference.has_amount && reference.amount_minor < 0;
    const bool is_document = reference.scheme == ReferenceScheme::kInvoice;
    entries_.append("<Strd>");
    if (is_document) {
      entries_.append(Concat("<RfrdDocInf><Tp><CdOrPrtry><Cd>", is_credit_note ? "CREN" : "CINV",
                             "</Cd></CdOrPrtry></Tp>"));
      Element("Nb", reference.value);
      entries_.append("</RfrdDocInf>");
    }
    if (reference.has_amount) {
      entries_.append("<RfrdDocAmt>");
      Money(is_credit_note ? "CdtNoteAmt" : "RmtdAmt",
            is_credit_note ? -reference.amount_minor : reference.amount_minor, currency_);
      entries_.append("</RfrdDocAmt>");
    }
    if (!is_document) {
      entries_.append("<CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp>");
      Element("Ref", reference.value);
      entries_.append("</CdtrRefInf>");
    }
    entries_.append("</Strd>");
  }
  entries_.append("</RmtInf>");
}

// ---- Statements ---------------------------------------------------------------------------------

void CamtWriter::AppendAccount(std::string* out) const {
  out->append("<Acct>");
  AppendAccountId(account_, out);
  out->append(Concat("<Ccy>", currency_.code(), "</Ccy>"));
  // A national number is known by its country, which stands in the bank's BIC.
  if (account_.size() > 7 && account_.substr(0, 5) == "bban-" && account_[7] == ':') {
    std::string country = account_.substr(5, 2);
    for (char& c : country) c = static_cast<char>(c & ~0x20);
    const std::string_view name = version_ == 2 ? "BIC" : "BICFI";
    out->append(Concat("<Svcr><FinInstnId><", name, ">KVIT", country, "22</", name,
                       "></FinInstnId></Svcr>"));
  }
  out->append("</Acct>\n");
}

void CamtWriter::AppendBalance(std::string_view code, Int128 minor, std::string* out) const {
  const std::string date = FormatDate(booking_date_.has_value() ? booking_date_ : created_);
  out->append(Concat(
      "<Bal><Tp><CdOrPrtry><Cd>", code, "</Cd></CdOrPrtry></Tp><Amt Ccy=\"", currency_.code(),
      "\">", FormatSum(minor < 0 ? -minor : minor, currency_.decimals()), "</Amt><CdtDbtInd>",
      minor < 0 ? "DBIT" : "CRDT", "</CdtDbtInd><Dt><Dt>", date, "</Dt></Dt></Bal>\n"));
}

void CamtWriter::AppendTotals(std::string* out) const {
  const int decimals = currency_.decimals();
  const Int128 net = credit_minor_ - debit_minor_;
  const std::string net_amount = FormatSum(net < 0 ? -net : net, decimals);
  const std::string_view net_sign = net < 0 ? "DBIT" : "CRDT";
  out->append(Concat("<TxsSummry><TtlNtries><NbOfNtries>", credits_ + debits_, "</NbOfNtries><Sum>",
                     FormatSum(credit_minor_ + debit_minor_, decimals), "</Sum>"));
  out->append(version_ <= 3 ? Concat("<TtlNetNtryAmt>", net_amount, "</TtlNetNtryAmt><CdtDbtInd>",
                                     net_sign, "</CdtDbtInd>")
                            : Concat("<TtlNetNtry><Amt>", net_amount, "</Amt><CdtDbtInd>", net_sign,
                                     "</CdtDbtInd></TtlNetNtry>"));
  out->append(Concat("</TtlNtries><TtlCdtNtries><NbOfNtries>", credits_, "</NbOfNtries><Sum>",
                     FormatSum(credit_minor_, decimals), "</Sum></TtlCdtNtries><TtlDbtNtries>"));
  out->append(Concat("<NbOfNtries>", debits_, "</NbOfNtries><Sum>",
                     FormatSum(debit_minor_, decimals), "</Sum></TtlDbtNtries></TxsSummry>\n"));
}

// The statement that was filled, with what it adds up to in front.
void CamtWriter::AppendStatement(std::string* out) {
  ++statements_;
  StatementBook::Account& account = book_->Of(account_, currency_);
  ++account.number;
  const std::string_view name = CamtStatementName(kind_);
  out->append(Concat("<", name, ">\n<Id>", message_id_, "-", statements_, "</Id><ElctrncSeqNb>",
                     account.number, "</ElctrncSeqNb><CreDtTm>", Created(), "</CreDtTm>\n"));
  AppendAccount(out);
  if (kind_ == CamtKind::kStatement) {
    AppendBalance("OPBD", account.balance_minor, out);
    account.balance_minor += booked_minor_;
    AppendBalance("CLBD", account.balance_minor, out);
  }
  AppendTotals(out);
  out->append(entries_);
  out->append(Concat("</", name, ">\n"));
  entries_.clear();
  credits_ = debits_ = 0;
  credit_minor_ = debit_minor_ = booked_minor_ = 0;
}

}  // namespace

std::unique_ptr<FormatWriter> MakeCamtWriter(CamtKind kind) {
  KVITT_CHECK(kind != CamtKind::kReport);
  return std::make_unique<CamtWriter>(kind);
}

}  // namespace kvitt
