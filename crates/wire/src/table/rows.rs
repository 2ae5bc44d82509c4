//! Rows of comma-separated values [RFC 4180]: quoted fields, either line ending, a byte order mark, exact line numbers.

use std::io::{ErrorKind, Read};

use super::{TableError, TableFault};

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The line on which it begins; the first line of a file is 1.
    pub line: u64,
    /// Its fields, in order, without their quotation marks.
    pub fields: Vec<String>,
}

/// The rows of a table, read in pieces. Empty lines are skipped; after a fatal error it ends.
pub struct Rows<R> {
    input: R,
    buffer: Vec<u8>,
    at: usize,
    filled: usize,
    /// The line that the next byte lies on.
    line: u64,
    begun: bool,
    ended: bool,
}

/// The longest row, in bytes.
const LONGEST: usize = 64 * 1024;

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing of the field has been read.
    Start,
    /// Inside a field that does not begin with a quotation mark.
    Plain,
    /// Inside quotation marks.
    Quoted,
    /// After a quotation mark inside quotation marks: the end, or the first of two.
    Closed,
}

impl<R: Read> Rows<R> {
    /// Reads `input` as a table.
    pub fn new(input: R) -> Self {
        Self { input, buffer: vec![0; 32 * 1024], at: 0, filled: 0, line: 1, begun: false, ended: false }
    }

    fn peek(&mut self) -> Result<Option<u8>, std::io::Error> {
        while self.at >= self.filled {
            match self.input.read(&mut self.buffer) {
                Ok(0) => return Ok(None),
                Ok(read) => (self.at, self.filled) = (0, read),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(self.buffer.get(self.at).copied())
    }

    fn next_byte(&mut self) -> Result<Option<u8>, std::io::Error> {
        let byte = self.peek()?;
        if byte.is_some() {
            self.at += 1;
        }
        Ok(byte)
    }

    /// Skips a byte order mark. UTF-16 is told apart by its own mark.
    fn begin(&mut self) -> Result<Vec<u8>, TableFault> {
        self.begun = true;
        let mut taken = Vec::new();
        for expected in [0xef, 0xbb, 0xbf] {
            match self.peek().map_err(TableFault::Read)? {
                Some(0xff | 0xfe) if taken.is_empty() => return Err(TableFault::Utf16),
                Some(byte) if byte == expected => {
                    taken.push(byte);
                    self.at += 1;
                }
                Some(_) | None => return Ok(taken),
            }
        }
        Ok(Vec::new())
    }

    fn read_row(&mut self) -> Result<Option<Row>, TableError> {
        let mut line = self.line;
        let fatal = |line| move |fault| TableError { line, fault };
        let mut field = Vec::new();
        if !self.begun {
            field = self.begin().map_err(fatal(line))?;
        }
        let mut fields: Vec<Vec<u8>> = Vec::new();
        let mut state = if field.is_empty() { State::Start } else { State::Plain };
        let mut broken: Option<TableFault> = None;
        let mut length = 0;
        loop {
            let byte = self.next_byte().map_err(|error| TableError { line, fault: TableFault::Read(error) })?;
            length += 1;
            if length > LONGEST {
                return Err(TableError { line, fault: TableFault::TooLong });
            }
            let ends_row = match (state, byte) {
                (State::Quoted, None) => return Err(TableError { line, fault: TableFault::Unclosed }),
                (_, None) if fields.is_empty() && field.is_empty() && state == State::Start => return Ok(None),
                (_, None) => true,
                (State::Quoted, Some(b'"')) => {
                    state = State::Closed;
                    false
                }
                (State::Quoted, Some(byte)) => {
                    self.line += u64::from(byte == b'\n');
                    field.push(byte);
                    false
                }
                (State::Start, Some(b'"')) => {
                    state = State::Quoted;
                    false
                }
                (State::Closed, Some(b'"')) => {
                    field.push(b'"');
                    state = State::Quoted;
                    false
                }
                (_, Some(b',')) => {
                    fields.push(std::mem::take(&mut field));
                    state = State::Start;
                    false
                }
                (_, Some(end @ (b'\n' | b'\r'))) => {
                    if end == b'\r' && self.peek().map_err(TableFault::Read).map_err(fatal(line))? == Some(b'\n') {
                        self.at += 1;
                    }
                    self.line += 1;
                    if fields.is_empty() && field.is_empty() && state == State::Start {
                        line = self.line;
                        length = 0;
                        false
                    } else {
                        true
                    }
                }
                (State::Closed, Some(byte)) => {
                    if !matches!(byte, b' ' | b'\t') {
                        broken.get_or_insert(TableFault::AfterQuote { column: fields.len() + 1 });
                    }
                    false
                }
                (State::Start | State::Plain, Some(byte)) => {
                    field.push(byte);
                    state = State::Plain;
                    false
                }
            };
            if ends_row {
                fields.push(field);
                return broken.map_or_else(|| text(line, fields).map(Some), |fault| Err(TableError { line, fault }));
            }
        }
    }
}

fn text(line: u64, fields: Vec<Vec<u8>>) -> Result<Row, TableError> {
    let mut texts = Vec::with_capacity(fields.len());
    for (index, field) in fields.into_iter().enumerate() {
        let text = String::from_utf8(field);
        texts.push(text.map_err(|_| TableError { line, fault: TableFault::NotUtf8 { column: index + 1 } })?);
    }
    Ok(Row { line, fields: texts })
}

impl<R: Read> Iterator for Rows<R> {
    type Item = Result<Row, TableError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let row = self.read_row();
        self.ended = match &row {
            Ok(Some(_)) => false,
            Ok(None) => true,
            Err(error) => error.fault.is_fatal(),
        };
        row.transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each row as `line:field|field`, each error as its text.
    fn check(input: &[u8], expected: &[&str]) {
        let rows: Vec<_> = Rows::new(input)
            .map(|row| match row {
                Ok(row) => format!("{}:{}", row.line, row.fields.join("|")),
                Err(error) => error.to_string(),
            })
            .collect();
        assert_eq!(rows, expected);
    }

    #[test]
    fn rows_keep_their_line_numbers() {
        check(b"a,b\nc,d\n", &["1:a|b", "2:c|d"]);
        check(b"a,b\r\nc,d", &["1:a|b", "2:c|d"]);
        check(b"\n\na\n\r\n\nb", &["3:a", "6:b"]);
        check(b"\"a\nb\",c\nd\n", &["1:a\nb|c", "3:d"]);
        check(b"a\rb\r", &["1:a", "2:b"]);
        check(b"", &[]);
    }

    #[test]
    fn quotation_marks_protect_commas_and_themselves() {
        check(b"\"a,b\",\"say \"\"hi\"\"\",\"\",x\"y\n", &["1:a,b|say \"hi\"||x\"y"]);
        check(b",\n", &["1:|"]);
        check(b"\"\"\n", &["1:"]);
    }

    #[test]
    fn a_byte_order_mark_is_skipped() {
        check(b"\xef\xbb\xbfa,b\n", &["1:a|b"]);
        check(b"\xef\xbb\xbf\"a\",b\n", &["1:a|b"]);
        check("ﻠ,b\n".as_bytes(), &["1:ﻠ|b"]);
        check(b"\xff\xfea\0", &["line 1: the file is UTF-16; save it as \"CSV UTF-8\""]);
    }

    #[test]
    fn a_broken_row_does_not_hide_the_next() {
        let bad = "line 1: column 2 is not UTF-8 text; save the file as \"CSV UTF-8\"";
        check(b"a,\xff\nb\n", &[bad, "2:b"]);
        let bad = "line 1: column 1 has text after its closing quotation mark; write two marks for one";
        check(b"\"a\"b,c\nd\n", &[bad, "2:d"]);
    }

    #[test]
    fn an_open_quotation_mark_ends_the_table() {
        check(b"a\nb,\"c\nd\n", &["1:a", "line 2: a quotation mark is opened here and never closed"]);
        let mut long = b"a,\"".to_vec();
        long.resize(100_000, b'x');
        check(&long, &["line 1: the row is longer than 64 KiB; is a quotation mark missing?"]);
    }

    #[test]
    fn a_file_may_arrive_in_any_pieces() {
        struct Drip<'a>(&'a [u8]);
        impl Read for Drip<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
                let Some((first, rest)) = self.0.split_first() else { return Ok(0) };
                buffer[0] = *first;
                self.0 = rest;
                Ok(1)
            }
        }
        let input = b"\xef\xbb\xbfa,\"b\"\"\r\nc\"\r\nd,e\r\n";
        let whole: Vec<_> = Rows::new(&input[..]).map(Result::unwrap).collect();
        let dripped: Vec<_> = Rows::new(Drip(input)).map(Result::unwrap).collect();
        assert_eq!(whole, dripped);
    }
}
