// Names of people and firms as words that can be compared: what rule 11 (payer_name) looks at.
//
// Banks write names as their systems can: `Bjørn Åsen`, `BJOERN AASEN` and `Bjorn Asen` are one
// person. Each letter with a mark becomes the plain letter, and so do its spellings in two letters
// (aa, ae, oe, ue). That also shortens `Michael`, on both sides alike, so it does no harm. Company
// forms and small words (AS, A/S, Oy, v/, c/o, og) are left out: they say nothing about who it is.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kvitt {

// The words of a name, folded to lower case letters and digits, in their order, without company
// forms and small words. Letters of other alphabets stay as they are. Empty for a company form alone.
//
//   FoldName("Åsen & Sønn A/S")   // {"asen", "sonn"}
std::vector<std::string> FoldName(std::string_view name);

}  // namespace kvitt
