// Packs bytes into containers, for tests of what reads them.

#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kvitt {

std::string Gzip(std::string_view bytes);
std::string Zstd(std::string_view bytes);
// Members in the order given, deflated.
std::string Zip(const std::vector<std::pair<std::string, std::string>>& members);

}  // namespace kvitt
