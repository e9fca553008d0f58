//! The conference mixer: each participant hears the sum of the others, never itself.
//!
//! One tick is `put` for everybody who sent something, `mix`, then `heard_by` for everybody. The sum is made once and each
//! participant's own part taken out of it again, in 32 bits, so that a tick costs the same per participant however many
//! there are, and the subtraction is exact; saturation comes last. Saturating the sum first would leave an echo of oneself
//! in every loud moment.
//!
//! A participant is heard by all unless muted, held, or coaching. A coach (`<Conference>` with a call to coach) is heard by
//! the one coached only, and hears everybody. One who is held hears silence here: the music is played by the leg. All
//! participants run at the mixer's rate; `halfband` brings others to it. No allocation after construction.

/// A participant's handle; it becomes invalid with `leave`, also when the place is taken by another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ParticipantId {
    slot: u32,
    generation: u32,
}

/// Why the mixer refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MixerError {
    /// Every place of the conference is taken.
    #[error("the conference is full ({0} participants)")]
    Full(usize),
    /// The participant has left.
    #[error("no such participant")]
    Gone,
    /// A participant cannot coach itself.
    #[error("a participant cannot coach itself")]
    CoachesItself,
}

/// Sums up to `capacity` participants at one rate, 20 ms at a time.
#[derive(Debug)]
pub struct Mixer {
    frame_len: usize,
    places: Vec<Place>,
    /// Frames of all places, one after another.
    inputs: Vec<i16>,
    outputs: Vec<i16>,
    whispers: Vec<i32>,
    sum: Vec<i32>,
    total: Vec<i16>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Place {
    generation: u32,
    taken: bool,
    muted: bool,
    held: bool,
    coaches: Option<ParticipantId>,
    /// Something was put in since the last tick.
    spoke: bool,
    /// Somebody whispers to this one in the current tick.
    coached: bool,
}

impl Place {
    fn is_open(&self) -> bool {
        self.taken && self.spoke && !self.muted && !self.held
    }

    fn is_heard_by_all(&self) -> bool {
        self.is_open() && self.coaches.is_none()
    }
}

impl Mixer {
    /// A mixer of 20 ms frames.
    pub fn new(rate_hz: u32, capacity: usize) -> Self {
        let frame_len = (rate_hz / 50) as usize;
        Self {
            frame_len,
            places: vec![Place::default(); capacity],
            inputs: vec![0; capacity * frame_len],
            outputs: vec![0; capacity * frame_len],
            whispers: vec![0; capacity * frame_len],
            sum: vec![0; frame_len],
            total: vec![0; frame_len],
        }
    }

    /// Samples in one frame.
    pub fn frame_len(&self) -> usize {
        self.frame_len
    }

    /// How many take part.
    pub fn len(&self) -> usize {
        self.places.iter().filter(|place| place.taken).count()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A new participant: heard by all, hearing silence until the next `mix`.
    pub fn join(&mut self) -> Result<ParticipantId, MixerError> {
        let free = self.places.iter().position(|place| !place.taken);
        let slot = free.ok_or(MixerError::Full(self.places.len()))?;
        let generation = self.places[slot].generation.wrapping_add(1);
        self.places[slot] = Place { generation, taken: true, ..Place::default() };
        let span = self.span(slot);
        self.outputs[span].fill(0);
        Ok(ParticipantId { slot: slot as u32, generation })
    }

    /// Takes a participant out; whoever coached it is heard by nobody until told otherwise.
    pub fn leave(&mut self, id: ParticipantId) -> Result<(), MixerError> {
        self.place(id)?.taken = false;
        Ok(())
    }

    /// A muted participant hears all and is heard by nobody.
    pub fn set_muted(&mut self, id: ParticipantId, muted: bool) -> Result<(), MixerError> {
        self.place(id)?.muted = muted;
        Ok(())
    }

    /// One who is held neither hears nor is heard.
    pub fn set_held(&mut self, id: ParticipantId, held: bool) -> Result<(), MixerError> {
        self.place(id)?.held = held;
        Ok(())
    }

    /// From now on only `whom` hears this participant; `None` makes it heard by all again.
    pub fn set_coaching(&mut self, id: ParticipantId, whom: Option<ParticipantId>) -> Result<(), MixerError> {
        if let Some(target) = whom {
            if target == id {
                return Err(MixerError::CoachesItself);
            }
            self.place(target)?;
        }
        self.place(id)?.coaches = whom;
        Ok(())
    }

    /// What a participant says in this tick; a short frame is silent at its end. Putting again in one tick replaces it.
    pub fn put(&mut self, id: ParticipantId, frame: &[i16]) -> Result<(), MixerError> {
        self.place(id)?.spoke = true;
        let span = self.span(id.slot as usize);
        let input = &mut self.inputs[span];
        let length = frame.len().min(input.len());
        input[..length].copy_from_slice(&frame[..length]);
        input[length..].fill(0);
        Ok(())
    }

    /// Ends the tick: works out what everybody hears and forgets what was put.
    pub fn mix(&mut self) {
        self.add_up();
        self.pass_whispers();
        for slot in 0..self.places.len() {
            if self.places[slot].taken {
                self.work_out(slot);
            }
        }
        for place in &mut self.places {
            place.spoke = false;
            place.coached = false;
        }
    }

    /// What one participant hears, of the last `mix`.
    pub fn heard_by(&self, id: ParticipantId) -> Result<&[i16], MixerError> {
        let place = self.places.get(id.slot as usize);
        if place.is_some_and(|place| place.taken && place.generation == id.generation) {
            Ok(&self.outputs[self.span(id.slot as usize)])
        } else {
            Err(MixerError::Gone)
        }
    }

    /// Everybody together, without the whispers: what a recording of the conference hears.
    pub fn total(&self) -> &[i16] {
        &self.total
    }

    fn place(&mut self, id: ParticipantId) -> Result<&mut Place, MixerError> {
        let place = self.places.get_mut(id.slot as usize);
        place.filter(|place| place.taken && place.generation == id.generation).ok_or(MixerError::Gone)
    }

    fn span(&self, slot: usize) -> std::ops::Range<usize> {
        slot * self.frame_len..(slot + 1) * self.frame_len
    }

    fn add_up(&mut self) {
        self.sum.fill(0);
        for (place, input) in self.places.iter().zip(self.inputs.chunks_exact(self.frame_len.max(1))) {
            if place.is_heard_by_all() {
                add(&mut self.sum, input);
            }
        }
        for (total, sum) in self.total.iter_mut().zip(&self.sum) {
            *total = saturate(*sum);
        }
    }

    fn pass_whispers(&mut self) {
        for coach in 0..self.places.len() {
            let place = self.places[coach];
            let Some(target) = place.coaches.filter(|_| place.is_open()) else { continue };
            let Ok(coached) = self.place(target) else { continue };
            let first = !std::mem::replace(&mut coached.coached, true);
            let (from, to) = (self.span(coach), self.span(target.slot as usize));
            let whisper = &mut self.whispers[to];
            if first {
                whisper.fill(0);
            }
            add(whisper, &self.inputs[from]);
        }
    }

    fn work_out(&mut self, slot: usize) {
        let span = self.span(slot);
        let place = self.places[slot];
        let output = &mut self.outputs[span.clone()];
        if place.held {
            output.fill(0);
            return;
        }
        let own = &self.inputs[span.clone()];
        let whisper = &self.whispers[span];
        match (place.is_heard_by_all(), place.coached) {
            (false, false) => output.copy_from_slice(&self.total),
            (true, false) => each(output, &self.sum, |at, sum| sum - i32::from(own[at])),
            (false, true) => each(output, &self.sum, |at, sum| sum + whisper[at]),
            (true, true) => each(output, &self.sum, |at, sum| sum - i32::from(own[at]) + whisper[at]),
        }
    }
}

fn each(output: &mut [i16], sum: &[i32], heard: impl Fn(usize, i32) -> i32) {
    for (at, (out, sum)) in output.iter_mut().zip(sum).enumerate() {
        *out = saturate(heard(at, *sum));
    }
}

fn add(sum: &mut [i32], frame: &[i16]) {
    for (sum, sample) in sum.iter_mut().zip(frame) {
        *sum += i32::from(*sample);
    }
}

fn saturate(value: i32) -> i16 {
    value.clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16
}
