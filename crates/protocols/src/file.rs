//! Files that people hand in, on a page or at the command line: read by their format, checked by the rules.

use std::io::Read;

use wardkey_domain::directory::{Field, RowError};
use wardkey_domain::factor::hardware_token::{TokenFields, TokenRow};
use wardkey_usecases::directory::IncomingRow;
use wardkey_wire::table::{TokenRecord, Tokens};

/// The rows of a maker's file of hardware tokens [MET-8].
pub fn tokens<R: Read>(input: R) -> impl Iterator<Item = IncomingRow<TokenRow>> {
    Tokens::new(input).map(|record| match record {
        Ok(record) => checked(&record),
        Err(error) => IncomingRow { line: error.line, row: Err(vec![RowError::new(Field::Row, error.fault)]) },
    })
}

/// The first so many of a file that is at hand.
pub fn tokens_in(file: &str, most: usize) -> Vec<IncomingRow<TokenRow>> {
    tokens(file.as_bytes()).take(most).collect()
}

fn checked(record: &TokenRecord) -> IncomingRow<TokenRow> {
    let fields = TokenFields {
        upn: &record.upn,
        serial: &record.serial,
        secret_key: record.secret_key.expose(),
        interval: &record.interval,
        manufacturer: &record.manufacturer,
        model: &record.model,
        hash: &record.hash,
    };
    IncomingRow { line: record.line, row: TokenRow::check(&fields) }
}
