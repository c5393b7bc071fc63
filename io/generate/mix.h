// How often each situation of a world comes: the weights that `--mix` sets.

#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "kvitt/generate.h"

namespace kvitt {

// The weights of a world's rows, in their order, as `mix` asks for them: a comma-separated list of
// NAME=WEIGHT, after an optional preset ("night": the rows' own weights, "empty": all zero). A name
// that the world does not have is an InvalidArgument that names the nearest one.
absl::StatusOr<std::vector<uint32_t>> ParseMix(absl::Span<const SituationInfo> rows,
                                               std::string_view mix);

}  // namespace kvitt
