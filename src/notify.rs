//! What passes between systemd and us: it is told how we fare (`sd_notify(3)`), and may hand over a socket. Says nothing
//! where no one listens.

mod inherited;

use std::time::Duration;

use sd_notify::NotifyState;
use tracing::debug;

pub use self::inherited::listener;

/// Store, configuration and sockets are up. `status` is what `systemctl status` shows.
pub fn ready(status: &str) {
    tell(&[NotifyState::Ready, NotifyState::Status(status)]);
}

/// It still starts: systemd shall wait for so long from now (`EXTEND_TIMEOUT_USEC`), beyond its `TimeoutStartSec`.
pub fn extend(longer: Duration) {
    let microseconds = u32::try_from(longer.as_micros()).unwrap_or(u32::MAX);
    tell(&[NotifyState::ExtendTimeoutUsec(microseconds)]);
}

/// The configuration was read anew, well or not.
pub fn status(status: &str) {
    tell(&[NotifyState::Status(status)]);
}

/// The end has begun.
pub fn stopping() {
    tell(&[NotifyState::Stopping]);
}

/// Still alive.
pub fn watchdog() {
    tell(&[NotifyState::Watchdog]);
}

/// How often [`watchdog`] is wanted: three times in the time after which systemd would end us, so that one ping left out
/// is no death. `None` if it does not watch.
#[must_use]
pub fn watchdog_interval() -> Option<Duration> {
    sd_notify::watchdog_enabled().map(|timeout| timeout / 3)
}

fn tell(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        debug!(%error, "the service manager could not be told");
    }
}
