// An explanation as a clerk reads it: the payment, each rule in its order with one sentence, the decision, what
// was posted, what a person must know of.
//
//   Payment P0000001234
//     booked       2026-03-02
//     amount       1250.50 SEK
//     ...
//   Rules
//      1  duplicate           It was not delivered before.
//     ...
//   >  3  reference_exact     What is quoted is the reference of what is paid.

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "engine/value/concat.h"
#include "io/inspect/masked_text.h"
#include "io/inspect/shown_text.h"
#include "kvitt/explain.h"
#include "kvitt/io.h"

namespace kvitt {
namespace {

// Lists longer than this are cut; --json has all of it.
constexpr size_t kShown = 20;

// `text` behind `start`, broken at blanks where it would be wider than a screen; what follows the first line
// is set in by `indent`.
void Paragraph(std::string_view start, std::string_view text, size_t indent, std::string* out) {
  constexpr size_t kWidth = 100;
  std::string line(start);
  bool is_begun = false;  // a word stands on this line
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (is_begun && ShownWidth(line) + 1 + ShownWidth(word) > kWidth) {
      AppendLine(line, out);
      line.assign(indent, ' ');
      is_begun = false;
    }
    AppendParts(&line, is_begun ? " " : "", word);
    is_begun = true;
  }
  AppendLine(line, out);
}

// "  label          value", or nothing without a value.
void Field(std::string_view label, std::string_view value, std::string* out) {
  if (value.empty()) return;
  constexpr size_t kLabel = 15;
  Paragraph(Concat("  ", LeftAligned(label, kLabel)), ForTerminal(value), kLabel + 2, out);
}

std::string Joined(std::initializer_list<std::string> parts) {
  std::string text;
  for (const std::string& part : parts) {
    if (!part.empty()) AppendParts(&text, text.empty() ? "" : ", ", part);
  }
  return text;
}

// "label value", or nothing without a value.
std::string Named(std::string_view label, const std::string& value) {
  return value.empty() ? std::string() : Concat(label, " ", value);
}

std::string Money(const std::string& amount, const std::string& currency) {
  return amount.empty() ? std::string() : Concat(amount, " ", currency);
}

std::string ReferencesOf(const StoredPayment& payment) {
  std::string text;
  for (const StoredReference& reference : payment.references) {
    AppendParts(&text, text.empty() ? "" : ", ", reference.value);
    const std::string more = Joined({reference.scheme, Money(reference.amount, payment.currency)});
    if (!more.empty()) AppendParts(&text, " (", more, ")");
  }
  return text;
}

void ShowPaymentFields(const StoredPayment& payment, std::string* out) {
  const bool is_plain = payment.kind == "payment" && payment.direction == "credit";
  const bool same_day = payment.value_date.empty() || payment.value_date == payment.booking_date;
  Field("booked", Joined({payment.booking_date, same_day ? "" : "value " + payment.value_date}),
        out);
  Field("amount",
        Joined({Money(payment.amount, payment.currency), is_plain ? "" : payment.kind,
                is_plain ? "" : payment.direction}),
        out);
  Field("account", payment.creditor_account, out);
  Field(
      "payer",
      Joined({payment.payer_name, Named("account", payment.payer_account),
              Named("organisation", payment.payer_org_no), Named("customer", payment.customer_id)}),
      out);
  Field("references", ReferencesOf(payment), out);
  for (size_t i = 0; i < payment.text.size() && i < kShown; ++i) {
    Field(i == 0 ? "text" : "", MaskPersonalNumbers(payment.text[i]), out);
  }
  Field("bank's number", payment.bank_reference, out);
  Field("end to end", payment.end_to_end_id, out);
  Field("takes back", payment.reverses, out);
  if (!payment.file.empty()) {
    Field("from", Concat(payment.file, ", record ", payment.record), out);
  }
}

void ShowRules(const std::vector<RuleAnswer>& rules, std::string* out) {
  AppendLine("Rules in their order", out);
  constexpr size_t kRule = 20;
  for (size_t i = 0; i < rules.size(); ++i) {
    const RuleAnswer& answer = rules[i];
    // Rules that say the same one after another share a line.
    size_t last = i;
    while (last + 1 < rules.size() && rules[last + 1].sentence == answer.sentence) ++last;
    if (last > i + 1) {
      AppendLine(Concat("  ", RightAligned(std::to_string(answer.number), 2), "  ",
                        LeftAligned(Concat("to ", rules[last].number), kRule),
                        ForTerminal(answer.sentence)),
                 out);
      i = last;
      continue;
    }
    AppendLine(Concat(answer.found == "decided" ? "> " : "  ",
                      RightAligned(std::to_string(answer.number), 2), "  ",
                      LeftAligned(answer.rule, kRule), ForTerminal(answer.sentence)),
               out);
  }
}

void ShowPosted(const PaymentStory& story, std::string* out) {
  if (story.allocations.empty()) return;
  size_t item = 0;
  size_t kind = 0;
  size_t amount = 0;
  for (const StoredAllocation& allocation : story.allocations) {
    item = std::max(item, ShownWidth(ForTerminal(allocation.item_id)));
    kind = std::max(kind, allocation.kind.size());
    amount = std::max(amount, allocation.amount.size());
  }
  AppendLine("Posted", out);
  size_t shown = 0;
  for (const StoredAllocation& allocation : story.allocations) {
    if (shown++ == kShown) {
      AppendLine(Concat("  and ", story.allocations.size() - kShown, " more"), out);
      break;
    }
    AppendLine(
        Concat("  ",
               LeftAligned(ForTerminal(allocation.item_id.empty() ? "-" : allocation.item_id),
                           std::max<size_t>(item, 1)),
               "  ", LeftAligned(ForTerminal(allocation.kind), kind), "  ",
               RightAligned(allocation.amount, amount), " ", allocation.currency, "  customer ",
               ForTerminal(allocation.customer_id)),
        out);
  }
}

void ShowSuggestion(const StoredSuggestion& suggestion,
                    size_t rank,
                    const std::string& currency,
                    std::string* out) {
  Paragraph(Concat("  ", rank, ". "),
            Concat(ForTerminal(suggestion.rule), " (", ForTerminal(suggestion.confidence),
                   "): ", ForTerminal(suggestion.explanation)),
            5, out);
  size_t shown = 0;
  for (const StoredSuggestion::Part& part : suggestion.allocations) {
    if (shown++ == kShown) {
      AppendLine(Concat("     and ", suggestion.allocations.size() - kShown, " more"), out);
      break;
    }
    AppendLine(Concat("     ", ForTerminal(part.item_id.empty() ? "on account" : part.item_id),
                      "  ", part.kind == "payment" || part.item_id.empty() ? "" : part.kind + "  ",
                      part.amount, " ", currency),
               out);
  }
}

void ShowDeviations(std::string_view title,
                    const std::vector<StoredException>& deviations,
                    std::string* out) {
  if (deviations.empty()) return;
  AppendLine(title, out);
  for (size_t i = 0; i < deviations.size(); ++i) {
    if (i == kShown) {
      AppendLine(Concat("  and ", deviations.size() - kShown, " more"), out);
      break;
    }
    const StoredException& deviation = deviations[i];
    Paragraph(
        "  ",
        Concat(ForTerminal(deviation.code), " (", ForTerminal(deviation.severity), ", ",
               ForTerminal(deviation.exception_id), "): ", ForTerminal(deviation.explanation)),
        4, out);
    AppendLine(Concat("    what to do: docs/deviations.md#", ForTerminal(deviation.code)), out);
  }
}

// The deviations of one payment all carry the same suggestions.
void ShowSuggestions(const std::vector<StoredException>& deviations, std::string* out) {
  const auto first =
      std::find_if(deviations.begin(), deviations.end(),
                   [](const StoredException& deviation) { return !deviation.suggestions.empty(); });
  if (first == deviations.end()) return;
  AppendLine("Suggested, best first", out);
  for (size_t i = 0; i < first->suggestions.size() && i < kShown; ++i) {
    ShowSuggestion(first->suggestions[i], i + 1, first->currency, out);
  }
}

void ShowPayment(const PaymentStory& story, std::string* out) {
  AppendLine(Concat("Payment ", ForTerminal(story.payment.payment_id)), out);
  if (story.has_row) {
    ShowPaymentFields(story.payment, out);
    AppendLine("", out);
    ShowRules(story.rules, out);
    AppendLine("", out);
    Paragraph("Decision: ", ForTerminal(story.decision), 2, out);
  } else {
    AppendLine("  its row is not there: payments was not emitted", out);
  }
  ShowPosted(story, out);
  ShowDeviations("Deviations", story.deviations, out);
  ShowSuggestions(story.deviations, out);
}

void ShowItemPayments(const ItemStory& story, std::string* out) {
  if (story.payments.empty()) return;
  AppendLine("What changed it", out);
  size_t amount = 0;
  size_t kind = 0;
  for (const ItemPayment& payment : story.payments) {
    amount = std::max(amount, payment.allocation.amount.size());
    kind = std::max(kind, payment.allocation.kind.size());
  }
  size_t shown = 0;
  for (const ItemPayment& payment : story.payments) {
    if (shown++ == kShown) {
      AppendLine(Concat("  and ", story.payments.size() - kShown, " more"), out);
      break;
    }
    const StoredAllocation& allocation = payment.allocation;
    const StoredPayment& row = payment.payment;
    std::string by = Concat("by ", allocation.rule);
    if (!row.outcome.empty()) AppendParts(&by, "; payment ", row.outcome);
    if (!row.evidence.empty()) AppendParts(&by, "; ", row.evidence);
    AppendLine(
        Concat("  ", LeftAligned(allocation.booking_date, 10), "  ",
               LeftAligned(allocation.kind, kind), "  ", RightAligned(allocation.amount, amount),
               " ", allocation.currency, "  ", ForTerminal(allocation.payment_id), "  ",
               ForTerminal(Joined({row.payer_name, by}))),
        out);
  }
}

void ShowItem(const ItemStory& story, std::string* out) {
  AppendLine(Concat("Item ", ForTerminal(story.item_id)), out);
  const StoredItem& item = story.item;
  Field("kind", item.kind == "invoice" ? "" : item.kind, out);
  Field("customer", Joined({story.customer_id, item.customer_name}), out);
  Field("account", item.creditor_account, out);
  std::string references;
  for (const std::string& reference : item.references) {
    AppendParts(&references, references.empty() ? "" : ", ", reference);
  }
  Field("references", references, out);
  Field("issued", Joined({item.issue_date, Named("due", item.due_date)}), out);
  Field("status", item.status == "open" ? "" : item.status, out);
  Field("amount", Money(item.amount, story.currency), out);
  Field("open before", Money(story.open_before, story.currency), out);
  Field("open now",
        story.is_open ? Money(story.open_after, story.currency)
                      : (story.open_known ? "nothing: it is closed"
                                          : "not known: open_items was not emitted"),
        out);
  ShowItemPayments(story, out);
  if (story.payments.empty()) AppendLine("No payment of this run changed it.", out);
  ShowDeviations("Deviations that name it", story.deviations, out);
  if (story.suggestions.empty()) return;
  AppendLine("Suggested for", out);
  for (size_t i = 0; i < story.suggestions.size() && i < kShown; ++i) {
    const StoredException& suggestion = story.suggestions[i];
    Paragraph(Concat("  payment ", ForTerminal(suggestion.payment_id), "  ", suggestion.amount, " ",
                     suggestion.currency, "  "),
              ForTerminal(suggestion.explanation), 4, out);
  }
}

void ShowDeviation(const StoredException& deviation, std::string* out) {
  AppendLine(Concat("Deviation ", ForTerminal(deviation.exception_id)), out);
  Field("code", Concat(deviation.code, ", ", deviation.severity), out);
  Field("what", deviation.explanation, out);
  Field("difference", Money(deviation.difference, deviation.currency), out);
  if (!deviation.file.empty()) {
    Field("from",
          deviation.record == 0 ? deviation.file
                                : Concat(deviation.file, ", record ", deviation.record),
          out);
  }
  std::string items;
  for (const std::string& item : deviation.item_ids) {
    AppendParts(&items, items.empty() ? "" : ", ", item);
  }
  Field("items", items, out);
  Field("customer", deviation.customer_id, out);
  Field("what to do", Concat("docs/deviations.md#", deviation.code), out);
}

}  // namespace

std::string ExplanationText(const Explanation& explanation) {
  std::string out;
  const auto blank = [&out] {
    if (!out.empty()) out.push_back('\n');
  };
  for (const StoredException& deviation : explanation.deviations) {
    blank();
    ShowDeviation(deviation, &out);
  }
  for (const PaymentStory& story : explanation.payments) {
    blank();
    ShowPayment(story, &out);
  }
  for (const ItemStory& story : explanation.items) {
    blank();
    ShowItem(story, &out);
  }
  if (!explanation.not_emitted.empty()) {
    blank();
    std::string names;
    for (const std::string& name : explanation.not_emitted) {
      AppendParts(&names, names.empty() ? "" : ", ", name);
    }
    AppendLine(Concat("Not emitted by this run, so not told: ", names, "."), &out);
  }
  return out;
}

}  // namespace kvitt
