//! Damaged files from a seed: whatever is cut off or changed, the answer is audio or an error, bounded, and never a panic.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::Once;
use std::time::{Duration, Instant};

use ringback_dsp::decode::{decode, DecodeError, MAX_SECONDS};

const MUTATIONS_PER_FILE: u32 = 120;
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

/// Panics outside the container decoders: those would be ours, or of the resampler that we feed.
static OUR_PANICS: AtomicU32 = AtomicU32::new(0);
static WATCH: Once = Once::new();

/// The decoders' own panics, which `decode` catches, are expected (debug builds check their arithmetic) and not printed.
fn watch_panics() {
    WATCH.call_once(|| {
        let print = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !panic.location().is_some_and(|location| location.file().contains("symphonia")) {
                OUR_PANICS.fetch_add(1, Ordering::Relaxed);
                print(panic);
            }
        }));
    });
}

/// Decodes; the answer may be anything but a panic of ours, too much, or too late.
fn assert_answer(name: &str, bytes: &[u8]) {
    watch_panics();
    let begin = Instant::now();
    let outcome = decode(bytes, name.rsplit('.').next(), 8000);
    assert!(begin.elapsed() < SLOWEST, "{name} took {:?}", begin.elapsed());
    assert_eq!(OUR_PANICS.load(Ordering::Relaxed), 0, "{name}");
    match outcome {
        Ok(samples) => assert!(samples.len() <= MAX_SECONDS as usize * 8000),
        Err(DecodeError::Corrupt(reason)) if !cfg!(debug_assertions) => assert!(!reason.contains("gave up"), "{name}"),
        Err(_) => {}
    }
}

#[test]
fn truncated_files_are_answered() {
    for (name, bytes) in files() {
        let step = bytes.len() / 60 + 1;
        for length in (0..64.min(bytes.len())).chain((64..bytes.len()).step_by(step)) {
            assert_answer(&name, &bytes[..length]);
        }
    }
}

#[test]
fn changed_files_are_answered() {
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
            assert_answer(&name, &damaged);
        }
    }
}

#[test]
fn random_bytes_behind_a_valid_beginning_are_answered() {
    let mut seeded = Seeded(0x5EED_0002);
    for (name, bytes) in files() {
        for _ in 0..20 {
            let keep = seeded.next(bytes.len().min(256));
            let tail = (0..2000).map(|_| seeded.next(256) as u8);
            let damaged: Vec<u8> = bytes[..keep].iter().copied().chain(tail).collect();
            assert_answer(&name, &damaged);
        }
    }
}
