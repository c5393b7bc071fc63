// Damaging files on purpose: what each test of a bank format does to its good sample.
//
//   ExpectNeverHalfRead(format, bytes);
//   ExpectProblem(format, Replaced(bytes, "00018750", "00018751"),
//                 DeviationCode::kControlTotalMismatch, "amount of the delivery");

#pragma once

#include <string>
#include <string_view>

#include "tests/io/formats/sample_records.h"

namespace kvitt {

// `bytes` with the n-th (from 0) `from` replaced. The text must be there.
std::string Replaced(std::string bytes, std::string_view from, std::string_view to, int nth = 0);

// The lines with their ends; the last may lack its end.
std::vector<std::string> LinesOf(std::string_view bytes);

// The whole file is set aside, and a problem of that code says `text`. A control total or a balance is
// then its only problem; a damaged record may well upset the totals behind it.
void ExpectProblem(const Format& format,
                   std::string_view bytes,
                   DeviationCode code,
                   std::string_view text);

// What a damaged file reads as is nothing, because it is set aside, or the same money, or less
// money with one more record told of that is none: cut at every byte from `first_cut` on (a shorter
// piece may be a whole file), every byte changed in several ways, every line dropped, doubled and
// swapped with the next. `bytes` is a good file with control sums.
void ExpectNeverHalfRead(const Format& format, const std::string& bytes, size_t first_cut = 0);

}  // namespace kvitt
