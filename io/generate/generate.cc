// The face of the generator: checks a request and hands it to its world.

#include "kvitt/generate.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "engine/value/concat.h"
#include "io/formats/format.h"
#include "io/generate/bench_world.h"
#include "io/generate/mix.h"
#include "io/generate/nordic_world.h"
#include "io/generate/situation.h"

namespace kvitt {
namespace {

// In the order of BenchKind.
constexpr SituationInfo kBenchSituations[] = {
    {"bench", "exact", 902, "the reference and the amount of an item"},
    {"bench", "other", 50, "the reference of an item, another amount"},
    {"bench", "unknown", 30, "a well-formed reference of no item"},
    {"bench", "second", 18, "a second payment of an item that is settled already"},
    {"bench", "repaired", 0, "one digit of the reference is wrong"},
    {"bench", "text", 0, "the reference stands in the text alone"},
    {"bench", "payer", 0, "no reference; the customer's number is known"},
};
static_assert(std::size(kBenchSituations) == static_cast<size_t>(BenchKind::kCount));

const std::vector<SituationInfo>& AllSituations() {
  static const std::vector<SituationInfo>* all = [] {
    auto* rows = new std::vector<SituationInfo>();
    for (const Situation& row : NordicSituations()) {
      rows->push_back({"nordic", row.name, row.weight, row.description});
    }
    rows->insert(rows->end(), std::begin(kBenchSituations), std::end(kBenchSituations));
    return rows;
  }();
  return *all;
}

absl::Span<const SituationInfo> SituationsOf(std::string_view world) {
  const std::vector<SituationInfo>& all = AllSituations();
  const auto is_here = [&](const SituationInfo& row) { return row.world == world; };
  const auto first = std::find_if(all.begin(), all.end(), is_here);
  const auto last = std::find_if_not(first, all.end(), is_here);
  return absl::MakeConstSpan(all).subspan(static_cast<size_t>(first - all.begin()),
                                          static_cast<size_t>(last - first));
}

// The formats of a request that names none: all of `wanted` that this build writes.
void DefaultFormats(absl::Span<const std::string_view> wanted, GenerateRequest* request) {
  for (const std::string_view name : wanted) {
    const Format* format = FindFormat(name);
    if (format != nullptr && format->make_writer != nullptr) request->formats.emplace_back(name);
  }
}

}  // namespace

absl::Span<const SituationInfo> Situations() {
  return AllSituations();
}

absl::Status Generate(const GenerateRequest& asked) {
  GenerateRequest request = asked;
  const absl::Span<const SituationInfo> rows = SituationsOf(request.world);
  if (rows.empty()) {
    return absl::InvalidArgumentError(
        Concat("there is no world '", request.world, "'; the worlds are nordic and bench"));
  }
  if (request.out.empty()) return absl::InvalidArgumentError("a folder to write into is needed");
  if (request.items == 0 || request.items > BenchWorld::kItemsMax ||
      request.payments > BenchWorld::kItemsMax) {
    return absl::InvalidArgumentError(Concat("items must be from 1 to ", BenchWorld::kItemsMax,
                                             ", payments from 0 to the same; found ", request.items,
                                             " and ", request.payments));
  }
  const absl::StatusOr<std::vector<uint32_t>> weights = ParseMix(rows, request.mix);
  if (!weights.ok()) return weights.status();
  if (request.world == "bench") {
    static constexpr std::string_view kBenchFormats[] = {"items-csv", "payments-csv"};
    if (request.formats.empty()) DefaultFormats(kBenchFormats, &request);
    return WriteBenchWorld(request, *weights);
  }
  if (request.formats.empty()) DefaultFormats(NordicFormats(), &request);
  return WriteNordicWorld(request, *weights);
}

}  // namespace kvitt
