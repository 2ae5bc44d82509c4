//! Our own table of accounts.

use std::fmt;
use std::io::Read;

use super::header::{Column, Stage};
use super::organisations::next_record;
use super::{Rows, TableError};
use crate::Sensitive;

/// One account, as the file has it.
#[derive(Clone, PartialEq, Eq)]
pub struct AccountRecord {
    /// The line on which it begins.
    pub line: u64,
    /// Column `ods_code`: the organisation that it belongs to.
    pub ods_code: String,
    /// Column `address`.
    pub address: String,
    /// Column `name`; empty when the file has none.
    pub name: String,
    /// Column `given_name`; empty when the file has none.
    pub given_name: String,
    /// Column `family_name`; empty when the file has none.
    pub family_name: String,
    /// Column `kind`; empty when the file has none.
    pub kind: String,
    /// Column `password_hash`; empty when the file has none.
    pub password_hash: Sensitive<String>,
}

impl fmt::Debug for AccountRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountRecord").field("line", &self.line).finish_non_exhaustive()
    }
}

const COLUMNS: &[Column] = &[
    Column { name: "ods_code", needed: true },
    Column { name: "address", needed: true },
    Column { name: "name", needed: false },
    Column { name: "given_name", needed: false },
    Column { name: "family_name", needed: false },
    Column { name: "kind", needed: false },
    Column { name: "password_hash", needed: false },
];

/// The accounts of a file with a header.
pub struct Accounts<R> {
    rows: Rows<R>,
    stage: Stage,
}

impl<R: Read> Accounts<R> {
    /// Reads `input` as a table of accounts.
    pub fn new(input: R) -> Self {
        Self { rows: Rows::new(input), stage: Stage::Beginning }
    }
}

impl<R: Read> Iterator for Accounts<R> {
    type Item = Result<AccountRecord, TableError>;

    fn next(&mut self) -> Option<Self::Item> {
        next_record(
            &mut self.rows,
            &mut self.stage,
            COLUMNS,
            |line, [ods_code, address, name, given_name, family_name, kind, password_hash]| AccountRecord {
                line,
                ods_code,
                address,
                name,
                given_name,
                family_name,
                kind,
                password_hash: Sensitive::new(password_hash),
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_needs_little_more_than_an_address() {
        let input = "address,ods_code,family_name\nnurse@a.example,A81001,\"O'Neill, Jr\"\n";
        let records: Vec<_> = Accounts::new(input.as_bytes()).map(Result::unwrap).collect();
        assert_eq!(records.len(), 1);
        let record = &records[0];
        assert_eq!((record.line, record.ods_code.as_str(), record.address.as_str()), (2, "A81001", "nurse@a.example"));
        assert_eq!((record.family_name.as_str(), record.password_hash.expose().as_str()), ("O'Neill, Jr", ""));
    }

    #[test]
    fn a_record_does_not_print_its_password_hash() {
        let input = "address,ods_code,password_hash\nnurse@a.example,A81001,$argon2id$v=19\n";
        let record = Accounts::new(input.as_bytes()).next().unwrap().unwrap();
        assert_eq!(record.password_hash.expose(), "$argon2id$v=19");
        assert!(!format!("{record:?}").contains("argon2id"));
    }
}
