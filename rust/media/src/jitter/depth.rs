//! How long packets may have to wait for those that come later.

/// What a leg is told of its buffer: the delay that it begins with and never falls below, and the most it grows to when
/// packets come too late to be played. In ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Depth {
    least: i32,
    most: i32,
}

/// The most that any depth grows to, in ticks.
pub const MAX_DELAY: i32 = 10;

impl Depth {
    /// For whoever needs the shortest way and bears gaps. One tick more than nothing, because packets that come at about the
    /// time of the tick would else be lost by turns.
    pub const OFF: Depth = Depth { least: 0, most: 1 };
    pub const SMALL: Depth = Depth { least: 1, most: 4 };
    pub const MEDIUM: Depth = Depth { least: 2, most: 7 };
    pub const LARGE: Depth = Depth { least: 3, most: MAX_DELAY };

    /// In timestamp units, for a clock with `frame` of them in a tick.
    pub fn least(self, frame: i32) -> i32 {
        self.least * frame
    }

    /// The same for the most.
    pub fn most(self, frame: i32) -> i32 {
        self.most * frame
    }

    /// What becomes of a delay that was learned under another depth. One that was never needed is not kept.
    pub fn adopt(self, delay: i32, before: Depth, frame: i32) -> i32 {
        if delay == before.least(frame) {
            return self.least(frame);
        }
        delay.clamp(self.least(frame), self.most(frame))
    }
}

impl Default for Depth {
    /// That of a leg of which nothing is said: 40 ms, and up to 200.
    fn default() -> Self {
        Self { least: 2, most: MAX_DELAY }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_that_was_never_needed_becomes_the_least_and_one_that_was_is_kept_within_bounds() {
        let usual = Depth::default();
        let adopted = |delay, depth: Depth| depth.adopt(delay * 160, usual, 160) / 160;
        let depths = [Depth::OFF, Depth::SMALL, Depth::MEDIUM, Depth::LARGE];
        assert_eq!(depths.map(|depth| adopted(2, depth)), [0, 1, 2, 3]);
        assert_eq!(depths.map(|depth| adopted(9, depth)), [1, 4, 7, 9]);
        assert_eq!(usual.adopt(3 * 160, Depth::LARGE, 160), 320);
    }
}
