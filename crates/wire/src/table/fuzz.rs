//! The entry point of the fuzz target.

use super::{Accounts, Addresses, Epraccur, Organisations, Rows, Tokens};

/// Reads `bytes` as every kind of table; must return for any input.
///
/// The result counts what was found, so that the reading is not optimised away.
pub fn fuzz(bytes: &[u8]) -> usize {
    Rows::new(bytes).count()
        + Organisations::new(bytes).count()
        + Accounts::new(bytes).count()
        + Tokens::new(bytes).count()
        + Addresses::new(bytes).count()
        + Epraccur::new(bytes).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_bytes_are_read_to_their_end(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            fuzz(&bytes);
        }

        #[test]
        fn any_mixture_of_marks_is_read_to_its_end(text in "[a\",\\r\\n\u{feff}]{0,60}") {
            fuzz(text.as_bytes());
            let lines: Vec<_> = Rows::new(text.as_bytes()).map(|row| row.map_or_else(|e| e.line, |r| r.line)).collect();
            prop_assert!(lines.is_sorted(), "{lines:?}");
        }

        #[test]
        fn what_is_quoted_is_read_back(fields in prop::collection::vec(any::<String>(), 1..6)) {
            let quoted: Vec<_> = fields.iter().map(|field| format!("\"{}\"", field.replace('"', "\"\""))).collect();
            let rows: Vec<_> = Rows::new(quoted.join(",").as_bytes()).map(|row| row.map(|row| row.fields)).collect();
            prop_assert_eq!(rows.len(), 1);
            prop_assert_eq!(rows.into_iter().next().unwrap().unwrap(), fields);
        }
    }
}
