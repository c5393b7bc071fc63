#include "tests/oracle/camt_expat.h"

#include <expat.h>

#include <cstdlib>
#include <map>
#include <memory>

#include <pugixml.hpp>

#include "kvitt/amount.h"
#include "kvitt/date.h"
#include "kvitt/reference.h"

namespace kvitt {
namespace {

constexpr std::string_view kFamily = "urn:iso:std:iso:20022:tech:xsd:camt.05";

struct Element {
  std::string name;  // local name; "?" for one of another namespace
  std::string ccy;
  std::string text;
  std::vector<std::unique_ptr<Element>> children;
  std::map<std::string, std::string> namespaces;
};

std::string Trimmed(const std::string& text) {
  const size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

// ---- Trees --------------------------------------------------------------------------------------

struct Builder {
  Element root;
  std::vector<Element*> open = {&root};
  bool has_doctype = false;
  size_t depth_max = 0;

  void Start(const std::string& qualified, const std::map<std::string, std::string>& attributes) {
    auto element = std::make_unique<Element>();
    element->namespaces = open.back()->namespaces;
    for (const auto& [key, value] : attributes) {
      if (key == "xmlns") element->namespaces[""] = value;
      if (key.substr(0, 6) == "xmlns:") element->namespaces[key.substr(6)] = value;
      if (key == "Ccy") element->ccy = value;
    }
    const size_t colon = qualified.find(':');
    const std::string prefix = colon == std::string::npos ? "" : qualified.substr(0, colon);
    const std::string local = colon == std::string::npos ? qualified : qualified.substr(colon + 1);
    const auto found = element->namespaces.find(prefix);
    const bool ours =
        found != element->namespaces.end() && found->second.substr(0, kFamily.size()) == kFamily;
    element->name = ours ? local : "?";
    Element* raw = element.get();
    open.back()->children.push_back(std::move(element));
    open.push_back(raw);
    depth_max = std::max(depth_max, open.size());
  }
};

void OnStart(void* data, const XML_Char* name, const XML_Char** attributes) {
  std::map<std::string, std::string> all;
  for (; *attributes != nullptr; attributes += 2) all[attributes[0]] = attributes[1];
  static_cast<Builder*>(data)->Start(name, all);
}

void OnEnd(void* data, const XML_Char*) {
  static_cast<Builder*>(data)->open.pop_back();
}

void OnText(void* data, const XML_Char* text, int length) {
  static_cast<Builder*>(data)->open.back()->text.append(text, static_cast<size_t>(length));
}

void OnDoctype(void* data, const XML_Char*, const XML_Char*, const XML_Char*, int) {
  static_cast<Builder*>(data)->has_doctype = true;
}

bool BuildByExpat(std::string_view bytes, Builder* builder, std::string* reason) {
  XML_Parser parser = XML_ParserCreate(nullptr);
  XML_SetUserData(parser, builder);
  XML_SetElementHandler(parser, OnStart, OnEnd);
  XML_SetCharacterDataHandler(parser, OnText);
  XML_SetStartDoctypeDeclHandler(parser, OnDoctype);
  const bool ok =
      XML_Parse(parser, bytes.data(), static_cast<int>(bytes.size()), 1) == XML_STATUS_OK;
  if (!ok) *reason = XML_ErrorString(XML_GetErrorCode(parser));
  XML_ParserFree(parser);
  return ok;
}

void Walk(const pugi::xml_node& node, Builder* builder) {
  for (const pugi::xml_node child : node.children()) {
    if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) {
      builder->open.back()->text += child.value();
    } else if (child.type() == pugi::node_doctype) {
      builder->has_doctype = true;
    } else if (child.type() == pugi::node_element) {
      std::map<std::string, std::string> all;
      for (const pugi::xml_attribute attribute : child.attributes()) {
        all[attribute.name()] = attribute.value();
      }
      builder->Start(child.name(), all);
      Walk(child, builder);
      builder->open.pop_back();
    }
  }
}

bool BuildByPugixml(std::string_view bytes, Builder* builder, std::string* reason) {
  pugi::xml_document document;
  const pugi::xml_parse_result result =
      document.load_buffer(bytes.data(), bytes.size(),
                           pugi::parse_cdata | pugi::parse_escapes | pugi::parse_eol |
                               pugi::parse_ws_pcdata | pugi::parse_doctype);
  if (!result) {
    *reason = result.description();
    return false;
  }
  Walk(document, builder);
  return true;
}

// ---- Looking things up --------------------------------------------------------------------------

const Element* Child(const Element* element, std::string_view path) {
  while (element != nullptr && !path.empty()) {
    const size_t slash = path.find('/');
    const std::string_view name = path.substr(0, slash);
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
    const Element* next = nullptr;
    for (const auto& child : element->children) {
      if (next == nullptr && child->name == name) next = child.get();
    }
    element = next;
  }
  return element;
}

std::string Text(const Element* element, std::initializer_list<std::string_view> paths) {
  for (const std::string_view path : paths) {
    const Element* found = Child(element, path);
    if (found != nullptr && !Trimmed(found->text).empty()) return Trimmed(found->text);
  }
  return "";
}

std::vector<const Element*> All(const Element* element, std::string_view name) {
  std::vector<const Element*> all;
  if (element == nullptr) return all;
  for (const auto& child : element->children) {
    if (child->name == name) all.push_back(child.get());
  }
  return all;
}

// Every element of the name, anywhere below, but not below one of itself.
void Collect(const Element* element, std::string_view name, std::vector<const Element*>* out) {
  for (const auto& child : element->children) {
    if (child->name == name) {
      out->push_back(child.get());
    } else {
      Collect(child.get(), name, out);
    }
  }
}

bool IsFiller(const std::string& value) {
  return value.empty() || value == "NOTPROVIDED" || value == "NOTAVAILABLE" || value == "NONREF" ||
         value == "NOREF" || value == "-" || value.find_first_not_of('0') == std::string::npos;
}

std::string NotFiller(const std::string& value) {
  return IsFiller(value) ? "" : value;
}

struct Money {
  bool is_there = false;
  std::string ccy;
  int64_t minor = 0;
};

// ---- The rules ----------------------------------------------------------------------------------

class Rules {
 public:
  explicit Rules(CamtOracle* out) : out_(out) {}

  void Read(const Element& root);

 private:
  struct Line {
    std::string account, booked_account, direction, kind, amount, ccy, booked, valued, references,
        text, name, payer, organisation, bank, end_to_end, reverses, entry, entry_amount, charges;
    bool missing = false, copy = false, pending = false;
    size_t stated = 0;
  };

  bool Bad(const std::string& reason) {
    if (out_->reason.empty()) out_->reason = reason;
    return false;
  }

  bool ReadMoney(const Element* element, Money* money, bool is_strict);
  bool ReadDate(const std::string& text, std::string* date);
  bool ReadStatement(const Element* statement);
  bool ReadEntry(const Element* entry);
  bool ReadTransaction(
      const Element* transaction, bool is_single, Line* line, Money* own, bool* is_instructed);
  void SetKind(const Element* entry, const Element* transaction, Line* line);
  void SetPayer(const Element* transaction, Line* line);
  void SetCreditor(const Element* entry, const Element* transaction, Line* line);
  void SetReferences(const Element* transaction, int64_t whole, const std::string& ccy, Line* line);
  int64_t Charges(const Element* holder, const std::string& ccy, bool only_included);
  void Push(const Line& line);

  CamtOracle* out_;
  std::string account_, iban_, number_, country_;
  std::string created_;
  bool is_copy_ = false;
  bool is_report_ = false;
};

bool Rules::ReadMoney(const Element* element, Money* money, bool is_strict) {
  *money = {};
  if (element == nullptr) return true;
  money->is_there = true;
  money->ccy = element->ccy;
  const Currency currency = Currency::FromCode(money->ccy);
  if (currency.is_none()) return !is_strict || Bad("currency");
  const std::string text = Trimmed(element->text);
  if (!text.empty() && text[0] == '-') return !is_strict || Bad("negative amount");
  const bool ok = ParseAmount(text, currency.decimals(), &money->minor) == AmountError::kOk;
  return ok || !is_strict || Bad("amount " + text);
}

bool Rules::ReadDate(const std::string& text, std::string* date) {
  if (text.empty()) return true;
  Date parsed;
  if (!ParseDate(text.substr(0, 10), &parsed)) return Bad("date " + text);
  if (text.size() > 10 && std::string("TZ+-").find(text[10]) == std::string::npos)
    return Bad("date");
  *date = FormatDate(parsed);
  return true;
}

void Rules::Read(const Element& root) {
  std::vector<const Element*> documents;
  Collect(&root, "Document", &documents);
  out_->is_readable = true;
  for (const Element* document : documents) {
    for (const char* message :
         {"BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn", "BkToCstmrAcctRpt", "BkToCstmrAcctRptV01"}) {
      for (const Element* found : All(document, message)) {
        is_report_ = std::string_view(message).substr(0, 16) == "BkToCstmrAcctRpt";
        for (const auto& statement : found->children) {
          if (statement->name != "Stmt" && statement->name != "Ntfctn" &&
              statement->name != "Rpt") {
            continue;
          }
          if (!ReadStatement(statement.get())) out_->is_readable = false;
        }
      }
    }
  }
}

bool Rules::ReadStatement(const Element* statement) {
  iban_ = Text(statement, {"Acct/Id/IBAN"});
  number_ = Text(statement, {"Acct/Id/Othr/Id", "Acct/Id/BBAN", "Acct/Id/PrtryAcct/Id"});
  const std::string scheme =
      Text(statement, {"Acct/Id/Othr/SchmeNm/Cd", "Acct/Id/Othr/SchmeNm/Prtry"});
  const std::string bic =
      Text(statement, {"Acct/Svcr/FinInstnId/BIC", "Acct/Svcr/FinInstnId/BICFI"});
  country_ = bic.size() >= 6 ? bic.substr(4, 2) : "";
  if (!iban_.empty()) country_ = iban_.substr(0, 2);
  for (char& c : country_) c = static_cast<char>(c | 0x20);
  if (!iban_.empty()) {
    account_ = NormalAccount(iban_);
  } else if (number_.empty()) {
    return Bad("no account");
  } else {
    std::string word = scheme == "BGNR" ? "bankgiro" : scheme == "PGNR" ? "plusgiro" : "";
    if (scheme == "FIK") word = "fik";
    if (word.empty() && (scheme.empty() || scheme == "BBAN")) {
      if (country_.empty() && number_.size() == 11 && Text(statement, {"Acct/Ccy"}) == "NOK") {
        country_ = "no";
      }
      word = country_.empty() ? "bban" : "bban-" + country_;
    }
    if (word.empty()) {
      word = scheme;
      for (char& c : word) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
    }
    account_ = NormalAccount(word + ":" + number_);
  }
  created_ = Text(statement, {"CreDtTm"});
  is_copy_ = !Text(statement, {"CpyDplctInd"}).empty();
  for (const Element* entry : All(statement, "Ntry")) {
    if (!ReadEntry(entry)) return false;
  }
  return true;
}

int64_t Rules::Charges(const Element* holder, const std::string& ccy, bool only_included) {
  int64_t sum = 0;
  bool any = false;
  int64_t total = 0;
  const auto add = [&](const Element* record) {
    Money money;
    ReadMoney(Child(record, "Amt"), &money, false);
    if (!money.is_there || money.ccy != ccy || Text(record, {"CdtDbtInd"}) == "CRDT") return;
    const std::string included = Text(record, {"ChrgInclInd"});
    if (only_included && included != "true" && included != "1") return;
    sum += money.minor;
    any = true;
  };
  for (const Element* charges : All(holder, "Chrgs")) {
    add(charges);
    for (const Element* record : All(charges, "Rcrd")) add(record);
    Money money;
    ReadMoney(Child(charges, "TtlChrgsAndTaxAmt"), &money, false);
    if (money.is_there && money.ccy == ccy) total = money.minor;
  }
  if ((!any || sum == 0) && !only_included) return total;
  return sum;
}

bool Rules::ReadEntry(const Element* entry) {
  Money amount;
  if (All(entry, "Amt").size() != 1) return Bad("not one Amt");
  if (!ReadMoney(Child(entry, "Amt"), &amount, true)) return false;
  const std::string sign = Text(entry, {"CdtDbtInd"});
  if (sign != "CRDT" && sign != "DBIT") return Bad("sign");
  const std::string status = Text(entry, {"Sts/Cd", "Sts/Prtry", "Sts"});
  if (status.empty()) return Bad("status");
  Line base;
  base.account = account_;
  base.direction = sign;
  base.ccy = amount.ccy;
  base.pending = status != "BOOK" || is_report_;
  base.copy = is_copy_;
  if (!ReadDate(Text(entry, {"BookgDt/Dt", "BookgDt/DtTm"}), &base.booked)) return false;
  if (!ReadDate(Text(entry, {"ValDt/Dt", "ValDt/DtTm"}), &base.valued)) return false;
  if (base.booked.empty()) base.booked = base.valued;
  if (base.booked.empty() && !ReadDate(created_, &base.booked)) return false;
  const std::string reference = Text(entry, {"AcctSvcrRef", "NtryRef"});
  std::vector<const Element*> transactions = All(entry, "TxDtls");
  std::vector<const Element*> batches = All(entry, "Btch");
  for (const Element* details : All(entry, "NtryDtls")) {
    for (const Element* t : All(details, "TxDtls")) transactions.push_back(t);
    for (const Element* b : All(details, "Btch")) batches.push_back(b);
  }
  size_t stated = 0;
  for (const Element* batch : batches) {
    stated += static_cast<size_t>(std::atoll(Text(batch, {"NbOfTxs"}).c_str()));
  }
  if (status == "BOOK") {
    ++out_->entries;
    out_->transactions += std::max<size_t>(1, transactions.size());
  }
  std::vector<Line> lines;
  std::vector<Money> owns;
  bool lacks_amount = false;
  for (const Element* transaction : transactions) {
    Line line = base;
    line.bank = NotFiller(Text(transaction, {"Refs/AcctSvcrRef"}));
    if (line.bank.empty()) line.bank = reference;
    line.end_to_end = NotFiller(Text(transaction, {"Refs/EndToEndId"}));
    line.entry = reference;
    line.stated = stated;
    Money own;
    bool is_instructed = false;
    if (!ReadTransaction(transaction, transactions.size() == 1, &line, &own, &is_instructed))
      return false;
    if (transactions.size() == 1 && (!own.is_there || is_instructed)) {
      own = amount;
      line.direction = sign;
    }
    lacks_amount |= !own.is_there;
    SetKind(entry, transaction, &line);
    SetPayer(transaction, &line);
    SetCreditor(entry, transaction, &line);
    SetReferences(transaction, own.is_there && !is_instructed ? own.minor : amount.minor,
                  amount.ccy, &line);
    if (transactions.size() > 1) line.entry_amount = FormatAmount(amount.minor, 2);
    lines.push_back(line);
    owns.push_back(own);
  }
  if (lines.empty() || lacks_amount) {
    Line line = base;
    line.bank = reference;
    if (lacks_amount) stated = std::max(stated, lines.size());
    if (stated > 0) {
      line.missing = true;
      line.stated = stated;
      line.entry = reference;
    }
    line.amount = FormatAmount(amount.minor, Currency::FromCode(amount.ccy).decimals());
    const int64_t charges = Charges(entry, amount.ccy, true);
    if (charges != 0) line.charges = FormatAmount(charges, 2);
    SetKind(entry, nullptr, &line);
    SetCreditor(entry, nullptr, &line);
    const std::string text = Text(entry, {"AddtlNtryInf"});
    if (!text.empty()) line.text = text + ";";
    if (amount.minor > 0) Push(line);
    return true;
  }
  int64_t plain = 0;
  int64_t with = 0;
  std::vector<int64_t> charges;
  for (size_t i = 0; i < lines.size(); ++i) {
    const Element* holder = transactions[i];
    if (lines.size() == 1 && All(holder, "Chrgs").empty()) holder = entry;
    charges.push_back(Charges(holder, amount.ccy, false));
    const int64_t factor = lines[i].direction == sign ? 1 : -1;
    plain += factor * owns[i].minor;
    with += factor * (owns[i].minor + (lines[i].direction == "CRDT" ? -charges[i] : charges[i]));
    const int64_t included = Charges(holder, amount.ccy, true);
    if (included != 0) lines[i].charges = FormatAmount(included, 2);
  }
  std::vector<Line> fees;
  const bool is_net = plain != amount.minor && with == amount.minor;
  const int decimals = Currency::FromCode(amount.ccy).decimals();
  for (size_t i = 0; i < lines.size(); ++i) {
    Line& line = lines[i];
    if (is_net && charges[i] != 0 && line.direction == "CRDT") {
      owns[i].minor -= charges[i];
      line.charges = FormatAmount(charges[i], decimals);
    } else if (is_net && charges[i] != 0) {
      line.charges = "";
      Line fee = line;
      fee.kind = "fee";
      fee.amount = FormatAmount(charges[i], decimals);
      fee.reverses = fee.end_to_end = fee.references = fee.text = "";
      fees.push_back(fee);
    }
    if (lines.size() == 1 && line.text.empty()) {
      const std::string text = Text(entry, {"AddtlNtryInf"});
      if (!text.empty()) line.text = text + ";";
    }
    line.amount = FormatAmount(owns[i].minor, decimals);
    if (owns[i].minor > 0) Push(line);
  }
  for (const Line& fee : fees) Push(fee);
  return true;
}

bool Rules::ReadTransaction(const Element* t, bool, Line* line, Money* own, bool* is_instructed) {
  const std::string sign = Text(t, {"CdtDbtInd"});
  if (!sign.empty() && sign != "CRDT" && sign != "DBIT") return Bad("sign");
  if (!sign.empty()) line->direction = sign;
  if (All(t, "Amt").size() > 1) return Bad("two Amt");
  const char* paths[] = {"Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt"};
  for (const char* path : paths) {
    const Element* found = Child(t, path);
    if (found == nullptr || Currency::FromCode(found->ccy).is_none() || found->ccy != line->ccy)
      continue;
    *is_instructed = path == paths[2];
    if (!ReadMoney(found, own, true)) return false;
    break;
  }
  for (const Element* text : All(Child(t, "RmtInf"), "Ustrd")) {
    if (!Trimmed(text->text).empty()) line->text += Trimmed(text->text) + ";";
  }
  for (const Element* structured : All(Child(t, "RmtInf"), "Strd")) {
    for (const Element* text : All(structured, "AddtlRmtInf")) {
      if (!Trimmed(text->text).empty()) line->text += Trimmed(text->text) + ";";
    }
  }
  const std::string own_text = Text(t, {"AddtlTxInf"});
  if (line->text.empty() && !own_text.empty()) line->text = own_text + ";";
  return true;
}

void Rules::SetKind(const Element* entry, const Element* t, Line* line) {
  const bool own = !Text(t, {"BkTxCd/Domn/Cd", "BkTxCd/Domn/Fmly/Cd"}).empty();
  const Element* holder = own ? t : entry;
  const std::string domain = Text(holder, {"BkTxCd/Domn/Cd"});
  const std::string family = Text(holder, {"BkTxCd/Domn/Fmly/Cd"});
  const std::string sub = Text(holder, {"BkTxCd/Domn/Fmly/SubFmlyCd"});
  const std::string reversal = Text(entry, {"RvslInd"});
  const bool undoes = reversal == "true" || reversal == "1" || Child(t, "RtrInf") != nullptr ||
                      sub == "UPDD" || sub == "PRDD" || sub == "RRTN" || sub == "RPCR";
  const bool debit_order = !Text(t, {"Refs/MndtId"}).empty() || family == "IDDT" ||
                           family == "RDDT" || sub == "UPDD" || sub == "PRDD";
  line->kind = "payment";
  if (undoes) {
    line->kind = debit_order && line->direction == "DBIT" ? "direct_debit_return" : "reversal";
    for (const char* path : {"Refs/EndToEndId", "Refs/TxId", "Refs/InstrId"}) {
      if (line->reverses.empty()) line->reverses = NotFiller(Text(t, {path}));
    }
  } else if (sub == "CHRG" || sub == "FEES" || sub.substr(0, 3) == "COM") {
    line->kind = "fee";
  } else if (sub == "INTR") {
    line->kind = "interest";
  } else if (domain == "CAMT") {
    line->kind = "transfer";
  } else if (line->direction == "DBIT") {
    line->kind = "transfer";  // no return: money that the account holder sent
  } else if (family == "IDDT") {
    line->kind = "direct_debit";
  }
}

void Rules::SetPayer(const Element* t, Line* line) {
  struct Side {
    std::string name, organisation, iban, number, scheme;
    bool is_own = false;

    bool has_account() const { return !iban.empty() || !number.empty(); }
  };

  const auto side = [&](const std::string& role) {
    Side s;
    const std::string at = "RltdPties/" + role;
    s.name = Text(t, {at + "/Nm", at + "/Pty/Nm", at + "/Agt/FinInstnId/Nm"});
    if (s.name.empty()) {
      const std::string ultimate = "RltdPties/Ultmt" + role;
      s.name = Text(t, {ultimate + "/Nm", ultimate + "/Pty/Nm"});
    }
    s.organisation = Text(t, {at + "/Id/OrgId/Othr/Id", at + "/Pty/Id/OrgId/Othr/Id"});
    s.iban = Text(t, {at + "Acct/Id/IBAN"});
    s.number = Text(t, {at + "Acct/Id/Othr/Id", at + "Acct/Id/BBAN"});
    s.scheme = Text(t, {at + "Acct/Id/Othr/SchmeNm/Cd", at + "Acct/Id/Othr/SchmeNm/Prtry"});
    s.is_own = s.has_account() && ((!s.iban.empty() && NormalAccount(s.iban) == account_) ||
                                   (!s.number.empty() && s.number == number_));
    return s;
  };
  Side payer = side("Dbtr");
  Side other = side("Cdtr");
  if (line->direction == "DBIT") std::swap(payer, other);
  const bool unknown = payer.name.empty() && !payer.has_account();
  if (payer.is_own || unknown) std::swap(payer, other);
  if (payer.is_own) return;
  line->name = payer.name;
  line->organisation = payer.organisation;
  line->payer = payer.iban;
  if (!line->payer.empty() || payer.number.empty()) return;
  line->payer = payer.number;
  if (payer.scheme == "BGNR") line->payer = NormalAccount("bankgiro:" + payer.number);
  if (payer.scheme == "PGNR") line->payer = NormalAccount("plusgiro:" + payer.number);
  if (payer.scheme == "FIK") line->payer = NormalAccount("fik:" + payer.number);
  const bool digits = payer.number.find_first_not_of("0123456789") == std::string::npos;
  if ((payer.scheme.empty() || payer.scheme == "BBAN") && digits) {
    if (country_ == "no" && payer.number.size() == 11) line->payer = "bban-no:" + payer.number;
    if ((country_ == "dk" || country_ == "fi") && payer.number.size() == 14) {
      line->payer = "bban-" + country_ + ":" + payer.number;
    }
  }
}

void Rules::SetCreditor(const Element* entry, const Element* t, Line* line) {
  if (line->direction != "CRDT") return;
  const std::string scheme = Text(
      t, {"RltdPties/CdtrAcct/Id/Othr/SchmeNm/Cd", "RltdPties/CdtrAcct/Id/Othr/SchmeNm/Prtry"});
  const std::string number = Text(t, {"RltdPties/CdtrAcct/Id/Othr/Id"});
  const std::string reference = Text(entry, {"NtryRef"});
  std::string found;
  if (!number.empty() && scheme == "BGNR") found = "bankgiro:" + number;
  if (!number.empty() && scheme == "PGNR") found = "plusgiro:" + number;
  if (!number.empty() && scheme == "FIK") found = "fik:" + number;
  if (found.empty() && (reference.size() == 9 || reference.size() == 10) &&
      reference.substr(0, 2) == "BG" &&
      reference.find_first_not_of("0123456789", 2) == std::string::npos) {
    found = "bankgiro:" + reference.substr(2);
  }
  if (found.empty()) return;
  line->account = NormalAccount(found);
  if (line->account != account_) line->booked_account = account_;
}

void Rules::SetReferences(const Element* t, int64_t whole, const std::string& ccy, Line* line) {
  const std::vector<const Element*> blocks = All(Child(t, "RmtInf"), "Strd");
  std::vector<int64_t> amounts(blocks.size());
  bool use = false;
  for (int attempt = 0; attempt < 2 && !use; ++attempt) {
    int64_t sum = 0;
    bool sound = true;
    bool any = false;
    for (size_t i = 0; i < blocks.size(); ++i) {
      Money remitted, note;
      const Element* r = Child(blocks[i], "RfrdDocAmt/RmtdAmt");
      const Element* n = Child(blocks[i], "RfrdDocAmt/CdtNoteAmt");
      any |= r != nullptr || n != nullptr;
      if (r != nullptr) {
        sound &=
            r->ccy == ccy && ParseAmount(Trimmed(r->text), 2, &remitted.minor) == AmountError::kOk;
      }
      if (n != nullptr) {
        sound &= n->ccy == ccy && ParseAmount(Trimmed(n->text), 2, &note.minor) == AmountError::kOk;
      }
      bool is_note = false;
      for (const Element* document : All(blocks[i], "RfrdDocInf")) {
        is_note |= Text(document, {"Tp/CdOrPrtry/Cd"}) == "CREN";
      }
      amounts[i] = (attempt == 1 && is_note ? -remitted.minor : remitted.minor) - note.minor;
      sum += amounts[i];
    }
    use = any && sound && sum == whole;
  }
  const std::string number = Text(
      t, {"RltdPties/CdtrAcct/Id/Othr/SchmeNm/Cd", "RltdPties/CdtrAcct/Id/Othr/SchmeNm/Prtry"});
  for (size_t i = 0; i < blocks.size(); ++i) {
    size_t creditors = 0;
    const size_t documents = All(blocks[i], "RfrdDocInf").size();
    for (const Element* c : All(blocks[i], "CdtrRefInf")) {
      creditors += !Text(c, {"Ref", "CdtrRef"}).empty();
    }
    for (const auto& child : blocks[i]->children) {
      std::string value, scheme;
      bool bearer = false;
      if (child->name == "RfrdDocInf") {
        value = Text(child.get(), {"Nb", "RfrdDocNb"});
        scheme = "invoice";
        bearer = creditors == 0 && documents == 1;
      } else if (child->name == "CdtrRefInf") {
        value = Text(child.get(), {"Ref", "CdtrRef"});
        scheme = number == "FIK" ? "fik" : number == "BGNR" ? "ocr" : "";
        bearer = creditors == 1;
      }
      if (value.empty()) continue;
      line->references += value + "," + scheme + ",";
      if (use && bearer) line->references += FormatAmount(amounts[i], 2);
      line->references += ";";
    }
  }
}

void Rules::Push(const Line& l) {
  std::string text;
  for (const std::string& part : {l.account,
                                  l.booked_account,
                                  l.direction,
                                  l.kind,
                                  l.amount,
                                  l.ccy,
                                  l.booked,
                                  l.valued,
                                  l.references,
                                  l.text,
                                  l.name,
                                  l.payer,
                                  l.organisation,
                                  l.bank,
                                  l.end_to_end,
                                  l.reverses,
                                  l.entry,
                                  l.entry_amount,
                                  l.charges,
                                  std::to_string(l.stated),
                                  std::string(l.missing ? "missing" : ""),
                                  std::string(l.copy ? "copy" : ""),
                                  std::string(l.pending ? "pending" : "")}) {
    text += part + "|";
  }
  out_->payments.push_back(text);
}

}  // namespace

CamtOracle ReadCamtByOracle(std::string_view bytes, CamtOracleParser parser) {
  CamtOracle out;
  Builder builder;
  out.is_well_formed = parser == CamtOracleParser::kExpat
                           ? BuildByExpat(bytes, &builder, &out.reason)
                           : BuildByPugixml(bytes, &builder, &out.reason);
  if (builder.has_doctype) {
    out.is_well_formed = false;
    out.reason = "document type definition";
  }
  if (out.is_well_formed) Rules(&out).Read(builder.root);
  return out;
}

}  // namespace kvitt
