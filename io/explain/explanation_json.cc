// An explanation as one JSON object.

#include "io/bytes/json_tree.h"
#include "io/inspect/shown_text.h"
#include "kvitt/explain.h"

namespace kvitt {
namespace {

void AddTexts(std::string_view key, const std::vector<std::string>& texts, JsonTree* tree) {
  if (texts.empty()) return;
  tree->Open(key, '[');
  for (const std::string& text : texts) tree->Text("", text);
  tree->Close();
}

void AddPaymentMembers(const StoredPayment& payment, JsonTree* tree) {
  tree->Text("payment_id", payment.payment_id);
  tree->OptionalText("creditor_account", payment.creditor_account);
  tree->OptionalText("kind", payment.kind);
  tree->OptionalText("direction", payment.direction);
  tree->OptionalText("amount", payment.amount);
  tree->OptionalText("currency", payment.currency);
  tree->OptionalText("booking_date", payment.booking_date);
  tree->OptionalText("value_date", payment.value_date);
  if (!payment.references.empty()) {
    tree->Open("references", '[');
    for (const StoredReference& reference : payment.references) {
      tree->Open("", '{');
      tree->Text("value", reference.value);
      tree->OptionalText("scheme", reference.scheme);
      tree->OptionalText("amount", reference.amount);
      tree->Close();
    }
    tree->Close();
  }
  AddTexts("text", payment.text, tree);
  tree->OptionalText("payer_name", payment.payer_name);
  tree->OptionalText("payer_account", payment.payer_account);
  tree->OptionalText("payer_org_no", payment.payer_org_no);
  tree->OptionalText("customer_id", payment.customer_id);
  tree->OptionalText("bank_reference", payment.bank_reference);
  tree->OptionalText("end_to_end_id", payment.end_to_end_id);
  tree->OptionalText("reverses", payment.reverses);
  if (!payment.file.empty()) {
    tree->Open("source", '{');
    tree->Text("file", payment.file);
    tree->Number("record", payment.record);
    tree->Close();
  }
  tree->OptionalText("outcome", payment.outcome);
  tree->OptionalText("rule", payment.rule);
  tree->OptionalText("confidence", payment.confidence);
  tree->OptionalText("allocated", payment.allocated);
  tree->OptionalText("on_account", payment.on_account);
  tree->OptionalText("unallocated", payment.unallocated);
  tree->OptionalText("uniqueness", payment.uniqueness);
  if (payment.alternatives != 0) tree->Number("alternatives", payment.alternatives);
  tree->OptionalText("evidence", payment.evidence);
}

void AddAllocation(std::string_view key, const StoredAllocation& allocation, JsonTree* tree) {
  tree->Open(key, '{');
  tree->Text("payment_id", allocation.payment_id);
  tree->OptionalText("item_id", allocation.item_id);
  tree->OptionalText("customer_id", allocation.customer_id);
  tree->Text("amount", allocation.amount);
  tree->Text("currency", allocation.currency);
  tree->Text("kind", allocation.kind);
  tree->OptionalText("rule", allocation.rule);
  tree->OptionalText("confidence", allocation.confidence);
  tree->OptionalText("booking_date", allocation.booking_date);
  tree->Close();
}

void AddSuggestion(const StoredSuggestion& suggestion, JsonTree* tree) {
  tree->Open("", '{');
  tree->Text("rule", suggestion.rule);
  tree->OptionalText("confidence", suggestion.confidence);
  tree->Open("allocations", '[');
  for (const StoredSuggestion::Part& part : suggestion.allocations) {
    tree->Open("", '{');
    tree->OptionalText("item_id", part.item_id);
    tree->Text("amount", part.amount);
    tree->Text("kind", part.kind);
    tree->Close();
  }
  tree->Close();
  tree->Text("explanation", suggestion.explanation);
  tree->Close();
}

void AddDeviations(std::string_view key,
                   const std::vector<StoredException>& deviations,
                   JsonTree* tree) {
  tree->Open(key, '[');
  for (const StoredException& deviation : deviations) {
    tree->Open("", '{');
    tree->Text("exception_id", deviation.exception_id);
    tree->Text("code", deviation.code);
    tree->Text("severity", deviation.severity);
    tree->OptionalText("payment_id", deviation.payment_id);
    AddTexts("item_ids", deviation.item_ids, tree);
    tree->OptionalText("customer_id", deviation.customer_id);
    tree->OptionalText("file", deviation.file);
    if (deviation.record != 0) tree->Number("record", deviation.record);
    tree->OptionalText("amount", deviation.amount);
    tree->OptionalText("difference", deviation.difference);
    tree->OptionalText("currency", deviation.currency);
    tree->Text("explanation", deviation.explanation);
    tree->Text("to_do", "docs/deviations.md#" + deviation.code);
    tree->Open("suggestions", '[');
    for (const StoredSuggestion& suggestion : deviation.suggestions) {
      AddSuggestion(suggestion, tree);
    }
    tree->Close();
    tree->Close();
  }
  tree->Close();
}

void AddPaymentStory(const PaymentStory& story, JsonTree* tree) {
  tree->Open("", '{');
  tree->Open("payment", '{');
  AddPaymentMembers(story.payment, tree);
  tree->Close();
  tree->Open("rules", '[');
  for (const RuleAnswer& answer : story.rules) {
    tree->Open("", '{');
    tree->Number("number", static_cast<uint64_t>(answer.number));
    tree->Text("rule", answer.rule);
    tree->Text("found", answer.found);
    tree->Number("count", answer.count);
    tree->Bool("inferred", answer.inferred);
    tree->Text("sentence", answer.sentence);
    tree->Close();
  }
  tree->Close();
  tree->OptionalText("decision", story.decision);
  tree->Open("allocations", '[');
  for (const StoredAllocation& allocation : story.allocations) AddAllocation("", allocation, tree);
  tree->Close();
  AddDeviations("deviations", story.deviations, tree);
  tree->Close();
}

void AddStoredItem(const StoredItem& item, JsonTree* tree) {
  tree->Open("open_item", '{');
  tree->Text("item_id", item.item_id);
  tree->OptionalText("kind", item.kind);
  tree->OptionalText("customer_id", item.customer_id);
  tree->OptionalText("creditor_account", item.creditor_account);
  AddTexts("references", item.references, tree);
  tree->OptionalText("amount", item.amount);
  tree->OptionalText("open_amount", item.open_amount);
  tree->OptionalText("currency", item.currency);
  tree->OptionalText("issue_date", item.issue_date);
  tree->OptionalText("due_date", item.due_date);
  tree->OptionalText("discount_amount", item.discount_amount);
  tree->OptionalText("discount_date", item.discount_date);
  tree->OptionalText("status", item.status);
  tree->OptionalText("customer_name", item.customer_name);
  tree->OptionalText("customer_org_no", item.customer_org_no);
  tree->Close();
}

void AddItemStory(const ItemStory& story, JsonTree* tree) {
  tree->Open("", '{');
  tree->Text("item_id", story.item_id);
  tree->OptionalText("customer_id", story.customer_id);
  tree->OptionalText("currency", story.currency);
  tree->OptionalText("open_before", story.open_before);
  tree->OptionalText("open_after", story.open_after);
  if (story.is_open) AddStoredItem(story.item, tree);
  tree->Open("payments", '[');
  for (const ItemPayment& payment : story.payments) {
    tree->Open("", '{');
    AddAllocation("allocation", payment.allocation, tree);
    tree->Open("payment", '{');
    AddPaymentMembers(payment.payment, tree);
    tree->Close();
    tree->Close();
  }
  tree->Close();
  AddDeviations("deviations", story.deviations, tree);
  AddDeviations("suggested_for", story.suggestions, tree);
  tree->Close();
}

}  // namespace

std::string ExplanationJson(const Explanation& explanation) {
  JsonTree tree;
  tree.Open("", '{');
  tree.Number("schema", 1);
  tree.Text("id", AsUtf8(explanation.id));
  tree.Text("folder", AsUtf8(explanation.folder));
  tree.Open("not_emitted", '[');
  for (const std::string& name : explanation.not_emitted) tree.Text("", name);
  tree.Close();
  tree.Open("payments", '[');
  for (const PaymentStory& story : explanation.payments) AddPaymentStory(story, &tree);
  tree.Close();
  tree.Open("items", '[');
  for (const ItemStory& story : explanation.items) AddItemStory(story, &tree);
  tree.Close();
  AddDeviations("deviations", explanation.deviations, &tree);
  tree.Close();
  return tree.Take();
}

}  // namespace kvitt
