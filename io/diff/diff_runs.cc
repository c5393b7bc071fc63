// Pairs the payments of two folders and says how each pair differs.
//
// Both are read side by side. As long as both hold the same payments in the same order, nothing is kept; a
// payment that stands elsewhere in the other folder waits as an image of 48 bytes until its partner comes.

#include <algorithm>
#include <deque>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "engine/value/concat.h"
#include "io/diff/payment_images.h"
#include "io/diff/run_figures.h"
#include "io/run_folder/run_folder.h"
#include "kvitt/diff.h"

namespace kvitt {
namespace {

// Payments of one side whose partners have not come yet. Of those that share a key the first comes first.
class Waiting {
 public:
  void Add(const PaymentImage& image) {
    if (!first_.emplace(image.key, image).second) more_[image.key].push_back(image);
  }

  // Takes out the partner of `key`; false when none waits.
  bool Take(const PaymentKey& key, PaymentImage* image) {
    const auto found = first_.find(key);
    if (found == first_.end()) return false;
    *image = found->second;
    const auto more = more_.empty() ? more_.end() : more_.find(key);
    if (more == more_.end()) {
      first_.erase(found);
      return true;
    }
    found->second = more->second.front();
    more->second.pop_front();
    if (more->second.empty()) more_.erase(more);
    return true;
  }

  // All that wait, in the order of their file.
  std::vector<PaymentImage> Rest() const {
    std::vector<PaymentImage> rest;
    for (const auto& [key, image] : first_) rest.push_back(image);
    for (const auto& [key, images] : more_) rest.insert(rest.end(), images.begin(), images.end());
    std::sort(rest.begin(), rest.end(), [](const PaymentImage& a, const PaymentImage& b) {
      return a.row_offset < b.row_offset;
    });
    return rest;
  }

 private:
  absl::flat_hash_map<PaymentKey, PaymentImage> first_;
  absl::flat_hash_map<PaymentKey, std::deque<PaymentImage>> more_;
};

using PostingText = std::
    tuple<std::string_view, std::string_view, std::string_view, std::string_view, std::string_view>;

std::vector<PostingText> PostingsOf(const DiffSide& side) {
  std::vector<PostingText> postings;
  for (const StoredAllocation& row : side.allocations) {
    postings.emplace_back(row.item_id, row.customer_id, row.kind, row.amount, row.currency);
  }
  std::sort(postings.begin(), postings.end());
  return postings;
}

// Whether any of its money went to items or is kept on account.
bool IsPosted(const DiffSide& side) {
  constexpr std::string_view kDigits = "123456789";
  return side.allocated.find_first_of(kDigits) != std::string::npos ||
         side.on_account.find_first_of(kDigits) != std::string::npos;
}

Change ChangeBetween(const DiffSide& a, const DiffSide& b) {
  if (!a.exists) return Change::kOnlyInB;
  if (!b.exists) return Change::kOnlyInA;
  if (IsPosted(a) != IsPosted(b)) return IsPosted(b) ? Change::kGained : Change::kLost;
  const bool same_money = a.amount == b.amount && a.currency == b.currency &&
                          a.allocated == b.allocated && a.on_account == b.on_account &&
                          PostingsOf(a) == PostingsOf(b);
  if (!same_money) return Change::kMoved;
  if (a.outcome != b.outcome) return Change::kOutcome;
  if (a.rule != b.rule || a.confidence != b.confidence) return Change::kRule;
  return Change::kSame;
}

// An example with what it is ranked by: amounts of all currencies with four decimals.
struct Ranked {
  Int128 size = 0;
  uint64_t offset = 0;  // of its row: the earlier of equal amounts comes first
  DiffExample example;

  friend bool operator<(const Ranked& a, const Ranked& b) {
    return std::tie(b.size, a.offset) < std::tie(a.size, b.offset);
  }
};

class Comparison {
 public:
  Comparison(PaymentImages* a, PaymentImages* b, bool same_form, const DiffRequest& request)
      : a_(a), b_(b), same_form_(same_form), examples_max_(request.examples_max) {}

  absl::Status Run(RunDiff* diff) {
    diff_ = diff;
    bool more_a = true;
    bool more_b = true;
    while (more_a || more_b) {
      if (absl::Status status = Step(a_, &more_a, true); !status.ok()) return status;
      if (absl::Status status = Step(b_, &more_b, false); !status.ok()) return status;
    }
    for (const PaymentImage& image : waiting_a_.Rest()) {
      if (absl::Status status = Compare(&image, nullptr); !status.ok()) return status;
    }
    for (const PaymentImage& image : waiting_b_.Rest()) {
      if (absl::Status status = Compare(nullptr, &image); !status.ok()) return status;
    }
    for (size_t i = 0; i < kChanges; ++i) {
      for (Ranked& ranked : examples_[i]) diff_->examples[i].push_back(std::move(ranked.example));
    }
    return absl::OkStatus();
  }

 private:
  // Takes the next payment of one side, to its partner or to those that wait.
  absl::Status Step(PaymentImages* images, bool* more, bool is_a) {
    if (!*more) return absl::OkStatus();
    PaymentImage image;
    const absl::StatusOr<bool> next = images->Next(&image);
    if (!next.ok()) return next.status();
    *more = *next;
    if (!*more) return absl::OkStatus();
    PaymentImage other;
    if (!(is_a ? waiting_b_ : waiting_a_).Take(image.key, &other)) {
      (is_a ? waiting_a_ : waiting_b_).Add(image);
      return absl::OkStatus();
    }
    return is_a ? Compare(&image, &other) : Compare(&other, &image);
  }

  absl::Status Compare(const PaymentImage* a, const PaymentImage* b) {
    CountAndSum& same = diff_->changes[static_cast<size_t>(Change::kSame)];
    if (same_form_ && a != nullptr && b != nullptr && a->content == b->content) {
      ++same.count;
      return absl::OkStatus();
    }
    DiffExample example;
    if (a != nullptr) {
      if (absl::Status status = a_->Read(*a, &example.payment_id, &example.a); !status.ok()) {
        return status;
      }
    }
    if (b != nullptr) {
      if (absl::Status status = b_->Read(*b, &example.payment_id, &example.b); !status.ok()) {
        return status;
      }
    }
    const Change change = ChangeBetween(example.a, example.b);
    if (change == Change::kSame) {
      ++same.count;
    } else {
      Count(change, (a != nullptr ? a : b)->row_offset, std::move(example));
    }
    return absl::OkStatus();
  }

  void Count(Change change, uint64_t offset, DiffExample example) {
    const DiffSide& side = example.b.exists ? example.b : example.a;
    const Currency currency = Currency::FromCode(side.currency);
    int64_t minor = 0;
    ParseAmount(side.amount, currency.decimals(), &minor);
    for (CountAndSum* sums : {&diff_->changes[static_cast<size_t>(change)],
                              &diff_->outcomes[{example.a.outcome, example.b.outcome}]}) {
      ++sums->count;
      sums->minor[currency] += minor;
    }
    Ranked ranked;
    ranked.size = minor;
    for (int i = currency.decimals(); i < 4; ++i) ranked.size *= 10;
    ranked.offset = offset;
    ranked.example = std::move(example);
    std::vector<Ranked>& best = examples_[static_cast<size_t>(change)];
    if (best.size() == examples_max_ && (best.empty() || !(ranked < best.back()))) return;
    best.insert(std::upper_bound(best.begin(), best.end(), ranked), std::move(ranked));
    if (best.size() > examples_max_) best.pop_back();
  }

  PaymentImages* a_;
  PaymentImages* b_;
  bool same_form_;  // the same rows are then the same bytes
  size_t examples_max_;
  RunDiff* diff_ = nullptr;
  Waiting waiting_a_;
  Waiting waiting_b_;
  std::array<std::vector<Ranked>, kChanges> examples_;
};

bool SameForm(const RunFolder& a, const RunFolder& b, StreamKind kind) {
  return a[kind].form == b[kind].form;
}

}  // namespace

std::string_view Name(Change change) {
  switch (change) {
    case Change::kSame:
      return "same";
    case Change::kGained:
      return "gained";
    case Change::kLost:
      return "lost";
    case Change::kMoved:
      return "moved";
    case Change::kOutcome:
      return "outcome";
    case Change::kRule:
      return "rule";
    case Change::kOnlyInA:
      return "only_in_a";
    case Change::kOnlyInB:
      return "only_in_b";
  }
  return "";
}

bool RunDiff::has_changes() const {
  for (size_t i = 1; i < kChanges; ++i) {
    if (changes[i].count != 0) return true;
  }
  return figures_a.deviations != figures_b.deviations ||
         figures_a.open_amount_after != figures_b.open_amount_after ||
         figures_a.items_open_after != figures_b.items_open_after;
}

absl::StatusOr<RunDiff> DiffRuns(const DiffRequest& request) {
  const absl::StatusOr<RunFolder> a = OpenRunFolder(request.a);
  if (!a.ok()) return a.status();
  const absl::StatusOr<RunFolder> b = OpenRunFolder(request.b);
  if (!b.ok()) return b.status();
  RunDiff diff;
  diff.a = request.a;
  diff.b = request.b;
  for (const auto& [folder, figures] :
       {std::pair{&*a, &diff.figures_a}, std::pair{&*b, &diff.figures_b}}) {
    absl::StatusOr<RunFigures> read = ReadFigures(folder->summary, folder->path);
    if (!read.ok()) return read.status();
    *figures = *std::move(read);
  }
  diff.has_allocations = a->has(StreamKind::kAllocations) && b->has(StreamKind::kAllocations);
  absl::StatusOr<PaymentImages> images_a = PaymentImages::Open(*a, diff.has_allocations);
  if (!images_a.ok()) return images_a.status();
  absl::StatusOr<PaymentImages> images_b = PaymentImages::Open(*b, diff.has_allocations);
  if (!images_b.ok()) return images_b.status();
  const bool same_form = SameForm(*a, *b, StreamKind::kPayments) &&
                         (!diff.has_allocations || SameForm(*a, *b, StreamKind::kAllocations));
  Comparison comparison(&*images_a, &*images_b, same_form, request);
  if (absl::Status status = comparison.Run(&diff); !status.ok()) return status;
  return diff;
}

}  // namespace kvitt
