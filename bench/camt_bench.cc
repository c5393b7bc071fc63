// camt.054 on one core: kvitt with all its checks against pugixml, libxml2 and expat, on files whose
// entries keep one shape and on files whose entries change it all the time.
//
// The peers only parse and pick four fields of each transaction (reference, amount, end-to-end id, payer's
// name). kvitt is measured twice: reading whole payments and checking controls, and its scanner alone, with
// all checks of the text, picking the same four fields by a grammar that names no others. Answers are compared before anything is timed.
// Prints the ratios of interleaved rounds (median, least, most), then Google Benchmark's own table.

#include <benchmark/benchmark.h>
#include <expat.h>
#include <libxml/parser.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <libxml/SAX2.h>
#include <pugixml.hpp>

#include "io/bytes/xml_scanner.h"
#include "io/formats/camt_entry.h"
#include "io/formats/format.h"
#include "kvitt/check.h"
#include "tests/oracle/camt_shapes.h"

namespace kvitt {
namespace {

// What every reader must find.
struct Answer {
  uint64_t transactions = 0;
  uint64_t minor = 0;          // sum of the transactions' amounts
  uint64_t reference_sum = 0;  // of the digits of all references
  uint64_t id_bytes = 0;       // of the end-to-end ids that are there

  void AddAmount(std::string_view text) {
    uint64_t value = 0;
    for (const char c : text) {
      if (c >= '0' && c <= '9') value = value * 10 + static_cast<uint64_t>(c - '0');
    }
    minor += value;
  }

  void AddReference(std::string_view text) {
    uint64_t value = 0;
    for (const char c : text) value = value * 10 + static_cast<uint64_t>(c - '0');
    reference_sum += value;
  }

  void AddId(std::string_view text) {
    if (text != "NOTPROVIDED") id_bytes += text.size();
  }

  bool operator==(const Answer&) const = default;
};

// ---- kvitt --------------------------------------------------------------------------------------

class SumSink : public BlockSink {
 public:
  void Items(const OpenItemBatch&) override {}

  void Customers(const CustomerBatch&) override {}

  void Problem(const RecordProblem&) override {}

  void Payments(const PaymentBatch& batch) override {
    for (const Payment& payment : batch.payments) {
      ++answer.transactions;
      answer.minor += static_cast<uint64_t>(payment.amount_minor);
      answer.AddId(payment.end_to_end_id);
      benchmark::DoNotOptimize(payment.payer_name.data());
      for (uint32_t i = 0; i < payment.reference_count; ++i) {
        const PaymentReference& reference = batch.references[payment.reference_first + i];
        if (reference.scheme != ReferenceScheme::kInvoice) answer.AddReference(reference.value);
      }
    }
  }

  Answer answer;
};

Answer ReadByKvitt(std::string_view file) {
  constexpr size_t kBlockBytes = 1 << 20;
  const Format* format = FindFormat("camt.054");
  const std::unique_ptr<FormatReader> reader = format->make_reader({}, file.substr(0, 64 << 10));
  SumSink sink;
  std::vector<std::unique_ptr<BlockSummary>> summaries;
  std::string context;
  for (size_t begin = 0; begin < file.size();) {
    Block block;
    size_t length = std::min(kBlockBytes, file.size() - begin);
    if (begin + length < file.size()) length = reader->CutBlock(file.substr(begin, length));
    block.bytes = file.substr(begin, length);
    block.offset = begin;
    block.index = static_cast<uint32_t>(summaries.size());
    block.is_last = begin + length == file.size();
    std::string exit = reader->ExitContext(block);
    summaries.push_back(reader->ParseBlock(block, context, &sink));
    if (!exit.empty()) context = std::move(exit);
    begin += length;
  }
  const FinishResult result = reader->Finish(summaries);
  KVITT_CHECK(!result.report.set_aside);
  KVITT_CHECK(result.report.control_totals == ControlState::kVerified);
  return sink.answer;
}

// ---- kvitt's scanner alone -----------------------------------------------------------------------

// What the peers look at, as a grammar of ours: the same job.
enum PickedNode : XmlNode {
  kPickedPath = 2,  // no text of it is wanted
  kPickedMessage,
  kPickedStatement,
  kPickedEntry,
  kPickedEntryAmount,
  kPickedDetails,
  kPickedTransaction,
  kPickedReferences,
  kPickedEndToEndId,
  kPickedAmount,
  kPickedAmountDetails,
  kPickedTransferred,
  kPickedTransferredAmount,
  kPickedParties,
  kPickedDebtor,
  kPickedDebtorParty,
  kPickedDebtorName,
  kPickedRemittance,
  kPickedStructured,
  kPickedReferenceInformation,
  kPickedReference,
};

constexpr XmlRule kPickedRules[] = {
    {kXmlOutside, "Document", kPickedPath, 0},
    {kPickedPath, "BkToCstmrDbtCdtNtfctn", kPickedMessage, 0},
    {kPickedMessage, "Ntfctn", kPickedStatement, 0},
    {kPickedStatement, "Ntry", kPickedEntry, kXmlUnit},
    {kPickedEntry, "Amt", kPickedEntryAmount, kXmlText},
    {kPickedEntry, "NtryDtls", kPickedDetails, 0},
    {kPickedDetails, "TxDtls", kPickedTransaction, kXmlBegin | kXmlEnd | kXmlUnit},
    {kPickedTransaction, "Refs", kPickedReferences, 0},
    {kPickedReferences, "EndToEndId", kPickedEndToEndId, kXmlText},
    {kPickedTransaction, "Amt", kPickedAmount, kXmlText},
    {kPickedTransaction, "AmtDtls", kPickedAmountDetails, 0},
    {kPickedAmountDetails, "TxAmt", kPickedTransferred, 0},
    {kPickedTransferred, "Amt", kPickedTransferredAmount, kXmlText},
    {kPickedTransaction, "RltdPties", kPickedParties, 0},
    {kPickedParties, "Dbtr", kPickedDebtor, 0},
    {kPickedDebtor, "Pty", kPickedDebtorParty, 0},
    {kPickedDebtorParty, "Nm", kPickedDebtorName, kXmlText},
    {kPickedTransaction, "RmtInf", kPickedRemittance, 0},
    {kPickedRemittance, "Strd", kPickedStructured, 0},
    {kPickedStructured, "CdtrRefInf", kPickedReferenceInformation, 0},
    {kPickedReferenceInformation, "Ref", kPickedReference, kXmlText},
};

class FieldPicker : public XmlConsumer {
 public:
  bool OnEvents(absl::Span<const XmlEvent> events) override {
    for (const XmlEvent& event : events) {
      texts_[event.node] = event.view();
      if (event.node == kPickedReference) {
        answer.AddReference(event.view());
      } else if (event.node == kPickedTransaction) {
        if (event.kind == XmlEventKind::kBegin) {
          for (const XmlNode node :
               {kPickedAmount, kPickedTransferredAmount, kPickedEndToEndId, kPickedDebtorName}) {
            texts_[node] = {};
          }
        } else {
          AddTransaction();
        }
      }
    }
    return true;
  }

  XmlFamily Classify(std::string_view uri, std::string* why) override {
    return ClassifyCamt(CamtKind::kNotification, uri, why);
  }

  Answer answer;

 private:
  void AddTransaction() {
    ++answer.transactions;
    std::string_view amount = texts_[kPickedAmount];
    if (amount.empty()) amount = texts_[kPickedTransferredAmount];
    if (amount.empty()) amount = texts_[kPickedEntryAmount];
    answer.AddAmount(amount);
    answer.AddId(texts_[kPickedEndToEndId]);
    benchmark::DoNotOptimize(texts_[kPickedDebtorName]);
  }

  std::array<std::string_view, 256> texts_;
};

Answer ReadByScanner(std::string_view file) {
  static const XmlGrammar grammar(kPickedRules, "Ccy");
  FieldPicker picker;
  XmlScanner scanner(&grammar, &picker);
  KVITT_CHECK(scanner.Scan(file, true, true));
  return picker.answer;
}

// ---- pugixml ------------------------------------------------------------------------------------

void TakeEntry(const pugi::xml_node& entry, Answer* answer) {
  for (const pugi::xml_node details : entry.children("NtryDtls")) {
    for (const pugi::xml_node t : details.children("TxDtls")) {
      ++answer->transactions;
      pugi::xml_node amount = t.child("Amt");
      if (!amount) amount = t.child("AmtDtls").child("TxAmt").child("Amt");
      if (!amount) amount = entry.child("Amt");
      answer->AddAmount(amount.child_value());
      const pugi::xml_node dbtr = t.child("RltdPties").child("Dbtr");
      benchmark::DoNotOptimize(dbtr.child("Pty").child_value("Nm"));
      for (const pugi::xml_node strd : t.child("RmtInf").children("Strd")) {
        answer->AddReference(strd.child("CdtrRefInf").child_value("Ref"));
      }
      answer->AddId(t.child("Refs").child_value("EndToEndId"));
    }
  }
}

// In place, in chunks that are cut at entries: how it is fastest.
Answer ReadByPugixml(std::string_view file) {
  constexpr size_t kChunkBytes = 256 << 10;
  constexpr unsigned kFlags = pugi::parse_cdata | pugi::parse_escapes | pugi::parse_eol;
  Answer answer;
  std::string chunk;
  size_t at = file.find("<Ntry>");
  while (at != std::string_view::npos && at < file.size()) {
    size_t end = std::min(at + kChunkBytes, file.size());
    end = file.rfind("</Ntry>", end - 7) + 7;
    if (end <= at || end == 6) break;
    chunk.assign(file.substr(at, end - at));
    pugi::xml_document document;
    const pugi::xml_parse_result result = document.load_buffer_inplace(
        chunk.data(), chunk.size(), kFlags | pugi::parse_fragment, pugi::encoding_utf8);
    KVITT_CHECK(result);
    for (const pugi::xml_node entry : document.children("Ntry")) TakeEntry(entry, &answer);
    at = file.find("<Ntry>", end);
    // The header of another statement may lie in between: it is passed over.
  }
  return answer;
}

// ---- Streams of events --------------------------------------------------------------------------

// Keeps the path as a stack of small numbers, as a careful user of such a parser would.
class Picker {
 public:
  void Start(std::string_view name) {
    text_.clear();
    path_.push_back(Known(name));
    if (path_.back() == kTransaction) {
      ++answer.transactions;
      has_amount_ = false;
    }
  }

  void Text(const char* bytes, size_t size) {
    if (path_.back() != kOther) text_.append(bytes, size);
  }

  void End() {
    const Name name = path_.back();
    path_.pop_back();
    if (name == kOther || path_.empty()) return;
    const Name parent = path_.back();
    if (name == kAmount && parent == kEntry) entry_amount_ = text_;
    if (name == kAmount && (parent == kTransaction || parent == kTransferred)) {
      if (!has_amount_) answer.AddAmount(text_);
      has_amount_ = true;
    }
    if (name == kName && parent == kParty && path_.size() > 2 &&
        path_[path_.size() - 2] == kDebtor) {
      benchmark::DoNotOptimize(text_.data());
    }
    if (name == kReference && parent == kReferenceInformation) answer.AddReference(text_);
    if (name == kEndToEnd) answer.AddId(text_);
    if (name == kTransaction && !has_amount_) answer.AddAmount(entry_amount_);
  }

  Answer answer;

 private:
  enum Name : uint8_t {
    kOther,
    kEntry,
    kTransaction,
    kAmount,
    kTransferred,
    kDebtor,
    kParty,
    kName,
    kReference,
    kReferenceInformation,
    kEndToEnd
  };

  static Name Known(std::string_view name) {
    if (name == "Amt") return kAmount;
    if (name == "Nm") return kName;
    if (name == "Ref") return kReference;
    if (name == "Pty") return kParty;
    if (name == "Ntry") return kEntry;
    if (name == "Dbtr") return kDebtor;
    if (name == "TxAmt") return kTransferred;
    if (name == "TxDtls") return kTransaction;
    if (name == "CdtrRefInf") return kReferenceInformation;
    if (name == "EndToEndId") return kEndToEnd;
    return kOther;
  }

  std::vector<Name> path_;
  std::string text_;
  std::string entry_amount_;
  bool has_amount_ = false;
};

constexpr size_t kPushBytes = 64 << 10;

Answer ReadByExpat(std::string_view file) {
  Picker picker;
  XML_Parser parser = XML_ParserCreate(nullptr);
  XML_SetUserData(parser, &picker);
  XML_SetElementHandler(
      parser,
      [](void* data, const XML_Char* name, const XML_Char**) {
        static_cast<Picker*>(data)->Start(name);
      },
      [](void* data, const XML_Char*) { static_cast<Picker*>(data)->End(); });
  XML_SetCharacterDataHandler(parser, [](void* data, const XML_Char* text, int size) {
    static_cast<Picker*>(data)->Text(text, static_cast<size_t>(size));
  });
  for (size_t at = 0; at < file.size(); at += kPushBytes) {
    const std::string_view part = file.substr(at, kPushBytes);
    KVITT_CHECK(XML_Parse(parser, part.data(), static_cast<int>(part.size()),
                          at + kPushBytes >= file.size()) == XML_STATUS_OK);
  }
  XML_ParserFree(parser);
  return picker.answer;
}

Answer ReadByLibxml2(std::string_view file) {
  Picker picker;
  xmlSAXHandler handler;
  std::memset(&handler, 0, sizeof(handler));
  handler.initialized = XML_SAX2_MAGIC;
  handler.startElementNs = [](void* data, const xmlChar* name, const xmlChar*, const xmlChar*, int,
                              const xmlChar**, int, int, const xmlChar**) {
    static_cast<Picker*>(data)->Start(static_cast<const char*>(static_cast<const void*>(name)));
  };
  handler.endElementNs = [](void* data, const xmlChar*, const xmlChar*, const xmlChar*) {
    static_cast<Picker*>(data)->End();
  };
  handler.characters = [](void* data, const xmlChar* text, int size) {
    static_cast<Picker*>(data)->Text(static_cast<const char*>(static_cast<const void*>(text)),
                                     static_cast<size_t>(size));
  };
  xmlParserCtxtPtr parser = xmlCreatePushParserCtxt(&handler, &picker, nullptr, 0, nullptr);
  for (size_t at = 0; at < file.size(); at += kPushBytes) {
    const std::string_view part = file.substr(at, kPushBytes);
    KVITT_CHECK(xmlParseChunk(parser, part.data(), static_cast<int>(part.size()),
                              at + kPushBytes >= file.size()) == 0);
  }
  xmlFreeParserCtxt(parser);
  return picker.answer;
}

// ---- Files --------------------------------------------------------------------------------------

// A file with 64 bytes behind it that may be read.
struct BenchFile {
  std::string bytes;

  std::string_view view() const { return std::string_view(bytes).substr(0, bytes.size() - 64); }
};

BenchFile MakeFile(bool changes_shape, bool is_indented) {
  CamtShapes shapes;
  shapes.kind = 4;
  shapes.version = 8;
  shapes.entries = 4000;
  shapes.statements = 1;
  shapes.changes_shape = changes_shape;
  shapes.is_indented = is_indented;
  shapes.has_summary = true;
  BenchFile file{MakeCamtShapes(shapes)};
  file.bytes.append(64, '\0');
  return file;
}

struct FileRow {
  const char* name;
  bool changes_shape;
  bool is_indented;
};

constexpr FileRow kFiles[] = {
    {"repeating", false, false},
    {"repeating_indented", false, true},
    {"changing", true, false},
    {"changing_indented", true, true},
};

const BenchFile& FileOf(size_t index) {
  static std::unique_ptr<BenchFile> files[4];
  if (files[index] == nullptr) {
    files[index] = std::make_unique<BenchFile>(
        MakeFile(kFiles[index].changes_shape, kFiles[index].is_indented));
  }
  return *files[index];
}

struct Reader {
  const char* name;
  Answer (*read)(std::string_view);
};

constexpr Reader kReaders[] = {{"kvitt", ReadByScanner},
                               {"kvitt-payments", ReadByKvitt},
                               {"pugixml", ReadByPugixml},
                               {"libxml2", ReadByLibxml2},
                               {"expat", ReadByExpat}};
constexpr size_t kPeers = 2;  // the number of the first of them
constexpr size_t kReaderCount = sizeof(kReaders) / sizeof(kReaders[0]);

// Of this thread's own time: a busy machine takes turns away, not seconds.
double Seconds(Answer (*read)(std::string_view), std::string_view file) {
  const auto now = [] {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
  };
  const double begin = now();
  benchmark::DoNotOptimize(read(file));
  return now() - begin;
}

double Median(std::vector<double>* values) {
  std::sort(values->begin(), values->end());
  return (*values)[values->size() / 2];
}

// Rounds of one run each, in turn, so that a busy machine slows all of them alike. `whole` is kvitt with
// everything that a payment has; `fields` is its scanner, picking what the peers pick.
void PrintRatios(int rounds) {
  for (size_t i = 0; i < 4; ++i) {
    const std::string_view file = FileOf(i).view();
    const Answer expected = ReadByKvitt(file);
    for (const Reader& reader : kReaders) KVITT_CHECK(reader.read(file) == expected);
    std::vector<double> seconds[kReaderCount];
    for (int round = 0; round < rounds; ++round) {
      for (size_t r = 0; r < kReaderCount; ++r) {
        seconds[r].push_back(Seconds(kReaders[r].read, file));
      }
    }
    std::vector<double> ours[2] = {seconds[0], seconds[1]};
    const double bytes = static_cast<double>(file.size());
    std::printf("%-20s %4.1f MB  whole %.2f GB/s, fields %.2f GB/s\n", kFiles[i].name, bytes / 1e6,
                bytes / Median(&ours[1]) / 1e9, bytes / Median(&ours[0]) / 1e9);
    for (size_t peer = kPeers; peer < kReaderCount; ++peer) {
      std::printf("  %-10s", kReaders[peer].name);
      for (size_t mine = 0; mine < kPeers; ++mine) {
        std::vector<double> ratios;
        for (size_t round = 0; round < seconds[peer].size(); ++round) {
          ratios.push_back(seconds[peer][round] / seconds[mine][round]);
        }
        const double median = Median(&ratios);
        std::printf("  %s %6.2f times (%.2f..%.2f)", mine == 0 ? "fields" : "whole", median,
                    ratios.front(), ratios.back());
      }
      std::printf("\n");
    }
  }
}

void Measure(benchmark::State& state, Answer (*read)(std::string_view), size_t index) {
  const std::string_view file = FileOf(index).view();
  KVITT_CHECK(read(file) == ReadByKvitt(file));
  for (auto _ : state) benchmark::DoNotOptimize(read(file));
  state.SetBytesProcessed(static_cast<int64_t>(file.size()) * state.iterations());
}

}  // namespace
}  // namespace kvitt

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  kvitt::PrintRatios(15);
  for (size_t i = 0; i < 4; ++i) {
    for (const kvitt::Reader& reader : kvitt::kReaders) {
      benchmark::RegisterBenchmark(
          (std::string(reader.name) + "/" + kvitt::kFiles[i].name).c_str(),
          [&reader, i](benchmark::State& state) { kvitt::Measure(state, reader.read, i); });
    }
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
