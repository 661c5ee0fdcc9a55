//! The time that this process has used of the processors.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// A stretch of it.
pub struct Usage {
    began: Duration,
}

impl Usage {
    /// From now on.
    pub fn begin() -> Self {
        Self { began: processor_time() }
    }

    /// So much since.
    pub fn so_far(&self) -> Duration {
        processor_time().saturating_sub(self.began)
    }
}

/// In user and kernel mode, of all threads, since the process began.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let (seconds, nanoseconds) = (u64::try_from(time.tv_sec), u32::try_from(time.tv_nsec));
    Duration::new(seconds.unwrap_or_default(), nanoseconds.unwrap_or_default())
}
