//! The first line of our own tables: which column stands where.

use super::{Row, TableError, TableFault};

/// Where each known column stands.
#[derive(Clone, Debug)]
pub(super) struct Header {
    places: Vec<Option<usize>>,
    width: usize,
}

/// A column of one of our own tables.
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) needed: bool,
}

impl Header {
    /// Reads the header; the columns may stand in any order, and capitals do not matter.
    pub(super) fn read(row: &Row, columns: &[Column]) -> Result<Self, TableError> {
        let error = |fault| TableError { line: row.line, fault };
        let mut places = vec![None; columns.len()];
        for (at, name) in row.fields.iter().enumerate() {
            let name = name.trim();
            let known = columns.iter().zip(&mut places).find(|(column, _)| column.name.eq_ignore_ascii_case(name));
            let Some((_, place)) = known else {
                let known: Vec<_> = columns.iter().map(|column| column.name).collect();
                // SECURITY: a file without a header begins with a row, whose keys are nobody's to read.
                let is_a_name =
                    name.len() <= 24 && name.chars().all(|c| c.is_ascii_lowercase() || c == ' ' || c == '_');
                let name = if is_a_name { name.to_owned() } else { "…".to_owned() };
                return Err(error(TableFault::UnknownColumn { name, known: known.join(", ") }));
            };
            if place.replace(at).is_some() {
                return Err(error(TableFault::ColumnTwice { name: name.to_owned() }));
            }
        }
        let missing = columns.iter().zip(&places).find(|(column, place)| column.needed && place.is_none());
        if let Some((column, _)) = missing {
            return Err(error(TableFault::MissingColumn { name: column.name }));
        }
        Ok(Self { places, width: row.fields.len() })
    }

    /// Takes the fields of `row` in the order of the known columns; those that the file lacks are empty.
    pub(super) fn arrange<const N: usize>(&self, mut row: Row) -> Result<[String; N], TableError> {
        if row.fields.len() != self.width {
            let fault = TableFault::Columns { expected: self.width, found: row.fields.len() };
            return Err(TableError { line: row.line, fault });
        }
        let mut fields = [const { String::new() }; N];
        for (field, place) in fields.iter_mut().zip(&self.places) {
            if let Some(found) = place.and_then(|place| row.fields.get_mut(place)) {
                *field = std::mem::take(found);
            }
        }
        Ok(fields)
    }
}

/// What comes before the first row: a header, no header yet, or nothing worth reading.
pub(super) enum Stage {
    Beginning,
    Reading(Header),
    Ended,
}
