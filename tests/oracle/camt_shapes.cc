#include "tests/oracle/camt_shapes.h"

#include <string_view>
#include <utility>
#include <vector>

namespace kvitt {
namespace {

class Maker {
 public:
  explicit Maker(const CamtShapes& options) : options_(options), state_(options.seed * 2 + 1) {}

  std::string Make();

 private:
  uint64_t Random() {
    state_ += 0x9E3779B97F4A7C15;
    uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }

  uint64_t Below(uint64_t end) { return Random() % end; }

  // Whether an optional element is there: always in files of one shape, but for `usual` = false.
  bool Has(bool usual = true) {
    const uint64_t random = Random();
    return options_.changes_shape ? (random & 1) != 0 : usual;
  }

  bool Odd() { return options_.is_odd && Below(12) == 0; }

  void Newline() {
    if (!options_.is_indented) return;
    body_.append(options_.line_end).append(depth_ * 2, ' ');
  }

  void Open(std::string_view name, std::string_view attributes = "") {
    Newline();
    body_.append("<").append(options_.prefix).append(name).append(attributes);
    if (Odd()) body_.append(" \n ");
    body_.append(">");
    if (Odd()) body_.append("<!-- a comment with <tags> & no end -->");
    ++depth_;
  }

  void Close(std::string_view name) {
    --depth_;
    Newline();
    body_.append("</").append(options_.prefix).append(name);
    if (Odd()) body_.append(" ");
    body_.append(">");
  }

  void Leaf(std::string_view name, std::string_view text, std::string_view attributes = "") {
    Newline();
    body_.append("<").append(options_.prefix).append(name).append(attributes).append(">");
    if (Odd()) body_.append(" ");
    Text(text);
    body_.append("</").append(options_.prefix).append(name);
    if (Odd()) body_.append("\t");
    body_.append(">");
  }

  void Text(std::string_view text);

  std::string Digits(size_t count) {
    std::string digits;
    for (size_t i = 0; i < count; ++i) digits.push_back(static_cast<char>('0' + Below(10)));
    return digits;
  }

  std::string AmountText(uint64_t minor) {
    std::string part = std::to_string(minor % 100);
    if (part.size() < 2) part.insert(0, "0");
    return std::to_string(minor / 100) + "." + part;
  }

  std::string Name();

  std::string Ccy() { return Odd() ? " Ccy = 'NOK'" : " Ccy=\"NOK\""; }

  void Statement(size_t number);
  void Header(size_t number);
  void Balance(std::string_view code, int64_t minor);
  void Entry();
  void Code();
  void Transaction(uint64_t minor, bool is_credit, bool is_single);
  void Parties();
  void Account(std::string_view name);
  void Remittance(uint64_t minor);

  CamtShapes options_;
  uint64_t state_;
  std::string body_;
  size_t depth_ = 0;
  uint64_t serial_ = 0;
  size_t credits_ = 0;
  size_t debits_ = 0;
  uint64_t credit_minor_ = 0;
  uint64_t debit_minor_ = 0;
  int64_t balance_ = 123456;
};

void Maker::Text(std::string_view text) {
  if (text.size() > 2 && static_cast<unsigned char>(text[0]) < 0x80 && Odd()) {
    // The same text, written in another way.
    switch (Below(4)) {
      case 0:
        body_.append("<![CDATA[").append(text).append("]]>");
        return;
      case 1:
        for (const char c : text) {
          if (static_cast<unsigned char>(c) < 0x80) {
            body_.append("&#").append(std::to_string(static_cast<int>(c))).append(";");
          } else {
            body_.push_back(c);
          }
        }
        return;
      case 2:
        body_.append(text.substr(0, 1)).append("<!-- in between -->").append(text.substr(1));
        return;
      default:
        body_.append(text.substr(0, 1)).append("<?pi a > b?>").append(text.substr(1));
        return;
    }
  }
  body_.append(text);
}

std::string Maker::Name() {
  static constexpr std::string_view kFirst[] = {"Nordlys", "Fjell", "Søndre", "Åkers", "Björk",
                                                "Vik",     "Östra", "Lille",  "Store", "Øvre"};
  static constexpr std::string_view kSecond[] = {" Bygg AS",       " Handel AB",  " Kraft Oy",
                                                 " Transport ApS", " Maskin A/S", " Regnskap"};
  std::string name(kFirst[Below(10)]);
  name.append(kSecond[Below(6)]).append(" ").append(Digits(3));
  if (options_.is_odd && Below(6) == 0) name.append(" &amp; S&#248;nn");
  return name;
}

void Maker::Code() {
  Open("BkTxCd");
  if (Has()) {
    Open("Domn");
    Leaf("Cd", "PMNT");
    Open("Fmly");
    Leaf("Cd", "RCDT");
    static constexpr std::string_view kSub[] = {"ESCT", "DMCT", "VCOM", "INTR", "RRTN"};
    Leaf("SubFmlyCd", options_.changes_shape ? kSub[Below(5)] : kSub[Below(3)]);
    Close("Fmly");
    Close("Domn");
  }
  if (Has(false)) {
    Open("Prtry");
    Leaf("Cd", Digits(3));
    Leaf("Issr", "BANK");
    Close("Prtry");
  }
  Close("BkTxCd");
}

void Maker::Account(std::string_view name) {
  Open(name);
  Open("Id");
  if (Has()) {
    Leaf("IBAN", "NO" + Digits(13));
  } else {
    Open("Othr");
    Leaf("Id", Digits(11));
    if (Has()) {
      Open("SchmeNm");
      Leaf(Has() ? "Cd" : "Prtry", Has() ? "BBAN" : "BGNR");
      Close("SchmeNm");
    }
    Close("Othr");
  }
  Close("Id");
  if (Has(false)) Leaf("Ccy", "NOK");
  Close(name);
}

void Maker::Parties() {
  Open("RltdPties");
  const bool is_choice = options_.version >= 7;
  if (Has()) {
    Open("Dbtr");
    if (is_choice) Open("Pty");
    Leaf("Nm", Name());
    if (Has()) {
      Open("PstlAdr");
      if (Has()) Leaf("StrtNm", "Storgata " + Digits(2));
      Leaf("PstCd", Digits(4));
      Leaf("TwnNm", "Bergen");
      Leaf("Ctry", "NO");
      Close("PstlAdr");
    }
    if (Has(false)) {
      Open("Id");
      Open("OrgId");
      Open("Othr");
      Leaf("Id", Digits(9));
      Close("Othr");
      Close("OrgId");
      Close("Id");
    }
    if (is_choice) Close("Pty");
    Close("Dbtr");
  }
  if (Has()) Account("DbtrAcct");
  if (Has(false)) {
    Open("UltmtDbtr");
    if (is_choice) Open("Pty");
    Leaf("Nm", Name());
    if (is_choice) Close("Pty");
    Close("UltmtDbtr");
  }
  if (Has(false)) {
    Open("Cdtr");
    if (is_choice) Open("Pty");
    Leaf("Nm", Name());
    if (is_choice) Close("Pty");
    Close("Cdtr");
  }
  if (Has(false)) Account("CdtrAcct");
  Close("RltdPties");
}

void Maker::Remittance(uint64_t minor) {
  Open("RmtInf");
  const size_t lines = options_.changes_shape ? Below(4) : 0;
  for (size_t i = 0; i < lines; ++i) Leaf("Ustrd", "Faktura " + Digits(6) + " fra " + Name());
  const size_t blocks = options_.changes_shape ? Below(3) : 1;
  for (size_t i = 0; i < blocks; ++i) {
    Open("Strd");
    if (Has(false)) {
      Open("RfrdDocInf");
      if (Has()) {
        Open("Tp");
        Open("CdOrPrtry");
        Leaf("Cd", Has() ? "CINV" : "CREN");
        Close("CdOrPrtry");
        Close("Tp");
      }
      Leaf("Nb", "INV-" + Digits(7));
      if (Has(false)) Leaf("RltdDt", "2026-01-02");
      Close("RfrdDocInf");
    }
    if (Has(false)) {
      Open("RfrdDocAmt");
      const uint64_t share = Has() ? minor / blocks + (i == 0 ? minor % blocks : 0) : 1;
      Leaf(Has() ? "RmtdAmt" : "CdtNoteAmt", AmountText(share), Ccy());
      Close("RfrdDocAmt");
    }
    Open("CdtrRefInf");
    if (Has()) {
      Open("Tp");
      Open("CdOrPrtry");
      Leaf("Cd", "SCOR");
      Close("CdOrPrtry");
      Close("Tp");
    }
    Leaf("Ref", Digits(12));
    Close("CdtrRefInf");
    if (Has(false)) Leaf("AddtlRmtInf", "Note " + Digits(4));
    Close("Strd");
  }
  Close("RmtInf");
}

void Maker::Transaction(uint64_t minor, bool is_credit, bool is_single) {
  Open("TxDtls");
  Open("Refs");
  if (Has()) Leaf("MsgId", "M" + Digits(8));
  if (Has()) Leaf("AcctSvcrRef", "T" + Digits(10));
  if (Has(false)) Leaf("InstrId", "I" + Digits(6));
  if (Has()) Leaf("EndToEndId", Has() ? "E" + Digits(10) : "NOTPROVIDED");
  if (Has(false)) Leaf("TxId", "X" + Digits(6));
  if (Has(false)) Leaf("MndtId", "MD" + Digits(5));
  Close("Refs");
  const bool is_own = options_.version > 2 && (!is_single || Has());
  if (is_own) {
    Leaf("Amt", AmountText(minor), Ccy());
    Leaf("CdtDbtInd", is_credit ? "CRDT" : "DBIT");
  }
  if (!is_own && (!is_single || Has())) {
    Open("AmtDtls");
    if (Has(false)) {
      Open("InstdAmt");
      Leaf("Amt", AmountText(minor / 9), " Ccy=\"EUR\"");
      Close("InstdAmt");
    }
    Open("TxAmt");
    Leaf("Amt", AmountText(minor), Ccy());
    Close("TxAmt");
    Close("AmtDtls");
  }
  if (Has(false)) Code();
  if (Has()) Parties();
  if (Has()) {
    Open("RltdAgts");
    Open("DbtrAgt");
    Open("FinInstnId");
    Leaf(options_.version == 2 ? "BIC" : "BICFI", "DNBANOKKXXX");
    Close("FinInstnId");
    Close("DbtrAgt");
    Close("RltdAgts");
  }
  if (Has()) Remittance(minor);
  if (Has(false)) {
    Open("RltdDts");
    Leaf("AccptncDtTm", "2026-01-14T12:00:00");
    Close("RltdDts");
  }
  if (Has(false) && Below(8) == 0) {
    Open("RtrInf");
    Open("Rsn");
    Leaf("Cd", "AC04");
    Close("Rsn");
    Close("RtrInf");
  }
  if (Has(false)) Leaf("AddtlTxInf", "Tx " + Name());
  Close("TxDtls");
}

void Maker::Entry() {
  const size_t count = options_.transactions_max == 1 ? 1 : Below(options_.transactions_max + 1);
  const bool is_credit = options_.changes_shape ? Below(5) != 0 : true;
  uint64_t minor = 0;
  std::vector<uint64_t> parts;
  for (size_t i = 0; i < count; ++i) {
    parts.push_back(1 + Below(1000000));
    minor += parts.back();
  }
  if (count == 0) minor = 1 + Below(1000000);
  (is_credit ? credits_ : debits_) += 1;
  (is_credit ? credit_minor_ : debit_minor_) += minor;
  Open("Ntry");
  if (Has()) Leaf("NtryRef", std::to_string(++serial_));
  Leaf("Amt", AmountText(minor), Ccy());
  Leaf("CdtDbtInd", is_credit ? "CRDT" : "DBIT");
  if (Has(false)) Leaf("RvslInd", Below(6) == 0 ? "true" : "false");
  if (options_.version >= 7) {
    Open("Sts");
    Leaf("Cd", "BOOK");
    Close("Sts");
  } else {
    Leaf("Sts", "BOOK");
  }
  if (Has()) {
    Open("BookgDt");
    Leaf("Dt", "2026-01-1" + Digits(1));
    Close("BookgDt");
  }
  Open("ValDt");
  if (Has()) {
    Leaf("Dt", "2026-01-1" + Digits(1));
  } else {
    Leaf("DtTm", "2026-01-1" + Digits(1) + "T08:00:00+01:00");
  }
  Close("ValDt");
  if (Has()) Leaf("AcctSvcrRef", "B" + Digits(12));
  Code();
  if (count > 0 || Has(false)) {
    Open("NtryDtls");
    if (Has(false) || count > 1) {
      Open("Btch");
      Leaf("NbOfTxs", std::to_string(count > 0 ? count : 3));
      if (Has()) Leaf("TtlAmt", AmountText(minor), Ccy());
      Close("Btch");
    }
    for (const uint64_t part : parts) Transaction(part, is_credit, count == 1);
    Close("NtryDtls");
  }
  if (Has(false)) Leaf("AddtlNtryInf", "Entry " + Name());
  Close("Ntry");
}

void Maker::Balance(std::string_view code, int64_t minor) {
  Open("Bal");
  Open("Tp");
  Open("CdOrPrtry");
  Leaf("Cd", code);
  Close("CdOrPrtry");
  Close("Tp");
  Leaf("Amt", AmountText(static_cast<uint64_t>(minor < 0 ? -minor : minor)), " Ccy=\"NOK\"");
  Leaf("CdtDbtInd", minor < 0 ? "DBIT" : "CRDT");
  Open("Dt");
  Leaf("Dt", "2026-01-15");
  Close("Dt");
  Close("Bal");
}

void Maker::Header(size_t number) {
  Leaf("Id", "S-" + std::to_string(number));
  Leaf("CreDtTm", "2026-01-15T20:00:00");
  if (options_.changes_shape && Below(10) == 0) Leaf("CpyDplctInd", "DUPL");
  Open("Acct");
  Open("Id");
  Leaf("IBAN", number % 2 == 0 ? "NO9386011117947" : "SE4550000000058398257466");
  Close("Id");
  Leaf("Ccy", "NOK");
  Close("Acct");
}

void Maker::Statement(size_t number) {
  const std::string_view name = options_.kind == 2 ? "Rpt" : options_.kind == 3 ? "Stmt" : "Ntfctn";
  std::string before = std::move(body_);
  body_.clear();
  credits_ = debits_ = 0;
  credit_minor_ = debit_minor_ = 0;
  depth_ = 3;
  const size_t entries = options_.entries / options_.statements;
  for (size_t i = 0; i < entries; ++i) Entry();
  std::string all = std::move(body_);
  body_ = std::move(before);
  depth_ = 2;
  Open(name);
  Header(number);
  if (options_.kind == 3) {
    Balance("OPBD", balance_);
    balance_ += static_cast<int64_t>(credit_minor_) - static_cast<int64_t>(debit_minor_);
    Balance("CLBD", balance_);
  }
  if (Has() || options_.has_summary) {
    Open("TxsSummry");
    Open("TtlCdtNtries");
    Leaf("NbOfNtries", std::to_string(credits_));
    Leaf("Sum", AmountText(credit_minor_));
    Close("TtlCdtNtries");
    Open("TtlDbtNtries");
    Leaf("NbOfNtries", std::to_string(debits_));
    Leaf("Sum", AmountText(debit_minor_));
    Close("TtlDbtNtries");
    Close("TxsSummry");
  }
  body_.append(all);
  Close(name);
}

std::string Maker::Make() {
  const std::string version = (options_.version < 10 ? "0" : "") + std::to_string(options_.version);
  const std::string_view message = options_.kind == 2   ? "BkToCstmrAcctRpt"
                                   : options_.kind == 3 ? "BkToCstmrStmt"
                                                        : "BkToCstmrDbtCdtNtfctn";
  std::string attributes = " xmlns";
  if (const std::string prefix = options_.prefix; !prefix.empty()) {
    attributes += ":" + prefix.substr(0, prefix.size() - 1);
  }
  attributes += "=\"urn:iso:std:iso:20022:tech:xsd:camt.05" + std::to_string(options_.kind) +
                ".001." + version + "\"";
  body_ = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
  Open("Document", attributes);
  Open(message);
  Open("GrpHdr");
  Leaf("MsgId", "G-1");
  Leaf("CreDtTm", "2026-01-15T20:00:00");
  Close("GrpHdr");
  for (size_t i = 0; i < options_.statements; ++i) Statement(i);
  depth_ = 2;
  Close(message);
  Close("Document");
  body_.append(options_.line_end);
  return std::move(body_);
}

}  // namespace

std::string MakeCamtShapes(const CamtShapes& options) {
  return Maker(options).Make();
}

}  // namespace kvitt
