//! The table of hardware tokens, as their makers hand it out [MET-8].

use std::fmt;
use std::io::Read;

use super::header::{Column, Stage};
use super::organisations::next_record;
use super::{Rows, TableError};
use crate::Sensitive;

/// One token, as the file has it.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenRecord {
    /// The line on which it begins.
    pub line: u64,
    /// Column `upn`: the address of the account that it is for; may be empty.
    pub upn: String,
    /// Column `serial number`.
    pub serial: String,
    /// Column `secret key`.
    pub secret_key: Sensitive<String>,
    /// Column `time interval`.
    pub interval: String,
    /// Column `manufacturer`.
    pub manufacturer: String,
    /// Column `model`.
    pub model: String,
    /// Column `hash function`; empty when the file has none.
    pub hash: String,
}

impl fmt::Debug for TokenRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenRecord").field("line", &self.line).finish_non_exhaustive()
    }
}

const COLUMNS: &[Column] = &[
    Column { name: "upn", needed: true },
    Column { name: "serial number", needed: true },
    Column { name: "secret key", needed: true },
    Column { name: "time interval", needed: true },
    Column { name: "manufacturer", needed: true },
    Column { name: "model", needed: true },
    Column { name: "hash function", needed: false },
];

/// The tokens of a file with a header.
pub struct Tokens<R> {
    rows: Rows<R>,
    stage: Stage,
}

impl<R: Read> Tokens<R> {
    /// Reads `input` as a table of tokens.
    pub fn new(input: R) -> Self {
        Self { rows: Rows::new(input), stage: Stage::Beginning }
    }
}

impl<R: Read> Iterator for Tokens<R> {
    type Item = Result<TokenRecord, TableError>;

    fn next(&mut self) -> Option<Self::Item> {
        next_record(
            &mut self.rows,
            &mut self.stage,
            COLUMNS,
            |line, [upn, serial, secret_key, interval, manufacturer, model, hash]| TokenRecord {
                line,
                upn,
                serial,
                secret_key: Sensitive::new(secret_key),
                interval,
                manufacturer,
                model,
                hash,
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_are_those_that_makers_write_and_the_key_is_not_printed() {
        let input = "upn,serial number,secret key,time interval,manufacturer,model\n\
                     Helga@contoso.com,1234567,GEZDGNBVGY3TQOJQ,60,Contoso,HardwareKey\n";
        let record = Tokens::new(input.as_bytes()).next().unwrap().unwrap();
        assert_eq!((record.line, record.upn.as_str(), record.serial.as_str()), (2, "Helga@contoso.com", "1234567"));
        assert_eq!((record.secret_key.expose().as_str(), record.interval.as_str()), ("GEZDGNBVGY3TQOJQ", "60"));
        assert_eq!((record.manufacturer.as_str(), record.model.as_str()), ("Contoso", "HardwareKey"));
        assert!(record.hash.is_empty() && !format!("{record:?}").contains("GEZD"));
    }

    #[test]
    fn a_file_without_a_column_is_refused_at_once() {
        let mut rows = Tokens::new("upn,serial number,secret key\na@b.example,1,GEZD\n".as_bytes());
        assert!(rows.next().unwrap().is_err());
    }
}
