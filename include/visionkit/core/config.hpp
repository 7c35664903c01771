// The one macro that public headers need: which symbols a shared build exports.
#pragma once

#if defined(_WIN32)
#define VISIONKIT_API
#else
#define VISIONKIT_API __attribute__((visibility("default")))
#endif
