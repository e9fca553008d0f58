//! The packet path allocates nothing after construction: proved by an allocator that counts.

mod network;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use network::{address, bridged, leg, now, tone};
use ringback_dsp::g711::Law;
use ringback_media::codec::{Codec, OpusWishes};
use ringback_media::conference::{Conference, Part};
use ringback_media::dtmf::DigitSignals;
use ringback_media::event::{event_queue, EventSink};
use ringback_media::leg::{Bridged, Leg, Session, MAX_SENT};
use ringback_media::recording::{self, What, Writer};
use ringback_media::tap::Side;

struct Counting;

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: every call is handed to the system's allocator unchanged; the counter is a plain cell of this thread, without a
// destructor, so touching it neither allocates nor re-enters.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.set(COUNT.get() + 1);
        // SAFETY: the caller's promise about `layout` is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: `pointer` came from `System.alloc` with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// One tick of two bridged legs and their phones, all in this thread.
fn tick(legs: &mut [Leg; 4], number: u64, events: &mut dyn EventSink) {
    let now = now(number);
    let [a, b, low, high] = legs;
    [&mut *a, &mut *b, &mut *low, &mut *high].into_iter().for_each(|leg| leg.begin_tick());
    for (phone, leg, port) in [(&mut *low, &mut *a, 1), (&mut *high, &mut *b, 2)] {
        if let Some(packet) = phone.speak(None, now, events) {
            // Every 20th packet is lost, so that concealment is part of it.
            if !number.is_multiple_of(20) {
                leg.receive_rtp(packet, address(port), now, events);
            }
        }
        leg.hear(true, now, events);
    }
    let (from_a, from_b) = (bridged(a), bridged(b));
    for (leg, from, phone, port) in [(a, &from_b, low, 10), (b, &from_a, high, 11)] {
        if let Some(packet) = leg.speak(Some(from), now, events) {
            phone.receive_rtp(packet, address(port), now, events);
        }
        if let Some((report, _)) = leg.report(now) {
            phone.receive_rtcp(report, address(port + 1), now);
        }
        phone.hear(true, now, events);
    }
}

/// One tick of a conference of four, the first of them wideband, one packet of which goes round.
fn meet(conference: &mut Conference, legs: &mut [Leg; 4], number: u64, events: &mut dyn EventSink) {
    let now = now(number);
    conference.begin_tick();
    for leg in legs.iter_mut() {
        leg.begin_tick();
        leg.hear(true, now, events);
        let (id, is_wide, speaks) = (leg.id(), leg.is_wide(), leg.hears_something());
        conference.put(id, speaks.then(|| leg.frame(conference.is_wide())), is_wide);
    }
    conference.mix(events);
    for at in 0..legs.len() {
        let sound = conference.heard_by(legs[at].id()).expect("a member");
        let bridged = Bridged { sound, signals: DigitSignals::default() };
        let (mut datagram, mut length) = ([0; MAX_SENT], 0);
        if let Some(packet) = legs[at].speak(Some(&bridged), now, events) {
            datagram[..packet.len()].copy_from_slice(packet);
            length = packet.len();
        }
        // Each is also the phone of the one two places on, which has its codec.
        let other = &mut legs[(at + 2) % 4];
        other.receive_rtp(&datagram[..length], address(at as u16 + 1), now, events);
    }
}

#[test]
fn a_minute_of_a_conference_allocates_nothing() {
    let wishes = OpusWishes { bits_per_second: 24_000, playback_rate_hz: 48_000, wants_fec: true };
    [Codec::G722, Codec::Opus(wishes)].into_iter().for_each(minute_of_a_conference);
}

/// What libopus itself allocates is not counted; it works on the stack.
fn minute_of_a_conference(wide_codec: Codec) {
    let (mut sender, _receiver) = event_queue(1024).expect("an event queue");
    let mut legs = [leg(1, 3, Law::Mu), leg(2, 4, Law::A), leg(3, 1, Law::Mu), leg(4, 2, Law::A)];
    for wide in [0, 2] {
        let plain = network::session(3 - wide as u16, Law::Mu);
        let (sends, receives) = (network::numbers(9), network::numbers(9));
        legs[wide].connect(Session { codec: wide_codec, sends, receives, ..plain }, now(0));
    }
    let mut conference = Conference::default();
    legs.iter().for_each(|leg| conference.join(leg.id(), Part::default()));
    conference.play(1, tone(500.0, 30.0), &mut sender);
    legs[3].play(2, tone(900.0, 0.5), 0, &mut sender);
    (1..10).for_each(|number| meet(&mut conference, &mut legs, number, &mut sender));
    assert!(conference.is_wide());
    let before = COUNT.get();
    (10..3000).for_each(|number| meet(&mut conference, &mut legs, number, &mut sender));
    assert_eq!(COUNT.get() - before, 0, "allocations in the packet path");
    assert!(legs.iter().all(|leg| leg.totals().received > 2900), "and packets did flow");
}

#[test]
fn a_minute_of_two_bridged_calls_allocates_nothing() {
    let (mut sender, receiver) = event_queue(1024).expect("an event queue");
    let mut legs = [leg(10, 1, Law::Mu), leg(11, 2, Law::A), leg(1, 10, Law::Mu), leg(2, 11, Law::A)];
    legs[2].play(1, tone(500.0, 0.5), 0, &mut sender);
    legs[3].play(2, tone(900.0, 0.5), 0, &mut sender);
    legs[0].watch_silence(3, 0.5);
    let writer = Writer::start(sender.clone()).expect("a writer");
    let path = std::env::temp_dir().join(format!("ringback-no-allocation-{}.wav", std::process::id()));
    let (tap, job) = recording::open(&path, (legs[0].id(), 9), What::Dual, 0.0, 0.0, &writer).expect("a file");
    writer.write(job);
    legs[0].start_recording(tap);
    let (tap, reader) = ringback_media::tap::open(12, Side::Received);
    legs[1].open_tap(tap);
    legs[1].watch_voice(13);
    legs[2].set_echo(true);
    legs[2].send_digits(4, "123", 100, 60, &mut sender);
    (1..5).for_each(|number| tick(&mut legs, number, &mut sender));
    let before = COUNT.get();
    for number in 5..3000 {
        tick(&mut legs, number, &mut sender);
        sender.flush();
    }
    assert_eq!(COUNT.get() - before, 0, "allocations in the packet path");
    assert!(receiver.poll(100).0.len() > 3, "and events did happen");
    drop((legs, reader));
    drop(writer);
    let length = std::fs::metadata(&path).expect("the recording").len();
    std::fs::remove_file(&path).expect("removed");
    assert_eq!(length, 44 + 2999 * 160 * 4, "a frame a tick, whatever the writer's pace");
    drop(vec![0u8; 100]);
    assert!(COUNT.get() > before, "the allocator does count");
}
