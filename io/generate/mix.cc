#include "io/generate/mix.h"

#include <algorithm>
#include <numeric>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "engine/value/concat.h"
#include "io/generate/split_at.h"

namespace kvitt {
namespace {

// The number of single-character edits between two short words.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

absl::Status UnknownName(absl::Span<const SituationInfo> rows, std::string_view name) {
  const auto nearest = std::min_element(
      rows.begin(), rows.end(), [&](const SituationInfo& a, const SituationInfo& b) {
        return EditDistance(a.name, name) < EditDistance(b.name, name);
      });
  return absl::InvalidArgumentError(Concat("the mix names '", name,
                                           "', which this world does not have; the nearest is '",
                                           nearest->name, "'"));
}

}  // namespace

absl::StatusOr<std::vector<uint32_t>> ParseMix(absl::Span<const SituationInfo> rows,
                                               std::string_view mix) {
  std::vector<uint32_t> weights;
  for (const SituationInfo& row : rows) weights.push_back(row.weight);
  if (mix.empty()) return weights;
  for (const std::string_view part : SplitAt(mix, ',')) {
    if (part == "night") continue;
    if (part == "empty") {
      std::fill(weights.begin(), weights.end(), 0U);
      continue;
    }
    const size_t equals = part.find('=');
    const std::string_view name = part.substr(0, equals);
    const auto row = std::find_if(rows.begin(), rows.end(),
                                  [&](const SituationInfo& each) { return each.name == name; });
    if (row == rows.end()) return UnknownName(rows, name);
    uint32_t weight = 0;
    if (equals == std::string_view::npos ||
        !absl::SimpleAtoi(std::string(part.substr(equals + 1)), &weight) || weight > 1'000'000) {
      return absl::InvalidArgumentError(
          Concat("the mix wants NAME=WEIGHT with a weight from 0 to 1000000, found '", part, "'"));
    }
    weights[static_cast<size_t>(row - rows.begin())] = weight;
  }
  if (std::all_of(weights.begin(), weights.end(), [](uint32_t weight) { return weight == 0; })) {
    return absl::InvalidArgumentError("the mix gives every situation the weight zero");
  }
  return weights;
}

}  // namespace kvitt
