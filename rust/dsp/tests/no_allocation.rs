//! The per-frame path allocates nothing after construction: counted by an allocator that counts.

#![allow(clippy::unwrap_used)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::io::Cursor;

use ringback_dsp::g711::Law;
use ringback_dsp::g722;
use ringback_dsp::gsm;
use ringback_dsp::halfband::{Downsampler, Upsampler};
use ringback_dsp::mixer::Mixer;
use ringback_dsp::plc::Concealer;
use ringback_dsp::silence::{SilenceDetector, SilenceTimer};
use ringback_dsp::tone::{Goertzel, ToneGenerator};
use ringback_dsp::wav::WavWriter;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call is passed on unchanged to the system allocator; counting touches only a thread-local cell that needs
// neither allocation nor a destructor.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        System.alloc(layout)
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        System.dealloc(pointer, layout);
    }
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        System.realloc(pointer, layout, size)
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations(mut work: impl FnMut()) -> u64 {
    let before = ALLOCATIONS.with(Cell::get);
    work();
    ALLOCATIONS.with(Cell::get) - before
}

#[test]
fn the_counter_counts() {
    assert!(allocations(|| drop(std::hint::black_box(vec![1_u8; 100]))) > 0);
}

#[test]
fn a_hundred_ticks_of_a_conference_allocate_nothing() {
    let mut mixer = Mixer::new(16_000, 50);
    let ids: Vec<_> = (0..49).map(|_| mixer.join().unwrap()).collect();
    mixer.set_coaching(ids[3], Some(ids[4])).unwrap();
    mixer.set_muted(ids[5], true).unwrap();
    let frame = [1000; 320];
    let count = allocations(|| {
        for _ in 0..100 {
            ids.iter().for_each(|id| mixer.put(*id, &frame).unwrap());
            mixer.mix();
            ids.iter().for_each(|id| assert_eq!(mixer.heard_by(*id).unwrap().len(), 320));
            let late = mixer.join().unwrap();
            mixer.leave(late).unwrap();
        }
    });
    assert_eq!(count, 0);
}

#[test]
fn codecs_tones_resampling_concealment_and_detection_allocate_nothing() {
    let mut frame = [0_i16; 160];
    let mut wide = [0_i16; 320];
    let mut payload = [0_u8; 160];
    let mut tone = ToneGenerator::new(&[697.0, 1209.0], -6.0, 8000).unwrap();
    let goertzel = Goertzel::new(697.0, 8000).unwrap();
    let (mut up, mut down) = (Upsampler::new(), Downsampler::new());
    let mut concealer = Concealer::new(8000);
    let (mut wide_encoder, mut wide_decoder) = (g722::Encoder::new(), g722::Decoder::new());
    let mut gsm_decoder = gsm::Decoder::new();
    let (mut detector, mut timer) = (SilenceDetector::new(), SilenceTimer::new(1.0));
    let count = allocations(|| {
        for at in 0..100 {
            tone.fill(&mut frame);
            Law::Mu.encode(&frame, &mut payload);
            Law::Mu.transcode(Law::A, &mut payload);
            Law::A.decode(&payload, &mut frame);
            if at % 7 == 6 {
                concealer.conceal(&mut frame);
            } else {
                concealer.receive(&mut frame);
            }
            up.process(&frame, &mut wide);
            wide_encoder.encode(&wide, &mut payload);
            wide_decoder.decode(&payload, &mut wide);
            std::hint::black_box(gsm_decoder.decode(&[0xD5; 33]));
            down.process(&wide, &mut frame);
            timer.observe(detector.classify(&frame));
            std::hint::black_box(goertzel.share(&frame));
        }
    });
    assert_eq!(count, 0);
}

#[test]
fn writing_a_recording_allocates_nothing() {
    let room = vec![0_u8; 40_000];
    let mut writer = WavWriter::new(Cursor::new(room), 1, 8000).unwrap();
    let count = allocations(|| {
        for _ in 0..100 {
            writer.write(&[5; 160]).unwrap();
        }
    });
    assert_eq!(count, 0);
}
