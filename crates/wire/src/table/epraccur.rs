//! `epraccur`: the Organisation Data Service's public report of prescribing cost centres, 27 columns without a header.

use std::io::Read;

use super::organisations::OrganisationRecord;
use super::{Row, Rows, TableError, TableFault};

/// One row of the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EpraccurRow {
    /// A general practice (ODS role RO76), in the words of our own table.
    Practice(OrganisationRecord),
    /// Something that is not a general practice, or not yet one.
    LeftOut {
        /// The line on which it begins.
        line: u64,
        /// Why it is left out.
        why: &'static str,
    },
}

/// How many columns the report has.
const WIDTH: usize = 27;

// Columns, counted from nought; the report's guide counts from one.
const CODE: usize = 0;
const NAME: usize = 1;
const STATUS: usize = 12;
const COMMISSIONER: usize = 14;
const PRESCRIBING_SETTING: usize = 25;

/// The practices of the report.
pub struct Epraccur<R>(Rows<R>);

impl<R: Read> Epraccur<R> {
    /// Reads `input` as the report.
    pub fn new(input: R) -> Self {
        Self(Rows::new(input))
    }
}

impl<R: Read> Iterator for Epraccur<R> {
    type Item = Result<EpraccurRow, TableError>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(self.0.next()?.and_then(read))
    }
}

fn read(mut row: Row) -> Result<EpraccurRow, TableError> {
    let line = row.line;
    if row.fields.len() != WIDTH {
        let fault = TableFault::Columns { expected: WIDTH, found: row.fields.len() };
        return Err(TableError { line, fault });
    }
    // The setting tells a practice (4) from walk-in centres, prisons, hospices and the like, which are cost centres too.
    if row.fields.get(PRESCRIBING_SETTING).map(|setting| setting.trim()) != Some("4") {
        return Ok(EpraccurRow::LeftOut { line, why: "its prescribing setting is not that of a GP practice" });
    }
    let status = match row.fields.get(STATUS).map(|status| status.trim()) {
        Some("A") => "open".to_owned(),
        Some("C" | "D") => "closed".to_owned(),
        Some("P") => return Ok(EpraccurRow::LeftOut { line, why: "it is proposed and not yet open" }),
        // The check of the row names the column and the word.
        Some(other) => other.to_owned(),
        None => String::new(),
    };
    let mut take = |column: usize| row.fields.get_mut(column).map(std::mem::take).unwrap_or_default();
    Ok(EpraccurRow::Practice(OrganisationRecord {
        line,
        ods_code: take(CODE),
        name: take(NAME),
        kind: "gp_practice".to_owned(),
        parent: take(COMMISSIONER),
        status,
        ..OrganisationRecord::default()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(code: &str, status: &str, setting: &str) -> String {
        let mut fields = vec![""; WIDTH];
        fields[CODE] = code;
        fields[NAME] = "THE RIVERSIDE SURGERY";
        fields[STATUS] = status;
        fields[COMMISSIONER] = "16C";
        fields[PRESCRIBING_SETTING] = setting;
        let quoted: Vec<_> = fields.iter().map(|field| format!("\"{field}\"")).collect();
        quoted.join(",") + "\r\n"
    }

    fn check(input: &str, expected: &[&str]) {
        let found: Vec<_> = Epraccur::new(input.as_bytes())
            .map(|row| match row {
                Ok(EpraccurRow::Practice(r)) => {
                    format!("{}:{} {} {} {}", r.line, r.ods_code, r.kind, r.parent, r.status)
                }
                Ok(EpraccurRow::LeftOut { line, why }) => format!("{line}: left out, {why}"),
                Err(error) => error.to_string(),
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn practices_are_read_and_other_cost_centres_left_out() {
        let report =
            row("A81001", "A", "4") + &row("A81002", "C", "4") + &row("Y00001", "A", "2") + &row("A8", "P", "4");
        check(
            &report,
            &[
                "1:A81001 gp_practice 16C open",
                "2:A81002 gp_practice 16C closed",
                "3: left out, its prescribing setting is not that of a GP practice",
                "4: left out, it is proposed and not yet open",
            ],
        );
    }

    #[test]
    fn a_row_of_another_width_is_an_error_of_that_row() {
        check(
            &("A81001,x\n".to_owned() + &row("A2", "D", "4")),
            &["line 1: the row has 2 columns instead of 27", "2:A2 gp_practice 16C closed"],
        );
    }
}
