// Running a text case: the engine's answers are written as the lines that a case is written in, so
// that a failure can be read, and a new case can be copied from what was printed.

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "tests/cases/case.h"

namespace kvitt::cases {
namespace {

struct Variant {
  std::string name;
  int threads;
  bool files_reversed;
};

// How the case calls payments, by where they came from and by what the engine calls them.
struct Labels {
  std::map<std::pair<std::string, uint64_t>, std::string> by_place;
  std::map<std::string, std::string> by_id;

  std::string OfId(std::string_view id) const {
    const auto it = by_id.find(std::string(id));
    return it == by_id.end() ? "payment:" + std::string(id) : it->second;
  }
};

constexpr uint32_t kItemsFile = 0;
constexpr uint32_t kCustomersFile = 1;
constexpr uint32_t kFirstPaymentFile = 2;

void SetFile(Reconciliation* run, uint32_t file, std::string name, std::string digest) {
  FileFact fact;
  fact.file = file;
  fact.name = std::move(name);
  fact.digest = std::move(digest);
  run->SetFile(std::move(fact));
}

void AddRecords(const Case& test, bool files_reversed, Reconciliation* run) {
  run->OpenBlock(kItemsFile, 0)->Items(test.items);
  SetFile(run, kItemsFile, "items", "digest of items");
  if (!test.customers.customers.empty()) {
    run->OpenBlock(kCustomersFile, 0)->Customers(test.customers);
    SetFile(run, kCustomersFile, "customers", "digest of customers");
  }
  for (size_t i = 0; i < test.files.size(); ++i) {
    const PaymentFile& file = test.files[files_reversed ? test.files.size() - 1 - i : i];
    const auto index = static_cast<uint32_t>(kFirstPaymentFile + i);
    run->OpenBlock(index, 0)->Payments(file.batch);
    SetFile(run, index, file.name, file.digest);
  }
}

Labels LabelPayments(const Case& test, const Reconciliation& run) {
  Labels labels;
  for (const PaymentFile& file : test.files) {
    for (size_t i = 0; i < file.labels.size(); ++i) {
      labels.by_place[{file.name, i + 1}] = file.labels[i];
    }
  }
  PaymentPage page;
  for (size_t p = 0; p < run.pages(); ++p) {
    run.ReadPayments(p, &page);
    for (const PaymentRow& row : page.rows) {
      // A second delivery has the identity of the first, which is the one that posts.
      if (row.outcome == Outcome::kDuplicate) continue;
      labels.by_id[std::string(row.payment.payment_id)] =
          labels.by_place[{std::string(row.file), row.record}];
    }
  }
  return labels;
}

std::string SubjectOf(const ExceptionRow& row, const Labels& labels) {
  const auto place = labels.by_place.find({row.file, row.record});
  if (!row.payment_id.empty()) {
    return place == labels.by_place.end() ? labels.OfId(row.payment_id) : place->second;
  }
  if (!row.item_ids.empty()) return row.item_ids.front();
  if (!row.customer_id.empty()) return row.customer_id;
  return row.file;
}

void WriteException(const ExceptionRow& row,
                    const Labels& labels,
                    std::vector<std::string>* lines) {
  const std::string subject = SubjectOf(row, labels);
  const Amount off = {row.difference_minor < 0 ? -row.difference_minor : row.difference_minor,
                      row.currency};
  lines->push_back(DeviationLine(subject, Name(row.code), row.has_difference ? &off : nullptr));
  lines->push_back(ConcernLine(subject, Name(row.code), row.item_ids, row.customer_id));
  for (size_t i = 0; i < row.suggestions.size(); ++i) {
    const Suggestion& suggestion = row.suggestions[i];
    std::vector<std::string> items;
    for (const SuggestedAllocation& allocation : suggestion.allocations) {
      items.push_back(allocation.item_id.empty() ? "-" : allocation.item_id);
    }
    lines->push_back(SuggestionLine(subject, i + 1, Name(suggestion.rule), items));
  }
}

void WritePages(const Reconciliation& run, const Labels& labels, std::vector<std::string>* lines) {
  PaymentPage payments;
  AllocationPage allocations;
  ExceptionPage exceptions;
  for (size_t p = 0; p < run.pages(); ++p) {
    run.ReadPayments(p, &payments);
    for (const PaymentRow& row : payments.rows) {
      const auto place = labels.by_place.find({std::string(row.file), row.record});
      const std::string label =
          place == labels.by_place.end() ? std::string(row.payment.payment_id) : place->second;
      lines->push_back(OutcomeLine(label, Name(row.outcome)));
    }
    run.ReadAllocations(p, &allocations);
    for (const AllocationRow& row : allocations.rows) {
      lines->push_back(
          AllocationLine(labels.OfId(row.payment_id), row.item_id.empty() ? "-" : row.item_id,
                         {row.amount_minor, row.currency}, Name(row.kind), Name(row.rule)));
    }
    run.ReadExceptions(p, &exceptions);
    for (size_t i = 0; i < exceptions.count; ++i) {
      WriteException(exceptions.rows[i], labels, lines);
    }
  }
  for (const ExceptionRow& row : run.FileExceptions()) WriteException(row, labels, lines);
}

void WriteOpenItems(const Case& test, const Reconciliation& run, std::vector<std::string>* lines) {
  std::set<std::string> open;
  OpenItemPage page;
  for (size_t p = 0; p < run.open_item_pages(); ++p) {
    run.ReadOpenItems(p, &page);
    for (const OpenItemRow& row : page.rows) {
      open.insert(std::string(row.item.item_id));
      lines->push_back(OpenLine(row.item.item_id, {row.item.open_amount_minor, row.item.currency}));
    }
  }
  for (const OpenItem& item : test.items.items) {
    const std::string id(item.item_id);
    if (open.insert(id).second) lines->push_back(OpenLine(id, {0, item.currency}));
  }
}

// Everything that came of the case, in bytewise order.
std::vector<std::string> RunOnce(const Case& test, const Variant& variant) {
  ReconcileOptions options = test.options;
  options.threads = variant.threads;
  Reconciliation run(options);
  AddRecords(test, variant.files_reversed, &run);
  if (const absl::Status status = run.Run(); !status.ok()) {
    return {"the run failed: " + std::string(status.message())};
  }
  std::vector<std::string> lines;
  const Labels labels = LabelPayments(test, run);
  WritePages(run, labels, &lines);
  run.PrepareOpenItems();
  WriteOpenItems(test, run, &lines);
  std::sort(lines.begin(), lines.end());
  return lines;
}

bool Agrees(const Expectation& expected, const std::string& line) {
  if (!expected.prefix) return line == expected.text;
  return line == expected.text || line.substr(0, expected.text.size() + 1) == expected.text + " ";
}

// A case names every posting and every deviation; outcomes, open amounts and suggestions only as
// far as it tells its story by them.
bool MustBeNamed(const std::string& line) {
  return line.rfind("allocate ", 0) == 0 || line.rfind("deviation ", 0) == 0 ||
         line.rfind("the run failed", 0) == 0;
}

}  // namespace

std::vector<std::string> RunCase(const Case& test) {
  std::vector<std::string> lines = RunOnce(test, {"", 1, false});
  std::vector<std::string> differences;
  for (const Variant& variant :
       {Variant{"with two threads", 2, false},
        Variant{"with the files the other way round", 1, true}, Variant{"with both", 2, true}}) {
    if (RunOnce(test, variant) != lines) {
      differences.push_back("another answer " + variant.name);
    }
  }
  for (const Expectation& expected : test.expected) {
    const auto it = std::find_if(lines.begin(), lines.end(),
                                 [&](const std::string& line) { return Agrees(expected, line); });
    if (it == lines.end()) {
      differences.push_back("missing: " + expected.text + " (line " +
                            std::to_string(expected.line) + ")");
    } else {
      lines.erase(it);
    }
  }
  for (const std::string& line : lines) {
    if (MustBeNamed(line)) differences.push_back("unexpected: " + line);
  }
  if (!differences.empty()) {
    for (const std::string& line : lines) {
      if (!MustBeNamed(line)) differences.push_back("also: " + line);
    }
  }
  return differences;
}

}  // namespace kvitt::cases
