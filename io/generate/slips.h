// What people and machines do wrong when they write down a reference: the error models of the
// generator. They say how errors come about and know nothing of how the engine repairs them.
//
// Each returns a text that differs from the one given, or is told apart by the name.

#pragma once

#include <string>
#include <string_view>

#include "io/generate/counter_random.h"

namespace kvitt {

// A key beside the right one: one digit becomes another.
std::string MistypeDigit(std::string_view reference, CounterRandom* random);
// Two neighbours change places; two that are equal are left alone and others are taken.
std::string SwapNeighbours(std::string_view reference, CounterRandom* random);
// The first or the last character was not copied.
std::string LoseEnd(std::string_view reference, CounterRandom* random);
// A digit was hit before the first or after the last.
std::string AddEnd(std::string_view reference, CounterRandom* random);
// Read from paper: O for 0, I for 1, S for 5, B for 8. Unchanged when it has none of these digits.
std::string MisreadLetter(std::string_view reference, CounterRandom* random);
// Written in groups, as people read it from a form: "1234 5678 90".
std::string InGroups(std::string_view reference, size_t group);
// A check digit that is wrong in every scheme that the length allows.
std::string BreakCheckDigit(std::string_view reference, CounterRandom* random);

}  // namespace kvitt
