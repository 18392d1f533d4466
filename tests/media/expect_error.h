#pragma once

#include "merkit/core/error.h"

#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit::testing {

/// Expects a ClipError of `status` whose message holds `text`; every such error must also say what to do.
template <class Action>
void expect_clip_error(Status status, const std::string& text, Action&& action) {
  try {
    action();
    ADD_FAILURE() << "nothing was thrown; expected: " << text;
  } catch (const ClipError& error) {
    EXPECT_EQ(to_string(error.status()), to_string(status)) << error.what();
    EXPECT_THAT(error.what(), ::testing::HasSubstr(text));
    EXPECT_FALSE(error.hint().empty()) << error.what();
  }
}

}  // namespace merkit::testing
