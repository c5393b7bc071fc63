// The nordic world: a night of four countries, one channel (a file of one format) for each way in
// which payments come there, and scenes drawn from the table of situations.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "io/generate/scene.h"
#include "io/generate/situation.h"
#include "kvitt/generate.h"

namespace kvitt {

// Every way in which payments come in this world.
absl::Span<const Channel> NordicChannels();
// The formats that a request without any gets, as far as they can be written.
absl::Span<const std::string_view> NordicFormats();

// Which scene tells what, where. Scenes are drawn until the next would make too many items or
// payments; plain payments, unpaid items and stray payments fill up to the exact numbers. Const
// methods may be called from any thread.
class NordicPlan {
 public:
  static constexpr uint32_t kAccountsPerChannel = 3;

  struct Place {
    const Situation* situation = nullptr;
    size_t channel = 0;  // below channels().size()
    uint32_t account = 0;
    uint32_t first_day = 0;
  };

  // `weights` by NordicSituations(). Situations that no channel can carry are left out.
  // REQUIRES: at least one channel, all of NordicChannels().
  NordicPlan(const GenerateRequest& request,
             std::vector<uint32_t> weights,
             std::vector<const Channel*> channels);

  uint64_t scene_count() const { return scene_count_; }

  const std::vector<const Channel*>& channels() const { return channels_; }

  const std::string& Account(size_t channel, uint32_t account) const {
    return accounts_[channel * kAccountsPerChannel + account];
  }

  // Cheap: what a pass over all scenes asks before it builds one. REQUIRES: scene < scene_count().
  Place PlaceOf(uint64_t scene) const;
  void Build(uint64_t scene, const Place& place, Scene* out) const;

 private:
  struct Row {
    const Situation* situation;
    uint64_t weight_end;           // sum of the weights up to and with this row
    std::vector<size_t> channels;  // those that can carry it
  };

  void CountScenes(uint64_t items, uint64_t payments);
  const Row& DrawnRow(uint64_t scene) const;
  const Row& RowOf(uint64_t scene) const;

  uint64_t seed_;
  std::vector<const Channel*> channels_;
  std::vector<std::string> accounts_;
  std::vector<Row> rows_;     // with a weight above zero
  std::vector<Row> fillers_;  // exact, unpaid, stray
  uint64_t weight_sum_ = 0;
  uint64_t drawn_end_ = 0;  // scenes below are drawn, those from here on are fillers
  uint64_t exact_end_ = 0;
  uint64_t unpaid_end_ = 0;
  uint64_t scene_count_ = 0;
};

absl::Status WriteNordicWorld(const GenerateRequest& request, const std::vector<uint32_t>& weights);

}  // namespace kvitt
