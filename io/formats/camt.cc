// camt.053, camt.054 and camt.052: ISO 20022 statements, notifications and reports of account.
//
//   [wrapper ...] Document (xmlns urn:iso:std:iso:20022:tech:xsd:camt.05x.001.NN)
//     BkToCstmrStmt | BkToCstmrDbtCdtNtfctn | BkToCstmrAcctRpt
//       GrpHdr          MsgId, CreDtTm, MsgPgntn
//       Stmt | Ntfctn | Rpt   1..n
//         Id, StmtPgntn?, ElctrncSeqNb?, CpyDplctInd?
//         Acct          Id (IBAN, or Othr with a scheme), Ccy?, Svcr?
//         Bal*          Tp (OPBD, PRCD, CLBD ...), Amt, CdtDbtInd
//         TxsSummry?    TtlNtries, TtlCdtNtries, TtlDbtNtries
//         Ntry*         Amt, CdtDbtInd, RvslInd?, Sts, BookgDt?, ValDt?, AcctSvcrRef?, BkTxCd,
//         Chrgs?
//           NtryDtls*   Btch? (NbOfTxs, TtlAmt), TxDtls* (Refs, Amt, RltdPties, RmtInf, RtrInf ...)
//
// Versions .02 to .13 (052 from .01) differ in details that the grammar (camt_grammar.cc) names
// side by side: Sts as text or as Sts/Cd, parties with or without Pty, amounts below AmtDtls in
// .02. What an entry means is camt_entry.cc, what must add up is camt_controls.cc.
//
// An entry is one payment (no details, or one), or a batch of as many payments as it has details,
// or a batch whose details come in another file (NbOfTxs without TxDtls). A 052 is information
// only.
//
// Blocks are cut behind `</Ntry>`. What a block must know is the header of the statement it begins
// in: the bytes from the statement's start tag to its first entry, which it reads again.
//
// Sources: the ISO 20022 message definition reports and schemas of camt.052, camt.053 and camt.054;
// public samples of banks and of open-source readers for what real files look like.

#include <algorithm>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "engine/value/concat.h"
#include "io/bytes/charset.h"
#include "io/bytes/markup_index.h"
#include "io/bytes/xml_scanner.h"
#include "io/formats/camt_entry.h"
#include "io/formats/camt_grammar.h"
#include "io/formats/camt_writer.h"
#include "io/formats/format.h"
#include "io/formats/verdict.h"

namespace kvitt {

extern const Format kCamt052;
extern const Format kCamt053;
extern const Format kCamt054;

namespace {

constexpr std::string_view kNamespace = "urn:iso:std:iso:20022:tech:xsd:camt.05";
constexpr std::string_view kDigits = "0123456789";

std::string_view FormatName(CamtKind kind) {
  switch (kind) {
    case CamtKind::kReport:
      return "camt.052";
    case CamtKind::kStatement:
      return "camt.053";
    case CamtKind::kNotification:
      return "camt.054";
  }
  return "";
}

// UTF-16 as it begins an XML file: with its mark, or with `<` as two bytes.
bool IsUtf16(std::string_view head) {
  const std::string_view start = head.substr(0, 2);
  return start == "\xFF\xFE" || start == "\xFE\xFF" || start == std::string_view("<\0", 2) ||
         start == std::string_view("\0<", 2);
}

std::string WithoutZeros(std::string_view head) {
  std::string text;
  for (const char c : head) {
    if (c != '\0') text.push_back(c);
  }
  return text;
}

// "053.08": kind and version of the first camt namespace; empty when there is none.
std::string VersionOf(std::string_view head) {
  const size_t at = head.find(kNamespace);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = head.substr(at + kNamespace.size(), 8);
  if (rest.size() < 8 || rest.substr(1, 5) != ".001." ||
      kDigits.find(rest[6]) == std::string_view::npos ||
      kDigits.find(rest[7]) == std::string_view::npos) {
    return {};
  }
  return Concat("05", rest.substr(0, 1), ".", rest.substr(6, 2));
}

int Sniff(std::string_view head, CamtKind kind) {
  const std::string decoded = IsUtf16(head) ? WithoutZeros(head) : std::string();
  if (!decoded.empty()) head = decoded;
  const size_t begin = head.find_first_not_of(" \t\r\n\xFE\xFF");
  if (begin == std::string_view::npos || head[begin] != '<') return 0;
  const std::string version = VersionOf(head);
  if (version.empty()) return 0;
  return version.substr(0, 3) == FormatName(kind).substr(5) ? 95 : 0;
}

// The encoding that the XML declaration names; empty when it names none.
std::string_view DeclaredEncoding(std::string_view head) {
  if (head.substr(0, 5) != "<?xml") return {};
  const std::string_view declaration = head.substr(0, head.find("?>"));
  size_t at = declaration.find("encoding");
  if (at == std::string_view::npos) return {};
  at = declaration.find_first_of("\"'", at);
  if (at == std::string_view::npos) return {};
  const size_t end = declaration.find(declaration[at], at + 1);
  return declaration.substr(at + 1, end == std::string_view::npos ? end : end - at - 1);
}

bool FindCharset(std::string_view name, Charset* charset) {
  std::string upper;
  for (const char c : name) {
    upper.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c & ~0x20) : c);
  }
  if (upper.empty() || upper == "UTF-8" || upper == "UTF8" || upper == "US-ASCII") {
    *charset = Charset::kUtf8;
  } else if (upper == "ISO-8859-1" || upper == "LATIN1") {
    *charset = Charset::kIso8859_1;
  } else if (upper == "ISO-8859-15") {
    *charset = Charset::kIso8859_15;
  } else if (upper == "WINDOWS-1252" || upper == "CP1252") {
    *charset = Charset::kWindows1252;
  } else {
    return false;
  }
  return true;
}

// Bytes that the scanner may read, in UTF-8, with room behind them.
std::string Padded(Charset charset, std::string_view bytes) {
  std::string padded;
  if (charset == Charset::kUtf8) {
    padded = bytes;
  } else {
    AppendAsUtf8(charset, bytes, &padded);
  }
  padded.append(kBlockPadding, '\0');
  return padded;
}

// Walks the head up to the first statement, to know where statements and entries lie in this file.
class HomeFinder : public XmlConsumer {
 public:
  HomeFinder(CamtKind kind, std::string_view padded_head, size_t size)
      : kind_(kind), scanner_(&CamtGrammar(kind), this) {
    scanner_.set_learning(false);
    scanner_.Scan(padded_head.substr(0, size), true, false);
  }

  bool OnEvents(absl::Span<const XmlEvent> events) override {
    const XmlEvent& last = events.back();
    if (last.node != kCamtStatement || last.kind != XmlEventKind::kBegin) return true;
    path_ = scanner_.Path();
    return false;
  }

  XmlFamily Classify(std::string_view uri, std::string* why) override {
    return ClassifyCamt(kind_, uri, why);
  }

  // Empty when no statement begins in the head.
  const XmlPath& path() const { return path_; }

 private:
  CamtKind kind_;
  XmlPath path_;
  XmlScanner scanner_;
};

class CamtReader : public FormatReader {
 public:
  CamtReader(CamtKind kind, const ReadOptions& options, std::string_view head);

  bool parallel() const override { return !home_.elements.empty() && refusal_.empty(); }

  size_t CutBlock(std::string_view bytes) const override;

  size_t record_bytes_max() const override { return kCamtEntryBytesMax; }

  std::string ExitContext(const Block& block) const override;
  std::unique_ptr<BlockSummary> ParseBlock(const Block& block,
                                           std::string_view context,
                                           BlockSink* sink) const override;
  FinishResult Finish(absl::Span<const std::unique_ptr<BlockSummary>> summaries) const override;

 private:
  uint64_t EntryAt(std::string_view before) const;
  std::unique_ptr<XmlScanner> TakeScanner(CamtEntries* entries) const;

  CamtReading reading_;
  bool allow_empty_;
  std::string version_;
  Charset charset_ = Charset::kUtf8;
  std::string refusal_;        // why nothing of this file can be read; empty: it can
  XmlPath home_;               // of the first statement, itself included
  XmlPath floor_;              // the same without it
  std::string statement_tag_;  // "<Stmt", with the file's prefix
  std::string entry_tag_;      // "<Ntry"
  std::string entry_end_;      // "</Ntry>"
  std::vector<std::string> guards_;
  // Scanners that know the file, for blocks that begin inside it.
  mutable std::mutex scanners_lock_;
  mutable std::vector<std::unique_ptr<XmlScanner>> scanners_;
};

CamtReader::CamtReader(CamtKind kind, const ReadOptions& options, std::string_view head)
    : allow_empty_(options.settings.allow_empty), version_(VersionOf(head)) {
  reading_.kind = kind;
  reading_.report_is_payments = options.settings.report_is_payments;
  if (IsUtf16(head)) {
    version_ = VersionOf(WithoutZeros(head));
    refusal_ = "expected UTF-8 or ISO-8859-1, found UTF-16: have the file converted to UTF-8";
    return;
  }
  if (head.substr(0, 3) == "\xEF\xBB\xBF") head.remove_prefix(3);
  const std::string_view encoding = DeclaredEncoding(head);
  if (!FindCharset(encoding, &charset_)) {
    refusal_ =
        Concat("expected the encoding UTF-8, ISO-8859-1, ISO-8859-15 or windows-1252, found ",
               encoding.substr(0, 40));
    return;
  }
  const std::string padded = Padded(charset_, head);
  const HomeFinder finder(kind, padded, padded.size() - kBlockPadding);
  home_ = finder.path();
  if (home_.elements.empty()) return;
  reading_.home_path = home_.Text();
  floor_ = home_;
  floor_.elements.pop_back();
  std::erase_if(floor_.bindings, [this](const XmlPath::Binding& binding) {
    return binding.depth > floor_.elements.size();
  });
  const std::string& statement = home_.elements.back().name;
  const std::string prefix = statement.substr(0, statement.rfind(':') + 1);
  guards_ = {statement, prefix + "Ntry"};
  statement_tag_ = "<" + statement;
  entry_tag_ = "<" + guards_[1];
  entry_end_ = "</" + guards_[1] + ">";
}

size_t CamtReader::CutBlock(std::string_view bytes) const {
  const char* found = FindLast(BestMarkupKernel(), bytes, entry_end_);
  return found == nullptr ? 0 : static_cast<size_t>(found - bytes.data()) + entry_end_.size();
}

// Where a tag ends in a name that goes on, it is another tag.
bool EndsName(std::string_view bytes, size_t at) {
  return at < bytes.size() && (bytes[at] == '>' || bytes[at] == ' ' || bytes[at] == '\t' ||
                               bytes[at] == '\r' || bytes[at] == '\n' || bytes[at] == '/');
}

std::string CamtReader::ExitContext(const Block& block) const {
  std::string_view bytes = block.bytes;
  for (;;) {
    const char* found = FindLast(BestMarkupKernel(), bytes, statement_tag_);
    if (found == nullptr) return {};
    const auto begin = static_cast<size_t>(found - block.bytes.data());
    if (!EndsName(block.bytes, begin + statement_tag_.size())) {
      bytes = bytes.substr(0, begin);
      continue;
    }
    size_t end = block.bytes.find(entry_tag_, begin);
    while (end != std::string_view::npos && !EndsName(block.bytes, end + entry_tag_.size())) {
      end = block.bytes.find(entry_tag_, end + 1);
    }
    return std::string(
        block.bytes.substr(begin, end == std::string_view::npos ? end : end - begin));
  }
}

// The entry of a block, from 1, in which the next byte stands; 0 outside of them.
uint64_t CamtReader::EntryAt(std::string_view before) const {
  uint64_t ended = 0;
  size_t behind = 0;
  for (size_t at = before.find(entry_end_); at != std::string_view::npos;
       at = before.find(entry_end_, behind)) {
    ++ended;
    behind = at + entry_end_.size();
  }
  for (size_t at = before.find(entry_tag_, behind); at != std::string_view::npos;
       at = before.find(entry_tag_, at + 1)) {
    if (EndsName(before, at + entry_tag_.size())) return ended + 1;
  }
  return 0;
}

// A scanner that stands where the file's statements lie. What it learnt of one block serves the next.
std::unique_ptr<XmlScanner> CamtReader::TakeScanner(CamtEntries* entries) const {
  std::unique_ptr<XmlScanner> scanner;
  {
    const std::lock_guard<std::mutex> lock(scanners_lock_);
    if (!scanners_.empty()) {
      scanner = std::move(scanners_.back());
      scanners_.pop_back();
    }
  }
  if (scanner != nullptr) {
    scanner->Rewind(entries);
    return scanner;
  }
  scanner = std::make_unique<XmlScanner>(&CamtGrammar(reading_.kind), entries);
  scanner->Guard(guards_);
  scanner->Descend(floor_);
  return scanner;
}

std::unique_ptr<BlockSummary> CamtReader::ParseBlock(const Block& block,
                                                     std::string_view context,
                                                     BlockSink* sink) const {
  auto summary = std::make_unique<CamtBlockSummary>();
  std::string_view bytes = block.bytes;
  uint64_t offset = block.offset;
  if (offset == 0 && bytes.substr(0, 3) == "\xEF\xBB\xBF") {
    bytes.remove_prefix(3);
    offset = 3;
  }
  if (!refusal_.empty()) {
    summary->is_damaged = true;
    summary->damage = {DeviationCode::kRecordMalformed, 0, 0, refusal_};
    return summary;
  }
  std::string transcoded;
  if (charset_ != Charset::kUtf8) {
    transcoded = Padded(charset_, bytes);
    bytes = std::string_view(transcoded).substr(0, transcoded.size() - kBlockPadding);
  }
  CamtEntries entries(reading_, sink, summary.get());
  const bool is_start = block.index == 0;
  const bool is_inside = !is_start && !home_.elements.empty();
  std::unique_ptr<XmlScanner> scanner;
  if (is_inside) {
    scanner = TakeScanner(&entries);
  } else {
    scanner = std::make_unique<XmlScanner>(&CamtGrammar(reading_.kind), &entries);
    scanner->Guard(guards_);
  }
  entries.set_scanner(scanner.get());
  std::string header;
  if (is_inside) {
    header = Padded(charset_, context);
    const std::string_view text = std::string_view(header).substr(0, header.size() - kBlockPadding);
    entries.BeginHeader(text);
    // A header that cannot be read was found damaged where it stands.
    if (!scanner->Scan(text, false, false)) {
      entries.BeginBlock(bytes, offset, charset_ != Charset::kUtf8);
      entries.Damage({false, 0, "expected the statement to go on, found its header damaged"});
      return summary;
    }
  }
  entries.BeginBlock(bytes, offset, charset_ != Charset::kUtf8);
  if (!scanner->Scan(bytes, is_start, block.is_last) && !summary->is_damaged) {
    entries.Damage(scanner->fault());
    // Where text is damaged is seen before the tags that stand in front are read.
    if (parallel()) summary->damage.record = EntryAt(bytes.substr(0, scanner->fault().offset));
  }
  if (summary->is_damaged) return summary;
  entries.End();
  if (is_inside || (!block.is_last && scanner->SettleAt(floor_))) {
    const std::lock_guard<std::mutex> lock(scanners_lock_);
    scanners_.push_back(std::move(scanner));
  }
  return summary;
}

FinishResult CamtReader::Finish(absl::Span<const std::unique_ptr<BlockSummary>> summaries) const {
  FinishResult result;
  std::vector<CamtStatement> statements;
  std::vector<RecordProblem> failed_controls;
  Warnings warnings;
  uint64_t held_controls = 0;
  uint64_t foreign_figures = 0;
  uint64_t first_foreign_figure = 0;
  uint64_t records = 0;
  for (const std::unique_ptr<BlockSummary>& base : summaries) {
    const auto& summary = static_cast<const CamtBlockSummary&>(*base);
    if (summary.is_damaged) {
      // Damage ends a file: what was read before it counts as little as what comes behind.
      result.report.format = std::string(FormatName(reading_.kind));
      result.report.version = version_;
      result.report.kind = FileKind::kPayments;
      result.report.set_aside = true;
      RecordProblem damage = summary.damage;
      if (damage.record != 0) damage.record += records;
      result.report.problems.push_back(std::move(damage));
      return result;
    }
    for (RecordProblem problem : summary.failed_controls) {
      problem.record += records;
      failed_controls.push_back(std::move(problem));
    }
    held_controls += summary.held_controls;
    if (foreign_figures == 0) {
      first_foreign_figure = summary.first_foreign_figure + records;
    }
    foreign_figures += summary.foreign_figures;
    warnings.Join(summary.warnings, records);
    records += summary.tally.lines;
    statements.insert(statements.end(), summary.statements.begin(), summary.statements.end());
  }
  result.report = JoinTallies(FormatName(reading_.kind), version_, FileKind::kPayments, summaries);
  Verdict verdict(&result.report);
  verdict.warnings().Join(warnings, 0);
  if (held_controls > 0) verdict.Control("entries", 0, 0, 0, 0);
  verdict.Withhold(
      "a detail or a batch total in another currency than its entry: no control can reach it",
      foreign_figures, first_foreign_figure);
  for (RecordProblem& problem : failed_controls) {
    verdict.Problem(problem.code, problem.record, problem.byte_offset, std::move(problem.text));
  }
  CheckCamtStatements(statements, &verdict);
  if (records == 0 && !allow_empty_) {
    verdict.Problem(DeviationCode::kFileEmpty, 0, 0,
                    Concat("expected entries (Ntry) in Document/", CamtMessageName(reading_.kind),
                           "/", CamtStatementName(reading_.kind), ", found ",
                           statements.empty() ? "no statement" : "statements without any"));
  }
  // Entries that are listed but not booked are no reason to call a file empty.
  verdict.Close(/*allow_empty=*/true);
  return result;
}

template <CamtKind kKind>
Format MakeFormat(std::string_view description) {
  Format format;
  format.name = FormatName(kKind);
  format.kind = FileKind::kPayments;
  format.description = description;
  format.sniff = [](std::string_view head) { return Sniff(head, kKind); };
  format.make_reader = [](const ReadOptions& options,
                          std::string_view head) -> std::unique_ptr<FormatReader> {
    return std::make_unique<CamtReader>(kKind, options, head);
  };
  if constexpr (kKind != CamtKind::kReport) {
    format.make_writer = [] { return MakeCamtWriter(kKind); };
  }
  return format;
}

}  // namespace

const Format kCamt052 =
    MakeFormat<CamtKind::kReport>("ISO 20022 report of account during the day; information only");
const Format kCamt053 = MakeFormat<CamtKind::kStatement>("ISO 20022 statement of account");
const Format kCamt054 =
    MakeFormat<CamtKind::kNotification>("ISO 20022 notification of credits and debits");

}  // namespace kvitt
