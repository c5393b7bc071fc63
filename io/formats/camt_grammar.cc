#include "io/formats/camt_grammar.h"

#include <vector>

#include "kvitt/check.h"

namespace kvitt {
namespace {

constexpr uint8_t kText = kXmlText;
constexpr uint8_t kBegin = kXmlBegin;
constexpr uint8_t kNone = 0;

constexpr XmlRule kHeaderRules[] = {
    {kXmlOutside, "Document", kCamtDocument, kXmlStrict},
    {kCamtMessage, "GrpHdr", kCamtGroupHeader, kBegin},
    {kCamtMessage, "SplmtryData", kCamtSupplement, kNone},
    {kCamtGroupHeader, "MsgPgntn", kCamtGroupPage, kNone},
    {kCamtGroupPage, "PgNb", kCamtGroupPageNumber, kText},
    {kCamtGroupPage, "LastPgInd", kCamtGroupPageLast, kText},
    {kCamtStatement, "Id", kCamtStatementId, kText},
    {kCamtStatement, "ElctrncSeqNb", kCamtSequence, kText},
    {kCamtStatement, "CreDtTm", kCamtCreated, kText},
    {kCamtStatement, "StmtPgntn", kCamtPage, kNone},
    {kCamtStatement, "NtfctnPgntn", kCamtPage, kNone},
    {kCamtStatement, "RptPgntn", kCamtPage, kNone},
    {kCamtPage, "PgNb", kCamtPageNumber, kText},
    {kCamtPage, "LastPgInd", kCamtPageLast, kText},
    {kCamtStatement, "CpyDplctInd", kCamtCopy, kText},
    {kCamtStatement, "Acct", kCamtAccount, kNone},
    {kCamtAccount, "Id", kCamtAccountId, kNone},
    {kCamtAccountId, "IBAN", kCamtAccountIban, kText},
    {kCamtAccountId, "Othr", kCamtAccountOther, kNone},
    {kCamtAccountOther, "Id", kCamtAccountNumber, kText},
    {kCamtAccountOther, "SchmeNm", kCamtAccountScheme, kNone},
    {kCamtAccountScheme, "Cd", kCamtAccountSchemeCode, kText},
    {kCamtAccountScheme, "Prtry", kCamtAccountSchemeCode, kText},
    // 052.001.01.
    {kCamtAccountId, "BBAN", kCamtAccountNumber, kText},
    {kCamtAccountId, "PrtryAcct", kCamtAccountOther, kNone},
    {kCamtAccount, "Ccy", kCamtAccountCurrency, kText},
    {kCamtAccount, "Svcr", kCamtServicer, kNone},
    {kCamtServicer, "FinInstnId", kCamtServicerInstitution, kNone},
    {kCamtServicerInstitution, "BIC", kCamtServicerBic, kText},
    {kCamtServicerInstitution, "BICFI", kCamtServicerBic, kText},
    {kCamtStatement, "Bal", kCamtBalance, kXmlBegin | kXmlEnd},
    {kCamtBalance, "Tp", kCamtBalanceType, kNone},
    {kCamtBalanceType, "CdOrPrtry", kCamtBalanceChoice, kNone},
    {kCamtBalanceChoice, "Cd", kCamtBalanceCode, kText},
    // 052.001.01 has the code right below the type.
    {kCamtBalanceType, "Cd", kCamtBalanceCode, kText},
    {kCamtBalance, "Amt", kCamtBalanceAmount, kText},
    {kCamtBalance, "CdtDbtInd", kCamtBalanceSign, kText},
    {kCamtStatement, "TxsSummry", kCamtSummary, kXmlEnd},
    {kCamtSummary, "TtlNtries", kCamtTotal, kNone},
    {kCamtTotal, "NbOfNtries", kCamtTotalCount, kText},
    {kCamtTotal, "Sum", kCamtTotalSum, kText},
    {kCamtTotal, "TtlNetNtryAmt", kCamtTotalNetAmount, kText},
    {kCamtTotal, "CdtDbtInd", kCamtTotalNetSign, kText},
    {kCamtTotal, "TtlNetNtry", kCamtTotalNet, kNone},
    {kCamtTotalNet, "Amt", kCamtTotalNetAmount, kText},
    {kCamtTotalNet, "CdtDbtInd", kCamtTotalNetSign, kText},
    {kCamtSummary, "TtlCdtNtries", kCamtCredits, kNone},
    {kCamtCredits, "NbOfNtries", kCamtCreditsCount, kText},
    {kCamtCredits, "Sum", kCamtCreditsSum, kText},
    {kCamtSummary, "TtlDbtNtries", kCamtDebits, kNone},
    {kCamtDebits, "NbOfNtries", kCamtDebitsCount, kText},
    {kCamtDebits, "Sum", kCamtDebitsSum, kText},
};

constexpr XmlRule kEntryRules[] = {
    {kCamtStatement, "Ntry", kCamtEntry, kXmlBegin | kXmlEnd | kXmlUnit},
    {kCamtEntry, "NtryRef", kCamtEntryReference, kText},
    {kCamtEntry, "Amt", kCamtEntryAmount, kText},
    {kCamtEntry, "CdtDbtInd", kCamtEntrySign, kText},
    {kCamtEntry, "RvslInd", kCamtEntryReversal, kText},
    // Text up to .06, a choice of two elements after it.
    {kCamtEntry, "Sts", kCamtEntryStatus, kText},
    {kCamtEntryStatus, "Cd", kCamtEntryStatus, kText},
    {kCamtEntryStatus, "Prtry", kCamtEntryStatus, kText},
    {kCamtEntry, "BookgDt", kCamtBookingDate, kNone},
    {kCamtBookingDate, "Dt", kCamtBookingDateValue, kText},
    {kCamtBookingDate, "DtTm", kCamtBookingDateValue, kText},
    {kCamtEntry, "ValDt", kCamtValueDate, kNone},
    {kCamtValueDate, "Dt", kCamtValueDateValue, kText},
    {kCamtValueDate, "DtTm", kCamtValueDateValue, kText},
    {kCamtEntry, "AcctSvcrRef", kCamtEntryBankReference, kText},
    {kCamtEntry, "BkTxCd", kCamtEntryCode, kNone},
    {kCamtEntryCode, "Domn", kCamtEntryDomain, kNone},
    {kCamtEntryDomain, "Cd", kCamtEntryDomainCode, kText},
    {kCamtEntryDomain, "Fmly", kCamtEntryFamily, kNone},
    {kCamtEntryFamily, "Cd", kCamtEntryFamilyCode, kText},
    {kCamtEntryFamily, "SubFmlyCd", kCamtEntrySubFamilyCode, kText},
    {kCamtEntry, "Chrgs", kCamtEntryCharges, kBegin},
    {kCamtEntryCharges, "TtlChrgsAndTaxAmt", kCamtEntryChargesTotal, kText},
    {kCamtEntryCharges, "Amt", kCamtEntryChargesAmount, kText},
    {kCamtEntryCharges, "CdtDbtInd", kCamtEntryChargesSign, kText},
    {kCamtEntryCharges, "ChrgInclInd", kCamtEntryChargesIncluded, kText},
    {kCamtEntryCharges, "Rcrd", kCamtEntryCharges, kBegin},
    {kCamtEntry, "AddtlNtryInf", kCamtEntryText, kText},
    {kCamtEntry, "NtryDtls", kCamtDetails, kNone},
    {kCamtDetails, "Btch", kCamtBatch, kBegin},
    {kCamtBatch, "NbOfTxs", kCamtBatchCount, kText},
    {kCamtBatch, "TtlAmt", kCamtBatchSum, kText},
    {kCamtBatch, "CdtDbtInd", kCamtBatchSign, kText},
    // 052.001.01 has both right below the entry.
    {kCamtEntry, "Btch", kCamtBatch, kBegin},
    {kCamtEntry, "TxDtls", kCamtTransaction, kNone},
};

constexpr XmlRule kTransactionRules[] = {
    {kCamtDetails, "TxDtls", kCamtTransaction, kXmlBegin | kXmlEnd | kXmlUnit},
    {kCamtTransaction, "Refs", kCamtReferences, kNone},
    {kCamtReferences, "AcctSvcrRef", kCamtBankReference, kText},
    {kCamtReferences, "EndToEndId", kCamtEndToEndId, kText},
    {kCamtReferences, "TxId", kCamtTransactionId, kText},
    {kCamtReferences, "InstrId", kCamtInstructionId, kText},
    {kCamtReferences, "MndtId", kCamtMandateId, kText},
    {kCamtTransaction, "Amt", kCamtAmount, kText},
    {kCamtTransaction, "CdtDbtInd", kCamtSign, kText},
    {kCamtTransaction, "AmtDtls", kCamtAmountDetails, kNone},
    {kCamtAmountDetails, "InstdAmt", kCamtInstructed, kNone},
    {kCamtInstructed, "Amt", kCamtInstructedAmount, kText},
    {kCamtAmountDetails, "TxAmt", kCamtTransferred, kNone},
    {kCamtTransferred, "Amt", kCamtTransferredAmount, kText},
    {kCamtTransaction, "BkTxCd", kCamtCode, kNone},
    {kCamtCode, "Domn", kCamtDomain, kNone},
    {kCamtDomain, "Cd", kCamtDomainCode, kText},
    {kCamtDomain, "Fmly", kCamtFamily, kNone},
    {kCamtFamily, "Cd", kCamtFamilyCode, kText},
    {kCamtFamily, "SubFmlyCd", kCamtSubFamilyCode, kText},
    {kCamtTransaction, "Chrgs", kCamtCharges, kBegin},
    {kCamtCharges, "TtlChrgsAndTaxAmt", kCamtChargesTotal, kText},
    {kCamtCharges, "Amt", kCamtChargesAmount, kText},
    {kCamtCharges, "CdtDbtInd", kCamtChargesSign, kText},
    {kCamtCharges, "ChrgInclInd", kCamtChargesIncluded, kText},
    {kCamtCharges, "Rcrd", kCamtCharges, kBegin},
    {kCamtTransaction, "RltdPties", kCamtParties, kNone},
    {kCamtParties, "Dbtr", kCamtDebtor, kNone},
    {kCamtDebtor, "Pty", kCamtDebtor, kNone},
    {kCamtDebtor, "Nm", kCamtDebtorName, kText},
    {kCamtDebtor, "Agt", kCamtDebtorAgent, kNone},
    {kCamtDebtorAgent, "FinInstnId", kCamtDebtorAgentInstitution, kNone},
    {kCamtDebtorAgentInstitution, "Nm", kCamtDebtorName, kText},
    {kCamtDebtor, "Id", kCamtDebtorId, kNone},
    {kCamtDebtorId, "OrgId", kCamtDebtorOrganisation, kNone},
    {kCamtDebtorOrganisation, "Othr", kCamtDebtorOrganisationOther, kNone},
    {kCamtDebtorOrganisationOther, "Id", kCamtDebtorOrganisationNumber, kText},
    {kCamtParties, "DbtrAcct", kCamtDebtorAccount, kNone},
    {kCamtDebtorAccount, "Id", kCamtDebtorAccountId, kNone},
    {kCamtDebtorAccountId, "IBAN", kCamtDebtorIban, kText},
    {kCamtDebtorAccountId, "Othr", kCamtDebtorAccountOther, kNone},
    {kCamtDebtorAccountId, "BBAN", kCamtDebtorAccountNumber, kText},
    {kCamtDebtorAccountOther, "Id", kCamtDebtorAccountNumber, kText},
    {kCamtDebtorAccountOther, "SchmeNm", kCamtDebtorAccountScheme, kNone},
    {kCamtDebtorAccountScheme, "Cd", kCamtDebtorAccountSchemeCode, kText},
    {kCamtDebtorAccountScheme, "Prtry", kCamtDebtorAccountSchemeCode, kText},
    {kCamtParties, "UltmtDbtr", kCamtUltimateDebtor, kNone},
    {kCamtUltimateDebtor, "Pty", kCamtUltimateDebtor, kNone},
    {kCamtUltimateDebtor, "Nm", kCamtUltimateDebtorName, kText},
    {kCamtParties, "Cdtr", kCamtCreditor, kNone},
    {kCamtCreditor, "Pty", kCamtCreditor, kNone},
    {kCamtCreditor, "Nm", kCamtCreditorName, kText},
    {kCamtCreditor, "Agt", kCamtCreditorAgent, kNone},
    {kCamtCreditorAgent, "FinInstnId", kCamtCreditorAgentInstitution, kNone},
    {kCamtCreditorAgentInstitution, "Nm", kCamtCreditorName, kText},
    {kCamtCreditor, "Id", kCamtCreditorId, kNone},
    {kCamtCreditorId, "OrgId", kCamtCreditorOrganisation, kNone},
    {kCamtCreditorOrganisation, "Othr", kCamtCreditorOrganisationOther, kNone},
    {kCamtCreditorOrganisationOther, "Id", kCamtCreditorOrganisationNumber, kText},
    {kCamtParties, "CdtrAcct", kCamtCreditorAccount, kNone},
    {kCamtCreditorAccount, "Id", kCamtCreditorAccountId, kNone},
    {kCamtCreditorAccountId, "IBAN", kCamtCreditorIban, kText},
    {kCamtCreditorAccountId, "Othr", kCamtCreditorAccountOther, kNone},
    {kCamtCreditorAccountId, "BBAN", kCamtCreditorAccountNumber, kText},
    {kCamtCreditorAccountOther, "Id", kCamtCreditorAccountNumber, kText},
    {kCamtCreditorAccountOther, "SchmeNm", kCamtCreditorAccountScheme, kNone},
    {kCamtCreditorAccountScheme, "Cd", kCamtCreditorAccountSchemeCode, kText},
    {kCamtCreditorAccountScheme, "Prtry", kCamtCreditorAccountSchemeCode, kText},
    {kCamtParties, "UltmtCdtr", kCamtUltimateCreditor, kNone},
    {kCamtUltimateCreditor, "Pty", kCamtUltimateCreditor, kNone},
    {kCamtUltimateCreditor, "Nm", kCamtUltimateCreditorName, kText},
    {kCamtTransaction, "RmtInf", kCamtRemittance, kNone},
    {kCamtRemittance, "Ustrd", kCamtUnstructured, kText},
    {kCamtRemittance, "Strd", kCamtStructured, kBegin},
    {kCamtStructured, "RfrdDocInf", kCamtDocumentInformation, kBegin},
    {kCamtDocumentInformation, "Tp", kCamtDocumentType, kNone},
    {kCamtDocumentType, "CdOrPrtry", kCamtDocumentTypeChoice, kNone},
    {kCamtDocumentTypeChoice, "Cd", kCamtDocumentTypeCode, kText},
    {kCamtDocumentInformation, "Nb", kCamtDocumentNumber, kText},
    // 052.001.01.
    {kCamtDocumentInformation, "RfrdDocTp", kCamtDocumentTypeChoice, kNone},
    {kCamtDocumentInformation, "RfrdDocNb", kCamtDocumentNumber, kText},
    {kCamtStructured, "RfrdDocAmt", kCamtDocumentAmount, kNone},
    {kCamtDocumentAmount, "RmtdAmt", kCamtRemittedAmount, kText},
    {kCamtDocumentAmount, "CdtNoteAmt", kCamtCreditNoteAmount, kText},
    {kCamtStructured, "CdtrRefInf", kCamtCreditorReferenceInformation, kNone},
    {kCamtCreditorReferenceInformation, "Ref", kCamtCreditorReference, kText},
    {kCamtCreditorReferenceInformation, "CdtrRef", kCamtCreditorReference, kText},
    {kCamtStructured, "AddtlRmtInf", kCamtAdditionalRemittance, kText},
    {kCamtTransaction, "RtrInf", kCamtReturn, kBegin},
    {kCamtTransaction, "AddtlTxInf", kCamtTransactionText, kText},
};

XmlGrammar MakeGrammar(CamtKind kind) {
  std::vector<XmlRule> rules(std::begin(kHeaderRules), std::end(kHeaderRules));
  rules.insert(rules.end(), std::begin(kEntryRules), std::end(kEntryRules));
  rules.insert(rules.end(), std::begin(kTransactionRules), std::end(kTransactionRules));
  rules.push_back({kCamtDocument, CamtMessageName(kind), kCamtMessage, kXmlStrict});
  if (kind == CamtKind::kReport) {
    rules.push_back({kCamtDocument, "BkToCstmrAcctRptV01", kCamtMessage, kXmlStrict});
  }
  rules.push_back(
      {kCamtMessage, CamtStatementName(kind), kCamtStatement, kXmlBegin | kXmlEnd | kXmlFlush});
  return XmlGrammar(rules, "Ccy");
}

}  // namespace

std::string_view CamtMessageName(CamtKind kind) {
  switch (kind) {
    case CamtKind::kReport:
      return "BkToCstmrAcctRpt";
    case CamtKind::kStatement:
      return "BkToCstmrStmt";
    case CamtKind::kNotification:
      return "BkToCstmrDbtCdtNtfctn";
  }
  return "";
}

std::string_view CamtStatementName(CamtKind kind) {
  switch (kind) {
    case CamtKind::kReport:
      return "Rpt";
    case CamtKind::kStatement:
      return "Stmt";
    case CamtKind::kNotification:
      return "Ntfctn";
  }
  return "";
}

const XmlGrammar& CamtGrammar(CamtKind kind) {
  static const XmlGrammar* const report = new XmlGrammar(MakeGrammar(CamtKind::kReport));
  static const XmlGrammar* const statement = new XmlGrammar(MakeGrammar(CamtKind::kStatement));
  static const XmlGrammar* const notification =
      new XmlGrammar(MakeGrammar(CamtKind::kNotification));
  switch (kind) {
    case CamtKind::kReport:
      return *report;
    case CamtKind::kStatement:
      return *statement;
    case CamtKind::kNotification:
      return *notification;
  }
  return *statement;
}

}  // namespace kvitt
