//! The owner of threads, sockets and the clock.
//!
//! ```text
//!  any thread                     engine thread (one per core)                      writer thread
//!  Engine ──Command (channel)──▶  4 groups of legs, each ticked every 20 ms   ──▶  WAV files
//!    ▲                              recv · hear · speak · send                ring
//!    └──── events, one eventfd ◀────┘                                         ◀── recording finished
//! ```
//!
//! The groups of a thread are 5 ms apart, so that a thousand sends are not one burst. Two bridged legs are always in one
//! group, where they exchange frames without a lock, and so are all legs of a conference; `bridge` and `join_conference` move a
//! leg if they have to.

mod command;
mod conference;
mod group;
mod handle;
mod listening;
mod socket;
mod statistics;
mod thread;

pub use handle::{Engine, EngineError, EngineSettings, Recording};
pub use statistics::TickStatistics;

pub use socket::PortRange;
