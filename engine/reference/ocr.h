// The Swedish OCR reference. See ocr.cc.

#pragma once

#include "engine/reference/scheme.h"

namespace kvitt::reference {

extern const Scheme kOcrScheme;
extern const Scheme kOcrLengthScheme;

}  // namespace kvitt::reference
