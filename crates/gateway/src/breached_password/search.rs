//! Binary search in lines of `SHA1:count` that are sorted by hash.

use std::io;

/// A SHA-1 digest.
pub(super) type Digest = [u8; 20];

/// Why a search gave no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum SearchError {
    /// The file could not be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The line at this offset is not `SHA1:count`.
    #[error("the line at byte {0} is not a SHA-1 hash, a colon and a count")]
    Malformed(u64),
    /// The line at this offset is not where its hash belongs.
    #[error("the line at byte {0} is not sorted by hash")]
    Unsorted(u64),
}

/// 40 digits of hash, a colon, at most 20 digits of count, CR and LF.
const LONGEST_LINE: u64 = 40 + 1 + 20 + 2;
const WINDOW: usize = 2 * LONGEST_LINE as usize;

/// One line, and where it lies.
struct Line {
    start: u64,
    end: u64,
    digest: Digest,
}

/// Whether `wanted` stands in the file of `length` bytes; `file` fills a buffer from an offset on.
///
/// SECURITY: never answers "not found" past a line it cannot read or that lies out of order: a spoiled file is a fault.
pub(super) fn contains(
    file: &impl Fn(&mut [u8], u64) -> io::Result<usize>,
    length: u64,
    wanted: &Digest,
) -> Result<bool, SearchError> {
    // INVARIANT: `low` and `high` are starts of lines (or the end of the file), and `wanted` can only lie between.
    let (mut low, mut high) = (0, length);
    let (mut below, mut above): (Option<Digest>, Option<Digest>) = (None, None);
    while low < high {
        let line = line_around(file, low, high, length)?;
        let sorted = below.is_none_or(|below| below < line.digest) && above.is_none_or(|above| line.digest < above);
        if !sorted {
            return Err(SearchError::Unsorted(line.start));
        }
        match line.digest.cmp(wanted) {
            std::cmp::Ordering::Equal => return Ok(true),
            std::cmp::Ordering::Less => (low, below) = (line.end, Some(line.digest)),
            std::cmp::Ordering::Greater => (high, above) = (line.start, Some(line.digest)),
        }
    }
    Ok(false)
}

/// The line that lies across the middle of `low..high`.
fn line_around(
    file: &impl Fn(&mut [u8], u64) -> io::Result<usize>,
    low: u64,
    high: u64,
    length: u64,
) -> Result<Line, SearchError> {
    let middle = low + (high - low) / 2;
    let from = middle.saturating_sub(LONGEST_LINE).max(low);
    let to = middle.saturating_add(LONGEST_LINE).min(high);
    let mut window = [0; WINDOW];
    let window = window.get_mut(..usize::try_from(to - from).unwrap_or(WINDOW)).unwrap_or_default();
    read_exact(file, window, from)?;
    let (before, after) = window.split_at(usize::try_from(middle - from).unwrap_or(0));

    let start = match before.iter().rposition(|byte| *byte == b'\n') {
        Some(position) => position + 1,
        None if from == low => 0,
        None => return Err(SearchError::Malformed(from)),
    };
    let end = match after.iter().position(|byte| *byte == b'\n') {
        Some(position) => before.len() + position + 1,
        // The last line may lack its line end; any other may not.
        None if to == length => window.len(),
        None => return Err(SearchError::Malformed(from)),
    };
    let at = from + start as u64;
    let text = window.get(start..end).unwrap_or_default();
    let digest = parse(text).ok_or(SearchError::Malformed(at))?;
    Ok(Line { start: at, end: from + end as u64, digest })
}

fn read_exact(
    file: &impl Fn(&mut [u8], u64) -> io::Result<usize>,
    mut buffer: &mut [u8],
    mut offset: u64,
) -> io::Result<()> {
    while !buffer.is_empty() {
        match file(buffer, offset) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => {
                buffer = buffer.get_mut(count..).unwrap_or_default();
                offset += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn parse(line: &[u8]) -> Option<Digest> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let (digits, rest) = line.split_at_checked(40)?;
    let count = rest.strip_prefix(b":")?;
    if count.is_empty() || count.len() > 20 || !count.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let mut digest = Digest::default();
    for (byte, pair) in digest.iter_mut().zip(digits.chunks_exact(2)) {
        let mut value = 0;
        for digit in pair {
            value = value << 4 | char::from(*digit).to_digit(16)?;
        }
        *byte = u8::try_from(value).ok()?;
    }
    Some(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads at most seven bytes at a time: short reads are allowed and must not matter.
    fn read_at(bytes: &[u8]) -> impl Fn(&mut [u8], u64) -> io::Result<usize> + '_ {
        |buffer, offset| {
            let rest = bytes.get(usize::try_from(offset).unwrap()..).unwrap_or_default();
            let count = rest.len().min(buffer.len()).min(7);
            buffer[..count].copy_from_slice(&rest[..count]);
            Ok(count)
        }
    }

    fn digest(number: u64) -> Digest {
        let mut digest = Digest::default();
        digest[..8].copy_from_slice(&(number << 32).to_be_bytes());
        digest
    }

    fn hex(digest: &Digest) -> String {
        digest.iter().map(|byte| format!("{byte:02X}")).collect()
    }

    /// A file of the even numbers below `2 * lines`.
    fn file(lines: u64, line_end: &str) -> Vec<u8> {
        let line = |number: u64| format!("{}:{}{line_end}", hex(&digest(2 * number)), number * number + 1);
        (0..lines).map(line).collect::<String>().into_bytes()
    }

    fn find(file: &[u8], number: u64) -> Result<bool, SearchError> {
        contains(&read_at(file), file.len() as u64, &digest(number))
    }

    #[test]
    fn every_line_is_found_and_nothing_else() {
        for lines in [0, 1, 2, 3, 7, 100] {
            for line_end in ["\n", "\r\n"] {
                let file = file(lines, line_end);
                for number in 0..2 * lines + 2 {
                    let expected = number % 2 == 0 && number < 2 * lines;
                    assert_eq!(find(&file, number).unwrap(), expected, "{number} of {lines}");
                }
            }
        }
    }

    #[test]
    fn the_last_line_may_lack_its_line_end() {
        let mut file = file(5, "\n");
        file.pop();
        assert!(find(&file, 8).unwrap());
        assert!(!find(&file, 9).unwrap());
    }

    #[test]
    fn small_letters_are_digits_too() {
        let file = file(20, "\n").to_ascii_lowercase();
        assert!(find(&file, 30).unwrap());
    }

    #[test]
    fn a_line_that_is_no_hash_is_an_error_never_not_found() {
        let good = hex(&digest(4));
        for bad in
            ["", "x", &good, &format!("{good}:"), &format!("{good}:1x"), &format!("{good};1"), &good.replace('4', "g")]
        {
            let file = format!("{bad}\n").into_bytes();
            assert!(matches!(find(&file, 4), Err(SearchError::Malformed(0))), "{bad}");
        }
        let endless = vec![b'A'; 1_000];
        assert!(matches!(find(&endless, 4), Err(SearchError::Malformed(_))));
        let blank = [file(3, "\n"), b"\n\n\n\n\n\n".repeat(40)].concat();
        assert!(matches!(find(&blank, 4), Err(SearchError::Malformed(_))));
    }

    #[test]
    fn a_file_that_is_not_sorted_is_an_error() {
        let mut lines: Vec<_> = file(8, "\n").split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        lines.reverse();
        let wrong_way: Vec<u8> = lines.concat();
        assert!(matches!(find(&wrong_way, 1), Err(SearchError::Unsorted(_))));
    }

    #[test]
    fn a_file_that_was_cut_short_is_an_error() {
        let file = file(50, "\n");
        let cut = file[..200].to_vec();
        assert!(matches!(contains(&read_at(&cut), file.len() as u64, &digest(70)), Err(SearchError::Io(_))));
    }
}
