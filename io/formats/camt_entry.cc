#include "io/formats/camt_entry.h"

#include <algorithm>
#include <cstring>
#include <memory>

#include "engine/value/concat.h"
#include "io/bytes/xml_bytes.h"
#include "kvitt/reference.h"

namespace kvitt {
namespace {

// Small enough for a batch to stay in the first-level cache until it is handed over.
constexpr size_t kBatchPayments = 96;
constexpr size_t kBlockControlsMax = 50;
constexpr std::string_view kFamilyPrefix = "urn:iso:std:iso:20022:tech:xsd:camt.05";

bool IsOneOf(std::string_view value, std::initializer_list<std::string_view> values) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

bool IsTrue(std::string_view text) {
  return !text.empty() && (text == "true" || text == "1");
}

// References that banks fill in where there is none.
bool IsFiller(std::string_view reference) {
  if (reference.empty()) return true;
  switch (reference[0]) {
    case 'N':
      return IsOneOf(reference, {"NOTPROVIDED", "NOTAVAILABLE", "NONREF", "NOREF"});
    case '-':
      return reference.size() == 1;
    case '0':
      return reference.find_first_not_of('0') == std::string_view::npos;
    default:
      return false;
  }
}

// A code of up to four letters as a number, to be compared without a call. Nearly all of them have four.
constexpr uint32_t Code4(std::string_view code) {
  if (code.size() == 4) {
    const auto byte = [code](size_t i) {
      return static_cast<uint32_t>(static_cast<unsigned char>(code[i]));
    };
    return byte(0) << 24 | byte(1) << 16 | byte(2) << 8 | byte(3);
  }
  if (code.size() > 4) return 0xFFFFFFFF;
  uint32_t value = 0;
  for (const char c : code) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

std::string_view UnlessFiller(std::string_view reference) {
  return IsFiller(reference) ? std::string_view() : reference;
}

std::string_view FirstOf(std::string_view a, std::string_view b) {
  return a.empty() ? b : a;
}

// `BG50501055` in NtryRef is how some Swedish banks name the receiving bankgiro.
std::string_view BankgiroInEntryReference(std::string_view reference) {
  if (reference.size() < 9 || reference.size() > 10 || reference.substr(0, 2) != "BG") return {};
  const std::string_view digits = reference.substr(2);
  return digits.find_first_not_of("0123456789") == std::string_view::npos ? digits
                                                                          : std::string_view();
}

// The name under which kvitt writes a number of the creditor that is not the account itself.
std::string_view CreditorScheme(std::string_view scheme) {
  if (scheme.empty()) return {};
  if (scheme == "BGNR") return "bankgiro";
  if (scheme == "PGNR") return "plusgiro";
  if (scheme == "FIK") return "fik";
  return {};
}

// Whether an IBAN as delivered is the account. Only one with blanks or small letters needs rewriting.
bool IsSameIban(std::string_view iban, std::string_view account) {
  if (iban.size() == account.size() && iban.size() > 8 && iban[0] >= 'A' && iban[0] <= 'Z') {
    // Without its blanks it would be shorter. Accounts differ at their ends.
    const size_t rest = iban.size() - 8;
    return LoadWord(iban.data() + rest) == LoadWord(account.data() + rest) &&
           iban.substr(0, rest) == account.substr(0, rest);
  }
  if (iban == account) return true;
  const bool is_plain =
      iban.find(' ') == std::string_view::npos && iban[0] >= 'A' && iban[0] <= 'Z';
  return !is_plain && NormalAccount(iban) == account;
}

std::string_view Expected(AmountError error) {
  return error == AmountError::kTooManyDecimals
             ? "expected no more decimals than the currency has"
             : "expected an amount (digits, at most one decimal point)";
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return lower;
}

}  // namespace

CamtEntries::CamtEntries(const CamtReading& reading, BlockSink* sink, CamtBlockSummary* summary)
    : reading_(reading), sink_(sink), summary_(summary), home_path_(reading.home_path) {
  PlaceFields();
}

void CamtEntries::BeginHeader(std::string_view bytes) {
  bytes_ = bytes;
  in_header_ = true;
}

void CamtEntries::BeginBlock(std::string_view bytes, uint64_t offset, bool is_transcoded) {
  bytes_ = bytes;
  offset_ = offset;
  is_transcoded_ = is_transcoded;
  if (in_header_) {
    // What the header declares was counted where it stands.
    statement_.goes_on = true;
    statement_.has_group = false;
    statement_.balances.clear();
    statement_.total = statement_.credits = statement_.debits = {};
  }
  in_header_ = false;
}

void CamtEntries::End() {
  if (has_statement_) EndStatement();
  FlushPayments();
  tally_.Store(&summary_->tally);
  summary_->tally.lines = entries_;
  summary_->tally.statements_opened = static_cast<uint32_t>(summary_->statements_seen);
}

void CamtEntries::Damage(const XmlFault& fault) {
  Fail(fault.text, bytes_.data() + fault.offset,
       fault.truncated ? DeviationCode::kFileTruncated : DeviationCode::kRecordMalformed);
}

XmlFamily CamtEntries::Classify(std::string_view uri, std::string* why) {
  return ClassifyCamt(reading_.kind, uri, why);
}

XmlFamily ClassifyCamt(CamtKind kind, std::string_view uri, std::string* why) {
  if (uri.substr(0, kFamilyPrefix.size()) != kFamilyPrefix) return XmlFamily::kForeign;
  const std::string_view rest = uri.substr(kFamilyPrefix.size());
  static constexpr std::string_view kKinds = "234";
  const bool is_report_etc = rest.size() == 8 && kKinds.find(rest[0]) != std::string_view::npos &&
                             rest.substr(1, 5) == ".001.";
  if (!is_report_etc) return XmlFamily::kForeign;
  if (static_cast<size_t>(kind) != kKinds.find(rest[0])) {
    *why = Concat("expected one kind of message in a file (camt.05",
                  kKinds.substr(static_cast<size_t>(kind), 1), "), found ", uri);
    return XmlFamily::kRefused;
  }
  const int version = (rest[6] - '0') * 10 + (rest[7] - '0');
  const int oldest = kind == CamtKind::kReport ? 1 : 2;
  if (version < oldest || version > 13) {
    *why = Concat("expected a version from .", oldest == 1 ? "01" : "02", " to .13, found ", uri,
                  ": a version that kvitt does not know may mean other things by the same names");
    return XmlFamily::kRefused;
  }
  return XmlFamily::kOurs;
}

bool CamtEntries::OnEvents(absl::Span<const XmlEvent> events) {
  for (const XmlEvent& event : events) {
    bool go_on = true;
    if (event.kind == XmlEventKind::kText) [[likely]] {
      const Field& field = fields_[event.node];
      if (field.text != nullptr && field.text->data() == nullptr) {
        *field.text = event.view();
        continue;
      }
      if (field.text != nullptr || field.money != nullptr) {
        if (!Store(field, event)) return false;
        continue;
      }
    }
    switch (event.kind) {
      case XmlEventKind::kText:
        go_on = Text(event);
        break;
      case XmlEventKind::kBegin:
        go_on = Begin(event);
        break;
      case XmlEventKind::kEnd:
        go_on = EndOf(event);
        break;
    }
    if (!go_on) return false;
  }
  if (wants_release_ && entry_.begin == nullptr) {
    // Payments behind the last hand-over may hold texts that are freed now.
    if (scanner_->HoldsText() && !batch_.payments.empty()) FlushPayments();
    wants_release_ = false;
    scanner_->ReleaseText();
  }
  return true;
}

void CamtEntries::PlaceFields() {
  Entry& e = entry_;
  fields_[kCamtEntryReference] = {&e.reference, nullptr, ""};
  fields_[kCamtEntryAmount] = {nullptr, &e.amount, "Amt"};
  fields_[kCamtEntrySign] = {&e.sign, nullptr, "CdtDbtInd"};
  fields_[kCamtEntryReversal] = {&e.reversal, nullptr, "RvslInd"};
  fields_[kCamtEntryStatus] = {&e.status, nullptr, "Sts"};
  fields_[kCamtBookingDateValue] = {&e.booking_date, nullptr, "BookgDt"};
  fields_[kCamtValueDateValue] = {&e.value_date, nullptr, "ValDt"};
  fields_[kCamtEntryBankReference] = {&e.bank_reference, nullptr, "AcctSvcrRef"};
  fields_[kCamtEntryDomainCode] = {&e.code.domain, nullptr, ""};
  fields_[kCamtEntryFamilyCode] = {&e.code.family, nullptr, ""};
  fields_[kCamtEntrySubFamilyCode] = {&e.code.sub_family, nullptr, ""};
  fields_[kCamtEntryText] = {&e.text, nullptr, ""};
  Transaction& t = transaction_;
  fields_[kCamtBankReference] = {&t.bank_reference, nullptr, ""};
  fields_[kCamtEndToEndId] = {&t.end_to_end_id, nullptr, ""};
  fields_[kCamtTransactionId] = {&t.transaction_id, nullptr, ""};
  fields_[kCamtInstructionId] = {&t.instruction_id, nullptr, ""};
  fields_[kCamtMandateId] = {&t.mandate_id, nullptr, ""};
  fields_[kCamtAmount] = {nullptr, &t.amount, "TxDtls/Amt"};
  fields_[kCamtSign] = {&t.sign, nullptr, "TxDtls/CdtDbtInd"};
  fields_[kCamtInstructedAmount] = {nullptr, &t.instructed, "InstdAmt/Amt"};
  fields_[kCamtTransferredAmount] = {nullptr, &t.transferred, "TxAmt/Amt"};
  fields_[kCamtDomainCode] = {&t.code.domain, nullptr, ""};
  fields_[kCamtFamilyCode] = {&t.code.family, nullptr, ""};
  fields_[kCamtSubFamilyCode] = {&t.code.sub_family, nullptr, ""};
  fields_[kCamtDebtorName] = {&t.debtor.name, nullptr, ""};
  fields_[kCamtUltimateDebtorName] = {&t.debtor.ultimate_name, nullptr, ""};
  fields_[kCamtDebtorOrganisationNumber] = {&t.debtor.organisation, nullptr, ""};
  fields_[kCamtDebtorIban] = {&t.debtor.iban, nullptr, ""};
  fields_[kCamtDebtorAccountNumber] = {&t.debtor.number, nullptr, ""};
  fields_[kCamtDebtorAccountSchemeCode] = {&t.debtor.scheme, nullptr, ""};
  fields_[kCamtCreditorName] = {&t.creditor.name, nullptr, ""};
  fields_[kCamtUltimateCreditorName] = {&t.creditor.ultimate_name, nullptr, ""};
  fields_[kCamtCreditorOrganisationNumber] = {&t.creditor.organisation, nullptr, ""};
  fields_[kCamtCreditorIban] = {&t.creditor.iban, nullptr, ""};
  fields_[kCamtCreditorAccountNumber] = {&t.creditor.number, nullptr, ""};
  fields_[kCamtCreditorAccountSchemeCode] = {&t.creditor.scheme, nullptr, ""};
  fields_[kCamtTransactionText] = {&t.text, nullptr, ""};
}

// An amount, or a text whose element was met before.
bool CamtEntries::Store(const Field& field, const XmlEvent& event) {
  if (field.money != nullptr) return OnceMoney(field.money, event, field.once);
  if (!field.once.empty()) {
    return Fail(Concat("expected ", field.once, " once, found it twice"), event.text);
  }
  if (field.text->empty()) *field.text = event.view();
  return true;
}

bool CamtEntries::Begin(const XmlEvent& event) {
  switch (event.node) {
    case kCamtGroupHeader:
      has_group_ = true;
      group_page_ = 0;
      is_last_group_page_ = true;
      return true;
    case kCamtStatement:
      return BeginStatement(event);
    case kCamtBalance:
      balance_code_.clear();
      balance_sign_.clear();
      balance_amount_ = {};
      return true;
    case kCamtEntry:
      return BeginEntry(event);
    case kCamtBatch:
      batches_.emplace_back();
      batches_.back().first_part = parts_.size();
      return true;
    case kCamtEntryCharges:
      entry_charges_.records.emplace_back();
      return true;
    case kCamtTransaction:
      return BeginTransaction();
    case kCamtCharges:
      charges_.records.emplace_back();
      return true;
    case kCamtStructured:
      structured_.emplace_back();
      return true;
    case kCamtDocumentInformation:
      if (structured_.empty()) return true;
      ++structured_.back().documents;
      return true;
    case kCamtReturn:
      transaction_.is_return = true;
      return true;
    default:
      return true;
  }
}

bool CamtEntries::EndOf(const XmlEvent& event) {
  switch (event.node) {
    case kCamtStatement:
      if (!has_entries_ && !BeginEntries(event)) return false;
      EndStatement();
      return true;
    case kCamtBalance:
      return EndBalance(event);
    case kCamtEntry:
      return EndEntry(event);
    case kCamtTransaction:
      return EndTransaction();
    default:
      return true;
  }
}

bool CamtEntries::Text(const XmlEvent& event) {
  if (event.node < kCamtEntry) return HeaderText(event);
  if (event.node < kCamtTransaction) return EntryText(event);
  return TransactionText(event);
}

// ---- Statements ---------------------------------------------------------------------------------

bool CamtEntries::BeginStatement(const XmlEvent& event) {
  const std::string path = scanner_->Path().Text();
  if (home_path_.empty()) home_path_ = path;
  if (path != home_path_) {
    return Fail(
        Concat("expected every statement of a file at ", home_path_, ", found one at ", path),
        event.text);
  }
  if (!in_header_) ++summary_->statements_seen;
  statement_ = {};
  statement_.byte_offset = OffsetOf(event.text);
  statement_.has_group = has_group_;
  statement_.group_page = group_page_;
  statement_.is_last_group_page = is_last_group_page_;
  account_iban_.clear();
  account_number_.clear();
  account_scheme_.clear();
  account_country_.clear();
  created_.clear();
  net_sign_.clear();
  is_copy_ = false;
  has_statement_ = true;
  has_entries_ = false;
  return true;
}

void CamtEntries::EndStatement() {
  if (net_sign_ == "DBIT") statement_.total.net = -statement_.total.net;
  net_sign_.clear();
  summary_->statements.push_back(std::move(statement_));
  statement_ = {};
  has_statement_ = false;
  has_entries_ = false;
}

bool CamtEntries::HeaderText(const XmlEvent& event) {
  const std::string_view text = event.view();
  switch (event.node) {
    case kCamtGroupPageNumber:
      return ReadPage(text, &group_page_, event);
    case kCamtGroupPageLast:
      is_last_group_page_ = IsTrue(text);
      return true;
    case kCamtStatementId:
      statement_.id = text;
      return true;
    case kCamtSequence:
      statement_.sequence = text;
      return true;
    case kCamtCreated:
      created_ = text;
      return true;
    case kCamtPageNumber:
      return ReadPage(text, &statement_.page, event);
    case kCamtPageLast:
      statement_.is_last_page = IsTrue(text);
      return true;
    case kCamtCopy:
      is_copy_ = !text.empty();
      return true;
    case kCamtAccountIban:
      account_iban_ = text;
      return true;
    case kCamtAccountNumber:
      account_number_ = text;
      return true;
    case kCamtAccountSchemeCode:
      account_scheme_ = text;
      return true;
    case kCamtAccountCurrency:
      statement_.currency = Currency::FromCode(text);
      return true;
    case kCamtServicerBic:
      if (text.size() >= 6) account_country_ = Lower(text.substr(4, 2));
      return true;
    case kCamtBalanceCode:
      balance_code_ = text;
      return true;
    case kCamtBalanceSign:
      balance_sign_ = text;
      return true;
    case kCamtBalanceAmount:
      return OnceMoney(&balance_amount_, event, "Bal/Amt");
    case kCamtTotalCount:
      return ReadCount(event, &statement_.total);
    case kCamtTotalSum:
      return ReadSum(event, &statement_.total);
    case kCamtTotalNetAmount:
      statement_.total.has_net = true;
      return ReadFigure(event, &statement_.total.net);
    case kCamtTotalNetSign:
      net_sign_ = text;
      return true;
    case kCamtCreditsCount:
      return ReadCount(event, &statement_.credits);
    case kCamtCreditsSum:
      return ReadSum(event, &statement_.credits);
    case kCamtDebitsCount:
      return ReadCount(event, &statement_.debits);
    case kCamtDebitsSum:
      return ReadSum(event, &statement_.debits);
    default:
      return true;
  }
}

bool CamtEntries::ReadPage(std::string_view text, int64_t* page, const XmlEvent& event) {
  int64_t number = 0;
  if (text.empty() || text.size() > 9 ||
      text.find_first_not_of("0123456789") != std::string_view::npos) {
    return Fail(Concat("PgNb: expected a page number, found ", text), event.text);
  }
  for (const char c : text) number = number * 10 + (c - '0');
  *page = number;
  return true;
}

bool CamtEntries::ReadFigure(const XmlEvent& event, Int128* figure) {
  if (ParseCamtFigure(event.view(), figure)) return true;
  return Fail(Concat("TxsSummry: expected a figure, found ", event.view().substr(0, 40)),
              event.text);
}

bool CamtEntries::ReadCount(const XmlEvent& event, CamtDeclared* declared) {
  declared->has_count = true;
  if (!ReadFigure(event, &declared->count)) return false;
  declared->count /= 100000;
  return true;
}

bool CamtEntries::ReadSum(const XmlEvent& event, CamtDeclared* declared) {
  declared->has_sum = true;
  return ReadFigure(event, &declared->sum);
}

bool CamtEntries::EndBalance(const XmlEvent& event) {
  CamtBalance balance;
  if (balance_code_ == "OPBD") balance.kind = CamtBalance::Kind::kOpening;
  if (balance_code_ == "PRCD") balance.kind = CamtBalance::Kind::kPreviousClosing;
  if (balance_code_ == "CLBD") balance.kind = CamtBalance::Kind::kClosing;
  if (balance.kind == CamtBalance::Kind::kOther) return true;
  balance.currency = balance_amount_.currency;
  if (balance.currency.is_none()) {
    return Fail("Bal/Amt: expected an amount with an ISO 4217 currency", event.text);
  }
  if (!ParseCamtFigure(balance_amount_.text, &balance.amount)) {
    return Fail(Concat("Bal/Amt: expected an amount, found ", balance_amount_.text.substr(0, 40)),
                event.text);
  }
  if (balance_sign_ != "CRDT" && balance_sign_ != "DBIT") {
    return Fail(Concat("Bal/CdtDbtInd: expected CRDT or DBIT, found ", balance_sign_), event.text);
  }
  if (balance_sign_ == "DBIT") balance.amount = -balance.amount;
  if (statement_.currency.is_none()) statement_.currency = balance.currency;
  statement_.balances.push_back(balance);
  return true;
}

// The header is complete: the account is known, or the file is no use.
bool CamtEntries::BeginEntries(const XmlEvent& event) {
  has_entries_ = true;
  std::string account;
  if (!account_iban_.empty()) {
    account = NormalAccount(account_iban_);
    account_country_ = Lower(std::string_view(account).substr(0, 2));
  } else if (!account_number_.empty()) {
    std::string scheme(CreditorScheme(account_scheme_));
    if (scheme.empty() && (account_scheme_.empty() || account_scheme_ == "BBAN")) {
      if (account_country_.empty() && account_number_.size() == 11 &&
          statement_.currency.code() == "NOK") {
        account_country_ = "no";
      }
      scheme = account_country_.empty() ? "bban" : Concat("bban-", account_country_);
    }
    if (scheme.empty()) scheme = Lower(account_scheme_);
    account = NormalAccount(Concat(scheme, ":", account_number_));
  }
  if (account.empty()) return Fail("expected Acct/Id before the entries, found none", event.text);
  statement_.account = account;
  account_ = Keep(account);
  if (!in_header_) tally_.AddAccount(account_);
  return true;
}

// ---- Entries ------------------------------------------------------------------------------------

bool CamtEntries::BeginEntry(const XmlEvent& event) {
  std::construct_at(&entry_);
  entry_.begin = event.text;
  entry_charges_.Clear();
  batches_.clear();
  parts_.clear();
  first_payment_ = batch_.payments.size();
  return has_entries_ || BeginEntries(event);
}

bool CamtEntries::EntryText(const XmlEvent& event) {
  const std::string_view text = event.view();
  switch (event.node) {
    case kCamtEntryChargesTotal:
      entry_charges_.total = {text, CurrencyOf(event), true};
      return true;
    case kCamtEntryChargesAmount:
      if (entry_charges_.records.empty()) entry_charges_.records.emplace_back();
      entry_charges_.records.back().amount = {text, CurrencyOf(event), true};
      return true;
    case kCamtEntryChargesSign:
      if (!entry_charges_.records.empty()) entry_charges_.records.back().is_credit = text == "CRDT";
      return true;
    case kCamtEntryChargesIncluded:
      if (!entry_charges_.records.empty()) entry_charges_.records.back().is_included = IsTrue(text);
      return true;
    case kCamtBatchCount:
      if (!batches_.empty()) batches_.back().count = {text, {}, true};
      return true;
    case kCamtBatchSum:
      if (!batches_.empty()) batches_.back().sum = {text, CurrencyOf(event), true};
      return true;
    case kCamtBatchSign:
      if (!batches_.empty()) batches_.back().sign = text;
      return true;
    default:
      return true;
  }
}

// Checks what an entry must have, once, before its details are looked at.
bool CamtEntries::OpenEntry() {
  entry_.is_opened = true;
  if (!entry_.amount.is_there) return Fail("expected Amt in the entry, found none", nullptr);
  if (!ReadMinor(entry_.amount, "Amt", &entry_.amount_minor)) return false;
  if (Code4(entry_.sign) == Code4("CRDT")) {
    entry_.direction = Direction::kCredit;
  } else if (Code4(entry_.sign) == Code4("DBIT")) {
    entry_.direction = Direction::kDebit;
  } else {
    return Fail(Concat("CdtDbtInd: expected CRDT or DBIT, found ",
                       entry_.sign.empty() ? "none" : entry_.sign.substr(0, 40)),
                entry_.sign.data());
  }
  if (entry_.status.empty()) return Fail("expected Sts in the entry, found none", nullptr);
  entry_.is_booked = Code4(entry_.status) == Code4("BOOK");
  entry_.is_reversal = IsTrue(entry_.reversal);
  if (!ReadDate(entry_.booking_date, "BookgDt", &entry_.booked_on)) return false;
  if (!ReadDate(entry_.value_date, "ValDt", &entry_.valued_on)) return false;
  if (!entry_.booked_on.has_value()) entry_.booked_on = entry_.valued_on;
  if (!entry_.booked_on.has_value() && !ReadDate(created_, "CreDtTm", &entry_.booked_on))
    return false;
  return true;
}

bool CamtEntries::EndEntry(const XmlEvent& event) {
  if (!entry_.is_opened && !OpenEntry()) return false;
  if (event.text != nullptr && entry_.begin != nullptr &&
      static_cast<size_t>(event.text - entry_.begin) > kCamtEntryBytesMax) {
    return Fail(
        Concat("expected entries of at most ", kCamtEntryBytesMax, " bytes, found a longer one"),
        nullptr);
  }
  uint64_t stated = 0;
  if (!EndBatches(&stated)) return false;
  AddEntrySums();
  const bool went_well = parts_.empty() ? EntryWithoutDetails(stated) : EntryWithDetails(stated);
  if (!went_well) return false;
  ++entries_;
  entry_.begin = nullptr;
  if (batch_.payments.size() >= kBatchPayments) FlushPayments();
  return true;
}

void CamtEntries::AddEntrySums() {
  const Currency currency = entry_.amount.currency;
  DecimalsOf(currency);
  const Int128 scaled = entry_.amount_minor * scale_;
  CamtSums* sums = nullptr;
  for (CamtSums& candidate : statement_.sums) {
    if (candidate.currency == currency) sums = &candidate;
  }
  if (sums == nullptr) {
    sums = &statement_.sums.emplace_back();
    sums->currency = currency;
  }
  const bool is_credit = entry_.direction == Direction::kCredit;
  (is_credit ? sums->credits : sums->debits) += 1;
  (is_credit ? sums->credit_sum : sums->debit_sum) += scaled;
  if (!entry_.is_booked) {
    summary_->warnings.Note("an entry that is not booked: it is listed, never posted", entries_);
    ++summary_->tally.unbooked;
    return;
  }
  (is_credit ? sums->booked_credits : sums->booked_debits) += 1;
  (is_credit ? sums->booked_credit_sum : sums->booked_debit_sum) += scaled;
  BlockTally& tally = summary_->tally;
  ++tally.entries;
  tally.transactions += std::max<size_t>(1, parts_.size());
  if (is_credit) {
    tally_.AddCredit(currency, entry_.amount_minor);
  } else {
    tally_.AddDebit(currency, entry_.amount_minor);
  }
  tally_.AddDate(entry_.booked_on);
}

// Counts and sums that the batches state, against the transactions given.
bool CamtEntries::EndBatches(uint64_t* stated) {
  for (size_t i = 0; i < batches_.size(); ++i) {
    const Batch& batch = batches_[i];
    const size_t end = i + 1 < batches_.size() ? batches_[i + 1].first_part : parts_.size();
    const size_t given = end - batch.first_part;
    if (batch.count.is_there) {
      Int128 count = 0;
      if (!ParseCamtFigure(batch.count.text, &count) || batch.count.text.size() > 15) {
        return Fail(Concat("NbOfTxs: expected a number, found ", batch.count.text.substr(0, 40)),
                    batch.count.text.data());
      }
      const auto number = static_cast<uint64_t>(count / 100000);
      *stated += number;
      if (given > 0 && number != given) {
        FailControl(
            Concat("Btch/NbOfTxs: expected ", number, " transactions as declared, found ", given));
      } else if (given > 0) {
        ++summary_->held_controls;
      }
    }
    if (!batch.sum.is_there) continue;
    if (!(batch.sum.currency == entry_.amount.currency)) {
      NoteForeignFigure();
      continue;
    }
    int64_t declared = 0;
    if (!ReadMinor(batch.sum, "Btch/TtlAmt", &declared)) return false;
    if (batch.sign == "DBIT" ? entry_.direction == Direction::kCredit
                             : !batch.sign.empty() && entry_.direction == Direction::kDebit) {
      declared = -declared;
    }
    Int128 sum = 0;
    bool is_complete = given > 0 || batches_.size() == 1;
    for (size_t part = batch.first_part; part < end; ++part) {
      is_complete &= parts_[part].has_amount;
      const bool same = parts_[part].direction == entry_.direction;
      sum += same ? parts_[part].amount_minor : -parts_[part].amount_minor;
    }
    if (!is_complete) continue;
    if (given == 0) sum = entry_.amount_minor;
    if (sum == declared || (given == 1 && declared == entry_.amount_minor)) {
      ++summary_->held_controls;
      continue;
    }
    const int decimals = entry_.amount.currency.decimals();
    FailControl(Concat("Btch/TtlAmt: expected ", FormatAmount(declared, decimals),
                       " as declared, found ", FormatSum(sum, decimals)));
  }
  return true;
}

// The entry is the payment itself, or a batch whose transactions come in another file.
bool CamtEntries::EntryWithoutDetails(uint64_t stated) {
  const uint32_t record = transactions_++;
  if (entry_.amount_minor == 0) {
    summary_->warnings.Note("an entry of 0: nothing to post", entries_);
    return true;
  }
  std::construct_at(&transaction_);
  Payment& payment = NewPayment();
  payment.record = record;
  payment.amount_minor = entry_.amount_minor;
  payment.bank_reference = FirstOf(entry_.bank_reference, entry_.reference);
  if (stated > 0) {
    payment.details_missing = true;
    payment.entry_transactions = static_cast<uint32_t>(std::min<uint64_t>(stated, 0xFFFFFFFF));
    payment.entry_reference = payment.bank_reference;
  }
  Part part;
  if (!ReadCharges(entry_charges_, &part)) return false;
  payment.charges_minor = part.included_charges_minor;
  AddCreditorNumber(&payment);
  AddKind(&payment);
  if (!entry_.text.empty()) batch_.AddText(&payment, entry_.text);
  return true;
}

bool CamtEntries::EntryWithDetails(uint64_t stated) {
  Payment* payments = batch_.payments.data() + first_payment_;
  const size_t count = parts_.size();
  const auto entry_transactions = static_cast<uint32_t>(std::min<uint64_t>(stated, 0xFFFFFFFF));
  if (count == 1) {
    Part& part = parts_[0];
    if (charges_.records.empty() && !charges_.total.is_there &&
        !ReadCharges(entry_charges_, &part)) {
      return false;
    }
    if (!part.is_own_amount) {
      part.has_amount = part.is_own_amount = true;
      part.amount_minor = entry_.amount_minor;
      part.direction = entry_.direction;
    }
    if (payments[0].text_count == 0 && !entry_.text.empty()) {
      batch_.AddText(&payments[0], entry_.text);
    }
  }
  for (const Part& part : parts_) {
    if (part.has_amount) continue;
    // A line of a batch never inherits the total of the batch.
    summary_->warnings.Note(
        "a batch whose transactions have no amount of their own: it is taken as one without "
        "details",
        entries_);
    batch_.payments.resize(first_payment_);
    transactions_ -= static_cast<uint32_t>(count);
    if (!EntryWithoutDetails(std::max<uint64_t>(stated, count))) return false;
    transactions_ += static_cast<uint32_t>(count) - 1;
    return true;
  }
  if (!SettleAmounts()) return false;
  size_t kept = 0;
  std::vector<Payment> fees;
  for (size_t i = 0; i < count; ++i) {
    Payment& payment = payments[i];
    payment.amount_minor = parts_[i].amount_minor;
    payment.charges_minor = parts_[i].included_charges_minor;
    payment.direction = parts_[i].direction;
    payment.entry_transactions = entry_transactions;
    payment.entry_amount_minor = count > 1 ? entry_.amount_minor : 0;
    if (parts_[i].fee_minor > 0) fees.push_back(FeeOf(payment, parts_[i].fee_minor));
    if (payment.amount_minor == 0) {
      summary_->warnings.Note("a transaction of 0: nothing to post", entries_);
      continue;
    }
    if (kept != i) payments[kept] = payment;
    ++kept;
  }
  batch_.payments.resize(first_payment_ + kept);
  batch_.payments.insert(batch_.payments.end(), fees.begin(), fees.end());
  return true;
}

// The transactions must add up to the entry: as they are, or with the charges that the file states.
// A credit was booked net of them; a debit includes them as a fee of its own.
bool CamtEntries::SettleAmounts() {
  Int128 plain = 0;
  Int128 with_charges = 0;
  for (const Part& part : parts_) {
    const int64_t sign = part.direction == entry_.direction ? 1 : -1;
    const bool is_credit = part.direction == Direction::kCredit;
    plain += sign * part.amount_minor;
    with_charges +=
        sign * (part.amount_minor + (is_credit ? -part.charges_minor : part.charges_minor));
  }
  if (plain == entry_.amount_minor) {
    if (parts_.size() > 1) ++summary_->held_controls;
    return true;
  }
  if (with_charges != entry_.amount_minor) {
    const int decimals = entry_.amount.currency.decimals();
    FailControl(Concat("TxDtls: expected transactions of ",
                       FormatAmount(entry_.amount_minor, decimals),
                       " together as the entry, found ", FormatSum(plain, decimals)));
    return true;
  }
  for (Part& part : parts_) {
    if (part.charges_minor == 0) continue;
    if (part.direction == Direction::kDebit) {
      part.fee_minor = part.charges_minor;
      part.included_charges_minor = 0;
      continue;
    }
    if (part.charges_minor > part.amount_minor) {
      return Fail("expected charges below the amount, found more", nullptr);
    }
    part.amount_minor -= part.charges_minor;
    part.included_charges_minor = part.charges_minor;
  }
  if (parts_.size() > 1) ++summary_->held_controls;
  return true;
}

Payment CamtEntries::FeeOf(const Payment& payment, int64_t minor) {
  Payment fee = payment;
  fee.kind = PaymentKind::kFee;
  fee.amount_minor = minor;
  fee.charges_minor = 0;
  fee.reverses = {};
  fee.end_to_end_id = {};
  fee.reference_first = fee.reference_count = 0;
  fee.text_first = fee.text_count = 0;
  return fee;
}

// ---- Transactions -------------------------------------------------------------------------------

bool CamtEntries::BeginTransaction() {
  std::construct_at(&transaction_);
  charges_.Clear();
  structured_.clear();
  quoted_.clear();
  unstructured_.clear();
  additional_.clear();
  return entry_.is_opened || OpenEntry();
}

bool CamtEntries::TransactionText(const XmlEvent& event) {
  const std::string_view text = event.view();
  switch (event.node) {
    case kCamtChargesTotal:
      charges_.total = {text, CurrencyOf(event), true};
      return true;
    case kCamtChargesAmount:
      if (charges_.records.empty()) charges_.records.emplace_back();
      charges_.records.back().amount = {text, CurrencyOf(event), true};
      return true;
    case kCamtChargesSign:
      if (!charges_.records.empty()) charges_.records.back().is_credit = text == "CRDT";
      return true;
    case kCamtChargesIncluded:
      if (!charges_.records.empty()) charges_.records.back().is_included = IsTrue(text);
      return true;
    default:
      return RemittanceText(event);
  }
}

bool CamtEntries::RemittanceText(const XmlEvent& event) {
  const std::string_view text = event.view();
  if (event.node == kCamtUnstructured) {
    if (!text.empty()) unstructured_.push_back(text);
    return true;
  }
  if (structured_.empty()) return true;
  Structured& structured = structured_.back();
  const auto index = static_cast<uint32_t>(structured_.size() - 1);
  switch (event.node) {
    case kCamtDocumentTypeCode:
      if (text == "CREN") structured.is_credit_note = true;
      return true;
    case kCamtDocumentNumber:
      if (!text.empty()) quoted_.push_back({text, index, true});
      return true;
    case kCamtCreditorReference:
      if (text.empty()) return true;
      ++structured.creditor_references;
      quoted_.push_back({text, index, false});
      return true;
    case kCamtRemittedAmount:
      structured.remitted = {text, CurrencyOf(event), true};
      return true;
    case kCamtCreditNoteAmount:
      structured.credit_note = {text, CurrencyOf(event), true};
      return true;
    case kCamtAdditionalRemittance:
      if (!text.empty()) additional_.push_back(text);
      return true;
    default:
      return true;
  }
}

Payment& CamtEntries::NewPayment() {
  Payment& payment = batch_.payments.emplace_back();
  payment.creditor_account = account_;
  payment.booking_date = entry_.booked_on;
  payment.value_date = entry_.valued_on;
  payment.currency = entry_.amount.currency;
  payment.direction = entry_.direction;
  payment.is_copy = is_copy_;
  payment.is_pending = !entry_.is_booked;
  payment.statement = static_cast<uint32_t>(summary_->statements_seen);
  switch (reading_.kind) {
    case CamtKind::kReport:
      payment.origin = Origin::kReport;
      // What a report of the day lists comes again in the statement: it never posts by itself.
      if (!reading_.report_is_payments) payment.is_pending = true;
      break;
    case CamtKind::kStatement:
      payment.origin = Origin::kStatement;
      break;
    case CamtKind::kNotification:
      payment.origin = Origin::kNotification;
      break;
  }
  return payment;
}

bool CamtEntries::EndTransaction() {
  Part& part = parts_.emplace_back();
  if (!PartAmount(&part) || !ReadCharges(charges_, &part)) return false;
  Payment& payment = NewPayment();
  payment.record = transactions_++;
  payment.direction = part.direction;
  const std::string_view entry_reference = FirstOf(entry_.bank_reference, entry_.reference);
  payment.bank_reference = FirstOf(UnlessFiller(transaction_.bank_reference), entry_reference);
  payment.end_to_end_id = UnlessFiller(transaction_.end_to_end_id);
  payment.entry_reference = entry_reference;
  AddKind(&payment);
  AddPayer(&payment);
  AddCreditorNumber(&payment);
  AddReferences(&payment, part);
  for (const std::string_view line : unstructured_) batch_.AddText(&payment, line);
  for (const std::string_view line : additional_) batch_.AddText(&payment, line);
  if (payment.text_count == 0 && !transaction_.text.empty()) {
    batch_.AddText(&payment, transaction_.text);
  }
  return true;
}

// What moved in the account's currency. An ordered amount (InstdAmt) is the last resort, and only
// in the same currency: it is what the payer meant to send, not what came.
bool CamtEntries::PartAmount(Part* part) {
  part->direction = entry_.direction;
  if (Code4(transaction_.sign) == Code4("CRDT")) {
    part->direction = Direction::kCredit;
  } else if (Code4(transaction_.sign) == Code4("DBIT")) {
    part->direction = Direction::kDebit;
  } else if (!transaction_.sign.empty()) {
    return Fail(
        Concat("TxDtls/CdtDbtInd: expected CRDT or DBIT, found ", transaction_.sign.substr(0, 40)),
        transaction_.sign.data());
  }
  const Money* money[] = {&transaction_.amount, &transaction_.transferred,
                          &transaction_.instructed};
  const auto is_foreign = [this](const Money& candidate) {
    return candidate.is_there && !(candidate.currency == entry_.amount.currency);
  };
  const bool has_own = (transaction_.amount.is_there && !is_foreign(transaction_.amount)) ||
                       (transaction_.transferred.is_there && !is_foreign(transaction_.transferred));
  if (!has_own && (is_foreign(transaction_.amount) || is_foreign(transaction_.transferred))) {
    NoteForeignFigure();
  }
  for (const Money* candidate : money) {
    if (!candidate->is_there || !(candidate->currency == entry_.amount.currency)) continue;
    part->has_amount = true;
    part->is_own_amount = candidate != &transaction_.instructed;
    return ReadMinor(*candidate, "TxDtls: amount", &part->amount_minor);
  }
  return true;
}

void CamtEntries::AddKind(Payment* payment) {
  const Code& code = transaction_.code.family.empty() && transaction_.code.domain.empty()
                         ? entry_.code
                         : transaction_.code;
  const bool is_debit = payment->direction == Direction::kDebit;
  const uint32_t family = Code4(code.family);
  bool is_direct_debit =
      !transaction_.mandate_id.empty() || family == Code4("IDDT") || family == Code4("RDDT");
  bool undoes = transaction_.is_return || entry_.is_reversal;
  PaymentKind kind = PaymentKind::kPayment;
  switch (Code4(code.sub_family)) {
    case Code4("UPDD"):
    case Code4("PRDD"):
      is_direct_debit = undoes = true;
      break;
    case Code4("RRTN"):
    case Code4("RPCR"):
      undoes = true;
      break;
    case Code4("CHRG"):
    case Code4("FEES"):
    case Code4("COMM"):
    case Code4("COME"):
    case Code4("COMI"):
    case Code4("COMT"):
      kind = PaymentKind::kFee;
      break;
    case Code4("INTR"):
      kind = PaymentKind::kInterest;
      break;
    default:
      // Cash pooling and sweeping between own accounts.
      if (Code4(code.domain) == Code4("CAMT")) kind = PaymentKind::kTransfer;
      if (kind == PaymentKind::kPayment && family == Code4("IDDT") && !is_debit) {
        kind = PaymentKind::kDirectDebit;
      }
  }
  // What nothing marks as a return is money that the account holder sent: it must not take a payment
  // back that happens to have its amount.
  if (kind == PaymentKind::kPayment && is_debit) kind = PaymentKind::kTransfer;
  payment->kind = kind;
  if (!undoes) return;
  payment->kind =
      is_direct_debit && is_debit ? PaymentKind::kDirectDebitReturn : PaymentKind::kReversal;
  payment->reverses = UnlessFiller(transaction_.end_to_end_id);
  if (payment->reverses.empty()) payment->reverses = UnlessFiller(transaction_.transaction_id);
  if (payment->reverses.empty()) payment->reverses = UnlessFiller(transaction_.instruction_id);
}

void CamtEntries::AddPayer(Payment* payment) {
  const Party& debtor = transaction_.debtor;
  const Party& creditor = transaction_.creditor;
  const auto is_own = [this](const Party& party) {
    return (!party.iban.empty() && IsSameIban(party.iban, account_)) ||
           (!party.number.empty() && party.number == account_number_);
  };
  const Party* payer = payment->direction == Direction::kCredit ? &debtor : &creditor;
  const Party* other = payer == &debtor ? &creditor : &debtor;
  // Returns keep the roles of what they return: the party that is not the holder is the other one.
  if ((payer->HasAccount() && is_own(*payer)) || !payer->IsKnown()) std::swap(payer, other);
  if (payer->HasAccount() && is_own(*payer)) return;
  payment->payer_name = FirstOf(payer->name, payer->ultimate_name);
  payment->payer_org_no = payer->organisation;
  if (!payer->iban.empty()) {
    payment->payer_account = payer->iban;
  } else if (!payer->number.empty()) {
    payment->payer_account = PayerNumber(*payer);
  }
}

// An account number without IBAN: a giro number by its scheme, a national one by the country of the
// statement where it has that country's length, anything else as delivered.
std::string_view CamtEntries::PayerNumber(const Party& payer) {
  const std::string_view giro = CreditorScheme(payer.scheme);
  if (!giro.empty()) return Keep(NormalAccount(Concat(giro, ":", payer.number)));
  if (!payer.scheme.empty() && payer.scheme != "BBAN") return payer.number;
  const size_t national = account_country_ == "no"                               ? 11
                          : account_country_ == "dk" || account_country_ == "fi" ? 14
                                                                                 : 0;
  if (payer.number.size() != national ||
      payer.number.find_first_not_of("0123456789") != std::string_view::npos) {
    return payer.number;
  }
  return Keep(Concat("bban-", account_country_, ":", payer.number));
}

// Money that was sent to a bankgiro or FIK number belongs to that number: references are counted
// there.
void CamtEntries::AddCreditorNumber(Payment* payment) {
  if (payment->direction != Direction::kCredit) return;
  std::string_view scheme = CreditorScheme(transaction_.creditor.scheme);
  std::string_view number = transaction_.creditor.number;
  if (scheme.empty() || number.empty()) {
    scheme = "bankgiro";
    number = BankgiroInEntryReference(entry_.reference);
  }
  if (number.empty()) return;
  payment->creditor_account = Keep(NormalAccount(Concat(scheme, ":", number)));
  if (payment->creditor_account != account_) payment->statement_account = account_;
}

void CamtEntries::AddReferences(Payment* payment, const Part& part) {
  if (quoted_.empty()) return;
  ReferenceScheme scheme = ReferenceScheme::kUnknown;
  if (Code4(transaction_.creditor.scheme) == Code4("FIK")) scheme = ReferenceScheme::kFik;
  if (Code4(transaction_.creditor.scheme) == Code4("BGNR")) scheme = ReferenceScheme::kOcr;
  amounts_.assign(structured_.size(), 0);
  const bool has_amounts = SplitAmounts(part);
  for (const QuotedReference& quoted : quoted_) {
    const Structured& structured = structured_[quoted.structured];
    PaymentReference reference;
    reference.value = quoted.value;
    reference.scheme = quoted.is_document ? ReferenceScheme::kInvoice : scheme;
    // The amount of a block belongs to one reference: the creditor's own, else the only document.
    const bool is_bearer = structured.creditor_references == 1
                               ? !quoted.is_document
                               : structured.creditor_references == 0 && structured.documents == 1;
    if (has_amounts && is_bearer) {
      reference.has_amount = true;
      reference.amount_minor = amounts_[quoted.structured];
    }
    batch_.AddReference(payment, reference);
  }
}

// What each Strd block gets of the payment, into amounts_. False when the blocks state no amounts,
// or amounts that do not add up to the payment: then nobody can say which of them is wrong.
bool CamtEntries::SplitAmounts(const Part& part) {
  bool any = false;
  for (const Structured& s : structured_) any |= s.remitted.is_there || s.credit_note.is_there;
  if (!any) return false;
  const int64_t whole = part.is_own_amount ? part.amount_minor : entry_.amount_minor;
  // A credit note's block states what it takes off in CdtNoteAmt; some banks use RmtdAmt for it.
  for (const bool negate : {false, true}) {
    Int128 sum = 0;
    bool is_sound = true;
    for (size_t i = 0; i < structured_.size(); ++i) {
      const Structured& s = structured_[i];
      int64_t remitted = 0;
      int64_t credit_note = 0;
      const Currency currency = entry_.amount.currency;
      if (s.remitted.is_there) {
        is_sound &=
            s.remitted.currency == currency &&
            ParseAmount(s.remitted.text, currency.decimals(), &remitted) == AmountError::kOk;
      }
      if (s.credit_note.is_there) {
        is_sound &=
            s.credit_note.currency == currency &&
            ParseAmount(s.credit_note.text, currency.decimals(), &credit_note) == AmountError::kOk;
      }
      amounts_[i] = (negate && s.is_credit_note ? -remitted : remitted) - credit_note;
      sum += amounts_[i];
    }
    if (is_sound && sum == whole) return true;
  }
  summary_->warnings.Note(
      "amounts of the structured references that do not add up to the transaction: not used",
      entries_);
  return false;
}

bool CamtEntries::ReadCharges(const Charges& charges, Part* part) {
  const auto read = [&](const Money& money, int64_t* sum) {
    if (!money.is_there || !(money.currency == entry_.amount.currency)) return true;
    int64_t minor = 0;
    const AmountError error = ParseAmount(money.text, DecimalsOf(money.currency), &minor);
    if (error == AmountError::kTooManyDecimals) {
      summary_->warnings.Note("charges with more decimals than the currency has: not used",
                              entries_);
      return true;
    }
    if (error != AmountError::kOk) {
      return Fail(Concat("Chrgs: ", Expected(error), ", found ", money.text.substr(0, 40)),
                  money.text.data());
    }
    *sum += minor;
    return true;
  };
  part->charges_minor = part->included_charges_minor = 0;
  for (const Charge& charge : charges.records) {
    if (charge.is_credit) continue;
    if (!read(charge.amount, &part->charges_minor)) return false;
    if (charge.is_included && !read(charge.amount, &part->included_charges_minor)) return false;
  }
  if (part->charges_minor == 0 && !read(charges.total, &part->charges_minor)) return false;
  return true;
}

void CamtEntries::FlushPayments() {
  if (!batch_.payments.empty()) sink_->Payments(batch_);
  batch_.Clear();
  // The open statement's account lives in the arena.
  const std::string account(account_);
  arena_.Clear();
  account_ = Keep(account);
  first_payment_ = 0;
  wants_release_ = true;
}

// ---- Fields -------------------------------------------------------------------------------------

bool CamtEntries::OnceMoney(Money* field, const XmlEvent& event, std::string_view name) {
  if (field->is_there) return Fail(Concat("expected ", name, " once, found it twice"), event.text);
  // Stored field by field, as events are.
  field->text = event.view();
  field->currency = CurrencyOf(event);
  field->is_there = true;
  return true;
}

Currency CamtEntries::CurrencyOf(const XmlEvent& event) {
  if (event.attribute_length != 3) return {};
  if (event.attribute == attribute_) return currency_;
  char code[4];
  std::memcpy(code, &event.attribute, sizeof(code));
  attribute_ = event.attribute;
  currency_ = Currency::FromCode(std::string_view(code, 3));
  return currency_;
}

int CamtEntries::DecimalsOf(Currency currency) {
  if (currency == decimals_of_) return decimals_;
  decimals_of_ = currency;
  decimals_ = currency.decimals();
  scale_ = CamtScaled(1, currency);
  return decimals_;
}

bool CamtEntries::ReadMinor(const Money& money, std::string_view name, int64_t* minor) {
  if (money.currency.is_none()) {
    return Fail(Concat(name, ": expected the attribute Ccy with an ISO 4217 currency"),
                money.text.data());
  }
  const AmountError error = !money.text.empty() && money.text[0] == '-'
                                ? AmountError::kMalformed
                                : ParseAmount(money.text, DecimalsOf(money.currency), minor);
  if (error == AmountError::kOk) return true;
  return Fail(Concat(name, ": ", Expected(error), ", found ", money.text.substr(0, 40), " ",
                     money.currency.code()),
              money.text.data(),
              error == AmountError::kTooManyDecimals ? DeviationCode::kPrecisionLost
                                                     : DeviationCode::kRecordMalformed);
}

// A date, or a date with a time or an offset behind it: its local date.
bool CamtEntries::ReadDate(std::string_view text, std::string_view name, Date* date) {
  if (text.empty()) return true;
  const bool is_plain = text.size() == 10;
  if (is_plain && date_.has_value() && std::memcmp(text.data(), date_bytes_, 10) == 0) {
    *date = date_;
    return true;
  }
  const bool may_follow = is_plain || (text.size() > 10 && (text[10] == 'T' || text[10] == 'Z' ||
                                                            text[10] == '+' || text[10] == '-'));
  if (!may_follow || !ParseDate(text.substr(0, 10), &date_)) {
    return Fail(Concat(name, ": expected a date YYYY-MM-DD, found ", text.substr(0, 40)),
                text.data());
  }
  std::memcpy(date_bytes_, text.data(), 10);
  *date = date_;
  return true;
}

uint64_t CamtEntries::OffsetOf(const char* at) const {
  if (at == nullptr || at < bytes_.data() || at > bytes_.data() + bytes_.size()) at = entry_.begin;
  if (at == nullptr || at < bytes_.data() || at > bytes_.data() + bytes_.size()) return offset_;
  auto offset = static_cast<uint64_t>(at - bytes_.data());
  if (is_transcoded_) {
    offset -= static_cast<uint64_t>(
        std::count_if(bytes_.data(), at, [](char c) { return (c & '\xC0') == '\x80'; }));
  }
  return offset_ + offset;
}

bool CamtEntries::Fail(std::string text, const char* at, DeviationCode code) {
  summary_->is_damaged = true;
  summary_->damage.code = code;
  summary_->damage.record = entry_.begin != nullptr ? entries_ + 1 : 0;
  summary_->damage.byte_offset = OffsetOf(at);
  summary_->damage.text = std::move(text);
  return false;
}

void CamtEntries::FailControl(std::string text) {
  if (summary_->failed_controls.size() >= kBlockControlsMax) return;
  RecordProblem problem;
  problem.code = DeviationCode::kControlTotalMismatch;
  problem.record = entries_ + 1;
  problem.byte_offset = OffsetOf(entry_.begin);
  problem.text = std::move(text);
  summary_->failed_controls.push_back(std::move(problem));
}

void CamtEntries::NoteForeignFigure() {
  if (summary_->foreign_figures++ == 0) summary_->first_foreign_figure = entries_;
}

}  // namespace kvitt
