//! Damaged files from a seed: whatever is cut off or changed, the answer is audio or an error, bounded, and never a panic.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::time::{Duration, Instant};

use ringback_dsp::decode::{decode, DecodeError, MAX_SECONDS};

const MUTATIONS_PER_FILE: u32 = 120;
const MOST_CAUGHT: u32 = 5;
const SLOWEST: Duration = Duration::from_secs(5);

/// xorshift64*: the same file always gets the same damage.
struct Seeded(u64);

impl Seeded {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % below.max(1)
    }
}

fn files() -> Vec<(String, Vec<u8>)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let mut files: Vec<_> = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap()))
        .collect();
    files.sort();
    assert!(files.len() >= 17, "the fixtures are missing");
    files
}

/// Decodes and returns how often a decoder had to be caught (0 or 1): their arithmetic is checked in debug builds.
fn answer(name: &str, bytes: &[u8]) -> u32 {
    let begin = Instant::now();
    let outcome = decode(bytes, name.rsplit('.').next(), 8000);
    assert!(begin.elapsed() < SLOWEST, "{name} took {:?}", begin.elapsed());
    if let Ok(samples) = &outcome {
        assert!(samples.len() <= MAX_SECONDS as usize * 8000);
    }
    u32::from(matches!(outcome, Err(DecodeError::Corrupt(reason)) if reason.contains("gave up")))
}

#[test]
fn truncated_files_are_answered() {
    let mut caught = 0;
    for (name, bytes) in files() {
        let step = bytes.len() / 60 + 1;
        for length in (0..64.min(bytes.len())).chain((64..bytes.len()).step_by(step)) {
            caught += answer(&name, &bytes[..length]);
        }
    }
    assert!(caught <= MOST_CAUGHT, "{caught} panics were caught: too many to be theirs");
}

#[test]
fn changed_files_are_answered() {
    let mut caught = 0;
    let mut seeded = Seeded(0x5EED_0001);
    for (name, bytes) in files() {
        for _ in 0..MUTATIONS_PER_FILE {
            let mut damaged = bytes.clone();
            for _ in 0..=seeded.next(8) {
                // Headers are where lengths, rates and counts stand: half of all damage goes there.
                let region = if seeded.next(2) == 0 { damaged.len().min(128) } else { damaged.len() };
                let at = seeded.next(region);
                damaged[at] = [0, 0xFF, 0x7F, 0x80, seeded.next(256) as u8][seeded.next(5)];
            }
            caught += answer(&name, &damaged);
        }
    }
    assert!(caught <= MOST_CAUGHT, "{caught} panics were caught: too many to be theirs");
}

#[test]
fn random_bytes_behind_a_valid_beginning_are_answered() {
    let mut caught = 0;
    let mut seeded = Seeded(0x5EED_0002);
    for (name, bytes) in files() {
        for _ in 0..20 {
            let keep = seeded.next(bytes.len().min(256));
            let tail = (0..2000).map(|_| seeded.next(256) as u8);
            let damaged: Vec<u8> = bytes[..keep].iter().copied().chain(tail).collect();
            caught += answer(&name, &damaged);
        }
    }
    assert!(caught <= MOST_CAUGHT, "{caught} panics were caught: too many to be theirs");
}
