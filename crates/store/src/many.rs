//! Statements about many rows at once.

use std::fmt::Write;

use uuid::Uuid;

use crate::Val;

/// How many rows a statement is about at most.
pub(crate) const MANY: usize = 64;
const FEW: usize = 8;

/// The texts of one statement for many, a few and one row.
///
/// A statement for sixty-four rows costs little more than one for a single row, on either engine. The rest of a list goes in
/// smaller statements, so that a handful of texts is prepared and kept.
pub(crate) struct Sizes {
    many: String,
    few: String,
    one: String,
}

impl Sizes {
    /// The texts that insert rows of so many columns.
    pub(crate) fn inserts(into: &str, columns: usize) -> Self {
        Self::inserts_unless(into, columns, "")
    }

    /// The same, with what is to be done about rows that are there already.
    pub(crate) fn inserts_unless(into: &str, columns: usize, conflict: &str) -> Self {
        let text = |rows| format!("INSERT INTO {into} VALUES {} {conflict}", placeholders(rows, columns));
        Self { many: text(MANY), few: text(FEW), one: text(1) }
    }

    /// The text for as many rows as possible of the `left` ones, and how many those are.
    pub(crate) fn next(&'static self, left: usize) -> (&'static str, usize) {
        if left >= MANY {
            (&self.many, MANY)
        } else if left >= FEW {
            (&self.few, FEW)
        } else {
            (&self.one, 1)
        }
    }
}

/// As many tuples of placeholders as there are `rows`.
pub(crate) fn placeholders(rows: usize, columns: usize) -> String {
    let mut text = String::new();
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..columns {
            let comma = if column == 0 { "" } else { ", " };
            let _ = write!(text, "{comma}${}", row * columns + column + 1);
        }
        text.push(')');
    }
    text
}

/// The identifiers as the values of a list of [`MANY`], filled up with one that nothing has.
pub(crate) fn list_of_many(ids: impl IntoIterator<Item = Uuid>) -> Vec<Val> {
    let mut values: Vec<Val> = ids.into_iter().map(Val::from).collect();
    values.resize(values.len().max(MANY), Val::from(Uuid::nil()));
    values
}
