#include "io/run/summary.h"

#include <algorithm>
#include <tuple>

#include "io/bytes/json_tree.h"
#include "io/inspect/shown_text.h"

namespace kvitt {
namespace {

void AddSums(std::string_view key, const std::map<Currency, Int128>& sums, JsonTree* tree) {
  // By code, not by the number that the currency has inside.
  std::map<std::string, std::string> by_code;
  for (const auto& [currency, minor] : sums) {
    by_code[std::string(currency.code())] = FormatSum(minor, currency.decimals());
  }
  tree->Open(key, '{');
  for (const auto& [code, amount] : by_code) tree->Text(code, amount);
  tree->Close();
}

void AddCountAndSum(std::string_view key, const CountAndSum& value, JsonTree* tree) {
  tree->Open(key, '{');
  tree->Number("count", value.count);
  AddSums("sums", value.minor, tree);
  tree->Close();
}

template <typename Map>
void AddByName(std::string_view key, const Map& map, JsonTree* tree) {
  tree->Open(key, '{');
  for (const auto& [name, value] : map) AddCountAndSum(Name(name), value, tree);
  tree->Close();
}

void AddTextSums(std::string_view key,
                 const std::map<std::string, std::string>& sums,
                 JsonTree* tree) {
  tree->Open(key, '{');
  for (const auto& [code, amount] : sums) tree->Text(code, amount);
  tree->Close();
}

void AddFile(const FileReport& report, JsonTree* tree) {
  tree->Open("", '{');
  tree->Text("file", AsUtf8(report.file));
  tree->Text("digest", report.digest);
  tree->Text("format", report.format);
  tree->Text("version", report.version);
  tree->Text("kind", Name(report.kind));
  tree->Number("bytes", report.bytes);
  tree->Number("statements", report.statements);
  tree->Number("entries", report.entries);
  tree->Number("transactions", report.transactions);
  tree->Number("bad_records", report.bad_records);
  tree->Number("unknown_fields", report.unknown_fields);
  AddTextSums("credits", report.credits, tree);
  AddTextSums("debits", report.debits, tree);
  tree->Text("control_totals", Name(report.control_totals));
  tree->Bool("set_aside", report.set_aside);
  tree->Open("warnings", '[');
  for (const std::string& warning : report.warnings) tree->Text("", AsUtf8(warning));
  tree->Close();
  tree->Close();
}

void AddAccounts(const RunTotals& totals, JsonTree* tree) {
  tree->Open("accounts", '[');
  for (const auto& [key, account] : totals.by_account) {
    const int decimals = Currency::FromCode(key.second).decimals();
    tree->Open("", '{');
    tree->Text("creditor_account", key.first);
    tree->Text("currency", key.second);
    tree->Number("payments", account.payments);
    tree->Text("received", FormatSum(account.received, decimals));
    tree->Text("allocated", FormatSum(account.allocated, decimals));
    tree->Text("on_account", FormatSum(account.on_account, decimals));
    tree->Text("small_surplus_kept", FormatSum(account.kept, decimals));
    tree->Text("unallocated", FormatSum(account.unallocated, decimals));
    tree->Close();
  }
  tree->Close();
}

}  // namespace

std::string SummaryJson(const RunResult& result) {
  const RunTotals& totals = result.totals;
  JsonTree tree;
  tree.Open("", '{');
  tree.Number("schema", 1);
  tree.Text("program", "kvitt");
  tree.Open("files", '[');
  std::vector<const FileReport*> files;
  for (const FileReport& report : result.files) files.push_back(&report);
  std::sort(files.begin(), files.end(), [](const FileReport* a, const FileReport* b) {
    return std::tie(a->digest, a->file) < std::tie(b->digest, b->file);
  });
  for (const FileReport* report : files) AddFile(*report, &tree);
  tree.Close();
  tree.Open("accepted_mismatch", '[');
  std::vector<std::string> accepted = result.accepted_mismatch;
  std::sort(accepted.begin(), accepted.end());
  for (const std::string& file : accepted) tree.Text("", AsUtf8(file));
  tree.Close();
  AddCountAndSum("payments", totals.payments, &tree);
  tree.Number("payments_matched", totals.payments_matched);
  tree.Text("match_rate_percent", FormatAmount(totals.match_rate_per_mille, 1));
  AddByName("outcomes", totals.by_outcome, &tree);
  AddByName("rules", totals.by_rule, &tree);
  tree.Number("deviations", totals.deviations);
  AddByName("codes", totals.by_code, &tree);
  AddAccounts(totals, &tree);
  tree.Open("items", '{');
  tree.Number("read", totals.items);
  tree.Number("open_after", totals.items_open_after);
  AddSums("open_amount_before", totals.open_before, &tree);
  AddSums("open_amount_after", totals.open_after, &tree);
  tree.Close();
  tree.Number("customers", totals.customers);
  tree.Open("outputs", '[');
  for (const OutputFile& output : result.outputs) {
    tree.Open("", '{');
    tree.Text("name", output.name);
    tree.Number("bytes", output.bytes);
    tree.Close();
  }
  tree.Close();
  tree.Close();
  return tree.Take();
}

std::string TimingsJson(const RunResult& result) {
  JsonTree tree;
  tree.Open("", '{');
  tree.Number("wall_ns", static_cast<uint64_t>(result.wall_nanoseconds));
  tree.Number("bytes_read", result.bytes_read);
  tree.Number("bytes_written", result.bytes_written);
  tree.Number("resident_bytes_peak", result.resident_bytes_peak);
  tree.Number("resident_bytes_items", result.totals.resident_bytes_items);
  tree.Number("resident_bytes_payments", result.totals.resident_bytes_payments);
  tree.Number("items", result.totals.items);
  tree.Number("payments", result.totals.payments.count);
  tree.Open("stages", '[');
  for (const StageTime& stage : result.stages) {
    tree.Open("", '{');
    tree.Text("stage", stage.stage);
    tree.Number("ns", static_cast<uint64_t>(stage.nanoseconds));
    tree.Number("records", stage.records);
    tree.Close();
  }
  tree.Close();
  tree.Close();
  return tree.Take();
}

}  // namespace kvitt
