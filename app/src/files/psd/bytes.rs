//! Big-endian numbers and sections, each checked against what is there.

use super::super::damage::Damage;
use super::super::layered::LayeredError;

/// What is left of a file or of a section of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bytes<'a> {
    rest: &'a [u8],
    /// Where `rest` begins in the file, for messages.
    at: usize,
}

impl<'a> Bytes<'a> {
    pub(super) fn new(file: &'a [u8]) -> Self {
        Self { rest: file, at: 0 }
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(super) fn len(&self) -> usize {
        self.rest.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// An error at this place.
    pub(super) fn wrong(&self, what: &str) -> LayeredError {
        LayeredError::damaged(format!("{what} (at byte {})", self.at))
    }

    /// The next bytes as a section of their own.
    pub(super) fn take(&mut self, length: u64) -> Result<Self, LayeredError> {
        let Some((taken, rest)) = usize::try_from(length).ok().and_then(|length| self.rest.split_at_checked(length))
        else {
            return Err(self.wrong(&format!("{length} bytes should follow, but only {} do", self.rest.len())));
        };
        let section = Self { rest: taken, at: self.at };
        *self = Self { rest, at: self.at + taken.len() };
        Ok(section)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], LayeredError> {
        let Some((taken, rest)) = self.rest.split_first_chunk::<N>() else {
            return Err(LayeredError::damaged(Damage::CutShortAt(self.at)));
        };
        *self = Self { rest, at: self.at + N };
        Ok(*taken)
    }

    pub(super) fn u8(&mut self) -> Result<u8, LayeredError> {
        self.array().map(u8::from_be_bytes)
    }

    pub(super) fn u16(&mut self) -> Result<u16, LayeredError> {
        self.array().map(u16::from_be_bytes)
    }

    pub(super) fn i16(&mut self) -> Result<i16, LayeredError> {
        self.array().map(i16::from_be_bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32, LayeredError> {
        self.array().map(u32::from_be_bytes)
    }

    pub(super) fn i32(&mut self) -> Result<i32, LayeredError> {
        self.array().map(i32::from_be_bytes)
    }

    /// A length: 8 bytes where `is_large` (PSB), else 4.
    pub(super) fn length(&mut self, is_large: bool) -> Result<u64, LayeredError> {
        if is_large { self.array().map(u64::from_be_bytes) } else { self.u32().map(u64::from) }
    }

    /// A length and as many bytes.
    pub(super) fn section(&mut self, is_large: bool) -> Result<Self, LayeredError> {
        let length = self.length(is_large)?;
        self.take(length)
    }

    pub(super) fn section32(&mut self) -> Result<Self, LayeredError> {
        self.section(false)
    }

    /// Goes on only where these bytes follow.
    pub(super) fn expect(&mut self, signature: &[u8; 4]) -> Result<(), LayeredError> {
        let here = *self;
        if self.array::<4>()? == *signature {
            Ok(())
        } else {
            Err(here.wrong("its parts are not where they should be"))
        }
    }

    /// A string with its length in one byte, padded with that byte to a multiple of `padding`.
    pub(super) fn pascal_string(&mut self, padding: u64) -> Result<&'a [u8], LayeredError> {
        let length = u64::from(self.u8()?);
        let text = self.take(length)?.rest;
        self.take((length + 1).next_multiple_of(padding) - length - 1)?;
        Ok(text)
    }
}
