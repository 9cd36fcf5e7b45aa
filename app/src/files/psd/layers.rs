//! Layer records: what there is, where, and how it is composited.

use super::super::layered::{LayeredError, MAX_LAYERS};
use super::bytes::Bytes;
use super::header::Header;

/// A rectangle in the canvas; may lie beyond it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub top: i32,
    pub left: i32,
    pub bottom: i32,
    pub right: i32,
}

impl Place {
    fn read(bytes: &mut Bytes<'_>) -> Result<Self, LayeredError> {
        Ok(Self { top: bytes.i32()?, left: bytes.i32()?, bottom: bytes.i32()?, right: bytes.i32()? })
    }

    pub(super) fn width(self) -> u32 {
        i64::from(self.right).saturating_sub(i64::from(self.left)).clamp(0, i64::from(u32::MAX)) as u32
    }

    pub(super) fn height(self) -> u32 {
        i64::from(self.bottom).saturating_sub(i64::from(self.top)).clamp(0, i64::from(u32::MAX)) as u32
    }

    pub(super) fn is_empty(self) -> bool {
        self.width() == 0 || self.height() == 0
    }
}

/// What a channel of a layer is.
pub(super) const TRANSPARENCY: i16 = -1;
pub(super) const MASK: i16 = -2;

/// A layer's mask.
#[derive(Clone, Copy, Debug)]
pub(super) struct MaskRecord {
    pub place: Place,
    /// What it is outside its rectangle: 0 or 255.
    pub outside: u8,
    pub is_disabled: bool,
}

/// Where groups begin and end; layers stand from the lowest to the topmost, so a group's end comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    None,
    /// The group's own record, above its layers.
    Group,
    /// Below the group's lowest layer.
    End,
}

#[derive(Clone, Debug)]
pub(super) struct Record<'a> {
    pub place: Place,
    /// Number and data, compression in front.
    pub channels: Vec<(i16, Bytes<'a>)>,
    pub blend: [u8; 4],
    /// Of the layer and of its filling, multiplied; 0 to 1.
    pub opacity: f32,
    pub is_clipped: bool,
    pub is_hidden: bool,
    pub is_alpha_locked: bool,
    pub is_locked: bool,
    pub mask: Option<MaskRecord>,
    pub name: String,
    pub section: Section,
    /// What an adjustment layer adjusts, in Photoshop's four letters.
    pub adjustment: Option<[u8; 4]>,
}

/// All layers of a file.
#[derive(Default)]
pub(super) struct Layers<'a> {
    /// The lowest first.
    pub records: Vec<Record<'a>>,
    /// Whether the merged picture's first channel after the colours is its transparency.
    pub has_merged_alpha: bool,
}

/// Blocks whose length takes 8 bytes in a PSB file.
const LARGE_BLOCKS: [&[u8; 4]; 13] = [
    b"LMsk", b"Lr16", b"Lr32", b"Layr", b"Mt16", b"Mt32", b"Mtrn", b"Alph", b"FMsk", b"lnk2", b"FEid", b"FXid", b"PxSD",
];

/// Blocks of layers that change what is below them and have no pixels.
const ADJUSTMENTS: [&[u8; 4]; 18] = [
    b"SoCo", b"GdFl", b"PtFl", b"brit", b"levl", b"curv", b"expA", b"vibA", b"hue ", b"hue2", b"blnc", b"blwh",
    b"phfl", b"mixr", b"clrL", b"nvrt", b"post", b"thrs",
];

impl<'a> Layers<'a> {
    /// Reads the section of layers and masks.
    pub(super) fn read(mut section: Bytes<'a>, header: &Header) -> Result<Self, LayeredError> {
        if section.is_empty() {
            return Ok(Self::default());
        }
        let info = section.section(header.is_large)?;
        let mut layers = if info.is_empty() { Self::default() } else { Self::of_info(info, header)? };
        if !layers.records.is_empty() || section.is_empty() {
            return Ok(layers);
        }
        // With more than 8 bits a channel the layers stand in a block of their own, behind the global mask.
        section.section32()?;
        while section.len() >= 12 {
            let Some((key, data)) = block(&mut section, header, 4)? else { break };
            if matches!(&key, b"Lr16" | b"Lr32" | b"Layr") {
                layers = Self::of_info(data, header)?;
            } else if matches!(&key, b"Mtrn" | b"Mt16" | b"Mt32") {
                layers.has_merged_alpha = true;
            }
        }
        Ok(layers)
    }

    fn of_info(mut info: Bytes<'a>, header: &Header) -> Result<Self, LayeredError> {
        let count = info.i16()?;
        let has_merged_alpha = count < 0;
        let count = usize::from(count.unsigned_abs());
        if count > MAX_LAYERS {
            return Err(info.wrong(&format!("it says it has {count} layers")));
        }
        let mut records = Vec::new();
        let mut lengths = Vec::new();
        for _ in 0..count {
            let (record, channels) = record(&mut info, header)?;
            records.push(record);
            lengths.push(channels);
        }
        for (record, lengths) in records.iter_mut().zip(lengths) {
            for (number, length) in lengths {
                record.channels.push((number, info.take(length)?));
            }
        }
        Ok(Self { records, has_merged_alpha })
    }
}

/// A record, and number and length of each of its channels, whose data come after all records.
fn record<'a>(info: &mut Bytes<'a>, header: &Header) -> Result<(Record<'a>, Vec<(i16, u64)>), LayeredError> {
    let place = Place::read(info)?;
    let start = *info;
    let count = info.u16()?;
    if count > 56 + 2 {
        return Err(start.wrong(&format!("a layer says it has {count} channels")));
    }
    let channels = (0..count).map(|_| Ok((info.i16()?, info.length(header.is_large)?))).collect::<Result<_, _>>()?;
    info.expect(b"8BIM")?;
    let blend = info.array()?;
    let (opacity, clipping, flags, _) = (info.u8()?, info.u8()?, info.u8()?, info.u8()?);
    let mut extra = info.section32()?;
    let mask = mask(extra.section32()?)?;
    extra.section32()?;
    let name = extra.pascal_string(4)?;
    let mut record = Record {
        place,
        channels: Vec::new(),
        blend,
        opacity: f32::from(opacity) / 255.0,
        is_clipped: clipping != 0,
        is_hidden: flags & 2 != 0,
        is_alpha_locked: flags & 1 != 0,
        is_locked: false,
        mask,
        // In the code page of whoever wrote it; the name in Unicode replaces it where there is one.
        name: name.iter().map(|byte| char::from(*byte)).collect(),
        section: Section::None,
        adjustment: None,
    };
    while extra.len() >= 12 {
        // What is left behind unknown padding is not worth a layer.
        let Some((key, data)) = block(&mut extra, header, 1)? else { break };
        take_in(&mut record, key, data);
    }
    Ok((record, channels))
}

fn mask(mut data: Bytes<'_>) -> Result<Option<MaskRecord>, LayeredError> {
    if data.is_empty() {
        return Ok(None);
    }
    let place = Place::read(&mut data)?;
    let (outside, flags) = (data.u8()?, data.u8()?);
    Ok(Some(MaskRecord { place, outside, is_disabled: flags & 2 != 0 }))
}

/// A block of additional information: key and data; `None` where none follows.
fn block<'a>(
    bytes: &mut Bytes<'a>,
    header: &Header,
    padding: u64,
) -> Result<Option<([u8; 4], Bytes<'a>)>, LayeredError> {
    // Some writers pad to four bytes, some do not: look for the signature in the next few.
    while !matches!(bytes.rest().get(..4), Some(b"8BIM" | b"8B64")) {
        if bytes.u8().is_err() {
            return Ok(None);
        }
    }
    bytes.array::<4>()?;
    let key = bytes.array()?;
    let length = bytes.length(header.is_large && LARGE_BLOCKS.contains(&&key))?;
    let data = bytes.take(length)?;
    let padded = length.next_multiple_of(padding) - length;
    if padded <= bytes.len() as u64 {
        bytes.take(padded)?;
    }
    Ok(Some((key, data)))
}

/// A block that says something that matters here; damaged ones are passed over.
fn take_in(record: &mut Record<'_>, key: [u8; 4], mut data: Bytes<'_>) {
    match &key {
        b"luni" => {
            if let Some(name) = unicode_name(data) {
                record.name = name;
            }
        }
        b"lsct" | b"lsdk" => {
            record.section = match data.u32() {
                Ok(1 | 2) => Section::Group,
                Ok(3) => Section::End,
                _ => Section::None,
            };
            if data.expect(b"8BIM").is_ok()
                && let Ok(blend) = data.array()
            {
                record.blend = blend;
            }
        }
        b"lspf" => {
            // Transparency, pixels, position, all.
            if let Ok(flags) = data.u32() {
                record.is_alpha_locked |= flags & 1 != 0;
                record.is_locked = flags & 2 != 0 || flags & (1 << 31) != 0;
            }
        }
        b"iOpa" => {
            if let Ok(fill) = data.u8() {
                record.opacity *= f32::from(fill) / 255.0;
            }
        }
        key if ADJUSTMENTS.contains(&key) => record.adjustment = Some(*key),
        _ => {}
    }
}

fn unicode_name(mut data: Bytes<'_>) -> Option<String> {
    let length = data.u32().ok()?;
    let units = data.take(u64::from(length) * 2).ok()?;
    let units = units.rest().as_chunks::<2>().0.iter().map(|pair| u16::from_be_bytes(*pair));
    let name: String = char::decode_utf16(units).map(|char| char.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    Some(name.trim_end_matches('\0').to_owned())
}
