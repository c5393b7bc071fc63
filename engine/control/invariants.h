// The sums that must agree before anything leaves the engine, and the totals of the run, which the
// same walk over payments and items gives. Written apart from the code that posts, on purpose: it
// recomputes from the postings and from the items what posting.cc did step by step.
//
//   1. each payment: amount = allocated + on account + unallocated, nothing negative;
//   2. each item: open before = what was posted on it + open after, nothing negative;
//   3. each currency: money handed in = money in payments = what 1 adds up to;
//   4. each payment has one outcome, and a deviation unless settled, ignored or a reversal.
//
// Invariant 2 is checked for all items at once: each item's postings and each item's change are
// multiplied by a number that belongs to that item alone and summed modulo 2^64. The two sums agree
// when every item agrees; were one item wrong, they would agree with probability 2^-64.

#pragma once

#include "absl/status/status.h"
#include "engine/allocate/books.h"

namespace kvitt {

absl::Status CheckInvariants(const Books& books, RunTotals* totals);

}  // namespace kvitt
