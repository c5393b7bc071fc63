// Everything of kvitt's engine. Files are read and written by kvitt/io.h.

#pragma once

#include "kvitt/amount.h"        // IWYU pragma: export
#include "kvitt/date.h"          // IWYU pragma: export
#include "kvitt/decision.h"      // IWYU pragma: export
#include "kvitt/deviation.h"     // IWYU pragma: export
#include "kvitt/policy.h"        // IWYU pragma: export
#include "kvitt/reconcile.h"     // IWYU pragma: export
#include "kvitt/record_batch.h"  // IWYU pragma: export
#include "kvitt/record_sink.h"   // IWYU pragma: export
#include "kvitt/reference.h"     // IWYU pragma: export
