//! Opus in a leg: packets that cannot be cut are made to meet the tick (`OpusEar`), and silence is said for next to nothing
//! (`OpusMouth`).

mod ear;
mod mouth;

pub use ear::OpusEar;
pub use mouth::{OpusMouth, MAX_SPOKEN};

#[cfg(test)]
mod tests;
