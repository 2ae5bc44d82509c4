//! A list of addresses: a table with a column of them, or a file with one in each line.

use std::io::Read;

use super::{Row, Rows, TableError, TableFault};

/// What the column may be called; the first of them that the header has counts.
const NAMES: [&str; 6] = ["address", "email", "email address", "email_address", "upn", "mailbox"];

/// The addresses of a file, each with its line. What else stands in a row is not read.
pub struct Addresses<R> {
    rows: Rows<R>,
    stage: Stage,
}

enum Stage {
    Beginning,
    /// The place of the column.
    Reading(usize),
    Ended,
}

impl<R: Read> Addresses<R> {
    /// Reads `input` as a list of addresses.
    pub fn new(input: R) -> Self {
        Self { rows: Rows::new(input), stage: Stage::Beginning }
    }

    fn begin(&mut self, first: Row) -> Result<Option<Row>, TableError> {
        let named = |name: &&str| first.fields.iter().position(|field| field.trim().eq_ignore_ascii_case(name));
        if let Some(place) = NAMES.iter().find_map(named) {
            self.stage = Stage::Reading(place);
            return Ok(None);
        }
        let [only] = first.fields.as_slice() else {
            self.stage = Stage::Ended;
            return Err(TableError { line: first.line, fault: TableFault::MissingColumn { name: "address" } });
        };
        self.stage = Stage::Reading(0);
        // A first line that is no address is a title of some kind.
        Ok(only.contains('@').then_some(first))
    }
}

impl<R: Read> Iterator for Addresses<R> {
    type Item = Result<(u64, String), TableError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if matches!(self.stage, Stage::Ended) {
                return None;
            }
            let row = match self.rows.next()? {
                Ok(row) => row,
                Err(error) => {
                    if error.fault.is_fatal() {
                        self.stage = Stage::Ended;
                    }
                    return Some(Err(error));
                }
            };
            let row = match self.stage {
                Stage::Reading(_) => row,
                Stage::Beginning | Stage::Ended => match self.begin(row) {
                    Ok(Some(row)) => row,
                    Ok(None) => continue,
                    Err(error) => return Some(Err(error)),
                },
            };
            let Stage::Reading(place) = self.stage else { return None };
            let found = row.fields.len();
            let Row { line, fields } = row;
            let Some(field) = fields.into_iter().nth(place) else {
                return Some(Err(TableError { line, fault: TableFault::Columns { expected: place + 1, found } }));
            };
            // A cell that our own tables had to protect from being taken for a formula.
            let text = field.trim().trim_start_matches('\'').to_owned();
            if !text.is_empty() {
                return Some(Ok((line, text)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, expected: &[(u64, &str)]) {
        let found: Vec<_> = Addresses::new(input.as_bytes()).map(|row| row.unwrap()).collect();
        let found: Vec<_> = found.iter().map(|(line, text)| (*line, text.as_str())).collect();
        assert_eq!(found, expected, "{input:?}");
    }

    #[test]
    fn addresses_are_found_in_a_list_and_in_a_table() {
        check("a@x.example\r\nb@x.example\r\n", &[(1, "a@x.example"), (2, "b@x.example")]);
        check("Mailbox\na@x.example\n\n b@x.example \n", &[(2, "a@x.example"), (4, "b@x.example")]);
        check("who\na@x.example\n", &[(2, "a@x.example")]);
        check("name,Email\nAnn,a@x.example\nBo,\n", &[(2, "a@x.example")]);
        check("email,address\nold@x.example,a@x.example\n", &[(2, "a@x.example")]);
        check("", &[]);
    }

    #[test]
    fn a_row_that_is_wrong_is_said_and_the_others_are_read() {
        let rows: Vec<_> = Addresses::new("name,email\nAnn\nBo,b@x.example\n".as_bytes()).collect();
        assert!(matches!(&rows[..], [Err(error), Ok((3, _))] if error.line == 2), "{rows:?}");
        let rows: Vec<_> = Addresses::new("name,phone\nAnn,1\n".as_bytes()).collect();
        assert!(matches!(&rows[..], [Err(error)] if error.fault.is_fatal()), "{rows:?}");
    }
}
