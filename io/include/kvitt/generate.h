// Data sets of any size whose right answers are known.
//
// A world is a pure function of (seed, index): every item and every payment can be made alone, so a
// set of 100 million items needs no memory to speak of, and the same request writes the same bytes
// on every machine. Beside the data stands the truth: what each payment is, and what a
// reconciliation must make of it.
//
//   kvitt::GenerateRequest request;
//   request.items = 5000;
//   request.payments = 4000;
//   request.out = "night";
//   absl::Status status = kvitt::Generate(request);
//
// Nothing here throws or prints. What the worlds hold: docs/generate.md.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"

namespace kvitt {

struct GenerateRequest {
  // "nordic": a believable night of four countries with every situation that a reconciliation
  // meets. "bench": many alike records on 1,000 accounts, for measuring.
  std::string world = "nordic";
  uint64_t items = 5000;  // up to 800 million
  uint64_t payments = 4000;
  uint64_t seed = 1;
  // Names of formats ("items-csv", "bgmax"). Empty: every one that the world knows and that can be
  // written. In the bench world each format holds the whole set; in the nordic world they share it.
  std::vector<std::string> formats;
  std::string out;  // a folder; made when it is not there
  // Weights of situations: "short=20,exact=900", after an optional preset: "night" (the default of
  // the nordic world), "empty" (all zero).
  std::string mix;
  bool shuffle = false;     // bench: items in random order instead of ascending item_id
  bool write_truth = true;  // truth.jsonl, about 250 bytes a payment
};

// Writes the data set under request.out: items/, customers/, payments/, truth.jsonl, files.jsonl
// and world.json. Fails with InvalidArgument for a request that cannot be met, and with the
// system's words when the folder cannot be written.
absl::Status Generate(const GenerateRequest& request);

// One row of the documented table of situations that `mix` names.
struct SituationInfo {
  std::string_view world;
  std::string_view name;
  uint32_t weight;  // by default
  std::string_view description;
};

absl::Span<const SituationInfo> Situations();

}  // namespace kvitt
