//! How the ticks are doing.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counters of one thread since it began; only that thread writes.
#[derive(Debug, Default)]
pub struct ThreadCounters {
    pub ticks: AtomicU64,
    pub late_ticks: AtomicU64,
    pub cpu_nanoseconds: AtomicU64,
    pub packets_in: AtomicU64,
    pub packets_out: AtomicU64,
    /// Since the last call of `TickStatistics`.
    pub worst_microseconds: AtomicU64,
}

/// Sums over all threads.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TickStatistics {
    /// Turns of a group of legs, four for each thread and tick.
    pub ticks: u64,
    /// Those that were done more than 20 ms after they were due.
    pub late_ticks: u64,
    /// The most that one was done after it was due.
    pub worst_tick_ms: f64,
    pub cpu_seconds: f64,
    pub packets_in: u64,
    pub packets_out: u64,
}

impl TickStatistics {
    /// Reads the counters, and begins a new search for the worst tick.
    pub fn read<'a>(threads: impl Iterator<Item = &'a ThreadCounters>) -> Self {
        let mut sum = Self::default();
        for thread in threads {
            sum.ticks += thread.ticks.load(Ordering::Relaxed);
            sum.late_ticks += thread.late_ticks.load(Ordering::Relaxed);
            sum.cpu_seconds += thread.cpu_nanoseconds.load(Ordering::Relaxed) as f64 / 1e9;
            sum.packets_in += thread.packets_in.load(Ordering::Relaxed);
            sum.packets_out += thread.packets_out.load(Ordering::Relaxed);
            let worst = thread.worst_microseconds.swap(0, Ordering::Relaxed) as f64 / 1e3;
            sum.worst_tick_ms = sum.worst_tick_ms.max(worst);
        }
        sum
    }

    /// What was added since `before`.
    #[must_use]
    pub fn since(self, before: Self) -> Self {
        Self {
            ticks: self.ticks - before.ticks,
            late_ticks: self.late_ticks - before.late_ticks,
            worst_tick_ms: self.worst_tick_ms,
            cpu_seconds: self.cpu_seconds - before.cpu_seconds,
            packets_in: self.packets_in - before.packets_in,
            packets_out: self.packets_out - before.packets_out,
        }
    }
}
