//! The header inside a message that says which part of which message it is [3GPP TS 23.040 §9.2.3.24.1].

/// The information element of a concatenated message with a reference of eight bits.
const ELEMENT_8_BIT: u8 = 0x00;

/// The same with a reference of sixteen bits [3GPP TS 23.040 §9.2.3.24.8].
const ELEMENT_16_BIT: u8 = 0x08;

/// Which part of which message a short message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Concatenation {
    /// What the parts of one message share.
    pub reference: u16,
    /// How many parts there are.
    pub total: u8,
    /// Which one this is, from one.
    pub part: u8,
}

/// A user data header that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the user data header is malformed")]
pub struct BadHeader;

impl Concatenation {
    /// How long a header with a reference of eight bits is.
    pub const LENGTH: usize = 6;

    /// The header with a reference of eight bits: the low ones of the reference.
    pub fn header(self) -> [u8; Self::LENGTH] {
        let [_, low] = self.reference.to_be_bytes();
        [5, ELEMENT_8_BIT, 3, low, self.total, self.part]
    }
}

/// Takes the header off `data`; gives back what it says about parts, if anything, and the data after it.
///
/// # Errors
/// A length points outside.
pub fn without_header(data: &[u8]) -> Result<(Option<Concatenation>, &[u8]), BadHeader> {
    let (length, rest) = data.split_first().ok_or(BadHeader)?;
    let (mut header, body) = rest.split_at_checked(usize::from(*length)).ok_or(BadHeader)?;
    let mut found = None;
    while let Some((element, rest)) = header.split_first() {
        let (length, rest) = rest.split_first().ok_or(BadHeader)?;
        let (value, rest) = rest.split_at_checked(usize::from(*length)).ok_or(BadHeader)?;
        let concatenation = match (*element, value) {
            (ELEMENT_8_BIT, [low, total, part]) => Some((u16::from(*low), *total, *part)),
            (ELEMENT_16_BIT, [high, low, total, part]) => Some((u16::from_be_bytes([*high, *low]), *total, *part)),
            (ELEMENT_8_BIT | ELEMENT_16_BIT, _) => return Err(BadHeader),
            // Other elements are none of ours.
            (_, _) => None,
        };
        // A part that cannot be is ignored, as the standard wants it: the message stands alone.
        if let Some((reference, total, part)) = concatenation
            && part != 0
            && part <= total
        {
            found = Some(Concatenation { reference, total, part });
        }
        header = rest;
    }
    Ok((found, body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_comes_back_as_it_was() {
        let concatenation = Concatenation { reference: 0xab, total: 3, part: 2 };
        let data = [&concatenation.header()[..], b"body"].concat();
        assert_eq!(data[..6], [5, 0, 3, 0xab, 3, 2]);
        assert_eq!(without_header(&data), Ok((Some(concatenation), &b"body"[..])));
    }

    #[test]
    fn a_wide_reference_and_foreign_elements_are_read() {
        let data = [9, 0x05, 1, 7, 0x08, 4, 1, 2, 3, 1, b'x'];
        assert_eq!(
            without_header(&data),
            Ok((Some(Concatenation { reference: 0x0102, total: 3, part: 1 }), &b"x"[..]))
        );
    }

    #[test]
    fn lengths_that_point_outside_are_refused() {
        for data in [&[][..], &[1], &[5, 0, 3, 1], &[2, 0, 3], &[2, 0, 0], &[1, 0], &[4, 8, 2, 1, 1]] {
            assert_eq!(without_header(data), Err(BadHeader), "{data:?}");
        }
    }

    #[test]
    fn a_part_that_cannot_be_is_ignored() {
        for (total, part) in [(0, 0), (2, 0), (2, 3)] {
            assert_eq!(without_header(&[5, 0, 3, 1, total, part]), Ok((None, &[][..])));
        }
    }
}
