//! The stack machine: opcodes in, values out.

use std::collections::HashMap;

use super::globals::{Class, Global, classify};
use super::reduce::{self, Outcome};
use super::value::{Value, ValueId, Values};
use super::{MAX_PICKLE_BYTES, PickleError};

/// Longest name of a Python module or class.
const MAX_NAME_BYTES: usize = 512;

/// A pickle that was read.
#[derive(Debug)]
pub struct Unpickled {
    pub values: Values,
    /// What the pickle stands for.
    pub root: ValueId,
    /// Bytes read; another pickle may follow.
    pub length: usize,
}

/// Reads the pickle that `bytes` begin with.
///
/// # Errors
/// It is damaged, too long, uses what no PyTorch file needs, or names something dangerous.
pub fn unpickle(bytes: &[u8]) -> Result<Unpickled, PickleError> {
    let bounded = bytes.get(..MAX_PICKLE_BYTES).unwrap_or(bytes);
    let mut machine = Machine {
        bytes: bounded,
        at: 0,
        values: Values::default(),
        stack: Vec::new(),
        marks: Vec::new(),
        memo: HashMap::new(),
    };
    match machine.run() {
        Ok(root) => Ok(Unpickled { root, length: machine.at, values: machine.values }),
        Err(PickleError::Truncated) if bytes.len() > bounded.len() => Err(PickleError::TooLong(bytes.len())),
        Err(error) => Err(error),
    }
}

struct Machine<'a> {
    bytes: &'a [u8],
    /// Next byte to read.
    at: usize,
    values: Values,
    stack: Vec<ValueId>,
    /// Heights of the stack at which a mark was set.
    marks: Vec<usize>,
    memo: HashMap<u32, ValueId>,
}

type Done = Result<(), PickleError>;

impl Machine<'_> {
    fn run(&mut self) -> Result<ValueId, PickleError> {
        loop {
            let opcode = self.byte()?;
            if opcode == b'.' {
                return self.pop();
            }
            self.step(opcode)?;
        }
    }

    fn step(&mut self, opcode: u8) -> Done {
        match opcode {
            0x80 => self.skip(1),
            0x95 => self.skip(8),
            b'(' | b'0' | b'1' | b'2' => self.rearrange(opcode),
            b'q' | b'r' | b'h' | b'j' | 0x94 => self.memoize(opcode),
            b'c' | 0x93 => self.global(opcode),
            b'R' | 0x81 | 0x92 | b'Q' => self.call(opcode),
            // BUILD sets an object's attributes: none of those kept here has any.
            b'b' => self.pop().map(drop),
            b')' | b't' | 0x85 | 0x86 | 0x87 | b']' | b'l' | b'}' | b'd' | 0x8f | 0x91 => self.collect(opcode),
            b'a' | b'e' | b's' | b'u' | 0x90 => self.extend(opcode),
            _ => self.constant(opcode),
        }
    }

    fn rearrange(&mut self, opcode: u8) -> Done {
        match opcode {
            b'(' => {
                self.marks.push(self.stack.len());
                Ok(())
            }
            b'0' if self.marks.last() == Some(&self.stack.len()) => self.pop_mark().map(drop),
            b'0' => self.pop().map(drop),
            b'1' => self.pop_mark().map(drop),
            _ => {
                let top = self.top()?;
                self.stack.push(top);
                Ok(())
            }
        }
    }

    fn memoize(&mut self, opcode: u8) -> Done {
        let slot = match opcode {
            b'q' | b'h' => u32::from(self.byte()?),
            b'r' | b'j' => u32::from_le_bytes(self.array()?),
            _ => self.memo.len() as u32,
        };
        if matches!(opcode, b'h' | b'j') {
            let value = self.memo.get(&slot).copied().ok_or_else(|| self.damaged("a reference to nothing"))?;
            self.stack.push(value);
        } else {
            self.memo.insert(slot, self.top()?);
        }
        Ok(())
    }

    fn constant(&mut self, opcode: u8) -> Done {
        let value = match opcode {
            b'N' => Value::None,
            0x88 => Value::Bool(true),
            0x89 => Value::Bool(false),
            b'J' => Value::Int(i32::from_le_bytes(self.array()?).into()),
            b'K' => Value::Int(self.byte()?.into()),
            b'M' => Value::Int(u16::from_le_bytes(self.array()?).into()),
            0x8a | 0x8b => self.long(opcode)?,
            b'G' => {
                self.skip(8)?;
                Value::Opaque
            }
            b'X' | 0x8c | 0x8d | b'U' | b'T' => self.text(opcode)?,
            b'C' | b'B' | 0x8e | 0x96 => {
                let length = self.length(opcode)?;
                self.skip(length)?;
                Value::Opaque
            }
            _ => return Err(PickleError::Opcode { opcode, at: self.at.saturating_sub(1) }),
        };
        self.push(value)
    }

    /// A little-endian two's complement integer of any length; those past 64 bits are nothing's size.
    fn long(&mut self, opcode: u8) -> Result<Value, PickleError> {
        let length = self.length(opcode)?;
        let bytes = self.take(length)?;
        if bytes.len() > 8 {
            return Ok(Value::Opaque);
        }
        let negative = bytes.last().is_some_and(|&byte| byte >= 0x80);
        let mut wide = [if negative { 0xff } else { 0 }; 8];
        wide.iter_mut().zip(bytes).for_each(|(to, &from)| *to = from);
        Ok(Value::Int(i64::from_le_bytes(wide)))
    }

    /// Text; Python 2's byte strings count as such where they are UTF-8.
    fn text(&mut self, opcode: u8) -> Result<Value, PickleError> {
        let length = self.length(opcode)?;
        Ok(match std::str::from_utf8(self.take(length)?) {
            Ok(text) => Value::Text(text.to_owned()),
            Err(_) => Value::Opaque,
        })
    }

    /// The length that stands before a string's bytes.
    fn length(&mut self, opcode: u8) -> Result<usize, PickleError> {
        let length = match opcode {
            0x8c | b'U' | b'C' | 0x8a => u64::from(self.byte()?),
            0x8d | 0x8e | 0x96 => u64::from_le_bytes(self.array()?),
            _ => u64::from(u32::from_le_bytes(self.array()?)),
        };
        usize::try_from(length).map_err(|_| PickleError::Truncated)
    }

    fn global(&mut self, opcode: u8) -> Done {
        let (module, name) = if opcode == b'c' { (self.line()?, self.line()?) } else { self.names_on_stack()? };
        let path = format!("{module}.{name}");
        match classify(&module, &name) {
            Class::Dangerous => Err(PickleError::Dangerous(path)),
            Class::Allowed(class) => self.push(Value::Global(Box::new(Global { path, class }))),
        }
    }

    fn names_on_stack(&mut self) -> Result<(String, String), PickleError> {
        let (name, module) = (self.pop()?, self.pop()?);
        match (self.values.text(module), self.values.text(name)) {
            (Some(module), Some(name)) if module.len().max(name.len()) <= MAX_NAME_BYTES => {
                Ok((module.to_owned(), name.to_owned()))
            }
            _ => Err(self.damaged("a name that is none")),
        }
    }

    fn call(&mut self, opcode: u8) -> Done {
        if opcode == b'Q' {
            let id = self.pop()?;
            return self.push(reduce::persistent(&self.values, id));
        }
        if opcode == 0x92 {
            // Keyword arguments.
            self.pop()?;
        }
        let (arguments, callee) = (self.pop()?, self.pop()?);
        match reduce::call(&self.values, callee, arguments) {
            Outcome::New(value) => self.push(value),
            Outcome::Same(id) => {
                self.stack.push(id);
                Ok(())
            }
        }
    }

    fn collect(&mut self, opcode: u8) -> Done {
        let value = match opcode {
            b')' => Value::Tuple(Vec::new()),
            b']' => Value::List(Vec::new()),
            b'}' => Value::Dict(Vec::new()),
            b't' => Value::Tuple(self.pop_mark()?),
            b'l' => Value::List(self.pop_mark()?),
            b'd' => Value::Dict(pairs(&self.pop_mark()?)),
            0x85..=0x87 => Value::Tuple(self.pop_several(usize::from(opcode - 0x84))?),
            // Sets, frozen or not, hold no tensors.
            0x91 => {
                self.pop_mark()?;
                Value::Opaque
            }
            _ => Value::Opaque,
        };
        self.push(value)
    }

    /// Puts what is on top of the stack into the list or dictionary below it. Opaque objects swallow everything.
    fn extend(&mut self, opcode: u8) -> Done {
        let added = match opcode {
            b'a' => self.pop_several(1)?,
            b's' => self.pop_several(2)?,
            _ => self.pop_mark()?,
        };
        let target = self.top()?;
        match (opcode, self.values.get_mut(target)) {
            (b'a' | b'e', Some(Value::List(items))) => items.extend(added),
            (b's' | b'u', Some(Value::Dict(entries))) => entries.extend(pairs(&added)),
            (_, Some(Value::Opaque)) => (),
            _ => return Err(self.damaged("an item for what holds none")),
        }
        Ok(())
    }

    fn push(&mut self, value: Value) -> Done {
        let id = self.values.add(value).ok_or(PickleError::TooTangled)?;
        self.stack.push(id);
        Ok(())
    }

    fn top(&self) -> Result<ValueId, PickleError> {
        self.stack.last().copied().ok_or_else(|| self.damaged("an empty stack"))
    }

    /// Does not reach below the last mark.
    fn pop(&mut self) -> Result<ValueId, PickleError> {
        let floor = self.marks.last().copied().unwrap_or(0);
        if self.stack.len() <= floor {
            return Err(self.damaged("an empty stack"));
        }
        self.stack.pop().ok_or(PickleError::Truncated)
    }

    fn pop_several(&mut self, count: usize) -> Result<Vec<ValueId>, PickleError> {
        let floor = self.marks.last().copied().unwrap_or(0);
        match self.stack.len().checked_sub(count) {
            Some(start) if start >= floor => Ok(self.stack.split_off(start)),
            _ => Err(self.damaged("an empty stack")),
        }
    }

    /// Everything above the last mark.
    fn pop_mark(&mut self) -> Result<Vec<ValueId>, PickleError> {
        let floor = self.marks.pop().ok_or_else(|| self.damaged("a mark that was never set"))?;
        Ok(self.stack.split_off(floor.min(self.stack.len())))
    }

    fn byte(&mut self) -> Result<u8, PickleError> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], PickleError> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let array = rest.first_chunk::<N>().ok_or(PickleError::Truncated)?;
        self.at += N;
        Ok(*array)
    }

    fn take(&mut self, length: usize) -> Result<&[u8], PickleError> {
        let end = self.at.checked_add(length).ok_or(PickleError::Truncated)?;
        let bytes = self.bytes.get(self.at..end).ok_or(PickleError::Truncated)?;
        self.at = end;
        Ok(bytes)
    }

    fn skip(&mut self, length: usize) -> Done {
        self.take(length).map(drop)
    }

    /// A name that ends with its line.
    fn line(&mut self) -> Result<String, PickleError> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let length = rest.iter().position(|&byte| byte == b'\n').ok_or(PickleError::Truncated)?;
        let line = self.take(length)?.to_owned();
        self.skip(1)?;
        String::from_utf8(line).map_err(|_| self.damaged("a name that is none"))
    }

    fn damaged(&self, what: &'static str) -> PickleError {
        PickleError::Damaged { at: self.at, what }
    }
}

fn pairs(items: &[ValueId]) -> Vec<(ValueId, ValueId)> {
    items.as_chunks::<2>().0.iter().map(|&[key, value]| (key, value)).collect()
}
