#pragma once

namespace merkit {

/// Asks all running work to end at the next frame or epoch. Async-signal-safe. `signal` is kept for the exit code.
void request_stop(int signal) noexcept;

/// The signal given to request_stop, or 0.
int stop_signal() noexcept;

/// Throws Interrupted once a stop was requested; long loops call it once a frame or an epoch.
void throw_if_stopped();

}  // namespace merkit
