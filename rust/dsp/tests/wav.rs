//! What is written is a WAV file at every moment, and what is read is bounded by the bytes that are there.

#![allow(clippy::unwrap_used)]

use std::io::{Cursor, Seek, SeekFrom, Write};

use ringback_dsp::wav::{header, read, Wav, WavError, WavWriter, HEADER_LEN, MAX_DATA_BYTES};

#[test]
fn the_header_is_byte_for_byte_canonical() {
    let expected: &[u8; 44] =
        b"RIFF\x64\x01\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\x40\x01\0\0";
    assert_eq!(&header(1, 8000, 320), expected);
    let stereo = header(2, 16_000, 8);
    assert_eq!(&stereo[22..36], b"\x02\0\x80\x3e\0\0\0\xfa\0\0\x04\0\x10\0");
}

#[test]
fn the_header_saturates_instead_of_wrapping() {
    let full = header(1, 8000, u32::MAX);
    assert_eq!(full[4..8], u32::MAX.to_le_bytes());
    assert_eq!(full[40..44], MAX_DATA_BYTES.to_le_bytes());
}

#[test]
fn what_was_written_is_read_back() {
    let samples: Vec<i16> = (0..3000).map(|n| (n * 11) as i16).collect();
    let mut writer = WavWriter::new(Cursor::new(Vec::new()), 2, 16_000).unwrap();
    for part in samples.chunks(700) {
        writer.write(part).unwrap();
    }
    assert_eq!(writer.frames(), 1500);
    assert!((writer.seconds() - 0.09375).abs() < 1e-9);
    let file = writer.finish().unwrap().into_inner();
    assert_eq!(file.len(), HEADER_LEN + 6000);
    assert_eq!(read(&file).unwrap(), Wav { channels: 2, rate_hz: 16_000, samples });
}

#[test]
fn a_patched_file_goes_on_where_it_was() {
    let mut file = Cursor::new(Vec::new());
    {
        let mut writer = WavWriter::new(&mut file, 1, 8000).unwrap();
        writer.write(&[1, 2]).unwrap();
        writer.patch().unwrap();
        writer.write(&[3]).unwrap();
    } // killed here: the third sample came after the last patch
    let bytes = file.into_inner();
    assert_eq!(bytes[40..44], 4_u32.to_le_bytes());
    assert_eq!(read(&bytes).unwrap().samples, [1, 2]);
}

#[test]
fn a_file_whose_header_was_never_patched_is_read_to_its_end() {
    let mut file = Cursor::new(Vec::new());
    WavWriter::new(&mut file, 1, 8000).unwrap().write(&[5, 6, 7]).unwrap();
    assert_eq!(read(&file.into_inner()).unwrap().samples, [5, 6, 7]);
}

#[test]
fn unknown_and_odd_chunks_are_skipped() {
    let plain = header(1, 8000, 2);
    let mut bytes = plain[..36].to_vec();
    bytes.extend_from_slice(b"LIST\x03\0\0\0abc\0data\x02\0\0\0\x34\x12");
    assert_eq!(read(&bytes).unwrap().samples, [0x1234]);
}

#[test]
fn what_is_not_plain_pcm_says_so() {
    assert!(matches!(read(b"OggS"), Err(WavError::NotWave)));
    assert!(matches!(read(&header(1, 8000, 0)[..20]), Err(WavError::Missing("fmt "))));
    assert!(matches!(read(&header(1, 8000, 0)[..36]), Err(WavError::Missing("data"))));
    let mut mu_law = header(1, 8000, 0);
    mu_law[20] = 7;
    let error = read(&mu_law).unwrap_err();
    assert_eq!(error.to_string(), "not 16-bit PCM with 1 or 2 channels (format 7, 16 bits, 1 channels)");
    assert!(matches!(WavWriter::new(Cursor::new(Vec::new()), 3, 8000), Err(WavError::Unsupported { channels: 3, .. })));
}

#[test]
fn every_truncation_and_every_changed_header_byte_is_an_answer_not_a_panic() {
    let mut whole = header(1, 8000, 8).to_vec();
    whole.extend_from_slice(&[1, 0, 2, 0, 3, 0, 4, 0]);
    for length in 0..whole.len() {
        let _ = read(&whole[..length]);
    }
    for at in 0..HEADER_LEN {
        for value in 0..=255 {
            let mut changed = whole.clone();
            changed[at] = value;
            if let Ok(wav) = read(&changed) {
                assert!(wav.samples.len() <= 4);
            }
        }
    }
}

/// A disk that is full.
struct FullDisk(usize);

impl Write for FullDisk {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or(std::io::ErrorKind::StorageFull)?;
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Seek for FullDisk {
    fn seek(&mut self, _: SeekFrom) -> std::io::Result<u64> {
        Ok(0)
    }
}

#[test]
fn a_full_disk_is_an_error_with_its_cause() {
    let mut writer = WavWriter::new(FullDisk(50), 1, 8000).unwrap();
    writer.write(&[1, 2, 3]).unwrap();
    let error = writer.write(&[4]).unwrap_err();
    assert!(matches!(&error, WavError::Io(cause) if cause.kind() == std::io::ErrorKind::StorageFull), "{error}");
}
