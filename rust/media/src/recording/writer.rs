//! The thread that writes recordings.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{channel, Receiver, Sender};
use std::sync::Arc;
use std::thread::{self, JoinHandle, Thread};
use std::time::{Duration, Instant};

use ringback_dsp::wav::{WavError, WavWriter};
use rtrb::{Consumer, RingBuffer};

use super::{Ending, Pause, Tap, What};
use crate::event::{Event, EventSender, EventSink, LegId, RecordingEnd};
use crate::silence::Watch;
use crate::unit::{RATE_HZ, SAMPLES_PER_TICK, TICKS_PER_SECOND};

/// Seconds of audio a ring holds.
const RING_SECONDS: usize = 2;
/// How often rings are emptied.
const WRITE_INTERVAL: Duration = Duration::from_millis(100);
/// How often a header is brought up to date; a crash loses at most this much and one write interval.
const HEADER_INTERVAL: Duration = Duration::from_millis(500);
/// What is collected before a write.
const BUFFER_LENGTH: usize = 8192;

/// One file being written.
#[derive(Debug)]
pub struct Job {
    leg: LegId,
    recording_id: u64,
    file: WavWriter<BufWriter<File>>,
    channels: u16,
    consumer: Consumer<i16>,
    ending: Arc<Ending>,
    header_written: Instant,
}

/// The thread, and the way to hand it a file. Stops when dropped, after all files were completed.
#[derive(Debug)]
pub struct Writer {
    jobs: Option<Sender<Job>>,
    stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    handle: Thread,
}

/// Creates the file with a header and the two ends of the ring. Zero seconds means no limit.
pub fn open(
    path: &Path,
    (leg, recording_id): (LegId, u64),
    what: What,
    max_seconds: f64,
    silence_seconds: f64,
    writer: &Writer,
) -> io::Result<(Tap, Job)> {
    let file = BufWriter::with_capacity(BUFFER_LENGTH, File::create(path)?);
    let mut file = WavWriter::new(file, what.channels(), RATE_HZ).map_err(to_io)?;
    file.patch().map_err(to_io)?;
    let (producer, consumer) = RingBuffer::new(RING_SECONDS * RATE_HZ as usize * usize::from(what.channels()));
    let ending = Arc::new(Ending::default());
    let tap = Tap {
        recording_id,
        what,
        producer,
        ending: ending.clone(),
        writer: writer.handle.clone(),
        ticks_left: (max_seconds > 0.0).then(|| (max_seconds * TICKS_PER_SECOND as f64).ceil() as u64),
        quiet: (silence_seconds > 0.0).then(|| Watch::new(silence_seconds)),
        pause: Pause::Running,
        owed: 0,
        finished: false,
    };
    Ok((
        tap,
        Job { leg, recording_id, file, channels: what.channels(), consumer, ending, header_written: Instant::now() },
    ))
}

impl Writer {
    /// Starts the thread.
    pub fn start(events: EventSender) -> io::Result<Self> {
        let (sender, receiver) = channel();
        let stopping = Arc::new(AtomicBool::new(false));
        let seen = stopping.clone();
        let thread =
            thread::Builder::new().name("ringback-writer".into()).spawn(move || run(&receiver, &seen, events))?;
        let handle = thread.thread().clone();
        Ok(Self { jobs: Some(sender), stopping, thread: Some(thread), handle })
    }

    /// Hands over a file.
    pub fn write(&self, job: Job) {
        if let Some(jobs) = &self.jobs {
            // The thread only ends after `stopping`, which `drop` sets.
            let _ = jobs.send(job);
        }
        self.handle.unpark();
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        self.jobs = None;
        self.handle.unpark();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn run(incoming: &Receiver<Job>, stopping: &AtomicBool, mut events: EventSender) {
    let mut jobs: Vec<Job> = Vec::new();
    loop {
        let last_turn = stopping.load(Ordering::SeqCst);
        jobs.extend(incoming.try_iter());
        jobs.retain_mut(|job| match job.pump(last_turn) {
            None => true,
            Some(reason) => {
                let (leg, recording_id, seconds) = (job.leg, job.recording_id, job.file.seconds());
                events.emit(Event::RecordingFinished { leg, recording_id, seconds, reason });
                false
            }
        });
        events.flush();
        if last_turn && jobs.is_empty() {
            return;
        }
        if jobs.is_empty() {
            thread::park();
        } else {
            thread::park_timeout(WRITE_INTERVAL);
        }
    }
}

impl Job {
    /// Writes what there is. Returns the reason when the recording is over and the file complete.
    fn pump(&mut self, last_turn: bool) -> Option<RecordingEnd> {
        // Read before the ring: what was pushed before the end was set is then in it.
        let reason = self.ending.get().or(last_turn.then_some(RecordingEnd::Closed));
        match self.write(reason.is_some()) {
            Ok(()) => reason,
            Err(error) => Some(RecordingEnd::Failed(to_io(error).kind())),
        }
    }

    fn write(&mut self, is_last: bool) -> Result<(), WavError> {
        let waiting = self.consumer.slots();
        if let Ok(chunk) = self.consumer.read_chunk(waiting) {
            let (first, second) = chunk.as_slices();
            self.file.write(first)?;
            self.file.write(second)?;
            chunk.commit_all();
        }
        if is_last {
            let silence = [0; SAMPLES_PER_TICK];
            for _ in 0..self.ending.owed.load(Ordering::Relaxed) * u32::from(self.channels) {
                self.file.write(&silence)?;
            }
        }
        if is_last || self.header_written.elapsed() >= HEADER_INTERVAL {
            self.file.patch()?;
            self.header_written = Instant::now();
        }
        Ok(())
    }
}

fn to_io(error: WavError) -> io::Error {
    match error {
        WavError::Io(error) => error,
        other => io::Error::new(io::ErrorKind::FileTooLarge, other),
    }
}
