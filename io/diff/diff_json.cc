// A difference of two runs as one JSON object.

#include <string>

#include "io/bytes/json_tree.h"
#include "io/inspect/shown_text.h"
#include "kvitt/diff.h"

namespace kvitt {
namespace {

void AddCountAndSum(std::string_view key, const CountAndSum& value, JsonTree* tree) {
  tree->Open(key, '{');
  tree->Number("count", value.count);
  std::map<std::string, std::string> by_code;
  for (const auto& [currency, minor] : value.minor) {
    by_code[std::string(currency.code())] = FormatSum(minor, currency.decimals());
  }
  tree->Open("sums", '{');
  for (const auto& [code, amount] : by_code) tree->Text(code, amount);
  tree->Close();
  tree->Close();
}

void AddFigures(std::string_view key,
                const std::string& folder,
                const RunFigures& figures,
                JsonTree* tree) {
  tree->Open(key, '{');
  tree->Text("folder", AsUtf8(folder));
  tree->Number("payments", figures.payments);
  tree->Text("match_rate_percent", figures.match_rate_percent);
  tree->Number("items_open_after", figures.items_open_after);
  tree->Open("open_amount_after", '{');
  for (const auto& [currency, amount] : figures.open_amount_after) tree->Text(currency, amount);
  tree->Close();
  tree->Open("codes", '{');
  for (const auto& [code, count] : figures.deviations) tree->Number(code, count);
  tree->Close();
  tree->Close();
}

void AddSide(std::string_view key, const DiffSide& side, JsonTree* tree) {
  if (!side.exists) return;
  tree->Open(key, '{');
  tree->Text("amount", side.amount);
  tree->Text("currency", side.currency);
  tree->OptionalText("booking_date", side.booking_date);
  tree->Text("outcome", side.outcome);
  tree->OptionalText("rule", side.rule);
  tree->OptionalText("confidence", side.confidence);
  tree->Open("allocations", '[');
  for (const StoredAllocation& row : side.allocations) {
    tree->Open("", '{');
    tree->OptionalText("item_id", row.item_id);
    tree->OptionalText("customer_id", row.customer_id);
    tree->Text("amount", row.amount);
    tree->Text("currency", row.currency);
    tree->Text("kind", row.kind);
    tree->Close();
  }
  tree->Close();
  tree->Close();
}

}  // namespace

std::string DiffJson(const RunDiff& diff) {
  JsonTree tree;
  tree.Open("", '{');
  tree.Number("schema", 1);
  tree.Bool("different", diff.has_changes());
  tree.Bool("allocations_compared", diff.has_allocations);
  AddFigures("a", diff.a, diff.figures_a, &tree);
  AddFigures("b", diff.b, diff.figures_b, &tree);
  tree.Open("changes", '{');
  for (size_t i = 0; i < kChanges; ++i) {
    AddCountAndSum(Name(static_cast<Change>(i)), diff.changes[i], &tree);
  }
  tree.Close();
  tree.Open("outcomes", '[');
  for (const auto& [outcomes, value] : diff.outcomes) {
    tree.Open("", '{');
    tree.OptionalText("a", outcomes.first);
    tree.OptionalText("b", outcomes.second);
    AddCountAndSum("payments", value, &tree);
    tree.Close();
  }
  tree.Close();
  tree.Open("examples", '{');
  for (size_t i = 1; i < kChanges; ++i) {
    tree.Open(Name(static_cast<Change>(i)), '[');
    for (const DiffExample& example : diff.examples[i]) {
      tree.Open("", '{');
      tree.Text("payment_id", example.payment_id);
      AddSide("a", example.a, &tree);
      AddSide("b", example.b, &tree);
      tree.Close();
    }
    tree.Close();
  }
  tree.Close();
  tree.Close();
  return tree.Take();
}

}  // namespace kvitt
