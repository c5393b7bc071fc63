#include "engine/match/search_round.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "engine/match/best_outcome.h"
#include "engine/parallel.h"
#include "engine/scatter.h"
#include "engine/store/scan.h"
#include "kvitt/check.h"

namespace kvitt {
namespace {

Confidence ConfidenceOf(Rule rule) {
  return rule == Rule::kTextReference ? Confidence::kHigh : Confidence::kMedium;
}

class SearchRound {
 public:
  SearchRound(Books* books, Evidence* evidence, Rule rule, ProposeFn propose)
      : books_(books),
        evidence_(evidence),
        rule_(rule),
        propose_(propose),
        views_(ViewsOf(*books, *evidence)) {
    evidence->items_of.DropPaid(*books);
  }

  void Run() {
    std::vector<size_t> pending = evidence_->left;
    while (!pending.empty()) {
      std::vector<Contender> contenders = Ask(pending);
      std::vector<size_t> asked;
      for (const Contender& contender : contenders) asked.push_back(contender.index);
      pending = Settle(std::move(contenders));
      // Nobody settled: asking again changes nothing.
      if (pending.size() == asked.size()) break;
      TakeOut(asked, pending);
    }
  }

 private:
  // Takes the cases of `asked` that are not among `losers` out of those that are left.
  void TakeOut(const std::vector<size_t>& asked, const std::vector<size_t>& losers) {
    std::vector<size_t> settled;
    std::set_difference(asked.begin(), asked.end(), losers.begin(), losers.end(),
                        std::back_inserter(settled));
    std::vector<size_t> left;
    left.reserve(evidence_->left.size() - settled.size());
    std::set_difference(evidence_->left.begin(), evidence_->left.end(), settled.begin(),
                        settled.end(), std::back_inserter(left));
    evidence_->left = std::move(left);
  }

  // Asks all, notes what was found, and returns those that may post in the order of cases.
  std::vector<Contender> Ask(const std::vector<size_t>& pending) {
    // What was added up before others were posted holds no more.
    evidence_->balances.Clear();
    std::vector<std::vector<Contender>> found(WorkersOf(books_->threads));
    ParallelFor(pending.size(), 64, books_->threads, [&](size_t begin, size_t end, int worker) {
      SearchView& view = *views_[static_cast<size_t>(worker)];
      for (size_t p = begin; p < end; ++p) {
        PrefetchSoon(pending, p);
        SearchCase& search = evidence_->cases[pending[p]];
        const RuleMode mode = ModeOf(*books_, *evidence_, search, rule_);
        if (mode == RuleMode::kOff) {
          search.Note(rule_, TrialResult::kSwitchedOff, 0);
          continue;
        }
        Proposal proposal = propose_(&view, search);
        if (!proposal.answers.empty()) NoteAnswers(proposal, &search);
        if (proposal.found == TrialResult::kDecided && mode == RuleMode::kSuggest) {
          proposal.found = TrialResult::kSuggestOnly;
          NoteUnposted(&search);
        }
        search.Note(rule_, proposal.found, proposal.count);
        if (proposal.found != TrialResult::kDecided) continue;
        found[static_cast<size_t>(worker)].push_back(
            {pending[p], books_->payments.At(search.payment).amount_minor,
             std::move(proposal.answers.front())});
      }
    });
    std::vector<Contender> all;
    for (std::vector<Contender>& list : found) {
      std::move(list.begin(), list.end(), std::back_inserter(all));
    }
    std::sort(all.begin(), all.end(),
              [](const Contender& a, const Contender& b) { return a.index < b.index; });
    return all;
  }

  // Asks for what the cases that come soon will be asked about.
  void PrefetchSoon(const std::vector<size_t>& pending, size_t p) const {
    constexpr size_t kCaseAhead = 12;
    constexpr size_t kLeadsAhead = 6;
    if (p + kCaseAhead < pending.size()) {
      const char* const soon =
          reinterpret_cast<const char*>(&evidence_->cases[pending[p + kCaseAhead]]);
      for (size_t line = 0; line < sizeof(SearchCase); line += 64) __builtin_prefetch(soon + line);
    }
    if (p + kLeadsAhead >= pending.size()) return;
    const SearchCase& soon = evidence_->cases[pending[p + kLeadsAhead]];
    __builtin_prefetch(&books_->payments.At(soon.payment));
    if (!soon.slips.empty()) __builtin_prefetch(&books_->items.At(soon.slips[0].item));
    if (!soon.texts.empty()) __builtin_prefetch(&books_->items.At(soon.texts[0].item));
    evidence_->items_of.Prefetch(soon.payer);
  }

  void NoteAnswers(const Proposal& proposal, SearchCase* search) const {
    if (rule_ == Rule::kReferenceRepaired) NoteRepaired(proposal, search);
    if (proposal.found != TrialResult::kDecided) NoteUnposted(search);
    for (const Answer& answer : proposal.answers) {
      for (ItemHandle item : answer.Items()) {
        if (IsReserved(books_->items.At(item))) search->NoteReserved(item);
      }
    }
  }

  void NoteRepaired(const Proposal& proposal, SearchCase* search) const {
    search->repair_answered = true;
    for (SlipLead& lead : search->slips) {
      lead.is_answer = lead.is_answer ||
                       std::any_of(proposal.answers.begin(), proposal.answers.end(),
                                   [&](const Answer& answer) { return IsAnswer(answer, lead); });
    }
  }

  // An answer of rules 6 and 7 that is not posted ends the search for sets.
  void NoteUnposted(SearchCase* search) const {
    if (rule_ == Rule::kPayerAmount || rule_ == Rule::kBalanceExact) search->stopped_by = rule_;
  }

  // Posts the best outcome of each group of contenders that share items; returns who went without.
  std::vector<size_t> Settle(std::vector<Contender> contenders) {
    const std::vector<size_t> group = GroupsOf(contenders);
    std::vector<std::pair<size_t, size_t>> order;  // (group, contender)
    for (size_t i = 0; i < contenders.size(); ++i) {
      if (group[i] != kAlone) order.emplace_back(group[i], i);
    }
    SettleSingly(contenders, group);
    std::sort(order.begin(), order.end());
    std::vector<size_t> losers;
    for (size_t begin = 0; begin < order.size();) {
      size_t end = begin + 1;
      while (end < order.size() && order[end].first == order[begin].first) ++end;
      std::vector<Contender> members;
      for (size_t i = begin; i < end; ++i)
        members.push_back(std::move(contenders[order[i].second]));
      SettleGroup(std::move(members), &losers);
      begin = end;
    }
    std::sort(losers.begin(), losers.end());
    return losers;
  }

  // The first contender of each one's group; kAlone for those whose items nobody else wants.
  std::vector<size_t> GroupsOf(const std::vector<Contender>& contenders) const {
    struct Wish {
      ItemHandle item;
      size_t contender;
    };

    Scatter<Wish> wishes(books_->threads);
    ParallelFor(contenders.size(), 1024, books_->threads,
                [&](size_t begin, size_t end, int worker) {
                  for (size_t i = begin; i < end; ++i) {
                    for (const Choice& choice : contenders[i].answer.choices) {
                      for (ItemHandle item : choice.items) {
                        wishes.Add(static_cast<size_t>(worker), item * kSpread, {item, i});
                      }
                    }
                  }
                });
    std::vector<std::vector<std::pair<size_t, size_t>>> rivals(Scatter<Wish>::kParts);
    wishes.ForEachPart(books_->threads, [&](size_t part, std::vector<Wish> list) {
      std::sort(list.begin(), list.end(), [](const Wish& a, const Wish& b) {
        return a.item != b.item ? a.item < b.item : a.contender < b.contender;
      });
      for (size_t i = 1; i < list.size(); ++i) {
        if (list[i].item == list[i - 1].item && list[i].contender != list[i - 1].contender) {
          rivals[part].emplace_back(list[i - 1].contender, list[i].contender);
        }
      }
    });
    std::vector<size_t> group(contenders.size(), kAlone);
    const auto root = [&](size_t i) {
      if (group[i] == kAlone) group[i] = i;
      while (group[i] != i) i = group[i] = group[group[i]];
      return i;
    };
    for (const auto& list : rivals) {
      for (const auto& [a, b] : list) {
        const size_t x = root(a);
        const size_t y = root(b);
        group[std::max(x, y)] = std::min(x, y);
      }
    }
    for (size_t i = 0; i < group.size(); ++i) {
      if (group[i] != kAlone) group[i] = root(i);
    }
    return group;
  }

  // Posts for those without rivals: who pays one item in any order, as nothing else is touched.
  void SettleSingly(const std::vector<Contender>& contenders, const std::vector<size_t>& group) {
    const auto pays_one = [](const ItemList& items) { return items.size() == 1; };
    ParallelFor(contenders.size(), 256, books_->threads, [&](size_t begin, size_t end, int) {
      for (size_t i = begin; i < end; ++i) {
        PrefetchSoon(contenders, i);
        if (group[i] != kAlone) continue;
        const ItemList items = contenders[i].answer.Items();
        if (pays_one(items)) Post(contenders[i], items);
      }
    });
    // Several items are written into the book of decisions, which one thread fills.
    for (size_t i = 0; i < contenders.size(); ++i) {
      if (group[i] != kAlone) continue;
      const ItemList items = contenders[i].answer.Items();
      if (!pays_one(items)) Post(contenders[i], items);
    }
  }

  void PrefetchSoon(const std::vector<Contender>& contenders, size_t i) const {
    constexpr size_t kAhead = 8;
    if (i + kAhead >= contenders.size()) return;
    const Contender& soon = contenders[i + kAhead];
    const SearchCase& search = evidence_->cases[soon.index];
    __builtin_prefetch(&search.uniqueness);
    __builtin_prefetch(&books_->payments.At(search.payment));
    __builtin_prefetch(&books_->items.At(soon.answer.choices[0].items[0]));
  }

  void SettleGroup(std::vector<Contender> members, std::vector<size_t>* losers) {
    if (members.size() > 1) {
      std::sort(members.begin(), members.end(), [&](const Contender& a, const Contender& b) {
        return books_->DecidesBefore(evidence_->cases[a.index].payment,
                                     evidence_->cases[b.index].payment);
      });
    }
    const GroupOutcome outcome = FindBestOutcome(members, books_->policy.group_payments_max);
    for (size_t i = 0; i < members.size(); ++i) {
      SearchCase& search = evidence_->cases[members[i].index];
      if (outcome.awards[i].settles) {
        Post(members[i], outcome.awards[i].items);
        continue;
      }
      search.Note(rule_, outcome.searched ? TrialResult::kTaken : TrialResult::kSearchLimit,
                  static_cast<uint32_t>(members.size()));
      losers->push_back(members[i].index);
    }
  }

  void Post(const Contender& contender, const ItemList& items) {
    SearchCase& search = evidence_->cases[contender.index];
    SettleItems(books_, search.payment, items, rule_, ConfidenceOf(rule_));
    const PaymentRecord& payment = books_->payments.At(search.payment);
    // Only answers that agree with the amount get here.
    KVITT_CHECK(payment.outcome == Outcome::kSettled ||
                payment.outcome == Outcome::kSettledWithDifference);
    search.uniqueness = contender.answer.IsAlike() ? Uniqueness::kAlike : Uniqueness::kUnique;
  }

  static constexpr size_t kAlone = ~size_t{0};
  static constexpr uint64_t kSpread = 0x9e3779b97f4a7c15u;

  Books* books_;
  Evidence* evidence_;
  Rule rule_;
  ProposeFn propose_;
  std::vector<std::unique_ptr<SearchView>> views_;
};

}  // namespace

Evidence* EvidenceOf(Books* books) {
  if (!books->evidence_gathered) {
    books->evidence = GatherEvidence(*books);
    books->evidence_gathered = true;
  }
  return books->evidence.get();
}

void RunSearchRound(Books* books, Rule rule, ProposeFn propose) {
  Evidence* evidence = EvidenceOf(books);
  if (evidence != nullptr) SearchRound(books, evidence, rule, propose).Run();
}

}  // namespace kvitt
