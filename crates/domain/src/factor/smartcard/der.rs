//! Reading and writing DER, as much as questions and answers about revocation need [X.690 §10].
//!
//! Reading is total: any bytes give either an item or nothing.

/// The tags that are used here.
pub(super) mod tag {
    pub const BOOLEAN: u8 = 0x01;
    pub const INTEGER: u8 = 0x02;
    pub const BIT_STRING: u8 = 0x03;
    pub const OCTET_STRING: u8 = 0x04;
    pub const NULL: u8 = 0x05;
    pub const OID: u8 = 0x06;
    pub const ENUMERATED: u8 = 0x0a;
    pub const UTF8_STRING: u8 = 0x0c;
    pub const GENERALIZED_TIME: u8 = 0x18;
    pub const SEQUENCE: u8 = 0x30;

    /// `[number]` around a whole item, or in place of one that has items inside.
    pub const fn constructed(number: u8) -> u8 {
        0xa0 | number
    }

    /// `[number]` in place of an item that has none inside.
    pub const fn primitive(number: u8) -> u8 {
        0x80 | number
    }
}

/// What is still to be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Der<'a>(&'a [u8]);

/// One item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Item<'a> {
    pub(super) tag: u8,
    /// The item with its tag and length.
    pub(super) whole: &'a [u8],
    /// What is in it.
    pub(super) content: &'a [u8],
}

impl<'a> Der<'a> {
    /// Begins to read `bytes`.
    pub(super) const fn of(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Reads `bytes`, which are one item of this tag and nothing else.
    pub(super) fn only(bytes: &'a [u8], tag: u8) -> Option<Item<'a>> {
        let mut der = Self(bytes);
        let item = der.read(tag)?;
        der.end()?;
        Some(item)
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether nothing is left.
    pub(super) fn end(&self) -> Option<()> {
        self.is_empty().then_some(())
    }

    /// Takes the next item, whatever it is.
    pub(super) fn next(&mut self) -> Option<Item<'a>> {
        let (tag, rest) = self.0.split_first()?;
        // Numbers above 30 take more bytes, and nothing that is read here has one.
        if tag & 0x1f == 0x1f {
            return None;
        }
        let (length, rest) = length(rest)?;
        let (content, rest) = rest.split_at_checked(length)?;
        let whole = self.0.get(..self.0.len().checked_sub(rest.len())?)?;
        self.0 = rest;
        Some(Item { tag: *tag, whole, content })
    }

    /// Takes the next item, which must have this tag.
    pub(super) fn read(&mut self, tag: u8) -> Option<Item<'a>> {
        self.next().filter(|item| item.tag == tag)
    }

    /// Takes the next item if it has this tag. `None` means that it is broken, `Some(None)` that it is something else.
    #[expect(clippy::option_option, reason = "broken and absent are two things")]
    pub(super) fn optional(&mut self, tag: u8) -> Option<Option<Item<'a>>> {
        match self.0.first() {
            Some(first) if *first == tag => self.read(tag).map(Some),
            Some(_) | None => Some(None),
        }
    }
}

impl<'a> Item<'a> {
    /// What is in it, to be read.
    pub(super) const fn inside(&self) -> Der<'a> {
        Der(self.content)
    }

    /// The bytes of a BIT STRING that is made of whole bytes.
    pub(super) fn bits(&self) -> Option<&'a [u8]> {
        let (unused, bytes) = self.content.split_first()?;
        (*unused == 0).then_some(bytes)
    }
}

/// A length in its shortest form, as DER wants it, of four bytes at most.
fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    if *first < 0x80 {
        return Some((usize::from(*first), rest));
    }
    let count = usize::from(first & 0x7f);
    let (digits, rest) = rest.split_at_checked(count)?;
    if count > 4 || digits.first().is_none_or(|digit| *digit == 0) {
        return None;
    }
    let length = digits.iter().fold(0_u64, |sum, digit| (sum << 8) | u64::from(*digit));
    (length >= 0x80).then_some(())?;
    Some((usize::try_from(length).ok()?, rest))
}

/// Writes one item with these parts inside.
pub(super) fn write(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut out = vec![tag];
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => out.push(short),
        Ok(_) | Err(_) => {
            let digits = length.to_be_bytes();
            let digits: Vec<u8> = digits.into_iter().skip_while(|digit| *digit == 0).collect();
            // At most eight digits.
            out.push(0x80 | u8::try_from(digits.len()).unwrap_or(0));
            out.extend(digits);
        }
    }
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for length in [0, 1, 0x7f, 0x80, 0xff, 0x100, 0xffff, 0x1_0000] {
            let content = vec![7; length];
            let written = write(tag::OCTET_STRING, &[&content]);
            let item = Der::only(&written, tag::OCTET_STRING).unwrap();
            assert_eq!((item.content, item.whole), (content.as_slice(), written.as_slice()), "{length}");
            assert_eq!(Der::only(&written, tag::SEQUENCE), None);
        }
    }

    #[test]
    fn a_length_has_one_form_and_stays_within_the_bytes() {
        let bad: [&[u8]; 9] = [
            &[0x04],
            &[0x04, 0x01],
            &[0x04, 0x80],
            &[0x04, 0x81, 0x01, 0x00],
            &[0x04, 0x82, 0x00, 0x80],
            &[0x04, 0x85, 1, 0, 0, 0, 0],
            &[0x04, 0x84, 0xff, 0xff, 0xff, 0xff],
            &[0x04, 0xff],
            &[0x1f, 0x01, 0x00],
        ];
        for bytes in bad {
            assert_eq!(Der(bytes).next(), None, "{bytes:?}");
        }
    }
}
