#include "engine/match/best_outcome.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "kvitt/amount.h"

namespace kvitt {
namespace {

// Places to be filled with items: each contender has one for each item that it takes.
struct Place {
  size_t contender;
  absl::Span<const ItemHandle> candidates;
};

// How many sets an answer could be: the ways to take `take` of the alike items of each choice.
uint64_t AlternativesOf(const Answer& answer) {
  constexpr uint64_t kMany = 1'000'000'000;
  uint64_t all = 1;
  for (const Choice& choice : answer.choices) {
    const uint64_t n = choice.items.size();
    const uint64_t k = std::min<uint64_t>(choice.take, n - choice.take);
    uint64_t ways = 1;
    for (uint64_t i = 1; i <= k && ways < kMany; ++i) ways = ways * (n - k + i) / i;
    all = std::min(kMany, all * std::min(ways, kMany));
  }
  return all;
}

// A matching of places and items that grows place by place.
class Matching {
 public:
  // Fills every place of `contender`, moving others if that helps; false, and nothing changed, when
  // it cannot be done.
  bool Add(const std::vector<Place>& places) {
    const std::vector<Place> before_places = places_;
    const absl::flat_hash_map<ItemHandle, size_t> before = taken_;
    for (const Place& place : places) {
      places_.push_back(place);
      visited_.clear();
      if (!Augment(places_.size() - 1)) {
        places_ = before_places;
        taken_ = before;
        return false;
      }
    }
    return true;
  }

 private:
  bool Augment(size_t place) {
    for (ItemHandle item : places_[place].candidates) {
      if (!visited_.emplace(item, true).second) continue;
      const auto taken = taken_.find(item);
      if (taken == taken_.end() || Augment(taken->second)) {
        taken_[item] = place;
        return true;
      }
    }
    return false;
  }

  std::vector<Place> places_;
  absl::flat_hash_map<ItemHandle, size_t> taken_;
  absl::flat_hash_map<ItemHandle, bool> visited_;
};

std::vector<Place> PlacesOf(const Contender& contender, size_t index) {
  std::vector<Place> places;
  for (const Choice& choice : contender.answer.choices) {
    for (uint32_t i = 0; i < choice.take; ++i) places.push_back({index, choice.items});
  }
  return places;
}

// Tries every set of contenders that can settle together, the earlier ones first.
class BestSet {
 public:
  explicit BestSet(const std::vector<Contender>& contenders) : contenders_(contenders) {
    money_left_.assign(contenders.size() + 1, 0);
    for (size_t i = contenders.size(); i > 0; --i) {
      money_left_[i - 1] = money_left_[i] + contenders[i - 1].amount_minor;
    }
    for (const Contender& contender : contenders) {
      alternatives_.push_back(AlternativesOf(contender.answer));
    }
  }

  // False when the budget was spent.
  bool Find(std::vector<bool>* best) {
    chosen_.assign(contenders_.size(), false);
    Visit(0, 0, 0, Matching());
    *best = best_;
    return steps_ <= kStepsMax;
  }

 private:
  static constexpr uint64_t kStepsMax = 20'000;

  void Visit(size_t at, Int128 money, uint64_t alternatives, const Matching& matching) {
    if (++steps_ > kStepsMax || money + money_left_[at] < best_money_) return;
    if (at == contenders_.size()) {
      // Of equals the first that is met stays: it takes the earlier payments.
      if (money > best_money_ || (money == best_money_ && alternatives < best_alternatives_)) {
        best_ = chosen_;
        best_money_ = money;
        best_alternatives_ = alternatives;
      }
      return;
    }
    Matching with = matching;
    if (with.Add(PlacesOf(contenders_[at], at))) {
      chosen_[at] = true;
      Visit(at + 1, money + contenders_[at].amount_minor, alternatives + alternatives_[at], with);
      chosen_[at] = false;
    }
    Visit(at + 1, money, alternatives, matching);
  }

  const std::vector<Contender>& contenders_;
  std::vector<Int128> money_left_;
  std::vector<uint64_t> alternatives_;
  std::vector<bool> chosen_;
  std::vector<bool> best_;
  Int128 best_money_ = -1;
  uint64_t best_alternatives_ = 0;
  uint64_t steps_ = 0;
};

// Gives each contender of `settles`, in order, the oldest items that still let all later ones settle.
void GiveOldest(const std::vector<Contender>& contenders,
                const std::vector<bool>& settles,
                std::vector<Award>* awards) {
  std::vector<std::vector<Place>> places;
  for (size_t i = 0; i < contenders.size(); ++i) {
    places.push_back(settles[i] ? PlacesOf(contenders[i], i) : std::vector<Place>());
  }
  std::vector<ItemHandle> fixed;  // the items of the places that are decided
  const auto feasible = [&](size_t contender, size_t place_index) {
    Matching matching;
    for (const ItemHandle& item : fixed) {
      if (!matching.Add({{0, absl::MakeConstSpan(&item, 1)}})) return false;
    }
    for (size_t i = contender; i < contenders.size(); ++i) {
      const std::vector<Place>& all = places[i];
      const size_t from = i == contender ? place_index : 0;
      const std::vector<Place> rest(
          all.begin() + static_cast<ptrdiff_t>(std::min(from, all.size())), all.end());
      if (!matching.Add(rest)) return false;
    }
    return true;
  };
  for (size_t i = 0; i < contenders.size(); ++i) {
    Award& award = (*awards)[i];
    award.settles = settles[i];
    for (size_t p = 0; p < places[i].size(); ++p) {
      for (ItemHandle item : places[i][p].candidates) {
        if (std::find(fixed.begin(), fixed.end(), item) != fixed.end()) continue;
        fixed.push_back(item);
        if (feasible(i, p + 1)) {
          award.items.push_back(item);
          break;
        }
        fixed.pop_back();
      }
    }
  }
}

// First come, first served.
void GiveInOrder(const std::vector<Contender>& contenders, std::vector<Award>* awards) {
  absl::flat_hash_map<ItemHandle, bool> taken;
  for (size_t i = 0; i < contenders.size(); ++i) {
    ItemList items;
    bool all = true;
    for (const Choice& choice : contenders[i].answer.choices) {
      uint32_t left = choice.take;
      for (ItemHandle item : choice.items) {
        if (left == 0) break;
        if (taken.contains(item)) continue;
        items.push_back(item);
        --left;
      }
      all = all && left == 0;
    }
    if (!all) continue;
    for (ItemHandle item : items) taken[item] = true;
    (*awards)[i] = {true, std::move(items)};
  }
}

}  // namespace

GroupOutcome FindBestOutcome(const std::vector<Contender>& contenders, uint32_t payments_max) {
  GroupOutcome outcome;
  outcome.awards.resize(contenders.size());
  if (contenders.size() == 1) {
    outcome.awards[0] = {true, contenders[0].answer.Items()};
    return outcome;
  }
  // Larger matchings are possible, but nobody waits for them.
  constexpr size_t kPlacesMax = 256;
  size_t places = 0;
  for (const Contender& contender : contenders) {
    for (const Choice& choice : contender.answer.choices) places += choice.take;
  }
  std::vector<bool> settles;
  if (contenders.size() > payments_max || places > kPlacesMax ||
      !BestSet(contenders).Find(&settles)) {
    outcome.searched = false;
    GiveInOrder(contenders, &outcome.awards);
    return outcome;
  }
  GiveOldest(contenders, settles, &outcome.awards);
  return outcome;
}

}  // namespace kvitt
