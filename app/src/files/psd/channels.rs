//! Channels: planes of samples, stored raw, run-length encoded (PackBits) or deflated.

use std::io::Read as _;

use flate2::read::ZlibDecoder;

use super::super::layered::LayeredError;
use super::bytes::Bytes;
use super::header::Header;

/// Samples of one plane at most: a layer of 32768 x 32768 pixels.
const MAX_SAMPLES: u64 = 1 << 30;

/// How much more than its own length compressed data can unfold to: deflate's limit; PackBits' is 64.
const MAX_EXPANSION: u64 = 1032;

/// A plane of samples, row by row: of 8 bits, or big-endian of 16, or of 32 in floating point.
#[derive(Clone, Debug)]
pub(super) struct Plane {
    pub bytes: Vec<u8>,
    /// Samples of a row.
    width: usize,
    bytes_per_sample: usize,
}

impl Plane {
    /// Other samples of the same width and depth.
    pub(super) fn with_bytes(&self, bytes: Vec<u8>) -> Self {
        Self { bytes, width: self.width, bytes_per_sample: self.bytes_per_sample }
    }

    /// A row as samples of 65535; what is brighter than white is white.
    pub(super) fn row(&self, y: usize) -> impl Iterator<Item = u16> {
        let row_bytes = self.width * self.bytes_per_sample;
        let row = self.bytes.get(y * row_bytes..(y + 1) * row_bytes).unwrap_or_default();
        row.chunks_exact(self.bytes_per_sample).map(|sample| match *sample {
            [high, low] => u16::from_be_bytes([high, low]),
            // No number becomes 0.
            [a, b, c, d] => (f32::from_be_bytes([a, b, c, d]) * f32::from(u16::MAX)).round() as u16,
            [level, ..] => u16::from(level) * 257,
            [] => 0,
        })
    }
}

/// How a channel is stored.
#[derive(Clone, Copy)]
enum Compression {
    Raw,
    PackBits,
    Zip,
    /// Deflated differences from sample to sample of a row.
    ZipPredicted,
}

impl Compression {
    fn read(bytes: &mut Bytes<'_>) -> Result<Self, LayeredError> {
        let start = *bytes;
        match bytes.u16()? {
            0 => Ok(Self::Raw),
            1 => Ok(Self::PackBits),
            2 => Ok(Self::Zip),
            3 => Ok(Self::ZipPredicted),
            other => Err(start.wrong(&format!("a channel is compressed in a way that is not known ({other})"))),
        }
    }
}

/// One channel of a layer, with its compression in front.
pub(super) fn of_layer(mut bytes: Bytes<'_>, header: &Header, width: u32, height: u32) -> Result<Plane, LayeredError> {
    let compression = Compression::read(&mut bytes)?;
    plane(bytes, compression, header, width, height)
}

/// The channels of the merged picture at the end of the file.
pub(super) fn merged(mut bytes: Bytes<'_>, header: &Header) -> Result<Vec<Plane>, LayeredError> {
    let compression = Compression::read(&mut bytes)?;
    // All channels stand one below the other, as one tall plane.
    let height = header.height.saturating_mul(u32::from(header.channels));
    let tall = plane(bytes, compression, header, header.width, height)?;
    let channel_bytes = tall.width * tall.bytes_per_sample * header.height as usize;
    let channel = |bytes: &[u8]| tall.with_bytes(bytes.to_vec());
    Ok(tall.bytes.chunks_exact(channel_bytes.max(1)).map(channel).collect())
}

fn plane(
    bytes: Bytes<'_>,
    compression: Compression,
    header: &Header,
    width: u32,
    height: u32,
) -> Result<Plane, LayeredError> {
    let bytes_per_sample = header.bytes_per_sample();
    let samples = u64::from(width) * u64::from(height);
    let needed = samples * bytes_per_sample as u64;
    if samples > MAX_SAMPLES || needed > (bytes.len() as u64).saturating_mul(MAX_EXPANSION) {
        return Err(bytes.wrong(&format!("a channel of {width} x {height} pixels cannot be in {} bytes", bytes.len())));
    }
    let row_bytes = width as usize * bytes_per_sample;
    let mut plane = Plane { bytes: Vec::new(), width: width as usize, bytes_per_sample };
    plane.bytes = match compression {
        Compression::Raw => bytes.clone().take(needed)?.rest().to_vec(),
        Compression::PackBits => unpacked(bytes, header.is_large, row_bytes, height)?,
        Compression::Zip | Compression::ZipPredicted => inflated(bytes, needed)?,
    };
    if matches!(compression, Compression::ZipPredicted) {
        for row in plane.bytes.chunks_exact_mut(row_bytes.max(1)) {
            undo_prediction(row, bytes_per_sample);
        }
    }
    Ok(plane)
}

/// PackBits (TIFF 6.0, section 9), the lengths of all rows first.
fn unpacked(mut bytes: Bytes<'_>, is_large: bool, row_bytes: usize, height: u32) -> Result<Vec<u8>, LayeredError> {
    let mut lengths = bytes.take(u64::from(height) * if is_large { 4 } else { 2 })?;
    let mut out = Vec::with_capacity(row_bytes * height as usize);
    for row in 1..=height as usize {
        let length = if is_large { lengths.u32()? } else { u32::from(lengths.u16()?) };
        unpack_row(bytes.take(u64::from(length))?.rest(), row * row_bytes, &mut out);
        // A row that says less than it should is black to its end; the others are not lost with it.
        out.resize(row * row_bytes, 0);
    }
    Ok(out)
}

/// Adds what a row says to `out`, up to `end` bytes in all.
pub(super) fn unpack_row(mut row: &[u8], end: usize, out: &mut Vec<u8>) {
    while let Some((&code, rest)) = row.split_first() {
        let room = end.saturating_sub(out.len());
        match code as i8 {
            // A pad byte.
            -128 => row = rest,
            code if code >= 0 => {
                let count = (code as usize + 1).min(rest.len());
                let (literal, rest) = rest.split_at(count);
                out.extend(literal.iter().take(room));
                row = rest;
            }
            code => {
                let Some((&value, rest)) = rest.split_first() else { return };
                out.extend(std::iter::repeat_n(value, (1 - isize::from(code)).unsigned_abs().min(room)));
                row = rest;
            }
        }
    }
}

fn inflated(bytes: Bytes<'_>, needed: u64) -> Result<Vec<u8>, LayeredError> {
    let mut out = Vec::with_capacity(needed as usize);
    let read = ZlibDecoder::new(bytes.rest()).take(needed).read_to_end(&mut out);
    read.map_err(|error| bytes.wrong(&format!("a channel cannot be unfolded: {error}")))?;
    if (out.len() as u64) < needed { Err(bytes.wrong("a channel is shorter than it should be")) } else { Ok(out) }
}

fn undo_prediction(row: &mut [u8], bytes_per_sample: usize) {
    if bytes_per_sample == 2 {
        let mut last = 0u16;
        for sample in row.as_chunks_mut::<2>().0 {
            last = last.wrapping_add(u16::from_be_bytes(*sample));
            *sample = last.to_be_bytes();
        }
        return;
    }
    let mut last = 0u8;
    for byte in row.iter_mut() {
        last = last.wrapping_add(*byte);
        *byte = last;
    }
    if bytes_per_sample == 4 {
        // The first bytes of all numbers stand first, then all second ones and so on (as TIFF's predictor 3).
        let planes = row.to_vec();
        let width = row.len() / 4;
        for (x, sample) in row.as_chunks_mut::<4>().0.iter_mut().enumerate() {
            *sample = std::array::from_fn(|byte| planes.get(byte * width + x).copied().unwrap_or_default());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packbits_are_unfolded_as_apple_s_example_says() {
        // Technical Note TN1023, "Understanding PackBits".
        let packed = [0xfe, 0xaa, 0x02, 0x80, 0x00, 0x2a, 0xfd, 0xaa, 0x03, 0x80, 0x00, 0x2a, 0x22, 0xf7, 0xaa];
        let expected = [
            0xaa, 0xaa, 0xaa, 0x80, 0x00, 0x2a, 0xaa, 0xaa, 0xaa, 0xaa, 0x80, 0x00, 0x2a, 0x22, 0xaa, 0xaa, 0xaa, 0xaa,
            0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa,
        ];
        let mut out = Vec::new();
        unpack_row(&packed, expected.len(), &mut out);
        assert_eq!(out, expected);
    }

    #[test]
    fn a_row_never_runs_into_the_next() {
        for packed in [&[0x81, 7][..], &[0x7f, 1, 2, 3], &[0x80, 0x80], &[0x81], &[]] {
            let mut out = vec![9; 4];
            unpack_row(packed, 10, &mut out);
            assert!(out.len() <= 10, "{packed:?}");
        }
    }

    #[test]
    fn differences_add_up() {
        let mut row = [250, 10, 255, 1];
        undo_prediction(&mut row, 1);
        assert_eq!(row, [250, 4, 3, 4]);
        let mut row = [0xff, 0xff, 0x00, 0x02];
        undo_prediction(&mut row, 2);
        assert_eq!(row, [0xff, 0xff, 0x00, 0x01]);
        // 1.0 and 0.5, the bytes 3f 3f, 80 00, 00 00, 00 00 as differences.
        let mut row = [0x3f, 0x00, 0x41, 0x80, 0x00, 0x00, 0x00, 0x00];
        undo_prediction(&mut row, 4);
        assert_eq!(row, [0x3f, 0x80, 0, 0, 0x3f, 0, 0, 0]);
    }
}
