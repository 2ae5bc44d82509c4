//! Our own table of organisations.

use std::io::Read;

use super::header::{Column, Header, Stage};
use super::{Rows, TableError, TableFault};

/// One organisation, as the file has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrganisationRecord {
    /// The line on which it begins.
    pub line: u64,
    /// Column `ods_code`.
    pub ods_code: String,
    /// Column `name`.
    pub name: String,
    /// Column `kind`.
    pub kind: String,
    /// Column `parent`; empty when the file has none.
    pub parent: String,
    /// Column `status`; empty when the file has none.
    pub status: String,
    /// Column `help_name`; empty when the file has none.
    pub help_name: String,
    /// Column `help_telephone`; empty when the file has none.
    pub help_telephone: String,
    /// Column `help_address`; empty when the file has none.
    pub help_address: String,
    /// Column `help_hours`; empty when the file has none.
    pub help_hours: String,
}

const COLUMNS: &[Column] = &[
    Column { name: "ods_code", needed: true },
    Column { name: "name", needed: true },
    Column { name: "kind", needed: true },
    Column { name: "parent", needed: false },
    Column { name: "status", needed: false },
    Column { name: "help_name", needed: false },
    Column { name: "help_telephone", needed: false },
    Column { name: "help_address", needed: false },
    Column { name: "help_hours", needed: false },
];

/// The organisations of a file with a header.
pub struct Organisations<R> {
    rows: Rows<R>,
    stage: Stage,
}

impl<R: Read> Organisations<R> {
    /// Reads `input` as a table of organisations.
    pub fn new(input: R) -> Self {
        Self { rows: Rows::new(input), stage: Stage::Beginning }
    }
}

impl<R: Read> Iterator for Organisations<R> {
    type Item = Result<OrganisationRecord, TableError>;

    fn next(&mut self) -> Option<Self::Item> {
        next_record(&mut self.rows, &mut self.stage, COLUMNS, |line, fields: [String; 9]| {
            let [ods_code, name, kind, parent, status, help_name, help_telephone, help_address, help_hours] = fields;
            OrganisationRecord {
                line,
                ods_code,
                name,
                kind,
                parent,
                status,
                help_name,
                help_telephone,
                help_address,
                help_hours,
            }
        })
    }
}

/// Reads the header if that was not done, then one row.
pub(super) fn next_record<R: Read, T, const N: usize>(
    rows: &mut Rows<R>,
    stage: &mut Stage,
    columns: &[Column],
    make: impl FnOnce(u64, [String; N]) -> T,
) -> Option<Result<T, TableError>> {
    if matches!(stage, Stage::Beginning) {
        let header = match rows.next() {
            Some(Ok(row)) => Header::read(&row, columns),
            Some(Err(error)) => Err(error),
            None => {
                let name = columns.first().map_or("", |column| column.name);
                Err(TableError { line: 1, fault: TableFault::MissingColumn { name } })
            }
        };
        match header {
            Ok(header) => *stage = Stage::Reading(header),
            Err(error) => {
                *stage = Stage::Ended;
                return Some(Err(error));
            }
        }
    }
    let Stage::Reading(header) = stage else { return None };
    Some(rows.next()?.and_then(|row| {
        let line = row.line;
        Ok(make(line, header.arrange(row)?))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, expected: &[&str]) {
        let found: Vec<_> = Organisations::new(input.as_bytes())
            .map(|record| match record {
                Ok(r) => format!("{}:{}|{}|{}|{}|{}", r.line, r.ods_code, r.name, r.kind, r.parent, r.status),
                Err(error) => error.to_string(),
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn columns_may_stand_in_any_order() {
        check("Name,kind, ODS_code \nA trust,trust,RAA\n", &["2:RAA|A trust|trust||"]);
        check(
            "ods_code,name,kind,parent,status\nA1,\"B, C\",pharmacy,RAA,closed\n",
            &["2:A1|B, C|pharmacy|RAA|closed"],
        );
    }

    #[test]
    fn a_wrong_header_says_what_is_wrong() {
        let known =
            "the columns are ods_code, name, kind, parent, status, help_name, help_telephone, help_address, help_hours";
        check("ods_code,nam,kind\nx,y,z\n", &[&format!("line 1: unknown column `nam`; {known}")]);
        check("ods_code,name\n", &["line 1: the first line must name the columns, and column `kind` is missing"]);
        check("name,name\n", &["line 1: column `name` appears twice"]);
        check("", &["line 1: the first line must name the columns, and column `ods_code` is missing"]);
    }

    #[test]
    fn a_row_with_other_columns_is_an_error_of_that_row() {
        check(
            "ods_code,name,kind\nA1,x\nA2,y,trust\n",
            &["line 2: the row has 2 columns instead of 3", "3:A2|y|trust||"],
        );
    }
}
