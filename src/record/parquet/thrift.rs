//! Thrift's compact protocol, as far as Parquet files use it.

/// The deepest nesting of structures; a footer has five levels.
const DEEPEST: u32 = 32;

/// The kinds of values of the protocol; those read alike are one kind.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Nothing,
    Byte,
    Number,
    Double,
    Bytes,
    List,
    Map,
    Struct,
}

impl Kind {
    fn of(code: u8) -> Option<Self> {
        Some(match code {
            1 | 2 => Self::Nothing,
            3 => Self::Byte,
            4..=6 => Self::Number,
            7 => Self::Double,
            8 => Self::Bytes,
            9 | 10 => Self::List,
            11 => Self::Map,
            12 => Self::Struct,
            _ => return None,
        })
    }
}

/// Reads bytes of the protocol; every step gives none where they end or are invalid.
pub(super) struct Thrift<'b> {
    /// The bytes left.
    pub bytes: &'b [u8],
    deep: u32,
}

impl<'b> Thrift<'b> {
    pub fn of(bytes: &'b [u8]) -> Self {
        Self { bytes, deep: 0 }
    }

    pub fn text(&mut self) -> Option<&'b [u8]> {
        let length = usize::try_from(self.varint()?).ok()?;
        let (text, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        Some(text)
    }

    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }

    fn pass(&mut self, bytes: u64) -> Option<()> {
        self.bytes = self.bytes.get(usize::try_from(bytes).ok()?..)?;
        Some(())
    }

    fn varint(&mut self) -> Option<u64> {
        let mut found = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            found |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(found);
            }
        }
        None
    }

    pub fn number(&mut self) -> Option<i64> {
        let zigzag = self.varint()?;
        Some((zigzag >> 1).cast_signed() ^ -(zigzag & 1).cast_signed())
    }

    /// The fields of a structure, each with its number and kind.
    pub fn fields(&mut self, mut with: impl FnMut(i64, Kind, &mut Self) -> Option<()>) -> Option<()> {
        self.deep += 1;
        if self.deep > DEEPEST {
            return None;
        }
        let mut field = 0_i64;
        loop {
            let head = self.byte()?;
            if head == 0 {
                self.deep -= 1;
                return Some(());
            }
            field = match head >> 4 {
                0 => self.number()?,
                step => field.checked_add(i64::from(step))?,
            };
            with(field, Kind::of(head & 0x0f)?, self)?;
        }
    }

    /// The kind of a list's items, and how many.
    pub fn list_head(&mut self) -> Option<(Kind, u64)> {
        let head = self.byte()?;
        let items = match head >> 4 {
            15 => self.varint()?,
            few => u64::from(few),
        };
        // Each item takes at least a byte.
        (items <= self.bytes.len() as u64).then_some((Kind::of(head & 0x0f)?, items))
    }

    pub fn list<T>(&mut self, item: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let (kind, items) = self.list_head()?;
        if kind != Kind::Struct {
            return None;
        }
        (0..items).map(|_| item(self)).collect()
    }

    pub fn skip(&mut self, kind: Kind) -> Option<()> {
        match kind {
            Kind::Nothing => Some(()),
            Kind::Byte => self.pass(1),
            Kind::Number => self.varint().map(drop),
            Kind::Double => self.pass(8),
            Kind::Bytes => {
                let bytes = self.varint()?;
                self.pass(bytes)
            }
            Kind::Struct => self.fields(|_, kind, inside| inside.skip(kind)),
            Kind::List => {
                let (kind, items) = self.list_head()?;
                self.deep += 1;
                for _ in 0..items {
                    // In a list a boolean takes a byte.
                    let kind = if kind == Kind::Nothing { Kind::Byte } else { kind };
                    if self.deep > DEEPEST {
                        return None;
                    }
                    self.skip(kind)?;
                }
                self.deep -= 1;
                Some(())
            }
            // Footers have no maps.
            Kind::Map => None,
        }
    }
}
